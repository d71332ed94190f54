package country

import (
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// The beginnings and ends by which networks know a link. Bare names are known by common ends only: "Reply.Then" is
// none.
var (
	link = regexp.MustCompile(`(?i)\b(?:https?://|www\.)[^\s　、。「」（）<>"]+` +
		`|\b[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:com|net|org|info|biz|io|app|dev|jp|th|sg|id|vn|kr|tw|cn|my|in|` +
		`asia|link|page|ly|example)\b(?:/[^\s　、。「」（）<>"]*)?`)
	date = regexp.MustCompile(`\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b|\b\d{1,2}[-/.]\d{1,2}[-/.]\d{4}\b|` +
		`\b\d{1,2}:\d{2}(?::\d{2})?\b`)
	number = regexp.MustCompile(`\+?\(?\d[\d ().-]*\d`)
)

// leastDigits is how many digits make a telephone number; dates and times do not count.
const leastDigits = 7

// FindLink returns the first link of a text as it stands there; "" when there is none.
func FindLink(text string) string { return strings.TrimRight(link.FindString(text), ".,!?") }

// FindNumber returns the first telephone number of a text; "" when there is none.
func FindNumber(text string) string {
	folded := norm.NFKC.String(text)
	for _, found := range number.FindAllString(date.ReplaceAllString(folded, "|"), -1) {
		if digitsOf(found) >= leastDigits {
			return strings.TrimSpace(found)
		}
	}
	return ""
}

func digitsOf(s string) (n int) {
	for _, r := range s {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n
}

// mentions reports whether a text names a number, however it is divided.
func mentions(text, number string) bool {
	if number == "" {
		return false
	}
	if strings.Contains(text, number) {
		return true
	}
	strip := strings.NewReplacer("-", "", " ", "", "(", "", ")", "", "+", "")
	return strings.Contains(strip.Replace(norm.NFKC.String(text)), strip.Replace(number))
}
