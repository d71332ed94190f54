package timing

import "time"

// Clock is simulated time: it runs scale times as fast as the outer clock, or stands still.
type Clock struct {
	outer  func() time.Time
	anchor time.Time     // when scale was last changed, by the outer clock
	base   time.Duration // simulated time at the anchor
	scale  float64
	paused bool
}

// NewClock returns a clock at 0 that runs; a scale that is not positive counts as 1.
func NewClock(outer func() time.Time, scale float64) Clock {
	if !(scale > 0) {
		scale = 1
	}
	return Clock{outer: outer, anchor: outer(), scale: scale}
}

// Elapsed returns the simulated time since the start.
func (c *Clock) Elapsed() time.Duration {
	if c.paused {
		return c.base
	}
	return c.base + time.Duration(float64(c.outer().Sub(c.anchor))*c.scale)
}

// Tick returns Elapsed in the wheel's unit.
func (c *Clock) Tick() int64 { return c.Elapsed().Milliseconds() }

// Paused reports whether time stands still.
func (c *Clock) Paused() bool { return c.paused }

// Scale returns how much faster than the outer clock it runs when it runs.
func (c *Clock) Scale() float64 { return c.scale }

// Pause makes time stand still, or run again.
func (c *Clock) Pause(still bool) {
	c.settle()
	c.paused = still
}

// SetScale changes the pace from now on; a scale that is not positive counts as 1.
func (c *Clock) SetScale(scale float64) {
	c.settle()
	if !(scale > 0) {
		scale = 1
	}
	c.scale = scale
}

// SkipTo jumps ahead to a tick; one that is over changes nothing.
func (c *Clock) SkipTo(tick int64) {
	c.settle()
	c.base = max(c.base, time.Duration(tick)*time.Millisecond)
}

// settle makes now the anchor, so that a change of pace does not change the past.
func (c *Clock) settle() {
	c.base, c.anchor = c.Elapsed(), c.outer()
}

// Wait returns how long the outer clock takes to reach a tick; false while time stands still.
func (c *Clock) Wait(tick int64) (time.Duration, bool) {
	if c.paused {
		return 0, false
	}
	d := time.Duration(tick)*time.Millisecond - c.Elapsed()
	return max(time.Duration(float64(d)/c.scale), 0), true
}
