package delivery

import (
	"context"
	"slices"
	"sync"
	"time"

	"noroshi/app/broadcast"
	"noroshi/app/gateway"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/store"
)

type storeSeq = id.Seq

// collector gathers outcomes and writes them down in batches, a few milliseconds after they came.
type collector struct {
	s       *Service
	mu      sync.Mutex
	waiting map[message.Run][]done
	count   int
	out     int // parts that were claimed and have no outcome in the ledger yet
	writing int // batches that are being committed
	wake    chan struct{}
	idle    chan struct{} // signalled when nothing is on its way and nothing is written
}

// done is one outcome with the page it belongs to.
type done struct {
	message.PartOutcome
	work *pageWork
	move bool // to another route, rather than fail
}

const (
	gather     = 4 * time.Millisecond
	maxBatch   = 2048
	maxWriting = 2
)

func newCollector(s *Service) *collector {
	return &collector{
		s: s, waiting: map[message.Run][]done{}, wake: make(chan struct{}, 1), idle: make(chan struct{}, 1),
	}
}

// expect counts parts that are about to be handed over.
func (c *collector) expect(parts int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out += parts
}

// take is called by the gateway for each part: it makes the id known and puts the outcome on the heap.
func (c *collector) take(l *line, sl *slice, i int, o gateway.Outcome) {
	p := message.PartOutcome{Ref: sl.refs[i], Route: sl.route, Outcome: o}
	if o.Class == gateway.Accepted {
		c.s.o.Messages.Register(l.way.Route.Name, p.Ref, o.MessageID)
	} else {
		p.Again = c.s.again(p)
	}
	move := p.Again == 0 && c.s.movable(p) && c.s.takesDetour(l, sl, p.Ref)
	if move {
		p.Again = pauses[0] // if it has to stay after all
	}
	c.mu.Lock()
	c.waiting[sl.run] = append(c.waiting[sl.run], done{PartOutcome: p, work: sl.work, move: move})
	c.count++
	first := c.count == 1 || c.count == maxBatch
	c.mu.Unlock()
	if first {
		signal(c.wake)
	}
}

func signal(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// run writes what was gathered until the context ends.
func (c *collector) run(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
		}
		c.mu.Lock()
		full := c.count >= maxBatch
		c.mu.Unlock()
		if !full {
			timer.Reset(gather)
			select {
			case <-ctx.Done():
				return
			case <-timer.C:
			}
		}
		c.flush()
	}
}

// flush submits one batch of each run; with too many on their way it leaves the rest for when one is through.
func (c *collector) flush() {
	c.mu.Lock()
	if c.writing >= maxWriting {
		c.mu.Unlock()
		return
	}
	batches := map[message.Run][]done{}
	for run, list := range c.waiting {
		n := min(len(list), maxBatch)
		batches[run] = list[:n:n]
		c.count -= n
		if n == len(list) {
			delete(c.waiting, run)
		} else {
			c.waiting[run] = list[n:]
		}
	}
	c.writing += len(batches)
	left := c.count > 0
	c.mu.Unlock()
	for run, list := range batches {
		c.write(run, list)
	}
	if left {
		signal(c.wake)
	}
}

func (c *collector) write(run message.Run, list []done) {
	outcomes := make([]message.PartOutcome, len(list))
	for i := range list {
		outcomes[i] = list[i].PartOutcome
	}
	c.s.o.Store.SubmitEssential(func(tx *store.Tx) error {
		return c.s.o.Messages.Record(tx, run, outcomes)
	}, func(_ storeSeq, err error) {
		if err != nil {
			c.s.o.Log.Error("outcomes not recorded", "broadcast", run.Broadcast.String(), "parts", len(list), "error", err)
			// They stay claimed: after the store works again, or at the next start, they are uncertain and shown so.
			c.s.doubtLater(run, list)
		} else {
			c.s.recorded(run, list)
		}
		c.mu.Lock()
		c.writing--
		c.out -= len(list)
		idle := c.writing == 0 && c.out == 0
		c.mu.Unlock()
		if idle {
			signal(c.idle)
		}
		signal(c.wake)
	})
}

