package smstext

// DecodeOptions is what a route knows about the texts that come in on it. The zero value is the standard.
type DecodeOptions struct {
	Alphabet Alphabet         // what data_coding 0 means
	Charsets map[byte]Charset // how to read a data_coding, where it differs from the standard; nil for none
}

// Decode reads the octets of a text, without their header. It never fails: octets that do not fit the data_coding are
// read as whatever they fit best, or shown as U+FFFD.
func Decode(octets []byte, dataCoding byte, o DecodeOptions) string {
	return o.charset(dataCoding).text(octets, 0)
}

// charset finds how a data_coding is read. CharsetRoute never comes out.
func (o *DecodeOptions) charset(dataCoding byte) Charset {
	c, ok := o.Charsets[dataCoding]
	if !ok {
		c = standardCharset(dataCoding)
	}
	if c != CharsetRoute {
		return c
	}
	switch o.Alphabet {
	case AlphabetGSM7Packed:
		return CharsetGSM7Packed
	case AlphabetLatin1:
		return CharsetLatin1
	case AlphabetASCII:
		return CharsetASCII
	case AlphabetGSM7:
	}
	return CharsetGSM7
}

// smppCharsets are the values that SMPP 3.4 §5.2.19 itself assigns, from 0 to 14.
var smppCharsets = [15]Charset{
	CharsetRoute, CharsetASCII, CharsetBinary, CharsetLatin1, CharsetBinary, CharsetISO2022JP, CharsetCyrillic,
	CharsetHebrew, CharsetUCS2, CharsetShiftJIS, CharsetISO2022JP, CharsetRoute, CharsetRoute, CharsetJISX0212,
	CharsetEUCKR,
}

// standardCharset reads the other values as a GSM data coding scheme (TS 23.038 §4).
func standardCharset(dataCoding byte) Charset {
	if int(dataCoding) < len(smppCharsets) {
		return smppCharsets[dataCoding]
	}
	group := dataCoding >> 4
	switch {
	case group < 8: // general data coding: bits 3 and 2 are the alphabet
		return gsmCharset(dataCoding >> 2 & 3)
	case group == 0xE: // message waiting, text in UCS-2
		return CharsetUCS2
	case group == 0xF && dataCoding&4 != 0: // message class, 8-bit data
		return CharsetBinary
	}
	return CharsetRoute
}

func gsmCharset(alphabet byte) Charset {
	switch alphabet {
	case 1:
		return CharsetBinary
	case 2:
		return CharsetUCS2
	}
	return CharsetRoute
}
