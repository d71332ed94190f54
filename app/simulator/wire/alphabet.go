package wire

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Alphabet is what data_coding 0 means on this SMSC.
type Alphabet string

// The alphabets operators use for data_coding 0.
const (
	GSM7       Alphabet = "gsm7"        // one septet per octet; the default
	GSM7Packed Alphabet = "gsm7_packed" // eight septets in seven octets
	Latin1     Alphabet = "latin1"
)

// Data codings (SMPP 3.4 §5.2.19).
const (
	CodingDefault = 0
	CodingASCII   = 1
	CodingLatin1  = 3
	CodingUCS2    = 8
)

// The default alphabet and its extension (3GPP TS 23.038 §6.2.1), by position.
const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtended = "\x0a\f\x14^\x28{\x29}\x2f\\\x3c[\x3d~\x3e]\x40|\x65€"
	escape      = 0x1B
)

var (
	gsmRunes            = []rune(gsmBasic)
	gsmCodes, gsmExtras = codesOf()
)

// codesOf maps a character to its septet, with 0x80 added to those of the extension, and these back.
func codesOf() (map[rune]byte, map[byte]rune) {
	codes, extras := make(map[rune]byte, 160), make(map[byte]rune, 10)
	for i, r := range gsmRunes {
		if r != escape {
			codes[r] = byte(i) //nolint:gosec // 128 entries
		}
	}
	ext := []rune(gsmExtended)
	for i := 0; i+1 < len(ext); i += 2 {
		c := byte(ext[i]) //nolint:gosec // a septet
		codes[ext[i+1]], extras[c] = c|0x80, ext[i+1]
	}
	return codes, extras
}

// FitsGSM7 reports whether the whole text is in the default alphabet and its extension.
func FitsGSM7(text string) bool {
	for _, r := range text {
		if _, ok := gsmCodes[r]; !ok {
			return false
		}
	}
	return true
}

// EncodeGSM7 returns the septets of text, one per octet. Characters outside the alphabet become '?'.
func EncodeGSM7(text string) []byte {
	out := make([]byte, 0, len(text))
	for _, r := range text {
		c, ok := gsmCodes[r]
		switch {
		case !ok:
			out = append(out, '?')
		case c&0x80 != 0:
			out = append(out, escape, c&0x7F)
		default:
			out = append(out, c)
		}
	}
	return out
}

// EncodeUCS2 returns text as UTF-16BE without a byte order mark.
func EncodeUCS2(text string) []byte {
	out := make([]byte, 0, 2*len(text))
	for _, u := range utf16.Encode([]rune(text)) {
		out = binary.BigEndian.AppendUint16(out, u)
	}
	return out
}

// EncodeLatin1 returns text as ISO-8859-1, and false when it does not fit.
func EncodeLatin1(text string) ([]byte, bool) {
	out := make([]byte, 0, len(text))
	for _, r := range text {
		if r > 0xFF {
			return nil, false
		}
		out = append(out, byte(r)) //nolint:gosec // checked above
	}
	return out, true
}

// coding reduces a data_coding to one of the constants above (3GPP TS 23.038 §4 for the message classes).
func coding(dcs byte) byte {
	switch {
	case dcs <= CodingUCS2:
		return dcs
	case dcs&0xC0 == 0 && dcs&0x0C == 8:
		return CodingUCS2
	case dcs&0xC0 == 0 && dcs&0x0C == 0, dcs&0xF4 == 0xF0:
		return CodingDefault
	}
	return CodingLatin1
}

// Decode returns the text of octets under a data_coding, without a user data header. It never fails: what no alphabet
// explains is read as Latin-1. fill is the number of fill bits before a packed text.
func Decode(def Alphabet, dcs byte, b []byte, fill int) string {
	switch coding(dcs) {
	case CodingUCS2:
		return decodeUCS2(b)
	case CodingDefault:
		switch def {
		case Latin1:
			return decodeLatin1(b)
		case GSM7Packed:
			return decodeGSM7(unpack(b, fill))
		case GSM7:
		}
		return decodeGSM7(b)
	case CodingASCII:
		return decodeGSM7(b)
	}
	return decodeLatin1(b)
}

func decodeUCS2(b []byte) string {
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		units = append(units, binary.BigEndian.Uint16(b[i:]))
	}
	if len(units) > 0 && units[0] == 0xFEFF {
		units = units[1:]
	}
	var s strings.Builder
	s.Grow(3 * len(units))
	for i := 0; i < len(units); i++ {
		r := rune(units[i])
		if utf16.IsSurrogate(r) && i+1 < len(units) {
			if full := utf16.DecodeRune(r, rune(units[i+1])); full != utf8.RuneError {
				r = full
				i++
			}
		}
		s.WriteRune(r)
	}
	return s.String()
}

func decodeGSM7(b []byte) string {
	for _, c := range b {
		if c >= 0x80 {
			return decodeLatin1(b)
		}
	}
	var s strings.Builder
	s.Grow(len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != escape {
			s.WriteRune(gsmRunes[b[i]])
			continue
		}
		if i++; i < len(b) {
			s.WriteRune(extended(b[i]))
		}
	}
	return s.String()
}

// extended returns the character after an escape; an unknown one shows as the basic character (TS 23.038 §6.2.1.1).
func extended(c byte) rune {
	if r, ok := gsmExtras[c]; ok {
		return r
	}
	return gsmRunes[c]
}

func decodeLatin1(b []byte) string {
	r := make([]rune, len(b))
	for i, c := range b {
		r[i] = rune(c)
	}
	return string(r)
}

// unpack takes septets out of octets after fill bits (TS 23.038 §6.1.2.1.1).
func unpack(b []byte, fill int) []byte {
	n := (len(b)*8 - fill) / 7
	out := make([]byte, 0, max(n, 0))
	for i := range n {
		bit := fill + i*7
		v := uint16(b[bit/8]) >> (bit % 8)
		if bit/8+1 < len(b) {
			v |= uint16(b[bit/8+1]) << (8 - bit%8)
		}
		out = append(out, byte(v&0x7F)) //nolint:gosec // seven bits
	}
	if n%8 == 0 && n > 0 && out[n-1] == '\r' {
		out = out[:n-1] // the padding of a text that ends at an octet
	}
	return out
}
