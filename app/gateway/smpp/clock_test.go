package smpp

import (
	"context"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"noroshi/app/config"
	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp/inbox"
	"noroshi/app/gateway/smpp/wire"
)

// These tests run in a bubble whose clock jumps ahead when everybody waits.

var anywhere = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 2775}

func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, f)
}

// bubble0 runs a subtest in a bubble.
func bubble0(t *testing.T, name string, f func(t *testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) { synctest.Test(t, f) })
}

func slice(y *tally) gateway.Slice { return gateway.Slice{Parts: parts(y.want), Done: y.Done} }

func TestLostResponse_costs_its_slot_and_nothing_else(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var asked, n atomic.Int32
		s, through := pipes(t, func(p *peer, h wire.Header, b []byte) bool {
			switch {
			case h.ID == wire.EnquireLink:
				asked.Add(1)
			case h.ID == wire.SubmitSM && n.Add(1)%50 == 7: // one in fifty is taken, and never answered
				return true
			}
			return accept(p, h, b)
		})
		r := routeTo(anywhere)
		r.RespTimeout = 60
		c := start(t, r, &sink{}, through)
		y, begin := newTally(500), time.Now()
		c.Submit(t.Context(), slice(y))
		if d := time.Since(begin); d > time.Minute+2*time.Second {
			t.Fatalf("500 parts were written after %v, want the time-out of a window at most", d)
		}
		if got := y.wait(t, 3*time.Minute); got[gateway.Uncertain] != 10 || got[gateway.Accepted] != 490 {
			t.Fatalf("outcomes = %v, want 490 accepted and 10 uncertain", got)
		}
		if h := c.Health(); h.Lost != 10 || h.InFlight != 0 || s.binds.Load() != 1 || asked.Load() == 0 {
			t.Fatalf("Lost = %d, InFlight = %d, %d binds, %d enquire_link; want 10, none, one and some",
				h.Lost, h.InFlight, s.binds.Load(), asked.Load())
		}
	})
}

// TestLostResponse_on_a_dead_session asks at once whether the peer lives, so that one part is enough to find out.
func TestLostResponse_on_a_dead_session_is_found_by_enquire_link(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, through := pipes(t, accept)
		r := routeTo(anywhere)
		r.RespTimeout, r.Enquire = 20, 3600
		c := start(t, r, &sink{}, through)
		synctest.Wait()
		s.silent.Store(true)
		y := newTally(1)
		c.Submit(t.Context(), slice(y))
		time.Sleep(21*time.Second + enquireTimeout + 3*time.Second)
		if got := y.wait(t, time.Second); got[gateway.Uncertain] != 1 || s.binds.Load() != 2 {
			t.Fatalf("outcomes = %v after %d binds, want one uncertain and a second bind", got, s.binds.Load())
		}
	})
}

func TestResponseTimeout_makes_the_window_uncertain_and_rebinds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		mute := atomic.Bool{}
		mute.Store(true)
		s, through := pipes(t, func(p *peer, h wire.Header, b []byte) bool {
			return mute.Load() || accept(p, h, b)
		})
		r := routeTo(anywhere)
		r.RespTimeout = 60
		c := start(t, r, &sink{}, through)
		y, begin := newTally(3), time.Now()
		c.Submit(t.Context(), slice(y))
		if got := y.wait(t, 2*time.Minute); got[gateway.Uncertain] != 3 {
			t.Fatalf("outcomes = %v, want 3 uncertain", got)
		}
		if d := time.Since(begin); d < 60*time.Second || d > 72*time.Second {
			t.Fatalf("uncertain after %v, want 60 s and the orderly end", d)
		}
		mute.Store(false)
		y = newTally(3)
		c.Submit(t.Context(), slice(y))
		if got := y.wait(t, time.Minute); got[gateway.Accepted] != 3 || s.binds.Load() != 2 {
			t.Fatalf("outcomes = %v on bind %d, want 3 accepted on the second", got, s.binds.Load())
		}
	})
}

