package phone

import (
	"errors"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// maxRaw is the longest cell that is looked at, in bytes. Longer ones are not telephone numbers.
const maxRaw = 512

// Status says what a number can be used for.
type Status uint8

// The closed set of statuses. The zero value is the careful one.
const (
	Invalid   Status = iota // not a number of any numbering plan; the row is kept and shown
	NotMobile               // a real number that takes no SMS by its plan; an administrator may force it
	SMSOK                   // mobile, or of a plan that does not tell mobile from fixed
)

// String returns the word used in the API, exports and the console's keys.
func (s Status) String() string {
	switch s {
	case SMSOK:
		return "sms_ok"
	case NotMobile:
		return "not_mobile"
	case Invalid:
	}
	return "invalid"
}

// Reasons for a status other than SMSOK. Stable: the console translates them. Those of Invalid first.
const (
	ReasonEmpty             = "empty"              // no digit at all
	ReasonTooLong           = "too_long"           // more digits than any number has
	ReasonTooShort          = "too_short"          // fewer digits than any number has
	ReasonLetterInside      = "letter_inside"      // a letter between the digits
	ReasonSpreadsheetNumber = "spreadsheet_number" // 9.01E+10: the spreadsheet has destroyed the digits
	ReasonTwoNumbers        = "two_numbers"        // more than one number in the cell
	ReasonNoCountry         = "no_country"         // no country code written and no default country that exists
	ReasonUnknownCountry    = "unknown_country"    // a calling code that is not assigned
	ReasonNotAssigned       = "not_assigned"       // no number of that form exists in the country

	ReasonFixedLine     = "fixed_line"
	ReasonTollFree      = "toll_free"
	ReasonPremiumRate   = "premium_rate"
	ReasonSharedCost    = "shared_cost"
	ReasonVoIP          = "voip"
	ReasonPersonal      = "personal_number"
	ReasonPager         = "pager" // in Japan 020: pagers and machines
	ReasonCompanyNumber = "company_number"
	ReasonVoicemail     = "voicemail"
)

// Result is what was read.
type Result struct {
	Number  Number // 0 when Status is Invalid
	Status  Status
	Country string // ISO 3166-1 alpha-2; "" when Invalid or when the number belongs to no single country
	Reason  string // why Status is not SMSOK, one of the Reason constants; "" for SMSOK
	Raw     string // as given
}

// Read reads a number as typed. defaultCountry is the ISO 3166-1 alpha-2 code, in either case, that numbers without a
// country code belong to; "" when there is none. A result that is not valid at first is tried again, in this order, as
// "00" for "+", with its own country code but without the plus, and with a lost trunk 0; each try must be a number the
// numbering plan knows, so nothing is guessed into existence.
func Read(raw, defaultCountry string) Result {
	if len(raw) > maxRaw {
		return Result{Raw: raw, Reason: ReasonTooLong}
	}
	text := Clean(raw)
	if text == "" {
		return Result{Raw: raw, Reason: ReasonEmpty}
	}
	if hasLetter(text) {
		reason := ReasonLetterInside
		if isScientific(text) {
			reason = ReasonSpreadsheetNumber
		}
		return Result{Raw: raw, Reason: reason}
	}
	country := upper(defaultCountry)
	res, ok := quick(text, country)
	if !ok {
		res = careful(text, country)
	}
	res.Raw = raw
	return res
}

// careful is the whole rule: the library's parser, then the rescues.
func careful(text, country string) Result {
	first, err := parse(text, country)
	if first.Status != Invalid {
		return first
	}
	digits := onlyDigits(text)
	plus := strings.HasPrefix(text, "+")
	if rest, found := strings.CutPrefix(digits, "00"); found && !plus {
		if res, _ := parse("+"+rest, country); res.Status != Invalid {
			return res
		}
	}
	if !plus && country != "" {
		own := phonenumbers.GetCountryCodeForRegion(country)
		if own != 0 && strings.HasPrefix(digits, itoa(own)) {
			if res, _ := parse("+"+digits, country); res.Status != Invalid {
				return res
			}
		}
		if digits != "" && digits[0] != '0' {
			if res, _ := parse("0"+digits, country); res.Status != Invalid {
				return res
			}
		}
	}
	return Result{Reason: whyInvalid(text, digits, country, err)}
}

// parse is one try with the library, plus the ranges it does not know.
func parse(text, country string) (Result, error) {
	p, err := phonenumbers.Parse(text, country)
	if err != nil {
		return Result{}, err
	}
	n := numberOf(p)
	if isJapan060(n) {
		return Result{Number: n, Status: SMSOK, Country: "JP"}, nil
	}
	kind := phonenumbers.GetNumberType(p)
	if n == 0 || kind == phonenumbers.UNKNOWN {
		return Result{}, nil
	}
	res := Result{Number: n, Country: Country(n), Reason: reasons[kind]}
	res.Status = NotMobile
	if kind == phonenumbers.MOBILE || kind == phonenumbers.FIXED_LINE_OR_MOBILE {
		res.Status = SMSOK
	}
	return res, nil
}

// reasons by the library's type. Types that take SMS have none.
var reasons = map[phonenumbers.PhoneNumberType]string{
	phonenumbers.FIXED_LINE:      ReasonFixedLine,
	phonenumbers.TOLL_FREE:       ReasonTollFree,
	phonenumbers.PREMIUM_RATE:    ReasonPremiumRate,
	phonenumbers.SHARED_COST:     ReasonSharedCost,
	phonenumbers.VOIP:            ReasonVoIP,
	phonenumbers.PERSONAL_NUMBER: ReasonPersonal,
	phonenumbers.PAGER:           ReasonPager,
	phonenumbers.UAN:             ReasonCompanyNumber,
	phonenumbers.VOICEMAIL:       ReasonVoicemail,
}

// numberOf returns 0 for more digits than E.164 allows.
func numberOf(p *phonenumbers.PhoneNumber) Number {
	n, err := ParseE164(phonenumbers.Format(p, phonenumbers.E164))
	if err != nil {
		return 0
	}
	return n
}

// whyInvalid picks the reason that helps the person who corrects the row.
func whyInvalid(text, digits, country string, err error) string {
	plus := strings.HasPrefix(text, "+")
	switch {
	case len(digits) >= 2*7 && (strings.ContainsAny(text, "/,;&|\n、・") || strings.LastIndexByte(text, '+') > 0):
		return ReasonTwoNumbers
	case !plus && phonenumbers.GetCountryCodeForRegion(country) == 0:
		return ReasonNoCountry
	case plus && len(digits) >= 3 && noCallingCode(digits):
		return ReasonUnknownCountry
	case len(digits) > maxDigits || errors.Is(err, phonenumbers.ErrNumTooLong):
		return ReasonTooLong
	case len(digits) < minDigits || errors.Is(err, phonenumbers.ErrTooShortNSN):
		return ReasonTooShort
	}
	return ReasonNotAssigned
}

func noCallingCode(digits string) bool {
	_, size := callingCode(digits)
	return size == 0
}

// isScientific knows "9.01234568E+10", which is what a spreadsheet leaves of a number in a narrow column.
func isScientific(text string) bool {
	mantissa, exponent, found := strings.Cut(strings.ToUpper(text), "E")
	exponent = strings.TrimLeft(exponent, "+-")
	return found && mantissa != "" && exponent != "" &&
		strings.Trim(mantissa, "0123456789.,") == "" && strings.Trim(exponent, "0123456789") == ""
}

func onlyDigits(text string) string {
	var buf [64]byte
	out := buf[:0]
	for i := 0; i < len(text); i++ {
		if c := text[i]; c >= '0' && c <= '9' {
			out = append(out, c)
		}
	}
	return string(out)
}

func upper(country string) string {
	for i := 0; i < len(country); i++ {
		if c := country[i]; c >= 'a' && c <= 'z' {
			return strings.ToUpper(country)
		}
	}
	return country
}
