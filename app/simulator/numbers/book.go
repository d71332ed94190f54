// Package numbers is in charge of keeping account of phones: how many messages each was sent, which of them came more
// than once, who wrote last, and what was switched by hand. It is made for a million rows: small, without pointers.
//
// It locks nothing: the owner does.
package numbers

import (
	"hash/maphash"
	"strings"

	"noroshi/app/simulator/people"
	"noroshi/app/simulator/wire"
)

// Phone is the row of one number.
type Phone struct {
	Number  uint64 // packed; see AppendNumber
	Key     people.Key
	Submits uint32 // all accepted submits
	Surplus uint32 // accepted submits beyond the first of each distinct message or part
	Parts   uint32 // distinct messages or parts
	Sender  uint32 // who last wrote; 0 when nobody has
	Account uint16 // of the one who last wrote
	Off     Switch // as set by hand
	TwoG    Switch // as set by hand
	TON     byte   // as the peer last wrote the number
	NPI     byte
	Plus    bool // the peer writes it with a plus

	first  uint32 // hash of the first message
	firstN uint32 // how often that one came
}

// Switch is something that is on, off, or left to the population.
type Switch uint8

// The positions of a switch.
const (
	Unset Switch = iota
	On
	NotOn
)

// Set returns the switch in a position.
func Set(on bool) Switch {
	if on {
		return On
	}
	return NotOn
}

// Book has a row per number in the order of arrival, and the addresses that wrote.
type Book struct {
	Phones  []Phone
	Senders []Sender // 0 is nobody
	Surplus uint64   // of all phones
	Twice   uint64   // phones with a surplus

	seed    maphash.Seed
	index   map[uint64]uint32 // packed number to row
	repeats map[partKey]uint32
	odd     []string // numbers that are not plain digits
	oddRow  map[string]uint64
	rows    map[string]uint32 // of Senders
	scratch []byte
	lastRow uint32
}

// partKey is a further message of a number; the first one lives in the row.
type partKey struct {
	row  uint32
	hash uint32
}

// Sender is an address that wrote to a phone.
type Sender struct {
	TON, NPI byte
	Addr     string
}

// Repliable reports whether a phone can answer the sender: only digits can be dialled.
func (s Sender) Repliable() bool { return s.TON != 5 && Digits(strings.TrimPrefix(s.Addr, "+")) }

// Digits reports whether s consists of ASCII digits and is not empty.
func Digits[T string | []byte](s T) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) > 0
}

// New returns an empty book.
func New() *Book {
	return &Book{
		seed: maphash.MakeSeed(), index: map[uint64]uint32{}, repeats: map[partKey]uint32{}, oddRow: map[string]uint64{},
		Senders: make([]Sender, 1), rows: map[string]uint32{},
	}
}

const (
	oddNumber = 1 << 63
	maxDigits = 18
)

// pack turns an address without its plus into a number that fits 8 octets: a 1 and the digits, so that leading zeros
// stay. Anything else gets a row in a table, which grow allows or not.
func (b *Book) pack(addr []byte, grow bool) (uint64, bool) {
	if len(addr) <= maxDigits && Digits(addr) {
		n := uint64(1)
		for _, c := range addr {
			n = n*10 + uint64(c-'0')
		}
		return n, true
	}
	n, ok := b.oddRow[string(addr)]
	if !ok && grow {
		n = oddNumber | uint64(len(b.odd))
		b.odd = append(b.odd, string(addr))
		b.oddRow[string(addr)] = n
	}
	return n, ok || grow
}

// AppendNumber appends the address of a packed number.
func (b *Book) AppendNumber(dst []byte, n uint64) []byte {
	if n&oddNumber != 0 {
		return append(dst, b.odd[n&^oddNumber]...)
	}
	var buf [20]byte
	i := len(buf)
	for ; n >= 10; n /= 10 {
		i--
		buf[i] = '0' + byte(n%10)
	}
	return append(dst, buf[i:]...)
}

// Number returns the address of a packed number.
func (b *Book) Number(n uint64) string { return string(b.AppendNumber(nil, n)) }

// CutPlus takes a leading plus off.
func CutPlus(addr []byte) ([]byte, bool) {
	if len(addr) > 0 && addr[0] == '+' {
		return addr[1:], true
	}
	return addr, false
}

// Row returns the row of an address, new when it is the first message to it.
func (b *Book) Row(a wire.Address) uint32 {
	addr, plus := CutPlus(a.Addr)
	n, _ := b.pack(addr, true)
	if r, ok := b.index[n]; ok {
		return r
	}
	r := uint32(len(b.Phones)) //nolint:gosec // far below 2^32
	b.index[n] = r
	b.Phones = append(b.Phones, Phone{Number: n, Key: people.KeyOf(addr), TON: a.TON, NPI: a.NPI, Plus: plus})
	return r
}

// Find returns the row of a number somebody asks for.
func (b *Book) Find(number string) (uint32, bool) {
	n, ok := b.pack([]byte(strings.TrimPrefix(number, "+")), false)
	if !ok {
		return 0, false
	}
	r, ok := b.index[n]
	return r, ok
}

// Sender returns the index of an address that writes.
func (b *Book) Sender(a wire.Address) uint32 {
	s := b.Senders[b.lastRow]
	if s.TON == a.TON && s.NPI == a.NPI && s.Addr == string(a.Addr) && b.lastRow != 0 {
		return b.lastRow
	}
	b.scratch = append(append(b.scratch[:0], a.TON, a.NPI), a.Addr...)
	r, ok := b.rows[string(b.scratch)]
	if !ok {
		r = uint32(len(b.Senders)) //nolint:gosec // as many as the peer has sender names
		b.Senders = append(b.Senders, Sender{a.TON, a.NPI, string(a.Addr)})
		b.rows[string(b.scratch)] = r
	}
	b.lastRow = r
	return r
}

// Count enters an accepted submit: its text without header, and which part it is. It reports whether the number had
// this very part before.
func (b *Book) Count(row uint32, text []byte, part wire.Part) (again bool) {
	p := &b.Phones[row]
	p.Submits++
	sum := maphash.Bytes(b.seed, text)
	h := uint32(sum^sum>>32) + uint32(part.Seq)<<8 + uint32(part.Total) //nolint:gosec // half of a hash
	switch {
	case p.firstN == 0:
		p.first, p.firstN, p.Parts = h, 1, 1
		return false
	case p.first == h:
		p.firstN++
	default:
		k := partKey{row, h}
		n := b.repeats[k] + 1
		b.repeats[k] = n
		if n == 1 {
			p.Parts++
			return false
		}
	}
	if p.Surplus == 0 {
		b.Twice++
	}
	p.Surplus++
	b.Surplus++
	return true
}
