package message

import (
	"encoding/binary"
	"time"
)

// Kind says what an event of the log is. Do not reorder: the log stores these numbers.
type eventKind uint8

const (
	evClaimRange eventKind = iota + 1 // first tries of copies from..to of a page
	evClaimPart
	evTaken      // outcome 0 with the SMSC's id
	evRefusedNow // with class, status and the next try
	evRefusedFinal
	evLost
	evNotWritten
	evResend
	evGiveUp
	evDeadline
	evHaltPage // every part of a page that was not handed over
	evReceipt
)

// event is one line of a run's log; which fields are used depends on the kind.
type event struct {
	kind   eventKind
	copy   uint32
	to     uint32 // evClaimRange: first copy after the range
	part   uint8
	route  uint8 // place in the run's table of routes
	class  uint8 // gateway.Class of a refusal
	status uint32
	wait   uint32 // seconds until the next try
	state  PartState
	text   string // SMSC id of evTaken, err field of evReceipt
}

const batchVersion = 1

// batch is what one commit appends to a run's log.
type batch struct {
	at     time.Time
	events []event
}

func (b batch) encode() []byte {
	out := make([]byte, 9, 9+len(b.events)*24)
	out[0] = batchVersion
	binary.BigEndian.PutUint64(out[1:], uint64(b.at.UnixMilli()))
	for _, e := range b.events {
		out = append(out, byte(e.kind))
		out = binary.AppendUvarint(out, uint64(e.copy))
		switch e.kind {
		case evClaimRange:
			out = binary.AppendUvarint(out, uint64(e.to))
			continue
		case evHaltPage:
			continue
		default:
		}
		out = append(out, e.part)
		switch e.kind {
		case evTaken:
			out = appendText(append(out, e.route), e.text)
		case evRefusedNow, evRefusedFinal:
			out = append(out, e.route, e.class)
			out = binary.AppendUvarint(out, uint64(e.status))
			out = binary.AppendUvarint(out, uint64(e.wait))
		case evReceipt:
			out = appendText(append(out, byte(e.state)), e.text)
		default:
		}
	}
	return out
}

func appendText(b []byte, s string) []byte {
	s = s[:min(len(s), 255)]
	return append(append(b, byte(len(s))), s...)
}

// decodeBatch reads a batch and hands its events to fn one by one; text is valid only during the call.
func decodeBatch(b []byte, fn func(at time.Time, e event)) error {
	if len(b) < 9 || b[0] != batchVersion {
		return errBadPage("unknown version of a log entry")
	}
	at := time.UnixMilli(int64(binary.BigEndian.Uint64(b[1:])))
	r := reader{b: b[9:]}
	for len(r.b) > 0 && !r.bad {
		e := event{kind: eventKind(r.octet()), copy: uint32(r.number())}
		switch e.kind {
		case evClaimRange:
			e.to = uint32(r.number())
		case evHaltPage:
		case evTaken:
			e.part, e.route, e.text = r.octet(), r.octet(), r.text()
		case evRefusedNow, evRefusedFinal:
			e.part, e.route, e.class = r.octet(), r.octet(), r.octet()
			e.status, e.wait = uint32(r.number()), uint32(r.number())
		case evReceipt:
			e.part, e.state, e.text = r.octet(), PartState(r.octet()), r.text()
		case evClaimPart, evLost, evNotWritten, evResend, evGiveUp, evDeadline:
			e.part = r.octet()
		default:
			r.bad = true
		}
		if !r.bad {
			fn(at, e)
		}
	}
	if r.bad {
		return errBadPage("a log entry is cut short")
	}
	return nil
}

// reader takes fields off a slice and remembers when it ran out.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) octet() byte {
	if len(r.b) == 0 {
		r.bad = true
		return 0
	}
	v := r.b[0]
	r.b = r.b[1:]
	return v
}

func (r *reader) number() uint64 {
	v, w := binary.Uvarint(r.b)
	if w <= 0 {
		r.bad = true
		return 0
	}
	r.b = r.b[w:]
	return v
}

func (r *reader) text() string {
	n := int(r.octet())
	if n > len(r.b) {
		r.bad = true
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}
