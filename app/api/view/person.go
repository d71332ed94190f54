package view

import (
	"strings"

	"noroshi/app/api/gen"
	"noroshi/app/audience"
	"noroshi/app/gateway"
	"noroshi/app/message"
	"noroshi/app/question"
	"noroshi/app/reply"
)

// Person returns a person of a broadcast without an answer.
func Person(ordinal uint32, r audience.Row, department string, reached message.Reached) gen.Person {
	standing := reached.Standing
	if standing == message.NoStanding {
		standing = r.Standing
	}
	p := gen.Person{
		Ordinal: int(ordinal), RecipientId: r.Recipient.String(), Name: r.Name, Reading: opt(r.Reading),
		Department: opt(department), Language: opt(r.Language), State: gen.PersonState(standing.Group()),
		Reason: opt(standing.Reason()), Uncertain: opt(reached.Uncertain),
	}
	if p.State == "" {
		p.State = gen.PersonStateWaiting
	}
	if len(r.Numbers) > 0 {
		p.Phone = ptr(r.Numbers[0].String())
	}
	return p
}

// Answer returns an answer as it counts; nil when there is none. words is the reply it came with, its zero value when
// that is not known.
func Answer(q question.Question, c question.Current, words reply.Reply) *gen.PersonAnswer {
	if c.Mask == 0 {
		return nil
	}
	a := &gen.PersonAnswer{
		Codes: []string{}, At: c.At.UTC(), Inferred: c.Flags&question.Inferred != 0,
		Shared: opt(c.Flags&question.Shared != 0), Source: sourceOf(c.Flags), Count: opt(c.Count),
		Text: opt(words.Text), Comment: opt(words.Comment),
	}
	if c.Flags&question.Commented != 0 && a.Comment == nil {
		a.Comment = a.Text // read by a person: all its words are more than a code
	}
	chosen := q.Of(c.Mask)
	labels := make([]string, len(chosen))
	for i, ch := range chosen {
		a.Codes, labels[i] = append(a.Codes, ch.Code), ch.Label
	}
	a.Label, a.Tone = strings.Join(labels, " / "), gen.Tone(WorstTone(chosen))
	return a
}

func sourceOf(f question.Flags) gen.PersonAnswerSource {
	switch {
	case f&question.ByAdmin != 0:
		return gen.Admin
	case f&question.ByTray != 0:
		return gen.Tray
	}
	return gen.Sms
}

// stepKinds are the words of the API for what happened to a part.
var stepKinds = map[string]gen.TimelineEntryKind{
	"submitted": gen.TimelineEntryKindSubmitted, "accepted": gen.TimelineEntryKindAccepted,
	"receipt": gen.TimelineEntryKindReceipt, "retry": gen.TimelineEntryKindRetry,
	"uncertain": gen.TimelineEntryKindUncertain, "resent": gen.TimelineEntryKindResent,
	"rerouted": gen.TimelineEntryKindRerouted,
	"failed":   gen.TimelineEntryKindFailed, "unknown": gen.TimelineEntryKindUncertain,
	"expired": gen.TimelineEntryKindFailed, "stopped": gen.TimelineEntryKindFailed,
}

// Step returns what happened to a part of a copy.
func Step(s message.Step) gen.TimelineEntry {
	e := gen.TimelineEntry{
		At: optTime(s.At), Kind: stepKinds[s.Kind], Route: opt(s.Route), MessageId: opt(s.MessageID), Status: opt(s.Err),
	}
	if s.Parts > 1 && s.Kind != "rerouted" {
		e.Part, e.Parts = ptr(int(s.Part)+1), ptr(int(s.Parts))
	}
	switch s.Kind {
	case "receipt":
		e.State = ptr(s.State.String())
	case "unknown", "expired", "stopped":
		e.State = ptr(s.Kind)
	case "retry", "failed":
		if s.Class != gateway.NotSent {
			e.Status = ptr(gateway.StatusName(s.Status))
		}
	}
	return e
}

// Received returns the entries of a text a person sent: its words, and what they were taken for.
func Received(r reply.Reply) []gen.TimelineEntry {
	if r.Result == "recorded" {
		e := gen.TimelineEntry{At: optTime(r.At), Kind: gen.TimelineEntryKindRecorded, Text: opt(r.Text)}
		if r.Decision != nil {
			e.Codes, e.By = optList(r.Decision.Codes), opt(r.Decision.By)
		}
		return []gen.TimelineEntry{e}
	}
	out := []gen.TimelineEntry{{
		At: optTime(r.At), Kind: gen.TimelineEntryKindReply, Text: opt(r.Text), State: opt(string(r.Kind)),
		Route: opt(r.Route),
	}}
	if d := r.Decision; d != nil && r.Kind == reply.Assigned {
		out = append(out, gen.TimelineEntry{
			At: optTime(d.At), Kind: gen.TimelineEntryKindAssigned, Codes: optList(d.Codes), By: opt(d.By),
		})
	}
	return out
}

// Given returns the entry of an answer that the rules read.
func Given(q question.Question, c question.Current) gen.TimelineEntry {
	e := gen.TimelineEntry{At: optTime(c.At), Kind: gen.TimelineEntryKindAnswer}
	codes := []string{}
	for _, ch := range q.Of(c.Mask) {
		codes = append(codes, ch.Code)
	}
	e.Codes = &codes
	if c.Flags&question.LateOne != 0 {
		e.State = ptr("late")
	}
	return e
}

// Unread returns a reply of the tray; candidates are filled in by the caller.
func Unread(r reply.Reply) gen.UnreadReply {
	out := gen.UnreadReply{
		Id: r.ID.String(), Kind: gen.UnreadReplyKind(r.Kind), Text: r.Text, From: r.FromRaw, To: opt(r.To),
		ReceivedAt: r.At.UTC(), Reason: r.Reason, CryForHelp: r.Cry, Candidates: []gen.UnreadCandidate{},
	}
	if r.From != 0 {
		out.From = r.From.String()
	}
	if d := r.Decision; d != nil {
		out.DecidedBy, out.DecidedAt, out.DecidedCodes = opt(d.By), optTime(d.At), optList(d.Codes)
	}
	return out
}
