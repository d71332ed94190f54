package wire

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// vectors reads a file of testdata, or of the folder that NOROSHI_VECTORS names.
func vectors(t *testing.T, file string, v any) {
	t.Helper()
	dir := os.Getenv("NOROSHI_VECTORS")
	if dir == "" {
		dir = "testdata"
	}
	b, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatalf("read vectors: %v", err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatalf("hex: %v", err)
	}
	return b
}

func TestPDUsOfAnotherCodecAreRead(t *testing.T) {
	t.Parallel()
	var file struct {
		Vectors []struct {
			Name   string
			Hex    string
			Expect struct {
				Text string
				UDH  *Part
				SAR  *Part
				IDs  []string
			}
		}
	}
	vectors(t, "pdus.json", &file)
	if len(file.Vectors) == 0 {
		t.Fatal("no vectors")
	}
	for _, v := range file.Vectors {
		pdu, rest, ok := Next(unhex(t, v.Hex))
		if pdu == nil || !ok || len(rest) != 0 {
			t.Errorf("%s: Next gave %d octets, ok %v, rest %d", v.Name, len(pdu), ok, len(rest))
			continue
		}
		h, body := Split(pdu)
		var m Message
		if h.Command != SubmitSM && h.Command != DeliverSM {
			continue
		}
		if st := ParseMessage(h.Command, body, &m); st != OK {
			t.Errorf("%s: status %#x", v.Name, st)
			continue
		}
		text := m.Text
		if want := v.Expect.UDH; want != nil {
			var p Part
			var fine bool
			if text, p, fine = CutHeader(m.Text); !fine || p != *want {
				t.Errorf("%s: part = %+v %v, want %+v", v.Name, p, fine, *want)
			}
		}
		if want := v.Expect.SAR; want != nil && m.Part != *want {
			t.Errorf("%s: part = %+v, want %+v", v.Name, m.Part, *want)
		}
		if got := Decode(GSM7, m.DataCoding, text, 0); v.Expect.Text != "" && got != v.Expect.Text {
			t.Errorf("%s: text = %q, want %q", v.Name, got, v.Expect.Text)
		}
		if len(v.Expect.IDs) > 0 && string(m.MessageID) != v.Expect.IDs[0] {
			t.Errorf("%s: id = %q, want %q", v.Name, m.MessageID, v.Expect.IDs[0])
		}
	}
}

func TestSegmentsOfAnotherCodecAreJoined(t *testing.T) {
	t.Parallel()
	var file struct {
		Vectors []struct {
			ID         string
			Text       string
			DataCoding byte     `json:"data_coding"`
			Payload    []string `json:"payload_hex"`
		}
	}
	vectors(t, "segments.json", &file)
	if len(file.Vectors) == 0 {
		t.Fatal("no vectors")
	}
	for _, v := range file.Vectors {
		var bodies [][]byte
		header := 0
		for i, p := range v.Payload {
			text := unhex(t, p)
			if len(v.Payload) > 1 {
				body, part, ok := CutHeader(text)
				if !ok || int(part.Seq) != i+1 || int(part.Total) != len(v.Payload) {
					t.Errorf("%s: part %d = %+v %v", v.ID, i+1, part, ok)
				}
				header = len(text) - len(body)
				if !FitsOneMessage(GSM7, v.DataCoding, text, header) {
					t.Errorf("%s: part %d is said not to fit", v.ID, i+1)
				}
				text = body
			}
			bodies = append(bodies, text)
		}
		if got := Join(GSM7, v.DataCoding, bodies, header); got != v.Text {
			t.Errorf("%s: joined = %q, want %q", v.ID, got, v.Text)
		}
	}
}

func TestPackedSeptetsOfAnotherCodec(t *testing.T) {
	t.Parallel()
	var file struct {
		Vectors []struct {
			Text   string
			Packed string `json:"packed_hex"`
			Filled string `json:"packed_hex_with_1_fill_bit_after_8bit_ref_udh"`
		}
	}
	vectors(t, "gsm7_packed.json", &file)
	if len(file.Vectors) == 0 {
		t.Fatal("no vectors")
	}
	for _, v := range file.Vectors {
		for fill, packed := range map[int]string{0: v.Packed, 1: v.Filled} {
			septets := EncodeGSM7(v.Text)
			got := hex.EncodeToString(pack(nil, septets, fill))
			if (len(septets)*7+fill)%8 == 1 { // ours pads the last seven bits, the vector leaves them empty
				got, packed = got[:len(got)-2], packed[:len(packed)-2]
			}
			if got != packed {
				t.Errorf("pack(%q, %d) = %s, want %s", v.Text, fill, got, packed)
			}
		}
	}
}

// texts are what people write: the default alphabet, its extension, kana, Thai, and characters beyond the first plane.
var texts = rapid.StringOfN(rapid.SampledFrom([]rune("ABCz09 @£_{}[]~€ñÄ\n無事ですกขé😀👍")), 0, 700, -1)

func TestCutAndJoinGiveTheTextBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := texts.Draw(t, "text")
		if rapid.Bool().Draw(t, "plain") {
			text = strings.Map(func(r rune) rune {
				if FitsGSM7(string(r)) {
					return r
				}
				return 'x'
			}, text)
		}
		def := rapid.SampledFrom([]Alphabet{GSM7, GSM7Packed, Latin1}).Draw(t, "alphabet")
		form := rapid.SampledFrom([]LongForm{UDH8, UDH16, SAR, InOneTLV}).Draw(t, "form")
		pieces := Cut(def, text, form, 0x1234)
		var bodies [][]byte
		header := 0
		for i, p := range pieces {
			m := Message{
				Source:   Address{TON: 1, NPI: 1, Addr: []byte("819012345678")},
				ESMClass: p.ESMClass, DataCoding: p.DataCoding, Text: p.Text, Payload: p.Payload, Part: p.Part,
			}
			pdu, _, _ := Next(AppendMessage(nil, DeliverSM, 1, &m))
			_, raw := Split(pdu)
			var back Message
			if st := ParseMessage(DeliverSM, raw, &back); st != OK {
				t.Fatalf("piece %d does not parse: %#x", i, st)
			}
			body, part := back.Text, back.Part
			if back.ESMClass&ESMUDHI != 0 {
				body, part, _ = CutHeader(back.Text)
			}
			header = len(back.Text) - len(body)
			if !p.Payload && !FitsOneMessage(def, p.DataCoding, back.Text, header) {
				t.Fatalf("piece %d of %d octets does not fit one message", i, len(back.Text))
			}
			if len(pieces) > 1 && (int(part.Total) != len(pieces) || int(part.Seq) != i+1) {
				t.Fatalf("piece %d says %+v", i, part)
			}
			bodies = append(bodies, body)
		}
		if got := Join(def, pieces[0].DataCoding, bodies, header); got != text {
			t.Fatalf("joined = %q, want %q", got, text)
		}
	})
}

func TestOddFormsOfShortAnswersMeanTheSame(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"A", "Ａです", "ñ €5", "ü", "無事"} {
		for variant := range 5 {
			p := Odd(Cut(GSM7, text, UDH8, 1), text, variant)[0]
			if got := Decode(GSM7, p.DataCoding, p.Text, 0); got != text {
				t.Errorf("variant %d of %q reads %q", variant, text, got)
			}
		}
	}
}

func TestMessagesThatLieAboutTheirLengthAreRefused(t *testing.T) {
	t.Parallel()
	good := AppendMessage(nil, SubmitSM, 1, &Message{
		Source: Address{Addr: []byte("1")}, Dest: Address{Addr: []byte("2")}, Text: []byte("abc"), State: 2,
	})[HeaderLen:]
	var m Message
	if st := ParseMessage(SubmitSM, good, &m); st != OK || m.State != 2 {
		t.Fatalf("the good one: %#x, state %d", st, m.State)
	}
	for n := range len(good) - 1 {
		if n == len(good)-5 {
			continue // exactly without the last parameter: lawful
		}
		if st := ParseMessage(SubmitSM, good[:n], &m); st == OK {
			t.Errorf("the first %d of %d octets are accepted", n, len(good))
		}
	}
}

func FuzzPDU(f *testing.F) {
	f.Add(AppendBind(nil, BindTransceiver, 1, "esme", "secret"))
	f.Add(AppendBare(nil, EnquireLink, OK, 2))
	f.Add(AppendMessage(nil, SubmitSM, 3, &Message{
		Source: Address{TON: 1, NPI: 1, Addr: []byte("818000000110")}, Dest: Address{TON: 1, NPI: 1, Addr: []byte("8190")},
		ESMClass: ESMUDHI, Text: []byte{5, 0, 3, 1, 2, 1, 'A'}, Part: Part{1, 2, 1}, MessageID: []byte("x"), State: 2,
	}))
	f.Add([]byte{0, 0, 0, 16, 0x80, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1})
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for {
			pdu, rest, ok := Next(b)
			if pdu == nil || !ok {
				return
			}
			if len(pdu) < HeaderLen || len(pdu)+len(rest) != len(b) {
				t.Fatalf("Next cut %d and %d out of %d", len(pdu), len(rest), len(b))
			}
			_, body := Split(pdu)
			ParseBind(body)
			for _, cmd := range []Command{SubmitSM, DataSM} {
				var m Message
				if ParseMessage(cmd, body, &m) != OK {
					continue
				}
				text, _, _ := CutHeader(m.Text)
				for _, def := range []Alphabet{GSM7, GSM7Packed, Latin1} {
					Join(def, m.DataCoding, [][]byte{text}, len(m.Text)-len(text))
				}
			}
			b = rest
		}
	})
}
