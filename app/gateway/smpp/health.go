package smpp

import (
	"cmp"
	"time"

	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp/pace"
)

// Pace implements gateway.Sender.
func (c *Client) Pace() gateway.Pace {
	now := c.now()
	p := gateway.Pace{}
	cut, limited := 0.0, false
	for _, l := range c.lanes {
		s := l.session.Load()
		if s == nil || !l.mode.submits() {
			continue
		}
		v := s.look(now)
		p.InFlight += v.inFlight
		if !v.canTake {
			continue
		}
		p.Sessions++
		p.Window += c.route.Window
		cut += v.limit
		limited = limited || v.limit > 0
	}
	p.Ready = p.Sessions > 0 && !c.holding()
	p.PerSecond = c.route.Rate
	if limited && (p.PerSecond == 0 || cut < p.PerSecond) {
		p.PerSecond = cut
	}
	return p
}

// Health implements gateway.Sender.
func (c *Client) Health() gateway.Health {
	now := c.now()
	h := gateway.Health{
		Route: c.route.Name, Limit: c.route.Rate, Submitted: c.submitted.Load(), Refusals: c.refusals.Load(),
		Receipts: c.receipts.Load(), Texts: c.texts.Load(), BadPDUs: c.badPDUs.Load(),
		Lost: c.lost.Load(), Strays: c.strays.Load(), RefusedTexts: c.unwanted.Len(now),
	}
	if last := c.last.Load(); last != nil {
		h.LastStatus, h.LastAt = last.status, last.at
	}
	var delays []time.Duration
	cuts, sessions := 0.0, 0
	var slowed view // of the session that is held back the longest
	for _, l := range c.lanes {
		st := l.state.Load()
		view := gateway.Session{
			Peer: st.peer, Mode: string(l.mode), State: st.state, Since: st.since, RetryAt: st.retryAt,
		}
		if st.why != nil {
			view.Topic = cmp.Or(st.why.topic(), st.why.reason)
		}
		if s := l.session.Load(); s != nil && st.state == gateway.Bound {
			v := s.look(now)
			view.InFlight = v.inFlight
			if v.slowed {
				view.State = gateway.Throttling
			}
			if v.slowed && !v.until.Before(slowed.until) {
				slowed = v
			}
			delays = append(delays, v.delays...)
			h.Rate += v.rate
			if l.mode.submits() {
				h.Window += c.route.Window
				h.InFlight += v.inFlight
				cuts += v.cut
				sessions++
			}
		}
		h.Sessions = append(h.Sessions, view)
	}
	h.Cut = 1
	if sessions > 0 {
		h.Cut = cuts / float64(sessions)
	}
	h.ResponseMS = float64(pace.Median(delays)) / float64(time.Millisecond)
	c.judge(&h, sessions > 0, &slowed)
	return h
}

// judge puts the states of the sessions together.
func (c *Client) judge(h *gateway.Health, bound bool, slowed *view) {
	c.mu.Lock()
	stopping, paused := c.stopping, c.paused
	c.mu.Unlock()
	worst := c.worst()
	if worst.why != nil {
		h.Reason, h.Status, h.Detail, h.RetryAt = worst.why.reason, worst.why.status, worst.why.detail(), worst.retryAt
		h.Topic = worst.why.topic()
	}
	h.State, h.Since = worst.state, worst.since
	if bound {
		h.Since = c.boundSince()
	}
	switch {
	case stopping:
		h.State, h.Reason = gateway.Stopped, reasonStopped
	case bound && paused.on:
		h.Topic = statusTopic(paused.status)
		h.State, h.Since, h.RetryAt = gateway.Paused, paused.since, paused.until
		h.Reason, h.Status, h.Detail = reasonConfig, paused.status, gateway.StatusName(paused.status)
	case bound && slowed.slowed:
		h.State, h.Reason, h.Topic, h.RetryAt = gateway.Throttling, reasonThrottle, statusTopic(slowed.throttle), time.Time{}
		h.Status, h.Detail = slowed.throttle, gateway.StatusName(slowed.throttle)
		if c.now().Before(slowed.until) {
			h.RetryAt = slowed.until
		}
	case bound:
		h.State = gateway.Bound
	}
}

// worst returns the state of the lane that people should hear about first.
func (c *Client) worst() laneState {
	rank := map[gateway.State]int{
		gateway.Refused: 4, gateway.Down: 3, gateway.Connecting: 2, gateway.Stopped: 1, gateway.Bound: 0,
	}
	out := *c.lanes[0].state.Load()
	for _, l := range c.lanes[1:] {
		if st := *l.state.Load(); rank[st.state] > rank[out.state] {
			out = st
		}
	}
	return out
}

// boundSince returns when the oldest session that can submit was bound.
func (c *Client) boundSince() time.Time {
	var out time.Time
	for _, l := range c.lanes {
		st := l.state.Load()
		if l.mode.submits() && st.state == gateway.Bound && (out.IsZero() || st.since.Before(out)) {
			out = st.since
		}
	}
	return out
}
