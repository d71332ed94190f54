package delivery_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"noroshi/app/apptest"
	"noroshi/app/broadcast"
	"noroshi/app/config"
	"noroshi/app/gateway"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/phone"
)

// operator is a route whose answers a test decides.
type operator struct {
	name  string
	ids   atomic.Int64
	looks atomic.Int64 // at its health
	mu    sync.Mutex
	state gateway.State
	say   func(n phone.Number, part uint8) gateway.Class // of a part; nil takes all
	taken map[phone.Number]int                           // parts
	tries map[phone.Number]int                           // parts
	maybe map[phone.Number]bool                          // answered with Uncertain
}

func newOperator(name string) *operator {
	return &operator{
		name: name, state: gateway.Bound, taken: map[phone.Number]int{}, tries: map[phone.Number]int{},
		maybe: map[phone.Number]bool{},
	}
}

func (o *operator) Submit(ctx context.Context, s gateway.Slice) {
	for i, p := range s.Parts {
		part := uint8(0)
		if p.Wire.ESMClass != 0 { // the last octet of the header counts from 1
			part = p.Wire.ShortMessage[5] - 1
		}
		s.Done(i, o.answer(ctx, p.To, part))
	}
}

func (o *operator) answer(ctx context.Context, to phone.Number, part uint8) gateway.Outcome {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.state.Serves() || ctx.Err() != nil {
		return gateway.Outcome{Class: gateway.NotSent}
	}
	o.tries[to]++
	class := gateway.Accepted
	if o.say != nil {
		class = o.say(to, part)
	}
	switch class {
	case gateway.Accepted:
		o.taken[to]++
		return gateway.Outcome{MessageID: fmt.Sprintf("%s%d", o.name, o.ids.Add(1))}
	case gateway.Uncertain:
		o.maybe[to] = true
		return gateway.Outcome{Class: class}
	case gateway.NotSent:
		o.tries[to]--
	default:
	}
	return gateway.Outcome{Class: class, Status: 0x0A}
}

func (o *operator) Pace() gateway.Pace {
	return gateway.Pace{Ready: o.now().Serves(), Window: 10, Sessions: 1}
}

func (o *operator) Health() gateway.Health {
	o.looks.Add(1)
	return gateway.Health{Route: o.name, State: o.now(), Limit: 100, Cut: 1}
}

func (o *operator) now() gateway.State {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.state
}

func (o *operator) turn(s gateway.State) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.state = s
}

func (o *operator) answers(say func(phone.Number, uint8) gateway.Class) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.say = say
}

// counts returns how many people were tried and how many of them taken.
func (o *operator) counts() (tried, taken int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, n := range o.tries {
		if n > 0 {
			tried++
		}
	}
	return tried, len(o.taken)
}

// office is a world with two operators and a clock that can be put forward.
type office struct {
	*apptest.World
	first, second *operator
	skew          atomic.Int64
}

func newOffice(t *testing.T, patience config.Seconds) *office {
	t.Helper()
	o := &office{first: newOperator("first"), second: newOperator("second")}
	a, b := apptest.Route("first", "127.0.0.1:1"), apptest.Route("second", "127.0.0.1:1")
	a.Failover, b.Failover, b.Priority = patience, patience, 1
	o.World = apptest.Start(t, apptest.Options{
		Routes: []config.Route{a, b}, Log: slog.DiscardHandler, Settle: 10 * time.Second, Watch: 20 * time.Millisecond,
		Now: func() time.Time { return time.Now().Add(time.Duration(o.skew.Load())) },
		Sender: func(r config.Route) gateway.Sender {
			if r.Name == "first" {
				return o.first
			}
			return o.second
		},
	})
	return o
}

// pass puts the clock forward and wakes who waits on it.
func (o *office) pass(b id.Broadcast, d time.Duration) {
	o.skew.Add(int64(d))
	o.Delivery.Expanded(b)
}

