package smstext

import (
	"bytes"
	"container/list"
	"strings"
	"time"
)

// Fragment is one incoming text or part of one. T is what the caller wants back with it, such as where it is stored.
type Fragment[T any] struct {
	From, To string // addresses as the PDU has them
	Body     Body
	Value    T
}

// Joined is a whole message, or what came of it.
type Joined[T any] struct {
	From, To string
	Parts    []Fragment[T] // in the order of the text
	Missing  int           // parts that did not come in time; 0 for a whole message
}

// Text decodes the message. Octets of neighbouring parts are joined before they are decoded, because a sender may have
// cut inside a character; across a missing part they are not.
func (j *Joined[T]) Text(o DecodeOptions) string {
	var sb strings.Builder
	var run []byte
	for i := range j.Parts {
		b := &j.Parts[i].Body
		run = append(run, b.Octets...)
		if i+1 < len(j.Parts) {
			next := &j.Parts[i+1].Body
			if next.DataCoding == b.DataCoding && next.Concat.Seq == b.Concat.Seq+1 {
				continue
			}
		}
		sb.WriteString(Decode(run, b.DataCoding, o))
		run = run[:0]
	}
	return sb.String()
}

// Reassembler joins parts by sender, receiver, reference number and number of parts. It reads no clock: the caller says
// when it is. It is not safe for use by several goroutines at once, and its memory is bounded: when more messages are
// open than it may hold, the oldest is given out as it stands.
type Reassembler[T any] struct {
	timeout time.Duration
	most    int
	piles   map[pileKey]*pile[T]
	order   *list.List // of *pile[T], oldest first
}

type pileKey struct {
	from, to string
	ref      uint16
	total    uint8
}

// pile is a message of which parts have come. A finished pile is remembered until its time is over, so that a part
// which the SMSC repeats is not taken for a new message.
type pile[T any] struct {
	key      pileKey
	place    *list.Element
	deadline time.Time
	parts    []Fragment[T] // sorted by Seq
	finished bool
}

// NewReassembler returns one that waits for the rest of a message for timeout after its first part, and holds at most
// that many messages, at least one.
func NewReassembler[T any](timeout time.Duration, most int) *Reassembler[T] {
	return &Reassembler[T]{
		timeout: timeout, most: max(most, 1), piles: make(map[pileKey]*pile[T]), order: list.New(),
	}
}

// Add takes in a fragment and returns what is whole now or has waited long enough, in order of age. A repeated part is
// dropped. A part that contradicts an earlier one with the same key belongs to a new message; what there was of the old
// one is given out.
func (r *Reassembler[T]) Add(f Fragment[T], now time.Time) []Joined[T] {
	out := r.Expire(now)
	if !f.Body.Concat.IsPart() {
		return append(out, Joined[T]{From: f.From, To: f.To, Parts: []Fragment[T]{f}})
	}
	c := f.Body.Concat
	key := pileKey{from: f.From, to: f.To, ref: c.Ref, total: c.Total}
	p := r.piles[key]
	if p != nil {
		switch earlier := p.find(c.Seq); {
		case earlier != nil && same(&earlier.Body, &f.Body):
			return out
		case earlier != nil: // always so in a finished pile, which has every part
			out = r.remove(p, out)
			p = nil
		}
	}
	if p == nil {
		if len(r.piles) >= r.most {
			out = r.remove(r.order.Front().Value.(*pile[T]), out)
		}
		p = &pile[T]{key: key, deadline: now.Add(r.timeout)}
		p.place = r.order.PushBack(p)
		r.piles[key] = p
	}
	p.insert(f)
	if len(p.parts) == int(c.Total) {
		p.finished = true
		out = append(out, p.joined())
	}
	return out
}

// Has reports whether Add would drop the fragment as a repetition, so that the caller need not keep it.
func (r *Reassembler[T]) Has(f Fragment[T]) bool {
	c := f.Body.Concat
	p := r.piles[pileKey{from: f.From, to: f.To, ref: c.Ref, total: c.Total}]
	if p == nil || !c.IsPart() {
		return false
	}
	earlier := p.find(c.Seq)
	return earlier != nil && same(&earlier.Body, &f.Body)
}

// Expire gives out the messages whose time is over, oldest first.
func (r *Reassembler[T]) Expire(now time.Time) []Joined[T] {
	var out []Joined[T]
	for e := r.order.Front(); e != nil; e = r.order.Front() {
		p := e.Value.(*pile[T])
		if now.Before(p.deadline) {
			break
		}
		out = r.remove(p, out)
	}
	return out
}

// Next returns when Expire has something to do; false when nothing is held.
func (r *Reassembler[T]) Next() (time.Time, bool) {
	e := r.order.Front()
	if e == nil {
		return time.Time{}, false
	}
	return e.Value.(*pile[T]).deadline, true
}

// remove forgets a pile and appends it to out when it was never given out.
func (r *Reassembler[T]) remove(p *pile[T], out []Joined[T]) []Joined[T] {
	r.order.Remove(p.place)
	delete(r.piles, p.key)
	if p.finished {
		return out
	}
	return append(out, p.joined())
}

func (p *pile[T]) find(seq uint8) *Fragment[T] {
	for i := range p.parts {
		if p.parts[i].Body.Concat.Seq == seq {
			return &p.parts[i]
		}
	}
	return nil
}

func (p *pile[T]) insert(f Fragment[T]) {
	p.parts = append(p.parts, f)
	for i := len(p.parts) - 1; i > 0 && p.parts[i].Body.Concat.Seq < p.parts[i-1].Body.Concat.Seq; i-- {
		p.parts[i], p.parts[i-1] = p.parts[i-1], p.parts[i]
	}
}

func (p *pile[T]) joined() Joined[T] {
	return Joined[T]{
		From: p.key.from, To: p.key.to, Parts: append([]Fragment[T](nil), p.parts...),
		Missing: int(p.key.total) - len(p.parts),
	}
}

func same(a, b *Body) bool { return a.DataCoding == b.DataCoding && bytes.Equal(a.Octets, b.Octets) }
