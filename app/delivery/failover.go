package delivery

import (
	"context"
	"slices"
	"time"

	"noroshi/app/broadcast"
	"noroshi/app/config"
	"noroshi/app/message"
	"noroshi/app/message/part"
	"noroshi/app/store"
)

const (
	// moveChunk bounds the copies that move in one entry of the ledger.
	moveChunk = 2048
	// noWayOut is how long a run rests in which nothing could be moved.
	noWayOut = 10 * time.Second
)

// watcher has what waits for a route go to another one when the route cannot send for longer than its patience. It
// belongs to one goroutine.
type watcher struct {
	s     *Service
	since map[string]time.Time      // by route: since when it cannot send
	rest  map[message.Run]time.Time // until when a run is not looked at again
}

func newWatcher(s *Service) *watcher {
	return &watcher{s: s, since: map[string]time.Time{}, rest: map[message.Run]time.Time{}}
}

func (w *watcher) run(ctx context.Context) {
	ticker := time.NewTicker(w.s.o.Watch)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		w.pass(ctx)
	}
}

// pass looks at the routes once, and moves what waits for those that are given up.
func (w *watcher) pass(ctx context.Context) {
	given := w.givenUp(w.s.o.Now())
	if len(given) == 0 {
		clear(w.rest)
	}
	for _, which := range w.s.o.Messages.Broadcasts() {
		if ctx.Err() != nil {
			return
		}
		book := w.s.o.Messages.Book(which)
		if book == nil {
			continue
		}
		if err := w.look(ctx, book, given); err != nil && ctx.Err() == nil {
			w.s.o.Log.Error("copies not moved to another route", "broadcast", which.String(), "error", err)
		}
	}
}

// givenUp returns the routes that could not send for as long as they may, and those nobody knows any more.
func (w *watcher) givenUp(now time.Time) map[string]bool {
	given, known := map[string]bool{}, map[string]bool{}
	note := func(route string, serves bool, patience config.Seconds) {
		known[route] = true
		since, down := w.since[route]
		switch {
		case serves:
			delete(w.since, route)
		case !down:
			w.since[route] = now
		default:
			wait := time.Duration(patience) * time.Second
			given[route] = patience > 0 && now.Sub(since) >= wait
		}
	}
	for _, l := range w.s.lines() {
		note(l.way.Route.Name, l.way.Sender.Health().State.Serves(), l.way.Route.Failover)
	}
	for _, route := range w.s.away() {
		note(route, false, w.s.awayFor(route))
	}
	for route := range w.since {
		if !known[route] {
			delete(w.since, route)
		}
	}
	for route, yes := range given {
		if !yes {
			delete(given, route)
		}
	}
	return given
}

// look moves what waits in a broadcast for a route that is given up, or that is no longer configured.
func (w *watcher) look(ctx context.Context, book *message.Book, given map[string]bool) error {
	for _, run := range book.Runs() {
		head, ok := book.Head(run)
		if !ok || w.s.o.Now().Before(w.rest[run]) {
			continue
		}
		waiting := book.PendingOn(run)
		leave := func(place uint8) bool {
			name := head.RouteName(place)
			if waiting[place] == 0 || name == "" {
				return false
			}
			known, _ := w.s.knows(name)
			return given[name] || !known
		}
		if !slices.ContainsFunc(places(head), leave) {
			continue
		}
		j, sends := w.s.sendingJob(ctx, book)
		if !sends {
			continue
		}
		moved, err := w.s.evacuate(ctx, j, run, leave)
		if err != nil {
			return err
		}
		if moved == 0 {
			w.rest[run] = w.s.o.Now().Add(noWayOut)
		}
	}
	return nil
}

func places(head message.Head) []uint8 {
	out := make([]uint8, len(head.Routes))
	for i := range out {
		out[i] = uint8(i)
	}
	return out
}

// evacuate moves the copies of a run that wait for routes it has to leave, page after page.
func (s *Service) evacuate(ctx context.Context, j *job, run message.Run, leave func(uint8) bool,
) (moved int, err error) {
	d, ok := s.detourOf(j, run)
	if !ok || !d.any(leave) {
		return 0, nil
	}
	pages, _ := s.o.Messages.Pages(j.book, run)
	var list []message.Reroute
	for page := range uint32(pages) {
		if ctx.Err() != nil {
			return moved, ctx.Err()
		}
		if stuck := j.book.Stuck(run, page, leave); len(stuck) > 0 {
			more, err := d.plan(page, stuck, part.RouteDown)
			if err != nil {
				return moved, err
			}
			list = append(list, more...)
		}
		if len(list) >= moveChunk || int(page) == pages-1 {
			n, err := s.move(ctx, d, list)
			if moved += n; err != nil {
				return moved, err
			}
			list = list[:0]
		}
	}
	if moved > 0 {
		s.o.Log.Warn("copies moved to another route", "broadcast", run.Broadcast.String(), "copies", moved)
	}
	return moved, nil
}

// move writes down that copies go to other routes and has their pages offered. Copies that were claimed or halted
// meanwhile stay.
func (s *Service) move(ctx context.Context, d *detour, list []message.Reroute) (moved int, err error) {
	if len(list) == 0 {
		return 0, nil
	}
	_, err = s.o.Store.UpdateEssential(ctx, func(tx *store.Tx) error {
		moved = 0
		sends, err := broadcast.Sends(tx, d.run.Broadcast)
		if err != nil || !sends {
			return err
		}
		moved, err = s.o.Messages.Reroute(tx, d.run, list)
		return err
	})
	if err != nil {
		return 0, err
	}
	now, last := s.o.Now(), ^uint32(0)
	for _, r := range list {
		if page := r.Copy / message.PageSize; page != last {
			s.offerAt(now, message.Pending{Run: d.run, Page: page, Priority: d.head.Priority})
			last = page
		}
	}
	return moved, nil
}

// takesDetour reports whether a part that its route refuses for a reason of its own would better go elsewhere: nothing
// of its copy was taken or is in doubt, and there is a route in use that serves the number.
func (s *Service) takesDetour(l *line, sl *slice, ref message.Ref) bool {
	if l.way.Route.Failover == 0 {
		return false
	}
	c, ok := sl.j.book.Refused(ref)
	if !ok {
		return false
	}
	d, ok := s.detourOf(sl.j, sl.run)
	return ok && d.next(c, nil) >= 0
}

// moveRefused has copies go to another route that the one they are on refused. One of which a part is still out follows
// when that part is refused as well; else its parts are tried here once more, and fail.
func (s *Service) moveRefused(ctx context.Context, run message.Run, refs []message.Ref) error {
	book := s.o.Messages.Book(run.Broadcast)
	if book == nil {
		return nil
	}
	j, sends := s.sendingJob(ctx, book)
	if !sends {
		return nil
	}
	d, ok := s.detourOf(j, run)
	if !ok {
		return nil
	}
	refused, pages := map[uint32]bool{}, map[uint32]bool{}
	for _, r := range refs {
		refused[r.Copy], pages[r.Page()] = true, true
	}
	for page := range pages {
		stuck := book.Stuck(run, page, func(uint8) bool { return true })
		stuck = slices.DeleteFunc(stuck, func(c message.Stuck) bool { return !refused[c.Copy] })
		list, err := d.plan(page, stuck, part.RefusedHere)
		if err != nil {
			return err
		}
		if _, err := s.move(ctx, d, list); err != nil {
			return err
		}
	}
	return nil
}
