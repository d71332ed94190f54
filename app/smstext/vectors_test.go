package smstext_test

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"noroshi/app/smstext"
)

func readVectors(t testing.TB, file string, into any) {
	t.Helper()
	dir := os.Getenv("NOROSHI_VECTORS")
	if dir == "" {
		dir = "testdata"
	}
	data, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

type segmentVectors struct {
	Vectors []struct {
		ID           string   `json:"id"`
		Text         string   `json:"text"`
		Encoding     string   `json:"encoding"`
		DataCoding   byte     `json:"data_coding"`
		Units        int      `json:"units"`
		Segments     int      `json:"segments"`
		SegmentUnits []int    `json:"segment_units"`
		PayloadHex   []string `json:"payload_hex"`
		Segments16   int      `json:"segments_16bit_ref"`
		Payload16Hex []string `json:"payload_hex_16bit_ref_0x1234"`
	} `json:"vectors"`
}

func TestEncode_and_Count_agree_with_the_vectors(t *testing.T) {
	t.Parallel()
	var file segmentVectors
	readVectors(t, "segments.json", &file)
	if len(file.Vectors) == 0 {
		t.Fatal("no vectors")
	}
	for _, v := range file.Vectors {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			many := smstext.Profile{MaxSegments: 255}
			wide := smstext.Profile{MaxSegments: 255, LongMode: smstext.ModeUDH16}
			msg := mustEncode(t, v.Text, many, 0x2A)
			if msg.Encoding.String() != v.Encoding || msg.Units != v.Units {
				t.Errorf("Encode = %s, %d units, want %s, %d", msg.Encoding, msg.Units, v.Encoding, v.Units)
			}
			comparePayload(t, msg, v.PayloadHex)
			if got := mustEncode(t, v.Text, wide, 0x1234); v.Payload16Hex != nil {
				comparePayload(t, got, v.Payload16Hex)
			} else if len(got.Parts) != v.Segments16 {
				t.Errorf("parts with a 16-bit reference = %d, want %d", len(got.Parts), v.Segments16)
			}
			for _, p := range msg.Parts {
				if p.DataCoding != v.DataCoding || (p.ESMClass == 0x40) != (v.Segments > 1) {
					t.Errorf("part has data_coding %d, esm_class %#x", p.DataCoding, p.ESMClass)
				}
			}
			c := smstext.Count(v.Text, many)
			last := v.SegmentUnits[len(v.SegmentUnits)-1]
			if c.Encoding.String() != v.Encoding || c.Units != v.Units || c.Parts != v.Segments || c.UnitsInLast != last {
				t.Errorf("Count = %+v, want %d parts, %d in the last", c, v.Segments, last)
			}
		})
	}
}

func mustEncode(t testing.TB, text string, p smstext.Profile, ref uint16) smstext.Message {
	t.Helper()
	msg, err := smstext.Encode(text, p, ref)
	if err != nil {
		t.Fatalf("Encode: %v", err)
	}
	return msg
}

func comparePayload(t *testing.T, msg smstext.Message, want []string) {
	t.Helper()
	got := make([]string, len(msg.Parts))
	for i, p := range msg.Parts {
		got[i] = hex.EncodeToString(p.ShortMessage)
	}
	if !slices.Equal(got, want) {
		t.Errorf("octets = %v, want %v", got, want)
	}
}

type packedVectors struct {
	Vectors []struct {
		Text        string `json:"text"`
		Septets     int    `json:"septets"`
		UnpackedHex string `json:"unpacked_hex"`
		PackedHex   string `json:"packed_hex"`
		FilledHex   string `json:"packed_hex_with_1_fill_bit_after_8bit_ref_udh"`
	} `json:"vectors"`
}

func TestAppendPacked_agrees_with_the_vectors(t *testing.T) {
	t.Parallel()
	var file packedVectors
	readVectors(t, "gsm7_packed.json", &file)
	if len(file.Vectors) == 0 {
		t.Fatal("no vectors")
	}
	for _, v := range file.Vectors {
		t.Run(v.Text, func(t *testing.T) {
			t.Parallel()
			msg := mustEncode(t, v.Text, smstext.Profile{}, 0)
			septets := msg.Parts[0].ShortMessage
			if got := hex.EncodeToString(septets); got != v.UnpackedHex || msg.Units != v.Septets {
				t.Errorf("unpacked = %s, %d septets, want %s, %d", got, msg.Units, v.UnpackedHex, v.Septets)
			}
			packed := smstext.AppendPacked(nil, septets, 0)
			if got := hex.EncodeToString(packed); got != v.PackedHex {
				t.Errorf("packed = %s, want %s", got, v.PackedHex)
			}
			filled := smstext.AppendPacked(nil, septets, 1)
			if got := hex.EncodeToString(filled); got != v.FilledHex {
				t.Errorf("packed behind a header = %s, want %s", got, v.FilledHex)
			}
			// Octets alone do not tell a last '@' of seven spare bits; what comes before it must be right.
			for fill, octets := range map[int][]byte{0: packed, 1: filled} {
				back := smstext.AppendUnpacked(nil, octets, fill)
				if len(back) < len(septets) || string(back[:len(septets)]) != string(septets) {
					t.Errorf("unpacked again, fill %d = %x, want %x", fill, back, septets)
				}
			}
		})
	}
}

