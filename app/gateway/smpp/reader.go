package smpp

import (
	"bytes"
	"errors"
	"time"

	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp/inbox"
	"noroshi/app/gateway/smpp/wire"
)

// maxMessageID is the longest message_id we keep (SMPP 3.4 §4.4.2: 65 octets with its NUL).
const maxMessageID = 64

// inBatch is what one reading of the connection brought.
type inBatch struct {
	receipts []gateway.Receipt
	askers   []inbox.Asker
	answered bool // responses were queued, or slots of the window became free
}

// read is the session's reader. It returns when the connection ends or cannot be read on.
func (s *session) read() error {
	var now time.Time
	for fresh := true; ; {
		frame, err := s.in.Next()
		if errors.Is(err, wire.ErrFrame) {
			s.endBatch()
			s.farewell()
			return err
		}
		if err != nil {
			s.endBatch()
			return err
		}
		if fresh {
			now = s.c.now()
			s.mu.Lock()
			s.heard = now
			s.mu.Unlock()
		}
		if done := s.handle(frame, now); done {
			s.endBatch()
			return nil
		}
		if fresh = !s.in.More(); fresh {
			s.endBatch()
		}
	}
}

// endBatch hands over what was gathered before the reader waits for the peer.
func (s *session) endBatch() {
	if len(s.batch.receipts) > 0 {
		s.handOver()
	}
	if s.batch.answered {
		s.batch.answered = false
		s.nudge()
	}
}

// handle acts on one PDU. It returns true when the session is over.
func (s *session) handle(frame []byte, now time.Time) bool {
	h := wire.ParseHeader(frame)
	switch h.ID {
	case wire.SubmitSM | wire.Response, wire.GenericNack:
		s.response(frame, h, now)
	case wire.DeliverSM, wire.DataSM:
		s.deliver(frame, h, now)
	case wire.EnquireLink:
		s.reply(h.ID, wire.OK, h.Seq)
	case wire.Unbind:
		s.unboundByPeer(h)
	case wire.Unbind | wire.Response:
		return true
	case wire.EnquireLink | wire.Response: // that something was heard is noted already
	case wire.AlertNotification, wire.Outbind: // these have no response (SMPP 3.4 §4.12.1, §4.1.7.1)
	default:
		s.strange(frame, "the command_id is not served", now, inbox.Asker{})
		if h.ID&wire.Response == 0 {
			s.reply(wire.GenericNack, wire.InvalidCommand, h.Seq)
		}
	}
	return false
}

// strange counts a PDU that could not be read, and has it kept and its asker answered. It returns false when the asker
// is not going to be answered.
func (s *session) strange(frame []byte, why string, now time.Time, who inbox.Asker) bool {
	x := gateway.Strange{
		Route: s.c.route.Name, Peer: s.peer, Length: len(frame), Why: why, Octets: frame, Received: now,
	}
	if len(frame) >= wire.HeaderLen {
		h := wire.ParseHeader(frame)
		x.Command, x.Sequence = h.ID, h.Seq
	}
	s.c.bad(&x)
	return s.c.inbox.Strange(x, who)
}

// farewell ends a session whose stream has lost its frames, after telling the peer why (SMPP 3.4 §4.3.1).
func (s *session) farewell() {
	s.strange(s.in.Rest(), wire.ErrFrame.Error(), s.c.now(), inbox.Asker{})
	s.mu.Lock()
	if s.cause == nil {
		s.cause = &setback{reason: reasonFrame, err: wire.ErrFrame}
	}
	s.answers = wire.AppendAnswer(s.answers, wire.GenericNack, wire.InvalidCommandLen, 0)
	s.lastByte = true
	s.mu.Unlock()
	s.nudge()
	<-s.gone // the writer closes behind its last octet, or at its deadline
}

// reply queues a response that goes out when the reader next waits.
func (s *session) reply(request, status, seq uint32) {
	s.answer(request, status, seq)
	s.batch.answered = true
}

// unboundByPeer answers unbind and closes as soon as the answer is written.
func (s *session) unboundByPeer(h wire.Header) {
	s.mu.Lock()
	s.retireLocked(&setback{reason: reasonUnbound}, s.c.now())
	s.answers = wire.AppendAnswer(s.answers, h.ID, wire.OK, h.Seq)
	s.lastByte = true
	s.mu.Unlock()
	s.nudge()
}

