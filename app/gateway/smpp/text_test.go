package smpp

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"noroshi/app/config"
	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp/inbox"
	gatewire "noroshi/app/gateway/smpp/wire"
	"noroshi/app/simulator"
	"noroshi/app/simulator/wire"
	"noroshi/app/smstext"
)

// These tests hold the texts on the wire against the simulator's codec, which shares nothing with ours.

// taken is a submit_sm as the simulator's codec reads it.
type taken struct {
	wire.Message
	body   []byte // without its header
	header int    // octets of the header
	raw    []byte
}

// recorder is an SMSC that takes everything, and keeps it.
type recorder struct {
	mu     sync.Mutex
	got    []taken
	refuse func(n int) uint32 // status for the nth submit; nil for success
}

func (r *recorder) on(p *peer, h gatewire.Header, frame []byte) bool {
	if h.ID != gatewire.SubmitSM {
		return true
	}
	r.mu.Lock()
	x := taken{raw: bytes.Clone(frame)}
	status := wire.ParseMessage(wire.SubmitSM, x.raw[gatewire.HeaderLen:], &x.Message)
	x.body = x.Text
	if x.ESMClass&wire.ESMUDHI != 0 {
		var ok bool
		if x.body, x.Part, ok = wire.CutHeader(x.Text); !ok {
			status = wire.InvalidESMClass
		}
		x.header = len(x.Text) - len(x.body)
	}
	r.got = append(r.got, x)
	n := len(r.got)
	refuse := r.refuse
	r.mu.Unlock()
	if refuse != nil && status == wire.OK {
		status = wire.Status(refuse(n))
	}
	p.respond(h, uint32(status), fmt.Sprint(n))
	return true
}

