package message

import (
	"encoding/binary"
	"time"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/message/part"
)

// Standing is how well a person was reached, by the best of the copies that serve them: the one of a closed set that
// the tally counts. Do not reorder: changes in the feed hold these numbers.
type Standing uint8

// The closed set. The groups of the tally are in Group.
const (
	NoStanding Standing = iota // not in the audience, or not yet
	Waiting
	Sending
	StandAccepted
	StandDelivered
	StandUnknown
	FailedUndeliverable
	FailedExpired
	FailedRejected
	FailedInvalidNumber
	FailedPartly
	FailedStopped
	UnreachableNoPhone
	UnreachableNotMobile
	UnreachableInvalid
	UnreachableOptedOut
	UnreachableNoRoute
	NumStandings
)

var standingReasons = [NumStandings]string{
	FailedUndeliverable: "undeliverable", FailedExpired: "expired", FailedRejected: "rejected",
	FailedInvalidNumber: "invalid_number", FailedPartly: "partially_delivered", FailedStopped: "stopped",
	UnreachableNoPhone: "no_phone", UnreachableNotMobile: "not_mobile", UnreachableInvalid: "invalid_phone",
	UnreachableOptedOut: "opted_out", UnreachableNoRoute: "no_route", StandUnknown: "unknown_outcome",
}

// Group returns the word of the tally's group.
func (s Standing) Group() string {
	switch {
	case s == Waiting:
		return "waiting"
	case s == Sending:
		return "sending"
	case s == StandAccepted:
		return "accepted"
	case s == StandDelivered:
		return "delivered"
	case s == StandUnknown:
		return "unknown"
	case s >= FailedUndeliverable && s <= FailedStopped:
		return "failed"
	case s >= UnreachableNoPhone && s < NumStandings:
		return "unreachable"
	}
	return ""
}

// Reason returns the stable code of why a person was not reached; empty for others.
func (s Standing) Reason() string {
	if s < NumStandings {
		return standingReasons[s]
	}
	return ""
}

// rank orders standings for "best message wins".
func (s Standing) rank() int {
	switch {
	case s == StandDelivered:
		return 6
	case s == StandAccepted:
		return 5
	case s == Sending:
		return 4
	case s == Waiting:
		return 3
	case s == StandUnknown:
		return 2
	case s == NoStanding:
		return 0
	}
	return 1
}

// standingOf returns what a message in this state means for the people it serves; worst is the part that failed.
func standingOf(s State, worst part.Part) Standing {
	switch s {
	case Queued:
		return Waiting
	case Submitting, RetryWait, SubmitUncertain:
		return Sending
	case Accepted, Enroute:
		return StandAccepted
	case Delivered:
		return StandDelivered
	case Unknown:
		return StandUnknown
	case PartiallyDelivered:
		return FailedPartly
	case Undeliverable, Expired, Deleted, Rejected:
	}
	switch {
	case worst.Has(part.Halted):
		return FailedStopped
	case worst.Has(part.BadNumber):
		return FailedInvalidNumber
	case worst.State() == Expired:
		return FailedExpired
	case worst.State() == Rejected:
		return FailedRejected
	}
	return FailedUndeliverable
}

// Delta is a change of counts, in people and parts, as the feed carries it (topic Message).
type Delta struct {
	Broadcast id.Broadcast
	At        time.Time
	Moves     []Move
	Parts     int64 // parts to hand over, added
	Sent      int64 // parts taken by the operator, added
	Uncertain int64 // people who may have got the text twice, added
}

// Move says that n people changed their standing.
type Move struct {
	From, To Standing
	N        uint32
}

const deltaVersion = 1

func (d Delta) encode() []byte {
	b := append(make([]byte, 0, 32+len(d.Moves)*5), deltaVersion)
	b = id.Append(b, d.Broadcast)
	b = binary.BigEndian.AppendUint64(b, uint64(d.At.UnixMilli()))
	b = binary.AppendVarint(b, d.Parts)
	b = binary.AppendVarint(b, d.Sent)
	b = binary.AppendVarint(b, d.Uncertain)
	for _, m := range d.Moves {
		b = binary.AppendUvarint(append(b, byte(m.From), byte(m.To)), uint64(m.N))
	}
	return b
}

// DecodeDelta reads a change of topic Message.
func DecodeDelta(b []byte) (Delta, error) {
	bad := fault.New(fault.Internal, "damaged_record", "A change of the feed is damaged.")
	if len(b) < 17 || b[0] != deltaVersion {
		return Delta{}, bad
	}
	broadcast, _ := id.FromBytes[id.Broadcast](b[1:])
	d := Delta{Broadcast: broadcast, At: time.UnixMilli(int64(binary.BigEndian.Uint64(b[9:])))}
	b = b[17:]
	for _, field := range []*int64{&d.Parts, &d.Sent, &d.Uncertain} {
		v, w := binary.Varint(b)
		if w <= 0 {
			return Delta{}, bad
		}
		*field, b = v, b[w:]
	}
	for len(b) > 0 {
		if len(b) < 3 || b[0] >= byte(NumStandings) || b[1] >= byte(NumStandings) {
			return Delta{}, bad
		}
		n, w := binary.Uvarint(b[2:])
		if w <= 0 {
			return Delta{}, bad
		}
		d.Moves = append(d.Moves, Move{From: Standing(b[0]), To: Standing(b[1]), N: uint32(n)})
		b = b[2+w:]
	}
	return d, nil
}

// ledgerDelta gathers the moves of one commit; a pair of standings is one cell.
type ledgerDelta struct {
	moves                  [NumStandings][NumStandings]int32
	touched                bool
	parts, sent, uncertain int64
	before                 []Standing // of the people of the copy at hand
}

func (l *ledgerDelta) move(from, to Standing, n int32) {
	if from != to {
		l.moves[from][to] += n
		l.touched = true
	}
}

func (l *ledgerDelta) delta(b id.Broadcast, at time.Time) (Delta, bool) {
	d := Delta{Broadcast: b, At: at, Parts: l.parts, Sent: l.sent, Uncertain: l.uncertain}
	if l.touched {
		for from := range l.moves {
			for to, n := range l.moves[from] {
				if n > 0 {
					d.Moves = append(d.Moves, Move{From: Standing(from), To: Standing(to), N: uint32(n)})
				}
			}
		}
	}
	return d, len(d.Moves) > 0 || d.Parts != 0 || d.Sent != 0 || d.Uncertain != 0
}
