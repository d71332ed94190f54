package smpp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"noroshi/app/config"
	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp/wire"
	"noroshi/app/phone"
	"noroshi/app/smstext"
)

func TestReceipts_are_answered_only_after_the_sink_has_them(t *testing.T) {
	t.Parallel()
	responses := make(chan wire.Header, 16)
	s := newSMSC(t, func(_ *peer, h wire.Header, _ []byte) bool {
		if h.ID&wire.Response != 0 {
			responses <- h
		}
		return true
	})
	in := &sink{hold: make(chan struct{})}
	c := start(t, routeTo(s.ln.Addr()), in)
	eventually(t, "a session", func() bool { return c.Pace().Ready })
	p := s.peers()[0]
	for i := range uint32(3) {
		p.send(receiptPDU(100+i, fmt.Sprint(i)))
	}
	p.send(deliverPDU(200, 0, 0, []byte("A")))
	p.send(wire.AppendHeader(nil, wire.HeaderLen, wire.Header{ID: wire.EnquireLink, Seq: 7}))
	if h := <-responses; h.ID != wire.EnquireLink|wire.Response {
		t.Fatalf("the first response is %+v, want that to enquire_link: nothing is stored yet", h)
	}
	close(in.hold)
	var seqs []uint32
	for range 4 {
		h := <-responses
		if h.ID != wire.DeliverSM|wire.Response || h.Status != wire.OK {
			t.Fatalf("response = %+v, want deliver_sm_resp 0", h)
		}
		seqs = append(seqs, h.Seq)
	}
	slices.Sort(seqs)
	if !slices.Equal(seqs, []uint32{100, 101, 102, 200}) {
		t.Fatalf("answered %v, want each request once", seqs)
	}
	if r, x := in.counts(); r != 3 || x != 1 {
		t.Fatalf("the sink has %d receipts and %d texts, want 3 and 1", r, x)
	}
}

func TestReceipts_come_again_when_the_store_cannot_write(t *testing.T) {
	t.Parallel()
	responses := make(chan wire.Header, 16)
	s := newSMSC(t, func(_ *peer, h wire.Header, _ []byte) bool {
		responses <- h
		return true
	})
	c := start(t, routeTo(s.ln.Addr()), &sink{err: errStore})
	eventually(t, "a session", func() bool { return c.Pace().Ready })
	s.peers()[0].send(receiptPDU(1, "a"))
	s.peers()[0].send(deliverPDU(2, 0, 0, []byte("A")))
	for range 2 {
		if h := <-responses; h.ID != wire.DeliverSM|wire.Response || h.Status != wire.TryLater {
			t.Fatalf("response = %+v, want deliver_sm_resp 0x64", h)
		}
	}
}

func TestTexts_of_one_sender_stay_in_order(t *testing.T) {
	t.Parallel()
	s := newSMSC(t, func(*peer, wire.Header, []byte) bool { return true })
	in := &sink{}
	c := start(t, routeTo(s.ln.Addr()), in)
	eventually(t, "a session", func() bool { return c.Pace().Ready })
	var all []byte
	for i := range uint32(300) {
		all = append(all, deliverPDU(i+1, 0, 0, []byte(fmt.Sprintf("%03d", i)))...)
	}
	s.peers()[0].send(all)
	eventually(t, "all texts", func() bool { _, n := in.counts(); return n == 300 })
	in.mu.Lock()
	defer in.mu.Unlock()
	for i, x := range in.texts {
		if string(x.Octets) != fmt.Sprintf("%03d", i) || x.From != "+819000000001" || x.To != "819011112222" {
			t.Fatalf("text %d = %+v", i, x)
		}
	}
}

