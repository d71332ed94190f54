package message

import (
	"encoding/binary"
	"fmt"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/phone"
)

// PageSize is the number of copies in a page; all pages of a run are full but the last.
const PageSize = 256

// Channel is how a copy travels. Do not reorder: keys hold these numbers.
type Channel uint8

// The channels.
const (
	SMS Channel = iota
	Email
)

// Run names a row of copies: one channel of one round of a broadcast. Round 0 is the first sending.
type Run struct {
	Broadcast id.Broadcast
	Round     uint8
	Channel   Channel
}

func (r Run) key() []byte {
	return append(id.Append(nil, r.Broadcast), r.Round, byte(r.Channel))
}

const runLen = 10

func runFrom(b []byte) (Run, bool) {
	if len(b) < runLen {
		return Run{}, false
	}
	broadcast, _ := id.FromBytes[id.Broadcast](b)
	return Run{Broadcast: broadcast, Round: b[8], Channel: Channel(b[9])}, true
}

// Copy is one addressed copy, as it is frozen when the broadcast expands.
type Copy struct {
	Number phone.Number
	People []uint32 // places in the frozen audience, at least one; several share the number
	Text   uint8    // which of the broadcast's texts
	Parts  uint8    // parts of the first attempt, at least 1
	Route  uint8    // place in the run's table of routes
	Vars   []string // values of the run's variables, in their order
}

// NoRoute is the place of the route of a copy whose number no route serves. Such a copy is refused when its turn comes.
const NoRoute = 0xff

const (
	pageVersion = 1
	pageHeader  = 4 // version, count-1, two spare octets
	slotLen     = 20
)

// encodePage packs up to 256 copies: fixed slots first, so that a number is found without reading the rest.
func encodePage(copies []Copy) []byte {
	size := pageHeader + len(copies)*slotLen
	b := make([]byte, size, size+len(copies)*32)
	b[0], b[1] = pageVersion, byte(len(copies)-1)
	for i, c := range copies {
		s := b[pageHeader+i*slotLen:]
		binary.BigEndian.PutUint64(s, uint64(c.Number))
		binary.BigEndian.PutUint32(s[8:], c.People[0])
		s[12], s[13], s[14] = c.Text, c.Parts, c.Route
		binary.BigEndian.PutUint32(s[16:], uint32(len(b)))
		b = binary.AppendUvarint(b, uint64(len(c.People)-1))
		for _, p := range c.People[1:] {
			b = binary.AppendUvarint(b, uint64(p))
		}
		for _, v := range c.Vars {
			b = binary.AppendUvarint(b, uint64(len(v)))
			b = append(b, v...)
		}
	}
	return b
}

// page reads an encoded page in place.
type page []byte

func errBadPage(why string) error {
	return fault.New(fault.Internal, "damaged_record", "A page of messages is damaged: "+why+". Restore a backup.")
}

func parsePage(b []byte) (page, error) {
	if len(b) < pageHeader || b[0] != pageVersion {
		return nil, errBadPage("unknown version")
	}
	if len(b) < pageHeader+(int(b[1])+1)*slotLen {
		return nil, errBadPage("cut short")
	}
	return page(b), nil
}

func (p page) count() int { return int(p[1]) + 1 }

func (p page) slot(i int) []byte { return p[pageHeader+i*slotLen:] }

func (p page) number(i int) phone.Number { return phone.Number(binary.BigEndian.Uint64(p.slot(i))) }

func (p page) person(i int) uint32 { return binary.BigEndian.Uint32(p.slot(i)[8:]) }

func (p page) text(i int) uint8 { return p.slot(i)[12] }

func (p page) parts(i int) uint8 { return p.slot(i)[13] }

func (p page) route(i int) uint8 { return p.slot(i)[14] }

// tail returns the variable part of a slot after the people, and the further people.
func (p page) tail(i int) (more []uint32, rest []byte, err error) {
	off := int(binary.BigEndian.Uint32(p.slot(i)[16:]))
	if off > len(p) {
		return nil, nil, errBadPage("bad offset")
	}
	rest = p[off:]
	n, w := binary.Uvarint(rest)
	if w <= 0 || n > 1<<20 {
		return nil, nil, errBadPage("bad list of people")
	}
	rest = rest[w:]
	for range n {
		v, w := binary.Uvarint(rest)
		if w <= 0 {
			return nil, nil, errBadPage("bad list of people")
		}
		more, rest = append(more, uint32(v)), rest[w:]
	}
	return more, rest, nil
}

// vars appends the values of n variables of slot i to into.
func (p page) vars(i, n int, into []string) ([]string, error) {
	_, rest, err := p.tail(i)
	if err != nil {
		return nil, err
	}
	for range n {
		l, w := binary.Uvarint(rest)
		if w <= 0 || l > uint64(len(rest)-w) {
			return nil, errBadPage("bad value")
		}
		into = append(into, string(rest[w:w+int(l)]))
		rest = rest[w+int(l):]
	}
	return into, nil
}

// copyAt returns slot i as a Copy with n variables.
func (p page) copyAt(i, n int) (Copy, error) {
	more, _, err := p.tail(i)
	if err != nil {
		return Copy{}, err
	}
	vars, err := p.vars(i, n, nil)
	if err != nil {
		return Copy{}, err
	}
	return Copy{
		Number: p.number(i), People: append([]uint32{p.person(i)}, more...), Text: p.text(i), Parts: p.parts(i),
		Route: p.route(i), Vars: vars,
	}, nil
}

// Ref names one part of one copy.
type Ref struct {
	Run  Run
	Copy uint32 // place in the run: page*256 + slot
	Part uint8
}

// Page returns the number of the page the copy lies in.
func (r Ref) Page() uint32 { return r.Copy / PageSize }

// String is for test failures.
func (r Ref) String() string {
	return fmt.Sprintf("%v/%d/%d:%d.%d", r.Run.Broadcast, r.Run.Round, r.Run.Channel, r.Copy, r.Part)
}
