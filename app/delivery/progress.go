package delivery

import (
	"slices"
	"strings"
	"time"

	"noroshi/app/gateway"
	"noroshi/app/id"
	"noroshi/app/message"
)

// Progress is how far a broadcast is.
type Progress struct {
	Total     int           // parts
	Pending   int           // parts that may still have to be handed over
	PerSecond float64       // of the routes it waits for
	Left      time.Duration // until the slowest of them is through; 0 when that is not known
	Reason    string        // route_down, paused, throttled, recovering; empty when nothing holds it back
	Route     string        // the route of which Reason speaks
}

// Progress returns how far a broadcast is and what holds it back. Routes it does not wait for do not count.
func (s *Service) Progress(b id.Broadcast) Progress {
	book := s.o.Messages.Book(b)
	if book == nil {
		return Progress{}
	}
	p := Progress{Total: book.Total(), Pending: book.Pending()}
	if p.Pending == 0 {
		return p
	}
	healths := map[string]gateway.Health{}
	for _, l := range s.lines() {
		healths[l.way.Route.Name] = l.way.Sender.Health()
	}
	var queues []gateway.Queue
	for route, n := range book.PendingByRoute() {
		h, ok := healths[route]
		if !ok {
			h.State = gateway.Stopped // its line is away
		}
		queues = append(queues, gateway.Queue{
			Route: route, Pending: n, State: h.State, Rate: h.Rate, Limit: h.Limit, Cut: h.Cut,
		})
	}
	slices.SortFunc(queues, func(a, b gateway.Queue) int { return strings.Compare(a.Route, b.Route) })
	f := gateway.Foresee(queues)
	p.PerSecond, p.Left, p.Reason, p.Route = f.PerSecond, f.Left, f.Reason, f.Route
	if p.Reason == "" && book.Counts()[message.SubmitUncertain] > 0 {
		p.Reason = "recovering"
	}
	return p
}

// Load is what waits in the queue, for the system page.
type Load struct {
	Urgent, Normal               int // pages in the queue
	Pending, Retrying, Uncertain int // parts
	Orphans                      int // receipts that fit no part yet
}

// Load returns what waits now.
func (s *Service) Load() Load {
	var l Load
	for _, line := range s.lines() {
		if u, n, err := s.o.Bus.Depth(line.way.Route.Name); err == nil {
			l.Urgent, l.Normal = l.Urgent+u, l.Normal+n
		}
	}
	for _, b := range s.o.Messages.Broadcasts() {
		if book := s.o.Messages.Book(b); book != nil {
			c := book.Counts()
			l.Pending += c[message.Queued] + c[message.Submitting]
			l.Retrying += c[message.RetryWait]
			l.Uncertain += c[message.SubmitUncertain]
		}
	}
	l.Orphans = int(s.orphans.Load())
	return l
}
