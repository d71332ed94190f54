package simulator

// flight is the deliver_sm of one bind that have no response yet. Sequences only grow, so a slot that is still taken is
// jumped over; with four times as many slots as the window allows that is rare.
type flight struct {
	slots []slot
	seq   uint32
	open  int
	limit int
}

type slot struct {
	seq  uint32 // 0 for a free slot
	beat uint32 // when it was sent
	e    event
}

func newFlight(window int, seq uint32) flight {
	size := 64
	for size < 4*window {
		size *= 2
	}
	return flight{slots: make([]slot, size), seq: seq, limit: window}
}

// next returns a fresh sequence for PDUs that are not kept.
func (f *flight) next() uint32 {
	if f.seq++; f.seq > 0x7FFFFFFF {
		f.seq = 1
	}
	return f.seq
}

// put keeps an event and returns its sequence. The caller sees to it that at most half of the slots are taken.
func (f *flight) put(e event, beat uint32) uint32 {
	for {
		seq := f.next()
		sl := &f.slots[int(seq)&(len(f.slots)-1)]
		if sl.seq == 0 {
			*sl = slot{seq, beat, e}
			f.open++
			return seq
		}
	}
}

// take returns the event of a sequence and frees its slot.
func (f *flight) take(seq uint32) (event, bool) {
	sl := &f.slots[int(seq)&(len(f.slots)-1)]
	if sl.seq != seq || seq == 0 {
		return event{}, false
	}
	sl.seq = 0
	f.open--
	return sl.e, true
}

// older calls fn for each event sent before a beat and frees its slot, the newest sequence first.
func (f *flight) older(than uint32, fn func(event)) {
	if f.open == 0 {
		return
	}
	mask := uint32(len(f.slots) - 1)      //nolint:gosec // a small power of two
	for i := range uint32(len(f.slots)) { //nolint:gosec // as above
		sl := &f.slots[(f.seq-i)&mask]
		if sl.seq != 0 && sl.beat < than {
			sl.seq = 0
			f.open--
			fn(sl.e)
		}
	}
}
