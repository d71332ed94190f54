package message

import (
	"encoding/binary"
	"sort"
	"time"

	"github.com/fxamacker/cbor/v2"

	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/phone"
	"noroshi/app/smstext"
	"noroshi/app/store"
)

// Receipts folds a batch of receipts. Those that fit no part are kept as orphans and tried again whenever an outcome is
// recorded; nothing is lost, so the gateway may answer the operator once the transaction is durable.
func (s *Service) Receipts(tx *store.Tx, receipts []gateway.Receipt) error {
	perRow := map[*row][]event{}
	for i := range receipts {
		r := &receipts[i]
		w, ref, ok := s.match(r)
		if !ok {
			if err := s.keepOrphan(tx, *r); err != nil {
				return err
			}
			continue
		}
		perRow[w] = append(perRow[w], s.receiptEvents(w, ref, r)...)
	}
	rows := make([]*row, 0, len(perRow))
	for w := range perRow {
		rows = append(rows, w)
	}
	sort.Slice(rows, func(i, j int) bool { return rows[i].slot < rows[j].slot })
	for _, w := range rows {
		book, err := s.bookFor(tx, w.run.Broadcast)
		if err != nil {
			return err
		}
		s.append(tx, book, w, perRow[w])
	}
	return nil
}

// receiptEvents returns the events of one receipt: one for its part, or for all parts when the receipt counts them.
func (s *Service) receiptEvents(w *row, ref Ref, r *gateway.Receipt) []event {
	e := event{kind: evReceipt, copy: ref.Copy, part: ref.Part, state: reportedState(r.State), text: r.Err}
	parts := len(w.partsOf(ref.Copy))
	if e.state == Delivered && parts > 1 && r.Sub >= 2 && r.Dlvrd == r.Sub {
		events := make([]event, parts)
		for i := range events {
			events[i] = e
			events[i].part = uint8(i)
		}
		return events
	}
	return []event{e}
}

func reportedState(s gateway.ReceiptState) PartState {
	switch s {
	case gateway.Enroute:
		return Enroute
	case gateway.Delivered:
		return Delivered
	case gateway.Expired:
		return Expired
	case gateway.Deleted:
		return Deleted
	case gateway.Undeliverable:
		return Undeliverable
	case gateway.AcceptedState:
		return Accepted
	case gateway.Rejected:
		return Rejected
	case gateway.UnknownState:
	}
	return Unknown
}

// match finds the part a receipt speaks of: by one of its ids, or, for a part that was handed over without a response,
// by the number it came from.
func (s *Service) match(r *gateway.Receipt) (*row, Ref, bool) {
	for _, messageID := range r.IDs {
		v, exact, ok := s.ids.find(r.Route, messageID)
		if !ok {
			continue
		}
		slot, copyNo, n := v.place()
		w := s.slot(slot)
		if w == nil || int(copyNo) >= len(w.numbers) {
			continue
		}
		if !exact && (!formAllows(w, r.Route) || !s.sameNumber(w, copyNo, r)) {
			continue
		}
		if r.Final {
			s.ids.end(r.Route, messageID)
		}
		return w, Ref{Run: w.run, Copy: copyNo, Part: n}, true
	}
	return s.prove(r)
}

// formAllows reports whether the route lets ids match in other forms than the exact one.
func formAllows(w *row, route string) bool {
	for _, use := range w.head.Routes {
		if use.Name == route {
			return use.MsgIDForm != "exact"
		}
	}
	return true
}

func (s *Service) slot(n uint16) *row {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if int(n) >= len(s.slots) {
		return nil
	}
	return s.slots[n]
}

func (s *Service) sameNumber(w *row, copyNo uint32, r *gateway.Receipt) bool {
	number := w.numbers[copyNo]
	return numberIs(number, r.From) || numberIs(number, r.To)
}

func numberIs(n phone.Number, digits string) bool {
	got, err := phone.ParseE164(digits)
	return err == nil && got == n
}