func TestPoison_is_answered_and_the_session_stays(t *testing.T) {
	t.Parallel()
	responses := make(chan wire.Header, 16)
	s := newSMSC(t, func(p *peer, h wire.Header, b []byte) bool {
		if h.ID&wire.Response != 0 {
			responses <- h
			return true
		}
		return accept(p, h, b)
	})
	in := &sink{}
	c := start(t, routeTo(s.ln.Addr()), in)
	eventually(t, "a session", func() bool { return c.Pace().Ready })
	p := s.peers()[0]
	bare := func(id, seq uint32, body string) []byte {
		return append(wire.AppendHeader(nil, wire.HeaderLen+len(body), wire.Header{ID: id, Seq: seq}), body...)
	}
	cases := []struct {
		name string
		pdu  []byte
		want wire.Header // zero when there is no answer
	}{
		{"deliver_sm without a body", bare(wire.DeliverSM, 1, ""),
			wire.Header{ID: wire.DeliverSM | wire.Response, Seq: 1}},
		{"data_sm cut in its address", bare(wire.DataSM, 2, "\x00\x01\x01819"),
			wire.Header{ID: wire.DataSM | wire.Response, Seq: 2}},
		{"deliver_sm with a TLV that is not whole", deliverPDU(3, 4, 0, []byte("id:1 stat:DELIVRD"), 0x04, 0x27, 0, 9, 1),
			wire.Header{ID: wire.DeliverSM | wire.Response, Seq: 3}},
		{"an unknown command", bare(0x77, 4, "xyz"), wire.Header{ID: wire.GenericNack, Status: 3, Seq: 4}},
		{"query_sm with a TLV", bare(0x03, 5, "1\x00\x00\x00\x00\x00\x1e\x00\x01A"),
			wire.Header{ID: wire.GenericNack, Status: 3, Seq: 5}},
		{"a response nobody asked for", bare(wire.SubmitSM|wire.Response, 12345, "id\x00"), wire.Header{}},
		{"an unknown response", bare(0x80000077, 9, ""), wire.Header{}},
		{"generic_nack for nothing", bare(wire.GenericNack, 99, "x"), wire.Header{}},
		{"alert_notification", bare(wire.AlertNotification, 6, "\x01\x011\x00\x01\x012\x00"), wire.Header{}},
		{"enquire_link with a body", bare(wire.EnquireLink, 7, "x"),
			wire.Header{ID: wire.EnquireLink | wire.Response, Seq: 7}},
	}
	for _, k := range cases {
		p.send(k.pdu)
		if k.want == (wire.Header{}) {
			continue
		}
		select {
		case h := <-responses:
			if h != k.want {
				t.Errorf("%s: answer %+v, want %+v", k.name, h, k.want)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s: no answer", k.name)
		}
	}
	y := newTally(5)
	c.Submit(t.Context(), slice(y))
	if got := y.wait(t, 10*time.Second); got[gateway.Accepted] != 5 || s.binds.Load() != 1 {
		t.Fatalf("outcomes = %v after %d binds, want 5 accepted on the first", got, s.binds.Load())
	}
	wantStrange(t, c, in, map[string]int{
		"the body is shorter than its fields": 2, "octets behind the last whole parameter": 1,
		"the command_id is not served": 3,
	})
	if n := c.Health().Strays; n != 2 {
		t.Fatalf("Strays = %d, want 2", n)
	}
}

func TestStreamWithoutFrames_is_closed_and_bound_again(t *testing.T) {
	t.Parallel()
	s := newSMSC(t, accept)
	c := start(t, routeTo(s.ln.Addr()), &sink{})
	for i, garbage := range []string{"\x00\x00\x00\x05", "HTTP/1.1 400 Bad Request\r\n"} {
		eventually(t, "a session", func() bool { return c.Pace().Ready && int(s.binds.Load()) == i+1 })
		s.peers()[0].send([]byte(garbage))
		eventually(t, "the next bind", func() bool { return int(s.binds.Load()) == i+2 })
	}
}

func TestRefusals_reach_the_part_and_the_health(t *testing.T) {
	t.Parallel()
	statuses := []uint32{0, 0x0B, 0x01, 0x08, 0x401, 0x02}
	var n atomic.Int32
	s := newSMSC(t, func(p *peer, h wire.Header, _ []byte) bool {
		if h.ID == wire.SubmitSM {
			p.respond(h, statuses[int(n.Add(1)-1)%len(statuses)], "x")
		}
		return true
	})
	r := routeTo(s.ln.Addr())
	r.Window, r.StatusOverride = 1, map[string]string{"0x401": "message_permanent"}
	c := start(t, r, &sink{})
	y := newTally(6)
	c.Submit(t.Context(), slice(y))
	y.wait(t, 10*time.Second)
	want := []gateway.Class{gateway.Accepted, gateway.RecipientPermanent, gateway.MessagePermanent, gateway.Retry,
		gateway.MessagePermanent, gateway.Protocol}
	for i, w := range want {
		if o := y.got[i]; o.Class != w || o.Status != statuses[i] {
			t.Errorf("part %d = %+v, want %v with status %#x", i, o, w, statuses[i])
		}
	}
	if o := y.got[0]; o.MessageID != "x" || o.At.IsZero() {
		t.Errorf("accepted part = %+v, want its message_id and time", o)
	}
	if h := c.Health(); h.Submitted != 1 || h.Refusals != 5 {
		t.Errorf("Health() = %+v, want 1 submitted and 5 refused", h)
	}
}

func TestNack_answers_its_part(t *testing.T) {
	t.Parallel()
	s := newSMSC(t, func(p *peer, h wire.Header, _ []byte) bool {
		if h.ID == wire.SubmitSM {
			p.send(wire.AppendHeader(nil, wire.HeaderLen, wire.Header{ID: wire.GenericNack, Status: 0x0B, Seq: h.Seq}))
		}
		return true
	})
	c := start(t, routeTo(s.ln.Addr()), &sink{})
	y := newTally(50) // more than the window: each nack gives its slot back
	c.Submit(t.Context(), slice(y))
	if got := y.wait(t, 10*time.Second); got[gateway.RecipientPermanent] != 50 {
		t.Fatalf("outcomes = %v, want 50 recipient_permanent", got)
	}
}

func TestMisconfiguration_five_in_a_row_pauses_the_route(t *testing.T) {
	t.Parallel()
	var bad atomic.Bool
	bad.Store(true)
	s := newSMSC(t, func(p *peer, h wire.Header, b []byte) bool {
		if h.ID == wire.SubmitSM && bad.Load() {
			p.respond(h, 0x0A, "")
			return true
		}
		return accept(p, h, b)
	})
	r := routeTo(s.ln.Addr())
	r.Window = 1
	c := start(t, r, &sink{})
	y := newTally(20)
	c.Submit(t.Context(), slice(y))
	if got := y.wait(t, 10*time.Second); got[gateway.RouteConfig] != 5 || got[gateway.NotSent] != 15 {
		t.Fatalf("outcomes = %v, want 5 route_config and the rest not sent", got)
	}
	h := c.Health()
	if h.State != gateway.Paused || h.Status != 0x0A || h.Reason != reasonConfig || h.RetryAt.IsZero() || c.Pace().Ready {
		t.Fatalf("Health() = %+v, want paused for the status", h)
	}
	bad.Store(false)
	c.Resume()
	y = newTally(3)
	c.Submit(t.Context(), slice(y))
	if got := y.wait(t, 10*time.Second); got[gateway.Accepted] != 3 || c.Health().State != gateway.Bound {
		t.Fatalf("outcomes = %v, State = %s after Resume, want 3 accepted and bound", got, c.Health().State)
	}
}

func TestMisconfiguration_between_successes_does_not_pause(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	s := newSMSC(t, func(p *peer, h wire.Header, b []byte) bool {
		if h.ID == wire.SubmitSM && n.Add(1)%5 != 0 {
			p.respond(h, 0x0A, "")
			return true
		}
		return accept(p, h, b)
	})
	r := routeTo(s.ln.Addr())
	r.Window = 1
	c := start(t, r, &sink{})
	y := newTally(40)
	c.Submit(t.Context(), slice(y))
	if got := y.wait(t, 10*time.Second); got[gateway.RouteConfig] != 32 || got[gateway.Accepted] != 8 {
		t.Fatalf("outcomes = %v, want 32 route_config and 8 accepted", got)
	}
}

func TestWrongBindState_rebinds(t *testing.T) {
	t.Parallel()
	s := newSMSC(t, nil)
	s.on = func(p *peer, h wire.Header, b []byte) bool {
		if h.ID == wire.SubmitSM && s.binds.Load() == 1 {
			p.respond(h, 0x04, "")
			return true
		}
		return accept(p, h, b)
	}
	r := routeTo(s.ln.Addr())
	r.Window = 1
	c := start(t, r, &sink{})
	y := newTally(3)
	c.Submit(t.Context(), slice(y))
	if got := y.wait(t, 10*time.Second); got[gateway.BindRetry] != 1 || got[gateway.Accepted] != 2 || s.binds.Load() != 2 {
		t.Fatalf("outcomes = %v after %d binds, want one bind_retry, then accepted on the second", got, s.binds.Load())
	}
}

func TestUnbindByPeer_is_answered_and_bound_again(t *testing.T) {
	t.Parallel()
	var answered atomic.Bool
	s := newSMSC(t, func(_ *peer, h wire.Header, _ []byte) bool {
		if h.ID == wire.Unbind|wire.Response {
			answered.Store(true)
		}
		return true
	})
	c := start(t, routeTo(s.ln.Addr()), &sink{})
	eventually(t, "a session", func() bool { return c.Pace().Ready })
	s.peers()[0].send(wire.AppendHeader(nil, wire.HeaderLen, wire.Header{ID: wire.Unbind, Seq: 3}))
	eventually(t, "unbind_resp and the next bind", func() bool { return answered.Load() && s.binds.Load() == 2 })
}

func TestMessage_goes_over_one_session_in_order(t *testing.T) {
	t.Parallel()
	type at struct {
		p    *peer
		text string
	}
	var mu sync.Mutex
	seen := map[string][]at{}
	s := newSMSC(t, func(p *peer, h wire.Header, b []byte) bool {
		if h.ID == wire.SubmitSM {
			to, text := scanSubmit(b)
			mu.Lock()
			seen[to] = append(seen[to], at{p, text})
			mu.Unlock()
		}
		return accept(p, h, b)
	})
	r := routeTo(s.ln.Addr())
	r.Binds, r.Window = 4, 5
	c := start(t, r, &sink{})
	var ps []gateway.Part
	for to := range 300 {
		for part := range to%4 + 1 {
			ps = append(ps, gateway.Part{
				To: phone.Number(819000000000 + to), Wire: smstext.Part{ShortMessage: []byte{'0' + byte(part)}},
			})
		}
	}
	y := newTally(len(ps))
	var wg sync.WaitGroup
	for _, half := range [][2]int{{0, 310}, {310, len(ps)}} { // 310 parts end with a whole message
		wg.Go(func() {
			c.Submit(t.Context(), gateway.Slice{
				Parts: ps[half[0]:half[1]], Done: func(i int, o gateway.Outcome) { y.Done(half[0]+i, o) },
			})
		})
	}
	wg.Wait()
	y.wait(t, 10*time.Second)
	mu.Lock()
	defer mu.Unlock()
	for to, parts := range seen {
		for i, a := range parts {
			if a.p != parts[0].p || a.text != string(rune('0'+i)) {
				t.Fatalf("parts of %s went out of order or over several sessions", to)
			}
		}
	}
}

// scanSubmit returns destination and text of a submit_sm with a sender of our tests.
func scanSubmit(b []byte) (to, text string) {
	d, _ := wire.ParseDeliver(append(wire.AppendHeader(nil, 0, wire.Header{ID: wire.DeliverSM}), b[wire.HeaderLen:]...))
	return string(d.To), string(d.ShortMessage)
}

func TestSubmit_ends_with_its_context(t *testing.T) {
	t.Parallel()
	s := newSMSC(t, func(*peer, wire.Header, []byte) bool { return true }) // answers no submit
	c := start(t, routeTo(s.ln.Addr()), &sink{})
	eventually(t, "a session", func() bool { return c.Pace().Ready })
	ctx, cancel := context.WithCancel(t.Context())
	y := newTally(25)
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.Submit(ctx, slice(y))
	}()
	eventually(t, "a full window", func() bool { return c.Pace().InFlight == 10 })
	cancel()
	<-done
	for _, p := range s.peers() {
		_ = p.conn.Close()
	}
	if got := y.wait(t, 10*time.Second); got[gateway.NotSent] != 15 || got[gateway.Uncertain] != 10 {
		t.Fatalf("outcomes = %v, want 15 not sent and, after the cut, 10 uncertain", got)
	}
}

