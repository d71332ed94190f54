package message

import (
	"encoding/binary"
	"slices"
	"sync"
	"time"

	"github.com/fxamacker/cbor/v2"

	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/message/part"
	"noroshi/app/smstext"
	"noroshi/app/store"
)

// orphans are receipts that fit no part yet. An id may have several: a notification and the final receipt can both be
// faster than the response.
type orphans struct {
	next   uint64
	count  int                 // that are tried
	stored int                 // in the ledger
	byID   map[string][]orphan // route, NUL, canonical id

	mu    sync.Mutex
	never map[string]int64 // by route: receipts since start that fitted nothing in time
}

type orphan struct {
	key     string // in the ledger
	receipt gateway.Receipt
	since   time.Time
}

const (
	maxOrphans    = 20_000
	maxAdopted    = 500 // receipts given to their parts in one entry of the ledger
	orphanVersion = 1
	sweepStep     = 1000 // removed in one entry of the ledger
)

// OrphansKept and OrphanLife bound what stays in the ledger of receipts that fit nothing: an account that is shared
// with another system has no end of them.
const (
	OrphansKept = 50_000
	OrphanLife  = 72 * time.Hour
)

// OrphanPatience is how long a receipt that fits nothing is tried again; after that it stays in the ledger and is
// shown.
const OrphanPatience = 10 * time.Minute

func newOrphans() orphans { return orphans{byID: map[string][]orphan{}, never: map[string]int64{}} }

func (o *orphans) gone(route string, n int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.never[route] += n
}

func (o *orphans) add(name string, found orphan) {
	o.byID[name] = append(o.byID[name], found)
	o.count++
}

func (o *orphans) remove(name, key string) {
	before := o.byID[name]
	after := slices.DeleteFunc(slices.Clone(before), func(x orphan) bool { return x.key == key })
	o.count -= len(before) - len(after)
	if o.byID[name] = after; len(after) == 0 {
		delete(o.byID, name)
	}
}

func orphanID(route, messageID string) string { return route + "\x00" + smstext.IDKey(messageID) }

// nameOf returns under which id an orphan is kept; receipts without one are kept under none.
func nameOf(r *gateway.Receipt) string {
	if len(r.IDs) == 0 {
		return orphanID(r.Route, "")
	}
	return orphanID(r.Route, r.IDs[0])
}

func (s *Service) keepOrphan(tx *store.Tx, r gateway.Receipt) error {
	body, err := cbor.Marshal(r)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "internal", "A receipt cannot be encoded.")
	}
	s.orphans.next = max(s.orphans.next+1, uint64(s.now().UnixNano())) // in the order of their coming
	key := store.Orphan.Key(binary.BigEndian.AppendUint64(nil, s.orphans.next))
	tx.Set(key, store.WithVersion(orphanVersion, body))
	s.stored(tx, 1)
	if s.orphans.count >= maxOrphans {
		s.unfitting(tx, r.Route)
		return nil
	}
	name := nameOf(&r)
	s.orphans.add(name, orphan{key: string(key), receipt: r, since: s.now()})
	tx.OnRollback(func() { s.orphans.remove(name, string(key)) })
	return nil
}

// take removes an orphan from memory; with the ledger too when it has found its part.
func (s *Service) take(tx *store.Tx, name string, o orphan, adopted bool) {
	s.orphans.remove(name, o.key)
	tx.OnRollback(func() { s.orphans.add(name, o) })
	if adopted {
		tx.Delete([]byte(o.key))
		s.stored(tx, -1)
	}
}

// stored counts what is in the ledger.
func (s *Service) stored(tx *store.Tx, n int) {
	s.orphans.stored += n
	tx.OnRollback(func() { s.orphans.stored -= n })
}

// unfitting counts a receipt that is not tried any more.
func (s *Service) unfitting(tx *store.Tx, route string) {
	s.orphans.gone(route, 1)
	tx.OnRollback(func() { s.orphans.gone(route, -1) })
}

// Unmatched returns how many receipts of a route fitted no part within OrphanPatience, since start.
func (s *Service) Unmatched(route string) int64 {
	s.orphans.mu.Lock()
	defer s.orphans.mu.Unlock()
	return s.orphans.never[route]
}

