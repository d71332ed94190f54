package smstext_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"noroshi/app/smstext"
)

func TestParseReceipt_tells_receipts_from_texts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		d    smstext.Deliver
		want smstext.Kind
	}{
		{"text", smstext.Deliver{ShortMessage: []byte("A")}, smstext.KindText},
		{"text with a header",
			smstext.Deliver{ESMClass: 0x40, ShortMessage: []byte("\x05\x00\x03\x01\x02\x01A")}, smstext.KindText},
		{"text that begins with an id", smstext.Deliver{ShortMessage: []byte("id: 4711 please call")}, smstext.KindText},
		{"text about a status", smstext.Deliver{ShortMessage: []byte("id: 4711 status: fine")}, smstext.KindText},
		{"receipt without saying so",
			smstext.Deliver{ShortMessage: []byte(" ID:1 sub:001 stat:DELIVRD")}, smstext.KindReceipt},
		{"only one parameter", smstext.Deliver{ShortMessage: []byte("A"), ReceiptedID: []byte("1")}, smstext.KindText},
		{"acknowledgement", smstext.Deliver{ESMClass: 0x08, ShortMessage: []byte("id:1 stat:DELIVRD")}, smstext.KindAck},
		{"manual acknowledgement", smstext.Deliver{ESMClass: 0x10}, smstext.KindAck},
		{"conversation abort", smstext.Deliver{ESMClass: 0x18}, smstext.KindAck},
		{"every other bit set",
			smstext.Deliver{ESMClass: 0xC4 | 0x03, ShortMessage: []byte("stat:DELIVRD")}, smstext.KindReceipt},
		{"intermediate",
			smstext.Deliver{ESMClass: 0x60, ShortMessage: []byte("id:1 stat:ENROUTE")}, smstext.KindIntermediate},
		{"empty receipt", smstext.Deliver{ESMClass: 0x04}, smstext.KindUnparsed},
	} {
		if got := smstext.ParseReceipt(&c.d, smstext.ReceiptOptions{Received: noon}); got.Kind != c.want {
			t.Errorf("%s: kind = %s, want %s", c.name, got.Kind, c.want)
		}
	}
}

func TestParseReceipt_reads_what_vendors_write(t *testing.T) {
	t.Parallel()
	parse := func(text string) smstext.Receipt {
		d := smstext.Deliver{ESMClass: 4, ShortMessage: []byte(text)}
		return smstext.ParseReceipt(&d, smstext.ReceiptOptions{Received: noon})
	}
	if r := parse("id:1 stat:UNDELIV err:21b text:your stat:DELIVRD id:2"); r.State != smstext.StateUndeliverable ||
		r.IDs[0] != "1" || r.Err != "21b" || r.Text != "your stat:DELIVRD id:2" {
		t.Errorf("labels inside the repeated message were believed: %+v", r)
	}
	if r := parse("text:hello stat : REJECTD id : 7\x00"); r.State != smstext.StateRejected ||
		r.IDs[0] != "7" || r.Text != "hello" {
		t.Errorf("text first, spaces round the colon, NUL at the end: %+v", r)
	}
	if r := parse("id:1 sub:x dlvrd: stat:DELIVRD"); r.Sub != -1 || r.Dlvrd != -1 {
		t.Errorf("sub, dlvrd = %d, %d, want -1 for what cannot be read", r.Sub, r.Dlvrd)
	}
	if r := parse("id:" + strings.Repeat("9", 500) + " stat:DELIVRD"); len(r.IDs[0]) != 65 {
		t.Errorf("an endless id has %d octets, want 65", len(r.IDs[0]))
	}
	ucs2 := smstext.Deliver{ESMClass: 4, DataCoding: 8, ShortMessage: []byte(
		"\x00i\x00d\x00:\x005\x00 \x00s\x00t\x00a\x00t\x00:\x00D\x00E\x00L\x00I\x00V\x00R\x00D")}
	if r := smstext.ParseReceipt(&ucs2, smstext.ReceiptOptions{}); r.State != smstext.StateDelivered || r.IDs[0] != "5" {
		t.Errorf("UCS-2 receipt = %+v", r)
	}
	liar := smstext.Deliver{ESMClass: 4, DataCoding: 8, ShortMessage: []byte("id:5 stat:DELIVRD")}
	if r := smstext.ParseReceipt(&liar, smstext.ReceiptOptions{}); r.State != smstext.StateDelivered || r.IDs[0] != "5" {
		t.Errorf("octets under data_coding 8 = %+v", r)
	}
	tlv := smstext.Deliver{
		ESMClass: 4, ReceiptedID: []byte("ABC\x00"), State: 5, HasState: true, NetworkError: []byte{3, 0, 0x1B},
	}
	if r := smstext.ParseReceipt(&tlv, smstext.ReceiptOptions{}); r.IDs[0] != "ABC" ||
		r.State != smstext.StateUndeliverable ||
		r.Network == nil || *r.Network != (smstext.NetworkError{Type: 3, Code: 27}) || !r.Final {
		t.Errorf("parameters only = %+v", r)
	}
}