func TestTransmitterAndReceiver_share_the_work(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	kinds := map[uint32]int{}
	s := newSMSC(t, func(p *peer, h wire.Header, b []byte) bool {
		if h.ID == wire.SubmitSM {
			mu.Lock()
			kinds[p.bind.ID]++
			mu.Unlock()
		}
		return accept(p, h, b)
	})
	r := routeTo(s.ln.Addr())
	r.BindMode, r.Binds = "tx+rx", 2
	in := &sink{}
	c := start(t, r, in)
	eventually(t, "four sessions", func() bool { return len(s.peers()) == 4 && c.Pace().Sessions == 2 })
	y := newTally(100)
	c.Submit(t.Context(), slice(y))
	y.wait(t, 10*time.Second)
	mu.Lock()
	defer mu.Unlock()
	if kinds[wire.BindTransmitter] != 100 || len(kinds) != 1 {
		t.Fatalf("submits by kind of session = %v, want all over transmitters", kinds)
	}
	for _, p := range s.peers() {
		if p.bind.ID == wire.BindReceiver {
			p.send(receiptPDU(1, "9"))
			break
		}
	}
	eventually(t, "the receipt", func() bool { n, _ := in.counts(); return n == 1 })
}

func TestHosts_the_next_one_is_tried(t *testing.T) {
	t.Parallel()
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := routeTo(dead.Addr())
	_ = dead.Close()
	s := newSMSC(t, accept)
	r.Hosts = []string{s.ln.Addr().String()}
	c := start(t, r, &sink{})
	eventually(t, "a session with the second host", func() bool { return c.Pace().Ready })
	if h := c.Health(); h.Sessions[0].Peer != s.ln.Addr().String() {
		t.Fatalf("Peer = %s, want %s", h.Sessions[0].Peer, s.ln.Addr())
	}
}

