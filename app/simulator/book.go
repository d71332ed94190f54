package simulator

import (
	"hash/maphash"
	"strings"

	"noroshi/app/simulator/people"
	"noroshi/app/simulator/wire"
)

// phone is the row of one number: 48 octets, because there may be a million.
type phone struct {
	number   uint64 // packed
	key      people.Key
	first    uint32 // hash of the first message it got
	firstN   uint32 // how often that one came
	submits  uint32 // all accepted submits
	surplus  uint32 // accepted submits beyond the first of each distinct message
	parts    uint32 // distinct messages or parts
	sender   uint32 // who last wrote; 0 when nobody has
	account  uint16
	switches switches
	dest     byte
	plus     bool
}

// switches are what somebody set by hand for one phone.
type switches uint8

const (
	offSet switches = 1 << iota
	off
	twoGSet
	twoG
)

// book keeps account of every number: rows in the order of arrival, an index, and the addresses that wrote.
type book struct {
	seed    maphash.Seed
	phones  []phone
	index   map[uint64]uint32 // packed number to row
	repeats map[partKey]uint32
	surplus uint64
	twice   uint64 // numbers with a surplus

	odd     []string // numbers that are not plain digits
	oddRow  map[string]uint64
	senders []sender // 0 is nobody
	rows    map[string]uint32
	scratch []byte
	lastRow uint32
}

// partKey is a further message of a number; the first one lives in the row.
type partKey struct {
	row  uint32
	hash uint32
}

// sender is an address that wrote to a phone.
type sender struct {
	ton, npi byte
	addr     string
}

// repliable reports whether a phone can answer the sender: only digits can be dialled.
func (s sender) repliable() bool { return s.ton != 5 && digits(strings.TrimPrefix(s.addr, "+")) }

func digits[T string | []byte](s T) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) > 0
}

func newBook() *book {
	return &book{
		seed: maphash.MakeSeed(), index: map[uint64]uint32{}, repeats: map[partKey]uint32{}, oddRow: map[string]uint64{},
		senders: make([]sender, 1), rows: map[string]uint32{},
	}
}

const (
	oddNumber = 1 << 63
	maxDigits = 18
)

// pack turns an address without its plus into a number that fits 8 octets: a 1 and the digits, so that leading zeros
// stay. Anything else gets a row in a table, which grow allows or not.
func (b *book) pack(addr []byte, grow bool) (uint64, bool) {
	if len(addr) <= maxDigits && digits(addr) {
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

// appendNumber appends the address of a packed number.
func (b *book) appendNumber(dst []byte, n uint64) []byte {
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

func (b *book) number(n uint64) string { return string(b.appendNumber(nil, n)) }

// cutPlus takes a leading plus off.
func cutPlus(addr []byte) ([]byte, bool) {
	if len(addr) > 0 && addr[0] == '+' {
		return addr[1:], true
	}
	return addr, false
}

// row returns the row of an address, new when it is the first message to it.
func (b *book) row(a wire.Address) uint32 {
	addr, plus := cutPlus(a.Addr)
	n, _ := b.pack(addr, true)
	if r, ok := b.index[n]; ok {
		return r
	}
	r := uint32(len(b.phones)) //nolint:gosec // far below 2^32
	b.index[n] = r
	b.phones = append(b.phones, phone{number: n, key: people.KeyOf(addr), plus: plus, dest: a.TON<<4 | a.NPI&15})
	return r
}

// find returns the row of a number somebody asks for.
func (b *book) find(number string) (uint32, bool) {
	n, ok := b.pack([]byte(strings.TrimPrefix(number, "+")), false)
	if !ok {
		return 0, false
	}
	r, ok := b.index[n]
	return r, ok
}

// sender returns the index of an address that writes.
func (b *book) sender(a wire.Address) uint32 {
	s := b.senders[b.lastRow]
	if s.ton == a.TON && s.npi == a.NPI && s.addr == string(a.Addr) && b.lastRow != 0 {
		return b.lastRow
	}
	b.scratch = append(append(b.scratch[:0], a.TON, a.NPI), a.Addr...)
	r, ok := b.rows[string(b.scratch)]
	if !ok {
		r = uint32(len(b.senders)) //nolint:gosec // as many as the peer has sender names
		b.senders = append(b.senders, sender{a.TON, a.NPI, string(a.Addr)})
		b.rows[string(b.scratch)] = r
	}
	b.lastRow = r
	return r
}

// count enters an accepted submit: its text without header, and which part it is. It reports whether the number had
// this very part before.
func (b *book) count(row uint32, text []byte, part wire.Part) (again bool) {
	p := &b.phones[row]
	p.submits++
	sum := maphash.Bytes(b.seed, text)
	h := uint32(sum^sum>>32) + uint32(part.Seq)<<8 + uint32(part.Total) //nolint:gosec // half of a hash
	switch {
	case p.firstN == 0:
		p.first, p.firstN, p.parts = h, 1, 1
		return false
	case p.first == h:
		p.firstN++
	default:
		k := partKey{row, h}
		n := b.repeats[k] + 1
		b.repeats[k] = n
		if n == 1 {
			p.parts++
			return false
		}
	}
	if p.surplus == 0 {
		b.twice++
	}
	p.surplus++
	b.surplus++
	return true
}
