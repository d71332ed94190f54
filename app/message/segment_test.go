package message

import (
	"slices"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"pgregory.net/rapid"

	"noroshi/app/message/leaf"
	"noroshi/app/message/part"
	"noroshi/app/phone"
	"noroshi/app/store"
)

// classed draws copies in classes, sorted by number inside of each.
func classed(t *rapid.T) (copies []Copy, segments []Segment) {
	left := rapid.SliceOfNDistinct(rapid.Uint64Range(1, 2000), 0, 600, rapid.ID[uint64]).Draw(t, "numbers")
	person := uint32(0)
	for class := int8(-2); class <= 1; class++ {
		n := len(left)
		if class < 1 {
			n = rapid.IntRange(0, len(left)).Draw(t, "of the class")
		}
		mine := slices.Sorted(slices.Values(left[:n]))
		left = left[n:]
		if n > 0 {
			segments = append(segments, Segment{Class: class, First: uint32(len(copies))})
		}
		for _, number := range mine {
			c := Copy{Number: phone.Number(number), Parts: uint8(rapid.IntRange(1, 3).Draw(t, "parts"))}
			for range rapid.IntRange(1, 2).Draw(t, "people") {
				c.People = append(c.People, person)
				person++
			}
			copies = append(copies, c)
		}
	}
	return copies, segments
}

// bookWith returns a book in memory with the first n copies of a run.
func bookWith(t *rapid.T, copies []Copy, segments []Segment) (*Service, *Book) {
	s, book := New(nil, nil), newBook(1)
	s.books[1] = book
	s.addRow(book, Run{Broadcast: 1}, Head{Segments: segments})
	for page := range slices.Chunk(copies, PageSize) {
		p, err := leaf.Parse(leaf.Encode(page))
		if err != nil {
			t.Fatalf("parsePage: %v", err)
		}
		if _, err := book.addPage(book.rows[0], p, nil); err != nil {
			t.Fatalf("addPage: %v", err)
		}
	}
	return s, book
}

// Every number leads to its copy and no other one does, whatever the classes, and while pages are still being written.
func TestANumberIsFoundInItsClass(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		copies, segments := classed(t)
		if rapid.Bool().Draw(t, "written by a release without classes") {
			segments = nil
			slices.SortFunc(copies, func(a, b Copy) int { return int(a.Number) - int(b.Number) })
		}
		written := copies
		if pages := len(copies) / PageSize; pages > 0 && rapid.Bool().Draw(t, "in the middle") {
			written = copies[:PageSize*rapid.IntRange(1, pages).Draw(t, "pages")]
		}
		s, _ := bookWith(t, written, segments)
		at := map[phone.Number]int{}
		for i, c := range written {
			at[c.Number] = i
		}
		for number := phone.Number(0); number < 2002; number++ {
			found := s.Find(number)
			i, want := at[number]
			if (len(found) == 1) != want {
				t.Fatalf("Find(%d) = %+v, want one: %v", number, found, want)
			}
			if want && (int(found[0].Copy) != i || !slices.Equal(found[0].People, copies[i].People)) {
				t.Fatalf("Find(%d) = %+v, want copy %d (%v)", number, found, i, want)
			}
		}
	})
}

// How far each class is must be what a recount of its copies says, whatever has happened to them.
func TestProgressOfAClassIsARecount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		copies, segments := classed(t)
		_, book := bookWith(t, copies, segments)
		w := book.rows[0]
		var want []ClassProgress
		for i, c := range copies {
			if at := slices.IndexFunc(segments, func(s Segment) bool { return int(s.First) == i }); at >= 0 {
				want = append(want, ClassProgress{Class: segments[at].Class})
			}
			one := &want[len(want)-1]
			one.People += len(c.People)
			pending := 0
			for n := range c.Parts {
				if rapid.Bool().Draw(t, "taken") {
					p := part.Fold(w.partsOf(uint32(i))[n], part.Event{Kind: part.EvClaim})
					book.setPart(w, uint32(i), n, part.Fold(p, part.Event{Kind: part.EvTaken}))
				} else {
					pending++
				}
			}
			if one.Parts += pending; pending == 0 {
				one.Served += len(c.People)
			}
		}
		if len(segments) < 2 {
			want = nil
		}
		if got := book.Classes(); !slices.Equal(got, want) {
			t.Fatalf("Classes = %+v, want %+v", got, want)
		}
	})
}

// Heads of releases without classes open as they were.
func TestHeadsWithoutSegmentsOpen(t *testing.T) {
	t.Parallel()
	old := struct {
		Routes   []RouteUse `cbor:"1,keyasint"`
		Vars     []string   `cbor:"2,keyasint"`
		Priority uint8      `cbor:"3,keyasint"`
		Ref      uint16     `cbor:"4,keyasint"`
	}{[]RouteUse{{Name: "a"}}, []string{"name"}, 1, 7}
	body, err := cbor.Marshal(old)
	if err != nil {
		t.Fatalf("Marshal: %v", err)
	}
	h, err := decodeHead(store.WithVersion(1, body))
	if err != nil || h.Ref != 7 || h.RouteName(0) != "a" || len(h.Segments) != 0 {
		t.Errorf("decodeHead = %+v, %v", h, err)
	}
	h.Segments = []Segment{{Class: -2}, {Class: 0, First: 3}}
	value, err := h.encode()
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	if again, err := decodeHead(value); err != nil || !slices.Equal(again.Segments, h.Segments) {
		t.Errorf("decodeHead(encode) = %+v, %v, want %+v", again, err, h)
	}
}
