package smpp

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"

	"noroshi/app/config"
	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp/inbox"
	"noroshi/app/gateway/smpp/wire"
	"noroshi/app/phone"
	"noroshi/app/smstext"
)

type pduVectors struct {
	Vectors []struct {
		Name, Command, Hex string
		Expect             struct {
			Text       *string
			DataCoding *byte `json:"data_coding"`
			Kind       string
			UDH, SAR   *struct {
				Ref        uint16
				Total, Seq uint8
			}
			IDs          []string
			State        string
			NetworkError *struct{ Code int } `json:"network_error"`
		}
	}
	TLVs []struct {
		Tag, Name, Value, As, Hex string
	}
	Malformed []struct{ Name, Hex, Expected string }
}

func loadPDUs(t testing.TB) pduVectors {
	t.Helper()
	dir := os.Getenv("NOROSHI_VECTORS")
	if dir == "" {
		dir = "testdata"
	}
	b, err := os.ReadFile(filepath.Join(dir, "pdus.json"))
	if err != nil {
		t.Fatal(err)
	}
	var v pduVectors
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// decode reads a PDU by gosmpp's codec, whose panics are errors.
func decode(frame []byte) (p pdu.PDU, ok bool) {
	defer func() {
		if recover() != nil {
			p, ok = nil, false
		}
	}()
	p, err := pdu.Parse(bytes.NewReader(frame))
	return p, err == nil
}

func TestSubmitVectors(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, v := range loadPDUs(t).Vectors {
		if v.Command != "submit_sm" {
			continue
		}
		seen++
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			want := unhex(t, v.Hex)
			p, ok := decode(want)
			if !ok {
				t.Fatal("the codec does not read the vector")
			}
			r, part := fromCodec(t, p.(*pdu.SubmitSM))
			tpl, err := wire.NewTemplate(r)
			if err != nil {
				t.Fatal(err)
			}
			if got := tpl.Append(nil, 1, &part); !bytes.Equal(got, want) {
				t.Fatalf("submit_sm =\n%x, want\n%x", got, want)
			}
			checkSubmitted(t, part.Wire, v.Expect.Text, v.Expect.DataCoding)
			if s := v.Expect.SAR; s != nil && (part.Wire.SAR == nil || *part.Wire.SAR != smstext.SAR(*s)) {
				t.Fatalf("SAR = %v, want %v", part.Wire.SAR, *s)
			}
		})
	}
	if seen == 0 {
		t.Fatal("no vectors")
	}
}

func checkSubmitted(t *testing.T, w smstext.Part, text *string, dcs *byte) {
	t.Helper()
	octets := w.ShortMessage
	if len(octets) == 0 {
		octets = w.Payload
	}
	if w.ESMClass&0x40 != 0 {
		_, body, err := smstext.SplitHeader(octets)
		if err != nil {
			t.Fatal(err)
		}
		octets = body
	}
	if got := smstext.Decode(octets, w.DataCoding, smstext.DecodeOptions{}); text != nil && got != *text {
		t.Errorf("text = %q, want %q", got, *text)
	}
	if dcs != nil && w.DataCoding != *dcs {
		t.Errorf("data_coding = %d, want %d", w.DataCoding, *dcs)
	}
}

