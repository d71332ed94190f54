package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// Limits of a table.
const (
	MaxBytes   = 50 << 20
	MaxRows    = 1_000_000
	MaxColumns = 64
	MaxCell    = 4000     // characters
	maxRow     = 64 << 10 // octets of one row in UTF-8
	maxRowLine = 100      // lines of one row: cells of an address have some, a forgotten quote has all
	maxWasted  = 100_000  // lines read in vain, after which a row is one line: bounds the time of a hostile file
)

// Fault says why a row could not be read.
type Fault string

// The closed set of faults.
const (
	NoFault       Fault = ""
	UnclosedQuote Fault = "unclosed_quote" // a quote is opened and not closed
	RowTooLong    Fault = "row_too_long"
	TooManyCells  Fault = "too_many_cells"
)

// Row is one row of a table.
type Row struct {
	Line  int // of the file, where the row begins; the first line is 1
	Cells []string
	Fault Fault // then Cells holds what could be read of the first line
}

// Blank reports whether the row says nothing.
func (r Row) Blank() bool {
	for _, c := range r.Cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return r.Fault == NoFault
}

// Reader reads a table row by row. Quotes follow RFC 4180; a quote inside a cell that does not begin with one is
// taken as it is, because people write 5" pipes.
type Reader struct {
	in        *bufio.Reader
	delimiter byte
	line      int      // lines handed out so far
	back      []string // lines read in vain while a quote was open
	over      []bool   // for each of back: it was cut at maxRow
	began     bool
	wasted    int // lines read in vain
}

// NewReader returns a reader of the file in the format.
func NewReader(r io.Reader, f Format) *Reader {
	return &Reader{in: bufio.NewReaderSize(decoder(r, f.Charset), 64<<10), delimiter: f.Delimiter}
}

// Next returns the next row that is not an empty line; io.EOF at the end. Other errors are of the underlying reader.
func (r *Reader) Next() (Row, error) {
	if !r.began {
		r.began = true
		r.oldLines()
	}
	for {
		text, over, err := r.readLine()
		if err != nil {
			return Row{}, err
		}
		row := Row{Line: r.line}
		if over {
			row.Fault = RowTooLong
			row.Cells, _ = split(text, r.delimiter)
			return r.bounded(row), nil
		}
		if text == "" {
			continue
		}
		closed := false
		if row.Cells, closed = split(text, r.delimiter); !closed {
			if err := r.readOn(&row, text); err != nil {
				return Row{}, err
			}
		}
		return r.bounded(row), nil
	}
}

func (r *Reader) bounded(row Row) Row {
	if len(row.Cells) > MaxColumns {
		row.Cells = row.Cells[:MaxColumns]
		if row.Fault == NoFault {
			row.Fault = TooManyCells
		}
	}
	return row
}

// readOn adds lines to a row whose last cell has an open quote. When none closes it, the lines go back and the row is
// the first line alone, with a fault: one forgotten quote must not swallow the file.
func (r *Reader) readOn(row *Row, first string) error {
	text := first
	var lines []string
	var overs []bool
	for len(lines) < maxRowLine && r.wasted < maxWasted {
		next, over, err := r.readLine()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		lines, overs = append(lines, next), append(overs, over)
		text += "\n" + next
		if over || len(text) > maxRow {
			break
		}
		// Only a line with a quote can close one; without this look a long cell would be split once for each line.
		if strings.IndexByte(next, '"') < 0 {
			continue
		}
		if cells, closed := split(text, r.delimiter); closed {
			row.Cells = cells
			return nil
		}
	}
	r.line -= len(lines)
	r.wasted += len(lines)
	r.back, r.over = append(lines, r.back...), append(overs, r.over...)
	row.Fault = UnclosedQuote
	return nil
}

// readLine returns the next line without its end. over is true when it was cut because it is longer than a row may be.
func (r *Reader) readLine() (line string, over bool, err error) {
	if len(r.back) > 0 {
		line, over = r.back[0], r.over[0]
		r.back, r.over = r.back[1:], r.over[1:]
		r.line++
		return line, over, nil
	}
	var long []byte
	for {
		part, err := r.in.ReadSlice('\n')
		if err == nil && long == nil {
			r.line++
			return string(trimEnd(part)), false, nil
		}
		if room := maxRow - len(long); room > 0 {
			long = append(long, part[:min(len(part), room)]...)
			over = over || len(part) > room
		} else {
			over = over || len(part) > 0
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(long) == 0:
			return "", false, io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return "", false, err
		}
		r.line++
		return string(whole(trimEnd(long))), over, nil
	}
}

// whole takes off a character that was cut in two.
func whole(b []byte) []byte {
	for i := 1; i <= utf8.UTFMax && i <= len(b); i++ {
		if utf8.RuneStart(b[len(b)-i]) {
			if !utf8.FullRune(b[len(b)-i:]) {
				return b[:len(b)-i]
			}
			break
		}
	}
	return b
}

func trimEnd(b []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r"))
}

// oldLines looks whether lines end with a carriage return alone, as old Macintosh files do, and reads them so.
func (r *Reader) oldLines() {
	head, _ := r.in.Peek(16 << 10)
	if bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0 {
		r.in = bufio.NewReaderSize(&returns{r.in}, 64<<10)
	}
}

// returns reads carriage returns as line feeds.
type returns struct{ in io.Reader }

func (r *returns) Read(b []byte) (int, error) {
	n, err := r.in.Read(b)
	for i, c := range b[:n] {
		if c == '\r' {
			b[i] = '\n'
		}
	}
	return n, err
}

// split divides the text of a row into its cells. closed is false when the text ends inside of a quoted cell.
func split(text string, delimiter byte) (cells []string, closed bool) {
	cells = make([]string, 0, 16)
	for {
		if !strings.HasPrefix(text, `"`) {
			i := strings.IndexByte(text, delimiter)
			if i < 0 {
				return append(cells, text), true
			}
			cells = append(cells, text[:i])
			text = text[i+1:]
			continue
		}
		cell, rest, ended := quoted(text[1:], delimiter)
		cells = append(cells, cell)
		switch {
		case !ended:
			return cells, false
		case rest == "":
			return cells, true
		}
		text = rest[1:] // rest begins with the delimiter
	}
}

// quoted reads a cell behind its opening quote. rest begins with the delimiter or is empty at the end of the row. Text
// between the closing quote and the delimiter belongs to the cell.
func quoted(text string, delimiter byte) (cell, rest string, ended bool) {
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '"')
		if i < 0 {
			b.WriteString(text)
			return b.String(), "", false
		}
		if i+1 < len(text) && text[i+1] == '"' {
			b.WriteString(text[:i+1])
			text = text[i+2:]
			continue
		}
		cell, text = text[:i], text[i+1:]
		if b.Len() > 0 {
			b.WriteString(cell)
			cell = b.String()
		}
		if text == "" || text[0] == delimiter {
			return cell, text, true
		}
		j := strings.IndexByte(text, delimiter)
		if j < 0 {
			return cell + text, "", true
		}
		return cell + text[:j], text[j:], true
	}
}
