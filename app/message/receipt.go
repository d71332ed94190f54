package message

import (
	"maps"
	"slices"

	"noroshi/app/gateway"
	"noroshi/app/message/part"
	"noroshi/app/message/partids"
	"noroshi/app/phone"
	"noroshi/app/smstext"
	"noroshi/app/store"
)

// Receipts folds a batch of receipts. Those that fit no part are kept as orphans and tried again whenever an outcome is
// recorded; nothing is lost, so the gateway may answer the operator once the transaction is durable.
func (s *Service) Receipts(tx *store.Tx, receipts []gateway.Receipt) error {
	perRow := map[*row][]part.Event{}
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
	return s.appendAll(tx, perRow)
}

// appendAll appends events to several runs, always in the same order.
func (s *Service) appendAll(tx *store.Tx, perRow map[*row][]part.Event) error {
	rows := slices.SortedFunc(maps.Keys(perRow), func(a, b *row) int { return int(a.slot) - int(b.slot) })
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
func (s *Service) receiptEvents(w *row, ref Ref, r *gateway.Receipt) []part.Event {
	e := part.Event{Kind: part.EvReceipt, Copy: ref.Copy, Part: ref.Part, State: reportedState(r.State), Text: r.Err}
	parts := len(w.partsOf(ref.Copy))
	if e.State == Delivered && parts > 1 && r.Sub >= 2 && r.Dlvrd == r.Sub {
		events := make([]part.Event, parts)
		for i := range events {
			events[i] = e
			events[i].Part = uint8(i)
		}
		return events
	}
	return []part.Event{e}
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
// by the number it came from. A part whose id and number both fit is before one whose id is exactly the same but whose
// number is another: decimal 10000 is also somebody's hexadecimal 10000.
func (s *Service) match(r *gateway.Receipt) (*row, Ref, bool) {
	var exactly *row
	var meant partids.Place
	for _, messageID := range r.IDs {
		p, exact, ok := s.ids.Find(r.Route, messageID)
		w, ref, ok := s.at(p, ok)
		switch {
		case !ok:
		case s.sameNumber(w, ref.Copy, r) && (exact || formOf(w, r.Route) != smstext.IDExact):
			return w, ref, s.found(r, p)
		case exact && exactly == nil:
			exactly, meant = w, p
		}
	}
	for _, messageID := range r.IDs {
		for _, p := range s.ids.Others(r.Route, messageID, smstext.IDAuto) {
			w, ref, ok := s.at(p, true)
			if ok && formAllows(w, r.Route, p, messageID, s.ids) && s.sameNumber(w, ref.Copy, r) {
				return w, ref, s.found(r, p)
			}
		}
	}
	if exactly != nil {
		return exactly, Ref{Run: exactly.run, Copy: meant.Copy, Part: meant.Part}, s.found(r, meant)
	}
	return s.prove(r)
}

// at returns the part of a place, if it is still there.
func (s *Service) at(p partids.Place, ok bool) (*row, Ref, bool) {
	w := s.slot(p.Slot)
	if !ok || w == nil || int(p.Copy) >= len(w.numbers) {
		return nil, Ref{}, false
	}
	return w, Ref{Run: w.run, Copy: p.Copy, Part: p.Part}, true
}

// found lets go of the id when the receipt is final; it always returns true.
func (s *Service) found(r *gateway.Receipt, p partids.Place) bool {
	for i := 0; r.Final && i < len(r.IDs); i++ {
		s.ids.End(r.Route, r.IDs[i], p)
	}
	return true
}

// formOf returns how the receipts of the route write ids.
func formOf(w *row, route string) smstext.IDForm {
	for _, use := range w.head.Routes {
		if use.Name == route {
			form, _ := smstext.ParseIDForm(use.MsgIDForm) // what the configuration could not check is auto
			return form
		}
	}
	return smstext.IDAuto
}

// formAllows reports whether an id may be read in the other notation on the route.
func formAllows(w *row, route string, p partids.Place, messageID string, ids *partids.Index) bool {
	form := formOf(w, route)
	return form != smstext.IDExact && slices.Contains(ids.Others(route, messageID, form), p)
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

// prove takes a receipt with an unknown id as proof that an uncertain part was taken, if its number has exactly one on
// that route that it can be of. The id is remembered, so that what else is reported under it proves no other part.
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
			if !ok {
				continue
			}
			ref := Ref{Run: found.Run, Copy: found.Copy, Part: n}
			for _, messageID := range r.IDs {
				s.Register(r.Route, ref, messageID)
			}
			return found.row, ref, true
		}
	}
	return nil, Ref{}, false
}

// uncertainPart returns the one part of a copy an unknown id can be of. With another one in doubt or on its way, it may
// be of either: to take the wrong one for taken would leave a hole in the text.
func uncertainPart(w *row, copyNo uint32, route string) (n uint8, ok bool) {
	if w.head.RouteName(w.routeOf[copyNo]) != route {
		return 0, false
	}
	for i, p := range w.partsOf(copyNo) {
		switch s := p.State(); {
		case s == Submitting, s == SubmitUncertain && ok:
			return 0, false
		case s == SubmitUncertain:
			n, ok = uint8(i), true
		}
	}
	return n, ok
}
