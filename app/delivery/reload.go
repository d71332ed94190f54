package delivery

import (
	"context"
	"slices"
	"sync"

	"noroshi/app/config"
	"noroshi/app/fault"
)

// lineup is the set of lines that work now. It is replaced as a whole, so that whoever looks at it sees one set.
type lineup struct {
	change  sync.Mutex // held while lines come and go, and at the end
	mu      sync.RWMutex
	list    []*line
	away    []string                  // routes that were retired and have no line: their copies wait
	wait    map[string]config.Seconds // how long each of them may be away until another route takes over
	running context.Context           // of the work; nil before Start and after Close
}

// lines returns the lines that work now; the slice is never written to.
func (s *Service) lines() []*line {
	s.lineup.mu.RLock()
	defer s.lineup.mu.RUnlock()
	return s.lineup.list
}

// away returns the routes that were retired and have no line yet.
func (s *Service) away() []string {
	s.lineup.mu.RLock()
	defer s.lineup.mu.RUnlock()
	return slices.Clone(s.lineup.away)
}

// knows reports whether a route has a line or may get one back, and which line is the first.
func (s *Service) knows(route string) (known bool, first *line) {
	s.lineup.mu.RLock()
	defer s.lineup.mu.RUnlock()
	if len(s.lineup.list) > 0 {
		first = s.lineup.list[0]
	}
	has := func(l *line) bool { return l.way.Route.Name == route }
	return slices.Contains(s.lineup.away, route) || slices.ContainsFunc(s.lineup.list, has), first
}

// awayFor returns how long a retired route may be away until another one takes over: what its settings said.
func (s *Service) awayFor(route string) config.Seconds {
	s.lineup.mu.RLock()
	defer s.lineup.mu.RUnlock()
	return s.lineup.wait[route]
}

func (u *lineup) patience(route string, wait config.Seconds) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.wait == nil {
		u.wait = map[string]config.Seconds{}
	}
	u.wait[route] = wait
}

func (u *lineup) set(list []*line, away []string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.list, u.away = list, away
}

// startLines starts the lines there are and remembers what they run under.
func (s *Service) startLines(running context.Context) {
	s.lineup.change.Lock()
	defer s.lineup.change.Unlock()
	s.lineup.running = running
	for _, l := range s.lines() {
		l.start(running, &s.done)
	}
}

// stopLines ends all lines for good: nothing more is claimed, what was claimed is handed over as far as ctx allows.
func (s *Service) stopLines(ctx context.Context) {
	s.lineup.change.Lock()
	defer s.lineup.change.Unlock()
	s.lineup.running = nil
	endLines(ctx, s.lines())
}

func endLines(ctx context.Context, list []*line) {
	for _, l := range list {
		l.halt()
	}
	for _, l := range list {
		l.drain(ctx)
	}
}

// Retire ends the lines of routes that change or go, while the others work on: they claim nothing more, and what they
// had claimed is with the gateway when it returns. The gateways must still run; close them next, which waits for the
// answers, and then have Adopt take in what replaces them. What waits for a route without a line waits on.
//
// A part that was claimed too late for ctx to see it handed over has no outcome; it is uncertain at the next start.
func (s *Service) Retire(ctx context.Context, names []string) {
	s.lineup.change.Lock()
	defer s.lineup.change.Unlock()
	var stay, leave []*line
	for _, l := range s.lines() {
		if slices.Contains(names, l.way.Route.Name) {
			leave = append(leave, l)
			s.lineup.patience(l.way.Route.Name, l.way.Route.Failover)
		} else {
			stay = append(stay, l)
		}
	}
	s.lineup.set(stay, append(s.away(), names...))
	endLines(ctx, leave)
}

// Adopt takes in routes that are new, or changed after Retire, and puts the lines into the order given, that of the
// file. It offers everything that waits to them, because the queue kept nothing for routes it did not know. A route
// that has its line already keeps it. Returns Unavailable, code queue_closed, when the service is ending.
func (s *Service) Adopt(ctx context.Context, ways []Way) error {
	s.lineup.change.Lock()
	defer s.lineup.change.Unlock()
	if s.lineup.running == nil {
		return fault.New(fault.Unavailable, "queue_closed", "The work queue is closed.")
	}
	old := s.lines()
	list := make([]*line, 0, len(ways))
	var fresh []*line
	for i := range ways {
		at := slices.IndexFunc(old, func(l *line) bool { return l.way.Route.Name == ways[i].Route.Name })
		if at >= 0 {
			list = append(list, old[at])
			continue
		}
		l := newLine(s, &ways[i])
		list, fresh = append(list, l), append(fresh, l)
	}
	s.lineup.set(list, slices.DeleteFunc(s.away(), func(name string) bool {
		return slices.ContainsFunc(list, func(l *line) bool { return l.way.Route.Name == name })
	}))
	for _, l := range fresh {
		l.start(s.lineup.running, &s.done)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.refill()
}
