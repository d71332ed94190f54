package reply

import (
	"context"
	"slices"
	"strings"

	"noroshi/app/audit"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/question"
	"noroshi/app/store"
)

// Query is what a list of the tray is asked for.
type Query struct {
	Kind      Kind         // Unread, UnknownSender, or Assigned for everything that was decided
	Broadcast id.Broadcast // only what may belong to it; 0 for all
	Page      id.Page
}

// List returns replies: of the tray possible calls for help first and then the oldest, of the rest the newest first.
func (s *Service) List(q Query) (list []Reply, total int, next id.Cursor, err error) {
	scans := []store.Scan{
		{Prefix: store.UnreadReply.Key([]byte{trayCry}), KeysOnly: true},
		{Prefix: store.UnreadReply.Key([]byte{trayOther}), KeysOnly: true},
	}
	switch q.Kind {
	case UnknownSender:
		scans = []store.Scan{{Prefix: store.UnknownSender.Key(), KeysOnly: true, Reverse: true}}
	case Assigned, SetAside:
		scans = []store.Scan{{Prefix: store.UnreadReply.Key([]byte{trayDecided}), KeysOnly: true, Reverse: true}}
	default:
	}
	seen := q.Page.After == ""
	err = s.o.Store.View(func(tx *store.Tx) error {
		for _, scan := range scans {
			err := tx.Each(scan, func(key, _ []byte) (bool, error) {
				which, _ := id.FromBytes[id.Reply](key[len(key)-8:])
				r, err := Read(tx, which)
				if err != nil {
					return false, err
				}
				if !r.concerns(q.Broadcast) {
					return true, nil
				}
				total++
				switch {
				case !seen:
					seen = which.String() == string(q.Page.After)
				case len(list) < q.Page.Size():
					list = append(list, r)
				case next == "":
					next = id.Cursor(list[len(list)-1].ID.String())
				}
				return true, nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return list, total, next, err
}

func (r Reply) concerns(b id.Broadcast) bool {
	return b == 0 || slices.ContainsFunc(r.Candidates, func(c Candidate) bool { return c.Broadcast == b })
}

// Get returns one reply.
func (s *Service) Get(which id.Reply) (r Reply, err error) {
	err = s.o.Store.View(func(tx *store.Tx) error {
		r, err = Read(tx, which)
		return err
	})
	return r, err
}

// Of returns what a person of a broadcast sent, oldest first.
func (s *Service) Of(b id.Broadcast, person uint32) (list []Reply, err error) {
	prefix := personKey(b, person, 0)
	err = s.o.Store.View(func(tx *store.Tx) error {
		scan := store.Scan{Prefix: prefix[:len(prefix)-8], KeysOnly: true}
		return tx.Each(scan, func(key, _ []byte) (bool, error) {
			which, _ := id.FromBytes[id.Reply](key[len(key)-8:])
			r, err := Read(tx, which)
			list = append(list, r)
			return err == nil, err
		})
	})
	return list, err
}

// Assign counts a reply of the tray as an answer of a person. The person need not be one of the candidates: an admin
// may know better. Returns Conflict (reply_decided), Invalid (code_not_offered) and NotFound.
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
		before := room.Current(person)
		r.Kind = Assigned
		r.Decision.Broadcast, r.Decision.Person, r.Decision.Codes = b, person, codes
		r.Decision.Before = question.Given{Person: person, Mask: before.Mask, Flags: before.Flags, Reply: before.Reply}
		tx.Set(personKey(b, person, r.ID), []byte{1})
		given := question.Given{Person: person, Mask: mask, Flags: question.ByTray, Reply: r.ID}
		if strings.TrimSpace(r.Text) != "" {
			given.Flags |= question.Commented // its words are more than the code, or a rule would have read it
		}
		return s.o.Questions.Answer(tx, b, []question.Given{given})
	})
}

// SetAside puts a reply of the tray aside: it is not an answer. Returns Conflict (reply_decided).
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
		if r.Kind != Unread {
			return fault.New(fault.Conflict, "reply_decided", "Somebody else has decided about this reply meanwhile.")
		}
		before := r
		r.Decision = &Decision{By: by.Name, At: s.o.Now()}
		if err := how(tx, &r); err != nil {
			return err
		}
		tell(tx, before, false)
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
	_, err = s.o.Store.Update(ctx, func(tx *store.Tx) error {
		before, err := Read(tx, which)
		if err != nil {
			return err
		}
		if before.Kind != Assigned && before.Kind != SetAside {
			return fault.New(fault.Conflict, "reply_not_decided", "Nothing was decided about this reply.")
		}
		if d := before.Decision; before.Kind == Assigned && d != nil {
			room := s.o.Questions.Room(d.Broadcast)
			if room != nil && room.Current(d.Person).Reply == which {
				if err := s.o.Questions.Answer(tx, d.Broadcast, []question.Given{d.Before}); err != nil {
					return err
				}
			}
		}
		after = before
		after.Kind, after.Decision = Unread, nil
		tell(tx, after, true)
		if err := put(tx, &before, after); err != nil {
			return err
		}
		return s.audit(tx, by, "reply.decision_undone", after)
	})
	return after, err
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

// Unread returns how many replies wait in the tray.
func (s *Service) Unread() (n int, err error) {
	err = s.o.Store.View(func(tx *store.Tx) error {
		for _, class := range []byte{trayCry, trayOther} {
			scan := store.Scan{Prefix: store.UnreadReply.Key([]byte{class}), KeysOnly: true}
			if err := tx.Each(scan, func(_, _ []byte) (bool, error) { n++; return true, nil }); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}
