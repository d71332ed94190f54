package message

import (
	"slices"

	"noroshi/app/message/part"
	"noroshi/app/phone"
	"noroshi/app/store"
)

// moved is what the page does not say of a copy that went to another route.
type moved struct {
	parts   []part.Part // on the new route; nil when it has as many there as the page says
	refused []uint8     // routes that refused it for a reason of their own
	times   uint8       // how often it moved
}

// maxMoves bounds how often one copy changes its route, when lines come and go.
const maxMoves = 16

// savedCopy is a copy as it was before it moved.
type savedCopy struct {
	parts  []part.Part
	route  uint8
	was    moved
	before bool // it had moved before
	due    map[Ref]int64
}

// reroute folds EvReroute. A copy of which anything is on its way, in doubt or taken stays where it is, whoever asks.
func (b *Book) reroute(w *row, e part.Event, ld *ledgerDelta, j *journal) {
	parts := w.partsOf(e.Copy)
	from := w.routeOf[e.Copy]
	if !part.Movable(parts) || e.Route == from || int(e.Route) >= len(w.head.Routes) || e.Part == 0 {
		return
	}
	m, had := w.moved[e.Copy]
	old := &savedCopy{parts: slices.Clone(parts), route: from, was: m, before: had}
	for n := range parts {
		ref := Ref{Run: w.run, Copy: e.Copy, Part: uint8(n)}
		if due, ok := w.due[ref]; ok {
			if old.due == nil {
				old.due = map[Ref]int64{}
			}
			old.due[ref] = due
			delete(w.due, ref)
		}
	}
	if j != nil {
		j.old = append(j.old, saved{row: w, copy: e.Copy, whole: old})
	}
	people := w.peopleOf(e.Copy)
	before := b.standings(people, ld)
	m.times = uint8(min(255, int(m.times)+1))
	if part.Why(e.Class) == part.RefusedHere {
		m.refused = append(slices.Clone(m.refused), from)
	}
	b.place(w, e.Copy, e.Route, m, make([]part.Part, e.Part))
	if ld != nil {
		ld.parts += int64(e.Part) - int64(len(old.parts))
	}
	for i := range before {
		ld.move(before[i], b.standingOfPerson(people[i]), 1)
	}
}

// restore takes a move back.
func (b *Book) restore(w *row, copyNo uint32, s *savedCopy) {
	b.place(w, copyNo, s.route, s.was, s.parts)
	if !s.before {
		delete(w.moved, copyNo)
	}
	for ref, due := range s.due {
		w.due[ref] = due
	}
}

// place puts a copy with these parts on a route instead of those it has.
func (b *Book) place(w *row, copyNo uint32, route uint8, m moved, parts []part.Part) {
	page, old := copyNo/PageSize, w.partsOf(copyNo)
	for _, p := range old {
		b.counts[p.State()]--
		if p.Pending() {
			w.open[page]--
			w.left[w.routeOf[copyNo]]--
		}
	}
	w.extra += len(parts) - len(old)
	if home := w.parts[w.first[copyNo]:w.first[copyNo+1]]; len(home) == len(parts) {
		copy(home, parts)
		m.parts = nil
	} else {
		clear(home)
		m.parts = parts
	}
	w.moved[copyNo], w.routeOf[copyNo] = m, route
	for _, p := range parts {
		b.counts[p.State()]++
		if p.Pending() {
			w.open[page]++
			w.left[route]++
		}
	}
}

// Stuck is a copy that waits for its route and may go to another one.
type Stuck struct {
	Copy    uint32
	Number  phone.Number
	Route   uint8   // where it waits
	Refused []uint8 // routes that do not want it
}

// Stuck returns the copies of a page which wait for one of the routes and of which nothing was ever handed over, nor is
// in doubt.
func (b *Book) Stuck(run Run, pageNo uint32, on func(route uint8) bool) []Stuck {
	b.mu.RLock()
	defer b.mu.RUnlock()
	w := b.row(run)
	if w == nil || int(pageNo) >= len(w.open) || w.open[pageNo] == 0 {
		return nil
	}
	var out []Stuck
	first := pageNo * PageSize
	for c := first; c < min(first+PageSize, uint32(len(w.numbers))); c++ {
		if route := w.routeOf[c]; on(route) && part.Movable(w.partsOf(c)) && w.moved[c].times < maxMoves {
			out = append(out, Stuck{Copy: c, Number: w.numbers[c], Route: route, Refused: w.moved[c].refused})
		}
	}
	return out
}

// Refused returns the copy of a part that its route refuses right now, if it may go to another one: all of it waits or
// is out for the first time, and none of it is in doubt or taken.
func (b *Book) Refused(ref Ref) (Stuck, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	w := b.row(ref.Run)
	if w == nil || int(ref.Copy) >= len(w.numbers) || w.moved[ref.Copy].times >= maxMoves {
		return Stuck{}, false
	}
	for _, p := range w.partsOf(ref.Copy) {
		if !p.Movable() && (p.State() != Submitting || p.Has(part.Doubted|part.Resent)) {
			return Stuck{}, false
		}
	}
	return Stuck{
		Copy: ref.Copy, Number: w.numbers[ref.Copy], Route: w.routeOf[ref.Copy], Refused: w.moved[ref.Copy].refused,
	}, true
}

// Reroute is a copy that goes to another route.
type Reroute struct {
	Copy     uint32
	From, To uint8 // places in the run's table of routes
	Parts    uint8 // on the new route
	Why      part.Why
}

// Reroute moves copies to another route: a new attempt with a split of its own. A copy that is no longer on From, or of
// which a part was claimed, taken or halted meanwhile, stays where it is. It returns how many moved.
func (s *Service) Reroute(tx *store.Tx, run Run, list []Reroute) (done int, err error) {
	book, w, err := s.rowFor(tx, run)
	if err != nil {
		return 0, err
	}
	events := make([]part.Event, 0, len(list))
	book.mu.RLock()
	for _, r := range list {
		if int(r.Copy) < len(w.numbers) && w.routeOf[r.Copy] == r.From && part.Movable(w.partsOf(r.Copy)) {
			events = append(events, part.Event{
				Kind: part.EvReroute, Copy: r.Copy, Route: r.To, Part: r.Parts, Class: uint8(r.Why),
			})
		}
	}
	book.mu.RUnlock()
	s.append(tx, book, w, events)
	return len(events), nil
}

// asItIs puts the route a copy has now, and its parts there, into what its page says. b is nil when the book is not in
// memory.
func (b *Book) asItIs(run Run, copyNo uint32, c *Copy) {
	if b == nil {
		return
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	if w := b.row(run); w != nil && len(w.moved) > 0 && int(copyNo) < len(w.numbers) {
		c.Route, c.Parts = w.routeOf[copyNo], uint8(len(w.partsOf(copyNo)))
	}
}
