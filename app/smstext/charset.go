package smstext

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// Charset is how the octets of an incoming text are read.
type Charset uint8

// The closed set of charsets. CharsetRoute reads as the route's Alphabet says.
const (
	CharsetRoute Charset = iota
	CharsetGSM7
	CharsetGSM7Packed
	CharsetLatin1
	CharsetASCII
	CharsetUCS2 // UTF-16, big endian unless a byte order mark says otherwise
	CharsetUTF8
	CharsetBinary // UTF-8 when it is that, else Latin-1
	CharsetISO2022JP
	CharsetShiftJIS
	CharsetJISX0212
	CharsetEUCJP
	CharsetEUCKR
	CharsetCyrillic // ISO 8859-5
	CharsetHebrew   // ISO 8859-8
	CharsetThai     // Windows-874, which holds TIS-620
	CharsetGBK
	CharsetBig5
)

var charsetNames = []string{
	"default", "gsm7", "gsm7_packed", "latin1", "ascii", "ucs2", "utf8", "binary", "iso2022_jp", "shift_jis",
	"jis_x0212", "euc_jp", "euc_kr", "iso8859_5", "iso8859_8", "tis620", "gbk", "big5",
}

// String returns the word used in the configuration.
func (c Charset) String() string { return nameOf(charsetNames, int(c)) }

// ParseCharset reads the word used in the configuration; "" is CharsetRoute. Returns Invalid.
func ParseCharset(s string) (Charset, error) {
	i, err := indexOf(charsetNames, s, "sms_unknown_charset")
	return Charset(i), err
}

// text reads octets. fill is the number of bits before the first septet of packed octets.
func (c Charset) text(octets []byte, fill int) string {
	switch c {
	case CharsetGSM7:
		return gsmText(octets)
	case CharsetGSM7Packed:
		return gsmText(AppendUnpacked(make([]byte, 0, len(octets)*8/7+1), octets, fill))
	case CharsetASCII:
		return asciiText(octets)
	case CharsetUCS2:
		return utf16Text(octets)
	case CharsetUTF8:
		return strings.ToValidUTF8(string(octets), "\uFFFD")
	case CharsetBinary:
		if utf8.Valid(octets) {
			return string(octets)
		}
	case CharsetISO2022JP:
		return jisText(octets, "")
	case CharsetJISX0212:
		return jisText(octets, "\x1b$(D")
	default:
		if e := c.legacy(); e != nil {
			return legacyText(e, octets)
		}
	}
	return latin1Text(octets)
}

func (c Charset) legacy() encoding.Encoding {
	switch c {
	case CharsetShiftJIS:
		return japanese.ShiftJIS
	case CharsetEUCJP:
		return japanese.EUCJP
	case CharsetEUCKR:
		return korean.EUCKR
	case CharsetCyrillic:
		return charmap.ISO8859_5
	case CharsetHebrew:
		return charmap.ISO8859_8
	case CharsetThai:
		return charmap.Windows874
	case CharsetGBK:
		return simplifiedchinese.GBK
	case CharsetBig5:
		return traditionalchinese.Big5
	default:
		return nil
	}
}

// legacyText reads with a library's decoder, which puts U+FFFD for what it does not know.
func legacyText(e encoding.Encoding, octets []byte) string {
	out, err := e.NewDecoder().Bytes(octets)
	if err != nil {
		return latin1Text(octets)
	}
	return string(out)
}

func latin1Text(octets []byte) string {
	high := 0
	for _, b := range octets {
		high += int(b >> 7)
	}
	if high == 0 {
		return string(octets)
	}
	var sb strings.Builder
	sb.Grow(len(octets) + high)
	for _, b := range octets {
		sb.WriteRune(rune(b))
	}
	return sb.String()
}

// asciiText reads IA5. SMSCs that take it for GSM-7, which has the same letters, give themselves away by control
// characters ('@' is 0x00 there).
func asciiText(octets []byte) string {
	for _, b := range octets {
		if b < ' ' && b != '\n' && b != '\r' && b != '\t' {
			return gsmText(octets)
		}
	}
	return latin1Text(octets)
}

// gsmText reads one septet from each octet. Octets above 0x7F are no septets: the SMSC then sends Latin-1 without
// saying so. An escape before a code that the extension table does not have gives the basic character (TS 23.038
// §6.2.1.1), and one before nothing is dropped.
func gsmText(octets []byte) string {
	for _, b := range octets {
		if b > 0x7F {
			return latin1Text(octets)
		}
	}
	var sb strings.Builder
	sb.Grow(len(octets) + 8)
	escaped := false
	for _, b := range octets {
		if b == esc {
			escaped = true
			continue
		}
		r := gsm.basic[b]
		if ext := gsm.ext[b]; escaped && ext != 0 {
			r = ext
		}
		escaped = false
		sb.WriteRune(r)
	}
	return sb.String()
}

// utf16Text reads UTF-16. A single octet cannot be any, and some handsets' gateways send a one-letter answer so; an odd
// octet at the end is dropped.
func utf16Text(octets []byte) string {
	if len(octets) == 1 {
		return latin1Text(octets)
	}
	octets = octets[:len(octets)&^1]
	dec := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder()
	out, err := dec.Bytes(octets)
	if err != nil {
		return latin1Text(octets)
	}
	return string(out)
}

// jisText reads 7-bit JIS. Without any escape sequence it is what bare says: ASCII for "", else the set that the escape
// sequence selects. High bits mean that the SMSC sends one of the 8-bit forms instead.
func jisText(octets []byte, bare string) string {
	escapes, high := false, false
	for _, b := range octets {
		escapes = escapes || b == esc
		high = high || b > 0x7F
	}
	switch {
	case high:
		if text := legacyText(japanese.EUCJP, octets); !strings.Contains(text, "\uFFFD") {
			return text
		}
		return legacyText(japanese.ShiftJIS, octets)
	case !escapes && bare != "" && len(octets)%2 == 0:
		return legacyText(japanese.ISO2022JP, append([]byte(bare), octets...))
	}
	return legacyText(japanese.ISO2022JP, octets)
}