// response matches a submit_sm_resp or generic_nack to its part. A number that is not in the window is an answer that
// came too late or twice, or to a request outside the window.
func (s *session) response(frame []byte, h wire.Header, now time.Time) {
	if h.ID == wire.GenericNack && h.Status == wire.OK {
		h.Status = wire.UnknownError // a nack is a refusal whatever it says
	}
	class := gateway.Accepted
	if h.Status != wire.OK {
		class = s.c.statuses.Class(h.Status)
	}
	s.mu.Lock()
	e, ok := s.win.take(h.Seq)
	if ok {
		s.delays.Add(now.Sub(e.sent))
	}
	if ok && class == gateway.Accepted {
		s.good, s.misread = true, 0
		s.meter.Add(now)
		s.pace.Succeeded(e.sent)
	}
	s.mu.Unlock()
	if !ok {
		s.c.strays.Add(1)
		return
	}
	s.batch.answered = true
	o := gateway.Outcome{Class: class, Status: h.Status, At: now}
	if class == gateway.Accepted {
		o.MessageID = messageID(frame)
		s.c.accepted(e)
	} else {
		o.Class = s.refused(e, class, h.Status, now)
	}
	e.job.done(int(e.part), o)
}

// refused lets session and route react to a refusal, and returns the class to report.
func (s *session) refused(e entry, class gateway.Class, status uint32, now time.Time) gateway.Class {
	s.c.refusals.Add(1)
	s.c.last.Store(&lastRefusal{status: status, at: now})
	switch class {
	case gateway.Throttled:
		// A full queue may be that of one recipient: then slowing down does not help, and holds everybody else up.
		if status == wire.QueueFull && s.c.crowd.Full(e.to) {
			return gateway.Retry
		}
		s.mu.Lock()
		s.throttle = status
		slower := s.pace.Refused(now, e.sent, s.measured(now))
		pause := s.pace.Pause()
		s.mu.Unlock()
		if slower {
			s.c.slowed(s, status, pause)
		}
	case gateway.RouteConfig:
		s.c.misconfigured(status)
	case gateway.BindRetry, gateway.BindFatal:
		s.retire(&setback{reason: reasonStatus, status: status})
	case gateway.MessagePermanent:
		s.c.textRefused(&e, status, now)
	case gateway.Protocol:
		s.c.misunderstood(status)
		s.mu.Lock()
		if s.misread++; s.misread >= several {
			s.retireLocked(&setback{reason: reasonStatus, status: status}, now)
		}
		s.mu.Unlock()
	case gateway.Accepted, gateway.Retry, gateway.RecipientPermanent, gateway.Uncertain, gateway.NotSent:
	}
	return class
}

// messageID returns the message_id of a submit_sm_resp; some peers leave out its NUL.
func messageID(frame []byte) string {
	id, _, _ := bytes.Cut(frame[wire.HeaderLen:], []byte{0})
	return string(id[:min(len(id), maxMessageID)])
}

// deliver takes in a deliver_sm or data_sm of the peer. It is answered after the Sink has it. What cannot be read is
// kept as it came, and answered all the same: the peer would send it again for ever.
func (s *session) deliver(frame []byte, h wire.Header, now time.Time) {
	who := inbox.Asker{Session: s, Cmd: h.ID, Seq: h.Seq}
	d, err := wire.ParseDeliver(frame)
	if err != nil {
		if !s.strange(frame, err.Error(), now, who) {
			s.reply(h.ID, wire.OK, h.Seq)
		}
		return
	}
	in := s.c.reader.Read(&d, h.Seq, now)
	if in.Flaw != "" {
		waits := who
		if in.Receipt != nil || in.Text != nil { // it is answered when these are stored
			waits = inbox.Asker{}
		}
		if s.strange(frame, in.Flaw, now, waits) && waits.Session != nil {
			return
		}
	}
	switch {
	case in.Receipt != nil:
		s.c.receipts.Add(1)
		s.batch.receipts = append(s.batch.receipts, *in.Receipt)
		s.batch.askers = append(s.batch.askers, who)
		if len(s.batch.receipts) == inbox.MaxReceipts {
			s.handOver()
		}
	case in.Text != nil:
		s.c.texts.Add(1)
		if !s.c.inbox.Text(*in.Text, who) {
			s.reply(h.ID, wire.TryLater, h.Seq)
		}
	default:
		s.reply(h.ID, wire.OK, h.Seq)
	}
}

// handOver gives the gathered receipts to the inbox, which answers them.
func (s *session) handOver() {
	if !s.c.inbox.Receipts(s.batch.receipts, s.batch.askers) {
		for _, a := range s.batch.askers {
			s.reply(a.Cmd, wire.TryLater, a.Seq)
		}
	}
	s.batch.receipts = s.batch.receipts[:0]
	s.batch.askers = s.batch.askers[:0]
}

// Answer implements inbox.Session: it queues the responses in one go, and has them written.
func (s *session) Answer(asked []inbox.Asker, status uint32) {
	s.mu.Lock()
	for _, a := range asked {
		s.answers = wire.AppendAnswer(s.answers, a.Cmd, status, a.Seq)
	}
	tooMany := len(s.answers) > maxAnswers
	s.mu.Unlock()
	if tooMany {
		s.fail(&setback{reason: reasonStalled})
	}
	s.nudge()
}
