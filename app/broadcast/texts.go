package broadcast

import (
	"slices"

	"noroshi/app/lang"
	"noroshi/app/question"
	"noroshi/app/smstext"
	"noroshi/app/template"
)

// Texts are the whole texts of a broadcast, ready to be filled in for each person: mark, body and choices.
type Texts struct {
	languages []string
	bodies    []template.Body
	ids       []string // what operators registered the texts as
	vars      []string // of all texts, in the order of their first use
}

// Texts compiles the content. Returns Invalid as template.Parse does.
func (c Content) Texts() (Texts, error) {
	var t Texts
	for i, b := range c.Bodies {
		whole, err := template.Parse(c.whole(i))
		if err != nil {
			return Texts{}, err
		}
		t.languages = append(t.languages, b.Language)
		t.bodies = append(t.bodies, whole)
		t.ids = append(t.ids, b.TemplateID)
		for _, v := range whole.Vars() {
			if !slices.Contains(t.vars, v) && v != template.VarReplyNumber {
				t.vars = append(t.vars, v)
			}
		}
	}
	return t, nil
}

// whole returns the text of body i with its variables not filled in.
func (c Content) whole(i int) string {
	b := c.Bodies[i]
	body := b.Text
	if c.Mode == Drill {
		body = lang.For(b.Language).Mark(body)
	}
	lines := make([]template.Line, len(c.Choices))
	for j, label := range c.labels(i) {
		lines[j] = template.Line{Code: c.Choices[j].Code, Label: label}
	}
	return smstext.Prepare(template.Compose(body, lines))
}

func (c Content) labels(body int) []string {
	labels := make([]string, len(c.Choices))
	for j, ch := range c.Choices {
		labels[j] = ch.Label
		if own := c.Bodies[body].Labels; j < len(own) && own[j] != "" {
			labels[j] = own[j]
		}
	}
	return labels
}

// TemplateID returns what the operator registered a text as; empty when nobody said.
func (t Texts) TemplateID(text int) string { return t.ids[text] }

// Wordings returns the question as people are sent it, in the order of the bodies.
func (c Content) Wordings() []question.Wording {
	out := make([]question.Wording, len(c.Bodies))
	for i, b := range c.Bodies {
		out[i] = question.Wording{Language: b.Language, Text: c.whole(i), Labels: c.labels(i)}
	}
	return out
}

// Vars returns the names of the variables whose values are kept with each copy; {{reply_number}} is not among them.
func (t Texts) Vars() []string { return t.vars }

// Languages returns the languages in the order of the bodies.
func (t Texts) Languages() []string { return t.languages }

// For returns the place of the text for a person's language; organisation is used for people who have none.
func (t Texts) For(language, organisation string) int {
	if language == "" {
		language = organisation
	}
	best := lang.Best(language, t.languages)
	if i := slices.Index(t.languages, best); i >= 0 {
		return i
	}
	return 0
}

// Plain reports whether text i is the same for everybody on a route.
func (t Texts) Plain(i int) bool {
	for _, v := range t.bodies[i].Vars() {
		if v != template.VarReplyNumber {
			return false
		}
	}
	return true
}

// Render fills in text i. values are in the order of Vars.
func (t Texts) Render(i int, values []string, replyNumber string) string {
	return t.bodies[i].Render(func(name string) string {
		if name == template.VarReplyNumber {
			return replyNumber
		}
		if at := slices.Index(t.vars, name); at >= 0 && at < len(values) {
			return values[at]
		}
		return ""
	})
}
