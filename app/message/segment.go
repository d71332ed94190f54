package message

import (
	"slices"

	"noroshi/app/id"
	"noroshi/app/phone"
)

// Segment is the beginning of a class of people in a run.
type Segment struct {
	Class int8   `cbor:"1,keyasint"` // the priority of their groups; lower ones are sent to first
	First uint32 `cbor:"2,keyasint"` // its first copy
}

// find returns the copy to a number. A number is in one class only.
func (w *row) find(number phone.Number) (copyNo uint32, ok bool) {
	for i := range max(1, len(w.head.Segments)) {
		_, from, to := w.segment(i)
		if at, ok := slices.BinarySearch(w.numbers[from:to], number); ok {
			return from + uint32(at), true
		}
	}
	return 0, false
}

// segment returns the copies of segment i that are there already; a run without segments has one.
func (w *row) segment(i int) (class int8, from, to uint32) {
	n := uint32(len(w.numbers))
	if to = n; i+1 < len(w.head.Segments) {
		to = min(n, w.head.Segments[i+1].First)
	}
	if i < len(w.head.Segments) {
		class, from = w.head.Segments[i].Class, min(to, w.head.Segments[i].First)
	}
	return class, from, to
}

// Texted reports whether a broadcast that is in memory has a copy to the number.
func (s *Service) Texted(b id.Broadcast, number phone.Number) bool {
	book := s.Book(b)
	if book == nil {
		return false
	}
	book.mu.RLock()
	defer book.mu.RUnlock()
	return slices.ContainsFunc(book.rows, func(w *row) bool {
		_, ok := w.find(number)
		return ok
	})
}

// ClassProgress is how far one class is.
type ClassProgress struct {
	Class  int8
	People int // who are in a copy of it; who has several copies counts where the first of them is
	Served int // of them with nothing left to hand over in that copy
	Parts  int // parts that may still have to be handed over
}

// Classes returns how far each class is, in the order of sending, and nothing when all people are of one class. Copies
// that are not written yet are not in it.
func (b *Book) Classes() []ClassProgress {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var out []ClassProgress
	for _, w := range b.rows {
		for i := range w.head.Segments {
			class, from, to := w.segment(i)
			at, known := slices.BinarySearchFunc(out, class, func(c ClassProgress, class int8) int {
				return int(c.Class) - int(class)
			})
			if !known {
				out = slices.Insert(out, at, ClassProgress{Class: class})
			}
			b.countClass(&out[at], w, from, to)
		}
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

func (b *Book) countClass(c *ClassProgress, w *row, from, to uint32) {
	for copyNo := from; copyNo < to; copyNo++ {
		pending := 0
		if w.open[copyNo/PageSize] > 0 {
			pending = w.pendingOf(copyNo)
		}
		c.Parts += pending
		for _, person := range w.peopleOf(copyNo) {
			if b.copies[person] != 1+(uint32(w.place)<<rowShift|copyNo) {
				continue
			}
			if c.People++; pending == 0 {
				c.Served++
			}
		}
	}
}

func (w *row) pendingOf(copyNo uint32) (n int) {
	for _, p := range w.partsOf(copyNo) {
		if p.Pending() {
			n++
		}
	}
	return n
}