func TestNew_refuses_what_does_not_fit_its_field(t *testing.T) {
	t.Parallel()
	good := func() config.Route { return routeTo(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 2775}) }
	for name, change := range map[string]func(*config.Route){
		"a NUL in the password":       func(r *config.Route) { r.Password = "a\x00b" },
		"a long password":             func(r *config.Route) { r.Password = "123456789" },
		"a long system_id":            func(r *config.Route) { r.SystemID = strings.Repeat("x", 16) },
		"a long system_type":          func(r *config.Route) { r.SystemType = strings.Repeat("x", 13) },
		"a long service_type":         func(r *config.Route) { r.ServiceType = "123456" },
		"a sender of 12 letters":      func(r *config.Route) { r.Sender = "ABCDEFGHIJKL" },
		"a sender with other letters": func(r *config.Route) { r.Sender = "狼煙" },
		"a line feed in the sender":   func(r *config.Route) { r.Sender = "A\nB" },
		"a number of 21 digits":       func(r *config.Route) { r.Sender = strings.Repeat("1", 21) },
		"a negative validity":         func(r *config.Route) { r.ValidityHours = -1 },
		"too long a validity":         func(r *config.Route) { r.ValidityHours = 745 },
		"an unknown mode":             func(r *config.Route) { r.BindMode = "rx" },
		"no host":                     func(r *config.Route) { r.Host = "" },
		"a host without port":         func(r *config.Route) { r.Hosts = []string{"smsc"} },
		"an unknown zone":             func(r *config.Route) { r.DLRTimezone = "Mars/Base" },
		"a wrong override":            func(r *config.Route) { r.StatusOverride = map[string]string{"1": "ok"} },
		"a missing CA file":           func(r *config.Route) { r.TLS = config.TLS{Enabled: true, CAFile: "/nonexistent"} },
		"a TLV without tag":           func(r *config.Route) { r.TLVs = []config.TLV{{Type: "octet", Value: "1"}} },
		"a TLV of an unknown type":    func(r *config.Route) { r.TLVs = []config.TLV{{Tag: "20", Type: "x", Value: "1"}} },
		"a TLV with a NUL": func(r *config.Route) {
			r.TLVs = []config.TLV{{Tag: "1", Type: "octet", Value: "\x00"}}
		},
		"a TLV that is no int": func(r *config.Route) { r.TLVs = []config.TLV{{Tag: "1", Type: "int", Value: "x"}} },
	} {
		r := good()
		change(&r)
		_, err := New(options(r, &sink{}))
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: New() = %v, want Invalid", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error shows a secret: %v", name, err)
		}
	}
	if _, err := New(options(good(), &sink{})); err != nil {
		t.Errorf("New() = %v for a good route", err)
	}
}

