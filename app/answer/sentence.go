package answer

import (
	"slices"
	"strings"
	"unicode"
)

// mention is a token that is a code, among other words.
type mention struct {
	at     int // index of the token
	code   string
	counts bool   // stands alone, or before its own label or a copula
	joined bool   // stands before a word that joins it to another code
	label  bool   // its own label follows
	after  int    // index of the first token behind the code and its label
	rest   string // what is left of the token in which the label ended
}

// readCodeWithWords is rule 7. It does not apply when no code is mentioned.
func readCodeWithWords(m message, c choices) (Verdict, bool) {
	mentions := findMentions(m, c)
	if len(mentions) == 0 {
		return Verdict{}, false
	}
	var distinct []string
	counted := false
	for _, s := range mentions {
		if denied(m, c, s) {
			return review(CodeDenied), true
		}
		if (s.counts || s.joined) && !slices.Contains(distinct, s.code) {
			distinct = append(distinct, s.code)
		}
		counted = counted || s.counts
	}
	switch {
	case !counted:
		return review(CodePartOfWord), true
	case len(distinct) > 1:
		return review(SeveralCodes), true
	}
	for _, s := range mentions {
		if s.counts && (s.at == 0 || s.at == len(m.tokens)-1) {
			return decide(m, c, s), true
		}
	}
	return review(CodeInSentence), true
}

// decide reads the only code of a text, which stands first or last.
func decide(m message, c choices, s mention) Verdict {
	if !s.label {
		switch {
		case maybeWord(m, s):
			return review(CodeMaybeWord)
		case asksForCode(m, s):
			return review(CodeAsked)
		case labelOfAnother(m, c, s):
			return review(LabelDisagrees)
		}
	}
	v := c.accept(s.code)
	v.Result, v.Comment = AcceptInferred, m.without(s.at)
	if v.Reason == NoReason {
		v.Reason = CodeWithWords
		if s.label && s.after == len(m.tokens) && s.rest == "" {
			v.Reason = CodeWithLabel
		}
	}
	return v
}

func findMentions(m message, c choices) []mention {
	var found []mention
	for i := 0; i < len(m.tokens); i++ {
		t := m.tokens[i]
		if t.kind != latin || !c.has(t.text) {
			continue
		}
		s := mention{at: i, code: t.text, after: i + 1}
		if n, rest, ok := labelFollows(m, i, c.byCode[t.text].label); ok {
			s.label, s.after, s.rest = true, i+1+n, rest
		}
		next, stuck := stuckTo(m, i)
		switch {
		case s.label:
			s.counts = true
		case hyphened(m, c, i):
		case !stuck:
			s.counts = true
		default:
			s.counts = isCopula(next)
			s.joined = !s.counts && hasAnyPrefix(next, joins)
		}
		found = append(found, s)
		i = s.after - 1 // letters inside the label are no codes
	}
	return found
}

// stuckTo returns the token that follows token i with nothing between them.
func stuckTo(m message, i int) (text string, stuck bool) {
	if i+1 < len(m.tokens) && m.gapAfter(i) == "" {
		return m.tokens[i+1].text, true
	}
	return "", false
}

// hyphened reports whether a hyphen ties token i to a Latin word or a number that is no code: "B-1", "T-shirt".
func hyphened(m message, c choices, i int) bool {
	ties := func(gap string, neighbour int) bool {
		if gap != "-" && gap != "‐" && gap != "‑" {
			return false
		}
		t := m.tokens[neighbour]
		return t.kind != other && !c.has(t.text)
	}
	return i > 0 && ties(m.gapBefore(i), i-1) || i+1 < len(m.tokens) && ties(m.gapAfter(i), i+1)
}

// labelFollows reports whether the words of the label follow token i, how many tokens they are, and what is left of the
// last one, which in writings without spaces may go on.
func labelFollows(m message, i int, label message) (n int, rest string, ok bool) {
	n = len(label.tokens)
	if n == 0 || i+n >= len(m.tokens) {
		return 0, "", false
	}
	for k, want := range label.tokens {
		got := m.tokens[i+1+k]
		if k == n-1 && want.kind == other && got.kind == other {
			rest, ok = strings.CutPrefix(got.text, want.text)
			return n, rest, ok
		}
		if got.text != want.text && (got.kind != latin || plain(got.text) != plain(want.text)) {
			return 0, "", false
		}
	}
	return n, "", true
}

// isCopula reports whether the word makes a statement of the code it is stuck to.
func isCopula(word string) bool {
	return slices.Contains(wholeCopulas, word) || hasAnyPrefix(word, copulas)
}

// asksForCode reports whether a question mark or the word after the code makes a question or a doubt of it.
func asksForCode(m message, s mention) bool {
	if strings.ContainsAny(m.gapAfter(s.at), "?？") {
		return true
	}
	if s.at+1 >= len(m.tokens) || !nearby(m.gapAfter(s.at)) {
		return false
	}
	word := m.tokens[s.at+1].text
	return slices.Contains(asks, word) ||
		hasAnyPrefix(word, copulas) && hasAnySuffix(word, asks)
}

