package store

import (
	"errors"

	badger "github.com/dgraph-io/badger/v4"

	"noroshi/app/fault"
	"noroshi/app/id"
)

// Limits of one entry. A replicated log and the database's own transaction limit both need them, so they are the same
// everywhere.
const (
	MaxWrites = 2000    // puts and deletes in one entry
	MaxBytes  = 1 << 20 // octets of keys, values and changes in one entry
	MaxKey    = 4096    // octets of a key
)

// Tx is one function's view of the ledger. It is valid until that function returns and is for one goroutine.
type Tx struct {
	s        *Store
	read     *badger.Txn
	base     *overlay // writes of functions that ran before in the same entry; nil in View
	own      *overlay // nil in View
	changes  []Change // without a sequence yet
	bytes    int      // octets of changes
	commit   []func(id.Seq)
	rollback []func()
	seq      id.Seq
	seqUsed  bool // Seq was asked for, so the function cannot move to another entry as it is
	internal bool // may write the store's own keys
	over     bool
	err      error // the first error of a write; the entry is refused with it
}

var (
	errReadOnly = fault.New(fault.Internal, "internal", "A reading function of the ledger tried to write.")
	errOver     = fault.New(fault.Internal, "internal", "A ledger transaction was used after its function returned.")
	errBadKey   = fault.New(fault.Internal, "internal", "A key of the ledger is empty, too long or reserved.")
	errTooLarge = fault.New(fault.Invalid, "entry_too_large",
		"This change is too large for one entry of the ledger.", "maxWrites", MaxWrites, "maxBytes", MaxBytes)
)

// Get returns the value of the key; ok is false when there is none. The value is valid until the function returns and
// must not be modified. It sees this function's own writes and those of functions before it in the same entry.
func (tx *Tx) Get(key []byte) (value []byte, ok bool, err error) {
	if tx.over {
		return nil, false, errOver
	}
	if w, ok := tx.written(key); ok {
		return w.value, !w.gone, nil
	}
	item, err := tx.read.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, readError(err)
	}
	// The item is the caller's alone, so its buffer stays as it is.
	err = item.Value(func(v []byte) error { value = v; return nil })
	if err != nil {
		return nil, false, readError(err)
	}
	return value, true, nil
}

func (tx *Tx) written(key []byte) (write, bool) {
	if w, ok := tx.own.get(key); ok {
		return w, true
	}
	return tx.base.get(key)
}

// Set puts the value under the key. Errors are kept and returned by Update. The store keeps both slices: the caller
// must not touch them again.
func (tx *Tx) Set(key, value []byte) { tx.write(write{key: key, value: value}) }

// Delete removes the key, which need not exist. The store keeps the slice.
func (tx *Tx) Delete(key []byte) { tx.write(write{key: key, gone: true}) }

func (tx *Tx) write(w write) {
	switch {
	case tx.err != nil:
		return
	case tx.over:
		tx.err = errOver
		return
	case tx.own == nil:
		tx.err = errReadOnly
		return
	case len(w.key) == 0 || len(w.key) > MaxKey || (!tx.internal && w.key[0] < firstPublic) || w.key[0] == '!':
		tx.err = errBadKey
		return
	}
	tx.own.put(w)
	tx.checkSize()
}

func (tx *Tx) checkSize() {
	if tx.own.len() > MaxWrites || tx.own.size+tx.bytes > MaxBytes {
		tx.err = errTooLarge
	}
}

// privately runs f with leave to write the store's own keys.
func (tx *Tx) privately(f func()) {
	was := tx.internal
	tx.internal = true
	f()
	tx.internal = was
}

// Change adds a durable change to the entry. It comes out of Changes once the entry is durable. The store keeps body.
func (tx *Tx) Change(topic Topic, body []byte) {
	switch {
	case tx.err != nil:
		return
	case tx.over:
		tx.err = errOver
		return
	case tx.own == nil:
		tx.err = errReadOnly
		return
	case topic == 0:
		tx.err = fault.New(fault.Internal, "internal", "A change of the ledger has no topic.")
		return
	}
	tx.changes = append(tx.changes, Change{Topic: topic, Body: body})
	tx.bytes += changeOverhead + len(body)
	tx.checkSize()
}

// OnCommit has fn run by the writer goroutine, in the order of commits, once the entry is durable and before the caller
// of Update goes on. It must be short and must not call Update.
func (tx *Tx) OnCommit(fn func(seq id.Seq)) { tx.commit = append(tx.commit, fn) }

// OnRollback has fn run by the writer goroutine, last one first, if the function fails, if its entry cannot be
// committed, or before the function is run again for another entry: it undoes changes of in-memory state. Nothing else
// of the ledger runs in between.
func (tx *Tx) OnRollback(fn func()) { tx.rollback = append(tx.rollback, fn) }

// Seq returns the sequence that this entry will get; in View, the sequence of the snapshot. A function that asks may be
// run a second time, with a later sequence, when its entry is full.
func (tx *Tx) Seq() id.Seq {
	if tx.own == nil && tx.seq == 0 {
		if h, err := readHead(tx); err == nil {
			tx.seq = h.seq
		}
	}
	tx.seqUsed = true
	return tx.seq
}

func readError(err error) error {
	return fault.Wrap(err, fault.Unavailable, "ledger_read_failed",
		"The ledger could not be read; check the disk and what the log says, then start Noroshi again.")
}
