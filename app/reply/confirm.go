package reply

import (
	"slices"

	"noroshi/app/answer"
	"noroshi/app/autoreply"
	"noroshi/app/id"
	"noroshi/app/lang"
	"noroshi/app/question"
	"noroshi/app/store"
)

// answering is what an automatic answer is made of.
type answering struct {
	in       Incoming
	places   []place
	wordings []question.Wording // one for each broadcast of places, in their order
	first    bool               // nothing of this person had to be read by somebody before
}

// confirm plans a short answer where the broadcast asks for one: to an answer that counts, and to the first text of a
// person that has to be read. Only people who were asked get one, never a number that opted out or that is our own.
func (s *Service) confirm(tx *store.Tx, r Reply, v answer.Verdict, a answering) error {
	if s.o.Confirm == nil || r.From == 0 || slices.Contains(a.in.Numbers, r.From.Digits()) {
		return nil
	}
	text := ""
	switch {
	case r.Kind == Answered:
		text = a.accepted(v)
	case r.Kind == Unread && a.first:
		text = a.unreadable()
	}
	if text == "" {
		return nil
	}
	if no, err := blocked(tx, r.From); err != nil || no {
		return err
	}
	planned, err := autoreply.Plan(tx, s.o.Now(), autoreply.Note{Reply: r.ID, Route: r.Route, To: r.From, Text: text})
	if planned {
		tx.OnCommit(func(id.Seq) { s.o.Confirm() })
	}
	return err
}

// asked returns the question of a broadcast and its wording for this person.
func (a answering) asked(b id.Broadcast) (q question.Question, w question.Wording) {
	var seen []id.Broadcast
	for _, p := range a.places {
		if slices.Contains(seen, p.Broadcast) {
			continue
		}
		if p.Broadcast == b {
			return p.q, a.wordings[len(seen)]
		}
		seen = append(seen, p.Broadcast)
	}
	return q, w
}

// accepted returns the answer to a text that counts; "" when no broadcast of it asks for one.
func (a answering) accepted(v answer.Verdict) string {
	var choices []string
	var first question.Question
	var language string
	for _, one := range v.Answers {
		q, w := a.asked(one.Broadcast)
		if !q.AutoReply {
			continue
		}
		if choices == nil {
			first, language = q, w.Language
		}
		for i, c := range q.Choices {
			if !slices.Contains(one.Codes, c.Code) {
				continue
			}
			label := c.Label
			if i < len(w.Labels) {
				label = w.Labels[i]
			}
			choices = append(choices, c.Code+":"+label)
		}
	}
	if choices == nil {
		return ""
	}
	return marked(first, lang.For(language), lang.For(language).Accepted(choices...))
}

// unreadable returns the answer to a text that somebody has to read: by the newest question that takes answers.
func (a answering) unreadable() string {
	for _, p := range a.places {
		if !p.q.AutoReply || !p.q.Live() || len(p.q.Choices) == 0 {
			continue
		}
		_, w := a.asked(p.Broadcast)
		t := lang.For(w.Language)
		return marked(p.q, t, t.Unreadable(p.q.Choices[0].Code))
	}
	return ""
}

func marked(q question.Question, t lang.Texts, text string) string {
	if q.Drill {
		return t.Mark(text)
	}
	return text
}

// firstReview reports whether nothing these people sent had to be read by somebody before.
func (s *Service) firstReview(tx *store.Tx, places []place) (bool, error) {
	if s.o.Confirm == nil {
		return false, nil
	}
	first := true
	for _, p := range places {
		if !p.q.AutoReply {
			continue
		}
		prefix := personKey(p.Broadcast, p.Person, 0)
		scan := store.Scan{Prefix: prefix[:len(prefix)-8], KeysOnly: true}
		err := tx.Each(scan, func(key, _ []byte) (bool, error) {
			which, _ := id.FromBytes[id.Reply](key[len(key)-8:])
			r, err := Read(tx, which)
			if r.inTray() {
				first = false
			}
			return first && err == nil, err
		})
		if err != nil || !first {
			return false, err
		}
	}
	return first, nil
}

// Note returns the automatic answer to a reply, if there is one.
func (s *Service) Note(which id.Reply) (n autoreply.Note, ok bool, err error) {
	err = s.o.Store.View(func(tx *store.Tx) error {
		n, ok, err = autoreply.Of(tx, which)
		return err
	})
	return n, ok, err
}