// drain waits until everything that was claimed has an outcome and is recorded.
func (c *collector) drain(ctx context.Context) error {
	for {
		c.mu.Lock()
		idle := c.writing == 0 && c.out == 0
		c.mu.Unlock()
		if idle {
			return nil
		}
		signal(c.wake)
		select {
		case <-c.idle:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// The pauses before the second, third and fourth try (spec: 30 s, 2 min, 10 min).
var pauses = []time.Duration{30 * time.Second, 2 * time.Minute, 10 * time.Minute}

// throttlePause is how long a part waits that the operator found too fast; the gateway slows down by itself.
const throttlePause = time.Second

// again returns the pause before the next try; 0 when there is none.
func (s *Service) again(p message.PartOutcome) time.Duration {
	switch p.Class {
	case gateway.Throttled:
		return throttlePause
	case gateway.Retry, gateway.RouteConfig, gateway.BindFatal, gateway.BindRetry:
	default:
		return 0
	}
	book := s.o.Messages.Book(p.Ref.Run.Broadcast)
	if book == nil {
		return pauses[0]
	}
	tries := book.Tries(p.Ref)
	if tries >= len(pauses) || (p.Class == gateway.RouteConfig && tries > 0) {
		return 0
	}
	return pauses[tries]
}

// movable reports whether another route may make good what this one refused.
func (s *Service) movable(p message.PartOutcome) bool {
	if p.Class != gateway.RouteConfig && p.Class != gateway.BindFatal {
		return false
	}
	book := s.o.Messages.Book(p.Ref.Run.Broadcast)
	return book != nil && book.Tries(p.Ref) <= len(pauses)
}

// recorded follows up on outcomes that are durable: it ends jobs, offers again, and settles what is uncertain.
func (s *Service) recorded(run message.Run, list []done) {
	now := s.o.Now()
	var uncertain, leave []message.Ref
	retries := map[message.Pending]time.Duration{}
	for _, d := range list {
		again := d.Again
		switch {
		case d.Class == gateway.Uncertain:
			uncertain = append(uncertain, d.Ref)
		case d.Class == gateway.NotSent:
			again = time.Millisecond
		case d.move:
			leave = append(leave, d.Ref)
		}
		if was, ok := retries[d.work.page]; again > 0 && (!ok || again < was) {
			retries[d.work.page] = again
		}
	}
	if len(leave) > 0 { // before the next try here is planned: one goroutine does both in their order
		s.clock.at(now, func(ctx context.Context) {
			if err := s.moveRefused(ctx, run, leave); err != nil && ctx.Err() == nil {
				s.o.Log.Error("copies not moved to another route", "broadcast", run.Broadcast.String(), "error", err)
			}
		})
	}
	for page, wait := range retries {
		// A second is the grain of the due time in the log.
		s.offerAt(now.Add(wait+time.Second), page)
	}
	for _, d := range list {
		d.work.end(1) // the last one ends the job, so what comes after it is planned before
	}
	if len(retries) > 0 {
		// Parts that came back after a stop have missed its Halt.
		s.clock.at(now, func(context.Context) {
			if s.ended(run.Broadcast) {
				s.Halt(run.Broadcast)
			}
		})
	}
	if len(uncertain) > 0 {
		s.settleLater(run, uncertain)
	}
	if book := s.o.Messages.Book(run.Broadcast); book != nil && book.Pending() == 0 {
		s.finishLater(run.Broadcast)
	}
}

// refuse records parts that cannot go out at all.
func (s *Service) refuse(ctx context.Context, run message.Run, outcomes []message.PartOutcome) error {
	_, err := s.o.Store.UpdateEssential(ctx, func(tx *store.Tx) error {
		// A refusal follows a claim like any other outcome, so that the timeline shows a try.
		byRoute, claimed := map[uint8][]message.Ref{}, map[message.Ref]bool{}
		for i := range outcomes {
			byRoute[outcomes[i].Route] = append(byRoute[outcomes[i].Route], outcomes[i].Ref)
		}
		for route, refs := range byRoute {
			got, err := s.o.Messages.Claim(tx, run, route, refs)
			if err != nil {
				return err
			}
			for _, ref := range got {
				claimed[ref] = true
			}
		}
		refused := slices.DeleteFunc(slices.Clone(outcomes), func(o message.PartOutcome) bool { return !claimed[o.Ref] })
		return s.o.Messages.Record(tx, run, refused)
	})
	if err == nil {
		s.finishLater(run.Broadcast)
	}
	return err
}

// doubtLater turns outcomes that could not be recorded into uncertain parts once the store works again.
func (s *Service) doubtLater(run message.Run, list []done) {
	refs := make([]message.Ref, len(list))
	for i := range list {
		refs[i] = list[i].Ref
		list[i].work.end(1)
	}
	s.doubtAgain(run, refs)
}

func (s *Service) doubtAgain(run message.Run, refs []message.Ref) {
	s.clock.at(s.o.Now().Add(5*time.Second), func(ctx context.Context) {
		_, err := s.o.Store.UpdateEssential(ctx, func(tx *store.Tx) error { return s.o.Messages.Doubt(tx, run, refs) })
		if err != nil {
			s.doubtAgain(run, refs)
			return
		}
		s.settleLater(run, refs)
	})
}

// settleLongest is how long parts in doubt wait for a route that is down while others work.
const settleLongest = 15 * time.Minute

// settleLater decides about uncertain parts after receipts had time to prove that they were taken. While their route is
// down none can come, so it waits for the route: to decide early would be wrong about a part that was taken.
func (s *Service) settleLater(run message.Run, refs []message.Ref) {
	s.settleBy(run, refs, s.o.Now().Add(settleLongest))
}

func (s *Service) settleBy(run message.Run, refs []message.Ref, latest time.Time) {
	s.clock.at(s.o.Now().Add(s.o.Settle), func(ctx context.Context) {
		ready, waits := s.split(run, refs)
		if s.anyReady() && s.o.Now().After(latest) {
			ready, waits = refs, nil
		}
		if len(waits) > 0 {
			s.settleBy(run, waits, latest)
		}
		if len(ready) == 0 {
			return
		}
		if err := s.settle(ctx, run, ready); err != nil && ctx.Err() == nil {
			s.o.Log.Error("uncertain parts not settled", "broadcast", run.Broadcast.String(), "error", err)
			s.settleLater(run, ready)
		}
	})
}

func (s *Service) anyReady() bool {
	return slices.ContainsFunc(s.lines(), func(l *line) bool { return l.way.Sender.Pace().Ready })
}

// split tells parts whose route can send, or is not known any more, from those that have to wait for theirs.
func (s *Service) split(run message.Run, refs []message.Ref) (ready, waits []message.Ref) {
	book := s.o.Messages.Book(run.Broadcast)
	if book == nil {
		return refs, nil
	}
	known := map[string]bool{}
	for _, l := range s.lines() {
		known[l.way.Route.Name] = l.way.Sender.Pace().Ready
	}
	for _, route := range s.away() {
		known[route] = false
	}
	for i, route := range book.RoutesOf(refs) {
		if up, ok := known[route]; ok && !up {
			waits = append(waits, refs[i])
		} else {
			ready = append(ready, refs[i])
		}
	}
	return ready, waits
}

func (s *Service) settle(ctx context.Context, run message.Run, refs []message.Ref) error {
	b, err := s.o.Broadcasts.Get(run.Broadcast)
	if err != nil {
		return err
	}
	decision := message.MarkUnknown
	if b.Content.Policy() == broadcast.Resend && b.State != broadcast.Stopped && b.State != broadcast.Closed {
		decision = message.SendAgain
	}
	pages := map[uint32]bool{}
	for len(refs) > 0 {
		chunk := refs[:min(len(refs), maxRefs)]
		refs = refs[len(chunk):]
		_, err := s.o.Store.UpdateEssential(ctx, func(tx *store.Tx) error {
			// Receipts that came before the parts were known to be uncertain prove it as well.
			if _, _, err := s.o.Messages.RetryOrphans(tx); err != nil {
				return err
			}
			return s.o.Messages.Decide(tx, run, chunk, decision)
		})
		if err != nil {
			return err
		}
		for _, r := range chunk {
			pages[r.Page()] = true
		}
	}
	if decision == message.SendAgain {
		for page := range pages {
			s.offerAt(s.o.Now(), message.Pending{Run: run, Page: page, Priority: b.Content.Priority()})
		}
	}
	s.finish(ctx, run.Broadcast)
	return nil
}
