// Package words is in charge of the texts of people: cleaning them before they are kept, and how they are compared when
// somebody looks for them: folding, the words of a name, the digits of a number. It is pure. Identity goes by cleaned
// texts, never by folded ones.
package words

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// MaxToken bounds the text of a search key, in octets; 48 are 16 kana or kanji.
const MaxToken = 48

// maxRotations bounds the words of a name by which it is found.
const maxRotations = 4

// Fold returns the text as search compares it: case, width, kana script, accents of Latin letters and old forms of
// kanji do not matter; spaces and the marks between parts of a name are gone. Only search and sort order use it:
// identity never does.
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i, w := 0, 0; i < len(s); i += w {
		var r rune
		r, w = rune(s[i]), 1
		if r >= utf8.RuneSelf {
			return foldUnicode(s)
		}
		if letter, keep := foldASCII(r); keep {
			b.WriteRune(letter)
		}
	}
	return b.String()
}

func foldASCII(r rune) (rune, bool) {
	switch {
	case r >= 'A' && r <= 'Z':
		return r + 'a' - 'A', true
	case r <= ' ', r == '.', r == ',', r == '\'', r == '-', r == 0x7f:
		return 0, false
	}
	return r, true
}

// composed reports whether decomposing and composing the text again would change nothing in it that matters to Fold.
func composed(s string) bool {
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf, r >= 0x4e00 && r <= 0x9fff, r >= 'ぁ' && r <= 'ゖ', r >= 'ァ' && r <= 'ー', r == '\u3000':
		default:
			return false
		}
	}
	return true
}

func foldUnicode(s string) string {
	whole := composed(s)
	if !whole {
		s = norm.NFKD.String(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf:
			if letter, keep := foldASCII(r); keep {
				b.WriteRune(letter)
			}
			continue
		case r >= 0x0300 && r <= 0x036f: // combining accents: Nguyễn is found as nguyen
			continue
		case r >= 'ぁ' && r <= 'ゖ':
			r += 'ァ' - 'ぁ'
		case unicode.IsSpace(r), r == '・', r == '·', r == '’', r == '‐', r == utf8.RuneError:
			continue
		case unicode.IsControl(r), r >= 0x200b && r <= 0x200f, r == 0xfeff:
			continue
		default:
			r = unicode.ToLower(r)
			if v, ok := variants[r]; ok {
				r = v
			}
		}
		b.WriteRune(r)
	}
	if whole {
		return b.String()
	}
	return norm.NFC.String(b.String())
}

// variants maps forms of kanji that Japanese names are written with to the one most people type. NFKC knows the
// compatibility forms only; these are characters of their own in Unicode.
var variants = func() map[rune]rune {
	const table = "髙高 﨑崎 碕崎 嵜崎 邊辺 邉辺 齋斉 斎斉 齊斉 濵浜 濱浜 澤沢 嶋島 嶌島 廣広 德徳 國国 櫻桜 眞真 條条 瀨瀬 槇槙 龍竜 藏蔵 " +
		"與与 萬万 惠恵 壽寿 榮栄 澁渋 實実 禮礼 彌弥 應応 靜静 淨浄 總総 將将 圓円 學学 關関 鐵鉄 黑黒 燈灯 晝昼 曾曽 增増 橫横 淸清 " +
		"冨富 峯峰 嶽岳 籠篭 桒桑 栁柳 舘館 𠮷吉 渕淵 埜野 埼崎 檜桧 兒児 豐豊 瀧滝 塚塚 祐祐 đd øo łl ßs ıi"
	m := map[rune]rune{}
	for _, pair := range strings.Fields(table) {
		r := []rune(pair)
		if r[0] != r[1] {
			m[r[0]] = r[1]
		}
	}
	return m
}()

// Cut shortens a folded text to what fits in a search key, at the end of a character.
func Cut(s string) string {
	if len(s) <= MaxToken {
		return s
	}
	n := MaxToken
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// Rotations returns the folded text of a name once for each word it has, beginning with that word: so that "中村 太",
// "太郎" and "太郎 中村" all are the beginning of one of them.
func Rotations(s string) []string {
	words := strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '・' || r == ',' })
	folded := words[:0]
	for _, w := range words {
		if w = Fold(w); w != "" {
			folded = append(folded, w)
		}
	}
	n := min(len(folded), maxRotations)
	out := make([]string, 0, n)
	for i := range n {
		out = append(out, Cut(strings.Join(folded[i:], "")+strings.Join(folded[:i], "")))
	}
	return out
}

// Digits returns the decimal digits of what somebody typed to find a number, and whether it can be one: digits and the
// marks between them only.
func Digits(s string) (string, bool) {
	var b strings.Builder
	for _, r := range norm.NFKC.String(s) {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case strings.ContainsRune("+-() .‐‑–—−ー", r):
		default:
			return "", false
		}
	}
	return b.String(), b.Len() > 0
}