// submit sends the text over a real connection as the route says, and returns what the SMSC took.
func (r *recorder) submit(t *testing.T, route config.Route, text string, ref uint16) []taken {
	t.Helper()
	s := newSMSC(t, r.on)
	to := routeTo(s.ln.Addr())
	route.Name, route.Host, route.Port, route.BindMode, route.Window = to.Name, to.Host, to.Port, to.BindMode, 1
	c := start(t, route, &sink{})
	profile, err := gateway.ProfileOf(&route)
	if err != nil {
		t.Fatal(err)
	}
	m, err := smstext.Encode(gateway.Dress(&route, smstext.Prepare(text)), profile, ref)
	if err != nil {
		t.Fatal(err)
	}
	var ps []gateway.Part
	for _, p := range m.Parts {
		ps = append(ps, gateway.Part{To: 819000000001, Wire: p, Template: "1107160000000000001"})
	}
	y := newTally(len(ps))
	c.Submit(t.Context(), gateway.Slice{Parts: ps, Done: y.Done})
	if got := y.wait(t, 10*time.Second); got[gateway.Accepted] != len(ps) {
		t.Fatalf("outcomes = %v, want %d accepted", got, len(ps))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.got
}

// joined returns the text of the parts by the simulator's codec.
func joined(alphabet wire.Alphabet, got []taken) string {
	var bodies [][]byte
	for _, x := range got {
		bodies = append(bodies, x.body)
	}
	return wire.Join(alphabet, got[0].DataCoding, bodies, got[0].header)
}

func repeat(s string, n int) string { return strings.Repeat(s, n) }

func ptr(n int) *int { return &n }

// TestTextOnTheWire sends texts in every way a route can be set to.
func TestTextOnTheWire(t *testing.T) {
	t.Parallel()
	all := "@£$_{}[]~€ñÄ¡¿\\^|\n"
	for name, k := range map[string]struct {
		route    config.Route
		alphabet wire.Alphabet
		text     string
		parts    int
		dcs      byte
		longest  int // octets of a part with its header
	}{
		"gsm7":      {config.Route{}, wire.GSM7, all, 1, 0, 27},
		"gsm7, 160": {config.Route{}, wire.GSM7, repeat("a", 160), 1, 0, 160},
		"gsm7, 161": {config.Route{}, wire.GSM7, repeat("a", 161), 2, 0, 159},
		"gsm7, an escape at the cut": {config.Route{},
			wire.GSM7, repeat("a", 152) + "€" + repeat("b", 20), 2, 0, 158},
		"gsm7_packed": {config.Route{DefaultAlphabet: "gsm7_packed"}, wire.GSM7Packed, all, 1, 0, 24},
		"gsm7_packed, a ghost @": {config.Route{DefaultAlphabet: "gsm7_packed"},
			wire.GSM7Packed, "1234567", 1, 0, 7},
		"gsm7_packed, long": {config.Route{DefaultAlphabet: "gsm7_packed"},
			wire.GSM7Packed, repeat("hello@", 60), 3, 0, 140},
		"gsm7_packed, long, udh16": {config.Route{DefaultAlphabet: "gsm7_packed", LongMode: "udh16"},
			wire.GSM7Packed, repeat("hello@", 60), 3, 0, 140},
		"latin1":             {config.Route{DefaultAlphabet: "latin1"}, wire.Latin1, "@_[~ñÄ¡¿$", 1, 0, 9},
		"latin1 has no euro": {config.Route{DefaultAlphabet: "latin1"}, wire.Latin1, "5 €", 1, 8, 6},
		"ascii":              {config.Route{DefaultAlphabet: "ascii"}, wire.Latin1, "@_[a]~$", 1, 0, 7},
		"ascii has no ñ":     {config.Route{DefaultAlphabet: "ascii"}, wire.Latin1, "mañana", 1, 8, 12},
		"ucs2":               {config.Route{}, wire.GSM7, "全員の無事を確認してください。🙏", 1, 8, 34},
		"ucs2, 70":           {config.Route{}, wire.GSM7, repeat("あ", 70), 1, 8, 140},
		"ucs2, 71":           {config.Route{}, wire.GSM7, repeat("あ", 71), 2, 8, 140},
		"ucs2, an emoji at the cut": {config.Route{},
			wire.GSM7, repeat("あ", 66) + "🙏" + repeat("い", 20), 2, 8, 138},
		"ucs2, 670":   {config.Route{}, wire.GSM7, repeat("あ", 670), 10, 8, 140},
		"forced ucs2": {config.Route{ForceEncoding: "ucs2"}, wire.GSM7, "plain", 1, 8, 10},
		"forced gsm7": {config.Route{ForceEncoding: "gsm7"}, wire.GSM7, "plain", 1, 0, 5},
		"dcs_out": {config.Route{DCSOut: config.DCSOut{GSM7: ptr(0xF0), UCS2: ptr(0x18)}},
			wire.GSM7, "あ", 1, 0x18, 2},
		"dcs_out, gsm7": {config.Route{DCSOut: config.DCSOut{GSM7: ptr(0xF0), UCS2: ptr(0x18)}},
			wire.GSM7, "plain", 1, 0xF0, 5},
		"udh16": {config.Route{LongMode: "udh16"}, wire.GSM7, repeat("a", 305), 3, 0, 159},
		"udh with ref_bits 16": {config.Route{LongMode: "udh", RefBits: 16},
			wire.GSM7, repeat("あ", 133), 3, 8, 139},
		"sar":                     {config.Route{LongMode: "sar"}, wire.GSM7, repeat("あ", 135), 3, 8, 134},
		"payload":                 {config.Route{LongMode: "payload"}, wire.GSM7, repeat("あ", 300), 1, 8, 600},
		"payload of a short text": {config.Route{LongMode: "payload"}, wire.GSM7, "short", 1, 0, 5},
		"single_limit": {config.Route{SingleLimit: 65, PartLimit: 62},
			wire.GSM7, repeat("あ", 66), 2, 8, 130},
		"part_limit": {config.Route{PartLimit: 62}, wire.GSM7, repeat("あ", 125), 3, 8, 130},
		"prefix and suffix": {config.Route{Prefix: "RM0.00 ", Suffix: " STOP=X"},
			wire.GSM7, "hello", 1, 0, 19},
		"prefix that makes two parts": {config.Route{Prefix: "RM0.00 "}, wire.GSM7, repeat("a", 160), 2, 0, 159},
		"max_segments":                {config.Route{MaxSegments: 20}, wire.GSM7, repeat("あ", 1300), 20, 8, 140},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const ref = 0x1234
			got := (&recorder{}).submit(t, k.route, k.text, ref)
			if len(got) != k.parts {
				t.Fatalf("%d parts, want %d", len(got), k.parts)
			}
			longest := 0
			for i, x := range got {
				longest = max(longest, len(x.Text))
				if x.DataCoding != k.dcs {
					t.Errorf("part %d: data_coding %d, want %d", i, x.DataCoding, k.dcs)
				}
				if x.Payload != (k.route.LongMode == "payload" && len(k.text) > 160) {
					t.Errorf("part %d: in message_payload: %v", i, x.Payload)
				}
				checkPlace(t, &k.route, &x, i, len(got), ref)
			}
			if longest != k.longest {
				t.Errorf("the longest part has %d octets, want %d", longest, k.longest)
			}
			if text, want := joined(k.alphabet, got), k.route.Prefix+k.text+k.route.Suffix; text != want {
				t.Errorf("text = %q, want %q", text, want)
			}
		})
	}
}

