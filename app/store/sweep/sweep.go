// Package sweep is in charge of removing records whose time is over, a bounded number at a time, so that housekeeping
// never stands in the way of the work. It does not decide what is over, nor when to sweep: the owner of the records
// does.
package sweep

import (
	"context"
	"slices"
	"sync"

	"noroshi/app/store"
)

// Step is how many records one step looks at.
const Step = 1_000

// Sweeper walks over the records of one kind and begins anew when it has come to the end. It is safe for concurrent
// use.
type Sweeper struct {
	store  *store.Store
	prefix []byte
	over   func(value []byte) bool
	mu     sync.Mutex
	from   []byte // where the next step begins; nil for the first record
}

// New returns a sweeper of the records whose keys begin with prefix; over reports whether the time of one is over.
func New(st *store.Store, prefix []byte, over func(value []byte) bool) *Sweeper {
	return &Sweeper{store: st, prefix: prefix, over: over}
}

// Step looks at up to Step records and removes those whose time is over; more is false when it has come to the end.
func (s *Sweeper) Step(ctx context.Context) (more bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var gone [][]byte
	var next []byte
	err = s.store.View(func(tx *store.Tx) error {
		seen := 0
		return tx.Each(store.Scan{Prefix: s.prefix, From: s.from}, func(key, value []byte) (bool, error) {
			if seen++; seen > Step {
				next = slices.Clone(key)
				return false, nil
			}
			if s.over(value) {
				gone = append(gone, slices.Clone(key))
			}
			return true, nil
		})
	})
	if err == nil && len(gone) > 0 {
		_, err = s.store.Update(ctx, func(tx *store.Tx) error { return s.remove(tx, gone) })
	}
	if err != nil {
		return false, err
	}
	s.from = next
	return next != nil, nil
}

// remove looks again: somebody may have renewed a record meanwhile.
func (s *Sweeper) remove(tx *store.Tx, keys [][]byte) error {
	for _, key := range keys {
		value, ok, err := tx.Get(key)
		if err != nil {
			return err
		}
		if ok && s.over(value) {
			tx.Delete(key)
		}
	}
	return nil
}
