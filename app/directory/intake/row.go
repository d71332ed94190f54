package intake

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"noroshi/app/directory"
	"noroshi/app/directory/group"
	"noroshi/app/directory/sheet"
	"noroshi/app/directory/words"
	"noroshi/app/fault"
	"noroshi/app/id"
)

// mapping is where the fields of a person stand in a row; -1 is nowhere.
type mapping struct {
	width                           int
	headers                         []string
	external, department, lang      int
	zone, note                      int
	names, readings, groups         []int
	phones, mails                   []int
	phoneLabels, mailLabels         []int // for each of phones and mails
	attributes                      []attributeColumn
	keepBlank, hasPhone, hasMailCol bool
	country                         string
	zones                           *directory.Zones
}

type attributeColumn struct {
	column int
	name   string
}

func newMapping(s Settings, country string, zones *directory.Zones) mapping {
	m := mapping{
		width: len(s.Columns), external: -1, department: -1, lang: -1, zone: -1, note: -1, keepBlank: s.KeepBlank,
		country: country, zones: zones,
	}
	if s.Country != "" {
		m.country = s.Country
	}
	for i, c := range s.Columns {
		m.headers = append(m.headers, c.Header)
		m.place(i, c.Field)
	}
	m.hasPhone, m.hasMailCol = len(m.phones) > 0, len(m.mails) > 0
	return m
}

func (m *mapping) place(i int, f sheet.Field) {
	if name, ok := f.Attribute(); ok {
		m.attributes = append(m.attributes, attributeColumn{i, name})
		return
	}
	label := func(of []int, labels []int) {
		if len(of) > 0 {
			labels[len(labels)-1] = i
		}
	}
	switch f {
	case sheet.ExternalID:
		m.external = i
	case sheet.Name:
		m.names = append(m.names, i)
	case sheet.Reading:
		m.readings = append(m.readings, i)
	case sheet.Department:
		m.department = i
	case sheet.Language:
		m.lang = i
	case sheet.Zone:
		m.zone = i
	case sheet.Note:
		m.note = i
	case sheet.Group:
		m.groups = append(m.groups, i)
	case sheet.Phone:
		m.phones, m.phoneLabels = append(m.phones, i), append(m.phoneLabels, -1)
	case sheet.PhoneLabel:
		label(m.phones, m.phoneLabels)
	case sheet.Mail:
		m.mails, m.mailLabels = append(m.mails, i), append(m.mailLabels, -1)
	case sheet.MailLabel:
		label(m.mails, m.mailLabels)
	default: // ignored, or what an earlier check of ours wrote beside a row
	}
}

// fit makes the cells as many as there are columns. Empty cells too many are dropped, cells too few are refused: a row
// that was cut is not the row somebody wrote.
func (m mapping) fit(row sheet.Row) ([]string, []Reject) {
	whole := func(code string, pairs ...string) []Reject {
		value := ""
		if len(row.Cells) > 0 {
			value = row.Cells[0]
		}
		return []Reject{{Line: row.Line, Column: -1, Value: value, Reason: reason(code, pairs...)}}
	}
	if row.Fault != sheet.NoFault {
		return row.Cells, whole(string(row.Fault))
	}
	cells := row.Cells
	for len(cells) > m.width && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	if len(cells) != m.width {
		return row.Cells, whole(sheet.WrongColumns, "have", strconv.Itoa(len(cells)), "want", strconv.Itoa(m.width))
	}
	var out []Reject
	for i, c := range cells {
		cells[i] = sheet.Plain(c)
		if len(c) > sheet.MaxCell && utf8.RuneCountInString(c) > sheet.MaxCell {
			out = append(out, m.reject(row.Line, i, c, reason(sheet.TooLong, "max", strconv.Itoa(sheet.MaxCell))))
		}
		if strings.ContainsRune(c, utf8.RuneError) {
			out = append(out, m.reject(row.Line, i, c, reason(sheet.Undecodable)))
		}
	}
	return cells, out
}