// checkPlace checks what a part says about its place among the others.
func checkPlace(t *testing.T, r *config.Route, x *taken, i, of int, ref uint16) {
	t.Helper()
	wide := r.LongMode == "udh16" || r.RefBits == 16
	want := wire.Part{Ref: ref, Total: byte(of), Seq: byte(i + 1)}
	header := 6
	switch {
	case of == 1:
		want, header = wire.Part{}, 0
	case r.LongMode == "sar":
		header = 0
	case wide:
		header = 7
	default:
		want.Ref &= 0xFF
	}
	if x.Part != want || x.header != header {
		t.Errorf("part %d: place %+v behind a header of %d octets, want %+v and %d", i, x.Part, x.header, want, header)
	}
}

func TestTextOnTheWire_numbered(t *testing.T) {
	t.Parallel()
	text := repeat("あ", 150)
	got := (&recorder{}).submit(t, config.Route{LongMode: "none"}, text, 1)
	if len(got) != 3 {
		t.Fatalf("%d messages, want 3", len(got))
	}
	all := ""
	for i, x := range got {
		body, found := strings.CutPrefix(joined(wire.GSM7, []taken{x}), fmt.Sprintf("(%d/3) ", i+1))
		if !found || x.ESMClass != 0 || x.Part.Total != 0 || len(x.Text) > 140 {
			t.Errorf("message %d = %q, class %d, %d octets", i, body, x.ESMClass, len(x.Text))
		}
		all += body
	}
	if all != text {
		t.Errorf("the messages together are %q", all)
	}
}

func TestSettingsOnTheWire(t *testing.T) {
	t.Parallel()
	route := config.Route{
		Sender: "NOROSHI", ValidityHours: 72, KeepPlus: true, Registered: ptr(2), ServiceType: "CMT",
		TLVs: []config.TLV{
			{Tag: "0x1400", Type: "octet", Value: "1101160000000000001"},
			{Tag: "0x1401", Type: "octet", Value: "{{template_id}}"},
			{Tag: "0x1402", Type: "cstring", Value: "HEADER"},
			{Tag: "0x1403", Type: "int", Value: "0x0005"},
		},
	}
	got := (&recorder{}).submit(t, route, repeat("a", 200), 7)
	if len(got) != 2 {
		t.Fatalf("%d parts, want 2", len(got))
	}
	for i, x := range got {
		if string(x.Source.Addr) != "NOROSHI" || x.Source.TON != 5 || x.Source.NPI != 0 ||
			string(x.Dest.Addr) != "+819000000001" || x.Dest.TON != 1 || x.Dest.NPI != 1 {
			t.Errorf("part %d: from %+v to %+v", i, x.Source, x.Dest)
		}
		if string(x.Validity) != "000003000000000R" || x.Registered != 2 {
			t.Errorf("part %d: validity %q, registered_delivery %d", i, x.Validity, x.Registered)
		}
		// Digit strings go without a NUL; each part carries all of them.
		for _, tlv := range []string{
			"\x14\x00\x00\x131101160000000000001", "\x14\x01\x00\x131107160000000000001", "\x14\x02\x00\x07HEADER\x00",
			"\x14\x03\x00\x02\x00\x05",
		} {
			if n := bytes.Count(x.raw, []byte(tlv)); n != 1 {
				t.Errorf("part %d has %q %d times", i, tlv, n)
			}
		}
	}
}

