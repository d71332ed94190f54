package smstext_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"noroshi/app/fault"
	"noroshi/app/smstext"
)

func TestEncode_sends_default_alphabet_as_the_route_wants(t *testing.T) {
	t.Parallel()
	cases := []struct {
		alphabet smstext.Alphabet
		text     string
		want     string
		dcs      byte
		units    int
	}{
		{smstext.AlphabetGSM7, "@£$_[~€ñ", "\x00\x01\x02\x11\x1b\x3c\x1b\x3d\x1b\x65\x7d", 0, 11},
		{smstext.AlphabetLatin1, "@£$_[~ñ", "@\xa3$_[~\xf1", 0, 9},
		{smstext.AlphabetLatin1, "€", "\x20\xac", 8, 1},       // Latin-1 has no euro
		{smstext.AlphabetLatin1, "ça", "\x00\xe7\x00a", 8, 2}, // GSM-7 has no ç, so the handset would see another letter
		{smstext.AlphabetLatin1, "ΔA", "\x03\x94\x00A", 8, 2},
		{smstext.AlphabetASCII, "@_[a]", "@_[a]", 0, 7},
		{smstext.AlphabetASCII, "ñ", "\x00\xf1", 8, 1},
		{smstext.AlphabetGSM7Packed, "hello", "\xe8\x32\x9b\xfd\x06", 0, 5},
		{smstext.AlphabetGSM7Packed, "1234567", "\x31\xd9\x8c\x56\xb3\xdd\x1a", 0, 7}, // filled, or it would end in '@'
	}
	for _, c := range cases {
		msg := mustEncode(t, c.text, smstext.Profile{Alphabet: c.alphabet}, 0)
		p := msg.Parts[0]
		if string(p.ShortMessage) != c.want || p.DataCoding != c.dcs || msg.Units != c.units || p.ESMClass != 0 {
			t.Errorf("%s %q = %x, data_coding %d, %d units, want %x, %d, %d",
				c.alphabet, c.text, p.ShortMessage, p.DataCoding, msg.Units, c.want, c.dcs, c.units)
		}
	}
}

func TestEncode_writes_long_texts_in_the_mode_of_the_route(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("あ", 140) // 67 + 67 + 6
	first := strings.Repeat("\x30\x42", 67)

	sar := mustEncode(t, text, smstext.Profile{LongMode: smstext.ModeSAR}, 0x1234)
	for i, p := range sar.Parts {
		want := smstext.SAR{Ref: 0x1234, Total: 3, Seq: uint8(i + 1)}
		if p.SAR == nil || *p.SAR != want || p.ESMClass != 0 || p.Payload != nil {
			t.Errorf("sar part %d = %+v, want %+v", i, p, want)
		}
	}
	if string(sar.Parts[0].ShortMessage) != first {
		t.Errorf("sar text = %x", sar.Parts[0].ShortMessage)
	}

	payload := mustEncode(t, text, smstext.Profile{LongMode: smstext.ModePayload}, 1)
	if len(payload.Parts) != 1 || len(payload.Parts[0].ShortMessage) != 0 || len(payload.Parts[0].Payload) != 280 {
		t.Errorf("payload = %d parts, %d octets", len(payload.Parts), len(payload.Parts[0].Payload))
	}
	short := mustEncode(t, "A", smstext.Profile{LongMode: smstext.ModePayload}, 1)
	if p := short.Parts[0]; p.Payload != nil || string(p.ShortMessage) != "A" {
		t.Errorf("a short text went out as payload: %+v", p)
	}

	wide := mustEncode(t, text, smstext.Profile{RefBits: 16}, 0x1234)
	if h := wide.Parts[2].ShortMessage[:7]; string(h) != "\x06\x08\x04\x12\x34\x03\x03" {
		t.Errorf("header with a 16-bit reference = %x", h)
	}

	forced := mustEncode(t, strings.Repeat("é", 141), smstext.Profile{ForceEncoding: smstext.Latin1}, 7)
	if p := forced.Parts[0]; len(forced.Parts) != 2 || p.DataCoding != 3 || len(p.ShortMessage) != 140 {
		t.Errorf("Latin-1 = %d parts, data_coding %d, %d octets", len(forced.Parts), p.DataCoding, len(p.ShortMessage))
	}
}

