package answer

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// fold returns the text in the form that is read: letter emoji become letters, invisible characters go, and what is
// left is in NFKC. Case is kept, because a part of the text may be shown as a comment.
func fold(raw string) string {
	var out, pending strings.Builder
	flush := func() {
		out.WriteString(norm.NFKC.String(pending.String()))
		pending.Reset()
	}
	runes := []rune(strings.ToValidUTF8(raw, "\uFFFD"))
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case invisible(r):
		case filler(r):
			pending.WriteByte(' ')
		case keepsForm(r):
			flush()
			out.WriteRune(r)
		case regional(r):
			text, width := regionals(runes[i:])
			pending.WriteString(text)
			i += width - 1
		default:
			if text, ok := letterEmoji(r); ok {
				pending.WriteString(text)
			} else {
				pending.WriteRune(r)
			}
		}
	}
	flush()
	return trademark(withoutFaces(dotlessI.Replace(out.String())))
}

// faces are drawn with letters that are codes elsewhere: m(_ _)m, T_T, and ":D" on its own.
var faces = []*regexp.Regexp{
	regexp.MustCompile(`[mM]\s?\([\s_.^><;*ーｰ-]{1,8}\)\s?[mM]`),
	regexp.MustCompile(`[tT]_{1,4}[tT]|[qQ]_{1,4}[qQ]`),
	regexp.MustCompile(`(^|\s)[:;=]-?[DPSXOdpsxo](\s|$)`),
}

func withoutFaces(s string) string {
	if !strings.ContainsAny(s, "_:;=(") {
		return s
	}
	for _, face := range faces {
		s = face.ReplaceAllString(s, " ")
	}
	return s
}

var dotlessI = strings.NewReplacer("ı", "I", "İ", "I", "i\u0307", "i")

// invisible reports whether a character only steers how others look: format characters, variation selectors, skin
// tones, the grapheme joiner, and the enclosing keycap or circle around a letter.
func invisible(r rune) bool {
	switch {
	case r >= 0x1F3FB && r <= 0x1F3FF, r == 0x034F, r >= 0x180B && r <= 0x180D:
		return true
	case r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0100 && r <= 0xE01EF:
		return true
	}
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Me, r)
}

// filler reports whether a letter of Hangul is one that has no ink.
func filler(r rune) bool { return r == 0x115F || r == 0x1160 || r == 0x3164 || r == 0xFFA0 }

// keepsForm reports whether compatibility folding would make letters of a sign: 38℃ is no answer C, nor ㏂ an answer A.
func keepsForm(r rune) bool {
	switch r {
	case '℀', '℁', '℃', '℅', '℆', '℉', '№', '℠', '℡', '™':
		return true
	}
	return r >= 0x3300 && r <= 0x33FF
}

func regional(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// regionals reads regional indicators: a pair that is a country's flag is a picture, every other one is a letter.
func regionals(runes []rune) (text string, width int) {
	first := string('A' + runes[0] - 0x1F1E6)
	if len(runes) < 2 || !regional(runes[1]) {
		return first, 1
	}
	pair := first + string('A'+runes[1]-0x1F1E6)
	if region, err := language.ParseRegion(pair); err == nil && region.IsCountry() {
		return " ", 2
	}
	return pair, 2
}

// letterEmoji returns the text of letters in squares and circles which NFKC leaves alone, and sets numbers apart, so
// that a letter before a circled number stays a letter. Roman numerals are numbers, not letters.
func letterEmoji(r rune) (string, bool) {
	switch {
	case r >= 0x1F150 && r <= 0x1F169: // negative circled
		return string('A' + r - 0x1F150), true
	case r >= 0x1F170 && r <= 0x1F189: // negative squared
		return string('A' + r - 0x1F170), true
	case r == 0x1F18E:
		return "AB", true
	case r == 0x1F196:
		return " NG ", true
	case r == 0x1F198:
		return " SOS ", true
	case r >= 0x2460 && r <= 0x249B: // circled, parenthesised and full-stop numbers
		return " " + norm.NFKC.String(string(r)) + " ", true
	case r >= 0x2160 && r <= 0x2188: // Roman numerals
		return " 0 ", true
	}
	return "", false
}

// trademark undoes what keyboards make of "(C)" and "(R)", when nothing else is in the text.
func trademark(s string) string {
	switch strings.TrimSpace(s) {
	case "©":
		return "C"
	case "®":
		return "R"
	}
	return s
}

// lookalikes maps upper-case Cyrillic and Greek letters to the Latin letter they cannot be told from.
var lookalikes = map[rune]byte{
	'А': 'A', 'В': 'B', 'С': 'C', 'Е': 'E', 'Н': 'H', 'І': 'I', 'Ј': 'J', 'К': 'K', 'М': 'M', 'О': 'O', 'Р': 'P',
	'Ѕ': 'S', 'Т': 'T', 'У': 'Y', 'Х': 'X', 'Ԛ': 'Q', 'Ԝ': 'W',
	'Α': 'A', 'Β': 'B', 'Ε': 'E', 'Ζ': 'Z', 'Η': 'H', 'Ι': 'I', 'Κ': 'K', 'Μ': 'M', 'Ν': 'N', 'Ο': 'O', 'Ρ': 'P',
	'Τ': 'T', 'Υ': 'Y', 'Χ': 'X',
}

// latinLookalike returns the Latin form of an upper-case run of one or two letters, when all of them have one.
func latinLookalike(run string) (string, bool) {
	var latin []byte
	for _, r := range run {
		switch like, ok := lookalikes[r]; {
		case len(latin) == 2:
			return "", false
		case ok:
			latin = append(latin, like)
		case r >= 'A' && r <= 'Z':
			latin = append(latin, byte(r))
		default:
			return "", false
		}
	}
	return string(latin), len(latin) > 0
}

// plain returns a Latin text in upper case, without diacritics and with straight apostrophes, to find words however
// people type them.
func plain(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToUpper(s)) {
		switch {
		case r == 'Đ':
			b.WriteByte('D')
		case r == '’' || r == 'ʼ':
			b.WriteByte('\'')
		case !unicode.Is(unicode.Mn, r):
			b.WriteRune(r)
		}
	}
	return b.String()
}
