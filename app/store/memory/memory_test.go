package memory

import (
	"bytes"
	"testing"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

func open(t *testing.T, dir string) *badger.DB {
	t.Helper()
	db, err := badger.Open(badger.DefaultOptions(dir).WithLogger(nil).WithCompression(options.None).
		WithMemTableSize(1 << 20).WithBaseTableSize(1 << 20).WithValueThreshold(100 << 10))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func write(t *testing.T, db *badger.DB, from, n int) {
	t.Helper()
	batch := db.NewWriteBatch()
	for i := range n {
		if err := batch.Set(key(from+i), bytes.Repeat([]byte{byte(i)}, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	if err := batch.Flush(); err != nil {
		t.Fatal(err)
	}
}

func key(i int) []byte { return []byte{byte(i >> 16), byte(i >> 8), byte(i)} }

// The database's release has the pool under the name we know, and building tables fills it.
func TestPoolIsFoundAndEmptied(t *testing.T) {
	t.Parallel()
	db := open(t, t.TempDir())
	p := NewKeeper(db, "")
	if p.pool == nil {
		t.Fatal("the database has no pool of this name any more: see what keeps its memory now")
	}
	for i := 0; i < 16_000; i += 1000 { // sixteen memory tables become tables
		write(t, db, i, 1000)
	}
	if err := db.Flatten(1); err != nil {
		t.Fatal(err)
	}
	if n := p.emptyPool(); n == 0 {
		t.Fatal("emptyPool() gave nothing back after tables were built")
	}
	if n := p.emptyPool(); n != 0 {
		t.Fatalf("emptyPool() gave %d octets back when there was nothing", n)
	}
	write(t, db, 0, 1000) // the pool still serves
}

// What is given back is still there when it is read.
func TestTablesAreReadAgainAfterTheyWereGivenBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, dir)
	for i := 0; i < 10_000; i += 1000 {
		write(t, db, i, 1000)
	}
	if err := db.Flatten(1); err != nil {
		t.Fatal(err)
	}
	giveBackTables(dir)
	err := db.View(func(txn *badger.Txn) error {
		for i := range 10_000 {
			item, err := txn.Get(key(i))
			if err != nil {
				return err
			}
			value, err := item.ValueCopy(nil)
			if err != nil {
				return err
			}
			if !bytes.Equal(value, bytes.Repeat([]byte{byte(i % 1000)}, 1000)) {
				t.Errorf("record %d is not what was written", i)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
