package delivery

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"noroshi/app/bus"
	"noroshi/app/config"
	"noroshi/app/gateway"
	"noroshi/app/message"
)

// idle is a route that takes nothing.
type idle struct{}

func (idle) Submit(context.Context, gateway.Slice) {}
func (idle) Pace() gateway.Pace                    { return gateway.Pace{} }
func (idle) Health() gateway.Health                { return gateway.Health{} }

// bench is a service whose clock is turned by hand.
type bench struct {
	*Service
	at atomic.Int64 // seconds
}

func newBench(t *testing.T, routes ...string) *bench {
	t.Helper()
	q, err := bus.Open(t.Context(), bus.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { _ = q.Close(context.Background()) })
	b := &bench{}
	b.at.Store(1000)
	var ways []Way
	for _, name := range routes {
		ways = append(ways, Way{Route: config.Route{Name: name}, Sender: idle{}})
	}
	b.Service = New(Options{
		Bus: q, Ways: ways, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return time.Unix(b.at.Load(), 0) },
		Messages: message.New(nil, time.Now),
	})
	return b
}

// pass turns the clock and does what is due.
func (b *bench) pass(t *testing.T, seconds int64) (done int) {
	t.Helper()
	b.at.Add(seconds)
	for {
		do, _ := b.clock.due()
		if do == nil {
			return done
		}
		do(t.Context())
		done++
	}
}

func (b *bench) queued(t *testing.T, route string) int {
	t.Helper()
	urgent, normal, err := b.o.Bus.Depth(route)
	if err != nil {
		t.Fatalf("Depth: %v", err)
	}
	return urgent + normal
}

func TestAPageIsOfferedOnceHoweverOftenItIsAskedFor(t *testing.T) {
	t.Parallel()
	b := newBench(t, "a", "b")
	page := message.Pending{Run: message.Run{Broadcast: 7}, Page: 3, Priority: 1}
	other := message.Pending{Run: message.Run{Broadcast: 7}, Page: 4, Priority: 1}
	at := func(s int64) time.Time { return time.Unix(1000+s, 0) }
	for range 50 {
		b.offerAt(at(10), page)
		b.offerAt(at(12), page)
		b.offerAt(at(10), other)
	}
	b.offerAt(at(5), page) // earlier: instead of the one at 10
	for _, step := range []struct{ seconds, page, other int64 }{{4, 0, 0}, {2, 1, 0}, {5, 1, 1}, {10, 1, 1}} {
		b.pass(t, step.seconds)
		for _, route := range []string{"a", "b"} {
			if got, want := b.queued(t, route), int(step.page+step.other); got != want {
				t.Errorf("after %d s route %s has %d jobs, want %d", b.at.Load()-1000, route, got, want)
			}
		}
	}
	b.offerAt(at(30), page) // asked for again after it was offered
	b.pass(t, 20)
	if got := b.queued(t, "a"); got != 3 {
		t.Errorf("%d jobs after the page was asked for again, want 3", got)
	}
}

func TestTheClockKeepsTheOrder(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var order []int
	for i, s := range []int64{3, 1, 2, 1, 0} {
		b.clock.at(time.Unix(1000+s, 0), func(context.Context) { order = append(order, i) })
	}
	if b.pass(t, 0); len(order) != 1 || order[0] != 4 {
		t.Fatalf("at once: %v, want [4]", order)
	}
	if b.pass(t, 2); len(order) != 4 || order[1] != 1 || order[2] != 3 || order[3] != 2 {
		t.Fatalf("after two seconds: %v, want [4 1 3 2]", order)
	}
	if n := b.pass(t, 1); n != 1 {
		t.Fatalf("%d things after three seconds, want 1", n)
	}
}

func TestPagesSurviveTheQueue(t *testing.T) {
	t.Parallel()
	p := message.Pending{Run: message.Run{Broadcast: 1 << 60, Round: 3, Channel: message.Email}, Page: 70_000, Priority: 1}
	if got, ok := decodePage(encodePage(p)); !ok || got != p {
		t.Errorf("%+v comes back as %+v, %v", p, got, ok)
	}
	if _, ok := decodePage([]byte("short")); ok {
		t.Error("a reference that is cut short is read")
	}
}

func TestPausesBetweenTries(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.o.Messages = message.New(nil, b.o.Now)
	for _, c := range []struct {
		class gateway.Class
		want  time.Duration
	}{
		{gateway.Throttled, time.Second}, {gateway.Retry, 30 * time.Second}, {gateway.RouteConfig, 30 * time.Second},
		{gateway.RecipientPermanent, 0}, {gateway.MessagePermanent, 0}, {gateway.Protocol, 0}, {gateway.Uncertain, 0},
	} {
		got := b.again(message.PartOutcome{Outcome: gateway.Outcome{Class: c.class}})
		if got != c.want {
			t.Errorf("%v is tried again after %v, want %v", c.class, got, c.want)
		}
	}
}
