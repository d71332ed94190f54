package sheet

import (
	"bufio"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
)

// formulaStarts are the characters with which a cell begins that a spreadsheet may run, and their full-width forms.
const formulaStarts = "=+-@\t\r＝＋－＠"

func startsFormula(s string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, "'"))
	return r != utf8.RuneError && strings.ContainsRune(formulaStarts, r)
}

// Defuse returns the cell so that no spreadsheet takes it for a formula: with an apostrophe in front where it begins
// like one. Plain takes it off again.
func Defuse(s string) string {
	if startsFormula(s) {
		return "'" + s
	}
	return s
}

// Plain returns the cell without the apostrophe that Defuse put in front, or that somebody typed to keep a number as it
// is. Other apostrophes stay.
func Plain(s string) string {
	if strings.HasPrefix(s, "'") && startsFormula(s) {
		return s[1:]
	}
	return s
}

// Writer writes a table. Errors stick: see Flush.
type Writer struct {
	out      *bufio.Writer
	format   Format
	encoder  *encoding.Encoder
	replaced int
	err      error
}

// NewWriter returns a writer in UTF-8 with a byte order mark, by which Excel knows it, or in Shift_JIS.
func NewWriter(w io.Writer, f Format) *Writer {
	sw := &Writer{out: bufio.NewWriterSize(w, 64<<10), format: f}
	if f.Charset == ShiftJIS {
		sw.encoder = japanese.ShiftJIS.NewEncoder()
	} else {
		_, sw.err = sw.out.WriteString("\ufeff")
	}
	return sw
}

// Write writes a row. Cells are defused and quoted where they must be.
func (w *Writer) Write(cells []string) {
	var b strings.Builder
	for i, cell := range cells {
		if i > 0 {
			b.WriteByte(w.format.Delimiter)
		}
		cell = Defuse(cell)
		special := strings.ContainsAny(cell, "\"\r\n") || strings.IndexByte(cell, w.format.Delimiter) >= 0
		if !special && cell == strings.TrimSpace(cell) {
			b.WriteString(cell)
			continue
		}
		b.WriteByte('"')
		b.WriteString(strings.ReplaceAll(cell, `"`, `""`))
		b.WriteByte('"')
	}
	b.WriteString("\r\n")
	w.text(b.String())
}

func (w *Writer) text(s string) {
	if w.err != nil {
		return
	}
	if w.encoder == nil {
		_, w.err = w.out.WriteString(s)
		return
	}
	if b, err := w.encoder.String(s); err == nil {
		_, w.err = w.out.WriteString(b)
		return
	}
	for _, r := range s {
		b, err := w.encoder.String(string(r))
		if err != nil {
			b = w.substitute(r)
		}
		if _, w.err = w.out.WriteString(b); w.err != nil {
			return
		}
	}
}

// alike are characters that Shift_JIS has under another code point: not lost, so not counted.
var alike = strings.NewReplacer("〜", "～", "−", "－", "‖", "∥", "—", "―", "¢", "￠", "£", "￡", "¬", "￢", "\u00a0", " ")

func (w *Writer) substitute(r rune) string {
	if b, err := w.encoder.String(alike.Replace(string(r))); err == nil {
		return b
	}
	w.replaced++
	b, _ := w.encoder.String("〓")
	return b
}

// Replaced returns how many characters Shift_JIS does not have; 〓 stands in their place.
func (w *Writer) Replaced() int { return w.replaced }

// Flush writes what is buffered and returns the first error.
func (w *Writer) Flush() error {
	if w.err != nil {
		return w.err
	}
	return w.out.Flush()
}

// Err returns the first error so far.
func (w *Writer) Err() error { return w.err }