func TestEnquireLink_closes_a_silent_session(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var asked atomic.Int64
		s, through := pipes(t, func(_ *peer, h wire.Header, _ []byte) bool {
			return h.ID != wire.EnquireLink || asked.Add(1) > 0
		})
		r := routeTo(anywhere)
		r.Enquire = 30
		c := start(t, r, &sink{}, through)
		time.Sleep(5 * time.Minute)
		if n := asked.Load(); n < 8 || n > 10 {
			t.Fatalf("%d enquire_link in 5 minutes of silence, want one each 30 s", n)
		}
		if n := s.binds.Load(); n != 1 {
			t.Fatalf("%d binds while every enquire_link was answered, want 1", n)
		}
		if n := c.Health().BadPDUs; n != 0 {
			t.Fatalf("BadPDUs = %d after answers to enquire_link, want 0: they were asked for", n)
		}
		s.silent.Store(true)
		time.Sleep(30*time.Second + enquireTimeout + 3*time.Second)
		if n := s.binds.Load(); n != 2 {
			t.Fatalf("%d binds after a silence, want 2", n)
		}
		if h := c.Health(); h.State != gateway.Bound {
			t.Fatalf("State = %s, want bound again", h.State)
		}
	})
}

func TestBind_that_is_not_answered_is_given_up_after_10_s(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var dials atomic.Int32
		c := start(t, routeTo(anywhere), &sink{}, func(o *Options) {
			o.Dial = func(context.Context, string, string) (net.Conn, error) {
				dials.Add(1)
				near, far := net.Pipe()
				go func() { // reads, and never says a word
					for b := make([]byte, 100); ; {
						if _, err := far.Read(b); err != nil {
							return
						}
					}
				}()
				return near, nil
			}
		})
		time.Sleep(bindTimeout - time.Second)
		if h := c.Health(); h.State != gateway.Connecting {
			t.Fatalf("State = %s before the time is over, want connecting", h.State)
		}
		time.Sleep(2 * time.Second)
		if h := c.Health(); h.State != gateway.Down && h.State != gateway.Connecting || h.Reason == "" && dials.Load() < 2 {
			t.Fatalf("Health() = %+v after %d dials, want down for bind_unanswered", h, dials.Load())
		}
		if h := c.Health(); h.Reason != "" && h.Reason != reasonNoAnswer {
			t.Fatalf("Reason = %s, want %s", h.Reason, reasonNoAnswer)
		}
	})
}

func TestBackoff_grows_and_a_good_response_resets_it(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var mu sync.Mutex
		var dials []time.Time
		c := start(t, routeTo(anywhere), &sink{}, func(o *Options) {
			o.Random = func() float64 { return 0.5 }
			o.Dial = func(context.Context, string, string) (net.Conn, error) {
				mu.Lock()
				defer mu.Unlock()
				dials = append(dials, time.Now())
				return nil, errStore
			}
		})
		time.Sleep(90 * time.Second)
		mu.Lock()
		defer mu.Unlock()
		want := []time.Duration{500 * time.Millisecond, time.Second, 2500 * time.Millisecond, 5 * time.Second,
			7500 * time.Millisecond, 7500 * time.Millisecond, 7500 * time.Millisecond}
		for i, d := range want {
			if got := dials[i+1].Sub(dials[i]); got != d {
				t.Errorf("pause %d = %v, want %v", i, got, d)
			}
		}
		if h := c.Health(); h.State != gateway.Down || h.Reason != reasonConnect || h.RetryAt.IsZero() {
			t.Errorf("Health() = %+v, want down for connect_failed with RetryAt", h)
		}
	})
}

