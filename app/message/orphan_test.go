package message

import (
	"fmt"
	"testing"
	"time"

	"noroshi/app/gateway"
	"noroshi/app/store"
)

// stray is a service with receipts of ids nobody gave, n at a time.
type stray struct {
	s   *Service
	st  *store.Store
	now time.Time
	n   int
}

func newStray(t *testing.T) *stray {
	t.Helper()
	w := &stray{st: openStore(t), now: time.Unix(1_800_000_000, 0)}
	w.s = New(w.st, func() time.Time { return w.now })
	return w
}

func (w *stray) receive(t *testing.T, n int) {
	t.Helper()
	for n > 0 {
		var list []gateway.Receipt
		for range min(n, 1500) {
			w.n++
			list = append(list, gateway.Receipt{Route: "a", IDs: []string{fmt.Sprint("x", w.n)}, Received: w.now})
		}
		n -= len(list)
		update(t, w.st, func(tx *store.Tx) error { return w.s.Receipts(tx, list) })
	}
}

// tend does what is done every ten seconds, until nothing is left of it.
func (w *stray) tend(t *testing.T) {
	t.Helper()
	for _, step := range []func(tx *store.Tx) (bool, error){
		func(tx *store.Tx) (bool, error) { _, more, err := w.s.RetryOrphans(tx); return more, err }, w.s.SweepOrphans,
	} {
		for more := true; more; {
			update(t, w.st, func(tx *store.Tx) (err error) { more, err = step(tx); return err })
		}
	}
}

func (w *stray) inLedger(t *testing.T) (ids []string) {
	t.Helper()
	err := w.s.EachUnmatched(func(r gateway.Receipt) bool { ids = append(ids, r.IDs[0]); return true })
	if err != nil {
		t.Fatalf("EachUnmatched: %v", err)
	}
	if w.s.orphans.stored != len(ids) {
		t.Errorf("%d are counted, %d are in the ledger", w.s.orphans.stored, len(ids))
	}
	return ids
}

func TestReceiptsThatFitNothingAreCountedAndForgotten(t *testing.T) {
	t.Parallel()
	w := newStray(t)
	w.receive(t, 3)
	w.now = w.now.Add(OrphanPatience - time.Second)
	w.receive(t, 2)
	if w.tend(t); w.s.orphans.count != 5 || w.s.Unmatched("a") != 0 {
		t.Errorf("%d are tried, %d given up, want 5 and 0", w.s.orphans.count, w.s.Unmatched("a"))
	}
	w.now = w.now.Add(time.Second)
	if w.tend(t); w.s.orphans.count != 2 || w.s.Unmatched("a") != 3 || w.s.Unmatched("b") != 0 {
		t.Errorf("%d are tried, %d given up, want 2 and 3", w.s.orphans.count, w.s.Unmatched("a"))
	}
	if ids := w.inLedger(t); len(ids) != 5 || ids[0] != "x5" {
		t.Errorf("to be shown are %v, want five with the newest first", ids)
	}
	w.now = w.now.Add(OrphanLife - OrphanPatience)
	if w.tend(t); len(w.inLedger(t)) != 5 {
		t.Errorf("gone before their time: %v", w.inLedger(t))
	}
	w.now = w.now.Add(2 * time.Second)
	if w.tend(t); len(w.inLedger(t)) != 2 || w.s.orphans.count != 0 {
		t.Errorf("left are %v, %d are tried; want the last two and none", w.inLedger(t), w.s.orphans.count)
	}
}

func TestReceiptsThatFitNothingHaveABound(t *testing.T) {
	t.Parallel()
	w := newStray(t)
	w.receive(t, OrphansKept+2500)
	w.now = w.now.Add(time.Minute)
	w.tend(t)
	ids := w.inLedger(t)
	if len(ids) != OrphansKept || ids[0] != fmt.Sprint("x", w.n) {
		t.Errorf("%d are left, the newest is %s", len(ids), ids[0])
	}
	if w.s.orphans.count != maxOrphans-2500 {
		t.Errorf("%d are tried, want those of the %d that are left", w.s.orphans.count, maxOrphans)
	}
	again := New(w.st, func() time.Time { return w.now })
	update(t, w.st, again.LoadOrphans)
	if again.orphans.stored != OrphansKept || again.orphans.count != maxOrphans {
		t.Errorf("after a start %d are counted and %d tried", again.orphans.stored, again.orphans.count)
	}
}
