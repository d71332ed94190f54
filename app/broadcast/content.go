package broadcast

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"noroshi/app/answer"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/question"
	"noroshi/app/template"
)

// Mode says whether a broadcast is meant. A drill can never become LIVE.
type Mode string

// The modes.
const (
	Live  Mode = "live"
	Drill Mode = "drill"
)

// Urgency decides the order of sending and what happens to uncertain parts.
type Urgency string

// The urgencies.
const (
	Urgent Urgency = "urgent"
	Normal Urgency = "normal"
)

// Policy says what becomes of a part nobody knows the outcome of.
type Policy string

// The policies; the empty one is Resend for urgent broadcasts and MarkUnknown for others.
const (
	Resend      Policy = "resend"
	MarkUnknown Policy = "mark_unknown"
)

// Body is the text in one language.
type Body struct {
	Language string   `cbor:"1,keyasint"`
	Text     string   `cbor:"2,keyasint"`
	Labels   []string `cbor:"3,keyasint,omitempty"` // of the choices; empty ones fall back to the choices' own
	// TemplateID is what the operator registered this text as, for routes whose tlvs say {{template_id}}: letters and
	// digits.
	TemplateID string `cbor:"4,keyasint,omitempty"`
}

// Selection is who is meant.
type Selection struct {
	Everyone    bool           `cbor:"1,keyasint,omitempty"`
	Groups      []id.Group     `cbor:"2,keyasint,omitempty"`
	Departments []string       `cbor:"3,keyasint,omitempty"`
	Recipients  []id.Recipient `cbor:"4,keyasint,omitempty"`
}

// Empty reports whether nobody is selected.
func (s Selection) Empty() bool {
	return !s.Everyone && len(s.Groups) == 0 && len(s.Departments) == 0 && len(s.Recipients) == 0
}

// Content is what an admin writes.
type Content struct {
	Title       string            `cbor:"1,keyasint"`
	Mode        Mode              `cbor:"2,keyasint"`
	Urgency     Urgency           `cbor:"3,keyasint"`
	Bodies      []Body            `cbor:"4,keyasint"` // the first is for people whose language has none of its own
	Choices     []question.Choice `cbor:"5,keyasint"` // a code may be empty until the review
	MultiSelect bool              `cbor:"6,keyasint,omitempty"`
	AllPhones   bool              `cbor:"7,keyasint,omitempty"`
	Selection   Selection         `cbor:"8,keyasint"`
	Uncertain   Policy            `cbor:"9,keyasint,omitempty"`
	AutoReply   bool              `cbor:"10,keyasint,omitempty"` // answers that count get a short confirmation
}

// Limits of a content.
const (
	MaxTitle  = 100
	MaxBody   = 2000
	MaxLabel  = 40
	MaxBodies = 12
	// MaxTemplateID is what operators in India allow for the identifiers of their registry.
	MaxTemplateID = 30
)

// Check returns what keeps the content from being saved as a draft: only what could not even be kept. A draft may be
// unfinished; Ready says what is missing.
func (c Content) Check() error {
	var wrong []fault.Field
	add := func(path, code string, pairs ...string) { wrong = append(wrong, field(path, code, pairs...)) }
	if utf8.RuneCountInString(c.Title) > MaxTitle {
		add("title", "too_long", "max", strconv.Itoa(MaxTitle))
	}
	if c.Mode != Live && c.Mode != Drill {
		add("mode", "required")
	}
	if c.Urgency != Urgent && c.Urgency != Normal {
		add("urgency", "required")
	}
	if len(c.Bodies) == 0 || len(c.Bodies) > MaxBodies {
		add("bodies", "count_out_of_range", "max", strconv.Itoa(MaxBodies))
	}
	for i, b := range c.Bodies {
		if utf8.RuneCountInString(b.Text) > MaxBody {
			add("bodies["+strconv.Itoa(i)+"].text", "too_long", "max", strconv.Itoa(MaxBody))
		}
		if len(b.TemplateID) > MaxTemplateID {
			add("bodies["+strconv.Itoa(i)+"].templateId", "too_long", "max", strconv.Itoa(MaxTemplateID))
		} else if strings.ContainsFunc(b.TemplateID, notAlphanumeric) {
			add("bodies["+strconv.Itoa(i)+"].templateId", "not_alphanumeric")
		}
	}
	if len(c.Choices) > answer.MaxChoices {
		add("choices", "too_many_choices", "max", strconv.Itoa(answer.MaxChoices))
	}
	if e := fault.InvalidFields(wrong); e != nil {
		return e
	}
	return nil
}

