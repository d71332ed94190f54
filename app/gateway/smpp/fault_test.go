package smpp

import (
	"context"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp/wire"
	"noroshi/app/phone"
	"noroshi/app/smstext"
)

// moody is an SMSC that answers as it likes, and knows what it was given.
type moody struct {
	mu       sync.Mutex
	rnd      *rand.Rand
	got      map[string]int // submits by number
	accepted map[string]int
	cutShare float64
}

func (m *moody) on(p *peer, h wire.Header, b []byte) bool {
	if h.ID != wire.SubmitSM {
		return true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	to, _ := scanSubmit(b)
	m.got[to]++
	mood := m.rnd.Float64()
	if mood < m.cutShare {
		return false // the connection is cut, with or without others unanswered
	}
	switch kind := m.rnd.IntN(20); kind {
	case 0:
		p.respond(h, 0x08, "")
	case 1:
		p.send(wire.AppendHeader(nil, wire.HeaderLen, wire.Header{ID: wire.GenericNack, Status: 0x0B, Seq: h.Seq}))
	case 2: // twice the same answer
		m.accepted[to]++
		p.respond(h, 0, "twice")
		p.respond(h, 0, "twice")
	case 3: // an answer to nobody first
		p.respond(wire.Header{ID: wire.SubmitSM, Seq: h.Seq ^ 1<<20}, 0, "stray")
		m.accepted[to]++
		p.respond(h, 0, "x")
	case 4: // a receipt overtakes the answer, in one write with it
		m.accepted[to]++
		p.send(receiptPDU(h.Seq, "x"))
		p.respond(h, 0, "x")
	case 5:
		p.respond(h, 0x0A, "")
	default:
		m.accepted[to]++
		p.respond(h, 0, "x")
	}
	return true
}

// TestOutcomes_hold_under_any_faults lets several callers submit while the SMSC refuses, nacks, repeats and cuts. What
// is told must agree with what the SMSC saw, and no slot of the window may stay taken.
func TestOutcomes_hold_under_any_faults(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		m := &moody{
			rnd: rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1)),
			got: map[string]int{}, accepted: map[string]int{},
			cutShare: rapid.SampledFrom([]float64{0, 0.01, 0.05, 0.2}).Draw(rt, "cuts"),
		}
		s := newSMSC(t, m.on)
		r := routeTo(s.ln.Addr())
		r.Window = rapid.SampledFrom([]int{1, 2, 10, 100, 1000}).Draw(rt, "window")
		r.Binds = rapid.IntRange(1, 3).Draw(rt, "binds")
		r.StatusOverride = map[string]string{"0x0A": "recipient_permanent"} // no pause in this test
		callers := rapid.IntRange(1, 3).Draw(rt, "callers")
		each := rapid.IntRange(1, 120).Draw(rt, "parts")
		c, err := New(func() Options { o := options(r, &sink{}); o.Random = func() float64 { return 0.001 }; return o }())
		if err != nil {
			rt.Fatal(err)
		}
		run, cut := context.WithCancel(context.Background())
		defer cut()
		c.Start(run)
		y := newTally(callers * each)
		ps := make([]gateway.Part, callers*each)
		for i := range ps {
			ps[i] = gateway.Part{To: phone.Number(819000000000 + i), Wire: smstext.Part{ShortMessage: []byte("A")}}
		}
		ctx, cancel := context.WithTimeout(run, time.Duration(rapid.IntRange(5, 400).Draw(rt, "patience"))*time.Millisecond)
		defer cancel()
		var wg sync.WaitGroup
		for k := range callers {
			wg.Go(func() {
				c.Submit(ctx, gateway.Slice{
					Parts: ps[k*each : (k+1)*each], Done: func(i int, o gateway.Outcome) { y.Done(k*each+i, o) },
				})
			})
		}
		wg.Wait()
		closing, enough := context.WithTimeout(run, 20*time.Second)
		defer enough()
		if err := c.Close(closing); err != nil {
			rt.Fatalf("Close() = %v", err)
		}
		classes := y.wait(t, time.Second)
		m.mu.Lock()
		defer m.mu.Unlock()
		for i, p := range ps {
			o, got, accepted := y.got[i], m.got[p.To.Digits()], m.accepted[p.To.Digits()]
			switch {
			case got > 1:
				rt.Fatalf("part %d was submitted %d times", i, got)
			case o.Class == gateway.NotSent && got != 0:
				rt.Fatalf("part %d was submitted, and told as not sent", i)
			case o.Class == gateway.Accepted && accepted != 1:
				rt.Fatalf("part %d was not accepted, and told so", i)
			case o.Class != gateway.NotSent && o.Class != gateway.Uncertain && got != 1:
				rt.Fatalf("part %d was never submitted, and told as %v", i, o.Class)
			case accepted == 1 && o.Class != gateway.Accepted && o.Class != gateway.Uncertain:
				rt.Fatalf("part %d was accepted, and told as %v", i, o.Class)
			}
		}
		if n := c.Pace().InFlight; n != 0 {
			rt.Fatalf("%d in flight at the end; outcomes %v", n, classes)
		}
	})
}

