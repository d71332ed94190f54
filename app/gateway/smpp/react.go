package smpp

import (
	"time"

	"noroshi/app/gateway"
)

// When a route pauses by itself, and for how long.
const (
	misconfiguredInARow = 5
	pauseLength         = 15 * time.Minute
)

// pause is the state of a route that holds back by itself. It is guarded by the client's mutex.
type pause struct {
	on     bool
	since  time.Time
	until  time.Time
	status uint32
	timer  *time.Timer
}

func (p *pause) stop() {
	if p.timer != nil {
		p.timer.Stop()
	}
}

// lastRefusal is the newest refusal of a part, for people to read.
type lastRefusal struct {
	status uint32
	at     time.Time
}

// accepted counts a success, which ends a row of refusals.
func (c *Client) accepted(e entry) {
	c.submitted.Add(1)
	c.crowd.Accepted(e.to)
	c.unwanted.Accepted(e.text)
	if c.failures.Load() != 0 {
		c.failures.Store(0)
	}
}

// misconfigured counts a part that was refused because of the account or the route. One alone may be the part's own
// fault; several in a row without a success between would all be lost, so the route pauses and people are told.
func (c *Client) misconfigured(status uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failures.Add(1) < misconfiguredInARow || c.paused.on || c.stopping {
		return
	}
	now := c.now()
	c.paused.stop()
	c.paused = pause{
		on: true, since: now, until: now.Add(pauseLength), status: status,
		timer: time.AfterFunc(pauseLength, c.Resume),
	}
	c.log.Error(evPaused, "status", gateway.StatusName(status))
	c.gate.shutNow()
}

// Resume lets a paused route go on, and tries texts again that were refused. The first part that is again refused for
// the same kind of reason pauses it again.
func (c *Client) Resume() {
	c.mu.Lock()
	on := c.paused.on
	c.paused.stop()
	c.paused = pause{}
	c.failures.Store(misconfiguredInARow - 1)
	c.mu.Unlock()
	c.unwanted.Forget()
	if on {
		c.regate()
		c.nudgeAll()
	}
}

// holding reports whether the sessions must not take parts.
func (c *Client) holding() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.paused.on
}

// slowed notes that the operator slowed a session down.
func (c *Client) slowed(s *session, status uint32, pause time.Duration) {
	c.log.Warn(evThrottled, "peer", s.peer, "status", gateway.StatusName(status), "pause", pause)
}

// misunderstood notes a part that the peer could not read.
func (c *Client) misunderstood(status uint32) {
	if !sparse(c.protocol.Add(1)) {
		return
	}
	c.log.Error(evProtocol, "status", gateway.StatusName(status))
}

// sparse reports whether the nth event of a kind is logged: the first, second, fourth, eighth … A peer must not be able
// to fill the disk.
func sparse(n uint64) bool { return n&(n-1) == 0 }

// bad counts a PDU that could not be read. Its octets may hold a number and a text, so only its head is logged.
func (c *Client) bad(x *gateway.Strange) {
	if !sparse(c.badPDUs.Add(1)) {
		return
	}
	c.log.Warn(evBadPDU, "peer", x.Peer, "command_id", x.Command, "sequence_number", x.Sequence, "length", x.Length,
		"why", x.Why)
}

// textRefused reacts to a part whose text the operator does not carry.
func (c *Client) textRefused(e *entry, status uint32, now time.Time) {
	if c.unwanted.Refused(e.text, status, now) {
		c.log.Error(evText, "status", gateway.StatusName(status))
	}
}
