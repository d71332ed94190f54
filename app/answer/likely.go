package answer

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Likely returns what a text that goes to a person would most likely mean: the one code it names without denying it, or
// the one choice whose label is among its words. It is for a person to look at first and is never counted; ok is false
// when nothing, or more than one thing, comes to mind. Asked is as for Read.
func Likely(t Text, asked []Asked) (a Answer, ok bool) {
	if isReaction(t.Raw) {
		return Answer{}, false
	}
	m := newMessage(fold(dropQuoted(t.Raw, asked)))
	for _, status := range []Status{Open, Cooling} {
		c := newChoices(asked, status)
		found, some := c.likely(m)
		if len(found) == 1 {
			return Answer{Broadcast: c.byCode[found[0]].broadcast, Codes: found}, true
		}
		if some {
			return Answer{}, false
		}
	}
	return Answer{}, false
}

// likely returns the codes that the text may mean; some is true when it speaks of a code in any way, so that nothing
// else needs to be thought of.
func (c choices) likely(m message) (found []string, some bool) {
	mentions := findMentions(m, c)
	for _, s := range mentions {
		switch {
		case denied(m, c, s), !s.label && maybeWord(m, s), slices.Contains(found, s.code):
		default:
			found = append(found, s.code)
		}
	}
	if len(mentions) > 0 && len(found) != 0 {
		return found, true
	}
	for _, code := range c.order {
		if c.byCode[code].saysLabel(m) {
			found = append(found, code)
		}
	}
	return found, len(mentions) > 0 || len(found) > 0
}

// shortestLabel is how many characters a label has at least to be looked for inside of other words.
const shortestLabel = 2

// saysLabel reports whether the label stands among the words and nothing denies it.
func (c *choice) saysLabel(m message) bool {
	label := c.label
	if utf8.RuneCountInString(label.compact) < shortestLabel {
		return false
	}
	for i := range m.tokens {
		n, rest, ok := labelFollows(m, i-1, label)
		if !ok {
			continue
		}
		if rest != "" {
			return !hasAnyPrefix(rest, deniesAfter)
		}
		return !deniedBefore(m, i) && !deniedAfter(m, i+n)
	}
	if label.allLatin() {
		return false
	}
	// Writings without spaces: the label stands somewhere inside of a token.
	before, after, ok := strings.Cut(m.compact, label.compact)
	return ok && !hasAnySuffix(before, deniesBefore) && !hasAnyPrefix(after, deniesAfter)
}
