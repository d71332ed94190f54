package message

import (
	"time"

	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/id"
	"noroshi/app/message/part"
	"noroshi/app/message/partids"
	"noroshi/app/store"
)

// Claim writes down that these parts are about to go out on a route of the run's table, and returns those that may: a
// part that was halted or claimed meanwhile, or whose copy went to another route, is left out. A part that is claimed
// and gets no outcome before a crash is uncertain.
func (s *Service) Claim(tx *store.Tx, run Run, route uint8, refs []Ref) ([]Ref, error) {
	book, w, err := s.rowFor(tx, run)
	if err != nil {
		return nil, err
	}
	ready := make([]Ref, 0, len(refs))
	book.mu.RLock()
	for _, r := range refs {
		if p, ok := w.part(r); ok && p.Due() && w.routeOf[r.Copy] == route {
			ready = append(ready, r)
		}
	}
	events := claimEvents(w, ready)
	book.mu.RUnlock()
	s.append(tx, book, w, events)
	return ready, nil
}

// claimEvents folds runs of whole copies into ranges: a slice of a page costs a few octets.
func claimEvents(w *row, refs []Ref) []part.Event {
	var events []part.Event
	for i := 0; i < len(refs); {
		from, end := refs[i].Copy, i
		to := from
		for end < len(refs) && refs[end].Copy == to && refs[end].Part == 0 {
			n := len(w.partsOf(to))
			if end+n > len(refs) || refs[end+n-1].Copy != to || int(refs[end+n-1].Part) != n-1 {
				break
			}
			end, to = end+n, to+1
		}
		if end > i {
			events = append(events, part.Event{Kind: part.EvClaimRange, Copy: from, To: to})
			i = end
			continue
		}
		events = append(events, part.Event{Kind: part.EvClaim, Copy: refs[i].Copy, Part: refs[i].Part})
		i++
	}
	return events
}

func (w *row) part(r Ref) (part.Part, bool) {
	if int(r.Copy) >= len(w.numbers) || int(r.Part) >= len(w.partsOf(r.Copy)) {
		return 0, false
	}
	return w.partsOf(r.Copy)[r.Part], true
}

func (s *Service) rowFor(tx *store.Tx, run Run) (*Book, *row, error) {
	book, err := s.bookFor(tx, run.Broadcast)
	if err != nil {
		return nil, nil, err
	}
	w := book.row(run)
	if w == nil {
		return nil, nil, fault.New(fault.NotFound, "run_not_found", "There are no such messages.")
	}
	return book, w, nil
}

// PartOutcome is what the far side said about a part that was claimed.
type PartOutcome struct {
	Ref   Ref
	Route uint8 // place in the run's table of routes
	gateway.Outcome
	Again time.Duration // for an outcome that is tried again: the pause; 0 means never again
}

// Record writes outcomes of one run.
func (s *Service) Record(tx *store.Tx, run Run, outcomes []PartOutcome) error {
	book, w, err := s.rowFor(tx, run)
	if err != nil {
		return err
	}
	events := make([]part.Event, 0, len(outcomes))
	for _, o := range outcomes {
		events = append(events, outcomeEvent(o))
	}
	s.append(tx, book, w, events)
	s.adopt(tx, book, w, outcomes)
	return nil
}

func outcomeEvent(o PartOutcome) part.Event {
	e := part.Event{Copy: o.Ref.Copy, Part: o.Ref.Part, Route: o.Route, Class: uint8(o.Class), Status: o.Status}
	switch o.Class {
	case gateway.Accepted:
		e.Kind, e.Text = part.EvTaken, o.MessageID
	case gateway.Uncertain:
		e.Kind = part.EvLost
	case gateway.NotSent:
		e.Kind = part.EvNotWritten
	default:
		e.Kind = part.EvRefusedFinal
		if o.Again > 0 {
			e.Kind, e.Wait = part.EvRefusedNow, uint32((o.Again+time.Second-1)/time.Second)
		}
	}
	return e
}

// Register makes an SMSC's id known before its outcome is durable, so that a receipt which comes at once finds its
// part. It may be called from any goroutine.
func (s *Service) Register(route string, ref Ref, messageID string) {
	book := s.Book(ref.Run.Broadcast)
	if book == nil || messageID == "" {
		return
	}
	book.mu.RLock()
	w := book.row(ref.Run)
	book.mu.RUnlock()
	if w != nil {
		s.ids.Add(route, messageID, partids.Place{Slot: w.slot, Copy: ref.Copy, Part: ref.Part})
	}
}

// Decision is what becomes of parts whose outcome nobody knows.
type Decision uint8

// The decisions.
const (
	SendAgain   Decision = iota // offer it again and mark that the person may have got it twice
	MarkUnknown                 // leave it and show it as unknown
	WaitedOut                   // the deadline has passed
)

// Decide settles parts of one run.
func (s *Service) Decide(tx *store.Tx, run Run, refs []Ref, d Decision) error {
	book, w, err := s.rowFor(tx, run)
	if err != nil {
		return err
	}
	kind := [...]part.Kind{SendAgain: part.EvResend, MarkUnknown: part.EvGiveUp, WaitedOut: part.EvDeadline}[d]
	events := make([]part.Event, 0, len(refs))
	for _, r := range refs {
		events = append(events, part.Event{Kind: kind, Copy: r.Copy, Part: r.Part})
	}
	s.append(tx, book, w, events)
	return nil
}

// Doubt turns claims without an outcome into uncertain parts: what a start after a crash does with what it finds.
func (s *Service) Doubt(tx *store.Tx, run Run, refs []Ref) error {
	book, w, err := s.rowFor(tx, run)
	if err != nil {
		return err
	}
	events := make([]part.Event, 0, len(refs))
	for _, r := range refs {
		events = append(events, part.Event{Kind: part.EvLost, Copy: r.Copy, Part: r.Part})
	}
	s.append(tx, book, w, events)
	return nil
}

// Halt ends whatever was not handed over yet, in pages from (inclusive) to (exclusive); the caller goes on until more
// is false. Parts that are on their way keep going.
func (s *Service) Halt(tx *store.Tx, run Run, from, to uint32) (more bool, err error) {
	book, w, err := s.rowFor(tx, run)
	if err != nil {
		return false, err
	}
	var events []part.Event
	for p := from; p < to && int(p) < len(w.open); p++ {
		if w.open[p] > 0 {
			events = append(events, part.Event{Kind: part.EvHaltPage, Copy: p * PageSize})
		}
	}
	s.append(tx, book, w, events)
	return int(to) < len(w.open), nil
}

// Runs returns the runs of a broadcast that are in memory.
func (b *Book) Runs() []Run {
	b.mu.RLock()
	defer b.mu.RUnlock()
	runs := make([]Run, len(b.rows))
	for i, w := range b.rows {
		runs[i] = w.run
	}
	return runs
}

// Broadcast returns whose book it is.
func (b *Book) Broadcast() id.Broadcast { return b.broadcast }
