package broadcast

import (
	"context"
	"encoding/binary"
	"time"

	"noroshi/app/audience"
	"noroshi/app/audit"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/phone"
	"noroshi/app/question"
	"noroshi/app/store"
)

// ReviewTime is how long codes stay reserved after a review.
const ReviewTime = 15 * time.Minute

// Ways is what the routes say about a broadcast that would use them.
type Ways struct {
	ReplyNumbers []string // digits without plus
	Reserved     []string // codes that choices may not use
	// ReservedIn are codes that choices may not use when somebody is texted in that country (ISO 3166 alpha-2).
	ReservedIn map[string][]string
}

// Options are what the service needs.
type Options struct {
	Store     *store.Store
	Audit     *audit.Log
	Questions *question.Service
	Audiences *audience.Service
	IDs       *id.Source
	Now       func() time.Time
	// Ways returns what the routes say; Conflict (no_route) when a broadcast of that mode may use none of them.
	Ways func(Mode) (Ways, error)
	// Texted reports whether a broadcast has a copy to the number. Nil means that nobody can say.
	Texted func(id.Broadcast, phone.Number) bool
	// Launched is told of a launch once it is durable; it must not block.
	Launched func(id.Broadcast)
	// Halted is told of a stop once it is durable; it must not block.
	Halted func(id.Broadcast)
}

// Service keeps broadcasts.
type Service struct{ o Options }

// New returns a service.
func New(o Options) *Service { return &Service{o: o} }

// Create starts a draft.
func (s *Service) Create(ctx context.Context, by audit.Actor, c Content) (Broadcast, error) {
	if err := c.Check(); err != nil {
		return Broadcast{}, err
	}
	b := Broadcast{
		ID: id.New[id.Broadcast](s.o.IDs), Version: 1, State: Draft, Content: c, Created: s.o.Now(),
		CreatedBy: Who{Account: by.Account, Name: by.Name},
	}
	_, err := s.o.Store.Update(ctx, func(tx *store.Tx) error {
		if err := put(tx, "", b); err != nil {
			return err
		}
		return s.audit(tx, by, "broadcast.drafted", b, nil, summary(b))
	})
	return b, err
}

// Get returns a broadcast. Returns NotFound (broadcast_not_found).
func (s *Service) Get(which id.Broadcast) (b Broadcast, err error) {
	err = s.o.Store.View(func(tx *store.Tx) error {
		b, err = Read(tx, which)
		return err
	})
	return b, err
}

// List returns broadcasts, newest first; state and mode limit it when they are not empty.
func (s *Service) List(state State, mode Mode, p id.Page) (list []Broadcast, next id.Cursor, err error) {
	scan := store.Scan{Prefix: store.Broadcast.Key(), Reverse: true}
	if p.After != "" {
		after, err := id.Parse[id.Broadcast](string(p.After))
		if err != nil {
			return nil, "", err
		}
		scan.From = key(after - 1)
	}
	err = s.o.Store.View(func(tx *store.Tx) error {
		return tx.Each(scan, func(_, value []byte) (bool, error) {
			b, err := decode(value)
			if err != nil {
				return false, err
			}
			if (state != "" && b.State != state) || (mode != "" && b.Content.Mode != mode) {
				return true, nil
			}
			if len(list) == p.Size() {
				next = id.Cursor(list[len(list)-1].ID.String())
				return false, nil
			}
			list = append(list, b)
			return true, nil
		})
	})
	return list, next, err
}

// InState calls fn with every broadcast in a state, oldest first.
func (s *Service) InState(state State, fn func(Broadcast) error) error {
	return s.o.Store.View(func(tx *store.Tx) error {
		prefix := stateKey(state, 0)[:2]
		return tx.Each(store.Scan{Prefix: prefix, KeysOnly: true}, func(k, _ []byte) (bool, error) {
			which, _ := id.FromBytes[id.Broadcast](k[2:])
			b, err := Read(tx, which)
			if err == nil {
				err = fn(b)
			}
			return err == nil, err
		})
	})
}

