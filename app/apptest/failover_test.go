package apptest_test

import (
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"noroshi/app/apptest"
	"noroshi/app/broadcast"
	"noroshi/app/config"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/simulator"
	"noroshi/app/simulator/people"
	"noroshi/app/simulator/wire"
)

// twoLines are a route that goes first and gives up after a second, and another one. Each puts its name before its
// texts.
func twoLines(first, second string) []config.Route {
	a, b := apptest.Route("first", first), apptest.Route("second", second)
	a.Failover, b.Priority = 1, 1
	a.StatusOverride = map[string]string{"0x401": "route_config"} // no credit
	a.Prefix, b.Prefix = "1: ", "2: "+strings.Repeat("The other line says: ", 7)
	return []config.Route{a, b}
}

// together adds up what two networks counted.
func together(sims ...*simulator.SMSC) map[string]simulator.Count {
	out := map[string]simulator.Count{}
	for _, sim := range sims {
		for number, c := range apptest.Submits(sim) {
			sum := out[number]
			if sum.Submits > 0 && c.Submits > 0 {
				sum.Surplus++
			}
			sum.Submits, sum.Parts, sum.Surplus = sum.Submits+c.Submits, sum.Parts+c.Parts, sum.Surplus+c.Surplus
			out[number] = sum
		}
	}
	return out
}

// checkOnce compares in the end: everybody got one text over one of the networks; more only with a mark, none only as
// unknown.
func checkOnce(t *testing.T, w *apptest.World, b id.Broadcast, sims ...*simulator.SMSC) (unknown int) {
	t.Helper()
	for _, sim := range sims {
		apptest.Within(t, "the network has nothing more to say", func() bool { return sim.Stats().Pending == 0 })
	}
	w.EachReached(t, b, together(sims...), func(r apptest.Reach) {
		switch {
		case r.Count.Surplus > 0 && !r.Reached.Uncertain:
			t.Errorf("person %d got %d texts and is not marked", r.Person, r.Count.Submits)
		case r.Reached.Standing == message.StandUnknown:
			unknown++
		case r.Count.Submits == 0:
			t.Errorf("person %d got nothing and stands at %q", r.Person, r.Reached.Standing.Group())
		case r.Reached.Standing != message.StandDelivered && r.Reached.Standing != message.StandAccepted:
			t.Errorf("person %d got a text and stands at %q", r.Person, r.Reached.Standing.Group())
		}
	})
	w.CheckCounts(t, b)
	return unknown
}

func refusingBinds(status uint16) simulator.Population {
	p := slow(time.Millisecond)
	p.Network.BindStatus = wire.Status(status)
	return p
}

func TestAnotherRouteTakesOver(t *testing.T) {
	t.Parallel()
	const n = 3000
	for _, c := range []struct {
		name    string
		trouble func(t *testing.T, sim *simulator.SMSC)
	}{
		{"down", func(_ *testing.T, sim *simulator.SMSC) { sim.Down(0) }},
		{"bind_refused_for_good", refuse(0x0E)},
		{"bind_refused_for_now", refuse(0x0D)},
		{"out_of_credit", func(t *testing.T, sim *simulator.SMSC) {
			p := slow(time.Millisecond)
			p.Network.Rejections = []people.Rejection{{Share: 1, Status: 0x401, PerAttempt: true}}
			set(t, sim, p)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			first := smsc(t, simulator.Options{Population: slow(5 * time.Millisecond)})
			second := smsc(t, simulator.Options{Population: simulator.Perfect()})
			open := apptest.Options{
				Dir: t.TempDir(), Routes: twoLines(first.Addr(), second.Addr()), Log: slog.NewTextHandler(testWriter{t}, nil),
			}
			w, err := apptest.Open(t.Context(), open)
			if err != nil {
				t.Fatalf("Open: %v", err)
			}
			w.MustRegister(t, apptest.Everybody(n))
			b := w.MustLaunch(t, apptest.Safety(broadcast.Normal))
			stop := w.Watch(t, b.ID)
			apptest.Within(t, "a third is taken", func() bool { return first.Stats().Accepted > n/3 })
			c.trouble(t, first)
			apptest.Within(t, "the other route has the rest", func() bool { return handedOver(w, b.ID) })
			stop()
			if err := w.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
			set(t, first, simulator.Perfect()) // the line comes back
			w = apptest.Start(t, open)
			tell(t, w, first, b.ID)
			apptest.Within(t, "the broadcast is open", func() bool { return w.State(t, b.ID) == broadcast.Open })
			unknown := checkOnce(t, w, b.ID, first, second)
			t.Logf("%d by the first, %d by the second, %d unknown", first.Stats().Accepted, second.Stats().Numbers, unknown)
			if second.Stats().Numbers < n/3 || unknown > 300 {
				t.Errorf("%d by the second, %d unknown", second.Stats().Numbers, unknown)
			}
		})
	}
}

// handedOver reports whether the second route has sent all it may: on the first one nothing waits but what is in doubt.
func handedOver(w *apptest.World, b id.Broadcast) bool {
	book, run := w.Messages.Book(b), message.Run{Broadcast: b}
	if got, err := w.Broadcasts.Get(b); err != nil || got.State == broadcast.Expanding || book.PendingOn(run)[1] > 0 {
		return false
	}
	pages, _ := w.Messages.Pages(book, run)
	for page := range uint32(pages) {
		if len(book.Stuck(run, page, func(uint8) bool { return true })) > 0 {
			return false
		}
	}
	return len(book.InState(run, message.Submitting, 1)) == 0
}

