package part

import (
	"encoding/binary"
	"time"

	"noroshi/app/fault"
)

// Kind says what an event of the log is. Do not reorder: the log stores these numbers.
type Kind uint8

// The closed set of kinds.
const (
	EvClaimRange Kind = iota + 1 // first tries of copies Copy..To of a page
	EvClaim
	EvTaken      // outcome 0 with the SMSC's id
	EvRefusedNow // with class, status and the next try
	EvRefusedFinal
	EvLost
	EvNotWritten
	EvResend
	EvGiveUp
	EvDeadline
	EvHaltPage // every part of a page that was not handed over
	EvReceipt
	EvReroute // a copy of which nothing was handed over goes to another route, with a split of its own
)

// Event is one line of a run's log; which fields are used depends on the kind.
type Event struct {
	Kind   Kind
	Copy   uint32
	To     uint32 // EvClaimRange: first copy after the range
	Part   uint8  // EvReroute: how many parts there are on the new route
	Route  uint8  // place in the run's table of routes; EvReroute: the new one
	Class  uint8  // gateway.Class of a refusal; EvReroute: a Why
	Status uint32
	Wait   uint32 // seconds until the next try
	State  State
	Text   string // SMSC id of EvTaken, err field of EvReceipt
}

// Why says why a copy left its route. Do not reorder: the log stores these numbers.
type Why uint8

// The closed set of reasons.
const (
	RouteDown   Why = iota // the route could not send for longer than its patience
	RefusedHere            // the route refused the copy for a reason of its own, so it is not tried there again
)

const batchVersion = 1

// Batch is what one commit appends to a run's log.
type Batch struct {
	At     time.Time
	Events []Event
}

// Encode returns the batch as the log keeps it.
func (b Batch) Encode() []byte {
	out := make([]byte, 9, 9+len(b.Events)*24)
	out[0] = batchVersion
	binary.BigEndian.PutUint64(out[1:], uint64(b.At.UnixMilli()))
	for _, e := range b.Events {
		out = append(out, byte(e.Kind))
		out = binary.AppendUvarint(out, uint64(e.Copy))
		switch e.Kind {
		case EvClaimRange:
			out = binary.AppendUvarint(out, uint64(e.To))
			continue
		case EvHaltPage:
			continue
		default:
		}
		out = append(out, e.Part)
		switch e.Kind {
		case EvTaken:
			out = appendText(append(out, e.Route), e.Text)
		case EvRefusedNow, EvRefusedFinal:
			out = append(out, e.Route, e.Class)
			out = binary.AppendUvarint(out, uint64(e.Status))
			out = binary.AppendUvarint(out, uint64(e.Wait))
		case EvReceipt:
			out = appendText(append(out, byte(e.State)), e.Text)
		case EvReroute:
			out = append(out, e.Route, e.Class)
		default:
		}
	}
	return out
}

func appendText(b []byte, s string) []byte {
	s = s[:min(len(s), 255)]
	return append(append(b, byte(len(s))), s...)
}

// DecodeBatch reads a batch and hands its events to fn one by one; the text is valid only during the call. Returns
// Internal (damaged_record) when it is none.
func DecodeBatch(b []byte, fn func(at time.Time, e Event)) error {
	if len(b) < 9 || b[0] != batchVersion {
		return errBad("unknown version of a log entry")
	}
	at := time.UnixMilli(int64(binary.BigEndian.Uint64(b[1:])))
	r := reader{b: b[9:]}
	for len(r.b) > 0 && !r.bad {
		e := r.event()
		if !r.bad {
			fn(at, e)
		}
	}
	if r.bad {
		return errBad("a log entry is cut short")
	}
	return nil
}

func errBad(why string) error {
	return fault.New(fault.Internal, "damaged_record", "A log of messages is damaged: "+why+". Restore a backup.")
}

// reader takes fields off a slice and remembers when it ran out.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) event() Event {
	e := Event{Kind: Kind(r.octet()), Copy: uint32(r.number())}
	switch e.Kind {
	case EvClaimRange:
		e.To = uint32(r.number())
	case EvHaltPage:
	case EvTaken:
		e.Part, e.Route, e.Text = r.octet(), r.octet(), r.text()
	case EvRefusedNow, EvRefusedFinal:
		e.Part, e.Route, e.Class = r.octet(), r.octet(), r.octet()
		e.Status, e.Wait = uint32(r.number()), uint32(r.number())
	case EvReceipt:
		e.Part, e.State, e.Text = r.octet(), State(r.octet()), r.text()
	case EvReroute:
		e.Part, e.Route, e.Class = r.octet(), r.octet(), r.octet()
	case EvClaim, EvLost, EvNotWritten, EvResend, EvGiveUp, EvDeadline:
		e.Part = r.octet()
	default:
		r.bad = true
	}
	return e
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
