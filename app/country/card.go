package country

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"

	"noroshi/app/fault"
)

// Replies is how people of a country answer.
type Replies string

// The ways to answer.
const (
	ToSender Replies = "sender" // to the number the text came from
	ToNumber Replies = "number" // to another number, which has to be told: in the text or separately
	Nowhere  Replies = "none"   // not by SMS
)

// Sender is what may stand as the sender.
type Sender string

// The kinds of senders.
const (
	AnySender   Sender = "any"
	Numeric     Sender = "numeric"     // a number; letters are refused
	Letters     Sender = "letters"     // a name of up to 11 letters
	ShortCode   Sender = "short_code"  // a number of a few digits
	Overwritten Sender = "overwritten" // whatever is sent, the network puts its own
)

// Registration is what must be registered before a text gets through.
type Registration string

// The kinds of registration; a template needs a sender as well.
const (
	NoRegistration Registration = "none"
	SenderFirst    Registration = "sender"
	TextFirst      Registration = "template"
)

// Rule says whether something may stand in a text.
type Rule string

// The rules.
const (
	Allowed    Rule = "allowed"
	Registered Rule = "registered" // only what was registered before
	Blocked    Rule = "blocked"
)

// Charset is what the network lets through, where it is less than SMS can carry.
type Charset string

// The character sets.
const (
	AnyCharset Charset = ""
	EUCKR      Charset = "euc_kr"
)

// Words are a text for administrators in both languages of the console.
type Words struct {
	JA string `cbor:"1,keyasint,omitempty" json:"ja"`
	EN string `cbor:"2,keyasint,omitempty" json:"en"`
}

// Card is what is known of one country.
type Card struct {
	Country       string       `cbor:"1,keyasint" json:"country"` // ISO 3166 alpha-2
	Version       uint64       `cbor:"2,keyasint" json:"-"`       // 1 as delivered; grows with each change
	Replies       Replies      `cbor:"3,keyasint" json:"replies"`
	Sender        Sender       `cbor:"4,keyasint" json:"sender"`
	Registration  Registration `cbor:"5,keyasint" json:"registration"`
	Links         Rule         `cbor:"6,keyasint" json:"links"`
	Numbers       Rule         `cbor:"7,keyasint" json:"numbers"`  // telephone numbers in the text
	MaxParts      int          `cbor:"8,keyasint" json:"maxParts"` // more are cut, lost or refused there
	Joined        bool         `cbor:"9,keyasint" json:"joined"`   // parts of a long text are shown as one
	Charset       Charset      `cbor:"10,keyasint,omitempty" json:"charset"`
	Plain         bool         `cbor:"11,keyasint,omitempty" json:"plain"` // letters without diacritics are customary
	SingleLimit   int          `cbor:"12,keyasint,omitempty" json:"singleLimit"`
	PartLimit     int          `cbor:"13,keyasint,omitempty" json:"partLimit"`  // UCS-2 units; 0 means the standard
	Prefix        string       `cbor:"14,keyasint,omitempty" json:"prefix"`     // each text must begin with it
	Brand         bool         `cbor:"15,keyasint,omitempty" json:"brand"`      // the sender's name must be in the text
	Signature     bool         `cbor:"16,keyasint,omitempty" json:"signature"`  // a name in 【】 is demanded
	QuietFrom     string       `cbor:"17,keyasint,omitempty" json:"quietFrom"`  // 21:00; empty means no quiet hours
	QuietTo       string       `cbor:"18,keyasint,omitempty" json:"quietTo"`    // 08:00
	Zones         []string     `cbor:"19,keyasint" json:"zones"`                // IANA; quiet hours are of these
	ValidityHours int          `cbor:"20,keyasint,omitempty" json:"validityH"`  // how long networks keep trying; 0 unknown
	Reserved      []string     `cbor:"21,keyasint,omitempty" json:"reserved"`   // codes that choices may not use
	OptOut        []string     `cbor:"22,keyasint,omitempty" json:"optOut"`     // what people there write to be left alone
	Parameters    []string     `cbor:"23,keyasint,omitempty" json:"parameters"` // tags of TLVs the route must send
	Notes         Words        `cbor:"24,keyasint,omitempty" json:"notes"`      // what else is known
	Sources       []string     `cbor:"25,keyasint,omitempty" json:"sources"`    // where that comes from
	Changed       time.Time    `cbor:"26,keyasint,omitempty" json:"-"`          // zero as delivered
	ChangedBy     string       `cbor:"27,keyasint,omitempty" json:"-"`          // name of the account
	Languages     []string     `cbor:"28,keyasint,omitempty" json:"languages"`  // of printed notices, BCP 47
}

// Delivered reports whether nobody has changed the card.
func (c Card) Delivered() bool { return c.Changed.IsZero() }

// Limits of a card.
const (
	maxNote    = 1000
	maxWords   = 30
	maxParts   = 255
	maxPrefix  = 30
	maxHours   = 168
	unitsLeast = 20
	unitsMost  = 70
)

