package pace_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"noroshi/app/gateway/smpp/pace"
)

// operator is an SMSC as a pacer meets it: it takes so many parts a second, and refuses a share of all besides.
type operator struct {
	perSecond int     // 0 for no limit
	share     float64 // refused at random
	window    int     // of the session
	delay     time.Duration
	draw      *rand.Rand
	second    int64
	inSecond  int
}

func (o *operator) takes(now time.Time) bool {
	if s := now.Unix(); s != o.second {
		o.second, o.inSecond = s, 0
	}
	o.inSecond++
	return (o.perSecond == 0 || o.inSecond <= o.perSecond) && o.draw.Float64() >= o.share
}

type answer struct {
	due, sent time.Time
	ok        bool
}

// counts are the parts accepted and refused in each second.
type counts struct{ accepted, refused []int }

func (c counts) sum(from, to int) (accepted, refused int) {
	for i := from; i < to; i++ {
		accepted += c.accepted[i]
		refused += c.refused[i]
	}
	return accepted, refused
}

// play has a session with more work than it can do submit to the operator.
func play(o *operator, limit float64, seconds int) counts {
	o.draw = rand.New(rand.NewPCG(7, 8))
	p, m, d := pace.NewPacer(limit), pace.Meter{Start: start}, pace.Delays{}
	out := counts{make([]int, seconds+1), make([]int, seconds+1)}
	var flying []answer
	for ms := 0; ms < seconds*1000; ms += 2 {
		now := at(time.Duration(ms) * time.Millisecond)
		for len(flying) > 0 && !flying[0].due.After(now) {
			a := flying[0]
			flying = flying[1:]
			d.Add(o.delay)
			if a.ok {
				m.Add(now)
				p.Succeeded(a.sent)
				out.accepted[ms/1000]++
				continue
			}
			full := max(m.Best(now), float64(o.window)/o.delay.Seconds())
			p.Refused(now, a.sent, pace.Measured{Full: full, Recent: m.Recent(now)})
			out.refused[ms/1000]++
		}
		n, _ := p.Take(now, o.window-len(flying))
		for range n {
			flying = append(flying, answer{now.Add(o.delay), now, o.takes(now)})
		}
	}
	return out
}

func TestPacer_finds_what_the_operator_takes(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]struct {
		o       operator
		limit   float64
		takes   int // parts per second at best
		atLeast float64
		refused float64 // share of all answers at most
	}{
		"half is refused at random, no limit of ours": {
			operator{share: 0.5, window: 10, delay: 20 * time.Millisecond}, 0, 250, 0.85, 0.55},
		"half is refused at random, a contract": {
			operator{share: 0.5, window: 100, delay: 20 * time.Millisecond}, 200, 100, 0.85, 0.55},
		"one in ten is refused at random": {
			operator{share: 0.1, window: 10, delay: 20 * time.Millisecond}, 0, 450, 0.8, 0.15},
		"50 a second, the window allows 500": {
			operator{perSecond: 50, window: 10, delay: 20 * time.Millisecond}, 0, 50, 0.85, 0.15},
		"50 a second, the window allows 50,000": {
			operator{perSecond: 50, window: 1000, delay: 20 * time.Millisecond}, 0, 50, 0.85, 0.15},
		"50 a second of a contract of 100": {
			operator{perSecond: 50, window: 10, delay: 20 * time.Millisecond}, 100, 50, 0.85, 0.1},
		"950 a second of a contract of 1,000": {
			operator{perSecond: 950, window: 100, delay: 20 * time.Millisecond}, 1000, 950, 0.8, 0.1},
		"300 a second, and one in ten at random": {
			operator{perSecond: 300, share: 0.1, window: 100, delay: 20 * time.Millisecond}, 1000, 300, 0.7, 0.5},
		"a slow operator": {
			operator{perSecond: 5, window: 10, delay: 300 * time.Millisecond}, 0, 5, 0.75, 0.3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := play(&k.o, k.limit, 300)
			accepted, refused := c.sum(15, 300)
			if want := k.atLeast * float64(k.takes) * 285; float64(accepted) < want {
				t.Errorf("%d accepted after the first 15 s, want %v", accepted, want)
			}
			if share := float64(refused) / float64(accepted+refused); share > k.refused {
				t.Errorf("%.2f of the answers are refusals, want at most %v", share, k.refused)
			}
			// No five seconds from then on bring less than a third.
			for i := 15; i+5 <= 300; i++ {
				if n, _ := c.sum(i, i+5); float64(n) < float64(k.takes)*5/3 {
					t.Errorf("%d accepted from second %d to %d, the operator takes %d each", n, i, i+5, k.takes)
					t.Log(c.accepted[:40], c.refused[:40])
					break
				}
			}
		})
	}
}

// TestPacer_an_early_refusal_costs_seconds refuses the very first part, when nothing has been measured.
func TestPacer_an_early_refusal_costs_seconds(t *testing.T) {
	t.Parallel()
	p := pace.NewPacer(0)
	p.Refused(at(50*time.Millisecond), start, pace.Measured{Full: 10 / 0.05})
	if got := p.Limit(); got != 100 {
		t.Fatalf("Limit() = %v, want half of what window and response time allow", got)
	}
}

// TestPacer_keeps_half_of_what_was_accepted is refused by all parts after it was accepted for long.
func TestPacer_keeps_half_of_what_was_accepted(t *testing.T) {
	t.Parallel()
	p := pace.NewPacer(1000)
	for i := range 8 {
		now := at(time.Duration(i) * time.Minute)
		p.Refused(now, now, pace.Measured{Recent: 400})
		if p.Limit() < 200 {
			t.Fatalf("Limit() = %v after %d refusals, want at least half of what was accepted", p.Limit(), i+1)
		}
	}
}
