package refusal

import (
	"sync"
	"sync/atomic"

	"noroshi/app/phone"
)

// A recipient whose own queue is full is answered with the same status as a line that is too fast.
const (
	crowdedAfter = 3    // answers in a row for one recipient that slow the session down
	crowdSize    = 4096 // recipients remembered; a larger crowd is the line itself
)

// Crowd counts ESME_RMSGQFUL per recipient.
type Crowd struct {
	mu    sync.Mutex
	count map[phone.Number]uint8
	any   atomic.Bool // count has entries
}

// NewCrowd returns a memory without recipients.
func NewCrowd() *Crowd { return &Crowd{count: make(map[phone.Number]uint8)} }

// Full counts an answer for the recipient and reports whether it is to be taken for the recipient's own.
func (c *Crowd) Full(to phone.Number) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.count[to]
	if n >= crowdedAfter {
		return true
	}
	if n == 0 && len(c.count) >= crowdSize {
		clear(c.count)
	}
	c.count[to] = n + 1
	c.any.Store(true)
	return false
}

// Accepted forgets a recipient who has room again.
func (c *Crowd) Accepted(to phone.Number) {
	if !c.any.Load() { // the usual case, once for each part
		return
	}
	c.mu.Lock()
	delete(c.count, to)
	c.any.Store(len(c.count) > 0)
	c.mu.Unlock()
}
