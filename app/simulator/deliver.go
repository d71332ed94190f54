package simulator

import (
	"noroshi/app/simulator/people"
	"noroshi/app/simulator/wire"
)

// report ends a message: the phone has it or never will, people think about an answer, and a receipt is queued, or goes
// straight to direct when the caller is in a hurry.
func (s *SMSC) report(e *event, direct *conn) {
	p := &s.book.Phones[e.row]
	switch people.State(e.state) {
	case people.Delivered:
		if s.switchedOff(p) {
			s.hold(*e)
			return
		}
		s.stats.Delivered++
		s.think(p, e)
	case people.Expired:
		s.stats.Expired++
	default:
		s.stats.Failed++
	}
	s.handsets.ended(e.row, e.id, e.state, s.at)
	delivered := people.State(e.state) == people.Delivered
	if e.flags&flagNever != 0 || delivered && e.flags&flagFailuresOnly != 0 {
		s.stats.Unreported++
		return
	}
	s.tell(e, direct)
}

// tell queues the receipts of an ended message, and the lies that go with them.
func (s *SMSC) tell(e *event, direct *conn) {
	r := *e
	r.kind, r.menu = evReceipt, 0
	if r.flags&flagWrongState != 0 {
		s.stats.Lies++
		if people.State(r.state) == people.Delivered {
			r.state, r.err = byte(people.Undeliverable), 1
		} else {
			r.state, r.err = byte(people.Delivered), 0
		}
	}
	a := s.accounts[r.account]
	if r.flags&flagIntermediate != 0 {
		n := r
		n.flags |= flagNotify
		n.state, n.err = byte(people.Enroute), 0
		s.give(a, n, direct)
	}
	s.give(a, r, direct)
	if r.flags&(flagDuplicate|flagUnknownID) == 0 {
		return
	}
	due := s.clock.Tick() + 1 + int64(r.id%500) //nolint:gosec // below 500
	if r.flags&flagDuplicate != 0 {
		s.add(due, r)
	}
	if r.flags&flagUnknownID != 0 {
		r.id += 1 << 46 // beyond every id that is ever given
		s.add(due, r)
	}
}

func (s *SMSC) give(a *account, e event, direct *conn) {
	if direct != nil && !direct.dead {
		direct.deliver(&e)
		return
	}
	a.queue.Push(e)
}

// pump sends what an account has waiting, as far as its binds have room.
func (s *SMSC) pump(a *account) {
	if a == nil || s.pop.Network.Mute {
		return
	}
	for a.queue.Len() > 0 {
		e := a.queue.Front()
		c := a.choose(e)
		if c == nil {
			return
		}
		c.deliver(e)
		a.queue.Pop()
	}
}

// choose returns the bind for a deliver_sm: the one of the submit if it has room and nothing is said against it, else
// the one with the fewest unanswered. nil when all are full.
func (a *account) choose(e *event) *conn {
	var home, other *conn
	for _, c := range a.binds {
		switch {
		case !c.room():
		case c.id == e.conn:
			home = c
		case other == nil || c.flight.open < other.flight.open:
			other = c
		}
	}
	if home == nil || e.flags&flagOtherBind != 0 && other != nil {
		return other
	}
	return home
}

// deliver writes a deliver_sm for an event and keeps it until it is acknowledged.
func (c *conn) deliver(e *event) {
	s := c.s
	if e.kind == evMO && s.answers[e.id] == nil {
		return // forgotten by Reset
	}
	seq := c.flight.put(*e, s.beat)
	if n := s.sentOf(e); e.attempts == 0 {
		n.Sent++
	} else {
		n.Again++
	}
	m := &s.out
	*m = wire.Message{}
	p, to := &s.book.Phones[e.row], &s.book.Senders[e.sender]
	s.addrBuf = append(s.addrBuf[:0], to.Addr...)
	cut := len(s.addrBuf)
	if p.Plus {
		s.addrBuf = append(s.addrBuf, '+')
	}
	s.addrBuf = s.book.AppendNumber(s.addrBuf, p.Number)
	m.Source = wire.Address{TON: p.TON, NPI: p.NPI, Addr: s.addrBuf[cut:]}
	m.Dest = wire.Address{TON: to.TON, NPI: to.NPI, Addr: s.addrBuf[:cut:cut]}
	if e.kind == evMO {
		w := &s.answers[e.id].wire
		m.ESMClass, m.DataCoding, m.Text, m.Payload, m.Part = w.ESMClass, w.DataCoding, w.Text, w.Payload, w.Part
	} else {
		s.fillReceipt(m, e)
	}
	c.out = wire.AppendMessage(c.out, wire.DeliverSM, seq, m)
	c.wakeWriter()
}

