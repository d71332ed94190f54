package smpp

import (
	"context"
	"net"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp/wire"
)

// nowhere is a connection that takes everything.
type nowhere struct{ net.Conn }

func (nowhere) Write(b []byte) (int, error)      { return len(b), nil }
func (nowhere) SetWriteDeadline(time.Time) error { return nil }
func (nowhere) Close() error                     { return nil }

// FuzzSession has a session with parts on their way read whatever a peer may send. Nothing panics, each request is
// answered once and nothing else is, each part has at most one outcome, and what goes to the Sink is bounded.
func FuzzSession(f *testing.F) {
	for _, v := range loadPDUs(f).Vectors {
		f.Add(unhex(f, v.Hex))
	}
	for _, v := range loadPDUs(f).Malformed {
		f.Add(unhex(f, v.Hex))
	}
	resp := uint32(1)<<slotBits | 9
	for _, b := range [][]byte{
		request(wire.SubmitSM|wire.Response, resp, "id\x00"),
		append(request(wire.SubmitSM|wire.Response, resp, "id\x00"), request(wire.SubmitSM|wire.Response, resp, "id\x00")...),
		wire.AppendHeader(nil, wire.HeaderLen, wire.Header{ID: wire.GenericNack, Status: 0x58, Seq: resp}),
		wire.AppendHeader(nil, wire.HeaderLen, wire.Header{ID: wire.SubmitSM | wire.Response, Status: 0x0A, Seq: resp}),
		request(wire.EnquireLink, 1, ""), request(wire.Unbind, 2, ""), request(wire.Unbind|wire.Response, 3, ""),
		request(0x03, 4, "1\x00\x00\x00\x00\x00\x1e\x00\x01A"), request(0x77, 5, "x"),
		request(wire.Outbind, 6, "a\x00b\x00"), receiptPDU(7, "0a1b2c"),
		deliverPDU(8, 0x44, 0, []byte("\x05\x00\x03\x01\x02\x01id:1 stat:DELIVRD"), 0, 0x1E, 0, 2, '7', 0),
		request(wire.DataSM, 9, "\x00\x01\x01819\x00\x01\x01810\x00\x00\x00\x08\x04\x24\x00\x02\x71\x21"),
		[]byte("\x00\x00\x00\x0f"), []byte(strings.Repeat("\xff", 40)),
	} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		in := &sink{}
		o := options(routeTo(anywhere), in)
		o.Now = func() time.Time { return time.Unix(1_800_000_000, 0) }
		c, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		c.inbox.Start(ctx)
		stream := wire.NewFramer(iotest.HalfReader(strings.NewReader(string(b))))
		s := newSession(c, modeTransceiver, "192.0.2.1:2775", nowhere{}, stream)
		close(s.gone) // there is no writer: what it would write stays in answers
		y := newTally(10)
		j := newJob(parts(10), nil, y.Done)
		for i := range 10 {
			s.win.put(s.win.reserve(), j, i, 0, 0, o.Now())
		}
		_ = s.read()
		c.inbox.Close()
		if len(y.dup) > 0 {
			t.Fatalf("outcome told twice for parts %v", y.dup)
		}
		checkAnswered(t, b, s.answers)
		for _, x := range in.strangers() {
			if len(x.Octets) > gateway.MaxStrange || x.Why == "" {
				t.Fatalf("strange PDU of %d octets, %q", len(x.Octets), x.Why)
			}
		}
	})
}

// checkAnswered checks that the answers are those of the requests in the stream, up to where the session ended.
func checkAnswered(t *testing.T, stream, answers []byte) {
	t.Helper()
	want := map[wire.Header]int{}
	in := wire.NewFramer(strings.NewReader(string(stream)))
	for over := false; !over; {
		frame, err := in.Next()
		if err != nil {
			if err == wire.ErrFrame { //nolint:errorlint // the value itself
				want[wire.Header{ID: wire.GenericNack, Status: wire.InvalidCommandLen}]++
			}
			break
		}
		h := wire.ParseHeader(frame)
		switch h.ID {
		case wire.DeliverSM, wire.DataSM, wire.EnquireLink, wire.Unbind:
			want[wire.Header{ID: h.ID | wire.Response, Seq: h.Seq}]++
		case wire.Outbind, wire.AlertNotification:
		case wire.Unbind | wire.Response:
			over = true
		default:
			if h.ID&wire.Response == 0 {
				want[wire.Header{ID: wire.GenericNack, Status: wire.InvalidCommand, Seq: h.Seq}]++
			}
		}
	}
	out := wire.NewFramer(strings.NewReader(string(answers)))
	for {
		frame, err := out.Next()
		if err != nil {
			break
		}
		want[wire.ParseHeader(frame)]--
	}
	for h, n := range want {
		if n != 0 {
			t.Fatalf("%+v: %d answers are missing (negative: too many)", h, n)
		}
	}
}