// fromCodec makes the route and the part that a submit_sm belongs to, from what gosmpp's codec reads.
func fromCodec(t *testing.T, p *pdu.SubmitSM) (config.Route, gateway.Part) {
	t.Helper()
	number := func(n byte) *int { v := int(n); return &v }
	to, plus := strings.CutPrefix(p.DestAddr.Address(), "+")
	n, err := strconv.ParseUint(to, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	r := config.Route{
		ServiceType: p.ServiceType, Sender: p.SourceAddr.Address(), KeepPlus: plus,
		SenderTON: number(p.SourceAddr.Ton()), SenderNPI: number(p.SourceAddr.Npi()),
		DestTON: number(p.DestAddr.Ton()), DestNPI: number(p.DestAddr.Npi()), Registered: number(p.RegisteredDelivery),
	}
	w := smstext.Part{ESMClass: p.EsmClass}
	if enc := p.Message.Encoding(); enc != nil {
		w.DataCoding = enc.DataCoding()
	}
	header, _ := p.Message.UDH().MarshalBinary()
	body, _ := p.Message.GetMessageData()
	w.ShortMessage = slices.Concat(header, body)
	for tag, f := range p.OptionalParameters {
		if tag == pdu.TagMessagePayload {
			w.Payload = f.Data
		}
	}
	if f, ok := p.OptionalParameters[pdu.TagSarMsgRefNum]; ok {
		w.SAR = &smstext.SAR{
			Ref:   uint16(f.Data[0])<<8 | uint16(f.Data[1]),
			Total: p.OptionalParameters[pdu.TagSarTotalSegments].Data[0],
			Seq:   p.OptionalParameters[pdu.TagSarSegmentSeqnum].Data[0],
		}
	}
	return r, gateway.Part{To: phone.Number(n), Wire: w}
}

func TestDeliverVectors(t *testing.T) {
	t.Parallel()
	c := &inbox.Reader{Route: "r", Zone: time.UTC}
	seen := 0
	for _, v := range loadPDUs(t).Vectors {
		if v.Command != "deliver_sm" {
			continue
		}
		seen++
		d, err := wire.ParseDeliver(unhex(t, v.Hex))
		if err != nil {
			t.Errorf("%s: %v", v.Name, err)
			continue
		}
		in := c.Read(&d, 1, time.Date(2026, 3, 10, 9, 5, 0, 0, time.UTC))
		e := v.Expect
		if in.Flaw != "" {
			t.Errorf("%s: flaw %q", v.Name, in.Flaw)
		}
		if e.Kind == "receipt" {
			if r := in.Receipt; r == nil || !slices.Equal(r.IDs, e.IDs) ||
				smstext.ReceiptState(r.State).String() != e.State || !r.Final {
				t.Errorf("%s: receipt = %+v, want %+v", v.Name, in.Receipt, e)
			} else if e.NetworkError != nil && r.Err != strconv.Itoa(e.NetworkError.Code) {
				t.Errorf("%s: err = %q, want %d", v.Name, r.Err, e.NetworkError.Code)
			}
			continue
		}
		x := in.Text
		if x == nil {
			t.Errorf("%s: no text", v.Name)
			continue
		}
		if got := smstext.Decode(x.Octets, x.DCS, smstext.DecodeOptions{}); e.Text != nil && got != *e.Text {
			t.Errorf("%s: text = %q, want %q", v.Name, got, *e.Text)
		}
		place := e.UDH
		if place == nil {
			place = e.SAR
		}
		switch {
		case place == nil && x.Total != 0:
			t.Errorf("%s: part %d of %d, want a whole text", v.Name, x.Seq, x.Total)
		case place != nil && (x.Ref != place.Ref || x.Total != place.Total || x.Seq != place.Seq):
			t.Errorf("%s: place = %d %d/%d, want %+v", v.Name, x.Ref, x.Seq, x.Total, *place)
		}
	}
	if seen == 0 {
		t.Fatal("no vectors")
	}
}

func TestTLVVectors(t *testing.T) {
	t.Parallel()
	for _, v := range loadPDUs(t).TLVs {
		kind := "octet"
		if strings.Contains(v.As, "C-octet") {
			kind = "cstring"
		}
		tpl, err := wire.NewTemplate(config.Route{TLVs: []config.TLV{{Tag: v.Tag, Type: kind, Value: v.Value}}})
		if err != nil {
			t.Errorf("%s: %v", v.Name, err)
			continue
		}
		got := tpl.Append(nil, 1, &gateway.Part{To: 819000000001})
		if want := unhex(t, v.Hex); !bytes.HasSuffix(got, want) {
			t.Errorf("%s as %s: PDU %x does not end with %x", v.Name, v.As, got, want)
		}
	}
}

// TestMalformedVectors sends each broken deliver_sm and sees that it is answered with 0 and that the session goes on.
func TestMalformedVectors(t *testing.T) {
	t.Parallel()
	vs := loadPDUs(t).Malformed
	if len(vs) == 0 {
		t.Fatal("no vectors")
	}
	for _, v := range vs {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			frame := unhex(t, v.Hex)
			statuses := make(chan wire.Header, 4)
			s := newSMSC(t, func(p *peer, h wire.Header, b []byte) bool {
				if h.ID&wire.Response != 0 {
					statuses <- h
				}
				return accept(p, h, b)
			})
			in := &sink{}
			c := start(t, routeTo(s.ln.Addr()), in)
			eventually(t, "a session", func() bool { return c.Pace().Ready })
			s.peers()[0].send(frame)
			sent := wire.ParseHeader(frame)
			var h wire.Header
			select {
			case h = <-statuses:
			case <-time.After(10 * time.Second):
				t.Fatal("no response")
			}
			want := wire.Header{ID: sent.ID | wire.Response, Seq: sent.Seq}
			if sent.ID != wire.DeliverSM && sent.ID != wire.DataSM {
				want = wire.Header{ID: wire.GenericNack, Status: wire.InvalidCommand, Seq: sent.Seq}
			}
			if h != want {
				t.Fatalf("response = %+v, want %+v", h, want)
			}
			y := newTally(1)
			c.Submit(t.Context(), gateway.Slice{Parts: parts(1), Done: y.Done})
			if got := y.wait(t, 10*time.Second); got[gateway.Accepted] != 1 || s.binds.Load() != 1 {
				t.Fatalf("after it: outcomes %v, %d binds, want one accepted on the same session", got, s.binds.Load())
			}
			if ref, total, seq, ok := expectedPlace(v.Expected); ok {
				x := in.texts[0]
				if x.Ref != ref || x.Total != total || x.Seq != seq || string(x.Octets) != "\x00A" {
					t.Fatalf("text = %+v, want %s", x, v.Expected)
				}
			} else if c.Health().BadPDUs != 1 {
				t.Fatalf("BadPDUs = %d, want 1", c.Health().BadPDUs)
			}
		})
	}
}

