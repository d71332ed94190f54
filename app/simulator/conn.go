package simulator

import (
	"crypto/tls"
	"net"

	"noroshi/app/simulator/wire"
)

// Limits of one connection.
const (
	readBuffer   = 64 << 10
	outRoom      = 256 << 10 // deliver_sm are held back above it
	outLimit     = 1 << 20   // nothing more is read above it
	bindBeats    = 10        // heartbeats until a connection must have bound
	writeBeats   = 10        // heartbeats until a write must have ended
	answerBeats  = 30        // heartbeats until a deliver_sm is sent again
	maxAttempts  = 200       // of a deliver_sm that the peer refuses for the moment
	silentRounds = 3         // enquire_link without any word until the connection is cut
)

// conn is one TCP connection: a goroutine that reads, one that writes, everything else under the mutex of the SMSC.
type conn struct {
	s  *SMSC
	id uint32
	nc net.Conn

	account             *account // nil until bound
	canSend, canReceive bool
	dead                bool // to be forgotten; nothing is written any more
	finish              bool // close as soon as out is written
	flushed             bool // the writer has ended
	submits             int  // accepted on this bind
	born, heard, wrote  uint32
	asked               int // enquire_link since anything was heard
	writing             bool
	kicked              bool

	out    []byte // filled under the mutex, taken by the writer
	spare  []byte
	kick   chan struct{}
	flight flight
}

func newConn(s *SMSC, id uint32, nc net.Conn) *conn {
	return &conn{
		s: s, id: id, nc: nc, born: s.beat, heard: s.beat, kick: make(chan struct{}, 1), flight: newFlight(s.o.Window, 0),
	}
}

// room reports whether another deliver_sm may go out here.
func (c *conn) room() bool {
	return c.canReceive && !c.dead && !c.finish && c.flight.open < c.flight.limit && len(c.out) < outRoom
}

// abort cuts the connection at once, as a crash does: what waits to be written is lost, the peer gets a reset.
func (c *conn) abort() {
	if c.dead {
		return
	}
	c.dead = true
	c.out = c.out[:0]
	nc := c.nc
	if t, ok := nc.(*tls.Conn); ok {
		nc = t.NetConn() // a farewell in TLS might wait for the peer
	}
	if tcp, ok := nc.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = nc.Close()
	c.wakeWriter()
	c.s.space.Broadcast()
}

func (c *conn) wakeWriter() {
	if !c.kicked {
		c.kicked = true
		select {
		case c.kick <- struct{}{}:
		default:
		}
	}
}

// read takes what comes, handles every whole PDU of it in one go, and ends with the connection.
func (c *conn) read() {
	defer c.leave()
	buf := make([]byte, 0, readBuffer+wire.MaxPDU)
	for c.mayRead() {
		n, err := c.nc.Read(buf[len(buf):min(cap(buf), len(buf)+readBuffer)])
		if n == 0 && err != nil {
			return
		}
		buf = buf[:len(buf)+n]
		rest, ok := c.handle(buf)
		if !ok {
			return
		}
		buf = buf[:copy(buf, rest)]
	}
}

// mayRead waits while the SMSC plays dead or the peer does not take what it is sent. It returns false when the
// connection is to end.
func (c *conn) mayRead() bool {
	s := c.s
	s.mu.Lock()
	defer s.mu.Unlock()
	for !c.dead && !s.closed && (s.pop.Network.Stalled || len(c.out) > outLimit) {
		s.space.Wait()
	}
	return !c.dead && !s.closed
}

// handle works off the whole PDUs of b and returns what is left. ok is false when the connection must end.
func (c *conn) handle(b []byte) (rest []byte, ok bool) {
	s := c.s
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = s.o.Now()
	c.heard, c.asked = s.beat, 0
	for {
		pdu, rest, ok := wire.Next(b)
		if !ok {
			s.stats.Malformed++
			c.out = wire.AppendBare(c.out, wire.GenericNack, wire.InvalidCommandLen, 0)
			c.finish = true
		}
		if pdu == nil || !ok || c.dead || c.finish {
			s.pump(c.account)
			c.wakeWriter()
			return rest, ok && !c.dead && !c.finish
		}
		b = rest
		if !s.pop.Network.Mute {
			c.dispatch(pdu)
		}
	}
}

