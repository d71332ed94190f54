package answer

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

type kind uint8

const (
	latin kind = iota // letters of the Latin alphabet only
	mixed             // Latin letters with digits, signs or marks among them: never a code
	digit             // digits only
	other             // letters of any other writing
)

// token is a run of letters and digits of a folded text.
type token struct {
	text       string // upper case
	start, end int    // octets of the folded text
	kind       kind
	lookalike  bool // typed in Cyrillic or Greek, and read as Latin
}

// message is a folded text and its tokens.
type message struct {
	text    string
	tokens  []token
	compact string // letters and digits only, upper case
}

func newMessage(folded string) message {
	m := message{text: folded}
	var compact strings.Builder
	for at := 0; at < len(folded); {
		r, size := utf8.DecodeRuneInString(folded[at:])
		var end int
		switch class := classOf(r); {
		case class == noWord, unicode.IsMark(r), class == lengthMark && endsInLatin(m.tokens, at):
			at += size // a length mark behind a Latin letter is meant as a dash, and a mark on nothing is none
			continue
		case class == europeanWord || class == digitWord:
			end = europeanEnd(folded, at)
		default:
			end = otherEnd(folded, at)
		}
		t := newToken(folded, at, end)
		m.tokens = append(m.tokens, t)
		compact.WriteString(lettersOf(t.text))
		at = end
	}
	m.compact = compact.String()
	return m
}

func endsInLatin(tokens []token, at int) bool {
	n := len(tokens)
	return n > 0 && tokens[n-1].end == at && tokens[n-1].kind == latin
}

type class uint8

const (
	noWord class = iota
	europeanWord
	digitWord
	otherWord
	lengthMark
)

func classOf(r rune) class {
	switch {
	case r < utf8.RuneSelf:
		switch {
		case r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z':
			return europeanWord
		case r >= '0' && r <= '9':
			return digitWord
		}
		return noWord
	case r == 'ー':
		return lengthMark
	case r == utf8.RuneError, r == '〇': // a lost character may have been a letter
		return otherWord
	case r == '°':
		return europeanWord
	case unicode.IsLetter(r):
		if unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek) {
			return europeanWord
		}
		return otherWord
	case unicode.IsDigit(r):
		return digitWord
	case unicode.IsMark(r):
		return otherWord
	}
	return noWord
}

// europeanEnd returns where the word that begins at start ends. An apostrophe, an underscore or an at sign between two
// letters is a part of the word (don't, D'accord, b@example.com), and so are digits and marks.
func europeanEnd(s string, start int) int {
	at := start
	for at < len(s) {
		r, size := utf8.DecodeRuneInString(s[at:])
		switch c := classOf(r); {
		case c == europeanWord, c == digitWord, unicode.IsMark(r):
		case joinsWord(r):
			next, _ := utf8.DecodeRuneInString(s[at+size:])
			if c := classOf(next); at+size == len(s) || c != europeanWord && c != digitWord {
				return at
			}
		default:
			return at
		}
		at += size
	}
	return at
}

func joinsWord(r rune) bool { return r == '\'' || r == '’' || r == 'ʼ' || r == '_' || r == '@' }

func otherEnd(s string, start int) int {
	at := start
	for at < len(s) {
		r, size := utf8.DecodeRuneInString(s[at:])
		if c := classOf(r); c != otherWord && c != lengthMark {
			return at
		}
		at += size
	}
	return at
}

func newToken(folded string, start, end int) token {
	t := token{text: strings.ToUpper(folded[start:end]), start: start, end: end, kind: digit}
	letters, digits, foreign := false, false, false
	for _, r := range t.text {
		switch {
		case unicode.IsDigit(r):
			digits = true
		case unicode.Is(unicode.Latin, r) || joinsWord(r):
			letters = true
		default:
			foreign = true
		}
	}
	switch {
	case foreign && digits, letters && digits:
		t.kind = mixed
	case foreign:
		t.kind = other
		if text, ok := latinLookalike(t.text); ok {
			t.text, t.kind, t.lookalike = text, latin, true
		}
	case letters:
		t.kind = latin
	}
	if strings.ContainsAny(t.text, "@°") {
		t.kind = mixed
	}
	return t
}

// lettersOf drops the signs inside a word.
func lettersOf(word string) string {
	if !strings.ContainsAny(word, "'’ʼ_@°") {
		return word
	}
	return strings.Map(func(r rune) rune {
		if joinsWord(r) || r == '°' {
			return -1
		}
		return r
	}, word)
}

func (m message) allLatin() bool {
	return !slices.ContainsFunc(m.tokens, func(t token) bool { return t.kind != latin })
}

// gapBefore returns what stands between token i and the one before it, or the beginning of the text.
func (m message) gapBefore(i int) string {
	start := 0
	if i > 0 {
		start = m.tokens[i-1].end
	}
	return m.text[start:m.tokens[i].start]
}

// gapAfter returns what stands between token i and the next one, or the end of the text.
func (m message) gapAfter(i int) string {
	end := len(m.text)
	if i+1 < len(m.tokens) {
		end = m.tokens[i+1].start
	}
	return m.text[m.tokens[i].end:end]
}

// without returns the text without token i, as a comment: no separators where the token stood, no outer spaces.
func (m message) without(i int) string {
	const separators = " \t\r\n:;.,、。，：・-–—=()[]{}（）「」『』【】\"“”'‘’"
	t := m.tokens[i]
	before := strings.TrimSpace(strings.TrimRight(m.text[:t.start], separators))
	after := strings.TrimSpace(strings.TrimLeft(m.text[t.end:], separators+"ー"))
	if before != "" && after != "" {
		return before + " " + after
	}
	return before + after
}
