package store

import (
	"crypto/sha256"
	"encoding/binary"

	badger "github.com/dgraph-io/badger/v4"

	"noroshi/app/fault"
	"noroshi/app/id"
)

// header is what is kept of an entry: its place in the chain. The chain hash covers the previous hash, the sequence and
// every put and delete in order, among them request ids and changes, which are puts of this package.
type header struct {
	seq        id.Seq
	prev, hash [sha256.Size]byte
}

const (
	headerVersion = 1
	headerSize    = 1 + 8 + 2*sha256.Size
	// ringSize is how many of the last headers are kept, each in the slot of its sequence, so that Open can tell a
	// chain with a hole, which a write-ahead file damaged in its middle leaves, from a whole one.
	ringSize = 1024
)

func headKey() []byte { return prefixHead.Key([]byte{0}) }

func ringKey(seq id.Seq) []byte {
	return prefixHead.Key([]byte{1}, binary.BigEndian.AppendUint16(nil, uint16(seq%ringSize)))
}

func (h header) encode() []byte {
	b := make([]byte, 0, headerSize)
	b = append(b, headerVersion)
	b = id.Append(b, h.seq)
	b = append(b, h.prev[:]...)
	return append(b, h.hash[:]...)
}

func decodeHeader(b []byte) (h header, err error) {
	if _, _, err := CheckVersion(b, headerVersion); err != nil {
		return h, err
	}
	if len(b) != headerSize {
		return h, errDamaged("the record of the last entry has a wrong length", nil)
	}
	h.seq, _ = id.FromBytes[id.Seq](b[1:])
	copy(h.prev[:], b[9:])
	copy(h.hash[:], b[9+sha256.Size:])
	return h, nil
}

// next returns the header of the entry that follows with these writes.
func (h header) next(writes []write) header {
	n := header{seq: h.seq + 1, prev: h.hash}
	sum := sha256.New()
	scratch := make([]byte, 0, 512)
	scratch = append(scratch, n.prev[:]...)
	scratch = id.Append(scratch, n.seq)
	scratch = binary.BigEndian.AppendUint32(scratch, uint32(len(writes)))
	_, _ = sum.Write(scratch)
	for _, w := range writes {
		op := byte('+')
		if w.gone {
			op = '-'
		}
		scratch = append(scratch[:0], op)
		scratch = binary.BigEndian.AppendUint32(scratch, uint32(len(w.key)))
		scratch = append(scratch, w.key...)
		scratch = binary.BigEndian.AppendUint32(scratch, uint32(len(w.value)))
		_, _ = sum.Write(scratch)
		_, _ = sum.Write(w.value)
	}
	sum.Sum(n.hash[:0])
	return n
}

// readHead returns the header of the last entry; the zero header when there is none.
func readHead(tx *Tx) (header, error) {
	b, ok, err := tx.Get(headKey())
	if err != nil || !ok {
		return header{}, err
	}
	return decodeHeader(b)
}

// checkChain verifies that the last headers follow each other without a hole.
func checkChain(tx *Tx, head header) error {
	want := head
	for i := id.Seq(0); i < ringSize && i < head.seq; i++ {
		b, ok, err := tx.Get(ringKey(want.seq))
		if err != nil {
			return err
		}
		if !ok {
			return errDamaged("an entry is missing", nil)
		}
		h, err := decodeHeader(b)
		if err != nil {
			return err
		}
		if h.seq != want.seq || h.hash != want.hash || (i == 0 && h != head) {
			return errDamaged("an entry is missing or altered", nil)
		}
		want = header{seq: h.seq - 1, hash: h.prev}
	}
	return nil
}

// apply writes the entry to the database in one transaction, durably, and returns its header.
func (s *Store) apply(writes []write) (header, error) {
	h := s.last.next(writes)
	txn := s.db.NewTransaction(true)
	defer txn.Discard()
	entries := make([]badger.Entry, len(writes)+2)
	for i, w := range writes {
		if w.gone {
			if err := txn.Delete(w.key); err != nil {
				return header{}, err
			}
			continue
		}
		entries[i] = badger.Entry{Key: w.key, Value: w.value}
		if err := txn.SetEntry(&entries[i]); err != nil {
			return header{}, err
		}
	}
	value := h.encode()
	for i, key := range [][]byte{headKey(), ringKey(h.seq)} {
		e := &entries[len(writes)+i]
		*e = badger.Entry{Key: key, Value: value}
		if err := txn.SetEntry(e); err != nil {
			return header{}, err
		}
	}
	return h, s.commitTxn(txn)
}

// errDamaged says what is wrong and what to do; cause may be nil.
func errDamaged(what string, cause error) error {
	return fault.Wrap(cause, fault.Internal, "ledger_damaged", "The ledger is damaged: "+what+". Noroshi does "+
		"not go on with it. Keep this directory as it is, and put in its place the last copy of the data directory that was "+
		"taken while Noroshi was stopped.")
}
