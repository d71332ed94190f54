package simulator

import (
	"time"

	"noroshi/app/simulator/numbers"
	"noroshi/app/simulator/people"
	"noroshi/app/simulator/wire"
)

// earlyLead is how long a response waits when its receipt goes out first on another bind, so that it does come first.
const earlyLead = 30 // ticks

// submit takes a submit_sm or data_sm: checks it as a strict SMSC does, counts it, and answers.
func (c *conn) submit(h wire.Header, body []byte) {
	s, m := c.s, &c.s.msg
	s.stats.Attempts++
	status := wire.WrongBindState
	if c.canSend {
		if status = wire.ParseMessage(h.Command, body, m); status == wire.OK {
			status = s.admit(m)
		} else {
			s.stats.Malformed++
		}
	}
	if status != wire.OK {
		s.refuse(status)
		c.respond(h, status, 0, s.pop.Network.ResponseDelay.Min)
		return
	}
	c.take(h, m)
}

func (s *SMSC) refuse(status wire.Status) {
	if status == wire.Throttled {
		s.stats.Throttled++
		return
	}
	s.refused[status]++
}

// admit says with which status a message is refused: what no network would carry first, then what the population says.
func (s *SMSC) admit(m *wire.Message) wire.Status {
	addr, _ := numbers.CutPlus(m.Dest.Addr)
	if len(addr) == 0 {
		return wire.InvalidDestination
	}
	header := 0
	if m.ESMClass&wire.ESMUDHI != 0 {
		text, _, ok := wire.CutHeader(m.Text)
		if !ok {
			return wire.InvalidESMClass
		}
		header = len(m.Text) - len(text)
	}
	if !m.Payload && !wire.FitsOneMessage(s.o.Alphabet, m.DataCoding, m.Text, header) {
		return wire.InvalidLength
	}
	if s.throttles() {
		return wire.Throttled
	}
	if len(s.pop.Network.Rejections) > 0 {
		return wire.Status(s.pop.Rejects(s.o.Seed, people.KeyOf(addr), s.stats.Attempts))
	}
	return wire.OK
}

// throttles reports whether this attempt is too much.
func (s *SMSC) throttles() bool {
	t := &s.pop.Network.Throttle
	if t.Share == 0 && t.PerSecond == 0 {
		return false
	}
	now := s.clock.Elapsed()
	if len(t.Windows) > 0 {
		in := false
		for _, w := range t.Windows {
			in = in || w.Holds(now-s.setAt)
		}
		if !in {
			return false
		}
	}
	if second := int64(now / time.Second); second != s.second {
		s.second, s.inSecond = second, 0
	}
	s.inSecond++
	return t.PerSecond > 0 && s.inSecond > t.PerSecond || t.Share > 0 && s.pop.Throttles(s.o.Seed, s.stats.Attempts)
}

// take accepts a message: from here on it is counted, whatever becomes of the response.
func (c *conn) take(h wire.Header, m *wire.Message) {
	s := c.s
	text, part := m.Text, m.Part
	if m.ESMClass&wire.ESMUDHI != 0 {
		text, part, _ = wire.CutHeader(m.Text)
		if part.Total == 0 {
			part = m.Part
		}
	}
	row := s.book.Row(m.Dest)
	nth := s.book.Phones[row].Submits
	again := s.book.Count(row, text, part)
	p := &s.book.Phones[row]
	p.Sender, p.Account, p.Plus = s.book.Sender(m.Source), c.account.index, m.Dest.Addr[0] == '+'
	p.TON, p.NPI = m.Dest.TON, m.Dest.NPI
	s.stats.Accepted++
	if s.stats.FirstSubmit.IsZero() {
		s.stats.FirstSubmit = s.at
	}
	s.stats.LastSubmit = s.at

	f := s.pop.Fate(s.o.Seed, p.Key, nth)
	e := event{
		kind: evReport, id: s.nextID, row: row, sender: p.Sender, conn: c.id,
		submitted: uint32(s.at.Unix()),                                           //nolint:gosec // until 2106
		account:   p.Account, nth: uint16(nth), validity: s.validity(m.Validity), //nolint:gosec // the low half will do
		state: byte(f.State), err: f.Code, flags: fateFlags(&f, m.Registered),
	}
	s.nextID++
	s.screen(&e, m, text, part, again)
	if c.submits++; s.dropNow(c) {
		s.end(e, f, false)
		return
	}
	early := f.Early && e.flags&flagNever == 0 && !s.switchedOff(p)
	lead := int64(0)
	if early {
		lead = s.overtake(c, &e)
	}
	if !f.LostResponse {
		c.respond(h, wire.OK, e.id, f.ResponseDelay+time.Duration(lead)*time.Millisecond)
	}
	if !early {
		s.end(e, f, true)
	}
}

func fateFlags(f *people.Fate, registered byte) flags {
	var fl flags
	set := func(on bool, bit flags) {
		if on {
			fl |= bit
		}
	}
	set(f.Never || registered&3 == 0, flagNever)
	set(registered&3 == 2, flagFailuresOnly)
	set(f.Duplicate, flagDuplicate)
	set(f.OtherBind, flagOtherBind)
	set(f.Intermediate || registered&0x10 != 0, flagIntermediate)
	set(f.WrongState, flagWrongState)
	set(f.UnknownID, flagUnknownID)
	return fl
}

// dropNow cuts the bind when the population says so: the message in hand is accepted, its response lost.
func (s *SMSC) dropNow(c *conn) bool {
	n := &s.pop.Network
	if n.DropAfter == 0 || c.submits < n.DropAfter || n.DropTimes > 0 && s.drops >= n.DropTimes {
		return false
	}
	s.drops++
	s.stats.Drops++
	c.abort()
	return true
}

// end brings the message to its end: at once, or when its time has come.
func (s *SMSC) end(e event, f people.Fate, now bool) {
	if now && f.ResponseDelay == 0 && f.ReceiptDelay == 0 && !s.clock.Paused() {
		s.report(&e, nil)
		return
	}
	s.add(s.clock.Tick()+(f.ResponseDelay+f.ReceiptDelay).Milliseconds(), e)
}

// overtake ends the message before its response goes out. It returns how many ticks the response must wait for that.
func (s *SMSC) overtake(c *conn, e *event) int64 {
	to := c
	if e.flags&flagOtherBind != 0 || !c.canReceive {
		to = nil
		for _, b := range c.account.binds {
			if b != c && b.room() {
				to = b
			}
		}
	}
	if to != nil && to.flight.open >= len(to.flight.slots)/2 {
		to = nil
	}
	s.report(e, to)
	if to == c {
		return 0
	}
	s.pump(c.account)
	return earlyLead
}

// respond answers a submit, at once or after a delay. While time stands still it answers at once, because the peer's
// clock goes on.
func (c *conn) respond(h wire.Header, status wire.Status, id uint64, delay time.Duration) {
	s := c.s
	if delay <= 0 || s.clock.Paused() {
		c.appendResponse(h.Command, h.Sequence, status, id)
		return
	}
	e := event{kind: evRespond, id: id, row: h.Sequence, conn: c.id}
	e.submitted = uint32(status)
	if h.Command == wire.DataSM {
		e.flags = flagData
	}
	s.add(s.clock.Tick()+delay.Milliseconds(), e)
}

func (c *conn) appendResponse(cmd wire.Command, seq uint32, status wire.Status, id uint64) {
	s := c.s
	s.idBuf = s.pop.Receipts.IDs.Resp.Append(s.idBuf[:0], id)
	c.out = wire.AppendID(c.out, cmd.Response(), status, seq, s.idBuf)
}
