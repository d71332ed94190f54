package message

import (
	"encoding/binary"
	"slices"
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
	next  uint64
	count int
	byID  map[string][]orphan // route, NUL, canonical id
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
)

// OrphanPatience is how long a receipt that fits nothing is tried again; after that it stays in the ledger and is
// shown.
const OrphanPatience = 10 * time.Minute

func newOrphans() orphans { return orphans{byID: map[string][]orphan{}} }

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
	if s.orphans.next == 0 {
		s.orphans.next = uint64(s.now().UnixNano()) // greater than any before; the order is all that matters
	}
	s.orphans.next++
	key := store.Orphan.Key(binary.BigEndian.AppendUint64(nil, s.orphans.next))
	tx.Set(key, store.WithVersion(orphanVersion, body))
	if s.orphans.count >= maxOrphans {
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
	}
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
			}
		}
	}
	return s.orphans.count, more, s.appendAll(tx, perRow)
}

// LoadOrphans brings in the receipts that fitted nothing before the last stop.
func (s *Service) LoadOrphans(tx *store.Tx) error {
	return tx.Each(store.Scan{Prefix: store.Orphan.Key()}, func(key, value []byte) (bool, error) {
		s.orphans.next = max(s.orphans.next, binary.BigEndian.Uint64(key[1:]))
		_, rest, err := store.CheckVersion(value, orphanVersion)
		if err != nil {
			return false, err
		}
		var r gateway.Receipt
		if err := cbor.Unmarshal(rest, &r); err != nil {
			return false, fault.Wrap(err, fault.Internal, "damaged_record", "A receipt in the ledger is damaged.")
		}
		name := nameOf(&r)
		known := slices.ContainsFunc(s.orphans.byID[name], func(o orphan) bool { return o.key == string(key) })
		if !known && s.orphans.count < maxOrphans && s.now().Sub(r.Received) < OrphanPatience {
			s.orphans.add(name, orphan{key: string(key), receipt: r, since: r.Received})
		}
		return true, nil
	})
}
