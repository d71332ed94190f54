package smpp

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"noroshi/app/config"
	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp/wire"
	"noroshi/app/phone"
	"noroshi/app/smstext"
)

// peer is one connection as a scripted SMSC sees it.
type peer struct {
	conn net.Conn
	in   *wire.Framer
	bind wire.Header // the bind request it answered
	nth  int         // which bind it was
	mu   sync.Mutex
}

func (p *peer) send(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = p.conn.Write(b)
}

// respond answers the request with the status and, for a submit_sm, the id.
func (p *peer) respond(h wire.Header, status uint32, id string) {
	b := wire.AppendAnswer(nil, h.ID, status, h.Seq)
	if h.ID == wire.SubmitSM && status == 0 {
		b = wire.AppendHeader(nil, wire.HeaderLen+len(id)+1, wire.Header{ID: wire.SubmitSM | wire.Response, Seq: h.Seq})
		b = append(append(b, id...), 0)
	}
	p.send(b)
}

// smsc is a scripted SMSC: it answers binds, enquire_link and unbind, and gives the rest to on.
type smsc struct {
	t       *testing.T
	ln      net.Listener
	binds   atomic.Int32
	unbound *atomic.Int32         // counts unbinds; nil to not count
	deaf    bool                  // does not answer unbind
	silent  atomic.Bool           // answers binds only
	status  func(bind int) uint32 // status of the nth bind response; nil is 0
	on      func(p *peer, h wire.Header, frame []byte) (stay bool)

	wg    sync.WaitGroup
	mu    sync.Mutex
	conns map[*peer]bool
}

func newSMSC(t *testing.T, on func(*peer, wire.Header, []byte) bool) *smsc {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return startSMSC(t, ln, &smsc{t: t, on: on})
}

// pipes returns an SMSC that is reached through Dial alone, for tests whose clock does not run by itself.
func pipes(t *testing.T, on func(*peer, wire.Header, []byte) bool) (*smsc, func(*Options)) {
	s := &smsc{t: t, on: on, conns: make(map[*peer]bool)}
	t.Cleanup(func() {
		s.mu.Lock()
		for p := range s.conns {
			_ = p.conn.Close()
		}
		s.mu.Unlock()
		s.wg.Wait()
	})
	return s, func(o *Options) {
		o.Dial = func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			s.wg.Go(func() { s.serve(far) })
			return near, nil
		}
	}
}

func startSMSC(t *testing.T, ln net.Listener, s *smsc) *smsc {
	s.ln, s.conns = ln, make(map[*peer]bool)
	s.wg.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			s.wg.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		s.mu.Lock()
		for p := range s.conns {
			_ = p.conn.Close()
		}
		s.mu.Unlock()
		s.wg.Wait()
	})
	return s
}

func (s *smsc) serve(conn net.Conn) {
	p := &peer{conn: conn, in: wire.NewFramer(conn)}
	s.mu.Lock()
	s.conns[p] = true
	s.mu.Unlock()
	defer func() {
		_ = conn.Close()
		s.mu.Lock()
		delete(s.conns, p)
		s.mu.Unlock()
	}()
	for {
		frame, err := p.in.Next()
		if err != nil {
			return
		}
		h := wire.ParseHeader(frame)
		binding := h.ID == wire.BindReceiver || h.ID == wire.BindTransmitter || h.ID == wire.BindTransceiver
		if s.silent.Load() && !binding {
			continue
		}
		switch h.ID {
		case wire.BindReceiver, wire.BindTransmitter, wire.BindTransceiver:
			n := int(s.binds.Add(1))
			status := uint32(0)
			if s.status != nil {
				status = s.status(n)
			}
			p.bind, p.nth = h, n
			if status != 0 {
				p.send(wire.AppendHeader(nil, wire.HeaderLen, wire.Header{ID: h.ID | wire.Response, Status: status, Seq: h.Seq}))
				continue
			}
			head := wire.Header{ID: h.ID | wire.Response, Seq: h.Seq}
			p.send(append(wire.AppendHeader(nil, wire.HeaderLen+5, head), "SMSC\x00"...))
		case wire.EnquireLink:
			if s.on != nil && !s.on(p, h, frame) {
				return
			}
			p.respond(h, 0, "")
		case wire.Unbind:
			if s.unbound != nil {
				s.unbound.Add(1)
			}
			if s.deaf {
				continue
			}
			p.respond(h, 0, "")
			return
		default:
			if s.on != nil && !s.on(p, h, frame) {
				return
			}
		}
	}
}

// peers returns the connections that are open.
func (s *smsc) peers() []*peer {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*peer
	for p := range s.conns {
		out = append(out, p)
	}
	return out
}

// accept answers every submit_sm with success; the id is the sequence_number.
func accept(p *peer, h wire.Header, _ []byte) bool {
	if h.ID == wire.SubmitSM {
		p.respond(h, 0, strconv.FormatUint(uint64(h.Seq), 16))
	}
	return true
}

