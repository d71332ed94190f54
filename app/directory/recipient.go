package directory

import (
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"

	"noroshi/app/directory/words"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/phone"
)

// Recipient is a registered person. Values come from the ledger or from Draft.Apply and are not changed afterwards; its
// slices are shared, so copy before changing them.
type Recipient struct {
	ID         id.Recipient
	ExternalID string // the company's own number of the person; "" when there is none; unique in the directory
	Name       string
	Reading    string // kana or romanised reading, by which lists are sorted; "" when there is none
	Department string
	Language   string // BCP 47, canonical; "" means the organisation's
	Zone       string // IANA; "" means the phone's country's, else the organisation's
	Phones     []Phone
	Mails      []Mail
	Groups     []id.Group // hand-picked groups the person is in, ascending
	Attributes Attributes
	Note       string
	OptedOut   bool // asked not to be written to any more; set when a reply says so
	Blocked    bool // an admin stopped all sending to the person
	Version    uint64
	Created    time.Time
	Updated    time.Time
}

// Phone is a phone number as somebody wrote it and as it was read.
type Phone struct {
	Raw     string
	Number  phone.Number // E.164
	Status  phone.Status
	Country string // ISO 3166 alpha-2, as read from the number; "" when it has none
	Label   string // such as "private"; free text
	Forced  bool   // an admin says that SMS reaches it although its number range does not say so
}

// Usable reports whether an SMS may be sent to the number.
func (p Phone) Usable() bool {
	return p.Number != 0 && (p.Status == phone.SMSOK || p.Forced && p.Status == phone.NotMobile)
}

// Mail is a mail address.
type Mail struct {
	Address string
	Label   string
}

// Attribute is one free attribute of a person.
type Attribute struct{ Name, Value string }

// Attributes are free attributes, ascending by name, no name twice, no value empty.
type Attributes []Attribute

// Get returns the value of the attribute; "" when the person does not have it.
func (a Attributes) Get(name string) string {
	i, ok := slices.BinarySearchFunc(a, name, func(have Attribute, want string) int {
		return strings.Compare(have.Name, want)
	})
	if !ok {
		return ""
	}
	return a[i].Value
}

// Map returns the attributes as a new map.
func (a Attributes) Map() map[string]string {
	m := make(map[string]string, len(a))
	for _, v := range a {
		m[v.Name] = v.Value
	}
	return m
}

// AttributesOf returns the attributes of a map; empty values are left out.
func AttributesOf(m map[string]string) Attributes {
	var out Attributes
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if m[name] != "" {
			out = append(out, Attribute{Name: name, Value: m[name]})
		}
	}
	return out
}

// Primary returns the first usable phone, the one an SMS goes to by default.
func (r Recipient) Primary() (Phone, bool) {
	for _, p := range r.Phones {
		if p.Usable() {
			return p, true
		}
	}
	return Phone{}, false
}

// Reachable reports whether the person has a usable phone or a mail address.
func (r Recipient) Reachable() bool {
	if len(r.Mails) > 0 {
		return true
	}
	_, ok := r.Primary()
	return ok
}

// In reports whether the person is in the group.
func (r Recipient) In(group id.Group) bool {
	_, ok := slices.BinarySearch(r.Groups, group)
	return ok
}

// Limits of one recipient. Lengths are in characters.
const (
	MaxName           = 100
	MaxExternalID     = 64
	MaxDepartment     = 100
	MaxNote           = 2000
	MaxLabel          = 40
	MaxPhones         = 10
	MaxMails          = 10
	MaxAttributes     = 40
	MaxAttributeName  = 64
	MaxAttributeValue = 200
	MaxGroupsOf       = 100 // groups one person may be in
	maxRawPhone       = 64
)

// Draft is what an admin or a row of a file says about a person; Apply checks it and makes it a Recipient.
type Draft struct {
	ExternalID string
	Name       string
	Reading    string
	Department string
	Language   string
	Zone       string
	Note       string
	Phones     []PhoneDraft
	Mails      []Mail
	Groups     []id.Group
	Attributes map[string]string
	Country    string // ISO 3166 alpha-2: the country of phone numbers without one
	Zones      *Zones // remembers zones that were looked up, for whole files; may be nil
}

// PhoneDraft is a phone number as somebody wrote it.
type PhoneDraft struct {
	Raw    string
	Label  string
	Forced bool
}

// Draft returns what would make the recipient as it is, for an admin to change.
func (r Recipient) Draft(country string) Draft {
	d := Draft{
		ExternalID: r.ExternalID, Name: r.Name, Reading: r.Reading, Department: r.Department, Language: r.Language,
		Zone: r.Zone, Note: r.Note, Mails: slices.Clone(r.Mails), Groups: slices.Clone(r.Groups),
		Attributes: r.Attributes.Map(), Country: country,
	}
	for _, p := range r.Phones {
		d.Phones = append(d.Phones, PhoneDraft{Raw: p.Raw, Label: p.Label, Forced: p.Forced})
	}
	return d
}

