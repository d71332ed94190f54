package smstext_test

import (
	"testing"

	"noroshi/app/fault"
	"noroshi/app/smstext"
)

func TestSplitHeader_finds_the_place_of_a_part(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, octets string
		want         smstext.Concat
		body         string
	}{
		{"8-bit reference", "\x05\x00\x03\x2a\x02\x01AB", smstext.Concat{Ref: 0x2A, Total: 2, Seq: 1}, "AB"},
		{"16-bit reference", "\x06\x08\x04\x12\x34\x02\x02A", smstext.Concat{Ref: 0x1234, Total: 2, Seq: 2}, "A"},
		{"with ports", "\x0b\x00\x03\x07\x02\x02\x05\x04\x15\x81\x00\x00A", smstext.Concat{Ref: 7, Total: 2, Seq: 2}, "A"},
		{"language tables only", "\x06\x24\x01\x01\x25\x01\x01A", smstext.Concat{}, "A"},
		{"part 3 of 2", "\x05\x00\x03\x2a\x02\x03A", smstext.Concat{}, "A"},
		{"part 0", "\x05\x00\x03\x2a\x02\x00A", smstext.Concat{}, "A"},
		{"empty header", "\x00A", smstext.Concat{}, "A"},
		{"header and no text", "\x05\x00\x03\x2a\x01\x01", smstext.Concat{Ref: 0x2A, Total: 1, Seq: 1}, ""},
		{"element of another length", "\x04\x00\x02\x2a\x02A", smstext.Concat{}, "A"},
	} {
		got, body, err := smstext.SplitHeader([]byte(c.octets))
		if err != nil || got != c.want || string(body) != c.body {
			t.Errorf("%s: SplitHeader = %+v %q %v, want %+v %q", c.name, got, body, err, c.want, c.body)
		}
	}
	for _, bad := range []string{"", "\x09A", "\x05\x00\x03\x07\x02", "\x05\x00\x09\x07\x02\x01A", "\x01\x00A"} {
		if _, body, err := smstext.SplitHeader([]byte(bad)); fault.CodeOf(err) != "sms_bad_header" || body != nil {
			t.Errorf("SplitHeader(%x) = %q, %v, want sms_bad_header", bad, body, err)
		}
	}
}

func TestDeliver_Text_takes_the_text_from_wherever_it_is(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		d      smstext.Deliver
		want   string
		concat smstext.Concat
	}{
		{"short message", smstext.Deliver{ShortMessage: []byte("A")}, "A", smstext.Concat{}},
		{"payload", smstext.Deliver{Payload: []byte("\x00C"), DataCoding: 8}, "C", smstext.Concat{}},
		{"header in the payload", smstext.Deliver{ESMClass: 0x40, Payload: []byte("\x05\x00\x03\x2a\x02\x01A")}, "A",
			smstext.Concat{Ref: 0x2A, Total: 2, Seq: 1}},
		{"sar", smstext.Deliver{ShortMessage: []byte("A"), SAR: smstext.SAR{Ref: 9, Total: 2, Seq: 2}}, "A",
			smstext.Concat{Ref: 9, Total: 2, Seq: 2}},
		{"impossible sar", smstext.Deliver{ShortMessage: []byte("A"), SAR: smstext.SAR{Ref: 9, Total: 2, Seq: 3}}, "A",
			smstext.Concat{}},
		{"no header bit", smstext.Deliver{ShortMessage: []byte("\x05\x00")}, "é@", smstext.Concat{}},
	} {
		body, err := c.d.Text(smstext.DecodeOptions{})
		if err != nil || body.Concat != c.concat {
			t.Errorf("%s: Text = %+v, %v, want %+v", c.name, body, err, c.concat)
		}
		if got := smstext.Decode(body.Octets, body.DataCoding, smstext.DecodeOptions{}); got != c.want {
			t.Errorf("%s: text = %q, want %q", c.name, got, c.want)
		}
	}
	bad := smstext.Deliver{ESMClass: 0x40, ShortMessage: []byte("\x09A")}
	if _, err := bad.Text(smstext.DecodeOptions{}); fault.CodeOf(err) != "sms_bad_header" {
		t.Errorf("Text of a bad header = %v", err)
	}
}

func FuzzHeader(f *testing.F) {
	for _, s := range []string{"", "\x00", "\x05\x00\x03\x2a\x02\x01A", "\x09A", "\x06\x08\x04\x12\x34\x02\x02A", "\xff"} {
		f.Add([]byte(s), byte(0x40), byte(0))
	}
	f.Fuzz(func(t *testing.T, octets []byte, esm, alphabet byte) {
		c, body, err := smstext.SplitHeader(octets)
		if err == nil && len(octets) != len(body)+1+int(octets[0]) {
			t.Fatalf("SplitHeader(%x) left %x", octets, body)
		}
		if c.Total != 0 && (c.Seq == 0 || c.Seq > c.Total) {
			t.Fatalf("SplitHeader(%x) = %+v", octets, c)
		}
		d := smstext.Deliver{ESMClass: esm, ShortMessage: octets}
		o := smstext.DecodeOptions{Alphabet: smstext.Alphabet(alphabet % 4)}
		if b, err := d.Text(o); err == nil {
			smstext.Decode(b.Octets, b.DataCoding, o)
		}
	})
}