// prove takes a receipt with an unknown id as proof that an uncertain part was taken, if its number has one on that route.
func (s *Service) prove(r *gateway.Receipt) (*row, Ref, bool) {
	for _, digits := range []string{r.From, r.To} {
		number, err := phone.ParseE164(digits)
		if err != nil {
			continue
		}
		for _, found := range s.Find(number) {
			found.book.mu.RLock()
			n, ok := uncertainPart(found.row, found.Copy, r.Route)
			found.book.mu.RUnlock()
			if ok {
				return found.row, Ref{Run: found.Run, Copy: found.Copy, Part: n}, true
			}
		}
	}
	return nil, Ref{}, false
}

func uncertainPart(w *row, copyNo uint32, route string) (uint8, bool) {
	if w.head.RouteName(w.routeOf[copyNo]) != route {
		return 0, false
	}
	for i, p := range w.partsOf(copyNo) {
		if p.state() == SubmitUncertain {
			return uint8(i), true
		}
	}
	return 0, false
}

// orphans are receipts that fit no part yet.
type orphans struct {
	next uint64
	byID map[string]orphan // route, NUL, canonical id
}

type orphan struct {
	key     []byte
	receipt gateway.Receipt
	since   time.Time
}

const (
	maxOrphans    = 20_000
	orphanVersion = 1
)

// OrphanPatience is how long a receipt that fits nothing is tried again; after that it stays in the ledger and is shown.
const OrphanPatience = 10 * time.Minute

func newOrphans() orphans { return orphans{byID: map[string]orphan{}} }

func orphanID(route, messageID string) string { return route + "\x00" + smstext.IDKey(messageID) }

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
	if len(r.IDs) == 0 || len(s.orphans.byID) >= maxOrphans {
		return nil
	}
	name := orphanID(r.Route, r.IDs[0])
	before, had := s.orphans.byID[name]
	s.orphans.byID[name] = orphan{key: key, receipt: r, since: s.now()}
	tx.OnRollback(func() {
		delete(s.orphans.byID, name)
		if had {
			s.orphans.byID[name] = before
		}
	})
	return nil
}

// adopt gives parts that just got their ids the receipts which came too early.
func (s *Service) adopt(tx *store.Tx, book *Book, w *row, outcomes []PartOutcome) error {
	if len(s.orphans.byID) == 0 {
		return nil
	}
	var events []event
	for _, o := range outcomes {
		if o.MessageID == "" {
			continue
		}
		name := orphanID(w.head.RouteName(o.Route), o.MessageID)
		found, ok := s.orphans.byID[name]
		if !ok {
			continue
		}
		events = append(events, s.receiptEvents(w, o.Ref, &found.receipt)...)
		tx.Delete(found.key)
		delete(s.orphans.byID, name)
		tx.OnRollback(func() { s.orphans.byID[name] = found })
	}
	s.append(tx, book, w, events)
	return nil
}

// RetryOrphans tries receipts without a part once more and stops trying those that are older than OrphanPatience. It
// returns how many are still tried.
func (s *Service) RetryOrphans(tx *store.Tx) (int, error) {
	for name, o := range s.orphans.byID {
		w, ref, ok := s.match(&o.receipt)
		if !ok && s.now().Sub(o.since) < OrphanPatience {
			continue
		}
		delete(s.orphans.byID, name)
		tx.OnRollback(func() { s.orphans.byID[name] = o })
		if ok {
			book, err := s.bookFor(tx, w.run.Broadcast)
			if err != nil {
				return 0, err
			}
			tx.Delete(o.key)
			s.append(tx, book, w, s.receiptEvents(w, ref, &o.receipt))
		}
	}
	return len(s.orphans.byID), nil
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
		if len(r.IDs) > 0 && len(s.orphans.byID) < maxOrphans && s.now().Sub(r.Received) < OrphanPatience {
			o := orphan{key: append([]byte(nil), key...), receipt: r, since: r.Received}
			s.orphans.byID[orphanID(r.Route, r.IDs[0])] = o
		}
		return true, nil
	})
}
