package message

import (
	"errors"
	"slices"
	"time"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/message/leaf"
	"noroshi/app/message/part"
	"noroshi/app/phone"
	"noroshi/app/store"
)

// Found is a copy that went to a number.
type Found struct {
	Run    Run
	Copy   uint32
	People []uint32 // places in the frozen audience
	book   *Book
	row    *row
}

// Find returns the copies to a number in all books that are in memory, the newest broadcast first.
func (s *Service) Find(number phone.Number) []Found {
	s.mu.RLock()
	books := make([]*Book, 0, len(s.books))
	for _, b := range s.books {
		books = append(books, b)
	}
	s.mu.RUnlock()
	slices.SortFunc(books, func(a, b *Book) int { return int(min(1, max(-1, int64(b.broadcast)-int64(a.broadcast)))) })
	var found []Found
	for _, b := range books {
		b.mu.RLock()
		for _, w := range b.rows {
			if i, ok := w.find(number); ok {
				found = append(found, Found{Run: w.run, Copy: i, People: slices.Clone(w.peopleOf(i)), book: b, row: w})
			}
		}
		b.mu.RUnlock()
	}
	return found
}

// Due returns up to limit parts of a page that may be handed over now, in order, whole copies first; later is the
// earliest Unix second at which a part that waits for another try is due, 0 when none does.
func (b *Book) Due(run Run, pageNo uint32, now time.Time, limit int) (refs []Ref, later int64) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	w := b.row(run)
	if w == nil || int(pageNo) >= len(w.open) || w.open[pageNo] == 0 {
		return nil, 0
	}
	first := pageNo * PageSize
	for c := first; c < min(first+PageSize, uint32(len(w.numbers))); c++ {
		for n, p := range w.partsOf(c) {
			ref := Ref{Run: run, Copy: c, Part: uint8(n)}
			switch p.State() {
			case Queued:
			case RetryWait:
				if due := w.due[ref]; due > now.Unix() {
					if later == 0 || due < later {
						later = due
					}
					continue
				}
			default:
				continue
			}
			if len(refs) < limit || n > 0 && refs[len(refs)-1].Copy == c {
				refs = append(refs, ref)
			}
		}
	}
	return refs, later
}

// Tries returns how many tries of a part were counted.
func (b *Book) Tries(r Ref) int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if w := b.row(r.Run); w != nil {
		if p, ok := w.part(r); ok {
			return p.Tries()
		}
	}
	return 0
}

// InState returns the parts of a run in a state, up to limit.
func (b *Book) InState(run Run, s PartState, limit int) []Ref {
	b.mu.RLock()
	defer b.mu.RUnlock()
	w := b.row(run)
	if w == nil || b.counts[s] == 0 {
		return nil
	}
	var refs []Ref
	for c := range uint32(len(w.numbers)) {
		for n, p := range w.partsOf(c) {
			if p.State() == s {
				if refs = append(refs, Ref{Run: run, Copy: c, Part: uint8(n)}); len(refs) == limit {
					return refs
				}
			}
		}
	}
	return refs
}

// Overdue returns parts of a run that have waited long enough, up to limit. The moment before which that is depends on
// the route: it is held against the last try of parts that were handed over or are in doubt, and against the launch for
// those that were not handed over at all.
func (b *Book) Overdue(run Run, before func(route string) time.Time, launched time.Time, limit int) []Ref {
	b.mu.RLock()
	defer b.mu.RUnlock()
	w := b.row(run)
	if w == nil {
		return nil
	}
	cut := [NoRoute + 1]int64{}
	for place := range cut {
		cut[place] = before(w.head.RouteName(uint8(place))).Unix()
	}
	var refs []Ref
	for c := range uint32(len(w.numbers)) {
		latest := cut[w.routeOf[c]]
		tried, unsent := max(int64(w.handed[c]), launched.Unix()) < latest, launched.Unix() < latest
		for n, p := range w.partsOf(c) {
			s := p.State()
			if tried && (s == Accepted || s == Enroute || s == SubmitUncertain) || unsent && p.Due() {
				if refs = append(refs, Ref{Run: run, Copy: c, Part: uint8(n)}); len(refs) == limit {
					return refs
				}
			}
		}
	}
	return refs
}

// Counts returns the number of parts in each state.
func (b *Book) Counts() map[PartState]int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	m := map[PartState]int{}
	for s := range Unknown + 1 {
		m[s] = b.counts[s]
	}
	return m
}

// Total returns the number of parts of the broadcast.
func (b *Book) Total() int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	n := 0
	for _, w := range b.rows {
		n += len(w.parts) + w.extra
	}
	return n
}

// Pending returns how many parts may still have to be handed over.
func (b *Book) Pending() int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.counts[Queued] + b.counts[Submitting] + b.counts[RetryWait] + b.counts[SubmitUncertain]
}

// PendingOn returns how many parts of a run may still have to be handed over on each route, by place in its table.
func (b *Book) PendingOn(run Run) map[uint8]int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	out := map[uint8]int{}
	if w := b.row(run); w != nil {
		for place, n := range w.left {
			if n > 0 {
				out[uint8(place)] = int(n)
			}
		}
	}
	return out
}

