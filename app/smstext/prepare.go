package smstext

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Prepare brings a text into the form that is sent: line ends as LF, tabs as spaces, no other control characters below
// U+0020, no byte order mark, and composed characters (NFC), because a letter with a separate accent takes two units.
// Octets that are no UTF-8 become U+FFFD. Preparing twice changes nothing.
func Prepare(text string) string {
	if settled(text) {
		return text
	}
	if needsCleaning(text) {
		text = clean(text)
	}
	return norm.NFC.String(text)
}

// settled knows the texts that consist of plain characters alone: none of these combines with its neighbours, so that
// the text is composed already. It spares most copies the general rule.
func settled(text string) bool {
	for _, r := range text {
		if !plainRune(r) {
			return false
		}
	}
	return true
}

func needsCleaning(s string) bool {
	for i, r := range s {
		if r < ' ' && r != '\n' || r == '\uFEFF' {
			return true
		}
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return true
			}
		}
	}
	return false
}

func clean(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	afterCR := false
	for _, r := range text {
		switch {
		case r == '\r' || r == '\n' && !afterCR:
			b.WriteByte('\n')
		case r == '\n' || r == '\uFEFF':
		case r == '\t':
			b.WriteByte(' ')
		case r >= ' ':
			b.WriteRune(r)
		}
		afterCR = r == '\r'
	}
	return b.String()
}

// Suggest replaces the typographic characters that office programs put into a text, and that force a whole message into
// UCS-2, by their plain forms. whole says that the result is GSM-7 as a whole; only then the change is worth
// offering. It is never applied by itself.
func Suggest(text string) (changed string, whole bool) {
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range text {
		if plain, ok := plainForm(r); ok {
			b.WriteString(plain)
		} else {
			b.WriteRune(r)
		}
	}
	changed = b.String()
	return changed, IsGSM7(changed)
}

// plainForm knows the replacements that lose nothing a reader needs.
func plainForm(r rune) (string, bool) {
	if r >= '！' && r <= '～' { // full-width forms stand in the order of ASCII
		r -= '！' - '!'
		if r == '`' {
			return "'", true
		}
		return string(r), true
	}
	switch r {
	case '‘', '’', '‚', '‛', '′', '`', '´':
		return "'", true
	case '“', '”', '„', '‟', '″', '«', '»':
		return `"`, true
	case '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2015', '\u2212':
		return "-", true
	case '…':
		return "...", true
	case '\u00A0', '\u202F', '\u3000':
		return " ", true
	case '\u200B', '\u200C', '\u200D', '\u2060', '\uFEFF':
		return "", true
	case '•', '·':
		return "*", true
	}
	if r >= '\u2000' && r <= '\u200A' {
		return " ", true
	}
	return "", false
}
