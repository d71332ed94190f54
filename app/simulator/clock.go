package simulator

import "time"

// clock is simulated time: it runs scale times as fast as the outer clock, or stands still.
type clock struct {
	outer  func() time.Time
	anchor time.Time     // when scale was last changed, by the outer clock
	base   time.Duration // simulated time at the anchor
	scale  float64
	paused bool
}

func newClock(outer func() time.Time, scale float64) clock {
	if scale <= 0 {
		scale = 1
	}
	return clock{outer: outer, anchor: outer(), scale: scale}
}

// elapsed returns the simulated time since the start.
func (c *clock) elapsed() time.Duration {
	if c.paused {
		return c.base
	}
	return c.base + time.Duration(float64(c.outer().Sub(c.anchor))*c.scale)
}

// tick returns elapsed in the wheel's unit.
func (c *clock) tick() int64 { return c.elapsed().Milliseconds() }

// settle makes now the anchor, so that a change of pace does not change the past.
func (c *clock) settle() {
	c.base, c.anchor = c.elapsed(), c.outer()
}

// wait returns how long the outer clock takes to reach a tick; false while time stands still.
func (c *clock) wait(tick int64) (time.Duration, bool) {
	if c.paused {
		return 0, false
	}
	d := time.Duration(tick)*time.Millisecond - c.elapsed()
	return max(time.Duration(float64(d)/c.scale), 0), true
}
