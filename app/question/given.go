package question

import (
	"encoding/binary"
	"slices"
	"time"

	"noroshi/app/id"
	"noroshi/app/store"
)

// Answer records answers of one broadcast that come now. Those that come after the close are kept in the log as late,
// whatever their flags say; so are those of people who were not asked. Returns NotFound when the broadcast asks
// nothing.
func (s *Service) Answer(tx *store.Tx, b id.Broadcast, given []Given) error {
	return s.AnswerAsOf(tx, b, time.Time{}, given)
}

// AnswerAsOf is Answer for texts that came earlier and were read only now: they are late when they came after the
// close, and count only when the person has given no answer since. The zero time is now.
func (s *Service) AnswerAsOf(tx *store.Tx, b id.Broadcast, came time.Time, given []Given) error {
	room, err := s.roomFor(tx, b)
	if err != nil {
		return err
	}
	room.mu.Lock()
	defer room.mu.Unlock()
	late := room.lateAt(came)
	if came.IsZero() {
		late = !room.q.Live()
		// Never before the newest one, so that a clock that was set back does not make a new answer an old one.
		if came = s.now(); came.Before(room.newest) {
			came = room.newest
		}
	}
	given = slices.Clone(given)
	for i := range given {
		given[i].Flags &^= LateOne | TakenBack | NotAsked
		if late {
			given[i].Flags |= LateOne // said in the log, so that a start counts as this one does
		}
	}
	s.record(tx, room, came, given)
	return nil
}

// PutBack makes an answer of before count again: what Before returned, with its time. A mask of 0 takes the answer
// back.
func (s *Service) PutBack(tx *store.Tx, b id.Broadcast, at time.Time, g Given) error {
	room, err := s.roomFor(tx, b)
	if err != nil {
		return err
	}
	room.mu.Lock()
	defer room.mu.Unlock()
	g.Flags |= TakenBack
	s.record(tx, room, at, []Given{g})
	return nil
}

// record writes answers to the log, folds them, and tells the feed what changed. The caller holds the lock of the room.
func (s *Service) record(tx *store.Tx, room *Room, at time.Time, given []Given) {
	at = time.UnixMilli(at.UnixMilli()) // as the log has it
	for i := range given {
		if int(given[i].Person) >= len(room.answers) {
			given[i].Flags |= NotAsked
		}
	}
	b := room.q.Broadcast
	tx.Set(store.AnswerLog.Key(id.Bytes(b), binary.BigEndian.AppendUint64(nil, room.next)), encodeAnswers(at, given))
	newest := room.newest
	room.next++
	room.saw(at)
	type saved struct {
		g    Given
		was  Current
		held bool
	}
	var old []saved
	for _, g := range given {
		if g.Flags&NotAsked != 0 {
			continue
		}
		was, held := room.class(g)
		old = append(old, saved{g, was, held})
		before := room.current(g.Person)
		room.fold(at, g)
		room.tell(tx, room.newest, g.Person, before) // the feed goes forward, whenever the text came
	}
	tx.OnRollback(func() {
		room.mu.Lock()
		defer room.mu.Unlock()
		room.next--
		room.newest = newest
		for i := len(old) - 1; i >= 0; i-- {
			room.setClass(old[i].g, old[i].was, old[i].held)
		}
	})
}

// tell puts into the feed that what counts of a person was something else before.
func (r *Room) tell(tx *store.Tx, at time.Time, person uint32, before Current) {
	now := r.current(person)
	if before.Mask == now.Mask && before.Flags == now.Flags && before.Reply == now.Reply && before.At.Equal(now.At) {
		return
	}
	tx.Change(store.TopicAnswer, Delta{
		Broadcast: r.q.Broadcast, At: at, Department: r.seats[person].Department, From: before.Mask, To: now.Mask,
		WasFlags: before.Flags, Flags: now.Flags,
	}.encode())
}

// class returns the answer of the person that g is of the same class as: late, or in time.
func (r *Room) class(g Given) (c Current, held bool) {
	if g.Flags&LateOne != 0 {
		c, held = r.late[g.Person]
		return c, held
	}
	return r.answers[g.Person], true
}

func (r *Room) setClass(g Given, c Current, held bool) {
	switch {
	case g.Flags&LateOne == 0:
		r.answers[g.Person] = c
	case held:
		r.late[g.Person] = c
	default:
		delete(r.late, g.Person)
	}
}

// fold applies an answer; those of unknown people change nothing. Of two answers the one counts that came later.
func (r *Room) fold(at time.Time, g Given) {
	if g.Flags&NotAsked != 0 || int(g.Person) >= len(r.answers) {
		return
	}
	was, _ := r.class(g)
	next := Current{Mask: g.Mask, Flags: g.Flags &^ TakenBack, Reply: g.Reply, At: at, Count: was.Count + 1}
	switch {
	case g.Flags&TakenBack != 0 && g.Mask == 0, g.Mask == 0:
		next = Current{Count: next.Count}
	case g.Flags&TakenBack == 0 && at.Before(was.At):
		next = was
		next.Count++
	}
	r.setClass(g, next, true)
}

// saw remembers when the newest answer came.
func (r *Room) saw(at time.Time) {
	if at.After(r.newest) {
		r.newest = at
	}
}

func (r *Room) lateAt(came time.Time) bool {
	return !r.q.Live() && came.Unix() > r.q.Closed.Unix() // the record of the close has whole seconds
}

// Before returns what an answer that came at that time would replace, as PutBack takes it.
func (r *Room) Before(person uint32, came time.Time) (g Given, at time.Time) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	g.Person = person
	if r.lateAt(came) {
		g.Flags = LateOne
	}
	if int(person) >= len(r.answers) {
		return g, at
	}
	c, _ := r.class(g)
	return Given{Person: person, Mask: c.Mask, Flags: c.Flags | g.Flags, Reply: c.Reply}, c.At
}

// Current returns a person's answer as it counts; the zero value when there is none.
func (r *Room) Current(person uint32) Current {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if int(person) >= len(r.answers) {
		return Current{}
	}
	return r.current(person)
}

func (r *Room) current(person uint32) Current {
	if person < r.q.LateTo {
		if c := r.late[person]; c.Mask != 0 {
			c.Count += r.answers[person].Count
			return c
		}
	}
	return r.answers[person]
}
