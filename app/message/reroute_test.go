package message

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"noroshi/app/gateway"
	"noroshi/app/message/leaf"
	"noroshi/app/message/part"
	"noroshi/app/phone"
	"noroshi/app/store"
)

// reroutes draws moves, of copies that may and of copies that may not.
func (w *world) reroutes(t *rapid.T) []Reroute {
	r := w.s.Book(w.run.Broadcast).row(w.run)
	if len(r.numbers) == 0 {
		return nil
	}
	var list []Reroute
	from := rapid.IntRange(0, len(r.numbers)-1).Draw(t, "from")
	for c := from; c < min(len(r.numbers), from+rapid.IntRange(1, 200).Draw(t, "how many")); c++ {
		list = append(list, Reroute{
			Copy: uint32(c), From: uint8(c % 2), To: uint8((c + 1) % 2), Parts: uint8(1 + (c+from)%3),
			Why: part.Why(c / 2 % 2),
		})
	}
	return list
}

// trail is what the log alone says of a copy: on which routes it may have been taken.
type trail struct {
	route  uint8
	parts  uint8
	claims map[uint8]uint8 // part: route of the claim that has no outcome
	with   map[uint8]bool  // routes that took it, or nobody knows
}

// checkRoutes reads the log with a rule of its own: nobody was with two routes unless that is marked.
func (w *world) checkRoutes(t *rapid.T) {
	r := w.s.Book(w.run.Broadcast).row(w.run)
	trails := make([]trail, len(r.numbers))
	for n := range r.open {
		err := w.st.View(func(tx *store.Tx) error {
			b, _, err := tx.Get(store.MessagePage.Key(w.run.key(), be32(uint32(n))))
			for i := range leaf.Page(b).Count() {
				trails[n*PageSize+i] = trail{
					route: leaf.Page(b).Route(i), parts: leaf.Page(b).Parts(i), claims: map[uint8]uint8{}, with: map[uint8]bool{},
				}
			}
			return err
		})
		if err != nil {
			t.Fatalf("View: %v", err)
		}
	}
	err := w.st.View(func(tx *store.Tx) error {
		return tx.Each(store.Scan{Prefix: store.MessageLog.Key(w.run.key())}, func(_, value []byte) (bool, error) {
			return true, part.DecodeBatch(value, func(_ time.Time, e part.Event) {
				for c := e.Copy; c < max(e.Copy+1, e.To) && int(c) < len(trails); c++ {
					trails[c].see(e)
				}
			})
		})
	})
	if err != nil {
		t.Fatalf("View: %v", err)
	}
	for c := range trails {
		one := &trails[c]
		for _, route := range one.claims {
			one.with[route] = true
		}
		marked := false
		for _, p := range r.partsOf(uint32(c)) {
			marked = marked || p.Has(part.Resent)
		}
		if len(one.with) > 1 && !marked {
			t.Fatalf("copy %d was with %d routes and is not marked", c, len(one.with))
		}
	}
}

func (o *trail) see(e part.Event) {
	switch e.Kind {
	case part.EvClaimRange:
		for n := range o.parts {
			o.claims[n] = o.route
		}
	case part.EvClaim:
		o.claims[e.Part] = o.route
	case part.EvTaken:
		o.with[e.Route] = true
	case part.EvLost:
		if route, ok := o.claims[e.Part]; ok {
			o.with[route] = true
		}
	case part.EvRefusedNow, part.EvRefusedFinal, part.EvNotWritten:
		delete(o.claims, e.Part)
	case part.EvReroute:
		for _, route := range o.claims {
			o.with[route] = true
		}
		clear(o.claims)
		o.route, o.parts = e.Route, e.Part
	default:
	}
}

// moving is a service with one page of n copies on route a, of parts parts each.
func moving(t *testing.T, n int, parts uint8) (*Service, *store.Store, Run) {
	t.Helper()
	st := openStore(t)
	s := New(st, func() time.Time { return time.Unix(1_800_000_000, 0) })
	run := Run{Broadcast: 7}
	update(t, st, func(tx *store.Tx) error {
		s.Place(tx, 7, map[Standing]int{Waiting: n})
		err := s.CreateRun(tx, run, Head{
			Routes: []RouteUse{{Name: "a"}, {Name: "b", Reports: ReportsAny}, {Name: "c"}}, Priority: 1,
		})
		if err != nil {
			return err
		}
		copies := make([]Copy, n)
		for i := range copies {
			copies[i] = Copy{Number: 819010000000 + phone.Number(i), People: []uint32{uint32(i)}, Parts: parts}
		}
		_, err = s.AddPage(tx, run, copies)
		return err
	})
	return s, st, run
}

