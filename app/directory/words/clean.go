package words

import (
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// ExternalID returns the text as external ids are compared: NFKC, trimmed. Leading zeros and case stay.
func ExternalID(s string) string { return Line(norm.NFKC.String(s)) }

// Line returns the text on one line: control characters are gone, runs of space are one space, ends are trimmed, the
// form is NFC. An ideographic space inside becomes an ordinary one, so that the same name written both ways is the
// same.
func Line(s string) string {
	if plain(s) {
		return s
	}
	return norm.NFC.String(strings.Join(strings.FieldsFunc(strip(s, false), unicode.IsSpace), " "))
}

// plain reports whether the text is printable ASCII without space at its ends or two in a row: nothing to clean.
func plain(s string) bool {
	space := true
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || c == ' ' && space {
			return false
		}
		space = c == ' '
	}
	return s == "" || !space
}

// Text is Line with line breaks kept, as \n.
func Text(s string) string {
	if plain(s) {
		return s
	}
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	return norm.NFC.String(strings.TrimSpace(strip(s, true)))
}

// strip removes what must not be in a record: control characters, which also separate the parts of a key, and bytes
// that are not UTF-8.
func strip(s string, breaks bool) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && breaks:
			return r
		case r == '\n', r == '\r', r == '\t':
			return ' '
		case r == utf8.RuneError, r == '\ufeff', unicode.IsControl(r):
			return -1
		}
		return r
	}, s)
}

// Mail folds full-width forms and checks the address. code is "" or says what is wrong: mail_no_at, mail_domain_cut
// (the domain has no dot), mail_invalid.
func Mail(s string) (address, code string) {
	address = strings.ReplaceAll(ExternalID(s), " ", "")
	at := strings.LastIndexByte(address, '@')
	switch {
	case at < 0:
		return address, "mail_no_at"
	case at == 0 || len(address) > maxMail:
		return address, "mail_invalid"
	}
	domain := address[at+1:]
	if dot := strings.LastIndexByte(domain, '.'); dot <= 0 || dot == len(domain)-1 {
		return address, "mail_domain_cut"
	}
	// Japanese operators hand out addresses with two dots in a row or one before the @; both break RFC 5322 §3.2.3 and
	// are in use, so the dots of the local part are not looked at.
	local := strings.Trim(strings.ReplaceAll(address[:at], "..", "."), ".")
	parsed, err := mail.ParseAddress(local + "@" + domain)
	if err != nil || parsed.Name != "" || parsed.Address != local+"@"+domain {
		return address, "mail_invalid"
	}
	return address[:at] + "@" + strings.ToLower(domain), ""
}

const maxMail = 254 // octets, RFC 5321 §4.5.3.1.3
