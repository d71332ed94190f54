package smpp

import (
	"bytes"
	"context"
	"encoding/binary"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp/wire"
)

// wantStrange checks that so many PDUs were counted and kept for each reason, with their octets.
func wantStrange(t *testing.T, c *Client, in *sink, want map[string]int) {
	t.Helper()
	sum := 0
	for _, n := range want {
		sum += n
	}
	eventually(t, "the strange PDUs", func() bool { return len(in.strangers()) >= sum })
	got := map[string]int{}
	for _, x := range in.strangers() {
		got[x.Why]++
		if x.Route != "test" || x.Peer == "" || x.Received.IsZero() || len(x.Octets) != min(x.Length, gateway.MaxStrange) {
			t.Errorf("strange PDU = %+v", x)
		}
	}
	for why, n := range want {
		if got[why] != n {
			t.Errorf("%d strange PDUs for %q, want %d; all: %v", got[why], why, n, got)
		}
	}
	if n := c.Health().BadPDUs; n != uint64(sum) {
		t.Errorf("BadPDUs = %d, want %d", n, sum)
	}
}

// request returns a PDU of the given octets.
func request(id, seq uint32, body string) []byte {
	return append(wire.AppendHeader(nil, wire.HeaderLen+len(body), wire.Header{ID: id, Seq: seq}), body...)
}

// responder is an SMSC that accepts, and gives the responses to its own requests to a channel.
func responder(responses chan<- wire.Header) func(*peer, wire.Header, []byte) bool {
	return func(p *peer, h wire.Header, b []byte) bool {
		if h.ID&wire.Response != 0 {
			responses <- h
			return true
		}
		return accept(p, h, b)
	}
}

// alive checks that the client still submits, over its first session.
func alive(t *testing.T, c *Client, s *smsc) {
	t.Helper()
	y := newTally(25)
	c.Submit(t.Context(), slice(y))
	if got := y.wait(t, 20*time.Second); got[gateway.Accepted] != 25 || s.binds.Load() != 1 {
		t.Fatalf("outcomes = %v after %d binds, want 25 accepted on the first", got, s.binds.Load())
	}
}

