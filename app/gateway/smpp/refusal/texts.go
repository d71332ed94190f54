package refusal

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"noroshi/app/smstext"
)

// When a text is taken for one that the operator will never carry, and for how long.
const (
	refusedText   = 3                // refusals without a success between; one alone may be a slip
	refusedFor    = 15 * time.Minute // then it is tried again: the operator may have mended something
	refusedMemory = 1024             // Len remembered; more are texts that differ for each person
)

// Texts counts, per text, how often the operator said that it cannot be carried: the rest of a broadcast with the
// same text need not go the same way, part by part.
type Texts struct {
	seed  maphash.Seed
	any   atomic.Bool // count has entries
	mu    sync.Mutex
	count map[uint64]refusedWord
}

type refusedWord struct {
	times  uint8
	status uint32
	until  time.Time
}

// NewTexts returns a memory without texts.
func NewTexts() *Texts { return &Texts{seed: maphash.MakeSeed(), count: make(map[uint64]refusedWord)} }

// Key returns what two parts with the same text have in common: all but the reference in the header.
func (t *Texts) Key(w *smstext.Part) uint64 {
	var h maphash.Hash
	h.SetSeed(t.seed)
	body := w.ShortMessage
	if w.ESMClass&0x40 != 0 {
		if _, rest, err := smstext.SplitHeader(body); err == nil {
			body = rest
		}
	}
	_ = h.WriteByte(w.DataCoding) // a Hash never fails
	_, _ = h.Write(body)
	_, _ = h.Write(w.Payload)
	return h.Sum64()
}

// Refused counts a refusal and reports whether the text has just become one that is not sent any more.
func (t *Texts) Refused(key uint64, status uint32, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.count) >= refusedMemory {
		clear(t.count)
	}
	w := t.count[key]
	w.times = min(w.times+1, refusedText+1)
	w.status, w.until = status, now.Add(refusedFor)
	t.count[key] = w
	t.any.Store(true)
	return w.times == refusedText
}

// Accepted forgets a text of which a part was taken.
func (t *Texts) Accepted(key uint64) {
	if !t.any.Load() { // the usual case, once for each part
		return
	}
	t.mu.Lock()
	delete(t.count, key)
	t.any.Store(len(t.count) > 0)
	t.mu.Unlock()
}

// Status returns with which status parts of the text are refused without being sent; ok is false when they are sent.
func (t *Texts) Status(w *smstext.Part, now time.Time) (status uint32, ok bool) {
	if !t.any.Load() {
		return 0, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	key := t.Key(w)
	r, known := t.count[key]
	if known && !now.Before(r.until) {
		delete(t.count, key)
		return 0, false
	}
	return r.status, r.times >= refusedText
}

// Len returns how many texts are not sent at the moment.
func (t *Texts) Len(now time.Time) (n int) {
	if !t.any.Load() {
		return 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, r := range t.count {
		if r.times >= refusedText && now.Before(r.until) {
			n++
		}
	}
	return n
}

// Forget has all texts tried again.
func (t *Texts) Forget() {
	t.mu.Lock()
	clear(t.count)
	t.any.Store(false)
	t.mu.Unlock()
}
