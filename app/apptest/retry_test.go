package apptest_test

import (
	"sync/atomic"
	"testing"
	"time"

	"noroshi/app/apptest"
	"noroshi/app/broadcast"
	"noroshi/app/message"
	"noroshi/app/simulator"
	"noroshi/app/simulator/people"
)

// later is a clock that can be put forward; whoever waits on it has to be woken.
type later struct{ skew atomic.Int64 }

func (l *later) now() time.Time { return time.Now().Add(time.Duration(l.skew.Load())) }

func (l *later) pass(w *apptest.World, b broadcast.Broadcast, d time.Duration) {
	l.skew.Add(int64(d))
	w.Delivery.Expanded(b.ID) // wakes the clock of delivery, and changes nothing
}

func refusing() simulator.Population {
	p := simulator.Perfect()
	p.Network.Rejections = []people.Rejection{{Share: 1, Status: 0x08, PerAttempt: true}}
	return p
}

func TestTemporaryRefusalsAreTriedAgain(t *testing.T) {
	t.Parallel()
	const n = 400
	for _, c := range []struct {
		name   string
		relent int // after so many tries the network takes everything; 0 never
		want   string
	}{{"until_it_works", 3, "delivered"}, {"but_not_for_ever", 0, "failed"}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			sim := smsc(t, simulator.Options{Population: refusing()})
			var clock later
			w := apptest.Start(t, apptest.Options{Routes: routes(sim), Now: clock.now})
			w.MustRegister(t, apptest.Everybody(n))
			b := w.MustLaunch(t, apptest.Safety(broadcast.Urgent))
			stop := w.Watch(t, b.ID)
			tell(t, w, sim, b.ID)
			book := func(s message.PartState) int { return w.Messages.Book(b.ID).Counts()[s] }
			for try, pause := range []time.Duration{30 * time.Second, 2 * time.Minute, 10 * time.Minute} {
				apptest.Within(t, "everybody was refused", func() bool {
					// The queue is empty once the next try is planned.
					return sim.Stats().Attempts == uint64((try+1)*n) && book(message.RetryWait) == n && w.Delivery.Load().Urgent == 0
				})
				if try+1 == c.relent {
					if err := sim.Set(simulator.Perfect()); err != nil {
						t.Fatalf("Set: %v", err)
					}
				}
				clock.pass(w, b, pause+2*time.Second)
			}
			apptest.Within(t, "the broadcast is open", func() bool { return w.State(t, b.ID) == broadcast.Open })
			apptest.Within(t, "the network has nothing more to say", func() bool { return sim.Stats().Pending == 0 })
			stop()
			counts := w.CheckCounts(t, b.ID)
			if got := counts.Group(c.want); got != n {
				t.Errorf("%s = %d, want %d", c.want, got, n)
			}
			if got := sim.Stats().Attempts; got != 4*n {
				t.Errorf("%d attempts, want %d", got, 4*n)
			}
		})
	}
}