func TestEncode_packs_parts_from_the_septet_behind_the_header(t *testing.T) {
	t.Parallel()
	text := "hello" + strings.Repeat("a", 200)
	p := smstext.Profile{Alphabet: smstext.AlphabetGSM7Packed}
	// One fill bit follows a header of six octets, none one of seven.
	part := mustEncode(t, text, p, 0x2A).Parts[0]
	if want := "\x05\x00\x03\x2a\x02\x01\xd0\x65\x36\xfb"; !strings.HasPrefix(string(part.ShortMessage), want) {
		t.Errorf("8-bit reference: %x, want it to begin %x", part.ShortMessage, want)
	}
	if len(part.ShortMessage) != 140 {
		t.Errorf("8-bit reference: %d octets, want 140", len(part.ShortMessage))
	}
	p.LongMode = smstext.ModeUDH16
	part = mustEncode(t, text, p, 0x2A).Parts[0]
	if want := "\x06\x08\x04\x00\x2a\x02\x01\xe8\x32\x9b\xfd"; !strings.HasPrefix(string(part.ShortMessage), want) {
		t.Errorf("16-bit reference: %x, want it to begin %x", part.ShortMessage, want)
	}
}

func TestEncode_numbers_messages_that_cannot_be_joined(t *testing.T) {
	t.Parallel()
	p := smstext.Profile{LongMode: smstext.ModeNumbered, MaxSegments: 255}
	for _, letters := range []int{161, 1386, 1387, 14000, 37000} {
		text := strings.Repeat("a", letters)
		msg := mustEncode(t, text, p, 0)
		joined := ""
		for i, part := range msg.Parts {
			prefix := fmt.Sprintf("(%d/%d) ", i+1, len(msg.Parts))
			body, found := strings.CutPrefix(string(part.ShortMessage), prefix)
			if !found || len(part.ShortMessage) > 160 || part.ESMClass != 0 {
				t.Fatalf("%d letters: message %d begins %.12q, %d octets", letters, i+1, part.ShortMessage, len(part.ShortMessage))
			}
			joined += body
		}
		if joined != text {
			t.Errorf("%d letters: the messages together are another text", letters)
		}
	}
	// Nine messages hold 9 x 154 letters; one letter more makes ten, whose prefixes are longer.
	if got := smstext.Count(strings.Repeat("a", 1386), p).Parts; got != 9 {
		t.Errorf("1386 letters = %d messages, want 9", got)
	}
	if got := smstext.Count(strings.Repeat("a", 1387), p).Parts; got != 10 {
		t.Errorf("1387 letters = %d messages, want 10", got)
	}
}

func TestEncode_refuses_what_would_be_cut_or_changed(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("災", 671)
	cases := []struct {
		name, text, code string
		p                smstext.Profile
	}{
		{"more than ten parts", long, smstext.ProblemTooLong, smstext.Profile{}},
		{"more than the route's parts", long[:3*68], smstext.ProblemTooLong,
			smstext.Profile{MaxSegments: 1, SingleLimit: 60}},
		{"as payload", long, smstext.ProblemTooLong, smstext.Profile{LongMode: smstext.ModePayload}},
		{"numbered", long, smstext.ProblemTooLong, smstext.Profile{LongMode: smstext.ModeNumbered}},
		{"above 255 parts", strings.Repeat("a", 153*255+1), smstext.ProblemTooLong, smstext.Profile{MaxSegments: 9999}},
		{"kana in forced GSM-7", "Aあ", smstext.ProblemAlphabet, smstext.Profile{ForceEncoding: smstext.GSM7}},
		{"euro in forced Latin-1", "5€", smstext.ProblemAlphabet, smstext.Profile{ForceEncoding: smstext.Latin1}},
	}
	for _, c := range cases {
		msg, err := smstext.Encode(c.text, c.p, 1)
		if fault.CodeOf(err) != c.code || fault.KindOf(err) != fault.Invalid || msg.Parts != nil {
			t.Errorf("%s: Encode = %d parts, %v, want %s", c.name, len(msg.Parts), err, c.code)
		}
		if got := smstext.Count(c.text, c.p).Problem; got != c.code {
			t.Errorf("%s: Count says %q, want %q", c.name, got, c.code)
		}
	}
	if _, err := smstext.Encode(long[:3*670], smstext.Profile{}, 1); err != nil {
		t.Errorf("670 characters are ten parts, but Encode says %v", err)
	}
}

