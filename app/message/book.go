package message

import (
	"sync"

	"noroshi/app/id"
	"noroshi/app/message/leaf"
	"noroshi/app/message/part"
	"noroshi/app/phone"
)

// row is a run in memory. Everything but parts is immutable once a page is there.
type row struct {
	run     Run
	head    Head
	place   uint8 // place of the run in its book
	numbers []phone.Number
	people  []uint32            // first person of each copy
	shared  map[uint32][]uint32 // all people of a copy that serves several
	first   []uint32            // place of each copy's first part; one more at the end
	parts   []part.Part
	open    []uint16           // per page: parts that may still have to be handed over
	due     map[Ref]int64      // RetryWait: Unix seconds of the next try
	routeOf []uint8            // by copy: place of its route in the head's table, as it is now
	handed  []uint32           // by copy: Unix seconds of the last try; 0 before the first
	moved   map[uint32]moved   // copies that went to another route than their page says
	extra   int                // parts that the moved ones have more than parts has room for
	left    [NoRoute + 1]int32 // by route: parts that may still have to be handed over
	next    uint64             // number of the next log entry
	slot    uint16             // place of the row in the table of the id index
}

// Book is what is known in memory of one broadcast's copies. It changes only inside ledger updates, in the writer's
// goroutine; readers take the lock.
type Book struct {
	mu        sync.RWMutex
	broadcast id.Broadcast
	rows      []*row
	copies    []uint32            // by person: 1 + (row<<28 | copy) of their first copy; 0 when none
	more      map[uint32][]uint32 // further copies of a person, in the same form
	counts    [16]int             // parts by state
}

func newBook(b id.Broadcast) *Book { return &Book{broadcast: b, more: map[uint32][]uint32{}} }

func (b *Book) row(r Run) *row {
	for _, w := range b.rows {
		if w.run == r {
			return w
		}
	}
	return nil
}

const rowShift = 28

// addCopy links a copy's people to it.
func (b *Book) link(w *row, copyNo, person uint32) {
	for uint32(len(b.copies)) <= person {
		b.copies = append(b.copies, 0)
	}
	v := 1 + (uint32(w.place)<<rowShift | copyNo)
	if b.copies[person] == 0 {
		b.copies[person] = v
		return
	}
	b.more[person] = append(b.more[person], v)
}

func (b *Book) unlink(w *row, copyNo, person uint32) {
	v := 1 + (uint32(w.place)<<rowShift | copyNo)
	if b.copies[person] == v {
		b.copies[person] = 0
		return
	}
	if m := b.more[person]; len(m) > 0 {
		b.more[person] = m[:len(m)-1]
	}
}

// addPage appends a page to the row; the undo takes it off again. With ld it counts what the copies mean for people who
// had others before.
func (b *Book) addPage(w *row, p leaf.Page, ld *ledgerDelta) (undo func(), err error) {
	from, partsFrom := uint32(len(w.numbers)), len(w.parts)
	for i := range p.Count() {
		more, err := p.More(i)
		if err != nil {
			return nil, err
		}
		copyNo := uint32(len(w.numbers))
		w.numbers = append(w.numbers, p.Number(i))
		w.people = append(w.people, p.Person(i))
		if len(more) > 0 {
			w.shared[copyNo] = append([]uint32{p.Person(i)}, more...)
		}
		w.routeOf, w.handed = append(w.routeOf, p.Route(i)), append(w.handed, 0)
		n := max(1, int(p.Parts(i)))
		w.left[p.Route(i)] += int32(n)
		w.parts = append(w.parts, make([]part.Part, n)...)
		w.first = append(w.first, uint32(len(w.parts)))
		for _, person := range w.peopleOf(copyNo) {
			before := b.standingOfPerson(person)
			b.link(w, copyNo, person)
			if ld != nil && before != NoStanding {
				ld.move(before, b.standingOfPerson(person), 1)
			}
		}
	}
	b.counts[Queued] += len(w.parts) - partsFrom
	w.open = append(w.open, uint16(min(len(w.parts)-partsFrom, 1<<16-1)))
	return func() { b.dropFrom(w, from, partsFrom) }, nil
}

func (b *Book) dropFrom(w *row, copyNo uint32, partsFrom int) {
	for c := copyNo; c < uint32(len(w.numbers)); c++ {
		for _, person := range w.peopleOf(c) {
			b.unlink(w, c, person)
		}
		delete(w.shared, c)
		w.left[w.routeOf[c]] -= int32(len(w.partsOf(c)))
	}
	b.counts[Queued] -= len(w.parts) - partsFrom
	w.numbers, w.people, w.routeOf = w.numbers[:copyNo], w.people[:copyNo], w.routeOf[:copyNo]
	w.handed = w.handed[:copyNo]
	w.first, w.parts = w.first[:copyNo+1], w.parts[:partsFrom]
	w.open = w.open[:len(w.open)-1]
}

func (w *row) peopleOf(copyNo uint32) []uint32 {
	if all, ok := w.shared[copyNo]; ok {
		return all
	}
	return w.people[copyNo : copyNo+1]
}

// partsOf returns the parts of a copy on the route it has now; they may be written to.
func (w *row) partsOf(copyNo uint32) []part.Part {
	if len(w.moved) > 0 {
		if m, ok := w.moved[copyNo]; ok && m.parts != nil {
			return m.parts
		}
	}
	return w.parts[w.first[copyNo]:w.first[copyNo+1]]
}

// stateOf returns the message's state and the part that tells why it failed.
func (w *row) stateOf(copyNo uint32) (State, part.Part) {
	parts := w.partsOf(copyNo)
	if len(parts) == 1 {
		s := parts[0].State()
		if s.Failed() {
			return Undeliverable, parts[0]
		}
		return s, parts[0]
	}
	var buf [16]PartState
	states := buf[:0]
	var worst part.Part
	for _, p := range parts {
		states = append(states, p.State())
		if p.State().Failed() && worst == 0 {
			worst = p
		}
	}
	return part.Aggregate(states, w.head.reports(w.routeOf[copyNo])), worst
}

func (w *row) standing(copyNo uint32) Standing {
	s := standingOf(w.stateOf(copyNo))
	if w.routeOf[copyNo] == NoRoute && s.Group() == "failed" && s != FailedStopped {
		return UnreachableNoRoute
	}
	return s
}

// standingOfPerson returns the best of a person's copies; the caller holds the lock.
func (b *Book) standingOfPerson(person uint32) Standing {
	if int(person) >= len(b.copies) || b.copies[person] == 0 {
		return NoStanding
	}
	best := b.standingAt(b.copies[person])
	for _, v := range b.more[person] {
		if s := b.standingAt(v); s.rank() > best.rank() {
			best = s
		}
	}
	return best
}

func (b *Book) standingAt(v uint32) Standing {
	v--
	return b.rows[v>>rowShift].standing(v & (1<<rowShift - 1))
}
