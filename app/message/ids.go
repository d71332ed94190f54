package message

import (
	"hash/maphash"
	"sync"

	"noroshi/app/smstext"
)

// ids finds the part an SMSC's message id belongs to. It holds parts without a final receipt, and the last ones that got
// one, so that a repeated receipt is known. It is rebuilt from the logs at start.
//
// Keys are hashes of the route and the id in canonical form (lower case, no leading zeros); a second, short hash of the
// id as it came tells an exact match from one that needs the number as well (operators report 0000000A as 10).
type ids struct {
	seed   maphash.Seed
	shards [16]idShard
}

type idShard struct {
	mu    sync.Mutex
	live  map[uint64]idValue
	ended [4096]uint64 // ring of keys whose part has its final receipt
	next  int
}

// idValue packs the row's slot (16 bits), the copy (28), the part (8) and the check of the exact id (12).
type idValue uint64

func newIDs() *ids {
	x := &ids{seed: maphash.MakeSeed()}
	for i := range x.shards {
		x.shards[i].live = map[uint64]idValue{}
	}
	return x
}

func packID(slot uint16, copyNo uint32, n uint8, check uint64) idValue {
	return idValue(uint64(slot)<<48 | uint64(copyNo&(1<<rowShift-1))<<20 | uint64(n)<<12 | check&0xfff)
}

func (v idValue) place() (slot uint16, copyNo uint32, n uint8) {
	return uint16(v >> 48), uint32(v>>20) & (1<<rowShift - 1), uint8(v >> 12)
}

func (x *ids) key(route, canonical string) uint64 {
	var h maphash.Hash
	h.SetSeed(x.seed)
	_, _ = h.WriteString(route)
	_ = h.WriteByte(0)
	_, _ = h.WriteString(canonical)
	return h.Sum64()
}

func (x *ids) check(messageID string) uint64 { return maphash.String(x.seed, messageID) }

func (x *ids) shard(key uint64) *idShard { return &x.shards[key&15] }

// add registers an id. It may be called from any goroutine, before the outcome is durable: a receipt that comes at once
// must find its part.
func (x *ids) add(route, messageID string, slot uint16, copyNo uint32, n uint8) {
	key := x.key(route, smstext.IDKey(messageID))
	s := x.shard(key)
	s.mu.Lock()
	s.live[key] = packID(slot, copyNo, n, x.check(messageID))
	s.mu.Unlock()
}

// find returns the part of an id; exact is false when the match also needs the recipient's number. The forms are tried
// in the order of trust: as it is, without case and leading zeros, and hexadecimal against decimal both ways.
func (x *ids) find(route, messageID string) (v idValue, exact, ok bool) {
	if v, ok = x.get(x.key(route, smstext.IDKey(messageID))); ok {
		return v, uint64(v)&0xfff == x.check(messageID)&0xfff, true
	}
	for _, key := range smstext.ReceiptKeys(messageID, smstext.IDAuto) {
		if v, ok = x.get(x.key(route, key)); ok {
			return v, false, true
		}
	}
	return 0, false, false
}

func (x *ids) get(key uint64) (idValue, bool) {
	s := x.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.live[key]
	return v, ok
}

// end lets go of an id some time after its part got its final receipt.
func (x *ids) end(route, messageID string) {
	key := x.key(route, smstext.IDKey(messageID))
	s := x.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.live[key]; !ok {
		return
	}
	if old := s.ended[s.next]; old != 0 && old != key {
		delete(s.live, old)
	}
	s.ended[s.next] = key
	s.next = (s.next + 1) % len(s.ended)
}
