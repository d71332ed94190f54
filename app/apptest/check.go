package apptest

import (
	"context"
	"maps"
	"sync"
	"testing"
	"time"

	"noroshi/app/audience"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/question"
	"noroshi/app/simulator"
	"noroshi/app/tally"
)

// Placed is a row of a frozen audience with its place.
type Placed struct {
	Person uint32
	Row    audience.Row
}

// Frozen returns the frozen audience.
func (w *World) Frozen(t testing.TB, b id.Broadcast) []Placed {
	t.Helper()
	var out []Placed
	err := w.Audiences.EachFrozen(b, 0, func(person uint32, r audience.Row) (bool, error) {
		out = append(out, Placed{person, r})
		return true, nil
	})
	if err != nil {
		t.Fatalf("EachFrozen: %v", err)
	}
	return out
}

// CheckCounts compares the tally with a recount, waiting for both to be of the same moment.
func (w *World) CheckCounts(t testing.TB, b id.Broadcast) tally.Counts {
	t.Helper()
	var got, want tally.Counts
	same := func() bool {
		before := w.Store.Head()
		want = w.Recount(t, b)
		got = w.Counted(t, b)
		return w.Store.Head() != before || equal(got, want)
	}
	deadline := time.Now().Add(2 * time.Second)
	for !same() || !equal(got, want) {
		if time.Now().After(deadline) {
			t.Fatalf("tally and recount differ:\n tally   %v\n recount %v", show(got), show(want))
		}
	}
	return got
}

type shown struct {
	standings                                [message.NumStandings]int
	masks                                    map[question.Mask]int
	inferred, commented, uncertain, all, out int
}

func show(c tally.Counts) shown {
	return shown{c.Standings, c.Masks, c.Inferred, c.Commented, c.Uncertain, c.Parts, c.PartsSent}
}

func equal(a, b tally.Counts) bool {
	for k, d := range a.Departments {
		if !maps.Equal(d.Answers, b.Departments[k].Answers) {
			return false
		}
	}
	for k, d := range b.Departments {
		if !maps.Equal(d.Answers, a.Departments[k].Answers) {
			return false
		}
	}
	return a.Standings == b.Standings && maps.Equal(a.Masks, b.Masks) && a.Inferred == b.Inferred &&
		a.Commented == b.Commented && a.Uncertain == b.Uncertain && a.Parts == b.Parts
}

// Watch looks at every fold of the tally until the test ends or its stop is called: no count is ever negative, and once
// the audience is settled the groups sum up to it in each sample.
func (w *World) Watch(t testing.TB, b id.Broadcast) (stop func() (samples int)) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	samples, size := 0, 0
	var done sync.WaitGroup
	done.Go(func() {
		for ctx.Err() == nil {
			changed := w.Tally.Changed()
			c := w.Tally.Get(b)
			samples++
			sum := 0
			for s, n := range c.Standings {
				if n < 0 {
					t.Errorf("sample %d: %d people have standing %d", samples, n, s)
					cancel()
				}
			}
			for _, g := range Groups {
				sum += c.Group(g)
			}
			if size == 0 {
				if h, err := w.Audiences.Head(b); err == nil && h.Done && sum == int(h.Rows) {
					size = sum
				}
			} else if sum != size {
				t.Errorf("sample %d: the groups sum up to %d people, the audience has %d", samples, sum, size)
				cancel()
			}
			if c.Group("audience") != sum {
				t.Errorf("sample %d: audience is %d, its groups are %d", samples, c.Group("audience"), sum)
			}
			select {
			case <-changed:
			case <-ctx.Done():
			}
		}
	})
	stop = func() int {
		cancel()
		done.Wait()
		return samples
	}
	t.Cleanup(func() { stop() })
	return stop
}

// Reach is what one person got by the simulator's account, and what the appliance says.
type Reach struct {
	Person  uint32
	Number  string
	Count   simulator.Count
	Reached message.Reached
}

// EachReached calls fn for everybody who has a number.
func (w *World) EachReached(t testing.TB, b id.Broadcast, counts map[string]simulator.Count, fn func(Reach)) {
	t.Helper()
	book, err := w.Messages.Load(context.Background(), b)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	for _, p := range w.Frozen(t, b) {
		for _, n := range p.Row.Numbers {
			fn(Reach{p.Person, n.Digits(), counts[n.Digits()], book.Person(p.Person)})
		}
	}
}
