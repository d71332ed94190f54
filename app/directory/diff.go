package directory

import (
	"slices"
	"strings"

	"noroshi/app/id"
)

// FieldChange is one field of a person before and after, as people read it.
type FieldChange struct {
	Field  string // as package sheet names it, and opted_out, blocked
	Before string
	After  string
}

// Diff returns what differs between two states of a person, in the order of the fields. groupName names the groups.
func Diff(old, next Recipient, groupName func(id.Group) string) []FieldChange {
	var out []FieldChange
	add := func(field, before, after string) {
		if before != after {
			out = append(out, FieldChange{field, before, after})
		}
	}
	add("external_id", old.ExternalID, next.ExternalID)
	add("name", old.Name, next.Name)
	add("reading", old.Reading, next.Reading)
	add("department", old.Department, next.Department)
	add("language", old.Language, next.Language)
	add("timezone", old.Zone, next.Zone)
	add("phone", phoneTexts(old.Phones), phoneTexts(next.Phones))
	add("email", mailTexts(old.Mails), mailTexts(next.Mails))
	add("group", groupTexts(old.Groups, groupName), groupTexts(next.Groups, groupName))
	add("note", old.Note, next.Note)
	add("opted_out", mark(old.OptedOut), mark(next.OptedOut))
	add("blocked", mark(old.Blocked), mark(next.Blocked))
	for _, a := range old.Attributes {
		add("attribute:"+a.Name, a.Value, next.Attributes.Get(a.Name))
	}
	for _, a := range next.Attributes {
		if old.Attributes.Get(a.Name) == "" {
			add("attribute:"+a.Name, "", a.Value)
		}
	}
	return out
}

func phoneTexts(phones []Phone) string {
	texts := make([]string, len(phones))
	for i, p := range phones {
		texts[i] = labelled(p.Raw, p.Label)
		if p.Forced {
			texts[i] += " !"
		}
	}
	return strings.Join(texts, ", ")
}

func mailTexts(mails []Mail) string {
	texts := make([]string, len(mails))
	for i, m := range mails {
		texts[i] = labelled(m.Address, m.Label)
	}
	return strings.Join(texts, ", ")
}

func groupTexts(groups []id.Group, name func(id.Group) string) string {
	texts := make([]string, len(groups))
	for i, g := range groups {
		texts[i] = name(g)
	}
	slices.Sort(texts)
	return strings.Join(texts, "; ")
}

func labelled(text, label string) string {
	if label == "" {
		return text
	}
	return text + " (" + label + ")"
}

func mark(on bool) string {
	if on {
		return "yes"
	}
	return ""
}

// values returns both sides of a change for the audit log, with the fields that differ; nil for a side that is not
// there.
func values(old, next Recipient) (before, after any) {
	b, a := map[string]string{}, map[string]string{}
	for _, c := range Diff(old, next, id.Group.String) {
		b[c.Field], a[c.Field] = c.Before, c.After
	}
	if old.ID != 0 {
		before = b
	}
	if next.ID != 0 {
		after = a
	}
	return before, after
}