// expectedPlace reads "part 2/2 ref 7, …".
func expectedPlace(s string) (ref uint16, total, seq uint8, ok bool) {
	rest, ok := strings.CutPrefix(s, "part ")
	if !ok {
		return 0, 0, 0, false
	}
	var n, of, r int
	nth, after, _ := strings.Cut(rest, "/")
	n, _ = strconv.Atoi(nth)
	fields := strings.FieldsFunc(after, func(c rune) bool { return c == ' ' || c == ',' })
	of, _ = strconv.Atoi(fields[0])
	r, _ = strconv.Atoi(fields[2])
	return uint16(r), uint8(of), uint8(n), true
}

// TestSubmit_equals_the_codec lets gosmpp's codec write the same submit_sm.
func TestSubmit_equals_the_codec(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]config.Route{
		"a number":     {Sender: "+819011112222"},
		"letters":      {Sender: "NOROSHI", ServiceType: "CMT"},
		"a short code": {Sender: "12345", ValidityHours: 73, KeepPlus: true},
	} {
		tpl, err := wire.NewTemplate(r)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		part := gateway.Part{To: 818012345678, Wire: smstext.Part{DataCoding: 8, ShortMessage: []byte{0x71, 0x21}}}
		p := pdu.NewSubmitSM().(*pdu.SubmitSM)
		p.ServiceType, p.RegisteredDelivery = r.ServiceType, 1
		to := "818012345678"
		switch name {
		case "a number":
			p.SourceAddr, _ = pdu.NewAddressWithTonNpiAddr(1, 1, "819011112222")
		case "letters":
			p.SourceAddr, _ = pdu.NewAddressWithTonNpiAddr(5, 0, "NOROSHI")
		case "a short code":
			p.SourceAddr, _ = pdu.NewAddressWithTonNpiAddr(3, 0, "12345")
			p.ValidityPeriod, to = "000003010000000R", "+818012345678"
		}
		p.DestAddr, _ = pdu.NewAddressWithTonNpiAddr(1, 1, to)
		_ = p.Message.SetMessageDataWithEncoding(part.Wire.ShortMessage, data.UCS2)
		if got, want := tpl.Append(nil, 77, &part), encode(p, 77); !bytes.Equal(got, want) {
			t.Errorf("%s: submit_sm =\n%x, want\n%x", name, got, want)
		}
	}
}

