package smstext

import (
	"noroshi/app/fault"
)

// Alphabet is what data_coding 0 means on a route: the SMSC's default alphabet (SMPP 3.4 §5.2.19 leaves it open).
type Alphabet uint8

// The closed set of alphabets.
const (
	AlphabetGSM7       Alphabet = iota // TS 23.038, one septet in each octet; what most SMSCs take
	AlphabetGSM7Packed                 // TS 23.038, eight septets in seven octets
	AlphabetLatin1                     // ISO 8859-1; the SMSC turns it into GSM-7 on the air
	AlphabetASCII                      // ISO 646; the SMSC turns it into GSM-7 on the air
)

var alphabetNames = []string{"gsm7", "gsm7_packed", "latin1", "ascii"}

// String returns the word used in the configuration.
func (a Alphabet) String() string { return nameOf(alphabetNames, int(a)) }

// ParseAlphabet reads the word used in the configuration; "" is AlphabetGSM7. Returns Invalid.
func ParseAlphabet(s string) (Alphabet, error) {
	i, err := indexOf(alphabetNames, s, "sms_unknown_alphabet")
	return Alphabet(i), err
}

func nameOf(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return "unknown"
}

// indexOf finds a word of the configuration; an empty one means the first.
func indexOf(names []string, s, code string) (int, error) {
	if s == "" {
		return 0, nil
	}
	for i, name := range names {
		if name == s {
			return i, nil
		}
	}
	return 0, fault.New(fault.Invalid, code, "This word is not known here", "word", s)
}

const (
	esc    = 0x1B // escape to the extension table (TS 23.038 §6.2.1)
	noCode = esc  // marks a character that the alphabet does not have; the escape itself is none
	extBit = 0x80 // marks a code of the extension table, which takes two septets
)

// basicTable is the GSM 7 bit default alphabet (TS 23.038 §6.2.1), code = position in characters.
const basicTable = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
	"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"

// extension is the extension table (TS 23.038 §6.2.1.1).
var extension = []struct {
	code byte
	char rune
}{
	{0x0A, '\f'}, {0x14, '^'}, {0x28, '{'}, {0x29, '}'}, {0x2F, '\\'},
	{0x3C, '['}, {0x3D, '~'}, {0x3E, ']'}, {0x40, '|'}, {0x65, '€'},
}

const (
	greekFirst = 'Γ'
	greekLast  = 'Ω'
)

// table holds the alphabet both ways. Encoding looks up arrays, because it runs for each character of each copy.
type table struct {
	latin [256]byte // U+0000 to U+00FF
	greek [greekLast - greekFirst + 1]byte
	basic [128]rune
	ext   [128]rune // 0 where there is none
	euro  byte
}

var gsm = newTable()

func newTable() *table {
	t := &table{}
	for i := range t.latin {
		t.latin[i] = noCode
	}
	for i := range t.greek {
		t.greek[i] = noCode
	}
	code := byte(0)
	for _, r := range basicTable {
		t.basic[code] = r
		if code != esc {
			t.put(r, code)
		}
		code++
	}
	for _, e := range extension {
		t.ext[e.code] = e.char
		t.put(e.char, e.code|extBit)
	}
	return t
}

func (t *table) put(r rune, code byte) {
	switch {
	case r < 256:
		t.latin[r] = code
	case r >= greekFirst && r <= greekLast:
		t.greek[r-greekFirst] = code
	default:
		t.euro = code
	}
}

// code returns a character's code, with extBit for the extension table; noCode when GSM-7 does not have it.
func (t *table) code(r rune) byte {
	switch {
	case uint32(r) < 256:
		return t.latin[r]
	case r >= greekFirst && r <= greekLast:
		return t.greek[r-greekFirst]
	case r == '€':
		return t.euro
	}
	return noCode
}

// septets returns how many septets a character takes on the air, 0 when a text with it cannot go out under data_coding
// 0. Routes that take Latin-1 or ASCII have only the characters which both that set and GSM-7 have: the others would
// reach the handset as something else.
func (a Alphabet) septets(r rune) int {
	code := gsm.code(r)
	if code == noCode || r > 0x7F && a == AlphabetASCII || r > 0xFF && a == AlphabetLatin1 {
		return 0
	}
	return 1 + int(code>>7)
}

// IsGSM7 reports whether the whole text is in the GSM 7 bit default alphabet and its extension.
func IsGSM7(text string) bool {
	_, _, at := AlphabetGSM7.measure(text)
	return at < 0
}

// measure counts septets. When a character is not in the alphabet, it returns that character and its position in code
// points; else at is -1.
func (a Alphabet) measure(text string) (septets int, bad rune, at int) {
	count := 0
	ascii := true
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c >= 0x80 {
			ascii = false
			break
		}
		code := gsm.latin[c]
		if code == noCode {
			return septets, rune(c), i
		}
		septets += 1 + int(code>>7)
		count++
	}
	if ascii {
		return septets, 0, -1
	}
	// Everything before position count is ASCII, so bytes and code points agree there.
	for _, r := range text[count:] {
		n := a.septets(r)
		if n == 0 {
			return septets, r, count
		}
		septets += n
		count++
	}
	return septets, 0, -1
}