// refuse returns what cuts a line and lets nobody in again.
func refuse(status uint16) func(*testing.T, *simulator.SMSC) {
	return func(t *testing.T, sim *simulator.SMSC) {
		t.Helper()
		set(t, sim, refusingBinds(status))
		sim.Down(time.Millisecond)
	}
}

func set(t *testing.T, sim *simulator.SMSC, p simulator.Population) {
	t.Helper()
	if err := sim.Set(p); err != nil {
		t.Fatalf("Set: %v", err)
	}
}

func TestARouteThatNeverComesUpSendsNothing(t *testing.T) {
	t.Parallel()
	const n = 600
	first := smsc(t, simulator.Options{Population: refusingBinds(0x0E)})
	second := smsc(t, simulator.Options{Population: simulator.Perfect(), Handsets: n})
	w := apptest.Start(t, apptest.Options{
		Routes: twoLines(first.Addr(), second.Addr()), Log: slog.NewTextHandler(testWriter{t}, nil),
	})
	w.MustRegister(t, apptest.Everybody(n))
	b := w.MustLaunch(t, apptest.Safety(broadcast.Urgent))
	apptest.Within(t, "the broadcast is open", func() bool { return w.State(t, b.ID) == broadcast.Open })
	if unknown := checkOnce(t, w, b.ID, first, second); unknown > 0 || first.Stats().Attempts > 0 {
		t.Errorf("%d unknown, %d tries on the first route", unknown, first.Stats().Attempts)
	}
	counts := w.CheckCounts(t, b.ID)
	if got := int(second.Stats().Accepted); got != 2*n || counts.Parts != got || counts.PartsSent != got {
		t.Errorf("%d parts taken, %d counted, %d of them sent, want %d", got, counts.Parts, counts.PartsSent, 2*n)
	}
	text := received(t, second, apptest.Number(5))
	if len(text) != 1 || !strings.HasPrefix(text[0], "2: The other line") || !strings.Contains(text[0], "A:Safe") {
		t.Errorf("person 5 got %q", text)
	}
	checkTimeline(t, w, b.ID, 5)
}

// checkTimeline looks at what is told of one person: a move, then two parts on the other route.
func checkTimeline(t *testing.T, w *apptest.World, b id.Broadcast, person uint32) {
	t.Helper()
	book := w.Messages.Book(b)
	ref := book.CopiesOf(person)[0]
	head, _ := book.Head(ref.Run)
	steps, err := w.Messages.Steps(ref, head)
	if err != nil || len(steps) < 3 || steps[0].Kind != "rerouted" || steps[0].Route != "second" {
		t.Fatalf("the timeline of person %d is %+v, %v", person, steps, err)
	}
	for _, s := range steps {
		if s.Route != "second" || s.Parts != 2 {
			t.Errorf("after the move the timeline says %+v", s)
		}
	}
}

func TestKilledWhileARouteIsGivenUp(t *testing.T) {
	t.Parallel()
	const n = 3000
	for _, u := range []broadcast.Urgency{broadcast.Urgent, broadcast.Normal} {
		t.Run(string(u), func(t *testing.T) {
			t.Parallel()
			first := smsc(t, simulator.Options{Population: slow(3 * time.Millisecond)})
			second := smsc(t, simulator.Options{Population: slow(3 * time.Millisecond)})
			dir := t.TempDir()
			lines := twoLines(first.Addr(), second.Addr())
			open := apptest.Options{Dir: dir, Routes: lines, Log: slog.DiscardHandler}
			w, err := apptest.Open(t.Context(), open)
			if err != nil {
				t.Fatalf("Open: %v", err)
			}
			w.MustRegister(t, apptest.Everybody(n))
			if err := w.Close(); err != nil {
				t.Fatalf("Close: %v", err)
			}
			seed := uint64(time.Now().UnixNano())
			r := rand.New(rand.NewPCG(seed, 1))
			addresses := first.Addr() + "," + second.Addr()
			kills := lives(t, dir, addresses, u, 2, r)
			set(t, first, refusingBinds(0x0E)) // between two lives
			kills += lives(t, dir, addresses, u, 4, r)
			t.Logf("seed %d: %d kills, %d and %d texts taken before the last life", seed, kills,
				first.Stats().Numbers, second.Stats().Numbers)
			if w, err = apptest.Open(t.Context(), open); err != nil {
				t.Fatalf("Open: %v", err)
			}
			which, err := running(w)
			if err == nil && which == 0 {
				which = w.MustLaunch(t, apptest.Safety(u)).ID // killed before its launch was durable
			}
			apptest.Within(t, "the other route has the rest", func() bool { return handedOver(w, which) })
			if err := w.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
			set(t, first, slow(3*time.Millisecond))
			w = apptest.Start(t, open)
			tell(t, w, second, which)
			apptest.Within(t, "the broadcast is open", func() bool { return w.State(t, which) == broadcast.Open })
			unknown := checkOnce(t, w, which, first, second)
			if u == broadcast.Urgent && unknown > 0 {
				t.Errorf("%d are unknown, though uncertain parts go out again", unknown)
			}
		})
	}
}
