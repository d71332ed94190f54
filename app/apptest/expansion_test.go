package apptest_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"noroshi/app/apptest"
	"noroshi/app/broadcast"
	"noroshi/app/config"
	"noroshi/app/expansion"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/simulator"
)

// desk is a world whose expansion is done by hand.
type desk struct {
	w *apptest.World
	b broadcast.Broadcast
}

const many = 5000 // people: three chunks of pages

func atDesk(t *testing.T, lines []config.Route) desk {
	t.Helper()
	w := apptest.Start(t, apptest.Options{Routes: lines})
	w.Expansion.Close()
	w.MustRegister(t, apptest.Everybody(many))
	return desk{w, w.MustLaunch(t, apptest.Safety(broadcast.Urgent))}
}

// expand expands with the given routes; ready is told of each chunk.
func (d desk) expand(ctx context.Context, lines []config.Route, ready func([]message.Pending)) error {
	allowed := make([]bool, len(lines))
	for i := range allowed {
		allowed[i] = true
	}
	s := expansion.New(expansion.Options{
		Store: d.w.Store, Broadcasts: d.w.Broadcasts, Audiences: d.w.Audiences, Questions: d.w.Questions,
		Messages: d.w.Messages, Log: slog.New(slog.DiscardHandler), Language: func() string { return "ja" },
		Routes: func(broadcast.Mode) ([]config.Route, []bool) { return lines, allowed },
		Ready:  ready, Done: func(id.Broadcast) {},
	})
	return s.Expand(ctx, d.b)
}

func TestExpansionGoesOnWithTheRoutesItBegan(t *testing.T) {
	t.Parallel()
	sim := smsc(t, simulator.Options{Population: simulator.Perfect()})
	line := func(name string) config.Route { return apptest.Route(name, sim.Addr()) }
	first, rest, added := line("first"), line("rest"), line("added")
	first.Prefixes = []string{"8190100010", "8190100030"}
	added.Prefixes = []string{"81901000"}
	d := atDesk(t, []config.Route{first, rest})
	ctx, cancel := context.WithCancel(t.Context())
	err := d.expand(ctx, []config.Route{first, rest}, func([]message.Pending) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("Expand that is cut off: %v", err)
	}
	run := message.Run{Broadcast: d.b.ID}
	if pages, _ := d.w.Messages.Pages(d.w.Messages.Book(d.b.ID), run); pages != 8 {
		t.Fatalf("%d pages before the cut, want 8", pages)
	}
	if err := d.expand(t.Context(), []config.Route{added, rest, first}, func([]message.Pending) {}); err != nil {
		t.Fatalf("Expand: %v", err)
	}
	head, _ := d.w.Messages.Book(d.b.ID).Head(run)
	names, seen := map[string]int{}, 0
	for page := range uint32((many + message.PageSize - 1) / message.PageSize) {
		err := d.w.Messages.EachCopy(run, head, page, func(_ uint32, c message.Copy) error {
			seen++
			name := head.RouteName(c.Route)
			names[name]++
			prefix := c.Number.Digits()[:10]
			if want := prefix == first.Prefixes[0] || prefix == first.Prefixes[1]; want != (name == "first") {
				t.Errorf("%s goes over %q", c.Number.Digits(), name)
			}
			return nil
		})
		if err != nil {
			t.Fatalf("EachCopy: %v", err)
		}
	}
	if seen != many || names["first"] != 200 {
		t.Errorf("%d copies, by route %v; want %d with 200 over the first", seen, names, many)
	}
	if got := d.w.State(t, d.b.ID); got != broadcast.Sending {
		t.Errorf("state %s after the expansion, want sending", got)
	}
	d.w.CheckCounts(t, d.b.ID)
}

func TestStopEndsWhatIsStillWritten(t *testing.T) {
	t.Parallel()
	sim := smsc(t, simulator.Options{Population: simulator.Perfect()})
	d := atDesk(t, routes(sim))
	chunks := 0
	err := d.expand(t.Context(), d.w.Routes, func(pages []message.Pending) {
		if chunks++; len(pages) == 0 {
			return
		}
		if chunks > 1 {
			t.Errorf("%d pages are handed over after the stop", len(pages))
		}
		if _, err := d.w.Broadcasts.Stop(t.Context(), apptest.Admin, d.b.ID, ""); err != nil {
			t.Errorf("Stop: %v", err)
		}
	})
	if err != nil {
		t.Fatalf("Expand: %v", err)
	}
	if sent := checkStopped(t, d.w, sim, d.b.ID, many); sent != 0 {
		t.Errorf("%d were called", sent)
	}
}
