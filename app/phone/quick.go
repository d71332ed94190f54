package phone

import (
	"strconv"

	"github.com/nyaruka/phonenumbers"
)

// plan is a numbering plan simple enough to read without the library's parser, which takes most of the time of an
// import. Whatever the short way does not recognise as a mobile number goes the long way, so a plan can only be too
// careful here, never wrong; a test holds the two ways against each other.
type plan struct {
	country string
	code    int
	trunk   bool // mobile numbers are dialled with a 0 in front inside the country
}

var plans = [...]plan{
	{"JP", 81, true}, {"TH", 66, true}, {"SG", 65, false}, {"ID", 62, true}, {"VN", 84, true},
	{"KR", 82, true}, {"TW", 886, true}, {"CN", 86, false}, {"MY", 60, true}, {"IN", 91, true},
}

// quick reads the common ways of writing a mobile number: digits with spaces, hyphens, dots and brackets between them,
// with the international prefix or with the trunk 0 of the default country. ok is false when it is anything else.
func quick(text, country string) (res Result, ok bool) {
	var buf [maxDigits + 1]byte
	digits := buf[:0]
	plus := text[0] == '+'
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			if len(digits) == cap(digits) {
				return Result{}, false
			}
			digits = append(digits, c)
		case c == ' ' || c == '-' || c == '.' || c == '(' || c == ')' || c == '+' && i == 0:
		default:
			return Result{}, false
		}
	}
	for i := range plans {
		p := &plans[i]
		if plus {
			if code := itoa(p.code); len(digits) > len(code) && string(digits[:len(code)]) == code {
				return p.mobile(digits[len(code):])
			}
			continue
		}
		if p.country != country {
			continue
		}
		if !p.trunk {
			return p.mobile(digits)
		}
		if len(digits) > 1 && digits[0] == '0' {
			return p.mobile(digits[1:])
		}
		return Result{}, false
	}
	return Result{}, false
}

// mobile accepts national digits that the plan knows as mobile.
func (p *plan) mobile(national []byte) (Result, bool) {
	if len(national) < 7 || national[0] == '0' {
		return Result{}, false
	}
	n := Number(p.code)
	for _, c := range national {
		n = n*10 + Number(c-'0')
	}
	if n > 999_999_999_999_999 {
		return Result{}, false
	}
	res := Result{Number: n, Status: SMSOK, Country: p.country}
	if isJapan060(n) {
		return res, true
	}
	lib := newLibraryNumber(p.code, string(national))
	return res, phonenumbers.GetNumberType(lib) == phonenumbers.MOBILE
}

func itoa(n int) string { return strconv.Itoa(n) }
