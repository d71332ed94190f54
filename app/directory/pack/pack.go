// Package pack is in charge of how records are written octet by octet: numbers as varints, texts behind their length.
// It is pure, and reading damaged records ends in a mark and never in a panic or a large allocation.
package pack

import (
	"encoding/binary"
	"time"
)

// String appends a text with its length.
func String(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// NewDecoder returns a decoder of one copy of b, which all texts share.
func NewDecoder(b []byte) Decoder { return Decoder{s: string(b)} }

// Decoder reads a record from its front. After the first fault it reads zeros, and Bad says so.
type Decoder struct {
	s   string
	bad bool
}

// Bad reports whether the record could not be read.
func (d *Decoder) Bad() bool { return d.bad }

func (d *Decoder) fail() {
	d.s, d.bad = "", true
}

// Octet reads one octet.
func (d *Decoder) Octet() byte {
	if d.s == "" {
		d.fail()
		return 0
	}
	c := d.s[0]
	d.s = d.s[1:]
	return c
}

// Number reads an unsigned number.
func (d *Decoder) Number() uint64 {
	var n uint64
	for shift := uint(0); shift < 64; shift += 7 {
		if d.s == "" {
			break
		}
		c := d.s[0]
		d.s = d.s[1:]
		n |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return n
		}
	}
	d.fail()
	return 0
}

// Signed reads a signed number.
func (d *Decoder) Signed() int {
	n := d.Number()
	v := int64(n >> 1)
	if n&1 != 0 {
		v = ^v
	}
	return int(v)
}

// Count reads how many elements follow, each of at least the size: a damaged count must not reserve memory.
func (d *Decoder) Count(size int) int {
	n := d.Number()
	if n > uint64(len(d.s)/size) {
		d.fail()
		return 0
	}
	return int(n)
}

// Text reads a text.
func (d *Decoder) Text() string {
	n := d.Number()
	if n > uint64(len(d.s)) {
		d.fail()
		return ""
	}
	s := d.s[:n]
	d.s = d.s[n:]
	return s
}

// Word reads eight octets.
func (d *Decoder) Word() uint64 {
	if len(d.s) < 8 {
		d.fail()
		return 0
	}
	n := binary.BigEndian.Uint64([]byte(d.s[:8]))
	d.s = d.s[8:]
	return n
}

// Time reads a moment that Millis wrote.
func (d *Decoder) Time() time.Time {
	n := d.Number()
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(n)).UTC()
}

// Millis returns the moment as Time reads it; 0 for the zero time.
func Millis(t time.Time) uint64 {
	if t.IsZero() {
		return 0
	}
	return uint64(max(t.UnixMilli(), 0))
}

// More reports whether something is left to read.
func (d *Decoder) More() bool { return d.s != "" }