func update(t *testing.T, st *store.Store, fn func(tx *store.Tx) error) {
	t.Helper()
	if _, err := st.Update(context.Background(), fn); err != nil {
		t.Fatalf("Update: %v", err)
	}
}

func outcome(route uint8, c uint32, n uint8, class gateway.Class, messageID string) PartOutcome {
	o := PartOutcome{Ref: Ref{Run: Run{Broadcast: 7}, Copy: c, Part: n}, Route: route}
	o.Class, o.MessageID = class, messageID
	return o
}

func TestACopyGoesToAnotherRouteWithItsOwnSplit(t *testing.T) {
	t.Parallel()
	s, st, run := moving(t, 4, 1)
	update(t, st, func(tx *store.Tx) error {
		// The first was refused for now, the second is out, the third is in doubt, the fourth was never tried.
		refs := []Ref{{Run: run, Copy: 0}, {Run: run, Copy: 1}, {Run: run, Copy: 2}}
		if got, err := s.Claim(tx, run, 0, refs); err != nil || len(got) != 3 {
			t.Errorf("Claim = %v, %v", got, err)
		}
		again := outcome(0, 0, 0, gateway.RouteConfig, "")
		again.Again = 30 * time.Second
		return s.Record(tx, run, []PartOutcome{again, outcome(0, 2, 0, gateway.Uncertain, "")})
	})
	book := s.Book(7)
	stuck := book.Stuck(run, 0, func(route uint8) bool { return route == 0 })
	if len(stuck) != 2 || stuck[0].Copy != 0 || stuck[1].Copy != 3 {
		t.Fatalf("Stuck = %+v, want copies 0 and 3", stuck)
	}
	update(t, st, func(tx *store.Tx) error {
		var list []Reroute
		for c := range uint32(4) {
			list = append(list, Reroute{Copy: c, From: 0, To: 1, Parts: 2})
		}
		if done, err := s.Reroute(tx, run, list); err != nil || done != 2 {
			t.Errorf("Reroute moved %d, %v, want 2", done, err)
		}
		return nil
	})
	if got := book.Total(); got != 6 {
		t.Errorf("%d parts, want 6", got)
	}
	if a, b := book.row(run).left[0], book.row(run).left[1]; a != 2 || b != 4 {
		t.Errorf("%d parts wait on a and %d on b, want 2 and 4", a, b)
	}
	update(t, st, func(tx *store.Tx) error {
		refs := []Ref{{Run: run, Copy: 3}, {Run: run, Copy: 3, Part: 1}}
		if got, err := s.Claim(tx, run, 0, refs); err != nil || len(got) != 0 {
			t.Errorf("the old route may send %v, %v", got, err)
		}
		if got, err := s.Claim(tx, run, 1, refs); err != nil || len(got) != 2 {
			t.Errorf("the new route may send %v, %v", got, err)
		}
		s.Register("b", refs[1], "x2")
		return s.Record(tx, run, []PartOutcome{
			outcome(1, 3, 0, gateway.Accepted, "x1"), outcome(1, 3, 1, gateway.Accepted, "x2"),
		})
	})
	update(t, st, func(tx *store.Tx) error {
		return s.Receipts(tx, []gateway.Receipt{{Route: "b", IDs: []string{"x2"}, State: gateway.Delivered, Final: true}})
	})
	if got := book.Person(3).Standing; got != StandDelivered {
		t.Errorf("one report on a route that reports for any part: %v, want delivered", got.Group())
	}
	steps, err := s.Steps(Ref{Run: run, Copy: 0}, book.row(run).head)
	if err != nil || len(steps) != 3 {
		t.Fatalf("Steps = %+v, %v", steps, err)
	}
	if last := steps[2]; last.Kind != "rerouted" || last.Route != "b" || last.Parts != 2 || steps[0].Route != "a" {
		t.Errorf("the timeline says %+v", steps)
	}
	err = s.EachCopy(run, book.row(run).head, 0, func(n uint32, c Copy) error {
		if moved := n == 0 || n == 3; moved != (c.Route == 1) || moved != (c.Parts == 2) {
			t.Errorf("copy %d is on route %d with %d parts", n, c.Route, c.Parts)
		}
		return nil
	})
	if err != nil {
		t.Errorf("EachCopy: %v", err)
	}
}