// change loads, decides and commits: the way of every transition.
func (s *Service) change(ctx context.Context, which id.Broadcast, essential bool,
	decide func(tx *store.Tx, b Broadcast) (Broadcast, error),
) (after Broadcast, err error) {
	update := s.o.Store.Update
	if essential {
		update = s.o.Store.UpdateEssential
	}
	_, err = update(ctx, func(tx *store.Tx) error {
		before, err := Read(tx, which)
		if err != nil {
			return err
		}
		if after, err = decide(tx, before); err != nil {
			return err
		}
		return put(tx, before.State, after)
	})
	return after, err
}

func checkVersion(b Broadcast, version uint64) error {
	if version != 0 && version != b.Version {
		return fault.New(fault.Conflict, "version_changed", "Somebody else has changed this broadcast meanwhile.")
	}
	return nil
}

// Update changes a draft based on a version; 0 skips that check. Returns Conflict (version_changed, not_draft) and
// Invalid.
func (s *Service) Update(ctx context.Context, by audit.Actor, which id.Broadcast, version uint64,
	c Content,
) (Broadcast, error) {
	return s.change(ctx, which, false, func(tx *store.Tx, b Broadcast) (Broadcast, error) {
		if err := checkVersion(b, version); err != nil {
			return b, err
		}
		after, err := b.Edit(c)
		if err != nil {
			return b, err
		}
		if err := question.Release(tx, b.ID, b.ReplyNumbers); err != nil {
			return b, err
		}
		return after, s.audit(tx, by, "broadcast.edited", after, summary(b), summary(after))
	})
}

// Discard removes a draft.
func (s *Service) Discard(ctx context.Context, by audit.Actor, which id.Broadcast) error {
	_, err := s.o.Store.Update(ctx, func(tx *store.Tx) error {
		b, err := Read(tx, which)
		if err != nil {
			return err
		}
		if b.State != Draft {
			return errState(b, "not_draft", "Only a draft can be discarded.")
		}
		if err := question.Release(tx, b.ID, b.ReplyNumbers); err != nil {
			return err
		}
		tx.Delete(key(which))
		tx.Delete(stateKey(b.State, which))
		tx.Change(store.TopicBroadcast, id.Bytes(which))
		return s.audit(tx, by, "broadcast.discarded", b, summary(b), nil)
	})
	return err
}

// Directory returns the selection as the directory reads it.
func (s Selection) Directory() audience.Selection {
	return audience.Selection{
		Everyone: s.Everyone, Groups: s.Groups, Departments: s.Departments, Recipients: s.Recipients,
	}
}

// Launch sends a reviewed draft on its way. request makes it repeatable: the same request launches once. Returns
// Conflict: already_launched, version_changed, codes_changed (the reservation has run out or the codes differ; review
// again).
func (s *Service) Launch(ctx context.Context, by audit.Actor, which id.Broadcast, version uint64,
	codes []string,
) (Broadcast, error) {
	after, err := s.change(ctx, which, false, func(tx *store.Tx, b Broadcast) (Broadcast, error) {
		if err := checkVersion(b, version); err != nil {
			return b, err
		}
		if b.State == Draft {
			if err := b.Content.Ready(); err != nil {
				return b, err
			}
			if _, err := s.o.Ways(b.Content.Mode); err != nil {
				return b, err
			}
		}
		held, err := question.Holds(tx, s.o.Now(), b.ID, b.ReplyNumbers, codes)
		if err != nil {
			return b, err
		}
		if b.State == Draft && !held {
			return b, errCodesChanged()
		}
		if err := s.checkCodes(ctx, tx, b, codes); err != nil {
			return b, err
		}
		serial, err := nextSerial(tx)
		if err != nil {
			return b, err
		}
		after, err := b.Launch(by, codes, serial, s.o.Now())
		if err != nil {
			return b, err
		}
		err = s.o.Questions.Open(tx, question.Question{
			Broadcast: b.ID, Choices: after.Content.Choices, MultiSelect: after.Content.MultiSelect,
			ReplyNumbers: after.ReplyNumbers, Wordings: after.Content.Wordings(), Opened: after.Launched,
			AutoReply: after.Content.AutoReply, Drill: after.Content.Mode == Drill,
		})
		if err != nil {
			return b, err
		}
		return after, s.audit(tx, by, "broadcast.launched", after, nil, summary(after))
	})
	if err == nil && s.o.Launched != nil {
		s.o.Launched(which)
	}
	return after, err
}

