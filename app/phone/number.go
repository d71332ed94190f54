package phone

import (
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"noroshi/app/fault"
)

// E.164 numbers have at most 15 digits (ITU-T E.164 §6). The shortest in use have a calling code of three digits and
// two or more of the national number.
const (
	minDigits = 5
	maxDigits = 15
)

// Number is an E.164 number: calling code and national number as one integer, without the plus. A calling code never
// begins with 0, so no digit is lost. Zero means "no number".
type Number uint64

// String returns the number with its plus, such as "+819012345678"; "" for the zero Number.
func (n Number) String() string {
	if n == 0 {
		return ""
	}
	var buf [24]byte
	return string(strconv.AppendUint(append(buf[:0], '+'), uint64(n), 10))
}

// Digits returns the number without plus, as it goes out over SMPP with TON 1 and NPI 1; "" for the zero Number.
func (n Number) Digits() string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(uint64(n), 10)
}

// ParseE164 reads the canonical form that String and Digits write: an optional plus, then 5 to 15 digits of which the
// first is not 0. It does not ask whether the number exists; Read does. Returns Invalid, code "phone_not_e164".
func ParseE164(s string) (Number, error) {
	digits := strings.TrimPrefix(s, "+")
	if len(digits) < minDigits || len(digits) > maxDigits || digits[0] == '0' {
		return 0, errNotE164()
	}
	var n uint64
	for i := 0; i < len(digits); i++ {
		d := digits[i] - '0'
		if d > 9 {
			return 0, errNotE164()
		}
		n = n*10 + uint64(d)
	}
	return Number(n), nil
}

func errNotE164() error {
	return fault.New(fault.Invalid, "phone_not_e164", "The number is not in the international form +countrycode…")
}

// Country returns the ISO 3166-1 alpha-2 code of the country the number belongs to. "" for a number of no single
// country (satellite networks, international services), of no assigned calling code, and for the zero Number.
func Country(n Number) string {
	p := libraryNumber(n)
	if p == nil {
		return ""
	}
	region := phonenumbers.GetRegionCodeForNumber(p)
	if len(region) != 2 || region == phonenumbers.UNKNOWN_REGION {
		return ""
	}
	return region
}

// National returns the number as people of its own country write it, such as "090-1234-5678", for display. A number of
// no known country comes back in the form of String.
func National(n Number) string {
	p := libraryNumber(n)
	if p == nil {
		return n.String()
	}
	if isJapan060(n) {
		s := n.Digits()
		return "060-" + s[4:8] + "-" + s[8:]
	}
	return phonenumbers.Format(p, phonenumbers.NATIONAL)
}

// Masked returns the number with everything but its calling code and the last three digits hidden, for places where the
// whole number has no business: "+81*******678".
func Masked(n Number) string {
	if n == 0 {
		return ""
	}
	s := n.Digits()
	_, size := callingCode(s)
	hidden := len(s) - size - 3
	if hidden < 1 {
		return "+" + strings.Repeat("*", len(s))
	}
	return "+" + s[:size] + strings.Repeat("*", hidden) + s[len(s)-3:]
}

// callingCode finds the assigned calling code at the start of E.164 digits. Calling codes are prefix-free, so the first
// that fits is the only one. size is 0 when none is assigned.
func callingCode(digits string) (code, size int) {
	for i := 0; i < 3 && i < len(digits); i++ {
		code = code*10 + int(digits[i]-'0')
		if phonenumbers.GetRegionCodeForCountryCode(code) != phonenumbers.UNKNOWN_REGION {
			return code, i + 1
		}
	}
	return 0, 0
}

// libraryNumber builds the library's form without its parser, which would take three times as long; nil when no calling
// code fits.
func libraryNumber(n Number) *phonenumbers.PhoneNumber {
	if n == 0 {
		return nil
	}
	var buf [20]byte
	digits := string(strconv.AppendUint(buf[:0], uint64(n), 10))
	code, size := callingCode(digits)
	if size == 0 || size == len(digits) {
		return nil
	}
	return newLibraryNumber(code, digits[size:])
}

// newLibraryNumber takes a calling code and the significant national digits. Leading zeros are part of some national
// numbers (Italy) and the library keeps their count apart.
func newLibraryNumber(code int, national string) *phonenumbers.PhoneNumber {
	var value uint64
	for i := 0; i < len(national); i++ {
		value = value*10 + uint64(national[i]-'0')
	}
	cc := int32(code)
	p := &phonenumbers.PhoneNumber{CountryCode: &cc, NationalNumber: &value}
	zeros := int32(0)
	for int(zeros) < len(national)-1 && national[zeros] == '0' {
		zeros++
	}
	if zeros > 0 {
		yes := true
		p.ItalianLeadingZero = &yes
		p.NumberOfLeadingZeros = &zeros
	}
	return p
}

// isJapan060 reports whether n is one of the mobile numbers 060-1 to 060-9, which Japan opened by the ministry's change
// of 2024-12-20 and the library's metadata does not have yet.
func isJapan060(n Number) bool { return n >= 816010000000 && n <= 816099999999 }
