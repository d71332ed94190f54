package answer

import (
	"slices"
	"strings"

	"noroshi/app/id"
)

// Result is what a text was read as.
type Result string

// The closed set of results.
const (
	Accept         Result = "accept"          // a code and nothing else; counts
	AcceptInferred Result = "accept_inferred" // read with a mark; counts, and is shown as inferred
	Review         Result = "review"          // a person has to read it; does not count
	Late           Result = "late"            // an answer to a question that has closed; kept, not counted by itself
	Ignore         Result = "ignore"          // no reply of a person; nothing follows
	OptOut         Result = "opt_out"         // the person wants no more messages
	OptIn          Result = "opt_in"          // the person wants messages again
	HelpWord       Result = "help"            // a word that asks for help and nothing else, which may be meant literally
)

// Status says whether a question still takes answers.
type Status uint8

// The closed set of states; the zero value is none of them and such a question is not looked at.
const (
	Open    Status = iota + 1 // answers count
	Cooling                   // closed less than 72 h ago: its codes are not in use again, and answers are late
)

// Code is a choice of a question.
type Code struct {
	Code  string // 1 or 2 letters A to Z, upper case
	Label string // as sent to this person
}

// Asked is a question that was sent to the person who replies.
type Asked struct {
	Broadcast   id.Broadcast
	Status      Status
	Body        string // as sent to this person, to know quotations of it
	Codes       []Code
	MultiSelect bool // several choices at once are an answer
}

// Text is what came in.
type Text struct {
	Raw     string // the text as received; of a mail, the visible part of the reply
	Country string // ISO 3166 alpha-2 of the route it came by, any case; "" when unknown or a mail
	Mail    bool   // lines mean something: when the whole is not clear, they are read one by one
}

// Answer is what was chosen in one broadcast.
type Answer struct {
	Broadcast id.Broadcast
	Codes     []string // in the order they were written, without repetition; one unless the question is MultiSelect
}

// Reason is a stable code of why a text was not simply accepted. The console translates it.
type Reason string

// The closed set of reasons. Those of Review come first, then those of AcceptInferred and Late.
const (
	NoReason           Reason = ""
	Empty              Reason = "empty"             // no letter or digit
	QuotedOnly         Reason = "quoted_only"       // nothing but quoted lines
	NoQuestion         Reason = "no_question"       // nothing is open to this person, or closed lately
	NoCode             Reason = "no_code"           // no code of an open question
	SeveralCodes       Reason = "several_codes"     // more than one code where one is asked for
	CodeInSentence     Reason = "code_in_sentence"  // a code in the middle of other words
	CodeMaybeWord      Reason = "code_maybe_word"   // the code is also a word: "A friend is hurt"
	CodePartOfWord     Reason = "code_part_of_word" // the letter belongs to a name or number: "B棟", "B-1"
	CodeDenied         Reason = "code_denied"       // "not A"
	CodeAsked          Reason = "code_asked"        // "is it A"
	LabelShared        Reason = "label_shared"      // the label belongs to several choices
	LabelDisagrees     Reason = "label_disagrees"   // the code of one choice with the label of another
	LinesDisagree      Reason = "lines_disagree"    // lines of a mail hold different answers
	KeywordInUse       Reason = "keyword"           // an opt-out, opt-in or help word
	ReactionOfPhone    Reason = "reaction"          // a phone's reaction in words
	CodeWithWords      Reason = "code_with_words"   // inferred: one code, with a comment
	CodeWithLabel      Reason = "code_with_label"   // inferred: one code, with its own label
	LabelAlone         Reason = "label_alone"       // inferred: the label and nothing else
	LetterName         Reason = "letter_name"       // inferred: the letter's name, such as エー
	LineOfMail         Reason = "line_of_mail"      // inferred: a line of a mail
	CodeOfTwoQuestions Reason = "code_of_two"       // the code belongs to several open questions; the newest one has it
)

// Verdict is how a text was read.
type Verdict struct {
	Result  Result
	Answers []Answer // for Accept, AcceptInferred and Late only; by first mention
	Comment string   // what was written beside the code; "" when there is nothing
	Reason  Reason   // NoReason for a plain Accept, and for a plain Late
	Shared  bool     // a code of Answers belongs to another open question too: both want a flag
}

// Read reads a reply by the rules in the package comment. Asked is ordered by when each question was sent to this
// person, the newest first: the newest has a code that two open questions share. Only Accept, AcceptInferred and Late
// have answers, and only with codes of asked. Read never fails and never panics, whatever the octets.
func Read(t Text, asked []Asked) Verdict {
	if isReaction(t.Raw) {
		return Verdict{Result: Ignore, Reason: ReactionOfPhone}
	}
	visible := dropQuoted(t.Raw, asked)
	m := newMessage(fold(visible))
	open, cooling := newChoices(asked, Open), newChoices(asked, Cooling)
	if m.compact == "" {
		if visible != t.Raw {
			return review(QuotedOnly)
		}
		return review(Empty)
	}
	if v, ok := readKeyword(m, t.Country, open, cooling); ok {
		return v
	}
	v := readMessage(m, open, cooling)
	if t.Mail && v.Result == Review && v.Reason != CodeDenied && v.Reason != NoQuestion {
		return readLines(visible, v, open, cooling)
	}
	return v
}

