package simulator

import (
	"context"
	"math"
	"time"

	"noroshi/app/simulator/wire"
)

// schedule is the one goroutine that makes time pass: it fires what is due, and beats once a second for whatever must
// not take for ever. Beats count real time, also with a clock that stands still.
func (s *SMSC) schedule() {
	every := min(time.Second, s.o.EnquireEvery)
	enquireBeats := uint32(s.o.EnquireEvery / every) //nolint:gosec // hours at most
	beat := time.NewTicker(every)
	defer beat.Stop()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-beat.C:
			s.heartbeat(enquireBeats)
		case <-timer.C:
		case <-s.wake:
		}
		timer.Reset(s.advance())
	}
}

func (s *SMSC) heartbeat(enquireBeats uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.beat++
	s.at = s.o.Now()
	for _, c := range s.conns {
		c.look(enquireBeats)
	}
	s.pumpAll()
	if s.beat%10 == 0 {
		s.sweepJoins()
	}
}

// advance fires what is due and returns how long until the next.
func (s *SMSC) advance() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runTo(s.clock.tick())
	next, ok := s.wheel.next()
	if !ok || s.closed {
		s.wakeAt = math.MaxInt64
		return time.Hour
	}
	s.wakeAt = next
	if d, runs := s.clock.wait(next); runs {
		return max(d, 100*time.Microsecond)
	}
	return time.Hour
}

// runTo fires everything due until a tick. mu is held.
func (s *SMSC) runTo(tick int64) {
	s.at = s.o.Now()
	s.wheel.advance(tick, s.fire)
	s.pumpAll()
}

func (s *SMSC) pumpAll() {
	for _, a := range s.accounts {
		s.pump(a)
	}
}

// add files an event and sees to it that the scheduler wakes in time. mu is held.
func (s *SMSC) add(e event) {
	s.wheel.add(e)
	if e.due < s.wakeAt {
		s.wakeAt = e.due
		s.poke()
	}
}

func (s *SMSC) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// fire does what an event says.
func (s *SMSC) fire(e *event) {
	s.fired++
	switch e.kind {
	case evRespond:
		if c := s.conns[e.conn]; c != nil && !c.dead && !s.pop.Network.Mute {
			cmd := wire.SubmitSM
			if e.flags&flagData != 0 {
				cmd = wire.DataSM
			}
			c.appendResponse(cmd, e.row, wire.Status(e.submitted), e.id)
			c.wakeWriter()
		}
	case evReport:
		s.report(e, nil)
	case evExpire:
		s.expire(e)
	case evReceipt:
		s.accounts[e.account].queue.push(*e)
	case evRedeliver:
		r := *e
		r.kind = evReceipt
		if e.flags&flagWasAnswer != 0 {
			r.kind = evMO
		}
		s.accounts[e.account].queue.push(r)
	case evAnswer:
		s.speak(e)
	case evDown:
		if e.id == s.version {
			s.cutAll()
		}
	case evUp:
		if e.id == s.version {
			s.reopen()
		}
	case evMO:
	}
}

// reopen ends an outage; when the port is taken for the moment it tries again. mu is held.
func (s *SMSC) reopen() {
	if s.listener != nil || s.closed {
		return
	}
	if err := s.listen(context.Background()); err != nil {
		s.add(event{kind: evUp, id: s.version, due: s.clock.tick() + 200})
	}
}

// Set changes how the network and the people behave, for everything that comes after. It ends an outage of before.
// Returns Invalid with the fields that make no sense.
func (s *SMSC) Set(p Population) error {
	if err := p.Validate(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.started {
		s.o.Population = p
		return nil
	}
	s.pop = p
	s.at = s.o.Now()
	s.schedulePopulation()
	s.reopen()
	s.releaseHeld()
	s.pumpAll()
	s.space.Broadcast()
	return nil
}

// Population returns the behaviour in force.
func (s *SMSC) Population() Population {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.started {
		return s.o.Population
	}
	return s.pop
}

// schedulePopulation starts counting for a new population. mu is held.
func (s *SMSC) schedulePopulation() {
	s.version++
	s.setAt, s.drops = s.clock.elapsed(), 0
	for _, w := range s.pop.Network.Outages {
		from := s.clock.tick() + w.After.Milliseconds()
		s.add(event{kind: evDown, id: s.version, due: from})
		s.add(event{kind: evUp, id: s.version, due: from + w.For.Milliseconds()})
	}
}

// Down closes the listener and cuts all binds for a stretch of simulated time; 0 until Up.
func (s *SMSC) Down(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || !s.started {
		return
	}
	s.cutAll()
	if d > 0 {
		s.add(event{kind: evUp, id: s.version, due: s.clock.tick() + d.Milliseconds()})
	}
}

// Up ends an outage.
func (s *SMSC) Up() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.started {
		s.reopen()
	}
}

// Drop cuts every connection as a crash does and returns how many; the listener stays open.
func (s *SMSC) Drop() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, c := range s.conns {
		if !c.dead {
			c.abort()
			s.stats.Drops++
			n++
		}
	}
	return n
}

// Pause makes simulated time stand still: nothing happens any more but responses to submits.
func (s *SMSC) Pause() { s.pace(func(c *clock) { c.paused = true }) }

// Resume makes it run again.
func (s *SMSC) Resume() { s.pace(func(c *clock) { c.paused = false }) }

// SetScale makes simulated time run faster than the outer clock: 1, 10 and 60 are the console's. Scales that are not
// positive count as 1.
func (s *SMSC) SetScale(scale float64) {
	if !(scale > 0 && scale <= 10_000) {
		scale = 1
	}
	s.pace(func(c *clock) { c.scale = scale })
}

func (s *SMSC) pace(change func(*clock)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.started {
		return
	}
	s.clock.settle()
	change(&s.clock)
	s.poke()
}

// Step moves simulated time on by d, or with 0 to the next thing that happens. It reports whether anything waited.
func (s *SMSC) Step(d time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.started || s.closed {
		return false
	}
	s.clock.settle()
	waited := s.wheel.count > 0
	target := s.clock.tick() + d.Milliseconds()
	for before := s.fired; d <= 0 && s.wheel.count > 0 && s.fired == before; {
		next, _ := s.wheel.next()
		s.runTo(max(next, s.wheel.now+1))
		target = max(target, s.wheel.now)
	}
	if ahead := time.Duration(target)*time.Millisecond - s.clock.base; ahead > 0 {
		s.clock.base += ahead
	}
	s.runTo(target)
	s.poke()
	return waited
}

// switchedOff reports whether a phone is off: as set by hand, else as the population says.
func (s *SMSC) switchedOff(p *phone) bool {
	if p.switches&offSet != 0 {
		return p.switches&off != 0
	}
	return s.pop.Phones.Off > 0 && s.pop.Off(s.o.Seed, p.key)
}

func (s *SMSC) oldPhone(p *phone) bool {
	if p.switches&twoGSet != 0 {
		return p.switches&twoG != 0
	}
	return s.pop.Phones.TwoG > 0 && s.pop.TwoG(s.o.Seed, p.key)
}