func TestARouteThatRefusedACopyIsRemembered(t *testing.T) {
	t.Parallel()
	s, st, run := moving(t, 1, 2)
	update(t, st, func(tx *store.Tx) error {
		_, err := s.Reroute(tx, run, []Reroute{{Copy: 0, From: 0, To: 1, Parts: 1, Why: part.RefusedHere}})
		return err
	})
	stuck := s.Book(7).Stuck(run, 0, func(uint8) bool { return true })
	if len(stuck) != 1 || stuck[0].Route != 1 || len(stuck[0].Refused) != 1 || stuck[0].Refused[0] != 0 {
		t.Errorf("Stuck = %+v, want it on 1, refused by 0", stuck)
	}
	for i := range uint8(maxMoves) {
		update(t, st, func(tx *store.Tx) error {
			_, err := s.Reroute(tx, run, []Reroute{{Copy: 0, From: 1 + i%2, To: 2 - i%2, Parts: 1 + i%3}})
			return err
		})
	}
	if stuck := s.Book(7).Stuck(run, 0, func(uint8) bool { return true }); len(stuck) != 0 {
		t.Errorf("after %d moves it may still move: %+v", maxMoves+1, stuck)
	}
}

func TestReportsAreAwaitedFromTheHandOver(t *testing.T) {
	t.Parallel()
	st := openStore(t)
	now := time.Unix(1_800_000_000, 0)
	launched := now
	s := New(st, func() time.Time { return now })
	run := Run{Broadcast: 7}
	update(t, st, func(tx *store.Tx) error {
		if err := s.CreateRun(tx, run, Head{Routes: []RouteUse{{Name: "a"}, {Name: "b"}}}); err != nil {
			return err
		}
		var copies []Copy
		for i := range 4 { // the last is never handed over
			c := Copy{Number: phone.Number(i + 1), People: []uint32{uint32(i)}, Parts: 1, Route: uint8(i / 3)}
			copies = append(copies, c)
		}
		_, err := s.AddPage(tx, run, copies)
		return err
	})
	hand := func(c uint32, class gateway.Class) {
		update(t, st, func(tx *store.Tx) error {
			if _, err := s.Claim(tx, run, 0, []Ref{{Run: run, Copy: c}}); err != nil {
				return err
			}
			return s.Record(tx, run, []PartOutcome{outcome(0, c, 0, class, "")})
		})
	}
	hand(0, gateway.Accepted)
	now = launched.Add(50 * time.Hour)
	hand(1, gateway.Accepted)
	hand(2, gateway.Uncertain)
	overdue := func(s *Service) (copies []uint32) {
		for _, r := range s.Book(7).Overdue(run, func(route string) time.Time {
			return now.Add(-map[string]time.Duration{"a": 72 * time.Hour, "b": 100 * time.Hour}[route])
		}, launched, 10) {
			copies = append(copies, r.Copy)
		}
		return copies
	}
	for _, c := range []struct {
		after time.Duration
		want  []uint32
	}{
		{72 * time.Hour, nil}, {73 * time.Hour, []uint32{0}}, {101 * time.Hour, []uint32{0, 3}},
		{123 * time.Hour, []uint32{0, 1, 2, 3}},
	} {
		now = launched.Add(c.after)
		again := New(st, func() time.Time { return now })
		if _, err := again.Load(t.Context(), 7); err != nil {
			t.Fatalf("Load: %v", err)
		}
		for name, s := range map[string]*Service{"this": s, "a later": again} {
			if got := overdue(s); !slices.Equal(got, c.want) {
				t.Errorf("%v after the launch, %s life: overdue are %v, want %v", c.after, name, got, c.want)
			}
		}
	}
}
