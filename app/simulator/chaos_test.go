package simulator_test

import (
	"testing"
	"time"

	"noroshi/app/fault"
	"noroshi/app/simulator"
	"noroshi/app/simulator/chaos"
	"noroshi/app/simulator/people"
	"noroshi/app/simulator/wire"
)

// stormy is a plan of a second's calm and three seconds of trouble.
func stormy(kinds ...chaos.Kind) chaos.Plan {
	return chaos.Plan{Kinds: kinds, Calm: time.Second, For: 3 * time.Second}
}

func TestChaosComesInTurnsAndEnds(t *testing.T) {
	t.Parallel()
	plan := stormy(chaos.Duplicate, chaos.Lose)
	plan.Rounds = 1
	base := simulator.Population{Receipts: people.Receipts{Failed: 0.25}}
	s := start(t, simulator.Options{Population: base, Chaos: plan})
	s.Pause()
	for i, want := range []string{"", "duplicate", "", "lose", "", ""} {
		if got := s.Stats(); got.Trouble != want || got.Turns != (min(i, 4)+1)/2 {
			t.Fatalf("phase %d = %q in turn %d, want %q", i, got.Trouble, got.Turns, want)
		}
		p := s.Population()
		if p.Receipts.Failed != 0.25 || (p.Receipts.Duplicate > 0) != (want == "duplicate") ||
			(p.Network.LostResponses > 0) != (want == "lose") {
			t.Fatalf("phase %d: population = %+v", i, p)
		}
		s.Step([]time.Duration{time.Second, 3 * time.Second}[i%2])
	}
}

func TestChaosWithoutRoundsGoesOnForEver(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{})
	s.Pause()
	if err := s.SetChaos(stormy(chaos.Delay)); err != nil {
		t.Fatal(err)
	}
	for range 200 {
		s.Step(0)
	}
	if st := s.Stats(); st.Turns != 100 {
		t.Fatalf("Turns = %d after 200 phases, want 100", st.Turns)
	}
	if err := s.SetChaos(chaos.Plan{}); err != nil {
		t.Fatal(err)
	}
	if st := s.Stats(); st.Trouble != "" || st.Turns != 0 {
		t.Fatalf("Trouble = %q, Turns = %d after the end of the storm", st.Trouble, st.Turns)
	}
}

func TestChaosStaysOverANewPopulationAndAReset(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{Chaos: stormy(chaos.Throttle)})
	s.Pause()
	s.Step(time.Second)
	if err := s.Set(simulator.Population{Receipts: people.Receipts{Never: 1}}); err != nil {
		t.Fatal(err)
	}
	s.Reset()
	if p := s.Population(); p.Receipts.Never != 1 || p.Network.Throttle.Share != 0.5 {
		t.Fatalf("Population() = %+v, want the new one with the trouble in it", p)
	}
	s.Step(3 * time.Second)
	if p := s.Population(); p.Receipts.Never != 1 || p.Network.Throttle.Share != 0 {
		t.Fatalf("Population() after the turn = %+v, want the new one alone", p)
	}
}

func TestEachTroubleIsFelt(t *testing.T) {
	t.Parallel()
	felt := map[chaos.Kind]func(st simulator.Stats) bool{
		chaos.Throttle:  func(st simulator.Stats) bool { return st.Throttled > 50 && st.Accepted > 50 },
		chaos.Drop:      func(st simulator.Stats) bool { return st.Drops == 1 },
		chaos.Outage:    func(st simulator.Stats) bool { return st.Down && st.Binds == 0 },
		chaos.Lose:      func(st simulator.Stats) bool { return st.Accepted > 400 },
		chaos.Duplicate: func(st simulator.Stats) bool { return st.Receipts.Sent > st.Accepted+100 },
		chaos.Delay:     func(st simulator.Stats) bool { return st.Receipts.Sent == 0 && st.Pending > 400 },
		chaos.Lie:       func(st simulator.Stats) bool { return st.Lies > 0 && st.Intermediate.Sent > 0 },
	}
	for _, k := range chaos.All() {
		t.Run(string(k), func(t *testing.T) {
			t.Parallel()
			s := start(t, simulator.Options{})
			c := bound(t, s)
			if err := s.SetChaos(chaos.Plan{Kinds: []chaos.Kind{k}, For: time.Hour}); err != nil {
				t.Fatal(err)
			}
			s.Step(time.Millisecond) // the calm of no length is over
			for range 500 {
				c.send(submission(c.next(), "8190", "x"))
			}
			deadline := time.After(patience)
			for !felt[k](s.Stats()) {
				select {
				case <-deadline:
					t.Fatalf("not felt: %+v", s.Stats())
				case <-time.After(time.Millisecond):
				}
			}
			if k == chaos.Lose {
				if n := len(of(c.all(), wire.SubmitSMResp)); n >= 500 {
					t.Fatalf("%d responses, want some lost", n)
				}
			}
		})
	}
}

func TestChaosRefusesAPlanThatMakesNoSense(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{})
	for _, p := range []chaos.Plan{
		{Kinds: []chaos.Kind{"earthquake"}, For: time.Second}, {Kinds: chaos.All()},
		{Kinds: chaos.All(), For: time.Second, Calm: -1}, {Kinds: chaos.All(), For: 25 * time.Hour},
		{Kinds: chaos.All(), For: time.Second, Rounds: -1},
	} {
		if err := s.SetChaos(p); !fault.Is(err, fault.Invalid) {
			t.Errorf("SetChaos(%+v) = %v, want Invalid", p, err)
		}
	}
	if _, err := chaos.ParseKinds("drop, lie"); err != nil {
		t.Errorf("ParseKinds() = %v", err)
	}
	if _, err := chaos.ParseKinds("drop,,lie"); !fault.Is(err, fault.Invalid) {
		t.Errorf("ParseKinds() = %v, want Invalid", err)
	}
}
