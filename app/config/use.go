package config

import (
	"strconv"
	"strings"
	"time"
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

// Quiet reports whether a moment, in the recipient's own time, is inside the route's quiet hours. Their end is outside.
func (r *Route) Quiet(local time.Time) bool {
	from, to, ok := parseQuiet(r.QuietHours)
	at := local.Hour()*60 + local.Minute()
	switch {
	case !ok:
		return false
	case from <= to:
		return from <= at && at < to
	}
	return at >= from || at < to
}

// QuietEnd returns when the quiet hours that hold at a moment end, in its zone; the moment itself when none hold.
func (r *Route) QuietEnd(local time.Time) time.Time {
	if !r.Quiet(local) {
		return local
	}
	_, to, _ := parseQuiet(r.QuietHours)
	end := time.Date(local.Year(), local.Month(), local.Day(), to/60, to%60, 0, 0, local.Location())
	if !end.After(local) {
		end = time.Date(local.Year(), local.Month(), local.Day()+1, to/60, to%60, 0, 0, local.Location())
	}
	return end
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
