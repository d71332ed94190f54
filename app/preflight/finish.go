package preflight

import (
	"cmp"
	"maps"
	"slices"

	"noroshi/app/broadcast"
	"noroshi/app/gateway"
	"noroshi/app/question"
)

// finish makes the sheet of what was counted.
func (sh *sheet) finish() {
	for i := range sh.per {
		t := &sh.per[i]
		if t.Sample == "" {
			sh.empty(i, t)
		}
		sh.typical(t)
		sh.shorten(t)
		sh.rewrite(i, t)
		sh.Texts = append(sh.Texts, t.Text)
	}
	sh.Stages = sh.stagesInOrder()
	sh.sums()
	sh.unmeasured()
	keys := slices.SortedFunc(maps.Keys(sh.problems), func(a, b problemKey) int {
		return cmp.Or(cmp.Compare(a.text, b.text), cmp.Compare(a.route, b.route), cmp.Compare(a.problem, b.problem))
	})
	for _, k := range keys {
		sh.warn(*sh.problems[k])
	}
	sh.people()
	sh.lines()
	if sh.cards != nil {
		sh.countries()
	}
}

// empty measures a text nobody gets yet, so that the counter works before the audience is chosen.
func (sh *sheet) empty(i int, t *perText) {
	at := slices.Index(sh.allowed, true)
	if at < 0 {
		return
	}
	t.vars, t.route = sh.texts.Vars(), at
	m := sh.textOn(i, at, "", t.vars)
	t.Sample, t.Counted, t.Sender = m.text, m.counted, sh.routes[at].Sender
	t.units[m.counted.Units]++
	t.parts[m.counted.AirParts]++
}

// unmeasured tells of a text that nobody gets and that could not go out either.
func (sh *sheet) unmeasured() {
	for i := range sh.per {
		if t := &sh.per[i]; t.People == 0 && t.Counted.Problem != "" {
			c := addressed{text: i}
			sh.problem(&c, t.route, measured{counted: t.Counted, text: t.Sample})
		}
	}
}

// sums fills in what follows from the groups: the largest first, those without a way out last.
func (sh *sheet) sums() {
	costs := map[string]int64{}
	for _, g := range sh.groups {
		if g.route < 0 {
			continue
		}
		r := &sh.routes[g.route]
		g.Each = mode(g.parts)
		if r.CostPerPart > 0 {
			g.Cost = Money{Currency: r.Currency, Minor: int64(g.Parts) * r.CostPerPart}
			costs[r.Currency] += g.Cost.Minor
		}
		sh.Seconds = max(sh.Seconds, g.Seconds)
	}
	slices.SortStableFunc(sh.groups, func(a, b *groupSum) int {
		return cmp.Or(cmp.Compare(min(0, b.route), min(0, a.route)), cmp.Compare(b.People, a.People),
			cmp.Compare(a.Country, b.Country), cmp.Compare(a.route, b.route))
	})
	for _, g := range sh.groups {
		sh.Groups = append(sh.Groups, g.Group)
	}
	for _, currency := range slices.Sorted(maps.Keys(costs)) {
		sh.Costs = append(sh.Costs, Money{Currency: currency, Minor: costs[currency]})
	}
	for i, submits := range sh.byRoute {
		if submits == 0 {
			continue
		}
		sh.PerSecond += sh.speeds[i].PerSecond
		if n := gateway.ReplyNumberOf(&sh.routes[i]); n != "" && !slices.Contains(sh.ReplyNumbers, n) {
			sh.ReplyNumbers = append(sh.ReplyNumbers, n)
		}
	}
}

// mode returns the most frequent value, the larger of two.
func mode(counts map[int]int) (value int) {
	for v, n := range counts {
		if n > counts[value] || n == counts[value] && v > value {
			value = v
		}
	}
	return value
}

func (sh *sheet) people() {
	if !slices.Contains(sh.allowed, true) {
		sh.warn(Warning{Code: "no_route", Blocking: true})
		return
	}
	if !sh.c.Selection.Empty() && sh.People == 0 {
		sh.warn(Warning{Code: "nobody_reachable", Blocking: true, Path: "audience"})
	}
	lost := 0
	for _, g := range sh.groups {
		if g.route < 0 {
			lost += g.People
		}
	}
	for _, g := range sh.groups {
		if g.route < 0 && g.People > 0 {
			sh.warn(Warning{
				Code: "no_route_for_some", People: g.People, Country: g.Country, Blocking: lost == sh.People,
			})
		}
	}
	if n := sh.People - lost - sh.Messages; n > 0 && !sh.c.AllPhones {
		sh.warn(Warning{Code: "shared_numbers", People: n})
	}
	for _, ch := range sh.c.Choices {
		if ch.Tone == question.Bad {
			return
		}
	}
	if len(sh.c.Choices) > 0 && sh.c.Urgency == broadcast.Urgent {
		sh.warn(Warning{Code: "no_choice_calls_for_help", Path: "choices"})
	}
}

// lines warns of routes that would carry something and cannot just now.
func (sh *sheet) lines() {
	for i, submits := range sh.byRoute {
		if submits == 0 || sh.speeds[i].Up {
			continue
		}
		people := 0
		for _, g := range sh.groups {
			if g.route == i {
				people += g.People
			}
		}
		sh.warn(Warning{
			Code: "route_not_connected", People: people, Route: sh.routes[i].Name,
			Params: map[string]string{"route": sh.routes[i].Name},
		})
	}
}
