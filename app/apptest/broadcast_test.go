package apptest_test

import (
	"testing"
	"time"

	"noroshi/app/apptest"
	"noroshi/app/broadcast"
	"noroshi/app/config"
	"noroshi/app/simulator"
	"noroshi/app/simulator/people"
)

// smsc runs a simulator for the length of a test.
func smsc(t testing.TB, o simulator.Options) *simulator.SMSC {
	t.Helper()
	o.Now = time.Now
	s := simulator.New(o)
	if err := s.Start(t.Context()); err != nil {
		t.Fatalf("Start: %v", err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func routes(s *simulator.SMSC) []config.Route {
	return []config.Route{apptest.Route("line", s.Addr())}
}

func TestEverybodyIsCalledOnceAndHeard(t *testing.T) {
	t.Parallel()
	const n = 500
	pop := simulator.Perfect()
	quick := people.Spread{Median: 20 * time.Millisecond, Max: 100 * time.Millisecond}
	pop.Answers = people.Answers{Share: 1, Delay: quick}
	sim := smsc(t, simulator.Options{Population: pop})
	w := apptest.Start(t, apptest.Options{Routes: routes(sim)})
	drafts := apptest.Everybody(n)
	drafts = append(drafts, apptest.Person("No Phone"), apptest.Person("Fixed Line", "81312345678"))
	w.MustRegister(t, drafts)
	b := w.MustLaunch(t, apptest.Safety(broadcast.Urgent))
	stop := w.Watch(t, b.ID)
	apptest.Within(t, "everybody has answered", func() bool {
		c := w.Tally.Get(b.ID)
		return c.Answered() == n && c.Group("delivered") == n
	})
	apptest.Within(t, "the broadcast is open", func() bool { return w.State(t, b.ID) == broadcast.Open })
	if samples := stop(); samples < 3 {
		t.Errorf("the counts were seen %d times only", samples)
	}
	counts := apptest.Submits(sim)
	if len(counts) != n {
		t.Errorf("%d numbers got a text, want %d", len(counts), n)
	}
	for number, c := range counts {
		if c.Submits != 1 {
			t.Errorf("%s got %d texts, want 1", number, c.Submits)
		}
	}
	c := w.CheckCounts(t, b.ID)
	if got := c.Group("audience"); got != n+2 {
		t.Errorf("audience = %d, want %d", got, n+2)
	}
	if got := c.Group("unreachable"); got != 2 {
		t.Errorf("unreachable = %d, want 2", got)
	}
	if got := c.Choice(0) + c.Choice(1) + c.Choice(2); got != n {
		t.Errorf("answers to the three choices = %d, want %d", got, n)
	}
	if c.PartsSent != n || c.Uncertain != 0 || c.Unread != 0 {
		t.Errorf("parts sent %d, uncertain %d, unread %d, want %d, 0, 0", c.PartsSent, c.Uncertain, c.Unread, n)
	}
}
