package smpp

import (
	"sync"
	"time"

	"noroshi/app/gateway"
)

// gate says whether parts may wait for a session. While it is shut they are given up at once.
type gate struct {
	mu     sync.Mutex
	ch     chan struct{} // closed while the gate is shut
	isShut bool
	closed bool        // shut for good
	timer  *time.Timer // shuts the gate when no session comes; nil when not running
}

func (g *gate) init() { g.ch = make(chan struct{}) }

// shut returns a channel that is closed when the gate is, or becomes, shut.
func (g *gate) shut() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.ch
}

// arm begins to count the time without a session.
func (g *gate) arm() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.timer == nil && !g.isShut {
		g.timer = time.AfterFunc(unreadyPatience, g.shutNow)
	}
}

// open lets parts wait.
func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.disarm()
	if g.isShut && !g.closed {
		g.ch, g.isShut = make(chan struct{}), false
	}
}

func (g *gate) shutNow() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.disarm()
	if !g.isShut {
		close(g.ch)
		g.isShut = true
	}
}

// close shuts the gate for good.
func (g *gate) close() {
	g.shutNow()
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
}

func (g *gate) disarm() {
	if g.timer != nil {
		g.timer.Stop()
		g.timer = nil
	}
}

// regate opens or shuts the gate as the sessions, refusals and pauses demand.
func (c *Client) regate() {
	ready, refused := false, true
	for _, l := range c.lanes {
		if !l.mode.submits() {
			continue
		}
		st := l.state.Load().state
		ready = ready || st == gateway.Bound
		refused = refused && st == gateway.Refused
	}
	c.mu.Lock()
	paused := c.paused.on
	c.mu.Unlock()
	switch {
	case refused || paused:
		c.gate.shutNow()
	case ready:
		c.gate.open()
	default:
		c.gate.arm()
	}
}