func TestEncode_keeps_to_the_operators_own_numbers(t *testing.T) {
	t.Parallel()
	p := smstext.Profile{SingleLimit: 60, PartLimit: 40, DCS: smstext.DCSOut{GSM7: 0xF1, UCS2: 0x18}}
	msg := mustEncode(t, strings.Repeat("a", 61), p, 1)
	if len(msg.Parts) != 2 || msg.Parts[0].DataCoding != 0xF1 || len(msg.Parts[0].ShortMessage) != 46 {
		t.Errorf("GSM-7 = %d parts, %+v", len(msg.Parts), msg.Parts[0])
	}
	if got := mustEncode(t, "あ", p, 1).Parts[0].DataCoding; got != 0x18 {
		t.Errorf("data_coding of UCS-2 = %#x, want 0x18", got)
	}
	if c := smstext.Count(strings.Repeat("a", 161), smstext.Profile{SingleLimit: 500}); c.Parts != 2 {
		t.Errorf("a limit above the standard was believed: %+v", c)
	}
}

func TestCount_says_what_to_change(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		text string
		p    smstext.Profile
		want smstext.Counted
	}{
		{"empty", "", smstext.Profile{}, smstext.Counted{
			Encoding: smstext.GSM7, Parts: 1, AirParts: 1, Limit: 160, ForcedAt: -1}},
		{"one letter too many", strings.Repeat("a", 161), smstext.Profile{}, smstext.Counted{
			Encoding: smstext.GSM7, Units: 161, Parts: 2, AirParts: 2, UnitsInLast: 8, Limit: 153, ForcedAt: -1, ToSave: 1}},
		{"three parts", strings.Repeat("あ", 140), smstext.Profile{}, smstext.Counted{
			Encoding: smstext.UCS2, Units: 140, Parts: 3, AirParts: 3, UnitsInLast: 6, Limit: 67, ForcedBy: 'あ', ToSave: 6}},
		{"one typographic quote", "It’s on", smstext.Profile{}, smstext.Counted{
			Encoding: smstext.UCS2, Units: 7, Parts: 1, AirParts: 1, UnitsInLast: 7, Limit: 70, ForcedBy: '’', ForcedAt: 2}},
		{"position counts code points", "ñÑé`", smstext.Profile{}, smstext.Counted{
			Encoding: smstext.UCS2, Units: 4, Parts: 1, AirParts: 1, UnitsInLast: 4, Limit: 70, ForcedBy: '`', ForcedAt: 3}},
		{"payload is one submit", strings.Repeat("あ", 140), smstext.Profile{LongMode: smstext.ModePayload}, smstext.Counted{
			Encoding: smstext.UCS2, Units: 140, Parts: 1, AirParts: 3, UnitsInLast: 6, Limit: 67, ForcedBy: 'あ', ToSave: 6}},
		{"forced UCS-2", "abc", smstext.Profile{ForceEncoding: smstext.UCS2}, smstext.Counted{
			Encoding: smstext.UCS2, Units: 3, Parts: 1, AirParts: 1, UnitsInLast: 3, Limit: 70, ForcedAt: -1}},
	}
	for _, c := range cases {
		if got := smstext.Count(c.text, c.p); got != c.want {
			t.Errorf("%s: Count = %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestCount_allocates_nothing(t *testing.T) {
	text := strings.Repeat("無事👍🏽ก็ ", 40)
	for mode := smstext.ModeUDH; mode <= smstext.ModeNumbered; mode++ {
		p := smstext.Profile{LongMode: mode}
		if n := testing.AllocsPerRun(20, func() { smstext.Count(text, p) }); n != 0 {
			t.Errorf("Count with %s makes %v allocations", mode, n)
		}
	}
}

func anyProfile() *rapid.Generator[smstext.Profile] {
	return rapid.Custom(func(t *rapid.T) smstext.Profile {
		return smstext.Profile{
			Alphabet:      smstext.Alphabet(rapid.IntRange(0, 3).Draw(t, "alphabet")),
			LongMode:      smstext.LongMode(rapid.IntRange(0, 4).Draw(t, "mode")),
			RefBits:       rapid.SampledFrom([]int{0, 8, 16}).Draw(t, "refBits"),
			MaxSegments:   rapid.SampledFrom([]int{0, 1, 3, 255, 900}).Draw(t, "max"),
			SingleLimit:   rapid.SampledFrom([]int{0, 0, 1, 60, 900}).Draw(t, "single"),
			PartLimit:     rapid.SampledFrom([]int{0, 0, 1, 60, 900}).Draw(t, "part"),
			ForceEncoding: smstext.Encoding(rapid.IntRange(0, 3).Draw(t, "force")),
		}
	})
}

func anyText() *rapid.Generator[string] {
	pieces := []string{
		"a", "@", "€", "[x]", "ñ", "ç", "\n", "あ", "漢字",
		"👍🏽", "👨‍👩‍👧", "が", "ก็", "क्ष", "𠮷", "é", "Δ", "RM0.00 ", "A:無事\n", "\u0301",
	}
	return rapid.Custom(func(t *rapid.T) string {
		letters := pieces
		if rapid.Bool().Draw(t, "gsm") {
			letters = []string{"a", "@", "€", "[x]", "ñ", "\n", "A:safe\n", "hello world "}
		}
		part := rapid.SliceOfN(rapid.SampledFrom(letters), 0, 50).Draw(t, "pieces")
		return strings.Repeat(strings.Join(part, ""), rapid.IntRange(1, 8).Draw(t, "repeat"))
	})
}

func TestEncode_loses_nothing_and_Count_agrees(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		checkRoundTrip(t, anyText().Draw(t, "text"), anyProfile().Draw(t, "profile"), rapid.Uint16().Draw(t, "ref"))
	})
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// checkRoundTrip encodes, reads the parts as a handset would, and holds Count against Encode.
func checkRoundTrip(t failer, raw string, p smstext.Profile, ref uint16) {
	t.Helper()
	text := smstext.Prepare(raw)
	if again := smstext.Prepare(text); again != text {
		t.Fatalf("Prepare(%q) again = %q", text, again)
	}
	c := smstext.Count(text, p)
	msg, err := smstext.Encode(text, p, ref)
	if code := fault.CodeOf(err); err != nil && code != c.Problem || err == nil && c.Problem != "" {
		t.Fatalf("Encode says %v, Count %q", err, c.Problem)
	}
	if err != nil {
		return
	}
	if len(msg.Parts) != c.Parts || msg.Units != c.Units || msg.Encoding != c.Encoding || c.UnitsInLast > c.Limit {
		t.Fatalf("Encode = %d parts, %d units, %s; Count = %+v", len(msg.Parts), msg.Units, msg.Encoding, c)
	}
	read := readParts(t, msg, p)
	if read != text {
		t.Fatalf("read back %q, sent %q", read, text)
	}
	if c.ToSave > 0 && c.AirParts > 1 {
		checkSaving(t, text, p, c)
	}
}

// readParts decodes all parts the way they come in from a peer with the same settings.
func readParts(t failer, msg smstext.Message, p smstext.Profile) string {
	t.Helper()
	options := smstext.DecodeOptions{Alphabet: p.Alphabet}
	join := smstext.NewReassembler[int](time.Minute, 1)
	var joined []smstext.Joined[int]
	numbered := ""
	for i, part := range msg.Parts {
		most := 140
		if part.DataCoding == 0 && p.Alphabet != smstext.AlphabetGSM7Packed {
			most = 160
		}
		if len(part.ShortMessage) > most {
			t.Fatalf("part %d has %d octets", i, len(part.ShortMessage))
		}
		d := smstext.Deliver{
			ESMClass: part.ESMClass, DataCoding: part.DataCoding, ShortMessage: part.ShortMessage, Payload: part.Payload,
		}
		if part.SAR != nil {
			d.SAR = *part.SAR
		}
		body, err := d.Text(options)
		if err != nil {
			t.Fatalf("part %d: %v", i, err)
		}
		if len(msg.Parts) > 1 && p.LongMode == smstext.ModeNumbered {
			one := smstext.Decode(body.Octets, body.DataCoding, options)
			_, one, _ = strings.Cut(one, ") ")
			numbered += one
			continue
		}
		joined = append(joined, join.Add(smstext.Fragment[int]{Body: body}, noon)...)
	}
	if numbered != "" {
		return numbered
	}
	if len(joined) != 1 || joined[0].Missing != 0 {
		t.Fatalf("the parts made %d messages", len(joined))
	}
	return joined[0].Text(options)
}

// checkSaving takes ToSave units from the end and expects a part less.
func checkSaving(t failer, text string, p smstext.Profile, c smstext.Counted) {
	t.Helper()
	shorter := text
	for shorter != "" && smstext.Count(shorter, p).Units > c.Units-c.ToSave {
		_, size := utf8.DecodeLastRuneInString(shorter)
		shorter = shorter[:len(shorter)-size]
	}
	after := smstext.Count(shorter, p)
	if after.Encoding == c.Encoding && after.AirParts >= c.AirParts {
		t.Fatalf("%d units less of %+v left %d parts on the air", c.ToSave, c, after.AirParts)
	}
}
