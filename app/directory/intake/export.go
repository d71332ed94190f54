package intake

import (
	"context"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"noroshi/app/directory"
	"noroshi/app/directory/sheet"
	"noroshi/app/id"
	"noroshi/app/scope"
	"noroshi/app/store"
)

// Exported says what an export wrote.
type Exported struct {
	People   int
	Replaced int // characters that Shift_JIS does not have; 〓 stands in their place
}

// Export writes everybody within the scope as CSV, in columns that an import knows, their names in the language, "ja"
// or "en". There are as many columns of phones, mail addresses and attributes as somebody has. Reading the file into
// an empty directory gives the same people, but for identity, marks, and the force of a number.
func (s *Service) Export(ctx context.Context, sc scope.Scope, w io.Writer,
	charset sheet.Charset, language string,
) (Exported, error) {
	out := sheet.NewWriter(w, sheet.Format{Charset: charset, Delimiter: ','})
	var done Exported
	err := s.Store.View(func(tx *store.Tx) error {
		book, err := readGroups(tx)
		if err != nil {
			return err
		}
		everyone := directory.Selection{Everyone: true}
		l := &layout{attributes: map[string]bool{}, book: book}
		err = directory.EachIn(ctx, tx, sc, everyone, func(r directory.Recipient) error {
			l.see(r)
			return nil
		})
		if err != nil {
			return err
		}
		out.Write(l.header(language))
		return directory.EachIn(ctx, tx, sc, everyone, func(r directory.Recipient) error {
			done.People++
			out.Write(l.row(r))
			return out.Err()
		})
	})
	if err != nil {
		return Exported{}, err
	}
	done.Replaced = out.Replaced()
	return done, out.Flush()
}

// layout is which columns an export needs.
type layout struct {
	phones, mails           int
	phoneLabels, mailLabels bool
	attributes              map[string]bool
	names                   []string // of attributes, sorted, once the header is made
	book                    *groupBook
}

func (l *layout) see(r directory.Recipient) {
	l.phones, l.mails = max(l.phones, len(r.Phones), 1), max(l.mails, len(r.Mails), 1)
	for _, p := range r.Phones {
		l.phoneLabels = l.phoneLabels || p.Label != ""
	}
	for _, m := range r.Mails {
		l.mailLabels = l.mailLabels || m.Label != ""
	}
	for _, a := range r.Attributes {
		l.attributes[a.Name] = true
	}
}

func (l *layout) header(language string) []string {
	h := sheet.Headers(language)
	out := []string{
		h[sheet.ExternalID], h[sheet.Name], h[sheet.Reading], h[sheet.Department], h[sheet.Language], h[sheet.Zone],
	}
	for i := range l.phones {
		out = append(out, h[sheet.Phone]+strconv.Itoa(i+1))
		if l.phoneLabels {
			out = append(out, h[sheet.PhoneLabel]+strconv.Itoa(i+1))
		}
	}
	for i := range l.mails {
		out = append(out, h[sheet.Mail]+strconv.Itoa(i+1))
		if l.mailLabels {
			out = append(out, h[sheet.MailLabel]+strconv.Itoa(i+1))
		}
	}
	out = append(out, h[sheet.Group], h[sheet.Note])
	// A table has no more columns than an import reads; the rest of the attributes is left out.
	l.names = slices.Sorted(maps.Keys(l.attributes))
	l.names = l.names[:min(len(l.names), sheet.MaxColumns-len(out))]
	for _, name := range l.names {
		out = append(out, sheet.AttributeHeader(name, language))
	}
	return out
}

func (l *layout) row(r directory.Recipient) []string {
	out := make([]string, 0, 16+len(l.names))
	out = append(out, r.ExternalID, r.Name, r.Reading, r.Department, r.Language, r.Zone)
	for i := range l.phones {
		p := directory.Phone{}
		if i < len(r.Phones) {
			p = r.Phones[i]
		}
		if out = append(out, p.Raw); l.phoneLabels {
			out = append(out, p.Label)
		}
	}
	for i := range l.mails {
		m := directory.Mail{}
		if i < len(r.Mails) {
			m = r.Mails[i]
		}
		if out = append(out, m.Address); l.mailLabels {
			out = append(out, m.Label)
		}
	}
	var groups []string
	for _, g := range r.Groups {
		if name, ok := l.book.names[g]; ok {
			groups = append(groups, name)
		}
	}
	out = append(out, sheet.GroupCell(groups), r.Note)
	for _, name := range l.names {
		out = append(out, r.Attributes.Get(name))
	}
	return out
}

// Rejects writes the wrong rows of the last check as CSV in the character set of the file: its own columns, and
// behind them line and reason in the language, "ja" or "en". An import ignores these two, so the corrected file can
// be brought in as it is. Returns NotFound (import_not_found; import_file_gone when the day of the import is over).
func (s *Service) Rejects(ctx context.Context, sc scope.Scope, which id.Import, w io.Writer, language string) error {
	j, _, err := s.Get(ctx, sc, which)
	if err != nil {
		return err
	}
	charset := sheet.UTF8
	if j.Settings.Charset == sheet.ShiftJIS {
		charset = sheet.ShiftJIS
	}
	out := sheet.NewWriter(w, sheet.Format{Charset: charset, Delimiter: ','})
	h := sheet.Headers(language)
	var titles []string
	for _, c := range j.Settings.Columns {
		titles = append(titles, c.Header)
	}
	out.Write(append(titles, h[sheet.HeaderLine], h[sheet.HeaderReason]))
	err = s.Store.View(func(tx *store.Tx) error {
		book, err := readGroups(tx)
		if err != nil {
			return err
		}
		plan, err := readBlocks(tx, j.ID, j.Check, planRows)
		if err != nil {
			return err
		}
		c := newCheck(&j, newMapping(j.Settings, s.Country(), &s.zones), book)
		c.each = func(row sheet.Row, d decision) error {
			i := len(c.plan) - 1
			if i >= len(plan) || actionOf(plan[i]) != wrong {
				return nil
			}
			out.Write(rejectRow(row, d, len(titles), language))
			return out.Err()
		}
		_, err = c.run(ctx, tx, &fileReader{ctx: ctx, tx: tx, which: j.ID, left: j.Size})
		return err
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

// rejectRow is a wrong row with its line and what is wrong with it. Cells beyond the columns go into the last one, so
// that nothing of the row is lost.
func rejectRow(row sheet.Row, d decision, width int, language string) []string {
	out := make([]string, width, width+2)
	copy(out, row.Cells)
	if len(row.Cells) > width && width > 0 {
		out[width-1] = strings.Join(row.Cells[width-1:], ",")
	}
	for i := range out {
		out[i] = sheet.Plain(out[i])
	}
	texts := make([]string, 0, len(d.rejects))
	for _, r := range d.rejects {
		text := r.Reason.Text(language)
		if r.Header != "" {
			text = r.Header + ": " + text
		}
		texts = append(texts, text)
	}
	return append(out, strconv.Itoa(row.Line), strings.Join(texts, " / "))
}