func (m mapping) reject(line, column int, value string, r sheet.Reason) Reject {
	out := Reject{Line: line, Column: column, Value: value, Reason: r}
	if column >= 0 && column < len(m.headers) {
		out.Header = m.headers[column]
	}
	return out
}

func reason(code string, pairs ...string) sheet.Reason {
	r := sheet.Reason{Code: code}
	for i := 0; i+1 < len(pairs); i += 2 {
		if r.Params == nil {
			r.Params = map[string]string{}
		}
		r.Params[pairs[i]] = pairs[i+1]
	}
	return r
}

func (m mapping) cell(cells []string, column int) string {
	if column < 0 {
		return ""
	}
	return cells[column]
}

func (m mapping) externalID(cells []string) string {
	return words.ExternalID(m.cell(cells, m.external))
}

func (m mapping) joined(cells []string, columns []int) string {
	if len(columns) == 1 {
		return cells[columns[0]]
	}
	var parts []string
	for _, c := range columns {
		if s := strings.TrimSpace(cells[c]); s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ")
}

// draft is what the row makes of the person it means; a zero old is a new person.
func (m mapping) draft(old directory.Recipient, cells []string, book *groupBook) directory.Draft {
	d := old.Draft(m.country)
	d.Zones = m.zones
	set := func(to *string, value string, mapped bool) {
		if mapped && !(m.keepBlank && strings.TrimSpace(value) == "") {
			*to = value
		}
	}
	if external := m.externalID(cells); external != "" {
		d.ExternalID = external
	}
	set(&d.Name, m.joined(cells, m.names), len(m.names) > 0)
	set(&d.Reading, m.joined(cells, m.readings), len(m.readings) > 0)
	set(&d.Department, m.cell(cells, m.department), m.department >= 0)
	set(&d.Language, sheet.LanguageOf(m.cell(cells, m.lang)), m.lang >= 0)
	set(&d.Zone, m.cell(cells, m.zone), m.zone >= 0)
	set(&d.Note, m.cell(cells, m.note), m.note >= 0)
	d.Phones = m.draftPhones(old, cells)
	d.Mails = m.draftMails(old, cells)
	if len(m.groups) > 0 {
		var names []string
		for _, c := range m.groups {
			names = append(names, sheet.GroupNames(cells[c])...)
		}
		if !(m.keepBlank && len(names) == 0) {
			d.Groups = book.ids(names)
		}
	}
	for _, a := range m.attributes {
		value := d.Attributes[a.name]
		set(&value, cells[a.column], true)
		d.Attributes[a.name] = value
	}
	return d
}

// draftPhones sets the places that have a column. Label and force of a number somebody has already stay with it.
func (m mapping) draftPhones(old directory.Recipient, cells []string) []directory.PhoneDraft {
	out := make([]directory.PhoneDraft, 0, len(m.phones)+len(old.Phones))
	for i, c := range m.phones {
		p := directory.PhoneDraft{Raw: words.Line(cells[c])}
		if p.Raw == "" && m.keepBlank && i < len(old.Phones) {
			p.Raw = old.Phones[i].Raw
		}
		for _, had := range old.Phones {
			if had.Raw == p.Raw {
				p.Label, p.Forced = had.Label, had.Forced
			}
		}
		if l := m.phoneLabels[i]; l >= 0 && !(m.keepBlank && strings.TrimSpace(cells[l]) == "") {
			p.Label = cells[l]
		}
		out = append(out, p)
	}
	for i := len(m.phones); i < len(old.Phones); i++ {
		p := old.Phones[i]
		out = append(out, directory.PhoneDraft{Raw: p.Raw, Label: p.Label, Forced: p.Forced})
	}
	return out
}

func (m mapping) draftMails(old directory.Recipient, cells []string) []directory.Mail {
	out := make([]directory.Mail, 0, len(m.mails)+len(old.Mails))
	for i, c := range m.mails {
		mail := directory.Mail{Address: cells[c]}
		if strings.TrimSpace(mail.Address) == "" && m.keepBlank && i < len(old.Mails) {
			mail.Address = old.Mails[i].Address
		}
		for _, had := range old.Mails {
			if had.Address == mail.Address {
				mail.Label = had.Label
			}
		}
		if l := m.mailLabels[i]; l >= 0 && !(m.keepBlank && strings.TrimSpace(cells[l]) == "") {
			mail.Label = cells[l]
		}
		out = append(out, mail)
	}
	if len(m.mails) < len(old.Mails) {
		out = append(out, old.Mails[len(m.mails):]...)
	}
	return out
}

// rejects says in the words of rows what Draft.Apply found wrong.
func (m mapping) rejects(line int, cells []string, fields []fault.Field) []Reject {
	out := make([]Reject, 0, len(fields))
	for _, f := range fields {
		column := m.columnOf(f.Path)
		value := ""
		if column >= 0 {
			value = cells[column]
		}
		r := sheet.Reason{Code: f.Code, Params: f.Params}
		switch {
		case f.Path == "name" && f.Code == "required":
			r.Code = sheet.NoName
		case f.Params["reason"] == "two_numbers":
			r = reason(sheet.TwoNumbers)
		case f.Params["reason"] == "spreadsheet_number":
			r = reason(sheet.SpreadsheetNumber)
		}
		out = append(out, m.reject(line, column, value, r))
	}
	return out
}

// columnOf returns the column of a field as Draft.Apply names it; -1 when it has none.
func (m mapping) columnOf(path string) int {
	first := func(columns []int) int {
		if len(columns) == 0 {
			return -1
		}
		return columns[0]
	}
	at := func(columns []int, prefix string) int {
		n, _, _ := strings.Cut(strings.TrimPrefix(path, prefix), "]")
		i, err := strconv.Atoi(n)
		if err != nil || i >= len(columns) {
			return first(columns)
		}
		return columns[i]
	}
	switch {
	case path == "externalId":
		return m.external
	case path == "name":
		return first(m.names)
	case path == "reading":
		return first(m.readings)
	case path == "department":
		return m.department
	case path == "language":
		return m.lang
	case path == "zone":
		return m.zone
	case path == "note":
		return m.note
	case path == "groups":
		return first(m.groups)
	case strings.HasPrefix(path, "phones"):
		return at(m.phones, "phones[")
	case strings.HasPrefix(path, "mails"):
		return at(m.mails, "mails[")
	}
	for _, a := range m.attributes {
		if path == "attributes."+a.name {
			return a.column
		}
	}
	return -1
}

// groupBook knows groups by name. Names without a group get an identifier of their own for the time of a check; no real
// one is that small.
type groupBook struct {
	byName map[string]id.Group
	names  map[id.Group]string
	fresh  []string // names that have no group yet, in the order in which they came
}

func newGroupBook() *groupBook {
	return &groupBook{byName: map[string]id.Group{}, names: map[id.Group]string{}}
}

func groupName(name string) string { return words.Fold(name) }

func (b *groupBook) add(g id.Group, name string) {
	b.byName[groupName(name)], b.names[g] = g, name
}

func (b *groupBook) name(g id.Group) string {
	if name, ok := b.names[g]; ok {
		return name
	}
	return g.String()
}

func (b *groupBook) ids(names []string) []id.Group {
	var out []id.Group
	for _, name := range names {
		name = words.Line(name)
		g, ok := b.byName[groupName(name)]
		if !ok {
			b.fresh = append(b.fresh, name)
			g = id.Group(len(b.fresh))
			b.add(g, name)
		}
		out = append(out, g)
	}
	return out
}

// wrongGroup returns the first cell that names no possible group; -1 when all do.
func (m mapping) wrongGroup(cells []string) int {
	for _, c := range m.groups {
		for _, name := range sheet.GroupNames(cells[c]) {
			if utf8.RuneCountInString(name) > group.MaxName || groupName(name) == "" {
				return c
			}
		}
	}
	return -1
}
