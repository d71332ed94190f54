package timing

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever is added and however far the wheel is moved, each thing fires once, not before its tick and not after the
// tick the wheel was moved to.
func TestWheelFiresEverythingInTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var w Wheel[int]
		due := map[int]int64{} // what waits
		id := 0
		add := func(at int64) {
			id++
			due[id] = max(at, w.Now()+1)
			w.Add(at, id)
		}
		for range rapid.IntRange(1, 40).Draw(t, "rounds") {
			for range rapid.IntRange(0, 80).Draw(t, "adds") {
				reach := rapid.SampledFrom([]int64{1, 10, 300, 70_000, 20_000_000, 1 << 33}).Draw(t, "reach")
				add(w.Now() + rapid.Int64Range(-5, reach).Draw(t, "in"))
			}
			to := w.Now() + rapid.SampledFrom([]int64{0, 1, 7, 255, 256, 257, 65_536, 1 << 34}).Draw(t, "move")
			last, children := w.Now(), 0
			w.Advance(to, func(i *int) {
				at, ok := due[*i]
				if !ok || at > to || at != w.Now() || at < last {
					t.Fatalf("thing of tick %d (%v) fired at %d on the way to %d", at, ok, w.Now(), to)
				}
				last = at
				delete(due, *i)
				if children++; children%10 == 0 {
					add(at + int64(children))
				}
			})
			next, ok := int64(math.MaxInt64), false
			for _, at := range due {
				if at <= to {
					t.Fatalf("a thing of tick %d still waits at %d", at, to)
				}
				next, ok = min(next, at), true
			}
			if got, waits := w.Next(); w.Len() != len(due) || waits != ok || waits && got > next {
				t.Fatalf("Len %d of %d, Next %d %v, the next is %d", w.Len(), len(due), got, waits, next)
			}
		}
	})
}

func TestWheelKeepsTheOrderOfOneTick(t *testing.T) {
	t.Parallel()
	var w Wheel[int]
	for i := range 1000 {
		w.Add(5000, i)
	}
	want := 0
	w.Advance(6000, func(i *int) {
		if *i != want {
			t.Fatalf("fired %d, want %d", *i, want)
		}
		want++
	})
	if want != 1000 {
		t.Fatalf("%d fired, want 1000", want)
	}
}

func TestQueueIsFirstInFirstOut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var q Queue[int]
		var want []int
		for i := range rapid.IntRange(0, 400).Draw(t, "n") {
			switch rapid.IntRange(0, 3).Draw(t, "do") {
			case 0, 1:
				q.Push(i)
				want = append(want, i)
			case 2:
				q.Unshift(i)
				want = append([]int{i}, want...)
			default:
				if len(want) > 0 {
					if *q.Front() != want[0] {
						t.Fatalf("Front() = %d, want %d", *q.Front(), want[0])
					}
					q.Pop()
					want = want[1:]
				}
			}
			if q.Len() != len(want) {
				t.Fatalf("Len() = %d, want %d", q.Len(), len(want))
			}
		}
	})
}

func TestClock(t *testing.T) {
	t.Parallel()
	outer := time.Date(2026, 3, 11, 14, 46, 0, 0, time.UTC)
	c := NewClock(func() time.Time { return outer }, 0)
	pass := func(d, want time.Duration) {
		t.Helper()
		outer = outer.Add(d)
		if got := c.Elapsed(); got != want {
			t.Fatalf("Elapsed() = %v, want %v", got, want)
		}
	}
	pass(time.Second, time.Second)
	c.SetScale(10)
	pass(time.Second, 11*time.Second)
	if d, runs := c.Wait(21_000); d != time.Second || !runs {
		t.Fatalf("Wait() = %v %v, want 1s", d, runs)
	}
	c.Pause(true)
	pass(time.Hour, 11*time.Second)
	if _, runs := c.Wait(21_000); runs {
		t.Fatal("Wait() says that a paused clock runs")
	}
	c.SkipTo(15_000)
	c.SkipTo(12_000)
	c.Pause(false)
	pass(time.Second, 25*time.Second)
}
