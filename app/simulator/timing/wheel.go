package timing

import "math/bits"

const (
	wheelBits   = 8
	wheelSlots  = 1 << wheelBits
	wheelLevels = 5 // 2^40 ms: far beyond the longest delay
	chunkItems  = 64
)

// item is a thing that waits for a tick.
type item[T any] struct {
	due  int64
	what T
}

// chunk is a piece of a slot's list.
type chunk[T any] struct {
	next  *chunk[T]
	n     int
	items [chunkItems]item[T]
}

// Wheel is a hierarchical timing wheel: adding and firing cost the same whatever waits. Things of one tick fire in the
// order in which they were added, as far as they were added with the same delay. T should be small and free of
// pointers, because a million may wait. The zero value is an empty wheel at tick 0.
type Wheel[T any] struct {
	now   int64 // everything due up to it has fired
	count int
	slots [wheelLevels][wheelSlots]*chunk[T] // last chunk of a circular list, so that both ends are at hand
	used  [wheelLevels][wheelSlots / 64]uint64
	free  *chunk[T]
	spare int
}

// Len returns how many things wait.
func (w *Wheel[T]) Len() int { return w.count }

// Now returns the tick up to which everything has fired.
func (w *Wheel[T]) Now() int64 { return w.now }

// Add has what fire at a tick, or at the next one when that is over.
func (w *Wheel[T]) Add(due int64, what T) {
	w.count++
	w.file(item[T]{due, what})
}

// Clear forgets everything that waits.
func (w *Wheel[T]) Clear() { *w = Wheel[T]{now: w.now} }

func (w *Wheel[T]) file(e item[T]) {
	at := max(e.due, w.now+1)
	level := 0
	if diff := uint64(at ^ w.now); diff >= wheelSlots { //nolint:gosec // ticks are positive
		level = min((bits.Len64(diff)-1)/wheelBits, wheelLevels-1)
	}
	slot := at >> (level * wheelBits) & (wheelSlots - 1)
	last := w.slots[level][slot]
	if last == nil || last.n == chunkItems {
		c := w.take()
		if last == nil {
			c.next = c
		} else {
			c.next, last.next = last.next, c
		}
		w.slots[level][slot], last = c, c
		w.used[level][slot/64] |= 1 << (slot % 64)
	}
	last.items[last.n] = e
	last.n++
}

func (w *Wheel[T]) take() *chunk[T] {
	if c := w.free; c != nil {
		w.free, c.next = c.next, nil
		w.spare--
		return c
	}
	return new(chunk[T])
}

func (w *Wheel[T]) give(c *chunk[T]) {
	c.n = 0
	if w.spare < 1024 { // 4 MB; the collector has the rest
		c.next, w.free = w.free, c
		w.spare++
	}
}

// Next returns a tick at or before which nothing fires, and false when nothing waits. It may be early by design: the
// caller advances to it and asks again.
func (w *Wheel[T]) Next() (int64, bool) {
	if w.count == 0 {
		return 0, false
	}
	for level := range wheelLevels {
		shift := level * wheelBits
		from := w.now>>shift&(wheelSlots-1) + 1
		if slot, ok := w.find(level, from); ok {
			return (w.now>>shift&^(wheelSlots-1) | slot) << shift, true
		}
	}
	return w.now + 1, true
}

func (w *Wheel[T]) find(level int, from int64) (int64, bool) {
	for i := from; i < wheelSlots; i = i&^63 + 64 {
		if word := w.used[level][i/64] >> (i % 64); word != 0 {
			return i + int64(bits.TrailingZeros64(word)), true
		}
	}
	return 0, false
}

// Advance moves to a tick and calls fire for each thing due until then. fire may add more, and must not keep what it
// is given.
func (w *Wheel[T]) Advance(to int64, fire func(*T)) {
	for w.now < to {
		next, ok := w.Next()
		if !ok || next > to {
			w.now = to
			return
		}
		w.now = next - 1
		w.step(fire)
	}
}

// step moves one tick on: slots of higher levels that begin here come down first.
func (w *Wheel[T]) step(fire func(*T)) {
	w.now++
	for level := wheelLevels - 1; level > 0; level-- {
		if w.now&(1<<(level*wheelBits)-1) == 0 {
			w.drain(level, fire)
		}
	}
	w.drain(0, fire)
}

// drain empties the slot of now at a level: what is due fires, the rest is filed again, nearer.
func (w *Wheel[T]) drain(level int, fire func(*T)) {
	slot := w.now >> (level * wheelBits) & (wheelSlots - 1)
	last := w.slots[level][slot]
	if last == nil {
		return
	}
	w.slots[level][slot] = nil
	w.used[level][slot/64] &^= 1 << (slot % 64)
	for c := last.next; ; {
		for i := range c.n {
			e := &c.items[i]
			if e.due > w.now {
				w.file(*e)
				continue
			}
			w.count--
			fire(&e.what)
		}
		next := c.next
		w.give(c)
		if c == last {
			return
		}
		c = next
	}
}
