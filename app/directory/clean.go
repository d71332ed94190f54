package directory

import (
	"net/mail"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"noroshi/app/phone"
)

// CleanExternalID returns the text as external ids are compared: NFKC, trimmed. Leading zeros and case stay.
func CleanExternalID(s string) string { return CleanLine(norm.NFKC.String(s)) }

// CleanLine returns the text on one line: control characters are gone, runs of space are one space, ends are trimmed, the
// form is NFC. An ideographic space inside becomes an ordinary one, so that the same name written both ways is the same.
func CleanLine(s string) string {
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

// cleanText is CleanLine with line breaks kept, as \n.
func cleanText(s string) string {
	if plain(s) {
		return s
	}
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	return norm.NFC.String(strings.TrimSpace(strip(s, true)))
}

// strip removes what must not be in a record: control characters, which also separate the parts of a key, and bytes that
// are not UTF-8.
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

// Zones remembers which time zones exist; looking one up reads the zone database. The zero value is ready, nil works
// without remembering. It is safe for concurrent use.
type Zones struct {
	mu    sync.Mutex
	known map[string]bool
}

const maxZones = 4096 // more distinct texts than zones exist are nonsense, looked up each time

// Known reports whether the text is the name of an IANA zone.
func (z *Zones) Known(name string) bool {
	if name == "" || name == "Local" || len(name) > 64 {
		return false
	}
	if z == nil {
		return lookUpZone(name)
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if ok, have := z.known[name]; have {
		return ok
	}
	ok := lookUpZone(name)
	if z.known == nil {
		z.known = map[string]bool{}
	}
	if len(z.known) < maxZones {
		z.known[name] = ok
	}
	return ok
}

func lookUpZone(name string) bool {
	_, err := time.LoadLocation(name)
	return err == nil
}

// readPhone reads a number, or takes over what the person has when the text is the same.
func readPhone(raw, country string, had []Phone) (Phone, string) {
	for _, p := range had {
		if p.Raw == raw {
			return p, ""
		}
	}
	r := phone.Read(raw, country)
	return Phone{Raw: raw, Number: r.Number, Status: r.Status, Country: r.Country}, r.Reason
}

// CleanMail folds full-width forms and checks the address. code is "" or says what is wrong: mail_no_at, mail_domain_cut
// (the domain has no dot), mail_invalid.
func CleanMail(s string) (address, code string) {
	address = strings.ReplaceAll(CleanExternalID(s), " ", "")
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

func itoa(n int) string { return strconv.Itoa(n) }
