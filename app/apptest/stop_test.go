package apptest_test

import (
	"testing"
	"time"

	"noroshi/app/apptest"
	"noroshi/app/broadcast"
	"noroshi/app/config"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/simulator"
	"noroshi/app/simulator/people"
)

// slow is a perfect network that takes its time to answer.
func slow(d time.Duration) simulator.Population {
	p := simulator.Perfect()
	p.Network.ResponseDelay = people.Fixed(d)
	return p
}

// checkStopped waits until a stopped broadcast has come to rest and compares: who is shown as stopped got nothing, all
// others got one.
func checkStopped(t *testing.T, w *apptest.World, sim *simulator.SMSC, b id.Broadcast, n int) (sent int) {
	t.Helper()
	apptest.Within(t, "nothing is left to send", func() bool {
		c := w.Counted(t, b)
		return c.Group("waiting")+c.Group("sending") == 0 && c.Parts == n
	})
	apptest.Within(t, "the network has nothing more to say", func() bool { return sim.Stats().Pending == 0 })
	w.EachReached(t, b, apptest.Submits(sim), func(r apptest.Reach) {
		if stopped := r.Reached.Standing == message.FailedStopped; stopped == (r.Count.Submits > 0) || r.Count.Submits > 1 {
			t.Errorf("person %d: standing %v, got %d texts", r.Person, r.Reached.Standing, r.Count.Submits)
		}
		sent += r.Count.Submits
	})
	w.CheckCounts(t, b)
	if pending := w.Delivery.Load(); pending.Pending != 0 {
		t.Errorf("%d parts still wait", pending.Pending)
	}
	return sent
}

func TestStop(t *testing.T) {
	t.Parallel()
	const n = 6000
	for _, c := range []struct {
		name string
		when func(*apptest.World, *simulator.SMSC, id.Broadcast) bool
		all  bool // everybody may have been called by then
	}{
		{"at_once", func(*apptest.World, *simulator.SMSC, id.Broadcast) bool { return true }, false},
		{"while_copies_are_written", func(w *apptest.World, _ *simulator.SMSC, b id.Broadcast) bool {
			book := w.Messages.Book(b)
			return book != nil && book.Total() > 0
		}, false},
		{"in_the_middle", func(_ *apptest.World, s *simulator.SMSC, _ id.Broadcast) bool {
			return s.Stats().Accepted > n/3
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			sim := smsc(t, simulator.Options{Population: slow(10 * time.Millisecond)})
			w := apptest.Start(t, apptest.Options{Routes: routes(sim)})
			w.MustRegister(t, apptest.Everybody(n))
			b := w.MustLaunch(t, apptest.Safety(broadcast.Urgent))
			stop := w.Watch(t, b.ID)
			tell(t, w, sim, b.ID)
			apptest.Within(t, "the time to stop", func() bool { return c.when(w, sim, b.ID) })
			if _, err := w.Broadcasts.Stop(t.Context(), apptest.Admin, b.ID, "a mistake"); err != nil {
				t.Fatalf("Stop: %v", err)
			}
			if sent := checkStopped(t, w, sim, b.ID, n); sent > n*2/3 {
				t.Errorf("%d of %d were called although it was stopped %s", sent, n, c.name)
			}
			stop()
		})
	}
}

func TestStopReachesWhatIsThrottled(t *testing.T) {
	t.Parallel()
	const n = 300
	pop := simulator.Perfect()
	pop.Network.Throttle.Share = 1
	sim := smsc(t, simulator.Options{Population: pop})
	line := routes(sim)
	line[0].BindRate = 20_000
	w := apptest.Start(t, apptest.Options{Routes: line})
	w.MustRegister(t, apptest.Everybody(n))
	b := w.MustLaunch(t, apptest.Safety(broadcast.Urgent))
	tell(t, w, sim, b.ID)
	apptest.Within(t, "something is throttled", func() bool { return sim.Stats().Throttled >= 100 })
	if _, err := w.Broadcasts.Stop(t.Context(), apptest.Admin, b.ID, ""); err != nil {
		t.Fatalf("Stop: %v", err)
	}
	if _, err := w.Broadcasts.Close(t.Context(), apptest.Admin, b.ID, ""); err != nil {
		t.Fatalf("Close: %v", err)
	}
	if err := sim.Set(simulator.Perfect()); err != nil {
		t.Fatalf("Set: %v", err)
	}
	if sent := checkStopped(t, w, sim, b.ID, n); sent > 0 {
		t.Errorf("%d were called after the stop", sent)
	}
}