func TestSubmit_refuses_parts_that_fit_no_PDU(t *testing.T) {
	t.Parallel()
	s := newSMSC(t, accept)
	r := routeTo(s.ln.Addr())
	r.TLVs = []config.TLV{{Tag: "0x1401", Type: "octet", Value: "{{template_id}}"}}
	c := start(t, r, &sink{})
	ps := parts(6)
	for i := range ps {
		ps[i].Template = "1107161234567890123"
	}
	ps[1].To = 0
	ps[2].Wire.ShortMessage = make([]byte, 255)
	ps[3].Wire.Payload = []byte("both")
	ps[4].Template = ""
	y := newTally(6)
	c.Submit(t.Context(), gateway.Slice{Parts: ps, Done: y.Done})
	y.wait(t, 10*time.Second)
	want := map[int]gateway.Class{0: gateway.Accepted, 1: gateway.RecipientPermanent, 2: gateway.MessagePermanent,
		3: gateway.MessagePermanent, 4: gateway.RouteConfig, 5: gateway.Accepted}
	for i, w := range want {
		if y.got[i].Class != w {
			t.Errorf("part %d = %+v, want %v", i, y.got[i], w)
		}
	}
}

func TestClose_without_patience_cuts(t *testing.T) {
	t.Parallel()
	s := newSMSC(t, func(*peer, wire.Header, []byte) bool { return true })
	c, err := New(options(routeTo(s.ln.Addr()), &sink{}))
	if err != nil {
		t.Fatal(err)
	}
	run, cut := context.WithCancel(context.Background())
	defer cut()
	c.Start(run)
	y := newTally(10)
	c.Submit(t.Context(), slice(y))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Close(ctx); !fault.Is(err, fault.Unavailable) || !errors.Is(err, context.Canceled) {
		t.Fatalf("Close() = %v, want Unavailable", err)
	}
	if got := y.wait(t, 10*time.Second); got[gateway.Uncertain] != 10 {
		t.Fatalf("outcomes = %v, want 10 uncertain", got)
	}
}