func nextSerial(tx *store.Tx) (uint64, error) {
	k := store.Counter.Key([]byte("launches"))
	value, ok, err := tx.Get(k)
	if err != nil {
		return 0, err
	}
	var n uint64
	if ok && len(value) == 9 {
		n = binary.BigEndian.Uint64(value[1:])
	}
	tx.Set(k, binary.BigEndian.AppendUint64([]byte{1}, n+1))
	return n + 1, nil
}

// Advance moves a broadcast on when its copies are written (Sending) or all of them are handed over (Open). A broadcast
// that may not go there stays as it is.
func (s *Service) Advance(ctx context.Context, which id.Broadcast, to State) (Broadcast, error) {
	var after Broadcast
	_, err := s.o.Store.UpdateEssential(ctx, func(tx *store.Tx) (err error) {
		after, err = s.AdvanceIn(tx, which, to)
		return err
	})
	return after, err
}

// AdvanceIn is Advance within another package's transaction.
func (s *Service) AdvanceIn(tx *store.Tx, which id.Broadcast, to State) (Broadcast, error) {
	before, err := Read(tx, which)
	if err != nil {
		return before, err
	}
	after, ok := before.Advance(to, s.o.Now())
	if !ok {
		return before, nil
	}
	return after, put(tx, before.State, after)
}

// Stop ends the sending. Parts that are on their way keep going and are reported; answers count until Close.
func (s *Service) Stop(ctx context.Context, by audit.Actor, which id.Broadcast, reason string) (Broadcast, error) {
	after, err := s.change(ctx, which, true, func(tx *store.Tx, b Broadcast) (Broadcast, error) {
		after, err := b.Stop(reason, s.o.Now())
		if err != nil {
			return b, err
		}
		return after, s.audit(tx, by, "broadcast.stopped", after, nil, map[string]string{"reason": reason})
	})
	if err == nil && s.o.Halted != nil {
		s.o.Halted(which)
	}
	return after, err
}

// Close ends the counting of answers; the codes cool for 72 hours.
func (s *Service) Close(ctx context.Context, by audit.Actor, which id.Broadcast, reason string) (Broadcast, error) {
	return s.change(ctx, which, true, func(tx *store.Tx, b Broadcast) (Broadcast, error) {
		after, err := b.Close(s.o.Now())
		if err != nil {
			return b, err
		}
		if err := s.o.Questions.Close(tx, which); err != nil {
			return b, err
		}
		return after, s.audit(tx, by, "broadcast.closed", after, nil, map[string]string{"reason": reason})
	})
}

func (s *Service) audit(tx *store.Tx, by audit.Actor, action string, b Broadcast, before, after any) error {
	return s.o.Audit.Write(tx, audit.Line{
		Actor: by, Action: action, Object: "broadcast/" + b.ID.String(), Label: b.Content.Title, Before: before, After: after,
	})
}

// summary is what the audit log keeps of a content.
func summary(b Broadcast) map[string]any {
	c := b.Content
	texts := make([]string, len(c.Bodies))
	for i := range c.Bodies {
		texts[i] = c.Bodies[i].Text
	}
	return map[string]any{
		"title": c.Title, "mode": c.Mode, "urgency": c.Urgency, "texts": texts, "choices": c.Choices,
		"selection": c.Selection, "state": b.State,
	}
}
