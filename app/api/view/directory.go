package view

import (
	"noroshi/app/api/gen"
	"noroshi/app/directory"
	"noroshi/app/directory/group"
	"noroshi/app/directory/intake"
	"noroshi/app/directory/sheet"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/phone"
)

// Recipient returns a person; groupName names the groups, "" leaves one out that is gone.
func Recipient(r directory.Recipient, groupName func(id.Group) string) gen.Recipient {
	out := gen.Recipient{
		Id: r.ID.String(), Version: int64(r.Version), ExternalId: opt(r.ExternalID), Name: r.Name, Reading: opt(r.Reading),
		Department: opt(r.Department), Language: opt(r.Language), Timezone: opt(r.Zone), Phones: []gen.Phone{},
		Emails: []string{}, Attributes: r.Attributes.Map(), Groups: []gen.GroupRef{}, OptedOut: opt(r.OptedOut),
		CreatedAt: r.Created.UTC(), UpdatedAt: r.Updated.UTC(),
	}
	if out.Attributes == nil {
		out.Attributes = map[string]string{}
	}
	for _, p := range r.Phones {
		out.Phones = append(out.Phones, phoneOf(p))
	}
	for _, m := range r.Mails {
		out.Emails = append(out.Emails, m.Address)
	}
	for _, g := range r.Groups {
		if name := groupName(g); name != "" {
			out.Groups = append(out.Groups, gen.GroupRef{Id: g.String(), Name: name})
		}
	}
	return out
}

func phoneOf(p directory.Phone) gen.Phone {
	out := gen.Phone{Raw: p.Raw, Status: gen.PhoneStatus(p.Status.String()), Country: opt(p.Country), Label: opt(p.Label)}
	if p.Number != 0 {
		out.E164 = ptr(p.Number.String())
	}
	if p.Status != phone.SMSOK && !p.Forced {
		out.Reason = opt(phone.Read(p.Raw, p.Country).Reason)
	}
	return out
}

// ToDraft reads what an admin says about a person. old is the person as it is: what the API does not carry stays.
// Returns Invalid for a group that is no identifier.
func ToDraft(in gen.RecipientInput, old directory.Recipient) (directory.Draft, error) {
	d := directory.Draft{
		ExternalID: Or(in.ExternalId), Name: in.Name, Reading: Or(in.Reading), Department: Or(in.Department),
		Language: Or(in.Language), Zone: Or(in.Timezone), Note: old.Note, Attributes: Or(in.Attributes),
	}
	forced := map[string]bool{}
	for _, p := range old.Phones {
		forced[p.Raw] = p.Forced
	}
	for _, p := range Or(in.Phones) {
		d.Phones = append(d.Phones, directory.PhoneDraft{Raw: p.Raw, Label: Or(p.Label), Forced: forced[p.Raw]})
	}
	labels := map[string]string{}
	for _, m := range old.Mails {
		labels[m.Address] = m.Label
	}
	for _, address := range Or(in.Emails) {
		d.Mails = append(d.Mails, directory.Mail{Address: address, Label: labels[address]})
	}
	var err error
	d.Groups, err = IDs[id.Group]("groups", Or(in.Groups))
	return d, err
}

// IDs reads identifiers. Returns Invalid, naming the field.
func IDs[T ~uint64](field string, texts []string) ([]T, error) {
	out := make([]T, 0, len(texts))
	for _, text := range texts {
		v, err := id.Parse[T](text)
		if err != nil {
			return nil, fault.InvalidFields([]fault.Field{{Path: field, Code: "bad_id"}})
		}
		out = append(out, v)
	}
	return out, nil
}

// Group returns a group.
func Group(g directory.Group) gen.Group {
	return gen.Group{
		Id: g.ID.String(), Version: int64(g.Version), Name: g.Name, Description: opt(g.Description), Count: g.Count,
		Priority: gen.GroupPriority(g.Priority.String()), UpdatedAt: g.Updated.UTC(),
	}
}

