package smpp

import (
	"bytes"
	"time"

	"noroshi/app/gateway"
)

// maxMessageID is the longest message_id we keep (SMPP 3.4 §4.4.2: 65 octets with its NUL).
const maxMessageID = 64

// inBatch is what one reading of the connection brought.
type inBatch struct {
	receipts []gateway.Receipt
	askers   []asker
	answered bool // responses were queued, or slots of the window became free
}

// read is the session's reader. It returns when the connection ends or cannot be read on.
func (s *session) read() error {
	var now time.Time
	for fresh := true; ; {
		frame, err := s.in.next()
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
		if fresh = !s.in.more(); fresh {
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
	h := parseHeader(frame)
	switch h.id {
	case cmdSubmitSM | cmdResponse, cmdGenericNack:
		s.response(frame, h, now)
	case cmdDeliverSM, cmdDataSM:
		s.deliver(frame, h, now)
	case cmdEnquireLink:
		s.reply(h.id, statusOK, h.seq)
	case cmdUnbind:
		s.unboundByPeer(h)
	case cmdUnbind | cmdResponse:
		return true
	case cmdAlert, cmdOutbind: // these have no response (SMPP 3.4 §4.12.1, §4.1.7.1)
	default:
		if h.id&cmdResponse == 0 {
			s.c.bad(s, h, "command_id is not served")
			s.reply(cmdGenericNack, statusInvCmdID, h.seq)
		}
	}
	return false
}

// reply queues a response that goes out when the reader next waits.
func (s *session) reply(request, status, seq uint32) {
	s.answer(request, status, seq)
	s.batch.answered = true
}

// unboundByPeer answers unbind and closes as soon as the answer is written.
func (s *session) unboundByPeer(h header) {
	s.mu.Lock()
	s.retireLocked(&setback{reason: reasonUnbound}, s.c.now())
	s.answers = appendAnswer(s.answers, h.id, statusOK, h.seq)
	s.lastByte = true
	s.mu.Unlock()
	s.nudge()
}

// response matches a submit_sm_resp or generic_nack to its part. A number that is not in the window is an answer that
// came too late or twice, or to a request outside the window.
func (s *session) response(frame []byte, h header, now time.Time) {
	if h.id == cmdGenericNack && h.status == statusOK {
		h.status = statusUnknownErr // a nack is a refusal whatever it says
	}
	class := gateway.Accepted
	if h.status != statusOK {
		class = s.c.statuses.Class(h.status)
	}
	s.mu.Lock()
	e, ok := s.win.take(h.seq)
	if ok {
		s.delays.add(now.Sub(e.sent))
	}
	if ok && class == gateway.Accepted {
		s.good = true
		s.meter.add(now)
	}
	s.mu.Unlock()
	if !ok {
		return
	}
	s.batch.answered = true
	o := gateway.Outcome{Class: class, Status: h.status, At: now}
	if class == gateway.Accepted {
		o.MessageID = messageID(frame)
		s.c.accepted(e)
	} else {
		o.Class = s.refused(e, class, h.status, now)
	}
	e.job.done(int(e.part), o)
}

// refused lets session and route react to a refusal, and returns the class to report.
func (s *session) refused(e entry, class gateway.Class, status uint32, now time.Time) gateway.Class {
	s.c.refusals.Add(1)
	switch class {
	case gateway.Throttled:
		// A full queue may be that of one recipient: then slowing down does not help, and holds everybody else up.
		if status == statusQueueFull && s.c.crowded(e.to) {
			return gateway.Retry
		}
		s.mu.Lock()
		slower := s.pace.refused(now, e.sent, s.meter.rate(now))
		pause := s.pace.pause
		s.mu.Unlock()
		if slower {
			s.c.slowed(s, status, pause)
		}
	case gateway.RouteConfig:
		s.c.misconfigured(status)
	case gateway.BindRetry, gateway.BindFatal:
		s.retire(&setback{reason: reasonStatus, status: status})
	case gateway.Protocol:
		s.c.misunderstood(status)
	case gateway.Accepted, gateway.Retry, gateway.RecipientPermanent, gateway.MessagePermanent, gateway.Uncertain,
		gateway.NotSent:
	}
	return class
}

// messageID returns the message_id of a submit_sm_resp; some peers leave out its NUL.
func messageID(frame []byte) string {
	id, _, _ := bytes.Cut(frame[headerLen:], []byte{0})
	return string(id[:min(len(id), maxMessageID)])
}

// deliver takes in a deliver_sm or data_sm of the peer. It is answered after the Sink has it.
func (s *session) deliver(frame []byte, h header, now time.Time) {
	d, err := parseDeliver(frame)
	if err != nil {
		// The peer would send it again for ever if it were refused, so it is counted and answered.
		s.c.bad(s, h, err.Error())
		s.reply(h.id, statusOK, h.seq)
		return
	}
	if d.badHeader {
		s.c.bad(s, h, "the user data header cannot be read")
	}
	in := s.c.read(s, &d, h, now)
	who := asker{s: s, cmd: h.id, seq: h.seq}
	switch in.kind {
	case inReceipt:
		s.batch.receipts = append(s.batch.receipts, in.receipt)
		s.batch.askers = append(s.batch.askers, who)
		if len(s.batch.receipts) == maxReceipts {
			s.handOver()
		}
	case inText:
		if !s.c.inbox.text(in.text, who) {
			s.reply(h.id, statusTryLater, h.seq)
		}
	case inNothing:
		s.reply(h.id, statusOK, h.seq)
	}
}

// handOver gives the gathered receipts to the inbox, which answers them.
func (s *session) handOver() {
	if !s.c.inbox.receipts(s.batch.receipts, s.batch.askers) {
		for _, a := range s.batch.askers {
			s.reply(a.cmd, statusTryLater, a.seq)
		}
	}
	s.batch.receipts = s.batch.receipts[:0]
	s.batch.askers = s.batch.askers[:0]
}
