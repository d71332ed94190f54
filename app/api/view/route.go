package view

import (
	"noroshi/app/api/gen"
	"noroshi/app/config"
	"noroshi/app/gateway"
)

// RouteState returns how a route does. host, sender and reply number come from its configuration.
func RouteState(r *config.Route, h gateway.Health) gen.RouteState {
	s := gen.RouteState{
		Name: r.Name, Simulator: r.Simulator, Host: opt(r.Host), Sender: opt(r.Sender),
		ReplyNumber: opt(gateway.ReplyNumberOf(r)), State: gen.RouteStateState(h.State), Since: h.Since.UTC(),
		Reason: opt(h.Reason), Detail: opt(h.Detail), Topic: opt(h.Topic), RetryAt: optTime(h.RetryAt),
		Rate: float32(h.Rate), Limit: float32(h.Limit), Cut: opt(float32(h.Cut)), Window: h.Window, InFlight: h.InFlight,
		ResponseMs: opt(float32(h.ResponseMS)), Submitted: int64(h.Submitted), Refusals: int64(h.Refusals),
		Receipts: int64(h.Receipts), Texts: int64(h.Texts), BadPdus: int64(h.BadPDUs), Lost: opt(int64(h.Lost)),
		BindMode: ptr(gen.RouteStateBindMode(r.BindMode)), Binds: &r.Binds, Tls: &r.TLS.Enabled,
		BindLimit: opt(float32(r.BindRate)), Sessions: []gen.RouteSession{},
	}
	if len(r.Countries) > 0 {
		s.Countries = &r.Countries
	}
	s.Status, s.StatusCode = status(h.Status)
	if s.LastStatus, s.LastStatusCode = status(h.LastStatus); s.LastStatus != nil {
		s.LastRefusedAt = optTime(h.LastAt)
	}
	for _, one := range h.Sessions {
		s.Sessions = append(s.Sessions, gen.RouteSession{
			Peer: one.Peer, Mode: one.Mode, State: string(one.State), Since: optTime(one.Since), InFlight: one.InFlight,
			Topic: opt(one.Topic), RetryAt: optTime(one.RetryAt),
		})
	}
	return s
}

// status returns a command_status as its name and its number; nothing for 0.
func status(code uint32) (name *string, number *int) {
	if code == 0 {
		return nil, nil
	}
	return ptr(gateway.StatusName(code)), ptr(int(code))
}

// TestAnswer returns what an operator answered to a part of a test: the id it gave, or why it refused.
func TestAnswer(messageID string, code uint32) (id, name *string, number *int) {
	name, number = status(code)
	return opt(messageID), name, number
}

// ConfigProblems returns what is wrong with the configuration file.
func ConfigProblems(list []config.Problem) []gen.ConfigProblem {
	out := []gen.ConfigProblem{}
	for _, p := range list {
		out = append(out, gen.ConfigProblem{
			Line: opt(p.Line), Route: opt(p.Route), Field: opt(p.Field), En: p.EN, Ja: p.JA,
		})
	}
	return out
}
