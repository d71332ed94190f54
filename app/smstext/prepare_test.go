package smstext_test

import (
	"testing"

	"noroshi/app/smstext"
)

func TestPrepare_brings_a_text_into_the_form_that_is_sent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, raw, want string }{
		{"plain", "Reply A\nor B", "Reply A\nor B"},
		{"line ends", "a\r\nb\rc\n\r\nd", "a\nb\nc\n\nd"},
		{"tab", "a\tb", "a b"},
		{"controls", "a\x00b\x1bc\fd", "abcd"},
		{"byte order mark", "\uFEFFabc", "abc"},
		{"composed", "か\u3099 e\u0301", "が é"},
		{"a control between letter and accent", "e\x00\u0301", "é"},
		{"sign with the letter's look", "\u212B\u2126", "ÅΩ"},
		{"kept", "A\u200d\u00a0\u007f…　ｱ", "A\u200d\u00a0\u007f…　ｱ"},
		{"broken UTF-8", "a\xffb", "a\uFFFDb"},
	} {
		if got := smstext.Prepare(c.raw); got != c.want {
			t.Errorf("%s: Prepare = %q, want %q", c.name, got, c.want)
		}
	}
}

func TestSuggest_is_worth_offering_only_when_the_whole_text_becomes_GSM7(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		raw, want string
		whole     bool
	}{
		{"It’s “on” – really…", `It's "on" - really...`, true},
		{"ＡＢＣ　１２３！｀～", "ABC 123!'~", true},
		{"a\u200bb\u00a0c•d·e`f´g«h»", `ab c*d*e'f'g"h"`, true},
		{"It’s 無事", "It's 無事", false},
		{"plain", "plain", true},
		{"garçon", "garçon", false},
	} {
		got, whole := smstext.Suggest(c.raw)
		if got != c.want || whole != c.whole {
			t.Errorf("Suggest(%q) = %q %v, want %q %v", c.raw, got, whole, c.want, c.whole)
		}
	}
}