// Apply returns r with the draft's values, cleaned, or what is wrong with them. Identity, version, times and flags stay
// those of r. A phone whose text r has already is taken over as it is, so that a different default country does not
// change a number nobody touched.
func (d Draft) Apply(r Recipient) (Recipient, []fault.Field) {
	c := &checker{}
	r.ExternalID = c.line("externalId", words.ExternalID(d.ExternalID), MaxExternalID)
	r.Name = c.line("name", d.Name, MaxName)
	if r.Name == "" {
		c.wrong("name", "required")
	}
	r.Reading = c.line("reading", d.Reading, MaxName)
	r.Department = c.line("department", d.Department, MaxDepartment)
	r.Note = c.text("note", d.Note, MaxNote)
	r.Language = c.language(d.Language)
	r.Zone = c.zone(d.Zone, d.Zones)
	r.Phones = c.phones(d, r.Phones)
	r.Mails = c.mails(d.Mails)
	r.Groups = slices.Compact(slices.Sorted(slices.Values(d.Groups)))
	if len(r.Groups) > MaxGroupsOf {
		c.wrong("groups", "too_many", "max", itoa(MaxGroupsOf))
	}
	r.Attributes = c.attributes(d.Attributes)
	return r, c.fields
}

// checker gathers what is wrong with a draft.
type checker struct{ fields []fault.Field }

func (c *checker) wrong(path, code string, pairs ...string) {
	f := fault.Field{Path: path, Code: code}
	for i := 0; i+1 < len(pairs); i += 2 {
		if f.Params == nil {
			f.Params = map[string]string{}
		}
		f.Params[pairs[i]] = pairs[i+1]
	}
	c.fields = append(c.fields, f)
}

// line cleans a text of one line and bounds it.
func (c *checker) line(path, s string, limit int) string {
	s = words.Line(s)
	if n := utf8.RuneCountInString(s); n > limit {
		c.wrong(path, "too_long", "max", itoa(limit), "length", itoa(n))
	}
	return s
}

// text is line, with line breaks allowed.
func (c *checker) text(path, s string, limit int) string {
	s = words.Text(s)
	if n := utf8.RuneCountInString(s); n > limit {
		c.wrong(path, "too_long", "max", itoa(limit), "length", itoa(n))
	}
	return s
}

func (c *checker) language(s string) string {
	s = words.Line(s)
	if s == "" {
		return ""
	}
	tag, err := language.Parse(s)
	if err != nil || len(s) > maxLanguage {
		c.wrong("language", "bad_language")
		return s
	}
	return tag.String()
}

const maxLanguage = 35 // RFC 5646 §4.4.1

func (c *checker) zone(s string, zones *Zones) string {
	s = words.Line(s)
	if s != "" && !zones.Known(s) {
		c.wrong("zone", "bad_zone")
	}
	return s
}

func (c *checker) phones(d Draft, had []Phone) []Phone {
	var out []Phone
	for i, p := range d.Phones {
		path := "phones[" + itoa(i) + "]"
		raw := words.Line(p.Raw)
		if raw == "" {
			continue
		}
		if len(raw) > maxRawPhone {
			c.wrong(path, "too_long", "max", itoa(maxRawPhone))
			continue
		}
		n, reason := readPhone(raw, d.Country, had)
		if n.Status == phone.Invalid {
			c.wrong(path, "phone_invalid", "reason", reason)
			continue
		}
		n.Forced = p.Forced && n.Status == phone.NotMobile
		n.Label = c.line(path+".label", p.Label, MaxLabel)
		if slices.ContainsFunc(out, func(o Phone) bool { return o.Number == n.Number }) {
			continue // the same number twice in one person says nothing new
		}
		out = append(out, n)
	}
	if len(out) > MaxPhones {
		c.wrong("phones", "too_many", "max", itoa(MaxPhones))
	}
	return out
}

func (c *checker) mails(in []Mail) []Mail {
	var out []Mail
	for i, m := range in {
		path := "mails[" + itoa(i) + "]"
		if words.Line(m.Address) == "" {
			continue
		}
		address, code := words.Mail(m.Address)
		if code != "" {
			c.wrong(path, code)
			continue
		}
		label := c.line(path+".label", m.Label, MaxLabel)
		if slices.ContainsFunc(out, func(o Mail) bool { return o.Address == address }) {
			continue
		}
		out = append(out, Mail{Address: address, Label: label})
	}
	if len(out) > MaxMails {
		c.wrong("mails", "too_many", "max", itoa(MaxMails))
	}
	return out
}

func (c *checker) attributes(m map[string]string) Attributes {
	clean := make(map[string]string, len(m))
	for name, value := range m {
		name = c.line("attributes", name, MaxAttributeName)
		path := "attributes." + name
		value = c.text(path, value, MaxAttributeValue)
		switch _, twice := clean[name]; {
		case name == "":
			c.wrong("attributes", "required")
		case twice:
			c.wrong(path, "duplicate")
		default:
			clean[name] = value
		}
	}
	if len(clean) > MaxAttributes {
		c.wrong("attributes", "too_many", "max", itoa(MaxAttributes))
	}
	return AttributesOf(clean)
}
