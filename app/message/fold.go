package message

import (
	"slices"
	"time"

	"noroshi/app/message/part"
)

// journal remembers parts as they were, so that an update that fails leaves no trace.
type journal struct {
	book *Book
	old  []saved
	undo []func()
}

// saved is a part as it was, or a whole copy when it went to another route.
type saved struct {
	row    *row
	copy   uint32
	part   uint8
	was    part.Part
	handed uint32
	due    int64
	hadDue bool
	whole  *savedCopy
}

func (j *journal) rollback() {
	j.book.mu.Lock()
	defer j.book.mu.Unlock()
	for i := len(j.old) - 1; i >= 0; i-- {
		s := &j.old[i]
		if s.whole != nil {
			j.book.restore(s.row, s.copy, s.whole)
			continue
		}
		j.book.setPart(s.row, s.copy, s.part, s.was)
		s.row.handed[s.copy] = s.handed
		if ref := (Ref{Run: s.row.run, Copy: s.copy, Part: s.part}); s.hadDue {
			s.row.due[ref] = s.due
		} else {
			delete(s.row.due, ref)
		}
	}
	for i := len(j.undo) - 1; i >= 0; i-- {
		j.undo[i]()
	}
}

func (b *Book) setPart(w *row, copyNo uint32, n uint8, p part.Part) {
	at := &w.partsOf(copyNo)[n]
	was := *at
	*at = p
	b.counts[was.State()]--
	b.counts[p.State()]++
	switch before, after := was.Pending(), p.Pending(); {
	case after && !before:
		w.open[copyNo/PageSize]++
		w.left[w.routeOf[copyNo]]++
	case before && !after:
		w.open[copyNo/PageSize]--
		w.left[w.routeOf[copyNo]]--
	}
}

// apply folds one event. With ld it also counts what it means for people. Unknown copies are ignored: the log may hold
// events of a page that a rollback took away, never of one that is missing.
func (b *Book) apply(w *row, e part.Event, at time.Time, ld *ledgerDelta, j *journal) {
	switch e.Kind {
	case part.EvClaimRange:
		for c := e.Copy; c < min(e.To, uint32(len(w.numbers))); c++ {
			for n := range w.partsOf(c) {
				b.change(w, c, uint8(n), part.Event{Kind: part.EvClaim}, at, ld, j)
			}
		}
	case part.EvHaltPage:
		first := e.Copy - e.Copy%PageSize
		for c := first; c < min(first+PageSize, uint32(len(w.numbers))); c++ {
			for n := range w.partsOf(c) {
				b.change(w, c, uint8(n), e, at, ld, j)
			}
		}
	case part.EvReroute:
		if e.Copy < uint32(len(w.numbers)) {
			b.reroute(w, e, ld, j)
		}
	default:
		if e.Copy >= uint32(len(w.numbers)) {
			return
		}
		n := uint8(len(w.partsOf(e.Copy)))
		if e.Kind == part.EvTaken && e.Route != w.routeOf[e.Copy] {
			e.Part = min(e.Part, n-1) // of the split on the route it left, which may have had more
		}
		if e.Part < n {
			b.change(w, e.Copy, e.Part, e, at, ld, j)
		}
	}
}

// change folds an event into one part.
func (b *Book) change(w *row, copyNo uint32, n uint8, e part.Event, at time.Time, ld *ledgerDelta, j *journal) {
	was := w.partsOf(copyNo)[n]
	p := part.Fold(was, e)
	if e.Kind == part.EvTaken && e.Route != w.routeOf[copyNo] {
		p |= part.Resent | part.Doubted // the route it left took it after all
	}
	if p == was {
		return
	}
	people := w.peopleOf(copyNo)
	before := b.standings(people, ld)
	if ld != nil {
		if !was.Has(part.Answered) && p.Has(part.Answered) {
			ld.sent++
		}
		if !was.Has(part.Resent) && p.Has(part.Resent) {
			ld.uncertain += b.notYetUncertain(people)
		}
	}
	if j != nil {
		old := saved{row: w, copy: copyNo, part: n, was: was, handed: w.handed[copyNo]}
		if len(w.due) > 0 || p.State() == RetryWait {
			old.due, old.hadDue = w.due[Ref{Run: w.run, Copy: copyNo, Part: n}]
		}
		j.old = append(j.old, old)
	}
	b.setPart(w, copyNo, n, p)
	w.remember(copyNo, n, e, p, at)
	for i := range before {
		ld.move(before[i], b.standingOfPerson(people[i]), 1)
	}
}

// standings returns how people stand, when that is counted.
func (b *Book) standings(people []uint32, ld *ledgerDelta) []Standing {
	if ld == nil {
		return nil
	}
	out := ld.before[:0]
	for _, person := range people {
		out = append(out, b.standingOfPerson(person))
	}
	ld.before = out
	return out
}

// notYetUncertain counts the people none of whose copies went out a second time.
func (b *Book) notYetUncertain(people []uint32) (n int64) {
	for _, person := range people {
		again := false
		b.eachCopy(person, func(w *row, copyNo uint32) {
			again = again || slices.ContainsFunc(w.partsOf(copyNo), func(p part.Part) bool { return p.Has(part.Resent) })
		})
		if !again {
			n++
		}
	}
	return n
}

// remember keeps what is not in the part itself: when it is due again, and when it was last with the route.
func (w *row) remember(copyNo uint32, n uint8, e part.Event, p part.Part, at time.Time) {
	switch e.Kind {
	case part.EvClaim, part.EvTaken, part.EvLost:
		w.handed[copyNo] = max(w.handed[copyNo], uint32(at.Unix()))
	default:
	}
	switch {
	case p.State() == RetryWait:
		w.due[Ref{Run: w.run, Copy: copyNo, Part: n}] = at.Unix() + int64(e.Wait)
	case len(w.due) > 0:
		delete(w.due, Ref{Run: w.run, Copy: copyNo, Part: n})
	}
}