// ToGroup reads what is said of a group; old is the group as it is, whose priority stays when none is given.
func ToGroup(in gen.GroupInput, old directory.Group) directory.GroupDraft {
	d := directory.GroupDraft{Name: in.Name, Description: Or(in.Description), Priority: old.Priority}
	if in.Priority != nil {
		if p, ok := group.ParsePriority(string(*in.Priority)); ok {
			d.Priority = p
		} else {
			d.Priority = group.Priority(127) // not one of the set, so that it is refused with the other fields
		}
	}
	return d
}

var delimiters = map[byte]gen.ImportSettingsDelimiter{
	',': gen.ImportSettingsDelimiterComma, '\t': gen.ImportSettingsDelimiterTab, ';': gen.ImportSettingsDelimiterSemicolon,
}

// ToSettings reads how a file is to be read. Settings the API does not carry are those of the last check.
func ToSettings(in gen.ImportSettings, last intake.Settings) intake.Settings {
	out := intake.Settings{Country: last.Country, Missing: last.Missing, KeepBlank: last.KeepBlank}
	if c := Or(in.Charset); c != "" && c != gen.ImportSettingsCharsetAuto {
		out.Charset = sheet.Charset(c)
	}
	for b, name := range delimiters {
		if name == Or(in.Delimiter) {
			out.Delimiter = b
		}
	}
	for _, c := range Or(in.Columns) {
		out.Columns = append(out.Columns, sheet.Column{Index: c.Index, Header: c.Header, Field: sheet.Field(c.Field)})
	}
	return out
}

// importMost is how many changed people an answer holds.
const importMost = 100

// Import returns an import with the report of its last check.
func Import(j intake.Job, r intake.Report) gen.Import {
	out := gen.Import{
		Id: j.ID.String(), State: gen.ImportState(j.State), Filename: j.Filename, Size: j.Size,
		Evidence: opt(string(j.Evidence)), Processed: j.Processed, Total: j.Total, CreatedAt: j.Created.UTC(),
		Counts: gen.ImportCounts{
			Rows: j.Counts.Rows, New: j.Counts.New, Changed: j.Counts.Changed, Same: j.Counts.Same, Wrong: j.Counts.Wrong,
			Missing: j.Counts.Missing,
		},
		Changes: changes(r.Changes), Samples: ptr(changes(r.Samples)), Rejects: []gen.ImportReject{},
		Warnings: []gen.ImportWarning{}, Settings: settings(j.Settings),
	}
	for _, reject := range r.Rejects {
		column := ""
		if reject.Column >= 0 {
			column = sheet.Letter(reject.Column)
		}
		out.Rejects = append(out.Rejects, gen.ImportReject{
			Line: reject.Line, Column: column, Header: reject.Header, Value: reject.Value, Code: reject.Reason.Code,
			Params: optMap(reject.Reason.Params),
		})
	}
	for _, w := range r.Warnings {
		out.Warnings = append(out.Warnings, gen.ImportWarning{Code: w.Code, Count: w.Count})
	}
	if p := j.Problem; p != nil {
		e := fault.New(fault.Invalid, p.Code, "This file cannot be brought in.")
		e.Params = p.Params
		out.Error = ptr(Problem(e, 422, ""))
	}
	return out
}

func settings(s intake.Settings) gen.ImportSettings {
	out := gen.ImportSettings{Charset: opt(gen.ImportSettingsCharset(s.Charset)), Delimiter: opt(delimiters[s.Delimiter])}
	columns := make([]gen.ImportColumn, len(s.Columns))
	for i, c := range s.Columns {
		columns[i] = gen.ImportColumn{
			Index: c.Index, Letter: ptr(sheet.Letter(c.Index)), Header: c.Header, Field: string(c.Field), Sample: opt(c.Sample),
		}
	}
	out.Columns = &columns
	return out
}

func changes(in []intake.Change) []gen.ImportChange {
	out := make([]gen.ImportChange, 0, min(len(in), importMost))
	for _, c := range in[:min(len(in), importMost)] {
		one := gen.ImportChange{Line: c.Line, Name: c.Name, Changes: []gen.FieldChange{}}
		if c.Recipient != 0 {
			one.RecipientId = ptr(c.Recipient.String())
		}
		for _, f := range c.Fields {
			one.Changes = append(one.Changes, gen.FieldChange{Field: f.Field, Before: f.Before, After: f.After})
		}
		out = append(out, one)
	}
	return out
}
