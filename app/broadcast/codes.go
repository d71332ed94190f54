package broadcast

import (
	"context"
	"errors"
	"slices"

	"noroshi/app/audience"
	"noroshi/app/audit"
	"noroshi/app/directory"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/phone"
	"noroshi/app/question"
	"noroshi/app/scope"
	"noroshi/app/store"
)

func errCodesChanged() error {
	return fault.New(fault.Conflict, "codes_changed", "The codes have changed since they were reviewed.")
}

// Review checks that a draft can be sent and reserves its codes, in one transaction. Returns Invalid (what is missing)
// and Conflict: not_draft, no_route, codes_exhausted, code_reserved; code_in_use with the code, the broadcast that may
// still be answered with it, its title and how many people get both; version_changed when somebody edits it meanwhile.
func (s *Service) Review(ctx context.Context, by audit.Actor, sc scope.Scope, which id.Broadcast) (Broadcast, error) {
	draft, err := s.Get(which)
	if err != nil {
		return draft, err
	}
	ways, err := s.waysOf(ctx, sc, draft.Content)
	if err != nil {
		return draft, err
	}
	return s.change(ctx, which, false, func(tx *store.Tx, b Broadcast) (Broadcast, error) {
		if err := b.Content.Ready(); err != nil {
			return b, err
		}
		if err := checkVersion(b, draft.Version); err != nil {
			return b, err
		}
		after, err := s.reserve(ctx, tx, sc, b, ways)
		if err != nil {
			return b, err
		}
		codes := after.Content.TypedCodes()
		return after, s.audit(tx, by, "broadcast.reviewed", after, nil, map[string]any{"codes": codes})
	})
}

// waysOf returns what the routes say about a content, with the codes that have another meaning in the countries of its
// people.
func (s *Service) waysOf(ctx context.Context, sc scope.Scope, c Content) (Ways, error) {
	ways, err := s.o.Ways(c.Mode)
	if err != nil || len(ways.ReservedIn) == 0 || len(c.Choices) == 0 || c.Selection.Empty() {
		return ways, err
	}
	countries := map[string]bool{}
	want := audience.Want{Selection: c.Selection.Directory(), AllPhones: c.AllPhones}
	err = s.o.Audiences.Each(ctx, sc, want, func(r audience.Row, _ string) error {
		for _, n := range r.Numbers {
			countries[phone.Country(n)] = true
		}
		return nil
	})
	for country, codes := range ways.ReservedIn {
		if countries[country] {
			ways.Reserved = append(slices.Clone(ways.Reserved), codes...)
		}
	}
	return ways, err
}

func (s *Service) reserve(ctx context.Context, tx *store.Tx, sc scope.Scope, b Broadcast, ways Ways,
) (Broadcast, error) {
	var cooling []Cooling
	until := s.o.Now().Add(ReviewTime)
	r := question.Reservation{
		Broadcast: b.ID, ReplyNumbers: ways.ReplyNumbers, Typed: b.typed(false), Reserved: ways.Reserved, Until: until,
		Meets: func(other id.Broadcast, most int) (int, error) { return s.shared(ctx, tx, sc, b, other, most) },
		Cooling: func(code string, other question.Question, people int) {
			cooling = append(cooling, Cooling{
				Code: code, Broadcast: other.Broadcast, Title: titleOf(tx, other.Broadcast), People: people,
				Until: other.Closed.Add(question.Cooling),
			})
		},
	}
	codes, err := question.Reserve(tx, s.o.Now(), r)
	if code := fault.CodeOf(err); code == "code_in_use" || code == "code_reserved" {
		// What an earlier review proposed has run out and belongs to somebody else now, or people of other countries are
		// in the audience now.
		r.Typed, cooling = b.typed(true), nil
		codes, err = question.Reserve(tx, s.o.Now(), r)
	}
	if err != nil {
		return b, named(tx, err)
	}
	after, err := b.Review(codes, ways.ReplyNumbers, until)
	after.Cooling = slices.CompactFunc(cooling, func(a, b Cooling) bool {
		return a.Code == b.Code && a.Broadcast == b.Broadcast // on several reply numbers
	})
	return after, err
}

// named adds the title of the other broadcast to a conflict of codes.
func named(tx *store.Tx, err error) error {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Code != "code_in_use" {
		return err
	}
	other, perr := id.Parse[id.Broadcast](e.Params["broadcast"])
	if perr != nil {
		return err
	}
	return fault.New(e.Kind, e.Code, e.Msg, "code", e.Params["code"], "broadcast", other, "people", e.Params["people"],
		"title", titleOf(tx, other))
}

// titleOf returns what a broadcast is called; empty when it is gone.
func titleOf(tx *store.Tx, which id.Broadcast) string {
	b, err := Read(tx, which)
	if err != nil {
		return ""
	}
	return b.Content.Title
}

// checkCodes looks at launch whether the codes still tell the broadcast apart: letters may be shared by audiences that
// do not meet, and people may have moved since the review.
func (s *Service) checkCodes(ctx context.Context, tx *store.Tx, b Broadcast, codes []string) error {
	r := question.Reservation{
		Broadcast: b.ID, ReplyNumbers: b.ReplyNumbers,
		Meets: func(other id.Broadcast, _ int) (int, error) {
			return s.shared(ctx, tx, scope.Everything(), b, other, 1)
		},
	}
	_, clash, err := question.Clash(tx, s.o.Now(), r, codes)
	if err == nil && clash {
		err = errCodesChanged()
	}
	return err
}

var errEnough = errors.New("enough")

// shared counts the people of b's selection whom the other broadcast reaches as well, themselves or on a number they
// share with somebody; at most so many, 0 for all.
func (s *Service) shared(ctx context.Context, tx *store.Tx, sc scope.Scope, b Broadcast, other id.Broadcast,
	most int,
) (n int, err error) {
	reached, err := s.reached(ctx, tx, other)
	if err != nil {
		return 0, err
	}
	err = directory.EachIn(ctx, tx, sc, b.Content.Selection.Directory(), func(r directory.Recipient) error {
		if !reached(r) {
			return nil
		}
		if n++; n == most {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return n, err
}

// reached returns the test whether a broadcast reaches a person: by its frozen audience and its copies, or, while they
// are not written yet, by its selection.
func (s *Service) reached(ctx context.Context, tx *store.Tx, other id.Broadcast,
) (func(directory.Recipient) bool, error) {
	o, err := Read(tx, other)
	if fault.Is(err, fault.NotFound) {
		return func(directory.Recipient) bool { return true }, nil // nobody can say
	}
	if err != nil {
		return nil, err
	}
	room := s.o.Questions.Room(other)
	if room != nil && o.State != Expanding && o.State.Launched() {
		return func(r directory.Recipient) bool {
			_, asked := room.Place(r.ID)
			return asked || slices.ContainsFunc(r.Phones, func(p directory.Phone) bool {
				return p.Usable() && s.o.Texted != nil && s.o.Texted(other, p.Number)
			})
		}, nil
	}
	people, numbers := map[id.Recipient]bool{}, map[phone.Number]bool{}
	theirs := o.Content.Selection.Directory()
	err = directory.EachIn(ctx, tx, scope.Everything(), theirs, func(r directory.Recipient) error {
		people[r.ID] = true
		for _, p := range r.Phones {
			if p.Usable() {
				numbers[p.Number] = true
			}
		}
		return nil
	})
	return func(r directory.Recipient) bool {
		return people[r.ID] || slices.ContainsFunc(r.Phones, func(p directory.Phone) bool { return numbers[p.Number] })
	}, err
}
