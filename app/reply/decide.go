package reply

import (
	"context"
	"strings"
	"time"

	"noroshi/app/audit"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/question"
	"noroshi/app/store"
)

// Assign counts a reply of the tray as an answer of a person. The person need not be one of the candidates: an admin
// may know better. It counts by when it came: not when the person has answered since, and as a late answer when it came
// after the close. Returns Conflict (reply_decided), Invalid (code_not_offered) and NotFound.
func (s *Service) Assign(ctx context.Context, by audit.Actor, which id.Reply, b id.Broadcast, person uint32,
	codes []string,
) (Reply, error) {
	room, err := s.o.Questions.Load(ctx, b)
	if err != nil {
		return Reply{}, err
	}
	return s.decide(ctx, by, which, "reply.assigned", func(tx *store.Tx, r *Reply) error {
		mask, ok := room.Question().MaskOf(codes)
		if !ok || int(person) >= room.People() {
			return fault.New(fault.Invalid, "code_not_offered", "This broadcast offers no such choice.")
		}
		if r.Kind != Unread {
			return fault.New(fault.Conflict, "unknown_sender", "The number of this text belongs to nobody who was asked.")
		}
		came := id.Time(r.ID)
		before, at := room.Before(person, came)
		r.Kind = Assigned
		r.Decision.Broadcast, r.Decision.Person, r.Decision.Codes = b, person, codes
		if r.Decision.Before = before; !at.IsZero() {
			r.Decision.BeforeAt = at.UnixMilli()
		}
		tx.Set(personKey(b, person, r.ID), []byte{1})
		given := question.Given{Person: person, Mask: mask, Flags: question.ByTray, Reply: r.ID}
		if strings.TrimSpace(r.Text) != "" {
			given.Flags |= question.Commented // its words are more than the code, or a rule would have read it
		}
		return s.o.Questions.AnswerAsOf(tx, b, came, []question.Given{given})
	})
}

// SetAside puts a reply of the tray, or of somebody unknown, aside: it is not an answer. Returns Conflict
// (reply_decided).
func (s *Service) SetAside(ctx context.Context, by audit.Actor, which id.Reply) (Reply, error) {
	return s.decide(ctx, by, which, "reply.set_aside", func(_ *store.Tx, r *Reply) error {
		r.Kind = SetAside
		return nil
	})
}

func (s *Service) decide(ctx context.Context, by audit.Actor, which id.Reply, action string,
	how func(tx *store.Tx, r *Reply) error,
) (after Reply, err error) {
	// Loading a question is an update of its own, so it must be in memory before this one begins.
	before, err := s.Get(which)
	if err != nil {
		return before, err
	}
	for _, c := range before.Candidates {
		if _, err := s.o.Questions.Load(ctx, c.Broadcast); err != nil && !fault.Is(err, fault.NotFound) {
			return before, err
		}
	}
	_, err = s.o.Store.Update(ctx, func(tx *store.Tx) error {
		r, err := Read(tx, which)
		if err != nil {
			return err
		}
		if r.Kind != Unread && r.Kind != UnknownSender {
			return fault.New(fault.Conflict, "reply_decided", "Somebody else has decided about this reply meanwhile.")
		}
		before := r
		r.Decision = &Decision{By: by.Name, At: s.o.Now()}
		if r.Kind == UnknownSender {
			r.Decision.Was = UnknownSender
		}
		if err := how(tx, &r); err != nil {
			return err
		}
		if before.Kind == Unread {
			tell(tx, before, false)
		}
		after = r
		if err := put(tx, &before, r); err != nil {
			return err
		}
		return s.audit(tx, by, action, r)
	})
	return after, err
}

// Undo takes a decision back: the reply returns to the tray, and what counted before counts again unless the person has
// answered since. Returns Conflict (reply_not_decided).
func (s *Service) Undo(ctx context.Context, by audit.Actor, which id.Reply) (after Reply, err error) {
	before, err := s.Get(which)
	if err != nil {
		return before, err
	}
	if d := before.Decision; before.Kind == Assigned && d != nil {
		if _, err := s.o.Questions.Load(ctx, d.Broadcast); err != nil && !fault.Is(err, fault.NotFound) {
			return before, err
		}
	}
	_, err = s.o.Store.Update(ctx, func(tx *store.Tx) error {
		before, err := Read(tx, which)
		if err != nil {
			return err
		}
		if before.Kind != Assigned && before.Kind != SetAside {
			return fault.New(fault.Conflict, "reply_not_decided", "Nothing was decided about this reply.")
		}
		if d := before.Decision; before.Kind == Assigned && d != nil {
			if err := s.putBack(tx, which, d); err != nil {
				return err
			}
		}
		after = before
		after.Kind, after.Decision = Unread, nil
		if d := before.Decision; d != nil && d.Was != "" {
			after.Kind = d.Was
		}
		if after.Kind == Unread {
			tell(tx, after, true)
		}
		if err := put(tx, &before, after); err != nil {
			return err
		}
		return s.audit(tx, by, "reply.decision_undone", after)
	})
	return after, err
}

// putBack has what counted before a decision count again, unless the person has answered since.
func (s *Service) putBack(tx *store.Tx, which id.Reply, d *Decision) error {
	room := s.o.Questions.Room(d.Broadcast)
	if room == nil {
		return nil
	}
	if now, _ := room.Before(d.Person, id.Time(which)); now.Reply != which {
		return nil
	}
	var at time.Time
	if d.BeforeAt != 0 {
		at = time.UnixMilli(d.BeforeAt)
	}
	return s.o.Questions.PutBack(tx, d.Broadcast, at, d.Before)
}

// Record enters an answer for somebody who gave it by other means, with words of the admin's own.
func (s *Service) Record(ctx context.Context, by audit.Actor, b id.Broadcast, person uint32, codes []string,
	comment string,
) error {
	room, err := s.o.Questions.Load(ctx, b)
	if err != nil {
		return err
	}
	mask, ok := room.Question().MaskOf(codes)
	if !ok || int(person) >= room.People() {
		return fault.New(fault.Invalid, "code_not_offered", "This broadcast offers no such choice.")
	}
	r := Reply{
		ID: id.New[id.Reply](s.o.IDs), Kind: Answered, At: s.o.Now(), Text: comment, Comment: comment, Result: "recorded",
		Candidates: []Candidate{{Broadcast: b, Person: person}},
		Decision:   &Decision{By: by.Name, At: s.o.Now(), Codes: codes},
	}
	flags := question.ByAdmin
	if comment != "" {
		flags |= question.Commented
	}
	_, err = s.o.Store.Update(ctx, func(tx *store.Tx) error {
		given := question.Given{Person: person, Mask: mask, Flags: flags, Reply: r.ID}
		if err := s.o.Questions.Answer(tx, b, []question.Given{given}); err != nil {
			return err
		}
		tx.Set(personKey(b, person, r.ID), []byte{1})
		if err := put(tx, nil, r); err != nil {
			return err
		}
		return s.audit(tx, by, "answer.recorded", r)
	})
	return err
}

func (s *Service) audit(tx *store.Tx, by audit.Actor, action string, r Reply) error {
	line := audit.Line{Actor: by, Action: action, Object: "reply/" + r.ID.String(), After: map[string]any{"kind": r.Kind}}
	if d := r.Decision; d != nil {
		line.After = map[string]any{"kind": r.Kind, "broadcast": d.Broadcast.String(), "person": d.Person, "codes": d.Codes}
	}
	if len(r.Candidates) > 0 {
		line.Object = "broadcast/" + r.Candidates[0].Broadcast.String()
	}
	return s.o.Audit.Write(tx, line)
}
