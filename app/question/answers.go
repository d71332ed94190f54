package question

import (
	"encoding/binary"
	"time"

	"noroshi/app/fault"
	"noroshi/app/id"
)

// Flags say how an answer came about.
type Flags uint8

// The flags of an answer.
const (
	Inferred  Flags = 1 << iota // read with a mark
	Commented                   // words beside the code were kept
	Shared                      // given on a number that several people share
	ByTray                      // a person read it in the unread tray
	ByAdmin                     // entered on behalf of the person
	LateOne                     // came after the close; kept, counted only when an admin says so
	TakenBack                   // puts back what counted before a decision of a person
	NotAsked                    // by somebody who was not asked; kept, never counted
)

// Given is an answer of one person.
type Given struct {
	Person uint32 // place in the frozen audience
	Mask   Mask   // 0 takes the answer back
	Flags  Flags
	Reply  id.Reply // where its words are kept
}

// Current is a person's answer as it counts.
type Current struct {
	Mask  Mask
	Flags Flags
	Reply id.Reply
	At    time.Time
	Count int // answers given in all
}

const answersVersion = 1

func encodeAnswers(at time.Time, given []Given) []byte {
	b := make([]byte, 9, 9+len(given)*18)
	b[0] = answersVersion
	binary.BigEndian.PutUint64(b[1:], uint64(at.UnixMilli()))
	for _, g := range given {
		b = binary.BigEndian.AppendUint32(b, g.Person)
		b = binary.BigEndian.AppendUint32(b, uint32(g.Mask))
		b = append(b, byte(g.Flags))
		b = id.Append(b, g.Reply)
	}
	return b
}

const givenLen = 17

func decodeAnswers(b []byte, fn func(at time.Time, g Given)) error {
	if len(b) < 9 || b[0] != answersVersion || (len(b)-9)%givenLen != 0 {
		return fault.New(fault.Internal, "damaged_record", "A batch of answers is damaged.")
	}
	at := time.UnixMilli(int64(binary.BigEndian.Uint64(b[1:])))
	for b = b[9:]; len(b) > 0; b = b[givenLen:] {
		reply, _ := id.FromBytes[id.Reply](b[9:])
		fn(at, Given{
			Person: binary.BigEndian.Uint32(b), Mask: Mask(binary.BigEndian.Uint32(b[4:])), Flags: Flags(b[8]), Reply: reply,
		})
	}
	return nil
}

// Delta is a change of one person's answer, as the feed carries it (topic Answer).
type Delta struct {
	Broadcast  id.Broadcast
	At         time.Time
	Department uint16 // place in the audience's table of departments
	From, To   Mask
	WasFlags   Flags
	Flags      Flags
}

const deltaVersion = 1

func (d Delta) encode() []byte {
	b := append(make([]byte, 0, 29), deltaVersion)
	b = id.Append(b, d.Broadcast)
	b = binary.BigEndian.AppendUint64(b, uint64(d.At.UnixMilli()))
	b = binary.BigEndian.AppendUint16(b, d.Department)
	b = binary.BigEndian.AppendUint32(b, uint32(d.From))
	b = binary.BigEndian.AppendUint32(b, uint32(d.To))
	return append(b, byte(d.WasFlags), byte(d.Flags))
}

// DecodeDelta reads a change of topic Answer.
func DecodeDelta(b []byte) (Delta, error) {
	if len(b) != 29 || b[0] != deltaVersion {
		return Delta{}, fault.New(fault.Internal, "damaged_record", "A change of the feed is damaged.")
	}
	broadcast, _ := id.FromBytes[id.Broadcast](b[1:])
	return Delta{
		Broadcast: broadcast, At: time.UnixMilli(int64(binary.BigEndian.Uint64(b[9:]))),
		Department: binary.BigEndian.Uint16(b[17:]), From: Mask(binary.BigEndian.Uint32(b[19:])),
		To: Mask(binary.BigEndian.Uint32(b[23:])), WasFlags: Flags(b[27]), Flags: Flags(b[28]),
	}, nil
}
