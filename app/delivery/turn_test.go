package delivery

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"noroshi/app/message"
)

func pageOf(n uint32) message.Pending {
	return message.Pending{Run: message.Run{Broadcast: 7}, Page: n, Priority: 1}
}

func TestAPageThatComesAgainGoesBeforeTheRest(t *testing.T) {
	t.Parallel()
	var turn turns
	for n := range uint32(6) {
		turn.offered(pageOf(n))
	}
	if got := turn.first(pageOf(0)); got.Page != 0 {
		t.Fatalf("the first page is %d", got.Page)
	}
	turn.offered(pageOf(0)) // broken off
	other := message.Pending{Run: message.Run{Broadcast: 8}, Page: 3}
	turn.offered(other)
	if got := turn.first(other); got != other {
		t.Errorf("a page of another broadcast became %v", got)
	}
	var got []uint32
	for _, job := range []uint32{1, 2, 3, 4, 5, 0} { // as they are in the queue
		got = append(got, turn.first(pageOf(job)).Page)
	}
	if want := []uint32{0, 1, 2, 3, 4, 5}; !slices.Equal(got, want) {
		t.Errorf("worked on %v, want %v", got, want)
	}
	turn.offered(pageOf(2))
	turn.forget(7)
	if got := turn.first(pageOf(5)); got.Page != 5 {
		t.Errorf("page %d of a broadcast that was forgotten comes before 5", got.Page)
	}
}

// Whatever comes again and when: every offer is worked on, by as many jobs as the queue has, and always the first page
// of those that wait.
func TestNoPageIsForgotten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var turn turns
		var queue []message.Pending
		waiting := map[uint32]bool{} // offered and not worked on since
		offer := func(n uint32) {
			turn.offered(pageOf(n))
			queue = append(queue, pageOf(n))
			waiting[n] = true
		}
		pages := uint32(rapid.IntRange(1, 12).Draw(t, "pages"))
		for n := range pages {
			offer(n)
		}
		offers := rapid.IntRange(0, 20).Draw(t, "again")
		broken := rapid.IntRange(0, 20).Draw(t, "broken off")
		var later []uint32 // broken off: they are noted at once, and offered after a while
		for len(queue)+len(later) > 0 {
			if len(later) > 0 && (len(queue) == 0 || rapid.Bool().Draw(t, "offered again")) {
				offer(later[0])
				later = later[1:]
				continue
			}
			if offers > 0 && rapid.Bool().Draw(t, "now") {
				offers--
				offer(rapid.Uint32Range(0, pages-1).Draw(t, "page"))
				continue
			}
			job := queue[0]
			queue = queue[1:]
			got := turn.first(job).Page
			for earlier := range waiting {
				if earlier < got {
					t.Fatalf("job %d became page %d while %d waits", job.Page, got, earlier)
				}
			}
			delete(waiting, got)
			if broken > 0 && rapid.Bool().Draw(t, "breaks off") {
				broken--
				turn.offered(pageOf(got))
				waiting[got] = true
				later = append(later, got)
			}
			if len(queue)+len(later) == 0 { // what the line does when it is idle
				for _, p := range turn.left() {
					offer(p.Page)
				}
			}
		}
		if len(waiting) > 0 {
			t.Fatalf("%v were offered and never worked on", waiting)
		}
	})
}
