package smpp

import (
	"time"

	"noroshi/app/phone"
)

// A sequence_number of ours is a slot of the window in the low bits and the slot's generation above, within the 31 bits
// the standard allows (SMPP 3.4 §3.2). A late answer to an earlier use of a slot is thus told from the present one.
const (
	slotBits    = 10
	slotMask    = 1<<slotBits - 1
	slotControl = slotMask // slot of requests outside the window: bind, enquire_link, unbind
	maxWindow   = 1000
	maxGen      = 1<<(31-slotBits) - 1
	several     = 3 // lost responses that say something about the session
)

// entry is one submit_sm that is unanswered.
type entry struct {
	job  *job
	to   phone.Number // kept here because the caller may use its slice again once it is written
	text uint64       // key of the text
	part int32
	gen  uint32 // generation of the slot; part of the sequence_number
	live bool   // false while the slot is free or only reserved
	end  uint64 // where the PDU ends in the stream of this session, in octets
	sent time.Time
}

// window holds what is unanswered. An entry is in the table before its PDU is written, so that no answer can be too
// fast for it. It is guarded by the session's mutex.
type window struct {
	slots []entry
	free  []uint16

	// Submits answered, and never answered in time, in the present period and the one before it. A period is as long as
	// the time to answer.
	answered, lost [2]uint64
	period         time.Time // when the present one began
}

func newWindow(size int) window {
	w := window{slots: make([]entry, size), free: make([]uint16, size)}
	for i := range w.free {
		w.free[i] = uint16(size - 1 - i) // low slots first
	}
	return w
}

func (w *window) used() int { return len(w.slots) - len(w.free) }

// reserve takes a free slot and returns the sequence_number of its next use. The caller knows that one is free.
func (w *window) reserve() uint32 {
	last := len(w.free) - 1
	s := w.free[last]
	w.free = w.free[:last]
	e := &w.slots[s]
	e.gen++
	if e.gen > maxGen {
		e.gen = 1 // generation 0 would allow sequence_number 0
	}
	return e.gen<<slotBits | uint32(s)
}

// put makes a reserved slot live.
func (w *window) put(seq uint32, j *job, part int, text, end uint64, sent time.Time) {
	e := &w.slots[seq&slotMask]
	e.job, e.part, e.to, e.text, e.end, e.sent, e.live = j, int32(part), j.parts[part].To, text, end, sent, true
}

// take removes and returns the entry that the sequence_number belongs to. It reports false for any number that is not
// of a live entry.
func (w *window) take(seq uint32) (entry, bool) {
	s := seq & slotMask
	if int(s) >= len(w.slots) {
		return entry{}, false
	}
	e := &w.slots[s]
	if !e.live || e.gen != seq>>slotBits {
		return entry{}, false
	}
	out := *e
	w.release(uint16(s)) //nolint:gosec // within the slots
	w.answered[0]++
	return out, true
}

// drain removes and returns all live entries.
func (w *window) drain() []entry {
	var out []entry
	for s := range w.slots {
		if e := &w.slots[s]; e.live {
			out = append(out, *e)
			w.release(uint16(s)) //nolint:gosec // at most maxWindow
		}
	}
	return out
}

// expire removes and returns the live entries that were sent before limit. A late answer to one finds nothing: the
// slot's next use has another generation.
func (w *window) expire(limit time.Time) []entry {
	if w.used() == 0 {
		return nil
	}
	var out []entry
	for s := range w.slots {
		if e := &w.slots[s]; e.live && e.sent.Before(limit) {
			out = append(out, *e)
			w.release(uint16(s)) //nolint:gosec // at most maxWindow
			w.lost[0]++
		}
	}
	return out
}

// deaf reports whether the peer seems not to answer submits any more: of late several were lost, and no fewer than were
// answered.
func (w *window) deaf(now time.Time, period time.Duration) bool {
	lost, answered := w.lost[0]+w.lost[1], w.answered[0]+w.answered[1]
	if now.Sub(w.period) >= period {
		w.period = now
		w.answered, w.lost = [2]uint64{0, w.answered[0]}, [2]uint64{0, w.lost[0]}
	}
	return lost >= several && lost >= answered
}

// release frees a slot.
func (w *window) release(s uint16) {
	w.slots[s].live, w.slots[s].job = false, nil
	w.free = append(w.free, s)
}