func (c *conn) dispatch(pdu []byte) {
	h, body := wire.Split(pdu)
	switch h.Command {
	case wire.SubmitSM, wire.DataSM:
		c.submit(h, body)
	case wire.DeliverSMResp, wire.DataSMResp, wire.GenericNack:
		c.acknowledged(h)
	case wire.BindReceiver, wire.BindTransmitter, wire.BindTransceiver:
		c.bind(h, body)
	case wire.EnquireLink:
		c.out = wire.AppendBare(c.out, wire.EnquireLinkResp, wire.OK, h.Sequence)
	case wire.EnquireLinkResp:
	case wire.Unbind:
		c.out = wire.AppendBare(c.out, wire.UnbindResp, wire.OK, h.Sequence)
		c.finish = true
	case wire.UnbindResp:
		c.finish = true
	default:
		c.s.stats.Malformed++
		c.out = wire.AppendBare(c.out, wire.GenericNack, wire.InvalidCommand, h.Sequence)
	}
}

// bind lets a peer in or says why not; after a refusal the connection ends.
func (c *conn) bind(h wire.Header, body []byte) {
	s := c.s
	b, status := wire.ParseBind(body)
	switch password, known := s.o.Accounts[string(b.SystemID)]; {
	case status != wire.OK:
		s.stats.Malformed++
	case c.account != nil:
		c.out = wire.AppendBindResp(c.out, h.Command, wire.AlreadyBound, h.Sequence, "")
		return // SMPP 3.4 §4.1: the first bind stays
	case s.pop.Network.BindStatus != wire.OK:
		status = s.pop.Network.BindStatus
	case !known && (len(s.o.Accounts) > 0 || len(s.accounts) >= maxAccounts):
		status = wire.InvalidSystemID
	case known && password != string(b.Password):
		status = wire.InvalidPassword
	}
	c.out = wire.AppendBindResp(c.out, h.Command, status, h.Sequence, s.o.SystemID)
	if status != wire.OK {
		s.stats.BindRefused++
		c.finish = true
		return
	}
	s.stats.BindsEver++
	c.account = s.account(string(b.SystemID))
	c.canSend = h.Command != wire.BindReceiver
	if c.canReceive = h.Command != wire.BindTransmitter; c.canReceive {
		c.account.binds = append(c.account.binds, c)
	}
}

// maxAccounts bounds what strangers can make the SMSC remember when any system_id is welcome.
const maxAccounts = 1000

// write sends what gathers in out, as much as there is in one go.
func (c *conn) write() {
	s := c.s
	defer func() {
		_ = c.nc.Close()
		s.mu.Lock()
		c.flushed = true
		s.space.Broadcast()
		s.mu.Unlock()
	}()
	for range c.kick {
		for {
			s.mu.Lock()
			c.kicked = false
			done := c.dead || len(c.out) == 0 && c.finish
			if done || len(c.out) == 0 {
				s.mu.Unlock()
				if done {
					return
				}
				break
			}
			buf := c.out
			c.out, c.spare = c.spare[:0], nil
			c.writing, c.wrote = true, s.beat
			s.mu.Unlock()

			_, err := c.nc.Write(buf)

			s.mu.Lock()
			c.writing = false
			if cap(buf) <= 2*outLimit {
				c.spare = buf[:0]
			}
			s.pump(c.account)
			s.space.Broadcast()
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}
}

// leave forgets the connection; what it had not acknowledged goes to the next one.
func (c *conn) leave() {
	s := c.s
	s.mu.Lock()
	defer s.mu.Unlock()
	for c.finish && !c.dead && !c.flushed {
		s.space.Wait() // the heartbeat ends it when the peer does not take the rest
	}
	c.abort()
	c.canReceive = false
	delete(s.conns, c.id)
	c.wakeWriter()
	if a := c.account; a != nil {
		for i, b := range a.binds {
			if b == c {
				a.binds = append(a.binds[:i:i], a.binds[i+1:]...)
				break
			}
		}
		c.flight.older(^uint32(0), func(e event) { s.requeue(a, e) })
		s.pump(a)
	}
	s.space.Broadcast()
}

// look is called at each heartbeat: it ends what takes too long and asks whether a silent peer is still there.
func (c *conn) look(enquireBeats uint32) {
	s := c.s
	switch {
	case c.account == nil && s.beat-c.born > bindBeats, c.writing && s.beat-c.wrote > writeBeats:
		c.abort()
		return
	case s.pop.Network.Stalled || s.pop.Network.Mute || c.account == nil:
		return
	}
	if s.beat > answerBeats {
		c.flight.older(s.beat-answerBeats, func(e event) { s.requeue(c.account, e) })
	}
	if s.beat-c.heard < enquireBeats*uint32(c.asked+1) { //nolint:gosec // a handful
		return
	}
	if c.asked++; c.asked > silentRounds {
		c.abort()
		return
	}
	c.out = wire.AppendBare(c.out, wire.EnquireLink, wire.OK, c.flight.next())
	c.wakeWriter()
}
