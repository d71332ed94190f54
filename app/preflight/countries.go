package preflight

import (
	"maps"
	"slices"

	"noroshi/app/broadcast"
	"noroshi/app/country"
	"noroshi/app/gateway"
	"noroshi/app/smstext"
)

// countries holds every text against the card of the country it goes to. What two routes to one country have in common
// is said once.
func (sh *sheet) countries() {
	type said struct{ country, code string }
	before := map[said]int{}
	for _, g := range sh.groups {
		if g.route < 0 || g.Country == "" || g.Messages == 0 {
			continue
		}
		card, known := sh.cards[g.Country]
		if !known {
			card = country.Unknown(g.Country)
		}
		found := card.Check(sh.facts(g))
		if !known {
			found = append(found, country.Warning{Code: "country_no_card"})
		}
		for _, w := range found {
			key := said{g.Country, w.Code}
			if at, ok := before[key]; ok {
				sh.Warnings[at].People += g.People
				sh.Warnings[at].Texts = united(sh.Warnings[at].Texts, g.longest)
				continue
			}
			before[key] = len(sh.Warnings)
			sh.warn(Warning{
				Code: w.Code, Params: w.Params, People: g.People, Country: g.Country, Route: g.Route, Ways: w.Ways,
				Texts: slices.Sorted(maps.Keys(g.longest)),
			})
		}
	}
}

// facts gathers what a card asks about.
func (sh *sheet) facts(g *groupSum) country.Facts {
	f := country.Facts{
		Route: &sh.routes[g.route], ReplyNumber: gateway.ReplyNumberOf(&sh.routes[g.route]), Asks: len(sh.c.Choices) > 0,
		Codes: sh.Codes, Urgent: sh.c.Urgency == broadcast.Urgent, Now: sh.now,
	}
	answers := func(i int) bool { return i != g.route && sh.allowed[i] && sh.routes[i].Answers() }
	if other := gateway.Choose(sh.routes, g.sample, answers); other >= 0 {
		f.Answerable = sh.routes[other].Name
	}
	for _, text := range slices.Sorted(maps.Keys(g.longest)) {
		m := g.longest[text]
		_, plain := smstext.WithoutDiacritics(m.text)
		f.Texts = append(f.Texts, country.Text{
			Sent: m.text, Told: m.told, Parts: m.counted.AirParts, Units: m.counted.Units, Room: m.counted.Limit,
			UCS2: m.counted.Encoding == smstext.UCS2, Plain: plain,
		})
	}
	return f
}

// united adds the places of further texts.
func united(places []int, more map[int]measured) []int {
	for place := range more {
		if !slices.Contains(places, place) {
			places = append(places, place)
		}
	}
	slices.Sort(places)
	return places
}
