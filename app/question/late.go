package question

import (
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/store"
)

// lateStep is how many people one entry of the ledger settles: each may be a change in the feed.
const lateStep = 5_000

// CountLate has answers counted, or not counted any more, that came after the close. It settles a bounded number of
// people and is to be called again while more is true; what a crash leaves is finished by Sweep. Returns NotFound when
// the broadcast asks nothing, and Conflict (still_open) while its answers count anyway.
func (s *Service) CountLate(tx *store.Tx, b id.Broadcast, on bool) (more bool, err error) {
	room, err := s.roomFor(tx, b)
	if err != nil {
		return false, err
	}
	if room.Question().Live() {
		return false, fault.New(fault.Conflict, "still_open", "This broadcast still takes answers; close it first.")
	}
	room.mu.Lock()
	defer room.mu.Unlock()
	before := room.q
	people := uint32(len(room.seats))
	after := before
	after.CountLate = on
	from, to := before.LateTo, min(before.LateTo+lateStep, people)
	if !on {
		from, to = before.LateTo-min(before.LateTo, lateStep), before.LateTo
	}
	after.LateTo = to
	if !on {
		after.LateTo = from
	}
	if err := put(tx, after); err != nil {
		return false, err
	}
	now := s.now()
	for person := range room.late {
		if person < from || person >= to {
			continue
		}
		was := room.current(person)
		room.q = after
		room.tell(tx, now, person, was)
		room.q = before
	}
	room.q = after
	tx.OnRollback(func() { room.setQuestion(before) })
	return after.lateOpen(people), nil
}

// lateOpen reports whether CountLate has not been carried out for everybody.
func (q Question) lateOpen(people uint32) bool {
	if q.CountLate {
		return q.LateTo < people
	}
	return q.LateTo > 0
}

// Late returns how many people answered after the close.
func (r *Room) Late() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	n := 0
	for _, c := range r.late {
		if c.Mask != 0 {
			n++
		}
	}
	return n
}
