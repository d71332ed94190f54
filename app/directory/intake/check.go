package intake

import (
	"context"
	"errors"
	"hash/maphash"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"noroshi/app/directory"
	"noroshi/app/directory/sheet"
	"noroshi/app/id"
	"noroshi/app/phone"
	"noroshi/app/store"
)

// check is one pass over a file.
type check struct {
	scales
	job     *Job
	report  Report
	plan    []uint64
	missing []uint64 // identifier and version of each, one after the other
	seed    maphash.Seed
	ids     map[uint64]int       // hash of the external id -> line
	keys    map[uint64]int       // hash of name and primary number -> line
	numbers map[phone.Number]int // primary number -> line
	people  map[id.Recipient]int // -> line
	groups  map[id.Group]bool    // groups of people who are brought in
	room    int                  // octets of values the report still takes
	each    func(row sheet.Row, d decision) error
}

func newCheck(job *Job, m mapping, book *groupBook) *check {
	c := &check{
		scales: scales{sc: job.scope(), m: m, book: book}, job: job, seed: maphash.MakeSeed(),
		ids: map[uint64]int{}, keys: map[uint64]int{}, numbers: map[phone.Number]int{}, people: map[id.Recipient]int{},
		groups: map[id.Group]bool{},
		room:   reportBytes,
	}
	c.report.Fields = map[string]int{}
	return c
}

// run reads the whole file. It returns a problem when the file as a whole cannot be brought in.
func (c *check) run(ctx context.Context, tx *store.Tx, file io.Reader) (*Problem, error) {
	c.tx = tx
	c.job.Counts = Counts{}
	r := sheet.NewReader(file, sheet.Format{Charset: c.job.Settings.Charset, Delimiter: c.job.Settings.Delimiter})
	if _, err := header(r); err != nil {
		if errors.Is(err, io.EOF) {
			return &Problem{Code: ProblemEmpty}, nil
		}
		return nil, err
	}
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if row.Blank() {
			continue
		}
		if len(c.plan)%512 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if len(c.plan) == sheet.MaxRows {
			return &Problem{Code: ProblemRows, Params: map[string]string{"max": "1000000"}}, nil
		}
		d, err := c.weigh(row)
		if err != nil {
			return nil, err
		}
		c.compare(row, &d)
		if err := c.note(row, d); err != nil {
			return nil, err
		}
	}
	c.job.Counts.Rows = len(c.plan)
	c.job.Total = c.job.Counts.New + c.job.Counts.Changed
	for i, name := range c.book.fresh {
		if c.groups[id.Group(i+1)] {
			c.report.Groups = append(c.report.Groups, name)
		}
	}
	if len(c.report.Groups) > maxNewGroups {
		return &Problem{Code: ProblemGroups, Params: map[string]string{"max": "200"}}, nil
	}
	return nil, c.findMissing(ctx)
}

// header reads the first row that says something.
func header(r *sheet.Reader) (sheet.Row, error) {
	for {
		row, err := r.Next()
		if err != nil || !row.Blank() {
			return row, err
		}
	}
}

// compare holds a row against the rows before it.
func (c *check) compare(row sheet.Row, d *decision) {
	if d.cells == nil {
		return
	}
	refuse := func(column int, code string, line int) {
		value := c.m.cell(d.cells, column)
		d.action = wrong
		d.rejects = append(d.rejects, c.m.reject(row.Line, column, value, reason(code, "line", strconv.Itoa(line))))
	}
	if external := c.m.externalID(d.cells); external != "" {
		h := maphash.String(c.seed, external)
		if line, twice := c.ids[h]; twice {
			refuse(c.m.external, sheet.DuplicateID, line)
			return
		}
		c.ids[h] = row.Line
	}
	if d.old.ID != 0 {
		if line, twice := c.people[d.old.ID]; twice {
			refuse(c.m.columnOf("name"), sheet.DuplicateKey, line)
			return
		}
		c.people[d.old.ID] = row.Line
	}
	if d.action == wrong {
		return
	}
	p, ok := d.new.Primary()
	if !ok {
		c.warn(WarnMailOnly, row.Line)
		return
	}
	key := maphash.String(c.seed, d.new.Name+"\x00"+p.Number.Digits())
	if line, twice := c.keys[key]; twice && c.m.externalID(d.cells) == "" {
		refuse(c.m.columnOf("name"), sheet.DuplicateKey, line)
		return
	}
	c.keys[key] = row.Line
	if _, twice := c.numbers[p.Number]; twice {
		c.warn(WarnSharedNumber, row.Line)
	}
	c.numbers[p.Number] = row.Line
}

func (c *check) warn(code string, line int) {
	for i := range c.report.Warnings {
		if c.report.Warnings[i].Code == code {
			c.report.Warnings[i].Count++
			return
		}
	}
	c.report.Warnings = append(c.report.Warnings, Warning{Code: code, Count: 1, Line: line})
}

// note counts a row and puts it into plan and report.
func (c *check) note(row sheet.Row, d decision) error {
	c.plan = append(c.plan, d.code())
	switch d.action {
	case wrong:
		c.job.Counts.Wrong++
		if len(c.report.Rejects) < MaxRejects && len(d.rejects) > 0 {
			r := d.rejects[0]
			r.Value = c.shown(r.Value)
			c.report.Rejects = append(c.report.Rejects, r)
		}
	case same:
		c.job.Counts.Same++
	case fresh:
		c.job.Counts.New++
		if d.noKey {
			c.warn(WarnNoKey, row.Line)
		}
		c.show(&c.report.Samples, MaxSamples, row, d)
	case changed:
		c.job.Counts.Changed++
		for _, f := range d.changes {
			c.report.Fields[f.Field]++
		}
		c.show(&c.report.Changes, MaxChanges, row, d)
	}
	if d.action >= fresh {
		for _, g := range d.new.Groups {
			c.groups[g] = true
		}
	}
	if c.each != nil {
		return c.each(row, d)
	}
	return nil
}

func (c *check) show(list *[]Change, limit int, row sheet.Row, d decision) {
	if len(*list) >= limit || c.room <= 0 {
		return
	}
	out := Change{Line: row.Line, Recipient: d.old.ID, ExternalID: d.new.ExternalID, Name: d.new.Name}
	for _, f := range d.changes {
		out.Fields = append(out.Fields, directory.FieldChange{
			Field: f.Field, Before: c.shown(f.Before), After: c.shown(f.After),
		})
	}
	*list = append(*list, out)
}

// shown returns a value cut to what a page shows.
func (c *check) shown(s string) string {
	if utf8.RuneCountInString(s) > maxShown {
		s = string([]rune(s)[:maxShown]) + "…"
	}
	c.room -= len(s) + 16
	return strings.Clone(s)
}

func (c *check) findMissing(ctx context.Context) error {
	everyone := directory.Selection{Everyone: true}
	err := directory.EachIn(ctx, c.tx, c.sc, everyone, func(r directory.Recipient) error {
		if _, named := c.people[r.ID]; named {
			return nil
		}
		c.job.Counts.Missing++
		if len(c.report.Missing) < maxMissing {
			c.report.Missing = append(c.report.Missing, r.ID)
		}
		if c.job.Settings.Missing == Remove {
			c.missing = append(c.missing, uint64(r.ID), r.Version)
		}
		return nil
	})
	if c.job.Settings.Missing == Remove {
		c.job.Total += len(c.missing) / 2
	}
	return err
}
