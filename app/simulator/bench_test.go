package simulator_test

import (
	"encoding/binary"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"noroshi/app/simulator"
	"noroshi/app/simulator/people"
	"noroshi/app/simulator/wire"
)

// raw is a client that costs as little as it can: a template for the submit, no parsing beyond the head.
type raw struct {
	nc        net.Conn
	template  []byte
	at        int // of the last eight digits of the number in the template
	responses chan int
	receipts  atomic.Int64
	err       error
}

func newRaw(b *testing.B, s *simulator.SMSC) *raw {
	b.Helper()
	nc, err := net.DialTimeout("tcp", s.Addr(), time.Second)
	if err != nil {
		b.Fatalf("dial: %v", err)
	}
	if _, err := nc.Write(wire.AppendBind(nil, wire.BindTransceiver, 1, "esme", "")); err != nil {
		b.Fatalf("bind: %v", err)
	}
	text := "Reply with one letter.\nA:Safe\nB:Slightly injured\nC:Need help\nD:Cannot come to work"
	r := &raw{nc: nc, template: submission(0, "819000000000", text), responses: make(chan int, 1<<16)}
	for i := range r.template {
		if string(r.template[i:i+12]) == "819000000000" {
			r.at = i + 4
			break
		}
	}
	go r.read()
	return r
}

// read counts responses and answers receipts, a batch at a time.
func (r *raw) read() {
	defer close(r.responses)
	buf, out := make([]byte, 0, 256<<10), make([]byte, 0, 64<<10)
	for {
		n, err := r.nc.Read(buf[len(buf):cap(buf)])
		if err != nil {
			r.err = err
			return
		}
		buf = buf[:len(buf)+n]
		rest, responses := buf, 0
		out = out[:0]
		for {
			p, after, ok := wire.Next(rest)
			if p == nil || !ok {
				break
			}
			rest = after
			switch h, _ := wire.Split(p); h.Command {
			case wire.SubmitSMResp:
				responses++
			case wire.DeliverSM:
				r.receipts.Add(1)
				out = wire.AppendID(out, wire.DeliverSMResp, wire.OK, h.Sequence, nil)
			}
		}
		buf = buf[:copy(buf, rest)]
		if len(out) > 0 {
			if _, err := r.nc.Write(out); err != nil {
				r.err = err
				return
			}
		}
		if responses > 0 {
			r.responses <- responses
		}
	}
}

// run submits n messages to n numbers with a window and waits for the responses.
func (r *raw) run(n, window, first int) {
	out := make([]byte, 0, 128<<10)
	for sent, done := 0, 0; done < n; {
		out = out[:0]
		for sent < n && sent-done < window {
			at := len(out)
			out = append(out, r.template...)
			binary.BigEndian.PutUint32(out[at+12:], uint32(sent+2))
			for i, v := 7, (first+sent)%1e8; i >= 0; i, v = i-1, v/10 {
				out[at+r.at+i] = '0' + byte(v%10)
			}
			sent++
		}
		if len(out) > 0 {
			if _, err := r.nc.Write(out); err != nil {
				return
			}
		}
		k, ok := <-r.responses
		if !ok {
			return
		}
		done += k
		for len(r.responses) > 0 {
			done += <-r.responses
		}
	}
}

func BenchmarkSubmitsWithReceipts(b *testing.B) {
	slow := simulator.Population{Receipts: people.Receipts{Delay: people.Spread{
		Min: 10 * time.Millisecond, Median: 100 * time.Millisecond, Max: time.Second,
	}}}
	for _, tc := range []struct {
		name     string
		window   int
		pop      simulator.Population
		handsets int
	}{
		{"window=100", 100, simulator.Perfect(), 0},
		{"window=500", 500, simulator.Perfect(), 0},
		{"window=500/delayed", 500, slow, 0},
		{"window=500/recorded", 500, simulator.Perfect(), 20_000},
	} {
		b.Run(tc.name, func(b *testing.B) {
			s := start(b, simulator.Options{Population: tc.pop, Handsets: tc.handsets})
			r := newRaw(b, s)
			defer func() { _ = r.nc.Close() }()
			b.ReportAllocs()
			b.ResetTimer()
			r.run(b.N, tc.window, 0)
			for r.receipts.Load() < int64(b.N) && r.err == nil {
				<-time.After(100 * time.Microsecond)
			}
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
			if st := s.Stats(); st.Accepted != uint64(b.N) || st.Surplus != 0 {
				b.Fatalf("accepted %d of %d, surplus %d", st.Accepted, b.N, st.Surplus)
			}
		})
	}
}
