package reply

import (
	"context"

	"noroshi/app/audit"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/store"
)

// MaxMany is how many replies are decided about at once.
const MaxMany = 200

// Refusal says why nothing was decided about a reply.
type Refusal struct {
	Reply id.Reply
	Code  string // stable
}

// Many is a decision about several replies.
type Many struct {
	Replies   []id.Reply
	Broadcast id.Broadcast // Assign: the question; 0 is the newest one each reply may belong to
	Codes     []string     // Assign
}

// AssignMany counts replies as the same answer, each for the person it is from. A reply that may be from several people
// of the question is refused (several_people), and one that cannot belong to it as well (no_candidate); the others are
// decided about.
func (s *Service) AssignMany(ctx context.Context, by audit.Actor, m Many) (done []Reply, refused []Refusal, err error) {
	return each(m.Replies, func(which id.Reply) (Reply, error) {
		r, err := s.Get(which)
		if err != nil {
			return r, err
		}
		at, err := only(r.Candidates, m.Broadcast)
		if err != nil {
			return r, err
		}
		return s.Assign(ctx, by, which, at.Broadcast, at.Person, m.Codes)
	})
}

// only returns the one person of a question whom a reply may be from.
func only(all []Candidate, b id.Broadcast) (found Candidate, err error) {
	n := 0
	for _, c := range all {
		if b == 0 {
			b = c.Broadcast
		}
		if c.Broadcast == b {
			found = c
			n++
		}
	}
	switch n {
	case 0:
		return found, fault.New(fault.Conflict, "no_candidate", "This reply does not belong to the question.")
	case 1:
		return found, nil
	}
	return found, fault.New(fault.Conflict, "several_people", "This reply may be from several people; decide by itself.")
}

// SetAsideMany puts replies aside.
func (s *Service) SetAsideMany(ctx context.Context, by audit.Actor, which []id.Reply) ([]Reply, []Refusal, error) {
	return each(which, func(r id.Reply) (Reply, error) { return s.SetAside(ctx, by, r) })
}

// UndoMany takes decisions back.
func (s *Service) UndoMany(ctx context.Context, by audit.Actor, which []id.Reply) ([]Reply, []Refusal, error) {
	return each(which, func(r id.Reply) (Reply, error) { return s.Undo(ctx, by, r) })
}

// each decides one by one, each in a commit of its own: what somebody else decided meanwhile must not undo the rest.
func each(all []id.Reply, decide func(id.Reply) (Reply, error)) (done []Reply, refused []Refusal, err error) {
	if len(all) == 0 || len(all) > MaxMany {
		return nil, nil, fault.New(fault.Invalid, "count_out_of_range", "Choose up to 200 replies.", "max", MaxMany)
	}
	for _, which := range all {
		r, err := decide(which)
		switch {
		case err == nil:
			done = append(done, r)
		case fault.Is(err, fault.Conflict), fault.Is(err, fault.NotFound), fault.Is(err, fault.Invalid):
			refused = append(refused, Refusal{Reply: which, Code: fault.CodeOf(err)})
		default:
			return done, refused, err
		}
	}
	return done, refused, nil
}

// LateCount is what an admin decides about answers after the close.
type LateCount struct {
	Late    int  // people who answered after the close
	Counted bool // their answers count
}

// Late returns how many people of a broadcast answered after its close. Returns NotFound when it asks nothing.
func (s *Service) Late(ctx context.Context, b id.Broadcast) (LateCount, error) {
	room, err := s.o.Questions.Load(ctx, b)
	if err != nil {
		return LateCount{}, err
	}
	return LateCount{Late: room.Late(), Counted: room.Question().CountLate}, nil
}

// CountLate has answers after the close of a broadcast counted, or not counted any more. Returns Conflict (still_open)
// and NotFound.
func (s *Service) CountLate(ctx context.Context, by audit.Actor, b id.Broadcast, on bool) (LateCount, error) {
	before, err := s.Late(ctx, b)
	if err != nil {
		return before, err
	}
	for first, more := true, true; more; first = false {
		_, err := s.o.Store.Update(ctx, func(tx *store.Tx) (err error) {
			if more, err = s.o.Questions.CountLate(tx, b, on); err != nil || !first || before.Counted == on {
				return err
			}
			action := map[bool]string{true: "broadcast.late_counted", false: "broadcast.late_not_counted"}[on]
			return s.o.Audit.Write(tx, audit.Line{Actor: by, Action: action, Object: "broadcast/" + b.String()})
		})
		if err != nil {
			return before, err
		}
	}
	return s.Late(ctx, b)
}
