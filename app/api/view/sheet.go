package view

import (
	"time"

	"noroshi/app/api/gen"
	"noroshi/app/broadcast"
	"noroshi/app/preflight"
)

// Preview returns the sheet of a content.
func Preview(s preflight.Sheet) gen.Preview {
	out := gen.Preview{
		Selected: s.Selected, Unreachable: s.Unreachable, UnreachableReasons: Reasons(s.Reasons), OptedOut: s.OptedOut,
		People: s.People, Messages: s.Messages, Parts: s.Parts, Codes: list(s.Codes), Texts: []gen.TextGroup{},
		Groups: []gen.PreviewGroup{}, Stages: []gen.PreviewStage{}, Costs: []gen.Money{},
		Seconds: opt(float32(s.Seconds)), PerSecond: opt(float32(s.PerSecond)), ReplyNumbers: optList(s.ReplyNumbers),
		Warnings: []gen.PreviewWarning{},
	}
	for _, t := range s.Texts {
		out.Texts = append(out.Texts, textGroup(t))
	}
	for _, g := range s.Groups {
		out.Groups = append(out.Groups, gen.PreviewGroup{
			Country: g.Country, Route: g.Route, People: g.People, Messages: g.Messages, Parts: g.Parts, PartsEach: g.Each,
			PartsMost: g.Most, Encoding: encodingOf(g), Seconds: opt(float32(g.Seconds)), Cost: money(g.Cost),
			ReplyTo: opt(g.ReplyTo),
		})
	}
	for _, st := range s.Stages {
		out.Stages = append(out.Stages, gen.PreviewStage{
			Priority: gen.GroupPriority(st.Priority.String()), People: st.People, Parts: st.Parts,
			Seconds: opt(float32(st.Seconds)),
		})
	}
	for _, m := range s.Costs {
		out.Costs = append(out.Costs, gen.Money{Currency: m.Currency, Minor: m.Minor})
	}
	for _, w := range s.Warnings {
		out.Warnings = append(out.Warnings, warning(w))
	}
	return out
}

func encodingOf(g preflight.Group) gen.PreviewGroupEncoding {
	switch {
	case g.UCS2 == 0:
		return gen.PreviewGroupEncodingGsm7
	case g.GSM7 == 0:
		return gen.PreviewGroupEncodingUcs2
	}
	return gen.PreviewGroupEncodingMixed
}

func money(m preflight.Money) *gen.Money {
	if m.Currency == "" {
		return nil
	}
	return &gen.Money{Currency: m.Currency, Minor: m.Minor}
}

func warning(w preflight.Warning) gen.PreviewWarning {
	var ways []gen.PreviewWarningWays
	for _, way := range w.Ways {
		ways = append(ways, gen.PreviewWarningWays(way))
	}
	return gen.PreviewWarning{
		Code: w.Code, Params: optMap(w.Params), People: opt(w.People), Blocking: opt(w.Blocking), Path: opt(w.Path),
		Country: opt(w.Country), Route: opt(w.Route), Ways: optList(ways), Texts: optList(w.Texts),
	}
}

// Cooling returns the codes of a review that late answers to another broadcast may still use, as warnings.
func Cooling(b broadcast.Broadcast) []gen.PreviewWarning {
	var out []gen.PreviewWarning
	for _, c := range b.Cooling {
		params := map[string]string{
			"code": c.Code, "title": c.Title, "broadcast": c.Broadcast.String(), "until": c.Until.UTC().Format(time.RFC3339),
		}
		out = append(out, gen.PreviewWarning{
			Code: "code_cooling", Params: &params, People: opt(c.People), Path: ptr("choices"),
		})
	}
	return out
}

func textGroup(t preflight.Text) gen.TextGroup {
	c := t.Counted
	g := gen.TextGroup{
		Language: t.Language, People: t.People, Encoding: gen.TextGroupEncoding(c.Encoding.String()), Units: c.Units,
		Limit: c.Units - c.UnitsInLast + c.Limit, Parts: c.AirParts, TotalParts: ptr(t.Parts), ToSave: opt(c.ToSave),
		PartsSaved: opt(t.PartsSaved), TypicalUnits: opt(t.TypicalUnits), TypicalParts: opt(t.TypicalParts),
		Transliterated: opt(t.Safe.Text), TransliteratedLabels: optList(t.Safe.Labels),
		TransliteratedParts: opt(t.Safe.Parts), WithoutDiacritics: opt(t.Plain.Text),
		WithoutDiacriticsLabels: optList(t.Plain.Labels), WithoutDiacriticsParts: opt(t.Plain.Parts),
		Sample: t.Sample, SampleName: opt(t.SampleName), Sender: opt(t.Sender),
	}
	if c.ForcedAt >= 0 && c.ForcedBy != 0 {
		g.ForcedBy, g.ForcedAt = ptr(string(c.ForcedBy)), ptr(c.ForcedAt)
	}
	if n := t.Shorten.Characters; n > 0 {
		g.Shorten = &gen.Saving{Characters: n, Parts: t.Shorten.Parts, Cost: money(t.Shorten.Cost)}
	}
	var forced []gen.ForcedCharacter
	for _, f := range t.Forced {
		forced = append(forced, gen.ForcedCharacter{Char: string(f.Char), At: f.At, Count: f.Count})
	}
	g.Forced = optList(forced)
	return g
}