// maybeWord reports whether the code may be a word of the sentence: an article, a pronoun, or a word in an alphabet
// that was taken for Latin.
func maybeWord(m message, s mention) bool {
	last := s.at == len(m.tokens)-1
	if slices.Contains(wordCodes, s.code) && s.code != "A" && len(m.tokens) > 1 && amongLatin(m, s.at) {
		return true
	}
	if m.tokens[s.at].lookalike && amongLookalikes(m) {
		return true
	}
	if last {
		return false
	}
	next := m.tokens[s.at+1]
	if next.kind != latin {
		return false
	}
	return slices.Contains(wordCodes, s.code) ||
		slices.Contains(vietnamesePronouns, s.code) && writtenInVietnamese(m, s.at+1)
}

func writtenInVietnamese(m message, from int) bool {
	return slices.ContainsFunc(m.tokens[from:], func(t token) bool { return t.kind == latin && plain(t.text) != t.text })
}

func amongLatin(m message, at int) bool {
	return at > 0 && m.tokens[at-1].kind == latin || at+1 < len(m.tokens) && m.tokens[at+1].kind == latin
}

// amongLookalikes reports whether other words are in Cyrillic or Greek, where one letter is often a word.
func amongLookalikes(m message) bool {
	return slices.ContainsFunc(m.tokens, func(t token) bool {
		return t.kind == other && strings.IndexFunc(t.text, cyrillicOrGreek) >= 0
	})
}

func cyrillicOrGreek(r rune) bool { return unicode.In(r, unicode.Cyrillic, unicode.Greek) }

// labelOfAnother reports whether the words beside the code are the label of another choice of the same question.
func labelOfAnother(m message, c choices, s mention) bool {
	var words strings.Builder
	for i, t := range m.tokens {
		if i != s.at {
			words.WriteString(lettersOf(t.text))
		}
	}
	for code, other := range c.byCode {
		if code != s.code && other.broadcast == c.byCode[s.code].broadcast && other.label.compact == words.String() {
			return other.label.compact != c.byCode[s.code].label.compact
		}
	}
	return false
}

// nearby reports whether nothing but spaces and brackets stand between two tokens.
func nearby(gap string) bool {
	return strings.Trim(gap, " \t()[]{}（）「」『』【】\"“”'‘’*_:") == ""
}

func deniedBySign(m message, i int) bool {
	return strings.ContainsAny(m.gapBefore(i), deniesSign) || strings.ContainsAny(m.gapAfter(i), deniesSign)
}

// denied reports whether the words right beside the code, or right beside its label, say that it is not meant.
func denied(m message, c choices, s mention) bool {
	if deniedBySign(m, s.at) || deniedBefore(m, s.at) {
		return true
	}
	if !s.label && deniesLabel(m, s.at+1, c.byCode[s.code].label) {
		return true
	}
	if s.rest != "" {
		return hasAnyPrefix(s.rest, deniesAfter)
	}
	return deniedAfter(m, s.after)
}

func deniedBefore(m message, at int) bool {
	if at == 0 || !nearby(m.gapBefore(at)) {
		return false
	}
	t := m.tokens[at-1]
	if t.kind == other {
		return hasAnySuffix(t.text, deniesBefore) || slices.Contains(deniesBeforeWord, t.text)
	}
	return slices.Contains(deniesBeforeWord, plain(t.text)) || deniedBeforeInVietnamese(m, at)
}

// deniesLabel reports whether token at is a denial of the label which follows it, or begins with both.
func deniesLabel(m message, at int, label message) bool {
	if at >= len(m.tokens) || label.compact == "" {
		return false
	}
	t := m.tokens[at]
	if t.kind != other {
		_, _, follows := labelFollows(m, at, label)
		return follows && slices.Contains(deniesBeforeWord, plain(t.text))
	}
	return slices.ContainsFunc(deniesBefore, func(no string) bool {
		return strings.HasPrefix(t.text, no+label.compact)
	})
}

// deniedBeforeInVietnamese looks for "không phải" and its short forms, and "không chọn".
func deniedBeforeInVietnamese(m message, at int) bool {
	if at < 2 {
		return false
	}
	verb, no := plain(m.tokens[at-1].text), plain(m.tokens[at-2].text)
	return slices.Contains([]string{"PHAI", "CHON", "LA"}, verb) &&
		slices.Contains([]string{"KHONG", "KO", "KG", "K", "CHANG", "DUNG"}, no)
}

func deniedAfter(m message, at int) bool {
	if at >= len(m.tokens) || !nearby(m.gapBefore(at)) {
		return false
	}
	t := m.tokens[at]
	if t.kind == other && hasAnyPrefix(t.text, deniesAfter) {
		return true
	}
	return slices.ContainsFunc(deniesAfterLatin, func(row []string) bool {
		for k, want := range row {
			end := at+k >= len(m.tokens)
			if want == "$" {
				return end
			}
			if end || plain(m.tokens[at+k].text) != want {
				return false
			}
		}
		return true
	})
}