func TestBackoff_after_refused_binds_grows_to_a_minute(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, through := pipes(t, accept)
		var mu sync.Mutex
		var binds []time.Time
		s.status = func(int) uint32 {
			mu.Lock()
			defer mu.Unlock()
			binds = append(binds, time.Now())
			return 0x0D
		}
		start(t, routeTo(anywhere), &sink{}, through, func(o *Options) { o.Random = func() float64 { return 0.999 } })
		time.Sleep(3 * time.Minute)
		mu.Lock()
		defer mu.Unlock()
		for i, d := range []time.Duration{1, 2, 5, 10, 30, 60, 60} {
			if got := binds[i+1].Sub(binds[i]).Round(time.Second); got != d*time.Second {
				t.Errorf("pause %d = %v, want %v", i, got, d*time.Second)
			}
		}
	})
}

func TestFatalRefusal_waits_a_quarter_of_an_hour(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, through := pipes(t, accept)
		s.status = func(n int) uint32 { return []uint32{0, 0x0E, 0}[min(n, 2)] }
		c := start(t, routeTo(anywhere), &sink{}, through)
		y := newTally(2)
		c.Submit(t.Context(), slice(y))
		if got := y.wait(t, time.Minute); got[gateway.NotSent] != 2 {
			t.Fatalf("outcomes = %v, want 2 not sent", got)
		}
		h := c.Health()
		if h.State != gateway.Refused || h.Status != 0x0E || h.Detail != "ESME_RINVPASWD" || c.Pace().Ready {
			t.Fatalf("Health() = %+v, want refused with the status", h)
		}
		time.Sleep(fatalPause - 2*time.Second)
		if n := s.binds.Load(); n != 1 {
			t.Fatalf("%d binds before the time, want 1", n)
		}
		time.Sleep(5 * time.Second)
		if h := c.Health(); h.State != gateway.Bound || s.binds.Load() != 2 {
			t.Fatalf("Health() = %+v after %d binds, want bound", h, s.binds.Load())
		}
	})
}

func TestSubmit_gives_up_when_no_session_comes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := start(t, routeTo(anywhere), &sink{}, func(o *Options) {
			o.Dial = func(context.Context, string, string) (net.Conn, error) { return nil, errStore }
		})
		y, begin := newTally(4), time.Now()
		c.Submit(t.Context(), slice(y))
		if got := y.wait(t, time.Second); got[gateway.NotSent] != 4 {
			t.Fatalf("outcomes = %v, want 4 not sent", got)
		}
		if d := time.Since(begin); d != unreadyPatience {
			t.Fatalf("given up after %v, want %v", d, unreadyPatience)
		}
	})
}

// meterSMSC accepts so many submits per second and throttles what comes faster.
func meterSMSC(perSecond int) (on func(*peer, wire.Header, []byte) bool, accepted, refused *atomic.Int64) {
	accepted, refused = new(atomic.Int64), new(atomic.Int64)
	var mu sync.Mutex
	second, n := int64(0), 0
	return func(p *peer, h wire.Header, _ []byte) bool {
		if h.ID != wire.SubmitSM {
			return true
		}
		mu.Lock()
		defer mu.Unlock()
		if now := time.Now().Unix(); now != second {
			second, n = now, 0
		}
		n++
		if n > perSecond {
			refused.Add(1)
			p.respond(h, 0x58, "")
			return true
		}
		accepted.Add(1)
		p.respond(h, 0, "1")
		return true
	}, accepted, refused
}

func TestThrottling_slows_down_and_recovers(t *testing.T) {
	bubble(t, func(t *testing.T) {
		on, accepted, refused := meterSMSC(50)
		_, through := pipes(t, on)
		r := routeTo(anywhere)
		r.Rate, r.BindRate = 100, 100
		c := start(t, r, &sink{}, through)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		slowest := 1.0
		for ctx.Err() == nil {
			y := newTally(20)
			c.Submit(ctx, slice(y))
			y.wait(t, time.Minute)
			slowest = min(slowest, c.Health().Cut)
		}
		if n := refused.Load(); n == 0 || n > accepted.Load()/20 {
			t.Fatalf("%d of %d refused in 5 minutes, want some and few", n, n+accepted.Load())
		}
		if n := accepted.Load(); n < 50*60*5/3 {
			t.Fatalf("%d accepted in 5 minutes at 50/s, want at least a third of what the operator takes", n)
		}
		if slowest > 0.5 {
			t.Fatalf("Cut never fell below %v, want 0.5 or less", slowest)
		}
		time.Sleep(2 * time.Minute)
		if h := c.Health(); h.Cut != 1 || h.State != gateway.Bound {
			t.Fatalf("Cut = %v, State = %s after two quiet minutes, want 1 and bound", h.Cut, h.State)
		}
	})
}

