package gateway

import (
	"slices"
	"strings"

	"noroshi/app/config"
	"noroshi/app/phone"
)

// Choose is ChooseHealthy for who does not ask how the routes are.
func Choose(routes []config.Route, n phone.Number, allowed func(i int) bool) int {
	return ChooseHealthy(routes, n, allowed, nil)
}

// ChooseHealthy returns the place of the route that serves a number best: the longest matching prefix, then a named
// country, then routes that serve all; among equals the lowest priority number, then one that is healthy, then the
// order of the file. Only routes for which allowed is true are looked at; nil allows all, and takes all for healthy. It
// returns -1 when no route serves the number.
func ChooseHealthy(routes []config.Route, n phone.Number, allowed, healthy func(i int) bool) int {
	best, bestFit := -1, 0
	for i := range routes {
		if allowed != nil && !allowed(i) {
			continue
		}
		fit := fitOf(&routes[i], n)
		if fit == 0 || fit < bestFit {
			continue
		}
		if fit > bestFit || better(routes, i, best, healthy) {
			best, bestFit = i, fit
		}
	}
	return best
}

// better reports whether a route goes before another one that fits as well.
func better(routes []config.Route, i, than int, healthy func(i int) bool) bool {
	if d := routes[i].Priority - routes[than].Priority; d != 0 {
		return d < 0
	}
	return healthy != nil && healthy(i) && !healthy(than)
}

// fitOf returns how well a route fits: 0 not at all, 1 serves all, 2 names the country, more for longer prefixes.
func fitOf(r *config.Route, n phone.Number) int {
	fit := 0
	if len(r.Prefixes) == 0 && len(r.Countries) == 0 {
		fit = 1
	}
	if len(r.Countries) > 0 && slices.Contains(r.Countries, phone.Country(n)) {
		fit = 2
	}
	digits := n.Digits()
	for _, p := range r.Prefixes {
		if p = strings.TrimPrefix(p, "+"); strings.HasPrefix(digits, p) {
			fit = max(fit, 2+len(p))
		}
	}
	return fit
}
