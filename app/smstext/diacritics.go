package smstext

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// WithoutDiacritics takes the marks off Latin letters, as people in Vietnam do in short messages: "Động đất" becomes
// "Dong dat". Other scripts keep theirs. Words lose meaning by it, so it is never applied or offered together with
// Suggest's replacements. whole says that the result is GSM-7 as a whole.
func WithoutDiacritics(text string) (changed string, whole bool) {
	var b strings.Builder
	b.Grow(len(text))
	latin := false
	for _, r := range norm.NFD.String(text) {
		switch {
		case unicode.Is(unicode.Mn, r):
			if latin {
				continue
			}
		case r == 'đ':
			r, latin = 'd', true
		case r == 'Đ':
			r, latin = 'D', true
		default:
			latin = unicode.Is(unicode.Latin, r)
		}
		b.WriteRune(r)
	}
	changed = norm.NFC.String(b.String())
	return changed, IsGSM7(changed)
}
