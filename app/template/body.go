package template

import (
	"strings"
	"unicode"

	"noroshi/app/fault"
)

// The variables every recipient has. Other names are free attributes.
const (
	VarName        = "name"
	VarReplyNumber = "reply_number"
)

// Body is a text with variables written as {{name}}. The zero value is an empty text.
type Body struct {
	segments []segment
	vars     []string
}

type segment struct {
	text string // literal, when index < 0
	slot int    // place in vars
}

// maxVars bounds the variables of one body: each costs room in every copy.
const maxVars = 16

// Parse reads a body. Variable names are trimmed; they are letters, digits, spaces, hyphens and underscores in any
// script. Returns Invalid: variable_not_closed, variable_name_bad (both with the place, in characters from 1) or
// too_many_variables.
func Parse(text string) (Body, error) {
	var b Body
	index := map[string]int{}
	rest, done := text, 0
	for {
		at := strings.Index(rest, "{{")
		if at < 0 {
			b.literal(rest)
			return b, nil
		}
		end := strings.Index(rest[at:], "}}")
		if end < 0 {
			return Body{}, fault.New(fault.Invalid, "variable_not_closed", "A variable is opened with {{ and never closed.",
				"position", len([]rune(text[:done+at]))+1)
		}
		name := strings.TrimSpace(rest[at+2 : at+end])
		if !goodName(name) {
			return Body{}, fault.New(fault.Invalid, "variable_name_bad", "Between {{ and }} stands no name of a variable.",
				"position", len([]rune(text[:done+at]))+1)
		}
		b.literal(rest[:at])
		slot, ok := index[name]
		if !ok {
			if len(b.vars) == maxVars {
				return Body{}, fault.New(fault.Invalid, "too_many_variables", "A text has too many variables.", "max", maxVars)
			}
			slot = len(b.vars)
			index[name] = slot
			b.vars = append(b.vars, name)
		}
		b.segments = append(b.segments, segment{slot: slot})
		done += at + end + 2
		rest = rest[at+end+2:]
	}
}

func (b *Body) literal(s string) {
	if s != "" {
		b.segments = append(b.segments, segment{text: s, slot: -1})
	}
}

func goodName(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && r != ' ' && r != '-' && r != '_' {
			return false
		}
	}
	return true
}

// Vars returns the names of the variables in the order of their first use.
func (b Body) Vars() []string { return b.vars }

// Render puts values in; value is asked once for each place. Values are taken as they are: braces in them are text.
func (b Body) Render(value func(name string) string) string {
	if len(b.segments) == 1 && b.segments[0].slot < 0 {
		return b.segments[0].text
	}
	var out strings.Builder
	for _, s := range b.segments {
		if s.slot < 0 {
			out.WriteString(s.text)
		} else {
			out.WriteString(value(b.vars[s.slot]))
		}
	}
	return out.String()
}

// Line is a choice as it is printed: its code and its label.
type Line struct{ Code, Label string }

// Compose puts a whole text together: the body and a line for each choice in the form "A:label". A colon and not a full
// stop: phones make links of "b.no".
func Compose(body string, lines []Line) string {
	var out strings.Builder
	out.WriteString(strings.TrimRight(body, " \n"))
	for _, l := range lines {
		out.WriteString("\n")
		out.WriteString(l.Code)
		out.WriteString(":")
		out.WriteString(l.Label)
	}
	return out.String()
}
