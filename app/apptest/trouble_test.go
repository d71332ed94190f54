package apptest_test

import (
	"log/slog"
	"testing"
	"time"

	"noroshi/app/apptest"
	"noroshi/app/broadcast"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/simulator"
	"noroshi/app/simulator/people"
)

// trouble is a network in which everything goes wrong that can, but nothing for good.
func trouble() simulator.Population {
	p := simulator.Perfect()
	p.Network = people.Network{
		ResponseDelay: people.Spread{Median: 2 * time.Millisecond, Max: 10 * time.Millisecond},
		Throttle:      people.Throttle{Share: 0.5, Windows: []people.Window{{For: 300 * time.Millisecond}}},
		Rejections:    []people.Rejection{{Share: 0.02, Status: 0x0B}},
		LostResponses: 0.002,
		DropAfter:     700, DropTimes: 4,
	}
	p.Receipts = people.Receipts{
		Delay:  people.Spread{Median: 5 * time.Millisecond, Max: 50 * time.Millisecond},
		Failed: 0.05, FailCodes: []uint16{1, 27}, Expired: 0.02, Rejected: 0.01, Never: 0.05,
		Duplicate: 0.2, Early: 0.1, Intermediate: 0.2, UnknownID: 0.02,
	}
	return p
}

// checkNobodyLost compares what the appliance says of everybody with what the simulator counted.
func checkNobodyLost(t *testing.T, w *apptest.World, sim *simulator.SMSC, b id.Broadcast, resend bool) {
	t.Helper()
	twice, marked, unknown := 0, 0, 0
	w.EachReached(t, b, apptest.Submits(sim), func(r apptest.Reach) {
		if r.Reached.Uncertain {
			marked++
		}
		if r.Count.Surplus > 0 {
			twice++
			if !r.Reached.Uncertain {
				t.Errorf("person %d got %d texts and is not marked", r.Person, r.Count.Submits)
			}
		}
		got := r.Count.Submits > 0
		switch s := r.Reached.Standing; {
		case s == message.StandUnknown:
			unknown++
			if resend && !got {
				t.Errorf("person %d is unknown and never got a text, though uncertain parts go out again", r.Person)
			}
		case s == message.StandAccepted || s == message.StandDelivered:
			if !got {
				t.Errorf("person %d stands at %v and never got a text", r.Person, s.Group())
			}
		case s.Group() == "failed":
			if s == message.FailedStopped {
				t.Errorf("person %d was stopped, nobody stopped", r.Person)
			}
		default:
			t.Errorf("person %d stands at %q in the end", r.Person, s.Group())
		}
		if !resend && r.Count.Submits > 1 {
			t.Errorf("person %d got %d texts, though uncertain parts are not sent again", r.Person, r.Count.Submits)
		}
	})
	t.Logf("got two: %d, marked: %d, unknown: %d", twice, marked, unknown)
}

func TestTroubleLosesNobody(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		urgency broadcast.Urgency
		resend  bool
	}{{"urgent", broadcast.Urgent, true}, {"normal", broadcast.Normal, false}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			const n = 5000
			sim := smsc(t, simulator.Options{Population: trouble(), Seed: 7})
			line := routes(sim)
			line[0].BindRate = 20_000 // of which a throttled session takes a share; without a limit it has to measure
			w := apptest.Start(t, apptest.Options{Routes: line, Log: slog.NewTextHandler(testWriter{t}, nil)})
			w.MustRegister(t, apptest.Everybody(n))
			if err := sim.Set(trouble()); err != nil { // now, because its troubles have their time
				t.Fatalf("Set: %v", err)
			}
			b := w.MustLaunch(t, apptest.Safety(c.urgency))
			tell(t, w, sim, b.ID)
			stop := w.Watch(t, b.ID)
			apptest.Within(t, "half is taken", func() bool { return sim.Stats().Accepted > n/2 })
			sim.Down(0)
			apptest.Within(t, "the line is down", func() bool { return sim.Stats().Binds == 0 })
			refuse := trouble()
			refuse.Network.BindStatus = 0x0D
			if err := sim.Set(refuse); err != nil { // ends the outage
				t.Fatalf("Set: %v", err)
			}
			apptest.Within(t, "binds are refused", func() bool { return sim.Stats().BindRefused > 1 })
			if err := sim.Set(trouble()); err != nil {
				t.Fatalf("Set: %v", err)
			}
			apptest.Within(t, "the broadcast is open", func() bool { return w.State(t, b.ID) == broadcast.Open })
			apptest.Within(t, "the network has nothing more to say", func() bool { return sim.Stats().Pending == 0 })
			stop()
			if st := sim.Stats(); st.Throttled == 0 || st.Drops == 0 || st.BindRefused == 0 || st.Refused[0x0B] == 0 ||
				st.Unreported == 0 || st.Failed == 0 || st.Expired == 0 {
				t.Errorf("a trouble did not happen: %+v", st)
			}
			w.CheckCounts(t, b.ID)
			checkNobodyLost(t, w, sim, b.ID, c.resend)
		})
	}
}