// TestThrottling_by_chance_hardly_slows_a_route_without_a_limit refuses every second part by chance, the first of all
// among them. What the operator takes is half of what window and response time allow.
func TestThrottling_by_chance_hardly_slows_a_route_without_a_limit(t *testing.T) {
	bubble(t, func(t *testing.T) {
		const delay, window = 20 * time.Millisecond, 10 // 500 a second
		draw := rand.New(rand.NewPCG(3, 4))
		var mu sync.Mutex
		accepted := 0
		_, through := pipes(t, func(p *peer, h wire.Header, _ []byte) bool {
			if h.ID != wire.SubmitSM {
				return true
			}
			mu.Lock()
			refuse := draw.IntN(2) == 0 || accepted == 0 && time.Now().Nanosecond() == 0
			if !refuse {
				accepted++
			}
			mu.Unlock()
			time.AfterFunc(delay, func() {
				if refuse {
					p.respond(h, 0x58, "")
					return
				}
				p.respond(h, 0, "1")
			})
			return true
		})
		r := routeTo(anywhere)
		r.Window = window
		c := start(t, r, &sink{}, through)
		total := func() int { mu.Lock(); defer mu.Unlock(); return accepted }
		ctx, cancel := context.WithTimeout(t.Context(), 70*time.Second)
		defer cancel()
		var early, atTen int
		begin, seen := time.Now(), false
		for ctx.Err() == nil {
			y := newTally(100)
			c.Submit(ctx, slice(y))
			y.wait(t, time.Minute)
			h := c.Health()
			seen = seen || h.State == gateway.Throttling && h.Status == 0x58 && h.Reason == reasonThrottle
			if d := time.Since(begin); d < 10*time.Second {
				atTen = total()
			} else if d < 11*time.Second {
				early = total()
			}
		}
		took := float64(total()-early) / 60
		if took < 200 || !seen {
			t.Fatalf("%.0f accepted a second (%d in the first ten), seen %v, want nearly 250", took, atTen, seen)
		}
	})
}

func TestRate_keeps_to_the_contract(t *testing.T) {
	for name, change := range map[string]func(*config.Route){
		"of the route":                         func(r *config.Route) { r.Rate = 20 },
		"of a session":                         func(r *config.Route) { r.BindRate = 20 },
		"of the route, over several sessions":  func(r *config.Route) { r.Rate, r.Binds = 20, 4 },
		"of sessions, which add up to the sum": func(r *config.Route) { r.BindRate, r.Binds = 5, 4 },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				_, through := pipes(t, accept)
				r := routeTo(anywhere)
				change(&r)
				c := start(t, r, &sink{}, through)
				time.Sleep(time.Second)
				y, begin := newTally(200), time.Now()
				c.Submit(t.Context(), slice(y))
				y.wait(t, time.Minute)
				if d := time.Since(begin).Seconds(); d < 9.5 || d > 10.5 {
					t.Fatalf("200 parts at 20/s took %.2f s, want 10", d)
				}
			})
		})
	}
}

func TestClose_waits_for_the_window_and_unbinds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var unbound atomic.Int32
		s, through := pipes(t, func(p *peer, h wire.Header, b []byte) bool {
			if h.ID == wire.SubmitSM {
				time.AfterFunc(3*time.Second, func() { accept(p, h, b) })
			}
			return true
		})
		s.unbound = &unbound
		c := start(t, routeTo(anywhere), &sink{}, through)
		y := newTally(10)
		c.Submit(t.Context(), slice(y))
		begin := time.Now()
		if err := c.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := y.wait(t, time.Second); got[gateway.Accepted] != 10 {
			t.Fatalf("outcomes = %v, want 10 accepted", got)
		}
		if d := time.Since(begin); d > 4*time.Second || unbound.Load() != 1 {
			t.Fatalf("Close took %v with %d unbinds, want 3 s and one", d, unbound.Load())
		}
		y = newTally(1)
		c.Submit(t.Context(), slice(y))
		if got := y.wait(t, time.Second); got[gateway.NotSent] != 1 {
			t.Fatalf("outcomes after Close = %v, want not sent", got)
		}
	})
}

