// Package lang is in charge of the fixed texts that recipients see in short messages, in each language Noroshi speaks,
// and of choosing the language for a person. Texts an administrator writes are not its business, nor is the console's.
package lang

import (
	"strings"

	"golang.org/x/text/language"
)

// Languages returns the languages of the catalogue as BCP 47 tags, in the order in which a list should show them.
func Languages() []string {
	tags := make([]string, len(catalogue))
	for i, t := range catalogue {
		tags[i] = t.Tag
	}
	return tags
}

// Best returns the one of the available tags that suits a person whose language is tag (BCP 47, "_" for "-" is fine).
// The first of them is the main language of what is offered: it is for people without a language or with one nobody
// knows. Somebody whose language is none of them gets English when there is English, and the main language otherwise.
// Traditional Chinese falls back to Simplified and the other way round, and Malay to Indonesian, before that. Best
// returns "" only when nothing is available.
func Best(tag string, available []string) string {
	if len(available) == 0 {
		return ""
	}
	wanted := language.Make(strings.TrimSpace(tag))
	if wanted.IsRoot() {
		return available[0]
	}
	offered := make([]language.Tag, len(available))
	for i, a := range available {
		offered[i] = language.Make(a)
	}
	if _, at, confidence := language.NewMatcher(offered).Match(wanted); confidence != language.No {
		return available[at]
	}
	for i, o := range offered {
		if base, _ := o.Base(); base.String() == "en" {
			return available[i]
		}
	}
	return available[0]
}

// For returns the texts of the language that suits tag best; of English when the catalogue has no such language, and
// when there is no tag.
func For(tag string) Texts {
	best := Best(tag, append([]string{"en"}, Languages()...))
	for _, t := range catalogue {
		if t.Tag == best {
			return t
		}
	}
	return catalogue[0]
}

// Mark puts the drill mark before a body, once.
func (t Texts) Mark(body string) string {
	if strings.HasPrefix(body, t.DrillMark) {
		return body
	}
	if strings.HasSuffix(t.DrillMark, "】") {
		return t.DrillMark + body
	}
	return t.DrillMark + " " + body
}

// Marked reports whether a body begins with the drill mark of any language.
func Marked(body string) bool {
	for _, t := range catalogue {
		if strings.HasPrefix(body, t.DrillMark) {
			return true
		}
	}
	return false
}

// ReplyLine returns the line that asks for an answer, with codes of the question as the example: all of them may be
// chosen when multi is set, one otherwise. It returns "" when there is no code.
func (t Texts) ReplyLine(codes []string, multi bool) string {
	switch {
	case len(codes) == 0:
		return ""
	case multi && len(codes) > 1:
		return fill(t.ReplyAll, codes[0]+" "+codes[1])
	case len(codes[0]) > 1:
		return fill(t.ReplyTwoLetters, codes[0])
	}
	return fill(t.ReplyOneLetter, codes[0])
}

// ReplyTo returns the line that names the number to answer to, where it is not the sender.
func (t Texts) ReplyTo(number string) string { return fill(t.ReplyNumber, number) }

// Accepted returns the automatic answer to a reply that counts. Each choice is a code and its label, "A:無事".
func (t Texts) Accepted(choices ...string) string {
	return fill(t.Received, strings.Join(choices, " "))
}

// Unreadable returns the automatic answer to a reply that a person has to read, with a code as the example.
func (t Texts) Unreadable(code string) string { return fill(t.NotUnderstood, code) }

// JoinNames returns the names as one, for a message to people who share a number.
func (t Texts) JoinNames(names ...string) string {
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], t.NameComma) + t.NameAnd + names[n-1]
	}
}

// slot stands in a text where the one value goes.
const slot = "{}"

func fill(text, value string) string { return strings.Replace(text, slot, value, 1) }
