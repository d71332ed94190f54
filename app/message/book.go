package message

import (
	"slices"
	"sync"
	"time"

	"noroshi/app/id"
	"noroshi/app/phone"
)

// part is the state of one part in memory: the low four bits are its PartState, then flags, then the tries counted.
type part uint16

const (
	stateBits part = 0x0f
	resent    part = 1 << 4 // offered again after an uncertain try: the person may have got it twice
	doubted   part = 1 << 5 // was uncertain once
	halted    part = 1 << 6 // ended because the broadcast was stopped
	badNumber part = 1 << 7 // refused because of the number
	answered  part = 1 << 8 // submit_sm_resp 0 was seen, or a receipt proves it
	triesAt        = 12
)

func (p part) state() PartState { return PartState(p & stateBits) }

func (p part) with(s PartState) part { return p&^stateBits | part(s) }

func (p part) has(flag part) bool { return p&flag != 0 }

func (p part) tries() int { return int(p >> triesAt) }

func (p part) tried() part {
	if p.tries() < 15 {
		p += 1 << triesAt
	}
	return p
}

// row is a run in memory. Everything but parts is immutable once a page is there.
type row struct {
	run     Run
	head    Head
	place   uint8 // place of the run in its book
	numbers []phone.Number
	people  []uint32            // first person of each copy
	shared  map[uint32][]uint32 // all people of a copy that serves several
	first   []uint32            // place of each copy's first part; one more at the end
	parts   []part
	open    []uint16      // per page: parts that may still have to be handed over
	due     map[Ref]int64 // RetryWait: Unix seconds of the next try
	routeOf []uint8       // by copy: place of its route in the head's table
	next    uint64        // number of the next log entry
	slot    uint16        // place of the row in the table of the id index
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
func (b *Book) addPage(w *row, p page, ld *ledgerDelta) (undo func(), err error) {
	from, partsFrom := uint32(len(w.numbers)), len(w.parts)
	for i := range p.count() {
		more, _, err := p.tail(i)
		if err != nil {
			return nil, err
		}
		copyNo := uint32(len(w.numbers))
		w.numbers = append(w.numbers, p.number(i))
		w.people = append(w.people, p.person(i))
		if len(more) > 0 {
			w.shared[copyNo] = append([]uint32{p.person(i)}, more...)
		}
		w.routeOf = append(w.routeOf, p.route(i))
		n := max(1, int(p.parts(i)))
		w.parts = append(w.parts, make([]part, n)...)
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
	}
	b.counts[Queued] -= len(w.parts) - partsFrom
	w.numbers, w.people, w.routeOf = w.numbers[:copyNo], w.people[:copyNo], w.routeOf[:copyNo]
	w.first, w.parts = w.first[:copyNo+1], w.parts[:partsFrom]
	w.open = w.open[:len(w.open)-1]
}

func (w *row) peopleOf(copyNo uint32) []uint32 {
	if all, ok := w.shared[copyNo]; ok {
		return all
	}
	return w.people[copyNo : copyNo+1]
}

func (w *row) partsOf(copyNo uint32) []part { return w.parts[w.first[copyNo]:w.first[copyNo+1]] }

// stateOf returns the message's state and the part that tells why it failed.
func (w *row) stateOf(copyNo uint32) (State, part) {
	parts := w.partsOf(copyNo)
	if len(parts) == 1 {
		s := parts[0].state()
		if s.Failed() {
			return Undeliverable, parts[0]
		}
		return s, parts[0]
	}
	var buf [16]PartState
	states := buf[:0]
	var worst part
	for _, p := range parts {
		states = append(states, p.state())
		if p.state().Failed() && worst == 0 {
			worst = p
		}
	}
	return Aggregate(states, w.head.reports(w.routeOf[copyNo])), worst
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

// journal remembers parts as they were, so that an update that fails leaves no trace.
type journal struct {
	book *Book
	old  []savedPart
	undo []func()
}

type savedPart struct {
	row    *row
	copy   uint32
	at     uint32
	was    part
	ref    Ref
	due    int64
	hadDue bool
}

func (j *journal) rollback() {
	j.book.mu.Lock()
	defer j.book.mu.Unlock()
	for i := len(j.old) - 1; i >= 0; i-- {
		s := j.old[i]
		j.book.setPart(s.row, s.copy, s.at, s.was)
		if s.hadDue {
			s.row.due[s.ref] = s.due
		} else {
			delete(s.row.due, s.ref)
		}
	}
	for i := len(j.undo) - 1; i >= 0; i-- {
		j.undo[i]()
	}
}

// pendingWork reports whether a part in this state may still have to be handed over.
func pendingWork(s PartState) bool {
	return s == Queued || s == Submitting || s == RetryWait || s == SubmitUncertain
}

func (b *Book) setPart(w *row, copyNo, at uint32, p part) {
	was := w.parts[at]
	b.counts[was.state()]--
	b.counts[p.state()]++
	w.parts[at] = p
	if before, after := pendingWork(was.state()), pendingWork(p.state()); before != after {
		if after {
			w.open[copyNo/PageSize]++
		} else {
			w.open[copyNo/PageSize]--
		}
	}
}

// apply folds one event. With ld it also counts what it means for people. Unknown copies are ignored: the log may hold
// events of a page that a rollback took away, never of one that is missing.
func (b *Book) apply(w *row, e event, at time.Time, ld *ledgerDelta, j *journal) {
	switch e.kind {
	case evClaimRange:
		for c := e.copy; c < min(e.to, uint32(len(w.numbers))); c++ {
			for n := range w.partsOf(c) {
				b.change(w, c, uint8(n), event{kind: evClaimPart}, at, ld, j)
			}
		}
	case evHaltPage:
		first := e.copy - e.copy%PageSize
		for c := first; c < min(first+PageSize, uint32(len(w.numbers))); c++ {
			for n := range w.partsOf(c) {
				b.change(w, c, uint8(n), e, at, ld, j)
			}
		}
	default:
		if e.copy < uint32(len(w.numbers)) && int(e.part) < len(w.partsOf(e.copy)) {
			b.change(w, e.copy, e.part, e, at, ld, j)
		}
	}
}

// change folds an event into one part.
func (b *Book) change(w *row, copyNo uint32, n uint8, e event, at time.Time, ld *ledgerDelta, j *journal) {
	where := w.first[copyNo] + uint32(n)
	was := w.parts[where]
	p := fold(was, e)
	if p == was {
		return
	}
	var before []Standing
	var buf [4]Standing
	people := w.peopleOf(copyNo)
	if ld != nil {
		before = buf[:0]
		for _, person := range people {
			before = append(before, b.standingOfPerson(person))
		}
		if !was.has(answered) && p.has(answered) {
			ld.sent++
		}
		if !was.has(resent) && p.has(resent) {
			ld.uncertain += b.notYetUncertain(people)
		}
	}
	if j != nil {
		saved := savedPart{row: w, copy: copyNo, at: where, was: was}
		if len(w.due) > 0 || p.state() == RetryWait {
			saved.ref = Ref{Run: w.run, Copy: copyNo, Part: n}
			saved.due, saved.hadDue = w.due[saved.ref]
		}
		j.old = append(j.old, saved)
	}
	b.setPart(w, copyNo, where, p)
	w.remember(copyNo, n, e, p, at)
	for i := range before {
		ld.move(before[i], b.standingOfPerson(people[i]), 1)
	}
}

// notYetUncertain counts the people none of whose copies went out a second time.
func (b *Book) notYetUncertain(people []uint32) (n int64) {
	for _, person := range people {
		again := false
		b.eachCopy(person, func(w *row, copyNo uint32) {
			again = again || slices.ContainsFunc(w.partsOf(copyNo), func(p part) bool { return p.has(resent) })
		})
		if !again {
			n++
		}
	}
	return n
}

// remember keeps what is not in the part itself: when it is due again.
func (w *row) remember(copyNo uint32, n uint8, e event, p part, at time.Time) {
	switch {
	case p.state() == RetryWait:
		w.due[Ref{Run: w.run, Copy: copyNo, Part: n}] = at.Unix() + int64(e.wait)
	case len(w.due) > 0:
		delete(w.due, Ref{Run: w.run, Copy: copyNo, Part: n})
	}
}

// fold returns the part after an event: the pure rule behind the log.
func fold(p part, e event) part {
	s := p.state()
	switch e.kind {
	case evClaimPart:
		return p.with(Next(s, Claim, 0))
	case evTaken:
		return p.with(Next(s, TakenOver, 0)) | answered
	case evRefusedNow:
		if next := Next(s, RefusedNow, 0); next != s {
			p = p.with(next)
			if e.wait > 0 && e.class != classThrottled {
				p = p.tried()
			}
		}
		return p
	case evRefusedFinal:
		next := Next(s, RefusedFinal, 0)
		if next != s && e.class == classRecipient {
			p |= badNumber
		}
		return p.with(next)
	case evLost:
		if next := Next(s, Lost, 0); next != s {
			return p.with(next) | doubted
		}
	case evNotWritten:
		return p.with(Next(s, NotWritten, 0))
	case evResend:
		if next := Next(s, Resend, 0); next != s {
			return p.with(next) | resent | doubted
		}
	case evGiveUp:
		if next := Next(s, GiveUp, 0); next != s {
			return p.with(next) | doubted
		}
	case evDeadline:
		return p.with(Next(s, Deadline, 0))
	case evHaltPage:
		if next := Next(s, Halt, 0); next != s {
			return p.with(next) | halted
		}
	case evReceipt:
		return p.with(Next(s, Reported, e.state)) | answered
	case evClaimRange:
	}
	return p
}
