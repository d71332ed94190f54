package smstext_test

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

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
