package app

import (
	"noroshi/app/answer"
	"noroshi/app/broadcast"
	"noroshi/app/config"
)

// reservedCodes returns the codes choices may not use on a route: its own, and those of the countries it names.
func reservedCodes(r *config.Route) []string {
	codes := append([]string(nil), r.ReservedCodes...)
	for _, country := range r.Countries {
		codes = append(codes, answer.ReservedFor(country)...)
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
