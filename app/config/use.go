package config

import (
	"strconv"
	"strings"
)

// Answers reports whether people can answer over the route: it is not reply_mode none, and two_way is not false.
func (r *Route) Answers() bool {
	return r.ReplyMode != "none" && (r.TwoWay == nil || *r.TwoWay)
}

// ReplyNumbers returns the numbers on which answers may arrive over the route, without a plus: mo_numbers, or else the
// sender and the reply number as far as they are numbers.
func (r *Route) ReplyNumbers() []string {
	list := r.MONumbers
	if len(list) == 0 {
		list = []string{r.Sender, r.ReplyNumber}
	}
	var out []string
	for _, n := range list {
		if n = strings.TrimPrefix(n, "+"); digits(n) {
			out = append(out, n)
		}
	}
	return out
}

// parseQuiet reads hours such as "21:00-08:00" as minutes of the day; ok is false for "" and what is none.
func parseQuiet(s string) (from, to int, ok bool) {
	a, b, found := strings.Cut(s, "-")
	if !found {
		return 0, 0, false
	}
	from, okFrom := minutes(a)
	to, okTo := minutes(b)
	from, to = from%(24*60), to%(24*60)
	return from, to, okFrom && okTo && from != to
}

func minutes(s string) (int, bool) {
	h, m, found := strings.Cut(strings.TrimSpace(s), ":")
	hour, errH := strconv.Atoi(h)
	minute, errM := strconv.Atoi(m)
	whole := hour == 24 && minute == 0
	if !found || errH != nil || errM != nil || hour < 0 || minute < 0 || minute > 59 || hour > 23 && !whole {
		return 0, false
	}
	return hour*60 + minute, true
}
