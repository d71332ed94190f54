package preflight

import (
	"maps"
	"slices"
	"strings"

	"noroshi/app/broadcast"
	"noroshi/app/gateway"
	"noroshi/app/question"
	"noroshi/app/smstext"
)

const (
	maxForced = 8  // characters that are named; Japanese has no end of them
	mostSaved = 40 // characters that somebody may be asked to remove
)

// typical says how long most texts are, and which characters make the longest one dear.
func (sh *sheet) typical(t *perText) {
	t.TypicalParts = mode(t.parts)
	all, seen := 0, 0
	for _, n := range t.units {
		all += n
	}
	for _, units := range slices.Sorted(maps.Keys(t.units)) {
		if seen += t.units[units]; 2*seen >= all {
			t.TypicalUnits = units
			break
		}
	}
	if t.Counted.Encoding != smstext.UCS2 || t.Counted.ForcedAt < 0 {
		return
	}
	at := map[rune]int{}
	for i, r := range []rune(t.Sample) {
		if place, ok := at[r]; ok {
			if place >= 0 {
				t.Forced[place].Count++
			}
			continue
		}
		at[r] = -1
		if smstext.Count(string(r), sh.profiles[t.route]).ForcedAt >= 0 && len(t.Forced) < maxForced {
			at[r] = len(t.Forced)
			t.Forced = append(t.Forced, Forced{Char: r, At: i, Count: 1})
		}
	}
}

// shorten finds what removing characters saves: with as many as make the longest text a part shorter, and with the
// number that gives most for each character.
func (sh *sheet) shorten(t *perText) {
	var steps []int
	for k := range t.savings {
		if k.parts > 1 && k.toSave <= mostSaved && !slices.Contains(steps, k.toSave) {
			steps = append(steps, k.toSave)
		}
	}
	slices.Sort(steps)
	for k, s := range t.savings {
		if k.parts > 1 && k.toSave <= t.Counted.ToSave {
			t.PartsSaved += s.parts
		}
	}
	for _, n := range steps {
		sum := saved{}
		for k, s := range t.savings {
			if k.parts < 2 || k.toSave > n {
				continue
			}
			sum.mixed = sum.mixed || s.mixed || sum.parts > 0 && sum.currency != s.currency
			sum.parts, sum.cost, sum.currency = sum.parts+s.parts, sum.cost+s.cost, s.currency
		}
		// saved for each character, compared without a division
		if best := t.Shorten; best.Characters == 0 || sum.parts*best.Characters > best.Parts*n {
			t.Shorten = Saving{Characters: n, Parts: sum.parts}
			if !sum.mixed && sum.cost > 0 {
				t.Shorten.Cost = Money{Currency: sum.currency, Minor: sum.cost}
			}
		}
	}
}

// rewrite offers the body in other characters, when these alone make the longest text GSM-7.
func (sh *sheet) rewrite(i int, t *perText) {
	if t.Counted.Encoding != smstext.UCS2 || t.Counted.ForcedAt < 0 || t.Sample == "" {
		return
	}
	safe := func(s string) string { changed, _ := smstext.Suggest(s); return changed }
	t.Safe = sh.rewritten(i, t, safe)
	if t.Safe.Text == "" && strings.HasPrefix(strings.ToLower(t.Language), "vi") {
		t.Plain = sh.rewritten(i, t, func(s string) string {
			changed, _ := smstext.WithoutDiacritics(s)
			return safe(changed)
		})
	}
}

// rewritten returns text i in other characters; the zero value unless the longest text is GSM-7 then. Names of
// variables stay as they are, and so do the values of people.
func (sh *sheet) rewritten(i int, t *perText, change func(string) string) Rewritten {
	c, body := sh.c, sh.c.Bodies[i]
	out := Rewritten{Text: changeBetween(body.Text, change)}
	for j, ch := range c.Choices {
		label := ch.Label
		if j < len(body.Labels) && body.Labels[j] != "" {
			label = body.Labels[j]
		}
		out.Labels = append(out.Labels, change(label))
	}
	changed := broadcast.Content{
		Mode: c.Mode, Choices: slices.Clone(c.Choices),
		Bodies: []broadcast.Body{{Language: body.Language, Text: out.Text}},
	}
	for j := range changed.Choices {
		changed.Choices[j] = question.Choice{Code: sh.Codes[j], Label: out.Labels[j]}
	}
	texts, err := changed.Texts()
	if err != nil {
		return Rewritten{}
	}
	values := make([]string, len(texts.Vars()))
	for j, name := range texts.Vars() {
		if at := slices.Index(sh.texts.Vars(), name); at >= 0 && at < len(t.vars) {
			values[j] = t.vars[at]
		}
	}
	r := &sh.routes[t.route]
	sent := gateway.Dress(r, texts.Render(0, values, gateway.ReplyTextOf(r, t.country, body.Language)))
	counted := smstext.Count(sent, sh.profiles[t.route])
	if counted.Encoding != smstext.GSM7 || counted.Problem != "" {
		return Rewritten{}
	}
	out.Parts = counted.AirParts
	return out
}

// changeBetween changes everything but the variables.
func changeBetween(text string, change func(string) string) string {
	var b strings.Builder
	for {
		at := strings.Index(text, "{{")
		end := strings.Index(text, "}}")
		if at < 0 || end < at {
			b.WriteString(change(text))
			return b.String()
		}
		b.WriteString(change(text[:at]))
		b.WriteString(text[at : end+2])
		text = text[end+2:]
	}
}
