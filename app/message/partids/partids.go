// Package partids is in charge of finding the part an SMSC's message id belongs to. It holds parts without a final
// receipt, and the last ones that got one, so that a repeated receipt is known. It is kept in memory and rebuilt from
// the logs of the runs at start.
package partids

import (
	"hash/maphash"
	"sync"

	"noroshi/app/smstext"
)

// Index finds places by message id. It may be used by several goroutines.
//
// Keys are hashes of the route and the id in canonical form (lower case, no leading zeros); a second, short hash of the
// id as it came tells an exact match from one that needs the number as well (operators report 0000000A as 10).
type Index struct {
	seed   maphash.Seed
	shards [16]shard
}

type shard struct {
	mu    sync.Mutex
	live  map[uint64]value
	ended [4096]uint64 // ring of keys whose part has its final receipt
	next  int
}

// Place is where a part is.
type Place struct {
	Slot uint16 // of the run in the caller's table
	Copy uint32 // in the run, below 1<<28
	Part uint8
}

// value packs the slot (16 bits), the copy (28), the part (8) and the check of the exact id (12).
type value uint64

// New returns an empty index.
func New() *Index {
	x := &Index{seed: maphash.MakeSeed()}
	for i := range x.shards {
		x.shards[i].live = map[uint64]value{}
	}
	return x
}

func pack(p Place, check uint64) value {
	return value(uint64(p.Slot)<<48 | uint64(p.Copy&(1<<28-1))<<20 | uint64(p.Part)<<12 | check&0xfff)
}

func (v value) place() Place {
	return Place{Slot: uint16(v >> 48), Copy: uint32(v>>20) & (1<<28 - 1), Part: uint8(v >> 12)}
}

func (x *Index) key(route, canonical string) uint64 {
	var h maphash.Hash
	h.SetSeed(x.seed)
	_, _ = h.WriteString(route)
	_ = h.WriteByte(0)
	_, _ = h.WriteString(canonical)
	return h.Sum64()
}

func (x *Index) check(messageID string) uint64 { return maphash.String(x.seed, messageID) }

func (x *Index) shard(key uint64) *shard { return &x.shards[key&15] }

// Add registers an id. It may be called from any goroutine, before the outcome is durable: a receipt that comes at once
// must find its part.
func (x *Index) Add(route, messageID string, p Place) {
	key := x.key(route, smstext.IDKey(messageID))
	s := x.shard(key)
	s.mu.Lock()
	s.live[key] = pack(p, x.check(messageID))
	s.mu.Unlock()
}

// Find returns the place of an id in its canonical form; exact is false when it is written in another way than it was
// given out, so that the match also needs the recipient's number.
func (x *Index) Find(route, messageID string) (p Place, exact, ok bool) {
	v, ok := x.get(x.key(route, smstext.IDKey(messageID)))
	return v.place(), ok && uint64(v)&0xfff == x.check(messageID)&0xfff, ok
}

// Others returns the places of ids that may be meant in the route's form: hexadecimal against decimal. Each of them
// needs the recipient's number to be a match.
func (x *Index) Others(route, messageID string, form smstext.IDForm) []Place {
	var out []Place
	canonical := smstext.IDKey(messageID)
	for _, key := range smstext.ReceiptKeys(messageID, form) {
		if key == canonical {
			continue
		}
		if v, ok := x.get(x.key(route, key)); ok {
			out = append(out, v.place())
		}
	}
	return out
}

func (x *Index) get(key uint64) (value, bool) {
	s := x.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.live[key]
	return v, ok
}

// End lets go of the id of a place some time after its part got its final receipt, whichever way the id is written.
func (x *Index) End(route, messageID string, p Place) {
	if x.end(x.key(route, smstext.IDKey(messageID)), p) {
		return
	}
	for _, key := range smstext.ReceiptKeys(messageID, smstext.IDAuto) {
		if x.end(x.key(route, key), p) {
			return
		}
	}
}

func (x *Index) end(key uint64, p Place) bool {
	s := x.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := s.live[key]; !ok || v.place() != p {
		return false
	}
	if old := s.ended[s.next]; old != 0 && old != key {
		delete(s.live, old)
	}
	s.ended[s.next] = key
	s.next = (s.next + 1) % len(s.ended)
	return true
}

// Drop forgets all ids of the slots.
func (x *Index) Drop(slots map[uint16]bool) {
	for i := range x.shards {
		s := &x.shards[i]
		s.mu.Lock()
		for key, v := range s.live {
			if slots[v.place().Slot] {
				delete(s.live, key)
			}
		}
		s.mu.Unlock()
	}
}