// TestHostileDeliver sends texts that lie about themselves. Each is answered with 0, and a person can see what came.
func TestHostileDeliver(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("9", 300)
	addressed := func(from, text string) []byte {
		body := "\x00\x01\x01" + from + "\x00\x01\x01819011112222\x00" +
			"\x00\x00\x00\x00\x00\x00\x00\x00\x00" + string(byte(len(text))) + text
		return request(wire.DeliverSM, 7, body)
	}
	for name, k := range map[string]struct {
		pdu     []byte
		why     string // of the strange PDU; empty when there is none
		text    bool
		receipt bool
		octets  string // of the text
	}{
		"UDHL 0": {deliverPDU(7, 0x40, 0, []byte("\x00A")), "", true, false, "A"},
		"UDHL too long": {deliverPDU(7, 0x40, 8, []byte("\x09A")),
			"the user data header cannot be read", true, false, "\x09A"},
		"UDHI without a header": {deliverPDU(7, 0x40, 0, nil), "the user data header cannot be read", true, false, ""},
		"an IE that is cut": {deliverPDU(7, 0x40, 8, []byte("\x05\x00\x03\x07\x02")),
			"the user data header cannot be read", true, false, "\x05\x00\x03\x07\x02"},
		"part 3 of 2":      {deliverPDU(7, 0x40, 0, []byte("\x05\x00\x03\x07\x02\x03A")), "", true, false, "A"},
		"part 0 of 0":      {deliverPDU(7, 0x40, 0, []byte("\x05\x00\x03\x07\x00\x00A")), "", true, false, "A"},
		"unknown dcs":      {deliverPDU(7, 0, 0xEE, []byte("A")), "", true, false, "A"},
		"odd UCS-2":        {deliverPDU(7, 0, 8, []byte("\x00A\x00")), "", true, false, "\x00A\x00"},
		"GSM-7 with bit 8": {deliverPDU(7, 0, 0, []byte("\xff\xfe\x1b")), "", true, false, "\xff\xfe\x1b"},
		"NULs in the text": {deliverPDU(7, 0, 3, []byte("A\x00\x00B\x00")), "", true, false, "A\x00\x00B\x00"},
		"an empty text":    {deliverPDU(7, 0, 0, nil), "", true, false, ""},
		"no address":       {addressed("", "A"), "", true, false, "A"},
		"a binary address": {addressed("8190\x01\xff\n1", "A"),
			"the address of the sender is too long or not plain text", true, false, "A"},
		"an endless address": {addressed(long, "A"),
			"the address of the sender is too long or not plain text", true, false, "A"},
		"TLV longer than the PDU": {deliverPDU(7, 0, 0, []byte("A"), 0x04, 0x24, 0xff, 0xff, 'x'),
			"octets behind the last whole parameter", true, false, "A"},
		"TLV of 32768 octets": {deliverPDU(7, 0, 0, nil, append([]byte{0x04, 0x24, 0x80, 0x00},
			bytes.Repeat([]byte("A"), 0x8000)...)...), "", true, false, strings.Repeat("A", 0x8000)},
		"sm_length longer than the PDU": {request(wire.DeliverSM, 7,
			"\x00\x01\x011\x00\x01\x012\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xffA"),
			"the body is shorter than its fields", false, false, ""},
		"no NUL at all":     {request(wire.DeliverSM, 7, long), "the body is shorter than its fields", false, false, ""},
		"no body":           {request(wire.DeliverSM, 7, ""), "the body is shorter than its fields", false, false, ""},
		"an empty receipt":  {deliverPDU(7, 4, 0, nil), "the receipt cannot be read", false, true, ""},
		"a garbled receipt": {deliverPDU(7, 4, 0, []byte("stat: \x00\xff id id id")), "", false, true, ""},
		"a state of 3 octets": {deliverPDU(7, 4, 0, []byte("id:1 stat:DELIVRD"), 0x04, 0x27, 0, 3, 2, 2, 2),
			"", false, true, ""},
		"an id of 300 octets": {deliverPDU(7, 4, 0, []byte("id:1 stat:DELIVRD"),
			append([]byte{0, 0x1e, 1, 44}, long...)...), "", false, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			responses := make(chan wire.Header, 4)
			s := newSMSC(t, responder(responses))
			in := &sink{}
			c := start(t, routeTo(s.ln.Addr()), in)
			eventually(t, "a session", func() bool { return c.Pace().Ready })
			s.peers()[0].send(k.pdu)
			select {
			case h := <-responses:
				if want := (wire.Header{ID: wire.DeliverSM | wire.Response, Seq: 7}); h != want {
					t.Fatalf("response = %+v, want %+v", h, want)
				}
			case <-time.After(10 * time.Second):
				t.Fatal("no response")
			}
			want := map[string]int{}
			if k.why != "" {
				want[k.why] = 1
			}
			wantStrange(t, c, in, want)
			receipts, texts := in.counts()
			if (receipts == 1) != k.receipt || (texts == 1) != k.text {
				t.Fatalf("%d receipts and %d texts, want %v and %v", receipts, texts, k.receipt, k.text)
			}
			if k.text {
				x := in.texts[0]
				if string(x.Octets) != k.octets || len(x.From) > maxMessageID+1 ||
					strings.ContainsFunc(x.From, func(r rune) bool { return r < ' ' || r > '~' }) {
					t.Fatalf("text = %.60q from %q, want %.60q", x.Octets, x.From, k.octets)
				}
			}
			if k.receipt {
				for _, id := range in.receipts[0].IDs {
					if len(id) > 65 {
						t.Fatalf("an id has %d octets", len(id))
					}
				}
			}
			alive(t, c, s)
		})
	}
}

// TestStrange_is_answered_only_after_the_sink_has_it: what cannot be read is lost for ever once it is answered with 0.
func TestStrange_is_answered_only_after_the_sink_has_it(t *testing.T) {
	t.Parallel()
	responses := make(chan wire.Header, 4)
	s := newSMSC(t, responder(responses))
	in := &sink{err: errStore}
	c := start(t, routeTo(s.ln.Addr()), in)
	eventually(t, "a session", func() bool { return c.Pace().Ready })
	s.peers()[0].send(request(wire.DeliverSM, 7, ""))
	if h := <-responses; h.Status != wire.TryLater || h.Seq != 7 {
		t.Fatalf("response = %+v while the store cannot write, want 0x64", h)
	}
}

