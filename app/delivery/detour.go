package delivery

import (
	"context"
	"slices"

	"noroshi/app/broadcast"
	"noroshi/app/config"
	"noroshi/app/gateway"
	"noroshi/app/message"
	"noroshi/app/message/part"
	"noroshi/app/smstext"
)

// detour finds other routes for the copies of one run.
type detour struct {
	s       *Service
	j       *job
	run     message.Run
	head    message.Head
	routes  []config.Route
	place   []int  // of each route in the run's table; -1 when it came later
	allowed []bool // for this broadcast
	open    []bool // allowed, in the table, and in use now
	counted map[[2]int]int
}

// detourOf looks at the routes as they are now; ok is false when there is no such run.
func (s *Service) detourOf(j *job, run message.Run) (d *detour, ok bool) {
	head, ok := j.book.Head(run)
	if !ok {
		return nil, false
	}
	d = &detour{s: s, j: j, run: run, head: head, counted: map[[2]int]int{}}
	d.routes, d.allowed = s.usable(j.b.Content.Mode)
	for i := range d.routes {
		name := d.routes[i].Name
		at := slices.IndexFunc(head.Routes, func(u message.RouteUse) bool { return u.Name == name })
		d.place = append(d.place, at)
		d.open = append(d.open, at >= 0 && d.allowed[i] && s.Serves(name))
	}
	return d, true
}

// usable returns the routes, and which of them a broadcast of the mode may use.
func (s *Service) usable(mode broadcast.Mode) (routes []config.Route, allowed []bool) {
	if s.o.Routes != nil {
		return s.o.Routes(mode)
	}
	for _, l := range s.lines() {
		routes, allowed = append(routes, l.way.Route), append(allowed, true)
	}
	return routes, allowed
}

// Serves reports whether parts can go out on a route now.
func (s *Service) Serves(route string) bool {
	return slices.ContainsFunc(s.lines(), func(l *line) bool {
		return l.way.Route.Name == route && l.way.Sender.Health().State.Serves()
	})
}

// any reports whether there is a route to go to at all, other than those of the table that leave refuses.
func (d *detour) any(leave func(place uint8) bool) bool {
	for i, open := range d.open {
		if open && !leave(uint8(d.place[i])) {
			return true
		}
	}
	return false
}

// next returns the route a copy may go to: among those in use, but the one where it is and those that refused it, the
// best as at the beginning. It returns -1 when there is none.
func (d *detour) next(c message.Stuck, except []int) int {
	return gateway.Choose(d.routes, c.Number, func(i int) bool {
		return d.open[i] && uint8(d.place[i]) != c.Route && !slices.Contains(c.Refused, uint8(d.place[i])) &&
			!slices.Contains(except, i)
	})
}

// plan finds routes for copies of one page; those that no route takes are left out.
func (d *detour) plan(page uint32, stuck []message.Stuck, why part.Why) ([]message.Reroute, error) {
	wanted := map[uint32]message.Stuck{}
	for _, c := range stuck {
		if d.next(c, nil) >= 0 {
			wanted[c.Copy] = c
		}
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	var list []message.Reroute
	err := d.s.o.Messages.EachCopy(d.run, d.head, page, func(copyNo uint32, c message.Copy) error {
		one, ok := wanted[copyNo]
		if !ok || c.Route != one.Route {
			return nil
		}
		var tried []int
		for at := d.next(one, nil); at >= 0; at = d.next(one, tried) {
			if n := d.parts(at, &c); n > 0 {
				list = append(list, message.Reroute{
					Copy: copyNo, From: one.Route, To: uint8(d.place[at]), Parts: uint8(n), Why: why,
				})
				break
			}
			tried = append(tried, at)
		}
		return nil
	})
	return list, err
}

// parts returns how many parts a copy has on a route; 0 when it does not fit there.
func (d *detour) parts(at int, c *message.Copy) int {
	route, key := &d.routes[at], [2]int{int(c.Text), at}
	plain := d.j.texts.Plain(int(c.Text)) && len(route.ReplyTexts) == 0
	if n, ok := d.counted[key]; ok && plain {
		return n
	}
	n := 0
	if profile, err := gateway.ProfileOf(route); err == nil {
		if m, err := smstext.Encode(Text(route, d.j, c), profile, d.head.Ref); err == nil && len(m.Parts) < 256 {
			n = len(m.Parts)
		}
	}
	d.counted[key] = n
	return n
}

// elsewhere reports whether another route of the run might take a copy some time, whatever its state is now.
func (s *Service) elsewhere(j *job, run message.Run, c *message.Copy) bool {
	d, ok := s.detourOf(j, run)
	if !ok {
		return false
	}
	return gateway.Choose(d.routes, c.Number, func(i int) bool {
		known, _ := s.knows(d.routes[i].Name)
		return known && d.place[i] >= 0 && uint8(d.place[i]) != c.Route && d.allowed[i]
	}) >= 0
}

// sendingJob returns what is known of a broadcast, and whether it is one that sends.
func (s *Service) sendingJob(ctx context.Context, b *message.Book) (*job, bool) {
	j, err := s.jobOf(ctx, b.Broadcast())
	if err != nil {
		return nil, false
	}
	got, err := s.o.Broadcasts.Get(b.Broadcast())
	return j, err == nil && (got.State == broadcast.Expanding || got.State == broadcast.Sending)
}
