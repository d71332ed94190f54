package view

import (
	"noroshi/app/api/gen"
	"noroshi/app/country"
)

// Country returns a country card.
func Country(c country.Card) gen.CountryCard {
	charset := gen.CountryCardCharset(c.Charset)
	if c.Charset == country.AnyCharset {
		charset = "any"
	}
	return gen.CountryCard{
		Country: c.Country, Version: int64(c.Version), Delivered: c.Delivered(), ChangedAt: optTime(c.Changed),
		ChangedBy: opt(c.ChangedBy), Sources: list(c.Sources), Replies: gen.CountryCardReplies(c.Replies),
		Sender: gen.CountryCardSender(c.Sender), Registration: gen.CountryCardRegistration(c.Registration),
		Links: gen.CountryCardLinks(c.Links), Numbers: gen.CountryCardNumbers(c.Numbers), MaxParts: c.MaxParts,
		Joined: c.Joined, Charset: &charset, Plain: ptr(c.Plain), SingleLimit: ptr(c.SingleLimit),
		PartLimit: ptr(c.PartLimit), Prefix: ptr(c.Prefix), Brand: ptr(c.Brand), Signature: ptr(c.Signature),
		QuietFrom: ptr(c.QuietFrom), QuietTo: ptr(c.QuietTo), Zones: list(c.Zones), ValidityH: ptr(c.ValidityHours),
		Reserved: ptr(list(c.Reserved)), OptOut: ptr(list(c.OptOut)), Parameters: ptr(list(c.Parameters)),
		Languages: ptr(list(c.Languages)), Notes: &gen.TwoLanguages{Ja: ptr(c.Notes.JA), En: ptr(c.Notes.EN)},
	}
}

// ToCountry reads what an administrator says of a country; the card checks it.
func ToCountry(cc string, in gen.CountryInput) country.Card {
	c := country.Card{
		Country: cc, Replies: country.Replies(in.Replies), Sender: country.Sender(in.Sender),
		Registration: country.Registration(in.Registration), Links: country.Rule(in.Links),
		Numbers: country.Rule(in.Numbers), MaxParts: in.MaxParts, Joined: in.Joined,
		Charset: country.Charset(Or(in.Charset)), Plain: Or(in.Plain), SingleLimit: Or(in.SingleLimit),
		PartLimit: Or(in.PartLimit), Prefix: Or(in.Prefix), Brand: Or(in.Brand), Signature: Or(in.Signature),
		QuietFrom: Or(in.QuietFrom), QuietTo: Or(in.QuietTo), Zones: in.Zones, ValidityHours: Or(in.ValidityH),
		Reserved: Or(in.Reserved), OptOut: Or(in.OptOut), Parameters: Or(in.Parameters), Languages: Or(in.Languages),
	}
	if c.Charset == "any" {
		c.Charset = country.AnyCharset
	}
	if in.Notes != nil {
		c.Notes = country.Words{JA: Or(in.Notes.Ja), EN: Or(in.Notes.En)}
	}
	return c
}

// Notice returns the notice of a country with everything filled in.
func Notice(c country.Card, company, letter string, numbers []string) gen.CountryNotice {
	out := gen.CountryNotice{Country: c.Country, Company: company, Numbers: list(numbers), Texts: []gen.NoticeText{}}
	for _, n := range c.Notices() {
		n = n.Fill(company, letter)
		out.Texts = append(out.Texts, gen.NoticeText{
			Language: n.Tag, Title: n.Title, Lead: n.Lead, AnswerTo: n.AnswerTo, Steps: n.Steps, Cost: n.Cost,
		})
	}
	return out
}
