package timing

// Queue is a first-in first-out list in a ring that grows, and lets go of its memory when a burst is over. The zero
// value is empty.
type Queue[T any] struct {
	ring []T // its length is a power of two
	head int
	n    int
}

// Len returns how many there are.
func (q *Queue[T]) Len() int { return q.n }

// Push puts e behind all others.
func (q *Queue[T]) Push(e T) {
	q.grow()
	q.ring[(q.head+q.n)&(len(q.ring)-1)] = e
	q.n++
}

// Unshift puts e before all others.
func (q *Queue[T]) Unshift(e T) {
	q.grow()
	q.head = (q.head - 1) & (len(q.ring) - 1)
	q.ring[q.head] = e
	q.n++
}

// Front returns the first; the queue must not be empty.
func (q *Queue[T]) Front() *T { return &q.ring[q.head] }

// Pop takes the first off.
func (q *Queue[T]) Pop() {
	q.head = (q.head + 1) & (len(q.ring) - 1)
	q.n--
	if q.n == 0 && len(q.ring) > 1<<12 {
		*q = Queue[T]{} // do not keep the memory of a burst
	}
}

func (q *Queue[T]) grow() {
	if q.n < len(q.ring) {
		return
	}
	bigger := make([]T, max(64, 2*len(q.ring)))
	k := copy(bigger, q.ring[q.head:])
	copy(bigger[k:], q.ring[:q.head])
	q.ring, q.head = bigger, 0
}