func TestClose_of_a_silent_peer_takes_at_most_ten_seconds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, through := pipes(t, func(*peer, wire.Header, []byte) bool { return true })
		s.deaf = true
		c := start(t, routeTo(anywhere), &sink{}, through)
		y := newTally(10)
		c.Submit(t.Context(), slice(y))
		begin := time.Now()
		if err := c.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(begin); d > drainTimeout+unbindTimeout+2*time.Second {
			t.Fatalf("Close took %v", d)
		}
		if got := y.wait(t, time.Second); got[gateway.Uncertain] != 10 {
			t.Fatalf("outcomes = %v, want 10 uncertain", got)
		}
	})
}

func TestCrowdedRecipient_is_told_from_a_throttled_line(t *testing.T) {
	bubble(t, func(t *testing.T) {
		_, through := pipes(t, func(p *peer, h wire.Header, b []byte) bool {
			if to, _ := scanSubmit(b); h.ID == wire.SubmitSM && to == "819000000000" {
				p.respond(h, 0x14, "")
				return true
			}
			return accept(p, h, b)
		})
		c := start(t, routeTo(anywhere), &sink{}, through)
		var got []gateway.Class
		for range 5 {
			y := newTally(1)
			c.Submit(t.Context(), slice(y))
			y.wait(t, time.Minute)
			got = append(got, y.got[0].Class)
		}
		want := []gateway.Class{gateway.Throttled, gateway.Throttled, gateway.Throttled, gateway.Retry, gateway.Retry}
		if !slices.Equal(got, want) {
			t.Fatalf("classes = %v, want %v", got, want)
		}
	})
}

// TestOverload_of_the_sink_does_not_stop_the_session floods a store that hangs: what finds no room is told to come
// again, and submits go on.
func TestOverload_of_the_sink_does_not_stop_the_session(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var mu sync.Mutex
		statuses := map[uint32]int{}
		s, through := pipes(t, func(p *peer, h wire.Header, b []byte) bool {
			if h.ID == wire.DeliverSM|wire.Response {
				mu.Lock()
				statuses[h.Status]++
				mu.Unlock()
			}
			return accept(p, h, b)
		})
		in := &sink{hold: make(chan struct{})}
		c := start(t, routeTo(anywhere), in, through)
		synctest.Wait()
		const flood = inbox.MaxWaiting + 3000
		p := s.peers()[0]
		go func() {
			for i := range uint32(flood) {
				p.send(receiptPDU(i+1, "a"))
			}
		}()
		time.Sleep(2 * inbox.RoomTimeout)
		y, begin := newTally(100), time.Now()
		c.Submit(t.Context(), slice(y))
		if got := y.wait(t, time.Minute); got[gateway.Accepted] != 100 || time.Since(begin) > 2*inbox.RoomTimeout {
			t.Fatalf("outcomes = %v after %v, want 100 accepted", got, time.Since(begin))
		}
		close(in.hold)
		time.Sleep(time.Second)
		mu.Lock()
		defer mu.Unlock()
		stored, _ := in.counts()
		if statuses[wire.OK] != stored || statuses[wire.OK]+statuses[wire.TryLater] != flood || s.binds.Load() != 1 {
			t.Fatalf("answers = %v with %d stored of %d, %d binds", statuses, stored, flood, s.binds.Load())
		}
		if statuses[wire.TryLater] == 0 {
			t.Fatal("the flood found room; the test shows nothing")
		}
	})
}
