package app

import (
	"noroshi/app/answer"
	"noroshi/app/broadcast"
	"noroshi/app/config"
)

// reservedCodes returns the codes choices may not use on a route: its own, those that are customary in the countries it
// names, and those of their cards.
func (c *core) reservedCodes(r *config.Route) []string {
	codes := append([]string(nil), r.ReservedCodes...)
	cards, err := c.countries.Cards()
	if err != nil {
		c.log.Error("country cards not readable", "error", err)
	}
	for _, cc := range r.Countries {
		codes = append(codes, answer.ReservedFor(cc)...)
		codes = append(codes, cards[cc].Reserved...)
	}
	return codes
}

// takenCodes returns the codes a broadcast of that mode will not get: those others hold, and those the routes reserve.
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
