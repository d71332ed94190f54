package smpp

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"noroshi/app/gateway"
	"noroshi/app/phone"
	"noroshi/app/simulator"
	"noroshi/app/simulator/chaos"
	"noroshi/app/smstext"
)

func TestSimulator_every_part_is_accepted_and_reported(t *testing.T) {
	t.Parallel()
	s := simulate(t, simulator.Options{Population: simulator.Perfect()})
	r := routeToSim(t, s)
	r.Window, r.Binds = 100, 2
	in := &sink{}
	c := start(t, r, in)
	y := newTally(20_000)
	c.Submit(t.Context(), slice(y))
	if got := y.wait(t, 30*time.Second); got[gateway.Accepted] != 20_000 {
		t.Fatalf("outcomes = %v, want 20000 accepted", got)
	}
	eventually(t, "the receipts", func() bool { n, _ := in.counts(); return n == 20_000 })
	ids := map[string]phone.Number{}
	for i, o := range y.got {
		ids[o.MessageID] = phone.Number(819000000000 + i)
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, r := range in.receipts {
		if len(r.IDs) == 0 || ids[r.IDs[0]].Digits() != r.From || r.State != gateway.Delivered || !r.Final {
			t.Fatalf("receipt %+v is of %v", r, ids[r.IDs[0]])
		}
	}
	if st := s.Stats(); st.Numbers != 20_000 || st.Twice != 0 || st.Malformed != 0 {
		t.Fatalf("the operator counts %d numbers, %d twice, %d malformed PDUs", st.Numbers, st.Twice, st.Malformed)
	}
}

// TestSimulator_hostile_operator offers each part until it is accepted or refused for good, as a caller would.
func TestSimulator_hostile_operator(t *testing.T) {
	t.Parallel()
	pop := simulator.Hostile()
	// Throttling costs a second at least for each; the jumping clock tests it.
	pop.Network.Throttle = simulator.Population{}.Network.Throttle
	pop.Network.Rejections = pop.Network.Rejections[:2]
	s := simulate(t, simulator.Options{Population: pop, Seed: 7, Scale: 20})
	r := routeToSim(t, s)
	r.Window, r.Binds = 50, 2
	in := &sink{}
	c := start(t, r, in)
	ps := parts(500)
	final := map[int]gateway.Class{}
	for round := 0; len(final) < len(ps) && round < 200; round++ {
		var index []int
		var again []gateway.Part
		for i := range ps {
			if _, ok := final[i]; !ok {
				again, index = append(again, ps[i]), append(index, i)
			}
		}
		y := newTally(len(again))
		c.Submit(t.Context(), gateway.Slice{Parts: again, Done: y.Done})
		y.wait(t, 60*time.Second)
		for i, o := range y.got {
			switch o.Class {
			case gateway.Throttled, gateway.Retry, gateway.NotSent, gateway.BindRetry:
			default:
				final[index[i]] = o.Class
			}
		}
	}
	if len(final) != len(ps) {
		t.Fatalf("%d of %d parts came to an end", len(final), len(ps))
	}
	accepted := 0
	for _, class := range final {
		if class == gateway.Accepted {
			accepted++
		}
	}
	if st := s.Stats(); st.Malformed != 0 || uint64(accepted) > st.Accepted {
		t.Fatalf("%d told as accepted; the operator counts %d, and %d malformed PDUs", accepted, st.Accepted, st.Malformed)
	}
}

// TestSimulator_receipts_come_again_until_the_store_has_them: the operator is told 0x64 while nothing can be written,
// and 0 only for what was.
func TestSimulator_receipts_come_again_until_the_store_has_them(t *testing.T) {
	t.Parallel()
	s := simulate(t, simulator.Options{Population: simulator.Perfect(), Scale: 50})
	r := routeToSim(t, s)
	r.Window = 100
	in := &sink{err: errStore}
	c := start(t, r, in)
	y := newTally(300)
	c.Submit(t.Context(), slice(y))
	if got := y.wait(t, 30*time.Second); got[gateway.Accepted] != 300 {
		t.Fatalf("outcomes = %v, want 300 accepted", got)
	}
	eventually(t, "receipts sent again", func() bool { return s.Stats().Receipts.Again >= 300 })
	if st := s.Stats().Receipts; st.Acknowledged != 0 || st.Refused != 0 {
		t.Fatalf("receipts = %+v while the store cannot write, want none acknowledged and none given up", st)
	}
	in.mu.Lock()
	in.err = nil
	in.mu.Unlock()
	eventually(t, "all receipts", func() bool { return s.Stats().Receipts.Acknowledged == 300 })
	in.mu.Lock()
	defer in.mu.Unlock()
	ids := map[string]bool{}
	for _, x := range in.receipts {
		ids[x.IDs[0]] = true
	}
	if len(ids) != 300 {
		t.Fatalf("the store has receipts of %d messages, want 300", len(ids))
	}
}

// TestSimulator_chaos offers each part until it is accepted or in doubt, while every kind of trouble comes in turn.
// What was accepted once must not have been taken twice, and what was told as accepted must have been taken.
func TestSimulator_chaos(t *testing.T) {
	t.Parallel()
	s := simulate(t, simulator.Options{Population: simulator.Perfect()})
	r := routeToSim(t, s)
	r.Window, r.Binds, r.RespTimeout = 20, 2, 1
	c := start(t, r, &sink{})
	const callers, room = 10, 1_000_000
	fates := make([]map[int]gateway.Class, callers)
	var over atomic.Bool
	var wg sync.WaitGroup
	for caller := range callers {
		fates[caller] = make(map[int]gateway.Class)
		wg.Go(func() {
			waiting := []int(nil)
			for next := caller * room; !over.Load() || len(waiting) > 0; {
				for ; !over.Load() && len(waiting) < 50; next++ {
					waiting = append(waiting, next)
				}
				waiting = offer(t, c, fates[caller], waiting)
			}
		})
	}
	felt := map[chaos.Kind]func(before, now simulator.Stats) bool{
		chaos.Throttle:  func(b, n simulator.Stats) bool { return n.Throttled > b.Throttled && n.Accepted > b.Accepted+50 },
		chaos.Drop:      func(b, n simulator.Stats) bool { return n.Drops > b.Drops && n.BindsEver > b.BindsEver },
		chaos.Outage:    func(_, n simulator.Stats) bool { return n.Down && n.Binds == 0 },
		chaos.Lose:      func(_, _ simulator.Stats) bool { return c.Health().Lost > 0 },
		chaos.Duplicate: func(b, n simulator.Stats) bool { return n.Receipts.Sent > b.Receipts.Sent+50 },
		chaos.Delay:     func(b, n simulator.Stats) bool { return n.Accepted > b.Accepted+50 },
		chaos.Lie:       func(b, n simulator.Stats) bool { return n.Lies > b.Lies },
	}
	for _, k := range append(chaos.All(), chaos.Throttle) {
		before := s.Stats()
		if err := s.SetChaos(chaos.Plan{Kinds: []chaos.Kind{k}, For: time.Hour}); err != nil {
			t.Fatal(err)
		}
		eventually(t, string(k), func() bool { return felt[k](before, s.Stats()) })
	}
	if err := s.SetChaos(chaos.Plan{}); err != nil {
		t.Fatal(err)
	}
	over.Store(true)
	wg.Wait()
	count := map[gateway.Class]int{}
	for _, own := range fates {
		for number, class := range own {
			count[class]++
			n := s.Submits(phone.Number(819000000000 + number).Digits())
			if class == gateway.Accepted && n != 1 || class == gateway.Uncertain && n > 1 {
				t.Fatalf("a part is told as %v, and was taken %d times", class, n)
			}
		}
	}
	if count[gateway.Accepted] == 0 || count[gateway.Uncertain] == 0 || len(count) != 2 {
		t.Fatalf("outcomes = %v, want accepted and, for lost responses and cuts, uncertain", count)
	}
	if st := s.Stats(); st.Malformed != 0 || c.Pace().InFlight != 0 {
		t.Fatalf("%d malformed PDUs, %d in flight; want none", st.Malformed, c.Pace().InFlight)
	}
}

// offer submits a part to each of the numbers, notes what became of each, and returns those to be offered again.
func offer(t *testing.T, c *Client, fates map[int]gateway.Class, waiting []int) (again []int) {
	batch := make([]gateway.Part, len(waiting))
	for i, number := range waiting {
		batch[i] = gateway.Part{To: phone.Number(819000000000 + number), Wire: smstext.Part{ShortMessage: []byte("A")}}
	}
	y := newTally(len(batch))
	c.Submit(t.Context(), gateway.Slice{Parts: batch, Done: y.Done})
	select {
	case <-y.done:
	case <-time.After(time.Minute):
		t.Error("outcomes are missing after a minute")
		return nil
	}
	for i, o := range y.got {
		switch o.Class {
		case gateway.Throttled, gateway.Retry, gateway.NotSent, gateway.BindRetry:
			again = append(again, waiting[i])
		default:
			fates[waiting[i]] = o.Class
		}
	}
	return again
}