func (o *office) launch(t *testing.T, n int, u broadcast.Urgency, text string) id.Broadcast {
	t.Helper()
	o.MustRegister(t, apptest.Everybody(n))
	c := apptest.Safety(u)
	if text != "" {
		c.Bodies[0].Text = text
	}
	return o.MustLaunch(t, c).ID
}

func (o *office) left(b id.Broadcast) map[string]int {
	if book := o.Messages.Book(b); book != nil {
		return book.PendingByRoute()
	}
	return nil
}

func numberOf(t *testing.T, digits string) phone.Number {
	t.Helper()
	number, err := phone.ParseE164(digits)
	if err != nil {
		t.Fatalf("ParseE164: %v", err)
	}
	return number
}

// steps returns what happened to the copy of a person.
func (o *office) steps(t *testing.T, b id.Broadcast, person uint32) (out []string) {
	t.Helper()
	book := o.Messages.Book(b)
	ref := book.CopiesOf(person)[0]
	head, _ := book.Head(ref.Run)
	list, err := o.Messages.Steps(ref, head)
	if err != nil {
		t.Fatalf("Steps: %v", err)
	}
	for _, s := range list {
		out = append(out, fmt.Sprintf("%s %s %d/%d %s", s.At.Format("15:04:05"), s.Kind, s.Part, s.Parts, s.Route))
	}
	return out
}

func (o *office) open(t *testing.T, b id.Broadcast) {
	t.Helper()
	apptest.Within(t, "the broadcast is open", func() bool { return o.State(t, b) == broadcast.Open })
}

// written waits until everybody has a copy.
func (o *office) written(t *testing.T, b id.Broadcast, parts int) {
	t.Helper()
	apptest.Within(t, "all copies are written", func() bool {
		book := o.Messages.Book(b)
		return book != nil && book.Total() == parts && o.State(t, b) == broadcast.Sending
	})
}

func TestWhatWaitsGoesToAnotherRoute(t *testing.T) {
	t.Parallel()
	for _, state := range []gateway.State{gateway.Down, gateway.Refused, gateway.Paused, gateway.Connecting} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			const n = 400
			o := newOffice(t, 30)
			o.first.turn(state)
			// The health counts only among equals, so everybody begins with the first route.
			b := o.launch(t, n, broadcast.Urgent, "")
			o.written(t, b, n)
			if left := o.left(b); left["first"] != n {
				t.Fatalf("waiting: %v, want all on the first", left)
			}
			if p := o.Delivery.Progress(b); p.Pending != n || p.Reason == "" || p.Route != "first" || p.Left != 0 {
				t.Errorf("progress %+v, want the first route to be the reason and no time", p)
			}
			apptest.Within(t, "the patience is over", func() bool {
				o.pass(b, 2*time.Second)
				return o.left(b)["first"] == 0
			})
			o.open(t, b)
			o.first.turn(gateway.Bound) // it comes back
			o.pass(b, time.Minute)
			if tried, _ := o.first.counts(); tried != 0 {
				t.Errorf("%d were tried on the first route", tried)
			}
			if tried, taken := o.second.counts(); tried != n || taken != n {
				t.Errorf("the second route tried %d and took %d, want %d", tried, taken, n)
			}
			o.CheckCounts(t, b)
		})
	}
}

func TestWhenNothingMoves(t *testing.T) {
	t.Parallel()
	const n = 300
	for _, c := range []struct {
		name     string
		patience config.Seconds
		second   gateway.State
		wait     time.Duration
	}{
		{"a route that never gives up", 0, gateway.Bound, time.Hour},
		{"before the patience is over", 3000, gateway.Bound, 40 * time.Minute},
		{"all routes are down", 30, gateway.Down, time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, c.patience)
			o.first.turn(gateway.Down)
			o.second.turn(c.second)
			b := o.launch(t, n, broadcast.Urgent, "")
			o.written(t, b, n)
			for range 4 {
				o.pass(b, c.wait/4)
				looks := o.first.looks.Load()
				apptest.Within(t, "the routes were looked at", func() bool { return o.first.looks.Load() > looks+2 })
			}
			if left := o.left(b); left["first"] != n {
				t.Errorf("waiting: %v, want all on the first", left)
			}
			if counts := o.CheckCounts(t, b); counts.Group("waiting") != n {
				t.Errorf("%d people wait, want %d", counts.Group("waiting"), n)
			}
			o.second.turn(gateway.Bound)
			o.first.turn(gateway.Bound)
			o.open(t, b)
			if _, taken := o.first.counts(); taken != n {
				t.Errorf("the first route took %d, want %d", taken, n)
			}
		})
	}
}

