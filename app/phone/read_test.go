package phone_test

import (
	"strings"
	"testing"

	"noroshi/app/phone"
)

func TestRead_rescues_numbers_that_lost_their_form(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, raw, country, want string }{
		{"00 for plus, which is not Japan's own prefix", "0081-90-1234-5678", "JP", "+819012345678"},
		{"00 for plus and another country", "00821012345678", "JP", "+821012345678"},
		{"own country code without plus", "6581234567", "SG", "+6581234567"},
		{"own country code without plus, three digits", "886912345678", "TW", "+886912345678"},
		{"trunk 0 lost", "812345678", "TH", "+66812345678"},
		{"trunk 0 lost, 060", "6012345678", "JP", "+816012345678"},
		{"060 with country code", "+81 60 1234 5678", "TH", "+816012345678"},
		{"060 behind 00", "0081 60 1234 5678", "JP", "+816012345678"},
		{"060 with trunk 0 kept behind the country code", "+81 060 1234 5678", "JP", "+816012345678"},
		{"full width and katakana dashes", "０９０ー１２３４ー５６７８", "JP", "+819012345678"},
		{"country in lower case", "090-1234-5678", "jp", "+819012345678"},
		{"country code in brackets", "(+81) 90-1234-5678", "TH", "+819012345678"},
		{"Japan's dialled international prefix", "010-66-81-234-5678", "JP", "+66812345678"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := phone.Read(c.raw, c.country)
			if got.Number.String() != c.want || got.Status != phone.SMSOK {
				t.Errorf("Read(%q, %s) = %s %s %s, want %s", c.raw, c.country, got.Number, got.Status, got.Reason, c.want)
			}
		})
	}
}

func TestRead_says_why_a_number_is_refused(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, raw, country string
		status             phone.Status
		reason             string
	}{
		{"blank cell", " \t", "JP", phone.Invalid, phone.ReasonEmpty},
		{"no digits", "なし", "JP", phone.Invalid, phone.ReasonEmpty},
		{"letter", "090-12E4-5678", "JP", phone.Invalid, phone.ReasonLetterInside},
		{"kana inside", "090の1234の5678", "JP", phone.Invalid, phone.ReasonLetterInside},
		{"vanity number", "1-800-FLOWERS-1", "US", phone.Invalid, phone.ReasonLetterInside},
		{"spreadsheet", "9.01234568E+10", "JP", phone.Invalid, phone.ReasonSpreadsheetNumber},
		{"two numbers", "090-1234-5678 / 03-1234-5678", "JP", phone.Invalid, phone.ReasonTwoNumbers},
		{"no default country", "090-1234-5678", "", phone.Invalid, phone.ReasonNoCountry},
		{"default country that does not exist", "090-1234-5678", "QQ", phone.Invalid, phone.ReasonNoCountry},
		{"calling code nobody has", "+999 123 456 789", "JP", phone.Invalid, phone.ReasonUnknownCountry},
		{"too many digits", "+81 90 1234 5678 9012 3456", "JP", phone.Invalid, phone.ReasonTooLong},
		{"endless cell", strings.Repeat("0", 5000), "JP", phone.Invalid, phone.ReasonTooLong},
		{"too few digits", "110", "JP", phone.Invalid, phone.ReasonTooShort},
		{"a digit short", "090-1234-567", "JP", phone.Invalid, phone.ReasonNotAssigned},
		{"060-0 is not opened", "060-0123-4567", "JP", phone.Invalid, phone.ReasonNotAssigned},
		{"IP telephone", "050-1234-5678", "JP", phone.NotMobile, phone.ReasonVoIP},
		{"machines and pagers", "020-1234-5678", "JP", phone.NotMobile, phone.ReasonPager},
		{"landline", "03-1234-5678", "JP", phone.NotMobile, phone.ReasonFixedLine},
		{"toll free", "0120-123-456", "JP", phone.NotMobile, phone.ReasonTollFree},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := phone.Read(c.raw, c.country)
			if got.Status != c.status || got.Reason != c.reason {
				t.Errorf("Read = %s %q (%s), want %s %q", got.Status, got.Reason, got.Number, c.status, c.reason)
			}
			if got.Raw != c.raw {
				t.Error("Read did not keep the raw text")
			}
			if (got.Number == 0) != (got.Status == phone.Invalid) {
				t.Errorf("Read = %s with status %s", got.Number, got.Status)
			}
		})
	}
}

func TestFromAddress_follows_the_type_of_number(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, addr string
		ton        byte
		country    string
		want       string
	}{
		{"international", "819012345678", 1, "TH", "+819012345678"},
		{"international with plus", "+819012345678", 1, "TH", "+819012345678"},
		{"international of a range nobody knows yet", "819999999999999", 1, "JP", "+819999999999999"},
		{"national", "0812345678", 2, "TH", "+66812345678"},
		{"unknown, international digits", "819012345678", 0, "TH", "+819012345678"},
		{"unknown, national digits", "09012345678", 0, "JP", "+819012345678"},
		{"name", "NOROSHI", 5, "JP", ""},
		{"name under TON 0", "AB12345678", 0, "JP", ""},
		{"short code", "1234", 3, "JP", ""},
		{"nothing", "", 1, "JP", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, ok := phone.FromAddress(c.addr, c.ton, c.country)
			if got.String() != c.want || ok != (c.want != "") {
				t.Errorf("FromAddress(%q, %d, %s) = %s %v, want %q", c.addr, c.ton, c.country, got, ok, c.want)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"090-1234-5678", "+81(0)90", "๐๘๑๒๓๔๕๖๗๘", "\u200e+81", "9.01E+10", "(((", "+", "\xff0", "tel:",
	} {
		f.Add(s, "JP")
	}
	f.Fuzz(func(t *testing.T, raw, country string) {
		got := phone.Read(raw, country)
		if got.Raw != raw || (got.Number == 0) != (got.Status == phone.Invalid) ||
			(got.Reason == "") != (got.Status == phone.SMSOK) && got.Status != phone.NotMobile {
			t.Fatalf("Read = %+v", got)
		}
		if got.Number == 0 {
			return
		}
		back, err := phone.ParseE164(got.Number.String())
		if err != nil || back != got.Number {
			t.Fatalf("ParseE164(%s) = %s, %v", got.Number, back, err)
		}
		again := phone.Read(got.Number.String(), "")
		if again.Number != got.Number || again.Status != got.Status {
			t.Fatalf("Read(%s) again = %s %s", got.Number, again.Number, again.Status)
		}
		_ = phone.National(got.Number)
		if masked := phone.Masked(got.Number); len(masked) != len(got.Number.String()) {
			t.Fatalf("Masked = %q", masked)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	for _, c := range []struct{ name, raw, country string }{
		{"japan_mobile", "090-1234-5678", "JP"},
		{"e164", "+819012345678", "JP"},
		{"full_width", "０９０－１２３４－５６７８", "JP"},
		{"landline", "03-1234-5678", "JP"},
		{"foreign", "+1 415 555 2671", "JP"},
		{"invalid", "090-1234-567", "JP"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				phone.Read(c.raw, c.country)
			}
		})
	}
}

// BenchmarkRead_100000_rows is a whole import: one operation is 100,000 rows, one in ten of them not mobile.
func BenchmarkRead_100000_rows(b *testing.B) {
	for b.Loop() {
		for i := range 100_000 {
			raw := "090-1234-5678"
			if i%10 == 0 {
				raw = "03-1234-5678"
			}
			phone.Read(raw, "JP")
		}
	}
}
