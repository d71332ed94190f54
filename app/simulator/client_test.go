package simulator_test

import (
	"bytes"
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"noroshi/app/simulator"
	"noroshi/app/simulator/wire"
)

// patience bounds every wait of the tests.
const patience = 10 * time.Second

// start runs an SMSC for the length of a test.
func start(t testing.TB, o simulator.Options) *simulator.SMSC {
	t.Helper()
	if o.Now == nil {
		o.Now = time.Now
	}
	s := simulator.New(o)
	if err := s.Start(context.Background()); err != nil {
		t.Fatalf("Start() = %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	return s
}

// pdu is what a client got.
type pdu struct {
	wire.Header
	body []byte
	msg  wire.Message // of a deliver_sm
}

func (p pdu) id() string { return string(bytes.TrimRight(p.body, "\x00")) }

// client is a tiny ESME: it keeps everything it gets and answers deliver_sm and enquire_link by itself.
type client struct {
	t  testing.TB
	nc net.Conn

	mu      sync.Mutex
	changed *sync.Cond
	seq     uint32
	got     []pdu
	closed  bool
	refuse  func(n int) wire.Status // status for the nth deliver_sm; nil for success
	silent  bool                    // answer no deliver_sm
	seen    int
}

func dial(t testing.TB, s *simulator.SMSC) *client {
	t.Helper()
	nc, err := net.DialTimeout("tcp", s.Addr(), patience)
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	return serve(t, nc)
}

// serve reads from a connection for the length of a test.
func serve(t testing.TB, nc net.Conn) *client {
	t.Helper()
	c := &client{t: t, nc: nc}
	c.changed = sync.NewCond(&c.mu)
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.read()
	}()
	t.Cleanup(func() {
		_ = nc.Close()
		<-done
	})
	return c
}

// bound returns a client bound as a transceiver.
func bound(t testing.TB, s *simulator.SMSC) *client {
	t.Helper()
	c := dial(t, s)
	if st := c.bind(wire.BindTransceiver, "esme", "secret"); st != wire.OK {
		t.Fatalf("bind = %#x, want 0", st)
	}
	return c
}

func (c *client) read() {
	var buf []byte
	chunk := make([]byte, 64<<10)
	for {
		n, err := c.nc.Read(chunk)
		buf = append(buf, chunk[:n]...)
		for {
			p, rest, ok := wire.Next(buf)
			if p == nil || !ok {
				break
			}
			c.take(append([]byte(nil), p...))
			buf = rest
		}
		if err != nil {
			c.mu.Lock()
			c.closed = true
			c.changed.Broadcast()
			c.mu.Unlock()
			return
		}
	}
}

func (c *client) take(b []byte) {
	h, body := wire.Split(b)
	p := pdu{Header: h, body: body}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch h.Command {
	case wire.DeliverSM:
		if st := wire.ParseMessage(h.Command, body, &p.msg); st != wire.OK {
			c.t.Errorf("deliver_sm does not parse: %#x", st)
		}
		st := wire.OK
		if c.refuse != nil {
			st = c.refuse(c.seen)
		}
		c.seen++
		if !c.silent {
			c.send(wire.AppendID(nil, wire.DeliverSMResp, st, h.Sequence, nil))
		}
	case wire.EnquireLink:
		c.send(wire.AppendBare(nil, wire.EnquireLinkResp, wire.OK, h.Sequence))
	}
	c.got = append(c.got, p)
	c.changed.Broadcast()
}

func (c *client) send(b []byte) { _, _ = c.nc.Write(b) }

func (c *client) next() uint32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seq++
	return c.seq
}

// wait blocks until cond holds over what was got, and fails the test when it does not in time.
func (c *client) wait(what string, cond func([]pdu) bool) []pdu {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	expired := false
	timer := time.AfterFunc(patience, func() {
		c.mu.Lock()
		expired = true
		c.changed.Broadcast()
		c.mu.Unlock()
	})
	defer timer.Stop()
	for !cond(c.got) {
		if expired {
			c.t.Fatalf("waited in vain for %s; got %d PDUs, closed %v", what, len(c.got), c.closed)
		}
		c.changed.Wait()
	}
	return append([]pdu(nil), c.got...)
}

// waitClosed blocks until the SMSC has closed the connection.
func (c *client) waitClosed() {
	c.t.Helper()
	c.wait("the end of the connection", func([]pdu) bool { return c.closed })
}

// of returns the PDUs of a command.
func of(got []pdu, cmd wire.Command) []pdu {
	var out []pdu
	for _, p := range got {
		if p.Command == cmd {
			out = append(out, p)
		}
	}
	return out
}

// all returns what was got so far.
func (c *client) all() []pdu { return c.wait("nothing", func([]pdu) bool { return true }) }

func (c *client) waitFor(cmd wire.Command, n int) []pdu {
	c.t.Helper()
	return of(c.wait("enough PDUs", func(got []pdu) bool { return len(of(got, cmd)) >= n }), cmd)
}

// answer sends a request and returns its response.
func (c *client) answer(seq uint32, b []byte) pdu {
	c.t.Helper()
	c.send(b)
	find := func(got []pdu) *pdu {
		for i := range got {
			if got[i].Sequence == seq && got[i].Command&0x80000000 != 0 {
				return &got[i]
			}
		}
		return nil
	}
	return *find(c.wait("a response", func(got []pdu) bool { return find(got) != nil }))
}

func (c *client) bind(cmd wire.Command, system, password string) wire.Status {
	c.t.Helper()
	seq := c.next()
	return c.answer(seq, wire.AppendBind(nil, cmd, seq, system, password)).Status
}

// submission builds a submit_sm of a text that fits one message.
func submission(seq uint32, to, text string) []byte {
	p := wire.Cut(wire.GSM7, text, wire.UDH8, 1)[0]
	return submitPiece(seq, to, p)
}

func submitPiece(seq uint32, to string, p wire.Piece) []byte {
	return wire.AppendMessage(nil, wire.SubmitSM, seq, &wire.Message{
		Source:   wire.Address{TON: 1, NPI: 1, Addr: []byte("818000000110")},
		Dest:     wire.Address{TON: 1, NPI: 1, Addr: []byte(to)},
		ESMClass: p.ESMClass, DataCoding: p.DataCoding, Text: p.Text, Payload: p.Payload, Part: p.Part, Registered: 1,
	})
}

// submit sends one message and returns the response.
func (c *client) submit(to, text string) pdu {
	c.t.Helper()
	seq := c.next()
	return c.answer(seq, submission(seq, to, text))
}

// settle waits until nothing is pending any more.
func settle(t testing.TB, s *simulator.SMSC) simulator.Stats {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		st := s.Stats()
		if st.Pending == 0 {
			return st
		}
		select {
		case <-deadline.C:
			t.Fatalf("the SMSC does not settle: %+v", st)
		case <-tick.C:
		}
	}
}

func field(receipt, name string) string {
	_, after, _ := strings.Cut(receipt, name+":")
	v, _, _ := strings.Cut(after, " ")
	return v
}
