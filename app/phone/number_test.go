package phone_test

import (
	"testing"

	"noroshi/app/fault"
	"noroshi/app/phone"
)

func TestParseE164_takes_only_the_canonical_form(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"+819012345678", "819012345678"} {
		if n, err := phone.ParseE164(s); err != nil || n != 819012345678 {
			t.Errorf("ParseE164(%q) = %d, %v", s, n, err)
		}
	}
	for _, s := range []string{
		"", "+", "+09012345678", "+81 9012345678", "1234", "+1234567890123456", "++81901234", "８１９０１２３４５",
	} {
		n, err := phone.ParseE164(s)
		if n != 0 || fault.CodeOf(err) != "phone_not_e164" {
			t.Errorf("ParseE164(%q) = %d, %v, want phone_not_e164", s, n, err)
		}
	}
}

func TestNumber_is_shown_for_machines_and_for_people(t *testing.T) {
	t.Parallel()
	cases := []struct {
		n                                      phone.Number
		str, digits, country, national, masked string
	}{
		{819012345678, "+819012345678", "819012345678", "JP", "090-1234-5678", "+81*******678"},
		{816012345678, "+816012345678", "816012345678", "JP", "060-1234-5678", "+81*******678"},
		{66812345678, "+66812345678", "66812345678", "TH", "081 234 5678", "+66******678"},
		{14155552671, "+14155552671", "14155552671", "US", "(415) 555-2671", "+1*******671"},
		{390612345678, "+390612345678", "390612345678", "IT", "06 1234 5678", "+39*******678"},
		{870123456789, "+870123456789", "870123456789", "", "123456789", "+870******789"},
		{999123456789, "+999123456789", "999123456789", "", "+999123456789", "+*********789"},
		{0, "", "", "", "", ""},
	}
	for _, c := range cases {
		if got := c.n.String(); got != c.str {
			t.Errorf("String = %q, want %q", got, c.str)
		}
		if got := c.n.Digits(); got != c.digits {
			t.Errorf("Digits = %q, want %q", got, c.digits)
		}
		if got := phone.Country(c.n); got != c.country {
			t.Errorf("Country(%s) = %q, want %q", c.n, got, c.country)
		}
		if got := phone.National(c.n); got != c.national {
			t.Errorf("National(%s) = %q, want %q", c.n, got, c.national)
		}
		if got := phone.Masked(c.n); got != c.masked {
			t.Errorf("Masked(%s) = %q, want %q", c.n, got, c.masked)
		}
	}
}
