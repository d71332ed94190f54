package smpp

import (
	"testing"
	"time"

	"noroshi/app/gateway"
	"noroshi/app/phone"
)

// messages returns a job of messages with so many parts each.
func messages(y *tally, sizes ...int) *job {
	var ps []gateway.Part
	for to, n := range sizes {
		for range n {
			ps = append(ps, gateway.Part{To: phone.Number(819000000000 + to)})
		}
	}
	return newJob(ps, nil, y.Done)
}

func runs(cs []chunk) [][2]int {
	var out [][2]int
	for _, c := range cs {
		out = append(out, [2]int{c.from, c.to})
	}
	return out
}

func wantRuns(t *testing.T, what string, got []chunk, want ...[2]int) {
	t.Helper()
	g := runs(got)
	if len(g) != len(want) {
		t.Fatalf("%s = %v, want %v", what, g, want)
	}
	for i := range g {
		if g[i] != want[i] {
			t.Fatalf("%s = %v, want %v", what, g, want)
		}
	}
}

func TestQueue_keeps_the_rest_of_a_message_for_its_session(t *testing.T) {
	t.Parallel()
	q, a, b := newQueue(), new(carry), new(carry)
	q.push(messages(newTally(9), 1, 4, 1, 3))
	got, n := q.take(a, 3, nil)
	wantRuns(t, "the first session's", got, [2]int{0, 3})
	if n != 3 {
		t.Fatalf("n = %d, want 3", n)
	}
	got, _ = q.take(b, 10, nil)
	wantRuns(t, "the other session's", got, [2]int{5, 9})
	if q.waiting(b) {
		t.Fatal("the other session may take the rest of the first one's message")
	}
	got, _ = q.take(a, 10, nil)
	wantRuns(t, "the rest", got, [2]int{3, 5})
}

func TestQueue_takes_back_what_was_not_written(t *testing.T) {
	t.Parallel()
	q, a, b := newQueue(), new(carry), new(carry)
	j := messages(newTally(8), 2, 3, 3)
	q.push(j)
	q.take(a, 4, nil) // parts 0 to 3; part 4 is kept for this session
	// Parts 0 to 2 were written: message 1 is begun and cannot go elsewhere.
	refused := q.giveBack(a, []chunk{{j, 3, 4}})
	wantRuns(t, "refused", refused, [2]int{3, 5})
	got, _ := q.take(b, 10, nil)
	wantRuns(t, "left", got, [2]int{5, 8})

	q.push(messages(newTally(1), 1))
	refused = q.giveBack(b, []chunk{{j, 5, 8}}) // nothing of it was written
	wantRuns(t, "refused", refused)
	got, _ = q.take(a, 2, nil)
	wantRuns(t, "given back, before newer ones", got, [2]int{5, 7})
	got, _ = q.take(a, 5, nil)
	wantRuns(t, "its rest, and the newer one", got, [2]int{7, 8}, [2]int{0, 1})
}

func TestQueue_abandons_all_that_no_session_writes(t *testing.T) {
	t.Parallel()
	q, a, b := newQueue(), new(carry), new(carry)
	y := newTally(12)
	j := messages(y, 3, 1, 2, 6)
	q.push(j)
	q.take(a, 1, nil) // part 0; parts 1 and 2 are kept
	taken, _ := q.take(b, 1, nil)
	wantRuns(t, "taken", taken, [2]int{3, 4})
	if refused := q.giveBack(b, taken); len(refused) != 0 {
		t.Fatalf("refused = %v", runs(refused))
	}
	wantRuns(t, "abandoned", q.abandon(j), [2]int{1, 3}, [2]int{3, 4}, [2]int{4, 12})
	if q.waiting(a) || q.waiting(b) {
		t.Fatal("something is left in the queue")
	}
	// Part 0 was in the hands of a session that is cut now: nobody waits for it any more.
	wantRuns(t, "refused", q.giveBack(a, []chunk{{j, 0, 1}}), [2]int{0, 1})
}

func TestJob_is_written_when_each_part_is_written_or_given_up(t *testing.T) {
	t.Parallel()
	y := newTally(4)
	j := messages(y, 4)
	j.wrote(1)
	chunk{j, 1, 4}.giveUp(time.Unix(1, 0))
	select {
	case <-j.written:
	default:
		t.Fatal("the job waits on")
	}
	if len(y.got) != 3 || y.got[3].Class != gateway.NotSent {
		t.Fatalf("told %v, want three not sent", y.got)
	}
}
