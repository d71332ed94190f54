package simulator

// queue is a first-in first-out list of events in a ring that grows and shrinks.
type queue struct {
	ring []event // its length is a power of two
	head int
	n    int
}

func (q *queue) push(e event) {
	q.grow()
	q.ring[(q.head+q.n)&(len(q.ring)-1)] = e
	q.n++
}

// unshift puts an event before all others.
func (q *queue) unshift(e event) {
	q.grow()
	q.head = (q.head - 1) & (len(q.ring) - 1)
	q.ring[q.head] = e
	q.n++
}

func (q *queue) front() *event { return &q.ring[q.head] }

func (q *queue) pop() {
	q.head = (q.head + 1) & (len(q.ring) - 1)
	q.n--
	if q.n == 0 && len(q.ring) > 1<<12 {
		*q = queue{} // do not keep the memory of a burst
	}
}

func (q *queue) grow() {
	if q.n < len(q.ring) {
		return
	}
	bigger := make([]event, max(64, 2*len(q.ring)))
	k := copy(bigger, q.ring[q.head:])
	copy(bigger[k:], q.ring[:q.head])
	q.ring, q.head = bigger, 0
}
