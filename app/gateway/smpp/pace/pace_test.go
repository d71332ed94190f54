package pace_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"noroshi/app/gateway/smpp/pace"
)

var start = time.Unix(1_800_000_000, 0)

func at(d time.Duration) time.Time { return start.Add(d) }

func TestBucket_never_gives_more_than_the_rate_allows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		rate := rapid.Float64Range(0.1, 5000).Draw(rt, "rate")
		b := pace.Bucket{Rate: rate}
		var gone time.Duration
		given := 0
		for range rapid.IntRange(1, 200).Draw(rt, "steps") {
			gone += time.Duration(rapid.Int64Range(0, int64(300*time.Millisecond)).Draw(rt, "pause"))
			got := b.Take(at(gone), rapid.IntRange(0, 100).Draw(rt, "n"))
			back := rapid.IntRange(0, got).Draw(rt, "back")
			b.GiveBack(back)
			given += got - back
		}
		if most := rate*gone.Seconds() + max(1, rate/50) + 1e-3; float64(given) > most {
			rt.Fatalf("%d given in %v at %v/s, want at most %v", given, gone, rate, most)
		}
	})
}

func TestBucket_Wait_is_enough_for_one(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		b := pace.Bucket{Rate: rapid.Float64Range(0.1, 5000).Draw(rt, "rate")}
		var gone time.Duration
		for range 50 {
			for b.Take(at(gone), 1) == 1 {
			}
			d := b.Wait()
			if d <= 0 {
				rt.Fatalf("Wait() = %v without a token", d)
			}
			gone += d
			if b.Take(at(gone), 1) != 1 {
				rt.Fatalf("no token after Wait() = %v at %v/s", d, b.Rate)
			}
		}
	})
}

func TestBucket_without_a_rate_has_no_limit(t *testing.T) {
	t.Parallel()
	var b pace.Bucket
	if n := b.Take(start, 1_000_000); n != 1_000_000 || b.Wait() != 0 {
		t.Fatalf("Take() = %d, Wait() = %v", n, b.Wait())
	}
}

func TestPacer_pauses_double_until_something_is_accepted(t *testing.T) {
	t.Parallel()
	p := pace.NewPacer(100)
	now := start
	for i, want := range []time.Duration{1, 2, 4, 8, 16, 30, 30} {
		want *= time.Second
		for n := 0; !p.Refused(now, now, pace.Measured{}); n++ {
			if n == 4 {
				t.Fatalf("pause %d did not begin after 4 refusals", i)
			}
		}
		if p.Pause() != want || p.Until() != now.Add(want) {
			t.Fatalf("pause %d = %v until %v, want %v", i, p.Pause(), p.Until(), want)
		}
		if n, wait := p.Take(now.Add(want-1), 1); n != 0 || wait != 1 {
			t.Fatalf("Take() at the end of the pause = %d, %v, want to wait on", n, wait)
		}
		now = now.Add(want)
	}
	p.Succeeded(now.Add(-time.Nanosecond)) // sent before the last pause: says nothing about now
	p.Refused(now, now, pace.Measured{})
	if p.Pause() != 30*time.Second {
		t.Fatalf("pause = %v, want 30 s", p.Pause())
	}
	now = now.Add(30 * time.Second)
	p.Succeeded(now)
	p.Refused(now.Add(time.Second), now.Add(time.Second), pace.Measured{})
	if p.Pause() != 0 {
		t.Fatalf("pause while some are accepted = %v, want none", p.Pause())
	}
	now = now.Add(20 * time.Second)
	p.Advance(now)
	for range 4 { // nothing was accepted for long
		p.Refused(now, now, pace.Measured{})
	}
	if p.Pause() != time.Second {
		t.Fatalf("pause when nothing is accepted any more = %v, want 1 s", p.Pause())
	}
}

func TestPacer_what_was_on_its_way_is_one_refusal(t *testing.T) {
	t.Parallel()
	p := pace.NewPacer(100)
	sent := at(0)
	if !p.Refused(at(time.Millisecond), sent, pace.Measured{}) {
		t.Fatal("the first refusal did not count")
	}
	for i := range 50 {
		if p.Refused(at(time.Duration(i+2)*time.Millisecond), sent, pace.Measured{}) {
			t.Fatal("a part of the same window counted again")
		}
	}
	if p.Cut() != 0.5 || p.Limit() != 50 || !p.Slowed(at(time.Second)) {
		t.Fatalf("Cut() = %v, Limit() = %v, want half", p.Cut(), p.Limit())
	}
}

func TestPacer_recovers_a_tenth_each_ten_seconds(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]struct{ limit, measured, full, end float64 }{
		"with a limit":    {limit: 200, measured: 10, full: 200, end: 200},
		"without a limit": {limit: 0, measured: 80, full: 80, end: 0},
	} {
		p := pace.NewPacer(k.limit)
		p.Refused(start, start, pace.Measured{Full: k.measured})
		for step := range 6 {
			p.Advance(at(time.Second + time.Duration(step)*10*time.Second))
			want := k.full * (0.5 + float64(step)/10)
			if step == 5 {
				want = k.end
			}
			if math.Abs(p.Limit()-want) > 1e-6 {
				t.Errorf("%s: limit after %d steps = %v, want %v", name, step, p.Limit(), want)
			}
		}
		if p.Slowed(at(time.Hour)) {
			t.Errorf("%s: still slowed down", name)
		}
	}
}

func TestPacer_never_comes_to_a_stop(t *testing.T) {
	t.Parallel()
	p := pace.NewPacer(10)
	for i := range 100 {
		p.Refused(at(time.Duration(i)*time.Second), at(time.Duration(i)*time.Second), pace.Measured{})
	}
	if p.Limit() < 0.1-1e-9 {
		t.Fatalf("Limit() = %v, want at least a hundredth", p.Limit())
	}
}

func TestMeter_measures_the_last_ten_seconds(t *testing.T) {
	t.Parallel()
	m := pace.Meter{Start: start}
	for i := range 300 { // 10/s for 30 s
		m.Add(at(time.Duration(i) * 100 * time.Millisecond))
	}
	if got := m.Rate(at(30 * time.Second)); got < 9 || got > 11 {
		t.Errorf("Rate() = %v, want about 10", got)
	}
	if got := m.Recent(at(30 * time.Second)); got < 9 || got > 12 {
		t.Errorf("Recent() = %v, want about 10", got)
	}
	if got := m.Rate(at(60 * time.Second)); got != 0 {
		t.Errorf("Rate() after half a minute of nothing = %v, want 0", got)
	}
	if got := m.Best(at(80 * time.Second)); got != 10 {
		t.Errorf("Best() of the last minute = %v, want 10", got)
	}
	if got := m.Best(at(100 * time.Second)); got != 0 {
		t.Errorf("Best() of a minute without anything = %v, want 0", got)
	}
	early := pace.Meter{Start: start}
	for range 40 {
		early.Add(at(time.Second))
	}
	if got := early.Rate(at(2 * time.Second)); got != 20 {
		t.Errorf("Rate() two seconds after the start = %v, want 20", got)
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	var d pace.Delays
	if got := pace.Median(d.List()); got != 0 {
		t.Errorf("Median of nothing = %v", got)
	}
	for i := range 1000 {
		d.Add(time.Duration(i))
	}
	if got := pace.Median(d.List()); got < 960 || got > 980 {
		t.Errorf("Median of the last ones = %v, want about 968", got)
	}
}
