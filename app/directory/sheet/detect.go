package sheet

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Charset names how a file writes characters.
type Charset string

// The closed set of character sets. ShiftJIS is CP932, as Excel writes it.
const (
	UTF8     Charset = "utf-8"
	ShiftJIS Charset = "shift_jis"
	UTF16    Charset = "utf-16" // with a byte order mark; without one, big-endian
)

// Evidence says why a character set was taken.
type Evidence string

// The closed set of evidence.
const (
	ByBOM      Evidence = "bom"            // the file begins with a byte order mark
	ByValidity Evidence = "valid_utf8"     // the whole file is valid UTF-8
	ByShiftJIS Evidence = "shift_jis_only" // it is not UTF-8, and all of it reads as Shift_JIS
	ByFewest   Evidence = "fewest_errors"  // it reads in neither; in this one the fewest characters are lost
	ByChoice   Evidence = "chosen"         // somebody chose it
)

// Format is how a table is written.
type Format struct {
	Charset   Charset
	Delimiter byte // ',', '\t' or ';'
}

// Detection is what was found out about a file.
type Detection struct {
	Format   Format
	Evidence Evidence
	Words    []string // up to three texts of the file that read well only in this character set
}

const (
	sampleBytes = 256 << 10
	sampleRows  = 50
	sampleWords = 3
)

// Detect finds out how the file is written.
func Detect(file []byte) Detection {
	d := Detection{}
	d.Format.Charset, d.Evidence = detectCharset(file)
	return finish(d, file)
}

// DetectAs is Detect with a character set that somebody chose.
func DetectAs(file []byte, c Charset) Detection {
	return finish(Detection{Format: Format{Charset: c}, Evidence: ByChoice}, file)
}

func finish(d Detection, file []byte) Detection {
	text := decodeSample(file, d.Format.Charset)
	d.Format.Delimiter = detectDelimiter(text)
	d.Words = wellRead(text, d.Format)
	return d
}

func detectCharset(file []byte) (Charset, Evidence) {
	switch {
	case bytes.HasPrefix(file, []byte("\xef\xbb\xbf")):
		return UTF8, ByBOM
	case bytes.HasPrefix(file, []byte("\xff\xfe")), bytes.HasPrefix(file, []byte("\xfe\xff")):
		return UTF16, ByBOM
	case utf8.Valid(file):
		return UTF8, ByValidity
	}
	wrong := lostIn(japanese.ShiftJIS.NewDecoder().Reader(bytes.NewReader(file)))
	if wrong == 0 {
		return ShiftJIS, ByShiftJIS
	}
	if lostIn(bytes.NewReader(file)) < wrong {
		return UTF8, ByFewest
	}
	return ShiftJIS, ByFewest
}

// lostIn counts the bytes and characters of a text that are not one.
func lostIn(r io.Reader) int {
	lost, buf, kept := 0, make([]byte, 64<<10), 0
	for {
		n, err := r.Read(buf[kept:])
		have := buf[:kept+n]
		for len(have) > 0 && (utf8.FullRune(have) || err != nil) {
			c, size := utf8.DecodeRune(have)
			if c == utf8.RuneError {
				lost++
			}
			have = have[size:]
		}
		if err != nil {
			return lost
		}
		kept = copy(buf, have)
	}
}

// decoder returns a reader of the text in UTF-8, without byte order mark. What cannot be decoded becomes U+FFFD.
func decoder(r io.Reader, c Charset) io.Reader {
	switch c {
	case ShiftJIS:
		return japanese.ShiftJIS.NewDecoder().Reader(r)
	case UTF16:
		return transform.NewReader(r, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder())
	case UTF8:
	}
	return transform.NewReader(r, unicode.UTF8BOM.NewDecoder())
}

func decodeSample(file []byte, c Charset) string {
	cut := len(file) > sampleBytes
	text, _ := io.ReadAll(decoder(bytes.NewReader(file[:min(len(file), sampleBytes)]), c))
	if cut { // the last line is not whole
		text = text[:bytes.LastIndexByte(text, '\n')+1]
	}
	return string(text)
}

// detectDelimiter takes the delimiter that divides the first rows into the most columns of the same number.
func detectDelimiter(text string) byte {
	best, most := byte(','), 0
	for _, d := range []byte{',', '\t', ';'} {
		rows, columns, alike := 0, 0, 0
		r := NewReader(strings.NewReader(text), Format{Charset: UTF8, Delimiter: d})
		for rows < sampleRows {
			row, err := r.Next()
			if err != nil {
				break
			}
			if rows == 0 {
				columns = len(row.Cells)
			}
			if len(row.Cells) == columns {
				alike++
			}
			rows++
		}
		if rows == 0 || columns < 2 {
			continue
		}
		if score := columns * alike * 100 / rows; score > most {
			best, most = d, score
		}
	}
	return best
}

// wellRead picks texts that show that the character set is right: for Shift_JIS first those with characters that only
// CP932 has, such as the names 髙橋 and 﨑山.
func wellRead(text string, f Format) []string {
	r := NewReader(strings.NewReader(text), Format{Charset: UTF8, Delimiter: f.Delimiter})
	var rare, common []string
	for range 2000 {
		row, err := r.Next()
		if err != nil {
			break
		}
		if row.Line == 1 {
			continue
		}
		for _, cell := range row.Cells {
			cell = strings.TrimSpace(cell)
			switch n := utf8.RuneCountInString(cell); {
			case n < 2 || n > 12 || strings.ContainsRune(cell, utf8.RuneError) || isASCII(cell):
			case f.Charset == ShiftJIS && hasRare(cell):
				rare = appendNew(rare, cell)
			case strings.ContainsFunc(cell, isKanji):
				common = appendNew(common, cell)
			}
		}
		if len(rare) >= sampleWords {
			break
		}
	}
	words := slices.Concat(rare, common)
	return words[:min(len(words), sampleWords)]
}

func appendNew(list []string, s string) []string {
	if len(list) >= sampleWords || slices.Contains(list, s) {
		return list
	}
	return append(list, strings.Clone(s))
}

func isKanji(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

// hasRare reports whether the text has a character of the rows that CP932 adds to JIS X 0208.
func hasRare(s string) bool {
	e := japanese.ShiftJIS.NewEncoder()
	for _, r := range s {
		if r < utf8.RuneSelf {
			continue
		}
		b, err := e.Bytes([]byte(string(r)))
		if err == nil && len(b) == 2 && (b[0] >= 0xed || b[0] == 0x87) {
			return true
		}
	}
	return false
}