func TestARefusalOfTheRouteMovesThoseItRefuses(t *testing.T) {
	t.Parallel()
	const n, parts = 200, 2
	o := newOffice(t, 30)
	// Every seventh is refused as if the route were wrong for it; of every fifth the first part is taken.
	o.first.answers(func(to phone.Number, part uint8) gateway.Class {
		if to%7 == 0 || to%5 == 0 && part == 1 {
			return gateway.RouteConfig
		}
		return gateway.Accepted
	})
	b := o.launch(t, n, broadcast.Normal, strings.Repeat("Leave by the north stairs. ", 8))
	o.written(t, b, n*parts)
	wait := 0
	for i := range n {
		switch number := numberOf(t, apptest.Number(i)); {
		case number%7 == 0:
			wait += parts
		case number%5 == 0:
			wait++
		}
	}
	apptest.Within(t, "everybody was answered", func() bool {
		c := o.Messages.Book(b).Counts()
		return c[message.Submitting]+c[message.Queued] == 0 && c[message.RetryWait] == wait
	})
	o.pass(b, 32*time.Second) // the second refusal is the last
	o.open(t, b)
	moved, failed := 0, 0
	o.EachReached(t, b, nil, func(r apptest.Reach) {
		number := numberOf(t, r.Number)
		one, two := o.first.taken[number], o.second.taken[number]
		switch {
		case number%7 == 0:
			moved++
			if one != 0 || two != parts || r.Reached.Standing.Group() != "accepted" {
				t.Errorf("%d parts on the first, %d on the second, %v: want it moved: %+v",
					one, two, r.Reached.Standing.Group(), o.steps(t, b, r.Person))
			}
		case number%5 == 0:
			failed++
			if one != 1 || two != 0 || r.Reached.Standing.Group() != "failed" {
				t.Errorf("%d parts on the first, %d on the second, %v: partly taken, so it stays",
					one, two, r.Reached.Standing.Group())
			}
		case one != parts || two != 0:
			t.Errorf("%d parts on the first, %d on the second", one, two)
		}
	})
	if moved == 0 || failed == 0 {
		t.Errorf("%d moved, %d failed", moved, failed)
	}
	o.CheckCounts(t, b)
}

func TestARefusalEverywhereEnds(t *testing.T) {
	t.Parallel()
	const n = 20
	o := newOffice(t, 30)
	never := func(phone.Number, uint8) gateway.Class { return gateway.RouteConfig }
	o.first.answers(never)
	o.second.answers(never)
	b := o.launch(t, n, broadcast.Urgent, "")
	apptest.Within(t, "all have failed", func() bool {
		o.pass(b, 31*time.Second)
		return o.State(t, b) == broadcast.Open
	})
	if counts := o.CheckCounts(t, b); counts.Group("failed") != n {
		t.Errorf("%d failed, want %d", counts.Group("failed"), n)
	}
	for _, op := range []*operator{o.first, o.second} {
		for _, tries := range op.tries {
			if tries > 5 { // twice, and what a clock that runs so fast adds
				t.Errorf("%s tried a number %d times", op.name, tries)
			}
		}
	}
}