// sink keeps what came in.
type sink struct {
	mu       sync.Mutex
	receipts []gateway.Receipt
	texts    []gateway.Text
	strange  []gateway.Strange
	err      error
	hold     chan struct{} // when not nil, each call waits for it
}

func (s *sink) wait(ctx context.Context) error {
	s.mu.Lock()
	hold, err := s.hold, s.err
	s.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return err
}

func (s *sink) Receipts(ctx context.Context, rs []gateway.Receipt) error {
	if err := s.wait(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.receipts = append(s.receipts, rs...)
	return nil
}

func (s *sink) Text(ctx context.Context, t gateway.Text) error {
	if err := s.wait(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts = append(s.texts, t)
	return nil
}

func (s *sink) Strange(ctx context.Context, x gateway.Strange) error {
	if err := s.wait(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.strange = append(s.strange, x)
	return nil
}

func (s *sink) strangers() []gateway.Strange {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.strange)
}

func (s *sink) counts() (receipts, texts int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.receipts), len(s.texts)
}

// routeTo returns a route with one session to the address.
func routeTo(addr net.Addr) config.Route {
	host, port, _ := net.SplitHostPort(addr.String())
	n, _ := strconv.Atoi(port)
	return config.Route{
		Name: "test", Host: host, Port: n, SystemID: "noroshi", Password: "secret", BindMode: "trx", Binds: 1,
		Window: 10, Sender: "819011112222", Enquire: 30, RespTimeout: 60,
	}
}

// start returns a running client that is closed at the end of the test.
func start(t testing.TB, r config.Route, s gateway.Sink, change ...func(*Options)) *Client {
	t.Helper()
	o := options(r, s)
	for _, f := range change {
		f(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatalf("New() = %v", err)
	}
	run, cut := context.WithCancel(context.Background())
	c.Start(run)
	t.Cleanup(func() {
		defer cut()
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := c.Close(ctx); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	return c
}

func options(r config.Route, s gateway.Sink) Options {
	return Options{
		Route: r, Sink: s, Now: time.Now, Random: func() float64 { return 0.01 },
		Log: slog.New(slog.DiscardHandler),
	}
}

// parts returns n parts, each for a number of its own.
func parts(n int) []gateway.Part {
	out := make([]gateway.Part, n)
	for i := range out {
		out[i] = gateway.Part{
			To: phone.Number(819000000000 + i), Wire: smstext.Part{ShortMessage: []byte("Are you safe? A:yes B:no")},
		}
	}
	return out
}

// tally collects outcomes and insists on one for each part.
type tally struct {
	mu   sync.Mutex
	got  map[int]gateway.Outcome
	dup  []int
	want int
	done chan struct{}
}

func newTally(n int) *tally {
	return &tally{got: make(map[int]gateway.Outcome), want: n, done: make(chan struct{})}
}

func (y *tally) Done(i int, o gateway.Outcome) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if _, twice := y.got[i]; twice {
		y.dup = append(y.dup, i)
		return
	}
	y.got[i] = o
	if len(y.got) == y.want {
		close(y.done)
	}
}

// wait returns how many outcomes there are of each class, once all are there.
func (y *tally) wait(t testing.TB, patience time.Duration) map[gateway.Class]int {
	t.Helper()
	select {
	case <-y.done:
	case <-time.After(patience):
		y.mu.Lock()
		defer y.mu.Unlock()
		t.Fatalf("%d of %d outcomes after %v", len(y.got), y.want, patience)
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	if len(y.dup) > 0 {
		t.Fatalf("outcome told twice for parts %v", y.dup)
	}
	out := make(map[gateway.Class]int)
	for _, o := range y.got {
		out[o.Class]++
	}
	return out
}

// eventually waits for the condition.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	poll := time.NewTicker(2 * time.Millisecond)
	defer poll.Stop()
	for !ok() {
		select {
		case <-poll.C:
		case <-limit.C:
			t.Fatalf("not in time: %s", what)
		}
	}
}

func receiptPDU(seq uint32, id string) []byte {
	text := "id:" + id + " sub:001 dlvrd:001 submit date:2603100900 done date:2603100901 stat:DELIVRD err:000 text:x"
	return deliverPDU(seq, 4, 0, []byte(text))
}

func deliverPDU(seq uint32, esm, dcs byte, user []byte, tlvs ...byte) []byte {
	var b bytes.Buffer
	b.WriteString("\x00\x01\x01819000000001\x00\x01\x01819011112222\x00")
	b.Write([]byte{esm, 0, 0, 0, 0, 0, 0, dcs, 0, byte(len(user))})
	b.Write(user)
	b.Write(tlvs)
	return append(wire.AppendHeader(nil, wire.HeaderLen+b.Len(), wire.Header{ID: wire.DeliverSM, Seq: seq}), b.Bytes()...)
}

var errStore = errors.New("the store cannot write")
