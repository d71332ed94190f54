package store

import (
	"bytes"

	badger "github.com/dgraph-io/badger/v4"
)

// Scan says which keys Each visits, and in which order.
type Scan struct {
	Prefix   []byte // keys that begin with it; empty means all keys
	From     []byte // the first key to visit, inclusive, if it exists; empty means from the end where the walk begins
	Reverse  bool   // from the greatest key down; From is then the greatest
	KeysOnly bool   // value is nil; cheaper
}

// Each calls fn with the keys and values of the scan until fn returns false or an error, which it hands on. Key and
// value are valid only until that call of fn returns. It sees writes as Get does; a key first written during the walk
// may be left out. fn may read, walk and write through the same Tx.
func (tx *Tx) Each(s Scan, fn func(key, value []byte) (more bool, err error)) error {
	if tx.over {
		return errOver
	}
	w := newWalk(tx, s)
	defer w.it.Close()
	for {
		key, value, ok, err := w.next()
		if err != nil || !ok {
			return err
		}
		more, err := fn(key, value)
		if err != nil || !more {
			return err
		}
	}
}

// walk merges the database with the keys of the overlays. A database item is current until the next call of next.
type walk struct {
	tx      *Tx
	scan    Scan
	it      *badger.Iterator
	pending []string // keys of the overlays, in the order of the walk
	used    bool     // the current item of it has been handed out or overruled
}

func newWalk(tx *Tx, s Scan) *walk {
	first, end := bounds(s)
	w := &walk{tx: tx, scan: s, pending: union(tx.base.between(first, end), tx.own.between(first, end), s.Reverse)}
	opt := badger.IteratorOptions{Reverse: s.Reverse}
	if !s.Reverse {
		opt.Prefix = s.Prefix // in reverse it would hide the items below the place where the walk begins
	}
	w.it = tx.read.NewIterator(opt)
	if !s.Reverse {
		w.it.Seek(first)
		return w
	}
	w.it.Seek(end) // an empty end is the greatest key there is
	for w.it.Valid() && len(end) > 0 && bytes.Compare(w.it.Item().Key(), end) >= 0 {
		w.it.Next()
	}
	return w
}

// bounds returns the first key of the scan and the key behind its last, in ascending order; an empty end has no bound.
func bounds(s Scan) (first, end []byte) {
	first, end = s.Prefix, successor(s.Prefix)
	if len(s.From) == 0 {
		return first, end
	}
	if !s.Reverse {
		if bytes.Compare(s.From, first) > 0 {
			first = s.From
		}
		return first, end
	}
	after := append(bytes.Clone(s.From), 0) // the least key above From
	if len(end) == 0 || bytes.Compare(after, end) < 0 {
		end = after
	}
	return first, end
}

// successor returns the least key above all keys with the prefix; nil when there is none.
func successor(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] != 0xff {
			next := bytes.Clone(prefix[:i+1])
			next[i]++
			return next
		}
	}
	return nil
}

func (w *walk) next() (key, value []byte, ok bool, err error) {
	for {
		if w.used {
			w.it.Next()
			w.used = false
		}
		stored := w.stored()
		if c := w.order(stored); c <= 0 {
			key = []byte(w.pending[0])
			w.pending = w.pending[1:]
			w.used = c == 0
			if own, _ := w.tx.written(key); !own.gone {
				return key, w.visible(own), true, nil
			}
			continue
		}
		if stored == nil {
			return nil, nil, false, nil
		}
		w.used = true
		if own, ok := w.tx.written(stored); ok { // written during the walk
			if own.gone {
				continue
			}
			return stored, w.visible(own), true, nil
		}
		if !w.scan.KeysOnly {
			err = w.it.Item().Value(func(v []byte) error { value = v; return nil })
			if err != nil {
				return nil, nil, false, readError(err)
			}
		}
		return stored, value, true, nil
	}
}

// order tells in the walk's order: below 0 the pending key comes first, above 0 the stored one.
func (w *walk) order(stored []byte) int {
	switch {
	case len(w.pending) == 0:
		return 1
	case stored == nil:
		return -1
	case w.scan.Reverse:
		return bytes.Compare(stored, []byte(w.pending[0]))
	}
	return bytes.Compare([]byte(w.pending[0]), stored)
}

func (w *walk) visible(own write) []byte {
	if w.scan.KeysOnly {
		return nil
	}
	return own.value
}

// stored returns the current key of the database; nil at the end of the scan.
func (w *walk) stored() []byte {
	if !w.it.ValidForPrefix(w.scan.Prefix) {
		return nil
	}
	return w.it.Item().Key()
}

// union merges two ascending lists without doubles into the order of the walk.
func union(a, b []string, reverse bool) []string {
	if len(a) == 0 && len(b) == 0 {
		return nil
	}
	out := make([]string, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			out, a = append(out, a[0]), a[1:]
		case a[0] > b[0]:
			out, b = append(out, b[0]), b[1:]
		default:
			out, a, b = append(out, a[0]), a[1:], b[1:]
		}
	}
	out = append(append(out, a...), b...)
	if reverse {
		for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
			out[i], out[j] = out[j], out[i]
		}
	}
	return out
}
