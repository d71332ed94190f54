package smstext_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"noroshi/app/smstext"
)

func TestMatchID_keeps_to_the_form_of_the_route(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		submit, receipt string
		form            smstext.IDForm
		want            smstext.Match
	}{
		{"abc", "ABC", smstext.IDExact, smstext.NoMatch},
		{"abc", "abc", smstext.IDExact, smstext.MatchExact},
		{"10", "16", smstext.IDAuto, smstext.MatchHexDec},
		{"10", "16", smstext.IDDecHex, smstext.NoMatch},
		{"16", "10", smstext.IDAuto, smstext.MatchDecHex},
		{"16", "10", smstext.IDHexDec, smstext.NoMatch},
		{"0x10", "16", smstext.IDAuto, smstext.NoMatch},
		{"000", "0", smstext.IDAuto, smstext.MatchLeadingZeros},
		{"", "", smstext.IDAuto, smstext.NoMatch},
		{"ffffffffffffffffffffffff", "79228162514264337593543950335", smstext.IDAuto, smstext.MatchHexDec},
	} {
		if got := smstext.MatchID(c.submit, c.receipt, c.form); got != c.want {
			t.Errorf("MatchID(%q, %q, %s) = %s, want %s", c.submit, c.receipt, c.form, got, c.want)
		}
	}
}

func TestReceiptKeys_find_every_match_and_nothing_else(t *testing.T) {
	t.Parallel()
	ids := rapid.StringMatching(`0{0,3}[0-9a-fA-F]{1,6}|[0-9a-z-]{1,8}|0{0,2}[1-9][0-9]{0,20}`)
	rapid.Check(t, func(t *rapid.T) {
		submit, receipt := ids.Draw(t, "submit"), ids.Draw(t, "receipt")
		if rapid.Bool().Draw(t, "related") {
			keys := smstext.ReceiptKeys(submit, smstext.IDAuto)
			receipt = rapid.SampledFrom(keys).Draw(t, "key")
		}
		for _, form := range []smstext.IDForm{smstext.IDAuto, smstext.IDHexDec, smstext.IDDecHex} {
			matches := smstext.MatchID(submit, receipt, form) != smstext.NoMatch
			keys := smstext.ReceiptKeys(receipt, form)
			if found := slices.Contains(keys, smstext.IDKey(submit)); found != matches {
				t.Fatalf("%s: %q by %q: found %v, matches %v", form, submit, receipt, found, matches)
			}
		}
	})
}
