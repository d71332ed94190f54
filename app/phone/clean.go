package phone

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Clean brings what people type and paste into the characters a number is written with: compatibility forms folded
// (NFKC), invisible characters removed, every script's digits as 0-9, every kind of dash as '-', and whatever stands
// before the first digit, plus or opening bracket and behind the last digit cut off. Letters inside stay, so that the
// caller can refuse them. It returns "" when there is no digit.
func Clean(raw string) string {
	if ascii(raw) {
		return cut(raw)
	}
	var b strings.Builder
	b.Grow(len(raw))
	for _, r := range norm.NFKC.String(raw) {
		switch {
		case r < utf8.RuneSelf:
			b.WriteByte(byte(r))
		case unicode.Is(unicode.Cf, r):
			// Marks of writing direction and zero-width characters come along when a number is pasted from contacts.
		case isDash(r):
			b.WriteByte('-')
		default:
			if d, ok := digit(r); ok {
				b.WriteByte('0' + d)
			} else {
				b.WriteRune(r)
			}
		}
	}
	return cut(b.String())
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// cut keeps what stands from the first digit, plus or opening bracket to the last digit.
func cut(s string) string {
	first := strings.IndexAny(s, "+(0123456789")
	last := strings.LastIndexAny(s, "0123456789")
	if last < 0 || first > last {
		return ""
	}
	return s[first : last+1]
}

// isDash knows the dashes of Unicode's class Pd, the minus sign, and the katakana sound mark and drawing lines that
// Japanese keyboards give for one.
func isDash(r rune) bool {
	switch r {
	case '−', 'ー', '─', '━', '⁃':
		return true
	}
	return unicode.Is(unicode.Pd, r)
}

// digit returns the value of a decimal digit of any script. The digits of a script are ten neighbours that begin with
// its zero, and each range of the table begins with a zero.
func digit(r rune) (byte, bool) {
	if !unicode.IsDigit(r) {
		return 0, false
	}
	for _, rng := range unicode.Nd.R16 {
		if r >= rune(rng.Lo) && r <= rune(rng.Hi) {
			return byte((r - rune(rng.Lo)) % 10), true
		}
	}
	for _, rng := range unicode.Nd.R32 {
		if r >= rune(rng.Lo) && r <= rune(rng.Hi) {
			return byte((r - rune(rng.Lo)) % 10), true
		}
	}
	return 0, false
}

func hasLetter(s string) bool {
	for i, r := range s {
		if r < utf8.RuneSelf {
			if c := s[i] | 0x20; c >= 'a' && c <= 'z' {
				return true
			}
		} else if unicode.IsLetter(r) {
			return true
		}
	}
	return false
}