func notAlphanumeric(r rune) bool {
	return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// Ready returns what keeps the content from being sent, besides codes and people.
func (c Content) Ready() error {
	if err := c.Check(); err != nil {
		return err
	}
	var wrong []fault.Field
	add := func(path, code string, pairs ...string) { wrong = append(wrong, field(path, code, pairs...)) }
	if strings.TrimSpace(c.Title) == "" {
		add("title", "required")
	}
	for i, b := range c.Bodies {
		path := "bodies[" + strconv.Itoa(i) + "].text"
		if strings.TrimSpace(b.Text) == "" {
			add(path, "required")
		} else if _, err := template.Parse(b.Text); err != nil {
			wrong = append(wrong, fieldOf(path, err))
		}
		for j := range i {
			if c.Bodies[j].Language == b.Language {
				add("bodies["+strconv.Itoa(i)+"].language", "repeated")
			}
		}
	}
	for i, ch := range c.Choices {
		path := "choices[" + strconv.Itoa(i) + "]."
		if strings.TrimSpace(ch.Label) == "" {
			add(path+"label", "required")
		}
		if utf8.RuneCountInString(ch.Label) > MaxLabel {
			add(path+"label", "too_long", "max", strconv.Itoa(MaxLabel))
		}
		if ch.Tone != question.OK && ch.Tone != question.Warn && ch.Tone != question.Bad {
			add(path+"tone", "required")
		}
	}
	if c.Selection.Empty() {
		add("audience", "required")
	}
	if e := fault.InvalidFields(wrong); e != nil {
		return e
	}
	return nil
}

func field(path, code string, pairs ...string) fault.Field {
	f := fault.Field{Path: path, Code: code}
	for i := 0; i+1 < len(pairs); i += 2 {
		if f.Params == nil {
			f.Params = map[string]string{}
		}
		f.Params[pairs[i]] = pairs[i+1]
	}
	return f
}

func fieldOf(path string, err error) fault.Field {
	f := fault.Field{Path: path, Code: fault.CodeOf(err)}
	if e, ok := err.(*fault.Error); ok { //nolint:errorlint // template.Parse returns it unwrapped
		f.Params = e.Params
	}
	return f
}

// TypedCodes returns the codes as the admin typed them, "" where the allocator chooses.
func (c Content) TypedCodes() []string {
	codes := make([]string, len(c.Choices))
	for i, ch := range c.Choices {
		codes[i] = strings.ToUpper(strings.TrimSpace(ch.Code))
	}
	return codes
}

// WithCodes returns the content with these codes on its choices.
func (c Content) WithCodes(codes []string) Content {
	choices := make([]question.Choice, len(c.Choices))
	copy(choices, c.Choices)
	for i := range choices {
		if i < len(codes) {
			choices[i].Code = codes[i]
		}
	}
	c.Choices = choices
	return c
}

// Policy returns what becomes of uncertain parts.
func (c Content) Policy() Policy {
	switch {
	case c.Uncertain != "":
		return c.Uncertain
	case c.Urgency == Urgent:
		return Resend
	}
	return MarkUnknown
}

// Priority returns the place in the queue: 0 before 1.
func (c Content) Priority() uint8 {
	if c.Urgency == Urgent {
		return 0
	}
	return 1
}