func TestAnswer_equals_the_codec(t *testing.T) {
	t.Parallel()
	for id, p := range map[uint32]pdu.PDU{
		wire.DeliverSM: pdu.NewDeliverSMResp(), wire.DataSM: pdu.NewDataSMResp(),
		wire.EnquireLink: pdu.NewEnquireLinkResp(), wire.Unbind: pdu.NewUnbindResp(),
		wire.GenericNack: pdu.NewGenericNack(),
	} {
		if got, want := wire.AppendAnswer(nil, id, 0, 9), encode(p, 9); !bytes.Equal(got, want) {
			t.Errorf("answer to %x = %x, want %x", id, got, want)
		}
	}
}

// FuzzDeliver holds our reader of deliver_sm and data_sm against gosmpp's codec: it reads whatever the codec reads, and
// sees the same; and no octets make it panic.
func FuzzDeliver(f *testing.F) {
	for _, v := range loadPDUs(f).Vectors {
		if v.Command == "deliver_sm" {
			f.Add(unhex(f, v.Hex))
		}
	}
	for _, v := range loadPDUs(f).Malformed {
		f.Add(unhex(f, v.Hex))
	}
	f.Add(receiptPDU(1, "0a1b2c"))
	f.Add(deliverPDU(2, 0x44, 0, []byte("\x05\x00\x03\x01\x02\x01id:1 stat:DELIVRD"), 0, 0x1E, 0, 2, '7', 0))
	c := &inbox.Reader{Route: "r", Zone: time.UTC}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < wire.HeaderLen {
			return
		}
		d, err := wire.ParseDeliver(b)
		if err == nil {
			c.Read(&d, 1, time.Unix(1_800_000_000, 0))
		}
		p, ok := decode(b)
		if !ok {
			return
		}
		switch p := p.(type) {
		case *pdu.DeliverSM:
			if err != nil {
				t.Fatalf("the codec reads it, we say %v", err)
			}
			compare(t, &d, p)
		case *pdu.DataSM:
			if err != nil || string(d.From) != p.SourceAddr.Address() || d.ESMClass != p.EsmClass {
				t.Fatalf("data_sm = %+v, %v; the codec reads %+v", d, err, p)
			}
		}
	})
}

func compare(t *testing.T, d *wire.Deliver, p *pdu.DeliverSM) {
	t.Helper()
	if string(d.From) != p.SourceAddr.Address() || string(d.To) != p.DestAddr.Address() ||
		d.FromTON != p.SourceAddr.Ton() || d.ESMClass != p.EsmClass {
		t.Fatalf("addresses = %+v, the codec reads %+v", d, p)
	}
	body, _ := p.Message.GetMessageData()
	if !bytes.HasSuffix(d.ShortMessage, body) {
		t.Fatalf("short_message = %x, the codec reads %x", d.ShortMessage, body)
	}
	if p.EsmClass&0x40 == 0 && len(d.ShortMessage) != len(body) {
		t.Fatalf("short_message = %x, the codec reads %x", d.ShortMessage, body)
	}
	for _, f := range p.OptionalParameters {
		if len(f.Data) == 0 { // the codec reads lengths from 32768 on as negative, and loses its place
			return
		}
	}
	if f, ok := p.OptionalParameters[pdu.TagMessagePayload]; ok && !bytes.Equal(d.Payload, f.Data) {
		t.Fatalf("message_payload = %x, the codec reads %x", d.Payload, f.Data)
	}
}