// TestStrange_a_flood_is_answered_and_bounded sends far more than is kept.
func TestStrange_a_flood_is_answered_and_bounded(t *testing.T) {
	t.Parallel()
	const flood = 5000
	responses := make(chan wire.Header, flood)
	s := newSMSC(t, responder(responses))
	in := &sink{}
	c := start(t, routeTo(s.ln.Addr()), in)
	eventually(t, "a session", func() bool { return c.Pace().Ready })
	begin := time.Now()
	var all []byte
	for i := range uint32(flood) {
		all = append(all, request(wire.DeliverSM, i+1, "")...)
	}
	s.peers()[0].send(all)
	seen := map[uint32]bool{}
	for range flood {
		h := <-responses
		if h.Status != wire.OK || seen[h.Seq] {
			t.Fatalf("response = %+v, want 0, once", h)
		}
		seen[h.Seq] = true
	}
	if n, most := len(in.strangers()), 20*(int(time.Since(begin).Seconds())+2); n == 0 || n > most {
		t.Fatalf("%d kept of a flood of %d, want some and at most %d", n, flood, most)
	}
	if n := c.Health().BadPDUs; n != flood {
		t.Fatalf("BadPDUs = %d, want %d", n, flood)
	}
	alive(t, c, s)
}

// TestFrames_out_of_range are answered with generic_nack and end the connection; the client binds again.
func TestFrames_out_of_range(t *testing.T) {
	t.Parallel()
	for name, garbage := range map[string]string{
		"length 0":          "\x00\x00\x00\x00\x00\x00\x00\x05",
		"length 15":         "\x00\x00\x00\x0f\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00",
		"length 64 KiB + 1": "\x00\x01\x00\x01" + strings.Repeat("A", 100),
		"length 4 GiB":      "\xff\xff\xff\xff" + strings.Repeat("A", 100),
		"another protocol":  "HTTP/1.1 400 Bad Request\r\n\r\n",
		"endless garbage":   strings.Repeat("\xde\xad\xbe\xef", 1<<18),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			responses := make(chan wire.Header, 4)
			s := newSMSC(t, responder(responses))
			in := &sink{}
			c := start(t, routeTo(s.ln.Addr()), in)
			eventually(t, "a session", func() bool { return c.Pace().Ready })
			p := s.peers()[0]
			go p.send([]byte(garbage)) // what nobody reads may block
			eventually(t, "the next bind", func() bool { return s.binds.Load() == 2 && c.Pace().Ready })
			if len(garbage) < 1000 { // with more unread octets the nack may be lost in a reset
				if h := <-responses; h != (wire.Header{ID: wire.GenericNack, Status: wire.InvalidCommandLen}) {
					t.Fatalf("response = %+v, want generic_nack 0x02", h)
				}
			}
			wantStrange(t, c, in, map[string]int{"command_length is out of range": 1})
			y := newTally(5)
			c.Submit(t.Context(), slice(y))
			if got := y.wait(t, 10*time.Second); got[gateway.Accepted] != 5 {
				t.Fatalf("outcomes = %v, want 5 accepted", got)
			}
		})
	}
}

// TestHalfFrame_of_a_slow_loris is given up by enquire_link, which a peer in the middle of a PDU cannot answer.
func TestHalfFrame_of_a_slow_loris(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, through := pipes(t, accept)
		r := routeTo(anywhere)
		r.Enquire = 30
		c := start(t, r, &sink{}, through)
		synctest.Wait()
		p := s.peers()[0]
		s.silent.Store(true)
		done := make(chan struct{})
		go func() {
			defer close(done)
			frame := receiptPDU(1, "x")
			for i := range frame {
				p.send(frame[i : i+1])
				time.Sleep(2 * time.Second)
			}
		}()
		time.Sleep(30*time.Second + enquireTimeout + 20*time.Second)
		s.silent.Store(false)
		if n := s.binds.Load(); n < 2 {
			t.Fatalf("%d binds, want the loris cut and another session", n)
		}
		time.Sleep(time.Minute)
		y := newTally(3)
		c.Submit(t.Context(), slice(y))
		if got := y.wait(t, time.Minute); got[gateway.Accepted] != 3 {
			t.Fatalf("outcomes = %v, want 3 accepted", got)
		}
		<-done
	})
}

