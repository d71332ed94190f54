package preflight

import (
	"noroshi/app/config"
	"noroshi/app/gateway"
)

// speed is how fast a route takes parts.
type speed struct {
	PerSecond float64 // 0 when nothing limits it that we know of
	Up        bool
}

// contracted returns the speed of the configuration; sessions is how many are bound, 0 for all of them.
func contracted(r *config.Route, sessions int) float64 {
	if sessions <= 0 {
		sessions = r.Binds
	}
	rate := r.Rate
	if each := r.BindRate * float64(sessions); each > 0 && (rate == 0 || each < rate) {
		rate = each
	}
	return rate
}

// speedOf returns what a route does now: the contract, less what the operator has slowed it down by. Without a contract
// it is what a full window gives at the responses that were measured.
func speedOf(r *config.Route, h gateway.Health) speed {
	s := speed{Up: h.State.Serves()}
	bound := 0
	for _, session := range h.Sessions {
		if session.State.Serves() {
			bound++
		}
	}
	s.PerSecond = contracted(r, bound)
	if s.PerSecond == 0 && h.ResponseMS > 0 {
		s.PerSecond = float64(max(1, h.Window)) * 1000 / h.ResponseMS
	}
	if h.Cut > 0 && h.Cut < 1 {
		s.PerSecond *= h.Cut
	}
	return s
}

// served returns in how many seconds everything that was counted for a route is handed over; 0 when no speed is known.
func (sh *sheet) served(route int) float64 {
	if sh.speeds[route].PerSecond == 0 {
		return 0
	}
	return float64(sh.byRoute[route]) / sh.speeds[route].PerSecond
}
