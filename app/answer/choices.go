package answer

import (
	"slices"
	"strings"

	"noroshi/app/id"
)

// choice is a code that can be chosen, and the newest question that has it.
type choice struct {
	broadcast id.Broadcast
	multi     bool
	label     message
	shared    bool // an older question has the code too
}

// choices are the codes of all questions in one state.
type choices struct {
	byCode map[string]*choice
	order  []string // the newest question first, then as printed
}

func newChoices(asked []Asked, status Status) choices {
	c := choices{byCode: map[string]*choice{}}
	for _, a := range asked {
		if a.Status != status {
			continue
		}
		for _, offered := range a.Codes {
			code := strings.ToUpper(offered.Code)
			if !wellFormed(code) {
				continue
			}
			if newer, ok := c.byCode[code]; ok {
				newer.shared = newer.shared || newer.broadcast != a.Broadcast
				continue
			}
			c.byCode[code] = &choice{
				broadcast: a.Broadcast, multi: a.MultiSelect, label: newMessage(fold(offered.Label)),
			}
			c.order = append(c.order, code)
		}
	}
	return c
}

func (c choices) has(code string) bool {
	_, ok := c.byCode[code]
	return ok
}

// labelled returns the codes of the labels that match.
func (c choices) labelled(match func(label string) bool) []string {
	var found []string
	for _, code := range c.order {
		if match(c.byCode[code].label.compact) {
			found = append(found, code)
		}
	}
	return found
}

// accept returns the verdict on codes that stand alone: an answer to each question, or Review when a question that
// takes one choice would get two.
func (c choices) accept(codes ...string) Verdict {
	v := Verdict{Result: Accept}
	for _, code := range codes {
		chosen := c.byCode[code]
		at := slices.IndexFunc(v.Answers, func(a Answer) bool { return a.Broadcast == chosen.broadcast })
		switch {
		case at < 0:
			v.Answers = append(v.Answers, Answer{Broadcast: chosen.broadcast, Codes: []string{code}})
		case slices.Contains(v.Answers[at].Codes, code):
		case !chosen.multi:
			return review(SeveralCodes)
		default:
			v.Answers[at].Codes = append(v.Answers[at].Codes, code)
		}
		if chosen.shared {
			v.Shared, v.Reason = true, CodeOfTwoQuestions
		}
	}
	return v
}
