package app

import (
	"noroshi/app/api/gen"
	"noroshi/app/config"
	"noroshi/app/gateway"
	"noroshi/app/gateway/habit"
)

// advise puts beside the state of a route what its receipts say about its settings.
func (c *core) advise(s gen.RouteState, r *config.Route, h gateway.Health) gen.RouteState {
	unmatched := c.messages.Unmatched(r.Name)
	found := c.habits.Of(r, habit.Facts{Receipts: h.Receipts, Unmatched: unmatched})
	s.Unmatched = &unmatched
	if found.IDForm != "" {
		form := gen.RouteStateIdForm(found.IDForm)
		s.IdForm = &form
	}
	if len(found.Advice) > 0 {
		list := make([]gen.RouteAdvice, len(found.Advice))
		for i, a := range found.Advice {
			list[i] = gen.RouteAdvice{Code: gen.RouteAdviceCode(a.Code), Params: &a.Params}
		}
		s.Advice = &list
	}
	return s
}