// EachUnmatched hands out receipts in the ledger that fit no part, the newest first, until fn returns false. Some may
// still be tried.
func (s *Service) EachUnmatched(fn func(gateway.Receipt) bool) error {
	return s.store.View(func(tx *store.Tx) error {
		return tx.Each(store.Scan{Prefix: store.Orphan.Key(), Reverse: true}, func(_, value []byte) (bool, error) {
			r, err := decodeOrphan(value)
			return err == nil && fn(r), err
		})
	})
}

// SweepOrphans removes receipts from the ledger that are too old or too many, the oldest first; more is true when one
// entry was not enough for all of them.
func (s *Service) SweepOrphans(tx *store.Tx) (more bool, err error) {
	old, over := uint64(s.now().Add(-OrphanLife).UnixNano()), s.orphans.stored-OrphansKept
	gone := map[string]bool{}
	err = tx.Each(store.Scan{Prefix: store.Orphan.Key(), KeysOnly: true}, func(key, _ []byte) (bool, error) {
		if binary.BigEndian.Uint64(key[1:]) >= old && len(gone) >= over {
			return false, nil
		}
		if more = len(gone) == sweepStep; !more {
			gone[string(key)] = true
		}
		return !more, nil
	})
	if err != nil || len(gone) == 0 {
		return false, err
	}
	for name, list := range s.orphans.byID {
		for _, o := range list {
			if gone[o.key] {
				s.take(tx, name, o, false)
			}
		}
	}
	for key := range gone {
		tx.Delete([]byte(key))
	}
	s.stored(tx, -len(gone))
	return more, nil
}

// adopt gives parts that just got their ids the receipts which came too early.
func (s *Service) adopt(tx *store.Tx, book *Book, w *row, outcomes []PartOutcome) {
	if s.orphans.count == 0 {
		return
	}
	var events []part.Event
	for _, o := range outcomes {
		if o.MessageID == "" {
			continue
		}
		name := orphanID(w.head.RouteName(o.Route), o.MessageID)
		for _, found := range s.orphans.byID[name] {
			events = append(events, s.receiptEvents(w, o.Ref, &found.receipt)...)
			s.take(tx, name, found, true)
		}
	}
	s.append(tx, book, w, events)
}

// RetryOrphans tries receipts without a part once more, and stops trying those that are older than OrphanPatience. It
// returns how many are still tried; more is true when there were too many for one entry of the ledger.
func (s *Service) RetryOrphans(tx *store.Tx) (left int, more bool, err error) {
	perRow, adopted := map[*row][]part.Event{}, 0
	for name, list := range s.orphans.byID {
		for _, o := range list {
			w, ref, ok := s.match(&o.receipt)
			switch {
			case ok && adopted < maxAdopted:
				adopted++
				perRow[w] = append(perRow[w], s.receiptEvents(w, ref, &o.receipt)...)
				s.take(tx, name, o, true)
			case ok:
				more = true
			case s.now().Sub(o.since) >= OrphanPatience:
				s.take(tx, name, o, false)
				s.unfitting(tx, o.receipt.Route)
			}
		}
	}
	return s.orphans.count, more, s.appendAll(tx, perRow)
}

// LoadOrphans brings in the receipts that fitted nothing before the last stop.
func (s *Service) LoadOrphans(tx *store.Tx) error {
	s.orphans.stored = 0
	return tx.Each(store.Scan{Prefix: store.Orphan.Key()}, func(key, value []byte) (bool, error) {
		s.orphans.next = max(s.orphans.next, binary.BigEndian.Uint64(key[1:]))
		s.orphans.stored++
		r, err := decodeOrphan(value)
		if err != nil {
			return false, err
		}
		name := nameOf(&r)
		known := slices.ContainsFunc(s.orphans.byID[name], func(o orphan) bool { return o.key == string(key) })
		if !known && s.orphans.count < maxOrphans && s.now().Sub(r.Received) < OrphanPatience {
			s.orphans.add(name, orphan{key: string(key), receipt: r, since: r.Received})
		}
		return true, nil
	})
}

func decodeOrphan(value []byte) (r gateway.Receipt, err error) {
	_, rest, err := store.CheckVersion(value, orphanVersion)
	if err != nil {
		return r, err
	}
	if err := cbor.Unmarshal(rest, &r); err != nil {
		return r, fault.Wrap(err, fault.Internal, "damaged_record", "A receipt in the ledger is damaged.")
	}
	return r, nil
}