// TestWindow_never_wedges sends far more than the window through a peer that answers at once.
func TestWindow_never_wedges(t *testing.T) {
	t.Parallel()
	for _, window := range []int{1, 3, 18, 200, 1000} {
		s := newSMSC(t, accept)
		r := routeTo(s.ln.Addr())
		r.Window = window
		c := start(t, r, &sink{})
		y := newTally(20_000)
		c.Submit(t.Context(), slice(y))
		if got := y.wait(t, 30*time.Second); got[gateway.Accepted] != 20_000 {
			t.Fatalf("window %d: outcomes = %v", window, got)
		}
		if n := c.Pace().InFlight; n != 0 {
			t.Fatalf("window %d: %d in flight when all is answered", window, n)
		}
	}
}

// shortConn takes so many octets and then fails, in the middle of a write if need be.
type shortConn struct {
	net.Conn
	left atomic.Int64
}

func (c *shortConn) Write(b []byte) (int, error) {
	n := min(int(c.left.Load()), len(b))
	c.left.Add(-int64(n))
	k, err := c.Conn.Write(b[:n])
	if err == nil && k < len(b) {
		err = errStore
	}
	return k, err
}

// TestShortWrite cuts the connection inside a batch at any octet. What got out is uncertain, what did not goes over the
// next session once, and the rest of a message that was begun is given back.
func TestShortWrite(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var mu sync.Mutex
		got := map[string]int{} // submits by number and part
		s := newSMSC(t, func(p *peer, h wire.Header, b []byte) bool {
			if h.ID != wire.SubmitSM {
				return true
			}
			to, text := scanSubmit(b)
			mu.Lock()
			got[to+text]++
			mu.Unlock()
			return p.nth == 1 || accept(p, h, b) // the first session answers nothing
		})
		r := routeTo(s.ln.Addr())
		r.Window = 16
		cutAt := rapid.IntRange(40, 1600).Draw(rt, "octets")
		longest := rapid.IntRange(1, 4).Draw(rt, "longest message")
		var ps []gateway.Part
		for to := 0; len(ps) < 12; to++ {
			for part := range min(to%longest+1, 12-len(ps)) {
				ps = append(ps, gateway.Part{To: phone.Number(819000000000 + to),
					Wire: smstext.Part{ShortMessage: []byte{'0' + byte(part)}}})
			}
		}
		var dials atomic.Int32
		o := options(r, &sink{})
		o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
			if dials.Add(1) > 1 || err != nil {
				return conn, err
			}
			short := &shortConn{Conn: conn}
			short.left.Store(int64(cutAt))
			return short, nil
		}
		c, err := New(o)
		if err != nil {
			rt.Fatal(err)
		}
		run, cut := context.WithCancel(context.Background())
		defer cut()
		c.Start(run)
		eventually(t, "a session", func() bool { return c.Pace().Ready })
		y := newTally(len(ps))
		ctx, cancel := context.WithTimeout(run, 10*time.Second)
		defer cancel()
		c.Submit(ctx, gateway.Slice{Parts: ps, Done: y.Done})
		if err := ctx.Err(); err != nil {
			rt.Fatal("Submit hung")
		}
		if dials.Load() > 1 {
			eventually(t, "the responses of the second session", func() bool { return c.Pace().InFlight == 0 })
		}
		cut() // nothing was cut, and the first session answers nothing
		y.wait(t, 10*time.Second)
		<-c.ended
		mu.Lock()
		defer mu.Unlock()
		for i, p := range ps {
			class, n := y.got[i].Class, got[p.To.Digits()+string(p.Wire.ShortMessage)]
			begun := i > 0 && ps[i-1].To == p.To
			if n > 1 || class == gateway.NotSent && (n != 0 || !begun) {
				rt.Fatalf("part %d, cut at %d: told %v, submitted %d times", i, cutAt, class, n)
			}
			if begun && class == gateway.Accepted && y.got[i-1].Class == gateway.Uncertain && dials.Load() > 1 {
				rt.Fatalf("part %d went over another session than the one before it", i)
			}
		}
	})
}