func TestOrderlyRestartLosesNothingAndDoubtsNothing(t *testing.T) {
	t.Parallel()
	const n = 3000
	for _, u := range []broadcast.Urgency{broadcast.Urgent, broadcast.Normal} {
		t.Run(string(u), func(t *testing.T) {
			t.Parallel()
			sim := smsc(t, simulator.Options{Population: slow(20 * time.Millisecond)})
			o := apptest.Options{Dir: t.TempDir(), Routes: routes(sim)}
			w, err := apptest.Open(t.Context(), o)
			if err != nil {
				t.Fatalf("Open: %v", err)
			}
			w.MustRegister(t, apptest.Everybody(n))
			b := w.MustLaunch(t, apptest.Safety(u))
			for _, part := range []uint64{n / 5, n / 2, n * 3 / 4} {
				apptest.Within(t, "a part of them is called", func() bool { return sim.Stats().Accepted > part })
				if err := w.Close(); err != nil {
					t.Fatalf("Close: %v", err)
				}
				if w, err = apptest.Open(t.Context(), o); err != nil {
					t.Fatalf("Open: %v", err)
				}
				if got := w.Messages.Book(b.ID).Counts()[message.SubmitUncertain]; got != 0 {
					t.Errorf("%d parts are uncertain after an orderly stop", got)
				}
			}
			t.Cleanup(func() {
				if err := w.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
			})
			apptest.Within(t, "the broadcast is open", func() bool { return w.State(t, b.ID) == broadcast.Open })
			for number, c := range apptest.Submits(sim) {
				if c.Submits != 1 {
					t.Errorf("%s got %d texts, want 1", number, c.Submits)
				}
			}
			if c := w.CheckCounts(t, b.ID); c.PartsSent != n || c.Uncertain != 0 {
				t.Errorf("parts sent %d, uncertain %d; want %d, 0", c.PartsSent, c.Uncertain, n)
			}
		})
	}
}

func TestTwoRoutesShareTheWorkAndNotTheQueue(t *testing.T) {
	t.Parallel()
	const n = 1000
	pop := simulator.Perfect()
	pop.Network.Throttle = people.Throttle{Share: 0.5, Windows: []people.Window{{For: 2500 * time.Millisecond}}}
	odd, even := smsc(t, simulator.Options{Population: pop}), smsc(t, simulator.Options{Population: pop})
	a, b := apptest.Route("odd", odd.Addr()), apptest.Route("even", even.Addr())
	a.BindRate, b.BindRate = 20_000, 20_000
	a.Prefixes, b.Prefixes = []string{"8190100005"}, []string{"8190"}
	w := apptest.Start(t, apptest.Options{Routes: []config.Route{a, b}})
	drafts := apptest.Everybody(n)
	drafts = append(drafts, apptest.Person("Abroad", "6591234567"))
	w.MustRegister(t, drafts)
	for _, s := range []*simulator.SMSC{odd, even} {
		if err := s.Set(pop); err != nil {
			t.Fatalf("Set: %v", err)
		}
	}
	l := w.MustLaunch(t, apptest.Safety(broadcast.Urgent))
	tell(t, w, odd, l.ID)
	most := 0
	apptest.Within(t, "the broadcast is open", func() bool {
		most = max(most, w.Delivery.Load().Urgent)
		return w.State(t, l.ID) == broadcast.Open
	})
	// Four pages on two routes, and each may be offered once more while it is out.
	if most > 4*2*2 {
		t.Errorf("the queue held %d jobs for 4 pages on 2 routes", most)
	}
	if got := odd.Stats().Numbers + even.Stats().Numbers; got != n {
		t.Errorf("%d numbers were called, want %d", got, n)
	}
	if odd.Stats().Numbers == 0 || even.Stats().Numbers == 0 {
		t.Errorf("the routes called %d and %d", odd.Stats().Numbers, even.Stats().Numbers)
	}
	c := w.CheckCounts(t, l.ID)
	if got := c.Standings[message.UnreachableNoRoute]; got != 1 {
		t.Errorf("%d people without a route, want 1", got)
	}
}

func TestUrgentGoesBeforeWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	sim := smsc(t, simulator.Options{Population: simulator.Perfect()})
	line := routes(sim)
	line[0].Rate = 100
	w := apptest.Start(t, apptest.Options{Routes: line})
	who := w.MustRegister(t, apptest.Everybody(1000))
	normal := w.MustLaunch(t, apptest.Safety(broadcast.Normal))
	apptest.Within(t, "the first is under way", func() bool { return sim.Stats().Accepted >= 20 })
	c := apptest.Safety(broadcast.Urgent)
	c.Selection = broadcast.Selection{Recipients: who[:20]}
	before := sim.Stats().Accepted
	urgent := w.MustLaunch(t, c)
	apptest.Within(t, "the urgent one is out", func() bool { return w.State(t, urgent.ID) == broadcast.Open })
	// What was claimed goes out first, and a slice or two while the copies are written.
	if others := sim.Stats().Accepted - before - 20; others > 60 {
		t.Errorf("%d people of a normal broadcast were called before the last of an urgent one", others)
	}
	if _, err := w.Broadcasts.Stop(t.Context(), apptest.Admin, normal.ID, ""); err != nil {
		t.Fatalf("Stop: %v", err)
	}
	apptest.Within(t, "nothing is left to send", func() bool { return w.Messages.Book(normal.ID).Pending() == 0 })
	w.CheckCounts(t, urgent.ID)
	w.CheckCounts(t, normal.ID)
}
