package apptest_test

import (
	"context"
	"testing"
	"time"

	"noroshi/app/apptest"
	"noroshi/app/broadcast"
	"noroshi/app/config"
	"noroshi/app/directory"
	"noroshi/app/directory/group"
	"noroshi/app/id"
	"noroshi/app/phone"
	"noroshi/app/simulator"
)

const (
	inOrder    = 1200 // people of these tests: five pages
	slowWindow = 10
)

// slowLine is a route on which the classes take seconds.
func slowLine(sim *simulator.SMSC) []config.Route {
	r := apptest.Route("line", sim.Addr())
	r.Rate, r.Window = 400, slowWindow
	return []config.Route{r}
}

// inClasses registers people of three classes, the most urgent ones with the highest numbers, and returns whose turn
// each number has: 0, 1, 2. One number is shared by people of two classes.
func inClasses(t *testing.T, w *apptest.World) map[string]int {
	t.Helper()
	var groups []id.Group
	for _, p := range []group.Priority{group.First, group.Later} {
		g, err := w.Directory.CreateGroup(t.Context(), directory.GroupDraft{Name: p.String(), Priority: p})
		if err != nil {
			t.Fatalf("CreateGroup: %v", err)
		}
		groups = append(groups, g.ID)
	}
	drafts, turn := apptest.Everybody(inOrder), map[string]int{}
	for i := range drafts {
		turn[apptest.Number(i)] = 1
		switch {
		case i < inOrder/3:
			drafts[i].Groups, turn[apptest.Number(i)] = groups[1:], 2
		case i >= inOrder-150:
			drafts[i].Groups, turn[apptest.Number(i)] = groups, 0 // in both: the better one counts
		}
	}
	shared := apptest.Person("Shares a number", apptest.Number(3))
	shared.Groups, turn[apptest.Number(3)] = groups[:1], 0
	w.MustRegister(t, append(drafts, shared))
	return turn
}

// arrivals returns the numbers in the order in which the network first saw them.
func arrivals(sim *simulator.SMSC) (out []string) {
	for after := ""; ; {
		page := sim.Handsets(simulator.HandsetQuery{}, simulator.Page{After: after, Limit: 500})
		for _, h := range page.Handsets {
			out = append(out, h.Number)
		}
		if after = page.Next; after == "" {
			return out
		}
	}
}

// checkOrder wants everybody there, and nobody before more than a few of an earlier class.
func checkOrder(t *testing.T, sim *simulator.SMSC, turn map[string]int, few int) {
	t.Helper()
	got := arrivals(sim)
	if len(got) != len(turn) {
		t.Errorf("%d numbers were texted, want %d", len(got), len(turn))
	}
	late, reached := 0, 0 // texts after one of a later class
	for _, number := range got {
		if reached = max(reached, turn[number]); turn[number] < reached {
			late++
		}
	}
	if late > few {
		t.Errorf("%d texts came after one of a later class, want at most %d", late, few)
	}
}

func TestASlowLineServesTheUrgentFirst(t *testing.T) {
	t.Parallel()
	sim := smsc(t, simulator.Options{Population: simulator.Perfect(), Handsets: 2 * inOrder})
	w := apptest.Start(t, apptest.Options{Routes: slowLine(sim)})
	turn := inClasses(t, w)
	b := w.MustLaunch(t, apptest.Safety(broadcast.Normal))
	apptest.Within(t, "half of the first class is served", func() bool { return len(arrivals(sim)) > 75 })
	classes := w.Messages.Book(b.ID).Classes()
	if len(classes) != 3 || classes[0].Class != int8(group.First) || classes[0].People != 152 ||
		classes[1].Served > 0 && classes[0].Served < 140 || classes[2].Served > 0 {
		t.Errorf("Classes in the middle of the first = %+v", classes)
	}
	apptest.Within(t, "the broadcast is open", func() bool { return w.State(t, b.ID) == broadcast.Open })
	checkOrder(t, sim, turn, slowWindow)
	w.CheckCounts(t, b.ID)
	for _, c := range w.Messages.Book(b.ID).Classes() {
		if c.Served != c.People || c.Parts != 0 {
			t.Errorf("a class of a broadcast that is sent: %+v", c)
		}
	}
}

// A restart in the middle of the first class, and one in the middle of the second, change nothing in the order.
func TestTheOrderOutlivesRestarts(t *testing.T) {
	t.Parallel()
	sim := smsc(t, simulator.Options{Population: simulator.Perfect(), Handsets: 2 * inOrder})
	o := apptest.Options{Dir: t.TempDir(), Routes: slowLine(sim), MemTable: 8 << 20}
	var turn map[string]int
	var which id.Broadcast
	for life, until := range []int{60, 500} {
		w, err := apptest.Open(context.Background(), o)
		if err != nil {
			t.Fatalf("Open: %v", err)
		}
		if life == 0 {
			turn = inClasses(t, w)
			which = w.MustLaunch(t, apptest.Safety(broadcast.Normal)).ID
		}
		apptest.Within(t, "a part of the people is served", func() bool { return len(arrivals(sim)) >= until })
		if err := w.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
		if n := len(arrivals(sim)); n >= inOrder {
			t.Fatalf("all %d were served before the restart", n)
		}
	}
	w := apptest.Start(t, o)
	apptest.Within(t, "the broadcast is open", func() bool { return w.State(t, which) == broadcast.Open })
	checkOrder(t, sim, turn, 3*slowWindow)
	w.EachReached(t, which, apptest.Submits(sim), func(r apptest.Reach) {
		if r.Reached.Standing.Group() == "unreachable" || r.Count.Submits != 1 {
			t.Errorf("person %d: %v, %d texts", r.Person, r.Reached.Standing, r.Count.Submits)
		}
	})
	if found := w.Messages.Find(number(t, apptest.Number(inOrder-1))); len(found) != 1 || found[0].Run.Broadcast != which {
		t.Errorf("Find of the last number after a restart: %+v", found)
	}
}

// A line that falls out in the middle of the first page goes on with that page, not with the next one.
func TestTheOrderOutlivesACut(t *testing.T) {
	t.Parallel()
	sim := smsc(t, simulator.Options{Population: simulator.Perfect(), Handsets: 2 * inOrder})
	w := apptest.Start(t, apptest.Options{Routes: slowLine(sim)})
	turn := inClasses(t, w)
	b := w.MustLaunch(t, apptest.Safety(broadcast.Urgent))
	for _, until := range []int{30, 100, 300} {
		apptest.Within(t, "a part of the people is served", func() bool { return len(arrivals(sim)) >= until })
		sim.Down(100 * time.Millisecond)
	}
	apptest.Within(t, "the broadcast is open", func() bool { return w.State(t, b.ID) == broadcast.Open })
	// What was on its way at a cut is in doubt, and offered again only when it has become clear.
	checkOrder(t, sim, turn, 3*2*slowWindow)
	w.CheckCounts(t, b.ID)
}

func number(t *testing.T, digits string) phone.Number {
	t.Helper()
	n, err := phone.ParseE164(digits)
	if err != nil {
		t.Fatalf("ParseE164: %v", err)
	}
	return n
}