func review(why Reason) Verdict { return Verdict{Result: Review, Reason: why} }

// readKeyword is rule 4. A word that is somebody's code is an answer.
func readKeyword(m message, country string, open, cooling choices) (Verdict, bool) {
	if open.has(m.compact) || cooling.has(m.compact) {
		return Verdict{}, false
	}
	switch keywordOf(m.compact, country) {
	case OptOutWord:
		return Verdict{Result: OptOut, Reason: KeywordInUse}, true
	case OptInWord:
		return Verdict{Result: OptIn, Reason: KeywordInUse}, true
	case HelpKeyword:
		return Verdict{Result: HelpWord, Reason: KeywordInUse}, true
	case NoKeyword:
	}
	return Verdict{}, false
}

// readMessage is rules 5 to 9. The closed questions are looked at only when the text has nothing to do with an open
// one.
func readMessage(m message, open, cooling choices) Verdict {
	if len(open.byCode) == 0 && len(cooling.byCode) == 0 {
		return review(NoQuestion)
	}
	v := readAmong(m, open)
	if v.Result != Review || v.Reason != NoCode || len(cooling.byCode) == 0 {
		return v
	}
	late := readAmong(m, cooling)
	if late.Result == Review {
		return late
	}
	late.Result = Late
	return late
}

// readAmong is rules 5 to 8 over one set of choices.
func readAmong(m message, c choices) Verdict {
	if v, ok := readCodesOnly(m, c); ok {
		return v
	}
	if v, ok := readLabel(m, c); ok {
		return v
	}
	if v, ok := readCodeWithWords(m, c); ok {
		return v
	}
	return readLetterName(m, c)
}

// readCodesOnly is rule 5: the text has Latin tokens only.
func readCodesOnly(m message, c choices) (Verdict, bool) {
	if !m.allLatin() {
		return Verdict{}, false
	}
	codes := 0
	for i, t := range m.tokens {
		if c.has(t.text) {
			codes++
			if deniedBySign(m, i) {
				return review(CodeDenied), true
			}
		}
	}
	all := codes == len(m.tokens)
	if c.has(m.compact) && (len(m.tokens) == 1 || !all) {
		if deniedBySign(m, 0) || deniedBySign(m, len(m.tokens)-1) {
			return review(CodeDenied), true
		}
		return c.accept(m.compact), true
	}
	if !all {
		return Verdict{}, false
	}
	written := make([]string, 0, len(m.tokens))
	for _, t := range m.tokens {
		written = append(written, t.text)
	}
	return c.accept(written...), true
}

// readLabel is rule 6: the text is one label exactly, or but for the diacritics of its Latin letters.
func readLabel(m message, c choices) (Verdict, bool) {
	found := c.labelled(func(label string) bool { return label == m.compact })
	if len(found) == 0 && m.allLatin() {
		bare := plain(m.compact)
		found = c.labelled(func(label string) bool { return plain(label) == bare })
	}
	switch len(found) {
	case 0:
		return Verdict{}, false
	case 1:
		v := c.accept(found[0])
		v.Result, v.Reason = AcceptInferred, LabelAlone
		return v, true
	}
	return review(LabelShared), true
}

// readLetterName is rule 8.
func readLetterName(m message, c choices) Verdict {
	var found string
	for _, code := range c.order {
		if spellsCode(m.compact, code) {
			if found != "" && found != code {
				return review(SeveralCodes)
			}
			found = code
		}
	}
	if found == "" {
		return review(NoCode)
	}
	v := c.accept(found)
	v.Result, v.Reason = AcceptInferred, LetterName
	return v
}

// readLines reads a mail line by line: it is an answer when at least one line is one, every line that is one says the
// same, and no line speaks of a code in a way that only a person can read. The verdict on the whole stays otherwise.
func readLines(visible string, whole Verdict, open, cooling choices) Verdict {
	var found Verdict
	answering := -1
	lines := splitLines(visible)
	for i, line := range lines {
		m := newMessage(fold(line))
		if m.compact == "" {
			continue
		}
		v := readMessage(m, open, cooling)
		switch {
		case v.Result == Review && (v.Reason == NoCode || v.Reason == CodeMaybeWord || v.Reason == CodePartOfWord):
			continue
		case v.Result == Review:
			return whole
		case found.Result == "":
			found, answering = v, i
		case found.Result != v.Result && (found.Result == Late || v.Result == Late), !sameAnswers(found, v):
			return review(LinesDisagree)
		}
	}
	if found.Result == "" {
		return whole
	}
	if found.Result == Accept {
		found.Result = AcceptInferred
	}
	found.Reason = LineOfMail
	lines[answering] = found.Comment
	found.Comment = strings.TrimSpace(strings.Join(lines, "\n"))
	return found
}

func sameAnswers(a, b Verdict) bool {
	return slices.EqualFunc(a.Answers, b.Answers, func(x, y Answer) bool {
		return x.Broadcast == y.Broadcast && slices.Equal(x.Codes, y.Codes)
	})
}