type receiptVectors struct {
	Parse []struct {
		Name string `json:"name"`
		PDU  struct {
			ESMClass        byte                       `json:"esm_class"`
			DataCoding      byte                       `json:"data_coding"`
			ShortMessage    string                     `json:"short_message"`
			ShortMessageHex string                     `json:"short_message_hex"`
			TLVs            map[string]json.RawMessage `json:"tlvs"`
		} `json:"pdu"`
		Expected struct {
			Kind         string   `json:"kind"`
			IDs          []string `json:"ids"`
			State        string   `json:"state"`
			Final        bool     `json:"final"`
			StatRaw      string   `json:"stat_raw"`
			Sub          *int     `json:"sub"`
			Dlvrd        *int     `json:"dlvrd"`
			SubmitDate   string   `json:"submit_date"`
			DoneDate     string   `json:"done_date"`
			Err          string   `json:"err"`
			NetworkError *struct {
				Type byte   `json:"type"`
				Code uint16 `json:"code"`
			} `json:"network_error"`
			Text string `json:"text"`
		} `json:"expected"`
	} `json:"parse"`
	IDMatching []struct {
		Submit   string `json:"submit_resp_id"`
		Receipt  string `json:"receipt_id"`
		Expected string `json:"expected_match"`
	} `json:"id_matching"`
}

func TestParseReceipt_agrees_with_the_vectors(t *testing.T) {
	t.Parallel()
	var file receiptVectors
	readVectors(t, "receipts.json", &file)
	if len(file.Parse) == 0 {
		t.Fatal("no vectors")
	}
	for _, v := range file.Parse {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			d := smstext.Deliver{ESMClass: v.PDU.ESMClass, DataCoding: v.PDU.DataCoding}
			d.ShortMessage = octets(t, v.PDU.ShortMessage, v.PDU.ShortMessageHex)
			setTLVs(t, &d, v.PDU.TLVs)
			received := time.Date(2026, 3, 10, 9, 5, 0, 0, time.UTC)
			got := smstext.ParseReceipt(&d, smstext.ReceiptOptions{Received: received})
			want := v.Expected
			if got.Kind.String() != want.Kind {
				t.Fatalf("kind = %s, want %s", got.Kind, want.Kind)
			}
			if got.Kind == smstext.KindText || got.Kind == smstext.KindAck {
				return
			}
			if !slices.Equal(got.IDs, want.IDs) || got.State.String() != want.State || got.Final != want.Final {
				t.Errorf("ParseReceipt = %v %s final %v, want %v %s final %v",
					got.IDs, got.State, got.Final, want.IDs, want.State, want.Final)
			}
			if got.StatRaw != want.StatRaw || got.Err != want.Err || got.Text != want.Text {
				t.Errorf("stat, err, text = %q %q %q, want %q %q %q",
					got.StatRaw, got.Err, got.Text, want.StatRaw, want.Err, want.Text)
			}
			if got.Sub != orAbsent(want.Sub) || got.Dlvrd != orAbsent(want.Dlvrd) {
				t.Errorf("sub, dlvrd = %d %d, want %d %d", got.Sub, got.Dlvrd, orAbsent(want.Sub), orAbsent(want.Dlvrd))
			}
			if dateText(got.Submitted) != want.SubmitDate || dateText(got.Done) != want.DoneDate {
				t.Errorf("dates = %s %s, want %s %s", got.Submitted, got.Done, want.SubmitDate, want.DoneDate)
			}
			if (got.Network == nil) != (want.NetworkError == nil) ||
				got.Network != nil && (got.Network.Type != want.NetworkError.Type || got.Network.Code != want.NetworkError.Code) {
				t.Errorf("network error = %+v, want %+v", got.Network, want.NetworkError)
			}
		})
	}
}

// setTLVs reads the parameters of a vector: numbers, texts, and network_error_code as hexadecimal or octet by octet.
func setTLVs(t *testing.T, d *smstext.Deliver, tlvs map[string]json.RawMessage) {
	t.Helper()
	for name, raw := range tlvs {
		var text string
		isText := json.Unmarshal(raw, &text) == nil
		switch name {
		case "receipted_message_id":
			d.ReceiptedID = []byte(text)
		case "message_payload":
			d.Payload = []byte(text)
		case "message_payload_hex":
			d.Payload = octets(t, "", text)
		case "message_state":
			d.HasState = json.Unmarshal(raw, &d.State) == nil
		case "network_error_code", "network_error_code_hex":
			var list []int
			if isText {
				d.NetworkError = octets(t, "", text)
			} else if err := json.Unmarshal(raw, &list); err == nil {
				for _, n := range list {
					d.NetworkError = append(d.NetworkError, byte(n))
				}
			} else {
				t.Fatalf("%s has the form %s", name, raw)
			}
		default:
			t.Fatalf("the vector has the parameter %s", name)
		}
	}
}

func octets(t *testing.T, text, hexText string) []byte {
	t.Helper()
	if hexText == "" {
		return []byte(text)
	}
	b, err := hex.DecodeString(hexText)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func orAbsent(n *int) int {
	if n == nil {
		return -1
	}
	return *n
}

func dateText(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format("2006-01-02T15:04:05")
}

func TestMatchID_agrees_with_the_vectors(t *testing.T) {
	t.Parallel()
	var file receiptVectors
	readVectors(t, "receipts.json", &file)
	if len(file.IDMatching) == 0 {
		t.Fatal("no vectors")
	}
	for _, v := range file.IDMatching {
		want := v.Expected
		if want == "" {
			want = smstext.NoMatch.String()
		}
		if got := smstext.MatchID(v.Submit, v.Receipt, smstext.IDAuto); got.String() != want {
			t.Errorf("MatchID(%q, %q) = %s, want %s", v.Submit, v.Receipt, got, want)
		}
		found := slices.Contains(smstext.ReceiptKeys(v.Receipt, smstext.IDAuto), smstext.IDKey(v.Submit))
		if found != (v.Expected != "") {
			t.Errorf("an index finds %q by %q: %v", v.Submit, v.Receipt, found)
		}
	}
}
