package simulator

import (
	"math"
	"time"

	"noroshi/app/simulator/numbers"
	"noroshi/app/simulator/timing"
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
	s.runTo(s.clock.Tick())
	next, ok := s.wheel.Next()
	if !ok || s.closed {
		s.wakeAt = math.MaxInt64
		return time.Hour
	}
	s.wakeAt = next
	if d, runs := s.clock.Wait(next); runs {
		return max(d, 100*time.Microsecond)
	}
	return time.Hour
}

// runTo fires everything due until a tick. mu is held.
func (s *SMSC) runTo(tick int64) {
	s.at = s.o.Now()
	s.wheel.Advance(tick, s.fire)
	s.pumpAll()
}

func (s *SMSC) pumpAll() {
	for _, a := range s.accounts {
		s.pump(a)
	}
}

// add has an event happen at a tick, and sees to it that the scheduler wakes in time. mu is held.
func (s *SMSC) add(due int64, e event) {
	s.wheel.Add(due, e)
	if e.kind.background() {
		s.background++
	}
	if due < s.wakeAt {
		s.wakeAt = due
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
	if e.kind.background() {
		s.background--
	}
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
		s.accounts[e.account].queue.Push(*e)
	case evRedeliver:
		r := *e
		r.kind = evReceipt
		if e.flags&flagWasAnswer != 0 {
			r.kind = evMO
		}
		s.accounts[e.account].queue.Push(r)
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
	case evTurn:
		if e.id == s.version {
			s.blow()
		}
	case evMO:
	}
}

// reopen ends an outage; when the port is taken for the moment it tries again. mu is held.
func (s *SMSC) reopen() {
	if s.listener != nil || s.closed {
		return
	}
	if err := s.listen(); err != nil {
		s.add(s.clock.Tick()+200, event{kind: evUp, id: s.version})
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
	s.base = p
	s.at = s.o.Now()
	s.behave(s.trouble().Of(p))
	return nil
}

// behave puts a population in force. mu is held.
func (s *SMSC) behave(p Population) {
	s.pop = p
	s.schedulePopulation()
	s.reopen()
	s.releaseHeld()
	s.pumpAll()
	s.space.Broadcast()
}

// Population returns the behaviour in force, with the trouble of the storm's turn.
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
	s.setAt, s.drops = s.clock.Elapsed(), 0
	for _, w := range s.pop.Network.Outages {
		from := s.clock.Tick() + w.After.Milliseconds()
		s.add(from, event{kind: evDown, id: s.version})
		s.add(from+w.For.Milliseconds(), event{kind: evUp, id: s.version})
	}
	if _, span, ok := s.storm.Phase(s.phase); ok {
		s.add(s.clock.Tick()+max(1, span.Milliseconds()), event{kind: evTurn, id: s.version})
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
		s.add(s.clock.Tick()+d.Milliseconds(), event{kind: evUp, id: s.version})
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
func (s *SMSC) Pause() { s.pace(func(c *timing.Clock) { c.Pause(true) }) }

// Resume makes it run again.
func (s *SMSC) Resume() { s.pace(func(c *timing.Clock) { c.Pause(false) }) }

// SetScale makes simulated time run faster than the outer clock: 1, 10 and 60 are the console's. Scales that are not
// positive count as 1.
func (s *SMSC) SetScale(scale float64) {
	if !(scale > 0 && scale <= 10_000) {
		scale = 1
	}
	s.pace(func(c *timing.Clock) { c.SetScale(scale) })
}

func (s *SMSC) pace(change func(*timing.Clock)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.started {
		return
	}
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
	waited := s.wheel.Len() > 0
	target := s.clock.Tick() + d.Milliseconds()
	for before := s.fired; d <= 0 && s.wheel.Len() > 0 && s.fired == before; {
		next, _ := s.wheel.Next()
		s.runTo(max(next, s.wheel.Now()+1))
		target = max(target, s.wheel.Now())
	}
	s.clock.SkipTo(target)
	s.runTo(target)
	s.poke()
	return waited
}

// switchedOff reports whether a phone is off: as set by hand, else as the population says.
func (s *SMSC) switchedOff(p *numbers.Phone) bool {
	if p.Off != numbers.Unset {
		return p.Off == numbers.On
	}
	return s.pop.Phones.Off > 0 && s.pop.Off(s.o.Seed, p.Key)
}

func (s *SMSC) oldPhone(p *numbers.Phone) bool {
	if p.TwoG != numbers.Unset {
		return p.TwoG == numbers.On
	}
	return s.pop.Phones.TwoG > 0 && s.pop.TwoG(s.o.Seed, p.Key)
}