// TestBind_behind_garbage: until it is bound a session answers nobody, and gives up after its time.
func TestBind_behind_other_PDUs(t *testing.T) {
	t.Parallel()
	near, far := net.Pipe()
	defer func() { _ = near.Close() }()
	go func() {
		defer func() { _ = far.Close() }()
		in := wire.NewFramer(far)
		frame, err := in.Next()
		if err != nil {
			return
		}
		h := wire.ParseHeader(frame)
		b := request(wire.EnquireLink, 1, "")
		b = append(b, receiptPDU(2, "x")...)
		b = append(b, request(wire.BindTransceiver|wire.Response, h.Seq+1, "not yours\x00")...)
		b = append(b, request(wire.SubmitSM|wire.Response, h.Seq, "x\x00")...)
		b = append(b, request(wire.BindTransceiver|wire.Response, h.Seq, "SMSC\x00")...)
		_, _ = far.Write(b)
	}()
	r := routeTo(anywhere)
	if why := bind(t.Context(), near, wire.NewFramer(near), bindRequest(r, modeTransceiver, 5)); why != nil {
		t.Fatalf("bind() = %v", why)
	}
}

// TestResponses_to_nothing repeats, invents and mixes up responses. Nothing of it reaches a part.
func TestResponses_to_nothing(t *testing.T) {
	t.Parallel()
	s := newSMSC(t, func(p *peer, h wire.Header, _ []byte) bool {
		if h.ID != wire.SubmitSM {
			return true
		}
		p.send(request(wire.SubmitSM|wire.Response, h.Seq^0x400, "invented\x00"))
		p.send(request(wire.SubmitSM|wire.Response, 0, "zero\x00"))
		p.send(request(wire.SubmitSM|wire.Response, 0xFFFFFFFF, "beyond\x00"))
		p.send(request(wire.DeliverSM|wire.Response, h.Seq, "another\x00"))
		p.send(request(wire.BindTransceiver|wire.Response, h.Seq, "bound again\x00"))
		p.respond(h, 0, "right")
		p.respond(h, 0, "twice")
		p.respond(h, 0x0B, "")
		return true
	})
	c := start(t, routeTo(s.ln.Addr()), &sink{})
	y := newTally(200)
	c.Submit(t.Context(), slice(y))
	if got := y.wait(t, 20*time.Second); got[gateway.Accepted] != 200 {
		t.Fatalf("outcomes = %v, want 200 accepted", got)
	}
	for i, o := range y.got {
		if o.MessageID != "right" {
			t.Fatalf("part %d = %+v, want the id of its own response", i, o)
		}
	}
	eventually(t, "the strays", func() bool { return c.Health().Strays == 200*5 })
	if n := s.binds.Load(); n != 1 || c.Pace().InFlight != 0 {
		t.Fatalf("%d binds, %d in flight; want one and none", n, c.Pace().InFlight)
	}
}

// TestMessageIDs_of_strangers: an id may be empty, without its NUL, too long or binary, and is never trusted further.
func TestMessageIDs_of_strangers(t *testing.T) {
	t.Parallel()
	bodies := []string{"", "\x00", "abc", "abc\x00def\x00", strings.Repeat("9", 300) + "\x00", "\xff\xfe\x00"}
	var n atomic.Int32
	s := newSMSC(t, func(p *peer, h wire.Header, _ []byte) bool {
		if h.ID == wire.SubmitSM {
			p.send(request(wire.SubmitSM|wire.Response, h.Seq, bodies[int(n.Add(1)-1)%len(bodies)]))
		}
		return true
	})
	r := routeTo(s.ln.Addr())
	r.Window = 1
	c := start(t, r, &sink{})
	y := newTally(len(bodies))
	c.Submit(t.Context(), slice(y))
	y.wait(t, 10*time.Second)
	for i, want := range []string{"", "", "abc", "abc", strings.Repeat("9", 64), "\xff\xfe"} {
		if o := y.got[i]; o.Class != gateway.Accepted || o.MessageID != want {
			t.Errorf("part %d = %v %q, want accepted with %q", i, o.Class, o.MessageID, want)
		}
	}
}

