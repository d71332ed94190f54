package app

import (
	"noroshi/app/answer"
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