// PendingByRoute returns how many parts may still have to be handed over on each route, by name; copies without a route
// are left out.
func (b *Book) PendingByRoute() map[string]int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	out := map[string]int{}
	for _, w := range b.rows {
		for place, use := range w.head.Routes[:min(len(w.head.Routes), NoRoute)] {
			if n := w.left[place]; n > 0 {
				out[use.Name] += int(n)
			}
		}
	}
	return out
}

// RoutesOf returns the names of the routes that parts of one run are on; empty for a copy without one.
func (b *Book) RoutesOf(refs []Ref) []string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	out := make([]string, len(refs))
	for i, r := range refs {
		if w := b.row(r.Run); w != nil && int(r.Copy) < len(w.routeOf) {
			out[i] = w.head.RouteName(w.routeOf[r.Copy])
		}
	}
	return out
}

// WaitingFor returns the routes of which a page has something to hand over, by place in the run's table; ok is false
// when there is no such page.
func (b *Book) WaitingFor(run Run, pageNo uint32) (places []uint8, ok bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	w := b.row(run)
	if w == nil || int(pageNo) >= len(w.open) {
		return nil, false
	}
	first := pageNo * PageSize
	for c := first; w.open[pageNo] > 0 && c < min(first+PageSize, uint32(len(w.numbers))); c++ {
		if route := w.routeOf[c]; !slices.Contains(places, route) && w.pendingOf(c) > 0 {
			places = append(places, route)
		}
	}
	return places, true
}

// Reached is how a person was reached.
type Reached struct {
	Standing  Standing
	Uncertain bool // may have got the text twice
	Doubted   bool // nobody knew at one time whether it was taken
}

// Person returns how a person of the audience was reached.
func (b *Book) Person(person uint32) Reached {
	b.mu.RLock()
	defer b.mu.RUnlock()
	r := Reached{Standing: b.standingOfPerson(person)}
	b.eachCopy(person, func(w *row, copyNo uint32) {
		for _, p := range w.partsOf(copyNo) {
			r.Uncertain = r.Uncertain || p.Has(part.Resent)
			r.Doubted = r.Doubted || p.Has(part.Doubted)
		}
	})
	return r
}

func (b *Book) eachCopy(person uint32, fn func(w *row, copyNo uint32)) {
	if int(person) >= len(b.copies) || b.copies[person] == 0 {
		return
	}
	for _, v := range append([]uint32{b.copies[person]}, b.more[person]...) {
		v--
		fn(b.rows[v>>rowShift], v&(1<<rowShift-1))
	}
}

// CopiesOf returns the copies that serve a person.
func (b *Book) CopiesOf(person uint32) []Ref {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var refs []Ref
	b.eachCopy(person, func(w *row, copyNo uint32) { refs = append(refs, Ref{Run: w.run, Copy: copyNo}) })
	return refs
}

// Head returns what all copies of the run have in common.
func (b *Book) Head(run Run) (Head, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	w := b.row(run)
	if w == nil {
		return Head{}, false
	}
	return w.head, true
}

// EachCopy reads the copies of a page from the ledger, on the routes they have now.
func (s *Service) EachCopy(run Run, head Head, pageNo uint32, fn func(copyNo uint32, c Copy) error) error {
	book := s.Book(run.Broadcast)
	return s.store.View(func(tx *store.Tx) error {
		value, ok, err := tx.Get(store.MessagePage.Key(run.key(), be32(pageNo)))
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.NotFound, "page_not_found", "There is no such page of messages.")
		}
		p, err := leaf.Parse(value)
		if err != nil {
			return err
		}
		for i := range p.Count() {
			c, err := p.CopyAt(i, len(head.Vars))
			if err != nil {
				return err
			}
			copyNo := pageNo*PageSize + uint32(i)
			book.asItIs(run, copyNo, &c)
			if err := fn(copyNo, c); err != nil {
				return err
			}
		}
		return nil
	})
}

// Copy reads one copy within a transaction. Returns NotFound (code copy_not_found).
func (s *Service) Copy(tx *store.Tx, run Run, copyNo uint32) (Copy, Head, error) {
	value, ok, err := tx.Get(store.MessageRun.Key(run.key()))
	if err != nil || !ok {
		return Copy{}, Head{}, errors.Join(err, errNoCopy(ok))
	}
	head, err := decodeHead(value)
	if err != nil {
		return Copy{}, Head{}, err
	}
	value, ok, err = tx.Get(store.MessagePage.Key(run.key(), be32(copyNo/PageSize)))
	if err != nil || !ok {
		return Copy{}, Head{}, errors.Join(err, errNoCopy(ok))
	}
	p, err := leaf.Parse(value)
	if err != nil {
		return Copy{}, Head{}, err
	}
	if int(copyNo%PageSize) >= p.Count() {
		return Copy{}, Head{}, errNoCopy(false)
	}
	c, err := p.CopyAt(int(copyNo%PageSize), len(head.Vars))
	s.Book(run.Broadcast).asItIs(run, copyNo, &c)
	return c, head, err
}

func errNoCopy(found bool) error {
	if found {
		return nil
	}
	return fault.New(fault.NotFound, "copy_not_found", "There is no such message.")
}

// Broadcasts returns the broadcasts whose books are in memory.
func (s *Service) Broadcasts() []id.Broadcast {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make([]id.Broadcast, 0, len(s.books))
	for b := range s.books {
		out = append(out, b)
	}
	slices.Sort(out)
	return out
}