// TestEnquireLink_flood is answered one by one; submits go on.
func TestEnquireLink_flood(t *testing.T) {
	t.Parallel()
	const flood = 50_000
	var answered atomic.Int32
	s := newSMSC(t, func(p *peer, h wire.Header, b []byte) bool {
		if h.ID == wire.EnquireLink|wire.Response {
			answered.Add(1)
		}
		return accept(p, h, b)
	})
	c := start(t, routeTo(s.ln.Addr()), &sink{})
	eventually(t, "a session", func() bool { return c.Pace().Ready })
	var all []byte
	for i := range uint32(flood) {
		all = append(all, request(wire.EnquireLink, i+1, "")...)
	}
	go s.peers()[0].send(all)
	alive(t, c, s)
	eventually(t, "all answers", func() bool { return answered.Load() == flood })
}

// TestPeer_that_reads_nothing is cut before its unread answers fill the memory.
func TestPeer_that_reads_nothing_is_cut(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var dials atomic.Int32
		var far net.Conn
		c := start(t, routeTo(anywhere), &sink{}, func(o *Options) {
			o.Dial = func(context.Context, string, string) (net.Conn, error) {
				if dials.Add(1) > 1 {
					return nil, errStore
				}
				near, f := net.Pipe()
				far = f
				go func() {
					frame, err := wire.NewFramer(f).Next()
					if err != nil {
						return
					}
					h := wire.ParseHeader(frame)
					_, _ = f.Write(request(wire.BindTransceiver|wire.Response, h.Seq, "x\x00"))
					for i := uint32(1); err == nil; i++ {
						_, err = f.Write(request(wire.EnquireLink, i, ""))
					}
				}()
				return near, nil
			}
		})
		time.Sleep(time.Minute)
		if h := c.Health(); h.State != gateway.Down || dials.Load() < 2 {
			t.Fatalf("Health() = %+v after %d dials, want the session given up", h, dials.Load())
		}
		_ = far.Close()
	})
}

// TestUnbind_in_the_middle: what was unanswered is uncertain, the rest goes over the next session.
func TestUnbind_in_the_middle(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	s := newSMSC(t, nil)
	s.on = func(p *peer, h wire.Header, b []byte) bool {
		switch {
		case h.ID == wire.Unbind|wire.Response:
			return false
		case h.ID == wire.SubmitSM && n.Add(1) == 15:
			p.send(request(wire.Unbind, 99, ""))
			return true
		case h.ID == wire.SubmitSM && p.nth == 1 && n.Load() > 15:
			return true
		}
		return accept(p, h, b)
	}
	c := start(t, routeTo(s.ln.Addr()), &sink{})
	y := newTally(60)
	c.Submit(t.Context(), slice(y))
	got := y.wait(t, 20*time.Second)
	if got[gateway.Uncertain] == 0 || got[gateway.Uncertain] > 10 || got[gateway.Accepted]+got[gateway.Uncertain] != 60 {
		t.Fatalf("outcomes = %v, want up to a window uncertain and the rest accepted", got)
	}
}

// TestLog_of_strange_PDUs holds no personal data.
func TestLog_of_strange_PDUs_holds_no_personal_data(t *testing.T) {
	t.Parallel()
	var out lines
	s := newSMSC(t, accept)
	in := &sink{}
	c := start(t, routeTo(s.ln.Addr()), in, func(o *Options) { o.Log = slog.New(slog.NewJSONHandler(&out, nil)) })
	eventually(t, "a session", func() bool { return c.Pace().Ready })
	p := s.peers()[0]
	p.send(deliverPDU(1, 0x40, 0, []byte("\xf0SECRET")))
	p.send(request(wire.DeliverSM, 2, "819000000001SECRET"))
	p.send(request(0x77, 3, "819000000001SECRET"))
	p.send(binary.BigEndian.AppendUint32(nil, 3))
	eventually(t, "the next bind", func() bool { return s.binds.Load() == 2 })
	eventually(t, "what was kept", func() bool { return len(in.strangers()) == 4 })
	text := out.String()
	for _, personal := range []string{"SECRET", "819000000001", "819011112222"} {
		if strings.Contains(text, personal) {
			t.Fatalf("the log has %q: %s", personal, text)
		}
	}
	for _, want := range []string{evBadPDU, `"command_id":5`, `"length":`, `"why":`} {
		if !strings.Contains(text, want) {
			t.Fatalf("the log lacks %s: %s", want, text)
		}
	}
}

// lines is a writer for several goroutines.
type lines struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
