package config

import (
	"errors"
	"fmt"
	"strings"

	"noroshi/app/fault"
)

// Problem is something wrong with the file, in words for the one who wrote it, with what to do about it.
type Problem struct {
	Line  int    // of the file, from 1; 0 when it is not in the file, such as a setting of the environment
	Route string // name of the route it is about; empty for the rest of the file
	Field string // the setting, such as window, tls.key_file or hosts[1]; empty when it is about the whole
	EN    string
	JA    string
}

// In returns the problem with its place as one sentence: in Japanese for "ja", else in English.
func (p Problem) In(language string) string {
	var b strings.Builder
	ja := language == "ja"
	text, colon := p.EN, ": "
	if ja {
		text, colon = p.JA, "："
	}
	if p.Line > 0 && ja {
		fmt.Fprintf(&b, "%d行目%s", p.Line, colon)
	} else if p.Line > 0 {
		fmt.Fprintf(&b, "line %d%s", p.Line, colon)
	}
	if p.Route != "" && ja {
		b.WriteString("経路 " + p.Route + colon)
	} else if p.Route != "" {
		b.WriteString("route " + p.Route + colon)
	}
	if p.Field != "" {
		b.WriteString(p.Field + colon)
	}
	return b.String() + text
}

// Invalid is the cause of the fault that Load and Parse return: everything that is wrong with a file.
type Invalid struct{ Problems []Problem }

// Error returns the problems in English, a line each.
func (i *Invalid) Error() string { return i.In("en") }

// In returns the problems in the language, each on a line of its own.
func (i *Invalid) In(language string) string {
	var b strings.Builder
	for _, p := range i.Problems {
		b.WriteString("\n  - " + p.In(language))
	}
	return b.String()
}

// ProblemsOf returns what Load or Parse found; nil when err is of another sort.
func ProblemsOf(err error) []Problem {
	if i, ok := errors.AsType[*Invalid](err); ok {
		return i.Problems
	}
	return nil
}

func invalid(list []Problem) error {
	cause := &Invalid{Problems: list}
	return fault.Wrap(cause, fault.Invalid, "config_invalid", "The configuration is not valid", "problems", cause.Error())
}

func format(text string, args []any) string {
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}
