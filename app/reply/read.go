package reply

import (
	"context"
	"slices"

	"noroshi/app/answer"
	"noroshi/app/question"
	"noroshi/app/store"
	"noroshi/app/template"
)

// stranger keeps a text of a number nobody was asked on: apart, and never counted. Opt-out words still count.
func (s *Service) stranger(ctx context.Context, tx *store.Tx, r Reply, in Incoming) error {
	v := answer.Read(answer.Text{Raw: r.Text, Country: in.Country}, nil)
	r.Kind, r.Result, r.Reason, r.Cry = UnknownSender, string(v.Result), string(v.Reason), answer.CryForHelp(r.Text)
	switch v.Result {
	case answer.OptOut, answer.OptIn:
		if err := s.opt(ctx, tx, r.From, v.Result == answer.OptOut); err != nil {
			return err
		}
	default:
	}
	if r.Cry {
		r.Kind = Unread // somebody who may need help is not put where nobody looks
		tell(tx, r, true)
	}
	return put(tx, nil, r)
}

// read has a text of known people read, and carries out what it says.
func (s *Service) read(ctx context.Context, tx *store.Tx, r Reply, in Incoming, places []place) error {
	asked, wordings, err := s.asked(tx, in, places)
	if err != nil {
		return err
	}
	text := answer.Text{Raw: r.Text, Country: in.Country}
	v := answer.Read(text, asked)
	r.Result, r.Reason, r.Comment = string(v.Result), string(v.Reason), v.Comment
	first, err := s.firstReview(tx, places)
	if err != nil {
		return err
	}
	for _, p := range places {
		r.Candidates = append(r.Candidates, p.Candidate)
		tx.Set(personKey(p.Broadcast, p.Person, r.ID), []byte{1})
	}
	switch v.Result {
	case answer.Accept, answer.AcceptInferred, answer.Late:
		r.Kind = Answered
		if v.Result == answer.Late {
			r.Kind = Late
		}
		if err := s.answers(tx, r, v, places); err != nil {
			return err
		}
	case answer.Ignore:
		r.Kind = Ignored
	case answer.OptOut, answer.OptIn:
		r.Kind = OptedOut
		if v.Result == answer.OptIn {
			r.Kind = OptedIn
		}
		if err := s.opt(ctx, tx, r.From, v.Result == answer.OptOut); err != nil {
			return err
		}
	default:
		r.Kind, r.Cry = Unread, answer.CryForHelp(r.Text)
		r.Maybe = likely(text, asked, places, r.Cry)
		tell(tx, r, true)
	}
	if err := s.confirm(tx, r, v, answering{in: in, places: places, wordings: wordings, first: first}); err != nil {
		return err
	}
	return put(tx, nil, r)
}

// likely returns what a text in the tray may mean, for a person to look at first. A call for help without a code may
// mean the only choice by which people call for help.
func likely(text answer.Text, asked []answer.Asked, places []place, cry bool) []Suggestion {
	if a, ok := answer.Likely(text, asked); ok {
		return []Suggestion{{Broadcast: a.Broadcast, Code: a.Codes[0]}}
	}
	if !cry {
		return nil
	}
	for _, p := range places { // the newest first
		if bad := p.q.Of(p.q.BadMask()); p.q.Live() && len(bad) == 1 {
			return []Suggestion{{Broadcast: p.Broadcast, Code: bad[0].Code}}
		}
	}
	return nil
}

// asked describes the questions to the rules, each once, as this person was sent them, and returns their wordings in
// the same order.
func (s *Service) asked(tx *store.Tx, in Incoming, places []place) (asked []answer.Asked,
	wordings []question.Wording, err error,
) {
	for _, p := range places {
		if slices.ContainsFunc(asked, func(a answer.Asked) bool { return a.Broadcast == p.Broadcast }) {
			continue
		}
		wording, body := p.q.Wording(0), ""
		if p.found {
			c, head, err := s.o.Messages.Copy(tx, p.run, p.copy)
			if err != nil {
				return nil, nil, err
			}
			wording = p.q.Wording(int(c.Text))
			body = render(wording.Text, head.Vars, c.Vars, in.ReplyNumber)
		}
		a := answer.Asked{Broadcast: p.Broadcast, Status: answer.Open, Body: body, MultiSelect: p.q.MultiSelect}
		if !p.q.Live() {
			a.Status = answer.Cooling
		}
		for i, c := range p.q.Choices {
			label := c.Label
			if i < len(wording.Labels) {
				label = wording.Labels[i]
			}
			a.Codes = append(a.Codes, answer.Code{Code: c.Code, Label: label})
		}
		asked, wordings = append(asked, a), append(wordings, wording)
	}
	return asked, wordings, nil
}

func render(text string, names, values []string, replyNumber string) string {
	body, err := template.Parse(text)
	if err != nil {
		return text
	}
	return body.Render(func(name string) string {
		if name == template.VarReplyNumber {
			return replyNumber
		}
		if i := slices.Index(names, name); i >= 0 && i < len(values) {
			return values[i]
		}
		return ""
	})
}

// answers records what was chosen for every person the number stands for in that broadcast.
func (s *Service) answers(tx *store.Tx, r Reply, v answer.Verdict, places []place) error {
	for _, a := range v.Answers {
		var given []question.Given
		for _, p := range places {
			if p.Broadcast != a.Broadcast {
				continue
			}
			mask, ok := p.q.MaskOf(a.Codes)
			if !ok {
				continue
			}
			given = append(given, question.Given{Person: p.Person, Mask: mask, Flags: flagsOf(v, p), Reply: r.ID})
		}
		if len(given) == 0 {
			continue
		}
		if err := s.o.Questions.Answer(tx, a.Broadcast, given); err != nil {
			return err
		}
	}
	return nil
}

func flagsOf(v answer.Verdict, p place) question.Flags {
	var f question.Flags
	if v.Result == answer.AcceptInferred || p.Inferred || v.Shared {
		f |= question.Inferred
	}
	if v.Comment != "" {
		f |= question.Commented
	}
	if p.shared {
		f |= question.Shared
	}
	if v.Result == answer.Late {
		f |= question.LateOne
	}
	return f
}
