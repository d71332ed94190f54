package smpp

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"noroshi/app/config"
	"noroshi/app/gateway"
	"noroshi/app/phone"
	"noroshi/app/simulator"
	"noroshi/app/smstext"
)

// simulate runs the simulated operator for the length of a test.
func simulate(t testing.TB, o simulator.Options) *simulator.SMSC {
	t.Helper()
	o.Now = time.Now
	s := simulator.New(o)
	if err := s.Start(context.Background()); err != nil {
		t.Fatalf("simulator: %v", err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func routeToSim(t testing.TB, s *simulator.SMSC) config.Route {
	t.Helper()
	addr, err := net.ResolveTCPAddr("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	return routeTo(addr)
}

// counting is a Sink that only counts.
type counting struct{ receipts, texts atomic.Int64 }

func (c *counting) Receipts(_ context.Context, rs []gateway.Receipt) error {
	c.receipts.Add(int64(len(rs)))
	return nil
}

func (c *counting) Text(context.Context, gateway.Text) error {
	c.texts.Add(1)
	return nil
}

func (c *counting) Strange(context.Context, gateway.Strange) error { return nil }

// BenchmarkSubmit sends one part to each of many numbers, in slices of the window, with a receipt for each. The
// simulated operator shares the machine.
func BenchmarkSubmit(b *testing.B) {
	for _, window := range []int{10, 100, 500} {
		for _, registered := range []int{0, 1} {
			b.Run(fmt.Sprintf("window=%d/receipts=%d", window, registered), func(b *testing.B) {
				benchmarkSubmit(b, window, registered)
			})
		}
	}
}

func benchmarkSubmit(b *testing.B, window, registered int) {
	s := simulate(b, simulator.Options{Population: simulator.Perfect()})
	r := routeToSim(b, s)
	r.Window, r.Registered = window, &registered
	in := &counting{}
	c := start(b, r, in)
	eventually(b, "a session", func() bool { return c.Pace().Ready })
	body := []byte("Reply with one letter.\nA:Safe\nB:Slightly injured\nC:Need help\nD:Cannot come to work")
	slice := make([]gateway.Part, window)
	var done atomic.Int64
	tell := func(_ int, o gateway.Outcome) {
		if o.Class == gateway.Accepted {
			done.Add(1)
		}
	}
	b.ReportAllocs()
	b.ResetTimer()
	for sent := 0; sent < b.N; {
		n := min(window, b.N-sent)
		for i := range n {
			slice[i] = gateway.Part{
				To: phone.Number(819000000000 + sent + i), Wire: smstext.Part{ShortMessage: body},
			}
		}
		c.Submit(b.Context(), gateway.Slice{Parts: slice[:n], Done: tell})
		sent += n
	}
	eventually(b, "the responses", func() bool { return done.Load() == int64(b.N) })
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "submits/s")
	if registered == 1 {
		eventually(b, "the receipts", func() bool { return in.receipts.Load() >= int64(b.N) })
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "receipts/s")
	}
}
