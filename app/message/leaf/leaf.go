// Package leaf is in charge of how a page of copies lies in the ledger: what was to be sent to which number, frozen
// when a broadcast expands, 256 at a time.
package leaf

import (
	"encoding/binary"

	"noroshi/app/fault"
	"noroshi/app/phone"
)

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

// Encode packs up to 256 copies: fixed slots first, so that a number is found without reading the rest.
func Encode(copies []Copy) []byte {
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

func errBad(why string) error {
	return fault.New(fault.Internal, "damaged_record", "A page of messages is damaged: "+why+". Restore a backup.")
}

// Page reads an encoded page in place. A copy is named by its place in the page, which must be below Count.
type Page []byte

// Parse takes a value of the ledger for a page. Returns Internal (damaged_record) when it is none.
func Parse(b []byte) (Page, error) {
	if len(b) < pageHeader || b[0] != pageVersion {
		return nil, errBad("unknown version")
	}
	if len(b) < pageHeader+(int(b[1])+1)*slotLen {
		return nil, errBad("cut short")
	}
	return Page(b), nil
}

// Count returns how many copies there are, 1 to 256.
func (p Page) Count() int { return int(p[1]) + 1 }

func (p Page) slot(i int) []byte { return p[pageHeader+i*slotLen:] }

// Number returns to whom a copy goes.
func (p Page) Number(i int) phone.Number { return phone.Number(binary.BigEndian.Uint64(p.slot(i))) }

// Person returns the first person of a copy.
func (p Page) Person(i int) uint32 { return binary.BigEndian.Uint32(p.slot(i)[8:]) }

func (p Page) text(i int) uint8 { return p.slot(i)[12] }

// Parts returns how many parts a copy has on the route it was given.
func (p Page) Parts(i int) uint8 { return p.slot(i)[13] }

// Route returns the route a copy was given, by place in the run's table.
func (p Page) Route(i int) uint8 { return p.slot(i)[14] }

// More returns the people of a copy after the first. Returns Internal (damaged_record).
func (p Page) More(i int) ([]uint32, error) {
	more, _, err := p.tail(i)
	return more, err
}

// tail returns the variable part of a slot after the people, and the further people.
func (p Page) tail(i int) (more []uint32, rest []byte, err error) {
	off := int(binary.BigEndian.Uint32(p.slot(i)[16:]))
	if off > len(p) {
		return nil, nil, errBad("bad offset")
	}
	rest = p[off:]
	n, w := binary.Uvarint(rest)
	if w <= 0 || n > 1<<20 {
		return nil, nil, errBad("bad list of people")
	}
	rest = rest[w:]
	for range n {
		v, w := binary.Uvarint(rest)
		if w <= 0 {
			return nil, nil, errBad("bad list of people")
		}
		more, rest = append(more, uint32(v)), rest[w:]
	}
	return more, rest, nil
}

// vars appends the values of n variables of slot i to into.
func (p Page) vars(i, n int, into []string) ([]string, error) {
	_, rest, err := p.tail(i)
	if err != nil {
		return nil, err
	}
	for range n {
		l, w := binary.Uvarint(rest)
		if w <= 0 || l > uint64(len(rest)-w) {
			return nil, errBad("bad value")
		}
		into = append(into, string(rest[w:w+int(l)]))
		rest = rest[w+int(l):]
	}
	return into, nil
}

// CopyAt returns copy i, with the values of n variables. Returns Internal (damaged_record).
func (p Page) CopyAt(i, n int) (Copy, error) {
	more, _, err := p.tail(i)
	if err != nil {
		return Copy{}, err
	}
	vars, err := p.vars(i, n, nil)
	if err != nil {
		return Copy{}, err
	}
	return Copy{
		Number: p.Number(i), People: append([]uint32{p.Person(i)}, more...), Text: p.text(i), Parts: p.Parts(i),
		Route: p.Route(i), Vars: vars,
	}, nil
}