func TestParseReceipt_keeps_to_the_routes_settings(t *testing.T) {
	t.Parallel()
	tokyo := time.FixedZone("JST", 9*3600)
	d := smstext.Deliver{ESMClass: 4, ShortMessage: []byte("id:1 done date:2603102100 stat:unknown")}
	r := smstext.ParseReceipt(&d, smstext.ReceiptOptions{
		Zone: tokyo, Received: noon, States: map[string]smstext.ReceiptState{"UNKNOWN": smstext.StateUndeliverable},
	})
	if !r.Done.Equal(noon) {
		t.Errorf("done = %s, want %s", r.Done, noon)
	}
	if r.State != smstext.StateUndeliverable || !r.Final {
		t.Errorf("state = %s, final %v, want the route's own meaning", r.State, r.Final)
	}
}

func TestParseReceipt_reads_only_dates_that_exist(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2603101200": "2026-03-10T12:00:00", "20260310120059": "2026-03-10T12:00:59", "2602290000": "",
		"2402290000": "2024-02-29T00:00:00", "2613010000": "", "2600010000": "", "2601000000": "", "2601012400": "",
		"2601012360": "", "20260310120060": "", "26031012": "", "2603101x00": "", "": "",
		"260310115900": "2026-03-10T11:59:00", "202603101159": "2026-03-10T11:59:00",
	} {
		d := smstext.Deliver{ESMClass: 4, ShortMessage: []byte("id:1 stat:DELIVRD done date:" + text)}
		if got := dateText(smstext.ParseReceipt(&d, smstext.ReceiptOptions{Received: noon}).Done); got != want {
			t.Errorf("done date %q = %q, want %q", text, got, want)
		}
	}
}

func TestParseReceipt_takes_the_parameter_before_the_text(t *testing.T) {
	t.Parallel()
	words := []struct {
		tlv  int
		word string
		want smstext.ReceiptState
	}{
		{0, "", smstext.StateEnroute}, {1, "DELIVRD", smstext.StateEnroute}, {2, "UNDELIV", smstext.StateDelivered},
		{3, "", smstext.StateExpired}, {4, "", smstext.StateDeleted}, {6, "", smstext.StateAccepted},
		{7, "", smstext.StateUnknown}, {7, "EXPIRED", smstext.StateExpired}, {8, "", smstext.StateRejected},
		{9, "", smstext.StateUndeliverable}, {200, "ACKED", smstext.StateEnroute}, {-1, "BUFFERD", smstext.StateEnroute},
		{-1, "Undelivered", smstext.StateUndeliverable},
		{-1, "ACCEPTED", smstext.StateAccepted}, {-1, "?", smstext.StateUnknown},
	}
	for _, c := range words {
		d := smstext.Deliver{ESMClass: 4, ShortMessage: []byte("id:1 stat:" + c.word)}
		if c.tlv >= 0 {
			d.State, d.HasState = byte(c.tlv), true
		}
		if got := smstext.ParseReceipt(&d, smstext.ReceiptOptions{}).State; got != c.want {
			t.Errorf("parameter %d, word %q = %s, want %s", c.tlv, c.word, got, c.want)
		}
	}
}

func FuzzReceipt(f *testing.F) {
	for _, s := range []string{
		"id:1 sub:001 dlvrd:001 submit date:2603100900 done date:2603100901 stat:DELIVRD err:000 text:Hi",
		"stat:", "id::", "ID",
		"submit_date:260310090012 done date :999999999999", "\x00i\x00d\x00:", "text:text:text:",
	} {
		f.Add([]byte(s), byte(4), byte(0), []byte(nil), byte(2))
	}
	f.Fuzz(func(t *testing.T, octets []byte, esm, dcs byte, id []byte, state byte) {
		d := smstext.Deliver{
			ESMClass: esm, DataCoding: dcs, ShortMessage: octets, ReceiptedID: id, State: state, HasState: state < 10,
			NetworkError: id,
		}
		r := smstext.ParseReceipt(&d, smstext.ReceiptOptions{Received: noon})
		if len(r.IDs) > 2 || r.Final != r.State.Final() || r.Kind == smstext.KindIntermediate && r.Final {
			t.Fatalf("ParseReceipt = %+v", r)
		}
		for _, s := range append(r.IDs, r.StatRaw, r.Err, r.Text) {
			if !utf8.ValidString(s) {
				t.Fatalf("%q is not UTF-8", s)
			}
		}
		for _, s := range r.IDs {
			if s == "" || len(s) > 65 {
				t.Fatalf("id of %d octets", len(s))
			}
		}
	})
}

func BenchmarkParseReceipt(b *testing.B) {
	d := smstext.Deliver{ESMClass: 4, ShortMessage: []byte(
		"id:0059113978 sub:001 dlvrd:001 submit date:2603100900 done date:2603100901 stat:DELIVRD err:000 text:Reply A"),
		ReceiptedID: []byte("38601fa"), State: 2, HasState: true}
	b.ReportAllocs()
	for b.Loop() {
		smstext.ParseReceipt(&d, smstext.ReceiptOptions{Received: noon})
	}
}