// clean returns the card as it is kept, or Invalid with the wrong fields.
func (c Card) clean() (Card, error) {
	var wrong []fault.Field
	add := func(path, code string, pairs ...string) {
		f := fault.Field{Path: path, Code: code}
		for i := 0; i+1 < len(pairs); i += 2 {
			f.Params = map[string]string{pairs[i]: pairs[i+1]}
		}
		wrong = append(wrong, f)
	}
	between := func(path string, v, least, most int) {
		if v < least || v > most {
			add(path, "out_of_range", "range", strconv.Itoa(least)+"–"+strconv.Itoa(most))
		}
	}
	word(add, "replies", c.Replies, ToSender, ToNumber, Nowhere)
	word(add, "sender", c.Sender, AnySender, Numeric, Letters, ShortCode, Overwritten)
	word(add, "registration", c.Registration, NoRegistration, SenderFirst, TextFirst)
	word(add, "links", c.Links, Allowed, Registered, Blocked)
	word(add, "numbers", c.Numbers, Allowed, Registered, Blocked)
	word(add, "charset", c.Charset, AnyCharset, EUCKR)
	between("maxParts", c.MaxParts, 1, maxParts)
	between("validityH", c.ValidityHours, 0, maxHours)
	for _, limit := range []struct {
		path string
		v    int
	}{{"singleLimit", c.SingleLimit}, {"partLimit", c.PartLimit}} {
		if limit.v != 0 {
			between(limit.path, limit.v, unitsLeast, unitsMost)
		}
	}
	if utf8.RuneCountInString(c.Prefix) > maxPrefix {
		add("prefix", "too_long", "max", strconv.Itoa(maxPrefix))
	}
	c.quiet(add)
	c.lists(add)
	for path, text := range map[string]string{"notes.ja": c.Notes.JA, "notes.en": c.Notes.EN} {
		if utf8.RuneCountInString(text) > maxNote {
			add(path, "too_long", "max", strconv.Itoa(maxNote))
		}
	}
	slices.SortFunc(wrong, func(a, b fault.Field) int { return strings.Compare(a.Path, b.Path) })
	if e := fault.InvalidFields(wrong); e != nil {
		return Card{}, e
	}
	return c, nil
}

func word[T ~string](add func(path, code string, pairs ...string), path string, v T, known ...T) {
	if !slices.Contains(known, v) {
		add(path, "unknown_word")
	}
}

func (c *Card) quiet(add func(path, code string, pairs ...string)) {
	if (c.QuietFrom == "") != (c.QuietTo == "") {
		add("quietTo", "quiet_hours_half")
	}
	for path, text := range map[string]string{"quietFrom": c.QuietFrom, "quietTo": c.QuietTo} {
		if _, ok := minutes(text); text != "" && !ok {
			add(path, "not_a_time")
		}
	}
	if len(c.Zones) == 0 {
		add("zones", "required")
	}
	for _, zone := range c.Zones {
		if _, err := time.LoadLocation(zone); err != nil || zone == "" || zone == "Local" {
			add("zones", "unknown_zone")
		}
	}
}

// lists brings the lists of words into the form in which they are compared, and checks them.
func (c *Card) lists(add func(path, code string, pairs ...string)) {
	for _, list := range []struct {
		path string
		at   *[]string
	}{{"reserved", &c.Reserved}, {"optOut", &c.OptOut}, {"parameters", &c.Parameters}} {
		var kept []string
		for _, v := range *list.at {
			v = strings.TrimSpace(v)
			if list.path == "reserved" {
				v = strings.ToUpper(v)
			}
			if v == "" || slices.Contains(kept, v) {
				continue
			}
			if utf8.RuneCountInString(v) > maxPrefix || list.path == "reserved" && !isCode(v) ||
				list.path == "parameters" && !isTag(v) {
				add(list.path, "unknown_word")
			}
			kept = append(kept, v)
		}
		if len(kept) > maxWords {
			add(list.path, "too_long", "max", strconv.Itoa(maxWords))
		}
		*list.at = kept
	}
	for i, tag := range c.Languages {
		if parsed, err := language.Parse(tag); err != nil || len(c.Languages) > maxWords {
			add("languages", "unknown_language")
		} else {
			c.Languages[i] = parsed.String()
		}
	}
}

// isCode tells what a choice may carry: one or two letters.
func isCode(v string) bool { return len(v) <= 2 && strings.Trim(v, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" }

// isTag tells a parameter of SMPP 3.4 §5.3 as config.yaml writes it: 0x1400.
func isTag(v string) bool {
	n, err := strconv.ParseUint(strings.ToLower(v), 0, 16)
	return err == nil && n > 0 && strings.HasPrefix(strings.ToLower(v), "0x")
}

// minutes reads 21:00 as minutes from midnight.
func minutes(text string) (int, bool) {
	h, m, ok := strings.Cut(text, ":")
	hours, err1 := strconv.Atoi(h)
	mins, err2 := strconv.Atoi(m)
	if !ok || err1 != nil || err2 != nil || len(h) != 2 || len(m) != 2 {
		return 0, false
	}
	if hours < 0 || hours > 23 || mins < 0 || mins > 59 {
		return 0, false
	}
	return hours*60 + mins, true
}

// Quiet returns the local time of a zone of the country in which texts that can wait should not arrive now; ok is false
// when it is night nowhere in it, or no quiet hours are known.
func (c Card) Quiet(now time.Time) (local time.Time, ok bool) {
	from, ok1 := minutes(c.QuietFrom)
	to, ok2 := minutes(c.QuietTo)
	if !ok1 || !ok2 || from == to {
		return time.Time{}, false
	}
	for _, zone := range c.Zones {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			continue // checked when the card was kept; a zone of a later zone database may be unknown here
		}
		local := now.In(loc)
		at := local.Hour()*60 + local.Minute()
		if within := at >= from && at < to; from < to && within || from > to && (at >= from || at < to) {
			return local, true
		}
	}
	return time.Time{}, false
}