// TestRetryOfOnePart sends the one part again that was refused: with the same reference, and nothing else.
func TestRetryOfOnePart_has_the_same_reference(t *testing.T) {
	t.Parallel()
	r := &recorder{refuse: func(n int) uint32 {
		if n == 2 {
			return 0x08
		}
		return 0
	}}
	s := newSMSC(t, r.on)
	c := start(t, routeTo(s.ln.Addr()), &sink{})
	m, err := smstext.Encode(repeat("a", 400), smstext.Profile{}, 42)
	if err != nil {
		t.Fatal(err)
	}
	var ps []gateway.Part
	for _, p := range m.Parts {
		ps = append(ps, gateway.Part{To: 819000000001, Wire: p})
	}
	y := newTally(3)
	c.Submit(t.Context(), gateway.Slice{Parts: ps, Done: y.Done})
	y.wait(t, 10*time.Second)
	if y.got[0].Class != gateway.Accepted || y.got[1].Class != gateway.Retry || y.got[2].Class != gateway.Accepted {
		t.Fatalf("outcomes = %v", y.got)
	}
	if o := submitOne(t, c, ps[1]); o.Class != gateway.Accepted {
		t.Fatalf("again = %v", o)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	got := slices.Clone(r.got)
	if len(got) != 4 || got[3].Part != (wire.Part{Ref: 42, Total: 3, Seq: 2}) || !bytes.Equal(got[3].Text, got[1].Text) {
		t.Fatalf("%d submits, the last one %+v, want part 2 of 3 once more", len(got), got[len(got)-1].Part)
	}
	if text := joined(wire.GSM7, []taken{got[0], got[3], got[2]}); text != repeat("a", 400) {
		t.Fatalf("the parts together = %q", text)
	}
}

// TestAnswersFromTheWire has phones answer in every form of long text and every default alphabet.
func TestAnswersFromTheWire(t *testing.T) {
	t.Parallel()
	for _, alphabet := range []wire.Alphabet{wire.GSM7, wire.GSM7Packed, wire.Latin1} {
		for _, form := range []wire.LongForm{wire.UDH8, wire.UDH16, wire.SAR, wire.InOneTLV} {
			t.Run(string(alphabet)+" "+string(form), func(t *testing.T) {
				t.Parallel()
				pop := simulator.Perfect()
				pop.Network.LongAnswers = form
				s := simulate(t, simulator.Options{Population: pop, Alphabet: alphabet, Handsets: 1})
				route := routeToSim(t, s)
				route.DefaultAlphabet = string(alphabet)
				in := &sink{}
				c := start(t, route, in)
				if o := submitOne(t, c, texted(1, "A")[0]); o.Class != gateway.Accepted {
					t.Fatalf("outcome = %v", o)
				}
				reader, err := inbox.NewReader(route)
				if err != nil {
					t.Fatal(err)
				}
				for _, text := range []string{
					"A", "[hello] ~ñ", "B " + repeat("hello ", 60), "無事です", "A " + repeat("大丈夫です。", 30) + "🙏",
				} {
					_, before := in.counts()
					if err := s.Answer("819000000000", text); err != nil {
						t.Fatal(err)
					}
					if got := answer(t, in, before, reader.Decode); got != text {
						t.Errorf("answer = %q, want %q", got, text)
					}
				}
			})
		}
	}
}

// answer waits for a whole text behind those that came before, and returns it.
func answer(t *testing.T, in *sink, before int, o smstext.DecodeOptions) string {
	t.Helper()
	text, found := "", false
	eventually(t, "the answer", func() bool {
		in.mu.Lock()
		defer in.mu.Unlock()
		r := smstext.NewReassembler[int](time.Minute, 10)
		for i, x := range in.texts[before:] {
			for _, j := range r.Add(smstext.Fragment[int]{From: x.From, To: x.To, Value: i, Body: smstext.Body{
				Octets: x.Octets, DataCoding: x.DCS, Concat: smstext.Concat{Ref: x.Ref, Total: x.Total, Seq: x.Seq},
			}}, x.Received) {
				text, found = j.Text(o), true
			}
		}
		return found
	})
	return text
}

// TestDCSIn_is_read_as_the_route_says: operators have meanings of their own for a data_coding.
func TestDCSIn_is_read_as_the_route_says(t *testing.T) {
	t.Parallel()
	s := newSMSC(t, accept)
	route := routeTo(s.ln.Addr())
	route.DCSIn = map[int]string{0: "latin1", 1: "gsm7", 4: "ucs2", 9: "shift_jis", 0xF5: "shift_jis"}
	in := &sink{}
	c := start(t, route, in)
	eventually(t, "a session", func() bool { return c.Pace().Ready })
	reader, err := inbox.NewReader(route)
	if err != nil {
		t.Fatal(err)
	}
	for i, k := range []struct {
		dcs    byte
		octets string
		want   string
	}{
		{0, "a@\xf1", "a@ñ"}, {1, "a\x00\x11", "a@_"}, {4, "\x71\x21\x4e\x8b", "無事"}, {9, "\x96\xb3\x8e\x96", "無事"},
		{0xF5, "\x96\xb3\x8e\x96", "無事"}, {3, "\xe9", "é"}, {8, "\xfe\xff\x71\x21", "無"}, {0x18, "\x71\x21", "無"},
	} {
		s.peers()[0].send(deliverPDU(uint32(i+1), 0, k.dcs, []byte(k.octets)))
		if got := answer(t, in, i, reader.Decode); got != k.want {
			t.Errorf("data_coding %#x: %q, want %q", k.dcs, got, k.want)
		}
	}
}
