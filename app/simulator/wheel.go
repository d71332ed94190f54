package simulator

import "math/bits"

// event is something that happens to one message at a moment. It is kept small and without pointers, because a million
// of them may wait.
type event struct {
	due       int64  // tick of the simulated clock, 1 ms each
	id        uint64 // of the message, of the part of an answer, or the version of the population
	row       uint32 // of the phone; the sequence of an evRespond
	submitted uint32 // Unix seconds; the status of an evRespond
	sender    uint32 // index of the address that wrote, and that receipts and answers go to
	menu      uint32 // what the text offers; 0 when nobody is going to answer it
	conn      uint32 // the bind it came on
	err       uint16 // of a receipt; pick and style of an evAnswer
	account   uint16
	nth       uint16 // how many messages the phone had before
	validity  uint16 // minutes
	flags     flags
	kind      kind
	state     byte
	attempts  uint8
}

type kind uint8

// What can happen.
const (
	evRespond   kind = iota + 1 // a submit_sm_resp is due
	evReport                    // a message ends: delivered or not
	evExpire                    // a message held for a phone that is off expires
	evReceipt                   // a receipt is to be sent
	evAnswer                    // a person answers
	evMO                        // a part of an answer is to be sent
	evDown                      // an outage begins
	evUp                        // an outage ends
	evRedeliver                 // try a refused deliver_sm again
)

type flags uint16

const (
	flagNever        flags = 1 << iota // no receipt
	flagDuplicate                      // the receipt comes twice
	flagOtherBind                      // the receipt avoids the bind of the submit
	flagIntermediate                   // the receipt is preceded by a notification
	flagWrongState                     // the receipt lies
	flagUnknownID                      // a receipt with a stray id follows
	flagStray                          // this is it
	flagNotify                         // this is a notification, not a final receipt
	flagFailuresOnly                   // registered_delivery 2
	flagWasAnswer                      // evRedeliver of an answer
	flagData                           // answer with data_sm_resp
)

const (
	wheelBits   = 8
	wheelSlots  = 1 << wheelBits
	wheelLevels = 5 // 2^40 ms: far beyond the longest delay
	chunkEvents = 64
)

// chunk is a piece of a slot's list.
type chunk struct {
	next   *chunk
	n      int
	events [chunkEvents]event
}

// wheel is a hierarchical timing wheel: adding and firing cost the same whatever waits. Events of one tick fire in the
// order they were added, as far as they were added with the same delay.
type wheel struct {
	now   int64 // all events due up to it have fired
	count int
	slots [wheelLevels][wheelSlots]*chunk // last chunk of a circular list, so that both ends are at hand
	used  [wheelLevels][wheelSlots / 64]uint64
	free  *chunk
	spare int
}

// add files an event. One that is overdue fires at the next advance.
func (w *wheel) add(e event) {
	w.count++
	w.file(e)
}

func (w *wheel) file(e event) {
	at := max(e.due, w.now+1)
	level := 0
	if diff := uint64(at ^ w.now); diff >= wheelSlots { //nolint:gosec // ticks are positive
		level = min((bits.Len64(diff)-1)/wheelBits, wheelLevels-1)
	}
	slot := at >> (level * wheelBits) & (wheelSlots - 1)
	last := w.slots[level][slot]
	if last == nil || last.n == chunkEvents {
		c := w.take()
		if last == nil {
			c.next = c
		} else {
			c.next, last.next = last.next, c
		}
		w.slots[level][slot], last = c, c
		w.used[level][slot/64] |= 1 << (slot % 64)
	}
	last.events[last.n] = e
	last.n++
}

func (w *wheel) take() *chunk {
	if c := w.free; c != nil {
		w.free, c.next = c.next, nil
		w.spare--
		return c
	}
	return new(chunk)
}

func (w *wheel) give(c *chunk) {
	c.n = 0
	if w.spare < 1024 { // 4 MB; the collector has the rest
		c.next, w.free = w.free, c
		w.spare++
	}
}

// next returns a tick at or before which nothing fires, and false when nothing waits. It may be early by design: the
// caller advances to it and asks again.
func (w *wheel) next() (int64, bool) {
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

func (w *wheel) find(level int, from int64) (int64, bool) {
	for i := from; i < wheelSlots; i = i&^63 + 64 {
		if word := w.used[level][i/64] >> (i % 64); word != 0 {
			return i + int64(bits.TrailingZeros64(word)), true
		}
	}
	return 0, false
}

// advance moves to a tick and calls fire for each event due until then. fire may add events.
func (w *wheel) advance(to int64, fire func(*event)) {
	for w.now < to {
		next, ok := w.next()
		if !ok || next > to {
			w.now = to
			return
		}
		w.now = next - 1
		w.step(fire)
	}
}

// step moves one tick on: slots of higher levels that begin here come down first.
func (w *wheel) step(fire func(*event)) {
	w.now++
	for level := wheelLevels - 1; level > 0; level-- {
		if w.now&(1<<(level*wheelBits)-1) == 0 {
			w.drain(level, fire)
		}
	}
	w.drain(0, fire)
}

// drain empties the slot of now at a level: what is due fires, the rest is filed again, nearer.
func (w *wheel) drain(level int, fire func(*event)) {
	slot := w.now >> (level * wheelBits) & (wheelSlots - 1)
	last := w.slots[level][slot]
	if last == nil {
		return
	}
	w.slots[level][slot] = nil
	w.used[level][slot/64] &^= 1 << (slot % 64)
	for c := last.next; ; {
		for i := range c.n {
			e := &c.events[i]
			if e.due > w.now {
				w.file(*e)
				continue
			}
			w.count--
			fire(e)
		}
		next := c.next
		w.give(c)
		if c == last {
			return
		}
		c = next
	}
}