func (s *SMSC) sentOf(e *event) *Sent {
	switch {
	case e.kind == evMO:
		return &s.stats.Answers
	case e.flags&flagNotify != 0:
		return &s.stats.Intermediate
	}
	return &s.stats.Receipts
}

// acknowledged takes the response to a deliver_sm, or a generic_nack of it.
func (c *conn) acknowledged(h wire.Header) {
	e, ok := c.flight.take(h.Sequence)
	if !ok {
		return
	}
	s := c.s
	n := s.sentOf(&e)
	switch h.Status {
	case wire.OK:
		n.Acknowledged++
		s.stats.LastAcknowledged = s.at
		if e.kind == evMO {
			s.answered(e.id, true)
		}
	case wire.TryLater, wire.QueueFull, wire.Throttled, wire.SystemError:
		if e.attempts < maxAttempts {
			e.attempts++
			if e.kind == evMO {
				e.flags |= flagWasAnswer
			}
			e.kind = evRedeliver
			s.add(s.clock.Tick()+min(1000*int64(e.attempts), 30_000), e)
			return
		}
		fallthrough
	default:
		n.Refused++
		if e.kind == evMO {
			s.answered(e.id, false)
		}
	}
}

// requeue puts a deliver_sm nobody acknowledged before all others.
func (s *SMSC) requeue(a *account, e event) {
	if e.attempts < 255 {
		e.attempts++
	}
	a.queue.Unshift(e)
}

// fillReceipt writes a receipt or notification (SMPP 3.4 appendix B).
func (s *SMSC) fillReceipt(m *wire.Message, e *event) {
	r := &s.pop.Receipts
	m.ESMClass = wire.ESMReceipt
	if e.flags&flagNotify != 0 {
		m.ESMClass = wire.ESMIntermediate
	}
	inText, inTLV := r.IDs.Text, r.IDs.TLV
	if inText == "" {
		inText = r.IDs.Resp
	}
	if inTLV == "" {
		inTLV = r.IDs.Resp
	}
	if r.Form != people.TLVsOnly {
		s.textBuf = s.appendReceiptText(s.textBuf[:0], inText, e)
		m.Text = s.textBuf
	}
	if r.Form != people.TextOnly {
		s.idBuf = inTLV.Append(s.idBuf[:0], e.id)
		m.MessageID, m.State = s.idBuf, e.state
		if e.err != 0 {
			s.idBuf = append(s.idBuf, 3, byte(e.err>>8), byte(e.err)) //nolint:gosec // two halves; 3 is GSM
			cut := len(s.idBuf) - 3
			m.MessageID, m.NetworkError = s.idBuf[:cut:cut], s.idBuf[cut:]
		}
	}
}

func (s *SMSC) appendReceiptText(b []byte, n people.Notation, e *event) []byte {
	b = append(b, "id:"...)
	b = n.Append(b, e.id)
	b = append(b, " sub:001 dlvrd:00"...)
	word, delivered := people.State(e.state).Word()
	b = append(b, '0'+delivered)
	b = append(b, " submit date:"...)
	b = s.dates[0].Append(b, int64(e.submitted))
	b = append(b, " done date:"...)
	b = s.dates[1].Append(b, s.at.Unix())
	b = append(b, " stat:"...)
	b = append(b, word...)
	b = append(b, " err:"...)
	b = append(b, '0'+byte(e.err/100%10), '0'+byte(e.err/10%10), '0'+byte(e.err%10))
	return append(b, " text:"...)
}
