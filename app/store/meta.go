package store

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	badger "github.com/dgraph-io/badger/v4"

	"noroshi/app/fault"
	"noroshi/app/id"
)

// Names under prefixMeta. Each value is a version octet and then what is said here.
const (
	metaSchema     = "schema"     // 8 octets: count of migrations the records have seen; then the release it needs
	metaGeneration = "generation" // 8 octets: Unix milliseconds of when this ledger was made or restored
	metaIdentity   = "identity"   // 16 random octets, the same in its backups
	metaStamp      = "stamp"      // text
	metaFeedStart  = "feed_start" // 8 octets: changes up to this sequence are gone
)

func metaKey(name string) []byte { return prefixMeta.Key([]byte(name)) }

// readNumber reads a number of the meta records; 0 when it is not there.
func readNumber(tx *Tx, name string) (uint64, error) {
	b, ok, err := tx.Get(metaKey(name))
	if err != nil || !ok {
		return 0, err
	}
	_, rest, err := CheckVersion(b, 1)
	if err != nil {
		return 0, err
	}
	n, ok := id.FromBytes[uint64](rest)
	if !ok {
		return 0, errDamaged("a record about itself cannot be read", nil)
	}
	return n, nil
}

// create writes the records of a new ledger, unless there is one. They are no entry: the chain begins with the first
// change, so that the same changes give the same hashes in every ledger. made says that there must be one.
func (s *Store) create(o Options, made bool) error {
	empty, err := s.empty()
	switch {
	case err != nil:
		return err
	case empty && made:
		return errDamaged("it has no records at all", nil)
	case empty:
		if err := s.createRecords(o); err != nil {
			return err
		}
	case made:
		return nil
	}
	f, err := os.OpenFile(filepath.Join(o.Dir, markName), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return errCreate(err)
	}
	_, err = f.WriteString("The files in this directory are a Noroshi ledger. Do not change or remove any of them.\n")
	if err = errors.Join(err, f.Sync(), f.Close(), syncDir(o.Dir)); err != nil {
		return errCreate(err)
	}
	return nil
}

func errCreate(cause error) error {
	return fault.Wrap(cause, fault.Unavailable, "store_failed", "The new ledger could not be written to its disk.")
}

func (s *Store) createRecords(o Options) error {
	identity := make([]byte, 16)
	if _, err := io.ReadFull(o.Random, identity); err != nil {
		return fault.Wrap(err, fault.Internal, "internal", "There is no random to name the new ledger with.")
	}
	txn := s.db.NewTransaction(true)
	defer txn.Discard()
	records := map[string][]byte{
		metaGeneration: id.Bytes(uint64(max(1, s.now().UnixMilli()))),
		metaIdentity:   identity,
		metaSchema:     encodeSchema(o.migrations),
	}
	for name, value := range records {
		if err := txn.Set(metaKey(name), WithVersion(1, value)); err != nil {
			return readError(err)
		}
	}
	if err := txn.Commit(); err != nil {
		return errCreate(err)
	}
	return nil
}

func (s *Store) empty() (empty bool, err error) {
	err = s.View(func(tx *Tx) error {
		it := tx.read.NewIterator(badger.IteratorOptions{})
		defer it.Close()
		it.Rewind()
		empty = !it.Valid()
		return nil
	})
	return empty, err
}
