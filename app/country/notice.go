package country

import (
	"slices"
	"strconv"
	"strings"

	"noroshi/app/config"
	"noroshi/app/lang"
	"noroshi/app/phone"
)

// NumbersFor returns the numbers that people of a country answer to, as they are printed: those of the routes made for
// the country, or else of the routes that serve all. Simulated routes count like any other; it is for the caller to
// leave out what carries nothing.
func NumbersFor(routes []config.Route, cc string) []string {
	code := strconv.Itoa(phone.CallingCode(cc))
	var named, general []string
	for i := range routes {
		r := &routes[i]
		if !r.Answers() {
			continue
		}
		number := r.Sender
		if r.ReplyMode == "number" {
			number = r.ReplyNumber
		}
		prefixed := slices.ContainsFunc(r.Prefixes, func(p string) bool {
			return strings.HasPrefix(strings.TrimPrefix(p, "+"), code)
		})
		switch {
		case number == "":
		case slices.Contains(r.Countries, cc) || prefixed:
			named = append(named, number)
		case len(r.Countries) == 0 && len(r.Prefixes) == 0:
			general = append(general, number)
		}
	}
	if len(named) == 0 {
		named = general
	}
	slices.Sort(named)
	return slices.Compact(named)
}

// Notices returns what to print for people of the country: in its own languages first, then in those of the console.
func (c Card) Notices() []lang.Notice {
	var out []lang.Notice
	var seen []string
	for _, tag := range slices.Concat(c.Languages, []string{"ja", "en"}) {
		n := lang.NoticeFor(tag)
		if !slices.Contains(seen, n.Tag) {
			seen, out = append(seen, n.Tag), append(out, n)
		}
	}
	return out
}