func TestWhatIsInDoubtStays(t *testing.T) {
	t.Parallel()
	for _, u := range []broadcast.Urgency{broadcast.Urgent, broadcast.Normal} {
		t.Run(string(u), func(t *testing.T) {
			t.Parallel()
			const n = 300
			o := newOffice(t, 30)
			count := 0
			o.first.answers(func(phone.Number, uint8) gateway.Class { // the line breaks after a hundred
				switch count++; {
				case count <= 100:
					return gateway.Accepted
				case count <= 140:
					return gateway.Uncertain
				}
				o.first.state = gateway.Down
				return gateway.NotSent
			})
			b := o.launch(t, n, u, "")
			apptest.Within(t, "the line is down", func() bool { return o.first.now() == gateway.Down })
			o.written(t, b, n)
			o.first.answers(nil)
			apptest.Within(t, "the others have moved", func() bool {
				if o.skew.Load() < int64(10*time.Minute) { // those in doubt wait a quarter of an hour for their route
					o.pass(b, time.Second)
				}
				return o.left(b)["first"] == 40 && o.left(b)["second"] == 0
			})
			if _, taken := o.second.counts(); taken != n-140 {
				t.Errorf("the second route took %d, want %d", taken, n-140)
			}
			if got := len(o.Messages.Book(b).InState(message.Run{Broadcast: b}, message.SubmitUncertain, n)); got != 40 {
				t.Errorf("%d are in doubt, want 40", got)
			}
			o.first.turn(gateway.Bound)
			apptest.Within(t, "the broadcast is open", func() bool {
				o.pass(b, time.Second)
				return o.State(t, b) == broadcast.Open
			})
			o.EachReached(t, b, nil, func(r apptest.Reach) {
				number := numberOf(t, r.Number)
				if o.first.tries[number] > 0 && o.second.tries[number] > 0 {
					t.Errorf("person %d was tried on both routes", r.Person)
				}
				if again := o.first.tries[number] > 1; again != r.Reached.Uncertain || again && u != broadcast.Urgent {
					t.Errorf("person %d: again %v, marked %v", r.Person, again, r.Reached.Uncertain)
				}
			})
			o.CheckCounts(t, b)
		})
	}
}

// Routes come and go, and answer as they like: nobody is taken on two routes, or twice on one, without a mark.
func TestRoutesComeAndGo(t *testing.T) {
	t.Parallel()
	const n = 600
	for round := range 3 {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			t.Parallel()
			seed := uint64(time.Now().UnixNano())
			t.Logf("seed %d", seed)
			o := newOffice(t, 5)
			for i, op := range []*operator{o.first, o.second} {
				r := rand.New(rand.NewPCG(seed, uint64(i)))
				op.answers(func(phone.Number, uint8) gateway.Class { // under the operator's mutex
					if r.IntN(60) == 0 {
						op.state = gateway.Down
					}
					return []gateway.Class{
						gateway.Accepted, gateway.Accepted, gateway.Accepted, gateway.NotSent, gateway.RouteConfig,
						gateway.Retry, gateway.Throttled, gateway.Uncertain,
					}[r.IntN(8)]
				})
			}
			b := o.launch(t, n, broadcast.Urgent, "")
			r := rand.New(rand.NewPCG(seed, 9))
			deadline := time.Now().Add(apptest.Patience)
			for o.State(t, b) != broadcast.Open && time.Now().Before(deadline) {
				o.pass(b, time.Duration(r.IntN(9000))*time.Millisecond)
				looks := o.first.looks.Load()
				apptest.Within(t, "the routes were looked at", func() bool { return o.first.looks.Load() > looks })
				if op := []*operator{o.first, o.second}[r.IntN(2)]; r.IntN(4) == 0 {
					op.turn(gateway.Bound)
				}
			}
			o.open(t, b)
			both := 0
			o.EachReached(t, b, nil, func(r apptest.Reach) {
				number := numberOf(t, r.Number)
				most := 0
				for _, op := range []*operator{o.first, o.second} {
					most += op.taken[number]
					if op.maybe[number] {
						most++
					}
				}
				if most > 1 && !r.Reached.Uncertain {
					t.Errorf("person %d may have got %d texts and is not marked", r.Person, most)
				}
				if o.first.tries[number] > 0 && o.second.tries[number] > 0 {
					both++
				}
			})
			t.Logf("%d were tried on both routes", both)
			o.CheckCounts(t, b)
		})
	}
}
