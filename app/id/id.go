// Package id is in charge of typed, sortable identifiers, and of the sequence and cursor types that cross the API. It
// has no clock and no source of random of its own: a Source is given both.
//
// An identifier is 64 bits: 42 bits of Unix milliseconds (until the year 2109) and 22 bits of random or counter, so
// identifiers sort by the time they were made. In text it is 13 characters of Crockford's base 32 in lower case.
package id

import (
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"noroshi/app/fault"
)

// ID is the untyped identifier under every typed one. The zero value means none.
type ID uint64

// One identifier for each noun, so that the compiler tells them apart.
type (
	Recipient ID
	Group     ID
	Broadcast ID
	Account   ID
	Session   ID
	Import    ID
	Reply     ID
	Template  ID
	Request   ID
)

// Seq is the sequence number of a ledger entry. 0 is before the first entry.
type Seq uint64

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// TextLen is the length of an identifier in text.
const TextLen = 13

// Format returns the 13 characters of v.
func Format[T ~uint64](v T) string {
	var b [TextLen]byte
	n := uint64(v)
	for i := TextLen - 1; i >= 0; i-- {
		b[i] = alphabet[n&31]
		n >>= 5
	}
	return string(b[:])
}

// Parse reads an identifier of type T from its 13 characters, in either case. Returns Invalid (code bad_id) for any
// other text, including the zero identifier.
func Parse[T ~uint64](s string) (T, error) {
	if len(s) != TextLen {
		return 0, errBadID()
	}
	var n uint64
	for i := range len(s) {
		d := digit(s[i])
		if d < 0 || (i == 0 && d > 15) {
			return 0, errBadID()
		}
		n = n<<5 | uint64(d)
	}
	if n == 0 {
		return 0, errBadID()
	}
	return T(n), nil
}

func errBadID() error {
	return fault.New(fault.Invalid, "bad_id", "This is not an identifier of Noroshi.")
}

func digit(c byte) int {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	for i := range len(alphabet) {
		if alphabet[i] == c {
			return i
		}
	}
	return -1
}

// Bytes returns the 8 big-endian octets of v, which sort as v does; ledger keys are made of them.
func Bytes[T ~uint64](v T) []byte { return binary.BigEndian.AppendUint64(nil, uint64(v)) }

// Append appends the 8 big-endian octets of v to b.
func Append[T ~uint64](b []byte, v T) []byte { return binary.BigEndian.AppendUint64(b, uint64(v)) }

// FromBytes reads 8 big-endian octets; ok is false when b is shorter.
func FromBytes[T ~uint64](b []byte) (v T, ok bool) {
	if len(b) < 8 {
		return 0, false
	}
	return T(binary.BigEndian.Uint64(b)), true
}

// String returns the text form; so do those below.
func (v Recipient) String() string { return Format(v) }

func (v Group) String() string { return Format(v) }

func (v Broadcast) String() string { return Format(v) }

func (v Account) String() string { return Format(v) }

func (v Session) String() string { return Format(v) }

func (v Import) String() string { return Format(v) }

func (v Reply) String() string { return Format(v) }

func (v Template) String() string { return Format(v) }

func (v Request) String() string { return Format(v) }

// Source makes identifiers. It is safe for concurrent use, and its identifiers are strictly increasing even when the
// clock steps back.
type Source struct {
	now    func() time.Time
	random func() uint32
	mu     sync.Mutex
	last   uint64
}

// NewSource returns a source over a clock and a source of random.
func NewSource(now func() time.Time, random func() uint32) *Source {
	return &Source{now: now, random: random}
}

const randomBits = 22

// Next returns a new identifier, greater than any before it from this source.
func (s *Source) Next() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := uint64(s.now().UnixMilli())<<randomBits | uint64(s.random())&(1<<randomBits-1)
	if n <= s.last {
		n = s.last + 1
	}
	s.last = n
	return n
}

// Time returns the moment at which the identifier was made, to the millisecond.
func Time[T ~uint64](v T) time.Time { return time.UnixMilli(int64(uint64(v) >> randomBits)) }

// New returns a new identifier of type T from the source.
func New[T ~uint64](s *Source) T { return T(s.Next()) }

// Cursor is an opaque place in a list, as the API hands it out; the empty cursor is the beginning.
type Cursor string

// Page is what a list call is asked for.
type Page struct {
	After Cursor
	Limit int // 1 to 500; 0 means 50
}

// Size returns the limit within its bounds.
func (p Page) Size() int {
	switch {
	case p.Limit <= 0:
		return 50
	case p.Limit > 500:
		return 500
	}
	return p.Limit
}

// GoString keeps identifiers readable in test failures.
func (v ID) GoString() string { return fmt.Sprintf("id.ID(%s)", Format(v)) }
