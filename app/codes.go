package app

import (
	"noroshi/app/answer"
	"noroshi/app/broadcast"
)

// reservedIn returns the codes choices may not use when somebody is texted in a country: those of its card, which begin
// with what is customary there.
func (c *core) reservedIn() map[string][]string {
	out := map[string][]string{}
	cards, err := c.countries.Cards()
	if err != nil {
		c.log.Error("country cards not readable", "error", err)
		for _, country := range []string{"CN", "VN"} {
			out[country] = answer.ReservedFor(country)
		}
	}
	for country, card := range cards {
		if len(card.Reserved) > 0 {
			out[country] = card.Reserved
		}
	}
	return out
}

// takenCodes returns the codes a broadcast of that mode will not get: those others hold, and those the routes reserve.
// What the countries of its people reserve is known at the review.
func (c *core) takenCodes(mode broadcast.Mode) []string {
	w, err := c.ways(mode)
	if err != nil {
		return nil // the sheet says that there is no route
	}
	held, err := c.questions.InUse(w.ReplyNumbers)
	if err != nil {
		c.log.Error("codes in use not readable", "error", err)
	}
	return append(held, w.Reserved...)
}
