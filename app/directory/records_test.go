package directory

import (
	"reflect"
	"testing"
	"time"

	"noroshi/app/id"
	"noroshi/app/phone"
)

func someone() Recipient {
	at := time.Date(2026, 11, 22, 3, 14, 10, 0, time.UTC)
	return Recipient{
		ID: 7, ExternalID: "007", Name: "中村 太郎", Reading: "ナカムラ タロウ", Department: "横浜工場", Language: "ja",
		Zone: "Asia/Tokyo", Note: "a\nb", OptedOut: true, Version: 300, Created: at, Updated: at.Add(time.Hour),
		Phones: []Phone{
			{Raw: "090-1234-5678", Number: 819012345678, Status: phone.SMSOK, Country: "JP", Label: "私用"},
			{Raw: "03-1234-5678", Number: 81312345678, Status: phone.NotMobile, Country: "JP", Forced: true},
		},
		Mails: []Mail{{Address: "a@b.example", Label: "x"}}, Groups: []id.Group{1, 1 << 63},
		Attributes: Attributes{{"拠点", "横浜"}},
	}
}

func TestRecordReadsBack(t *testing.T) {
	t.Parallel()
	for _, want := range []Recipient{someone(), {ID: 7, Name: "x"}, {ID: 7}} {
		got, err := DecodeRecipient(7, EncodeRecipient(want))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("decoded %+v, %v, want %+v", got, err, want)
		}
	}
}

func FuzzDecodeRecipient(f *testing.F) {
	whole := EncodeRecipient(someone())
	for i := range whole {
		f.Add(whole[:i])
	}
	f.Add(append(whole[:40:40], 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := DecodeRecipient(7, b)
		if err != nil {
			return
		}
		if again, err := DecodeRecipient(7, EncodeRecipient(r)); err != nil || !reflect.DeepEqual(again, r) {
			t.Fatalf("%+v became %+v, %v", r, again, err)
		}
	})
}

func BenchmarkDecodeRecipient(b *testing.B) {
	record := EncodeRecipient(someone())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DecodeRecipient(7, record); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEntriesOf(b *testing.B) {
	r := someone()
	b.ReportAllocs()
	for b.Loop() {
		entriesOf(r)
	}
}
