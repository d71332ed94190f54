package question

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/store"
)

// world is a service over a ledger of its own with a clock that tests turn.
type world struct {
	*Service
	t   *testing.T
	now time.Time
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, now: time.Unix(1_800_000_000, 0)}
	w.Service = New(openStore(t), func() time.Time { return w.now })
	return w
}

func (w *world) do(fn func(tx *store.Tx) error) {
	w.t.Helper()
	if _, err := w.store.Update(context.Background(), fn); err != nil {
		w.t.Fatalf("Update: %v", err)
	}
}

// ask opens a question to people 0 to n-1.
func (w *world) ask(b id.Broadcast, n int) {
	w.t.Helper()
	w.do(func(tx *store.Tx) error { return w.Open(tx, question(b, w.now)) })
	for page := 0; n > 0; page++ {
		seats := make([]Seat, min(n, 4_000))
		for i := range seats {
			seats[i].Recipient = id.Recipient(page*4_000 + i + 1)
		}
		n -= len(seats)
		w.do(func(tx *store.Tx) error { return w.Seat(tx, b, uint32(page), seats) })
	}
}

func (w *world) say(b id.Broadcast, person uint32, mask Mask) {
	w.t.Helper()
	w.do(func(tx *store.Tx) error { return w.Answer(tx, b, []Given{{Person: person, Mask: mask, Reply: 5}}) })
}

func (w *world) want(b id.Broadcast, person uint32, mask Mask, flags Flags) {
	w.t.Helper()
	if got := w.Room(b).Current(person); got.Mask != mask || got.Flags != flags {
		w.t.Errorf("person %d has %b with flags %b, want %b with %b", person, got.Mask, got.Flags, mask, flags)
	}
}

func TestLateAnswersCountWhenAnAdminSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ask(1, 3)
	w.say(1, 0, 1)
	count := func(on bool) {
		t.Helper()
		w.do(func(tx *store.Tx) error {
			more, err := w.CountLate(tx, 1, on)
			if more {
				t.Error("three people are not settled at once")
			}
			return err
		})
	}
	_, err := w.store.Update(t.Context(), func(tx *store.Tx) error {
		_, err := w.CountLate(tx, 1, true)
		return err
	})
	if fault.CodeOf(err) != "still_open" {
		t.Errorf("CountLate of an open question: %v", err)
	}
	w.do(func(tx *store.Tx) error { return w.Close(tx, 1) })
	w.say(1, 0, 4)
	w.say(1, 1, 2)
	w.want(1, 0, 1, 0)
	w.want(1, 1, 0, 0)
	if got := w.Room(1).Late(); got != 2 {
		t.Errorf("Late = %d, want 2", got)
	}
	count(true)
	w.want(1, 0, 4, LateOne)
	w.want(1, 1, 2, LateOne)
	w.say(1, 2, 1)
	w.want(1, 2, 1, LateOne)
	count(false)
	w.want(1, 0, 1, 0)
	w.want(1, 1, 0, 0)
	w.want(1, 2, 0, 0)
}

func TestAnAnswerReadLaterCountsByWhenItCame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ask(1, 2)
	came := w.now
	w.now = w.now.Add(time.Minute)
	w.say(1, 0, 1)
	w.now = w.now.Add(time.Minute)
	closing := w.now
	w.do(func(tx *store.Tx) error { return w.Close(tx, 1) })
	w.now = w.now.Add(time.Hour)
	read := func(person uint32, at time.Time) {
		t.Helper()
		w.do(func(tx *store.Tx) error {
			return w.AnswerAsOf(tx, 1, at, []Given{{Person: person, Mask: 4, Flags: ByTray}})
		})
	}
	read(0, came) // the person has answered since
	w.want(1, 0, 1, 0)
	before, at := w.Room(1).Before(1, came)
	read(1, came) // before the close
	w.want(1, 1, 4, ByTray)
	w.do(func(tx *store.Tx) error { return w.PutBack(tx, 1, at, before) })
	w.want(1, 1, 0, 0)
	read(1, closing.Add(time.Minute)) // after it
	w.want(1, 1, 0, 0)
}

func TestCountLateGoesOnAfterAStop(t *testing.T) {
	t.Parallel()
	const people = 12_000
	w := newWorld(t)
	w.ask(1, people)
	w.do(func(tx *store.Tx) error { return w.Close(tx, 1) })
	w.say(1, 0, 1)
	w.say(1, people-1, 2)
	w.do(func(tx *store.Tx) error {
		more, err := w.CountLate(tx, 1, true)
		if !more {
			t.Error("all are settled in one entry")
		}
		return err
	})
	w.want(1, 0, 1, LateOne)
	w.want(1, people-1, 0, 0)
	w.Service = New(w.store, w.Service.now)
	if err := w.LoadAll(t.Context()); err != nil {
		t.Fatalf("LoadAll: %v", err)
	}
	for more := true; more; {
		var err error
		if more, err = w.Sweep(t.Context()); err != nil {
			t.Fatalf("Sweep: %v", err)
		}
	}
	w.want(1, people-1, 2, LateOne)
}

func TestSweepLetsGoOfQuestionsThatHaveCooled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ask(1, 1)
	w.ask(2, 1)
	w.do(func(tx *store.Tx) error { return w.Close(tx, 1) })
	loaded := func() (n int) {
		t.Helper()
		if _, err := w.Sweep(t.Context()); err != nil {
			t.Fatalf("Sweep: %v", err)
		}
		w.mu.RLock()
		defer w.mu.RUnlock()
		return len(w.rooms)
	}
	w.now = w.now.Add(Cooling - time.Second)
	if got := loaded(); got != 2 {
		t.Errorf("%d in memory before the first has cooled, want 2", got)
	}
	w.now = w.now.Add(time.Second)
	if got := loaded(); got != 1 || w.Room(2) == nil {
		t.Errorf("%d in memory after it has cooled, want the open one", got)
	}
	if _, err := w.Load(t.Context(), 1); err != nil {
		t.Fatalf("Load: %v", err)
	}
	if got := loaded(); got != 2 {
		t.Errorf("%d in memory while somebody looks, want 2", got)
	}
	w.now = w.now.Add(idle)
	if got := loaded(); got != 1 {
		t.Errorf("%d in memory after nobody looked for a while, want 1", got)
	}
}

func TestSweepRemovesReservationsThatHaveRunOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const reviews = 700
	for i := range reviews {
		number := "81" + id.Broadcast(i).String()
		w.do(func(tx *store.Tx) error {
			_, err := Reserve(tx, w.now, Reservation{
				Broadcast: id.Broadcast(i + 1), ReplyNumbers: []string{number}, Typed: []string{"", ""},
				Until: w.now.Add(time.Duration(i%2+1) * time.Hour),
			})
			return err
		})
	}
	w.ask(9999, 1) // three codes that are open
	left := func() (n int) {
		t.Helper()
		for more := true; more; {
			var err error
			if more, err = w.Sweep(t.Context()); err != nil {
				t.Fatalf("Sweep: %v", err)
			}
		}
		_ = w.store.View(func(tx *store.Tx) error {
			scan := store.Scan{Prefix: store.CodeReservation.Key(), KeysOnly: true}
			return tx.Each(scan, func(_, _ []byte) (bool, error) { n++; return true, nil })
		})
		return n
	}
	for _, c := range []struct {
		pass time.Duration
		want int
	}{{time.Minute, 2*reviews + 3}, {time.Hour, reviews + 3}, {time.Hour, 3}} {
		w.now = w.now.Add(c.pass)
		if got := left(); got != c.want {
			t.Errorf("%d reservations left, want %d", got, c.want)
		}
	}
}

func TestTypedCodesAreRefusedOnlyWhereTheyMeet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ask(1, 1)
	meets := 3 // people
	var cooling []string
	typed := func() (codes []string, err error) {
		_, err = w.store.Update(t.Context(), func(tx *store.Tx) error {
			codes, err = Reserve(tx, w.now, Reservation{
				Broadcast: 2, ReplyNumbers: []string{"815012345678"}, Typed: []string{"A", "X"}, Until: w.now.Add(time.Hour),
				Meets: func(id.Broadcast, int) (int, error) { return meets, nil },
				Cooling: func(code string, other Question, people int) {
					cooling = append(cooling, fmt.Sprint(code, other.Broadcast, people))
				},
			})
			return err
		})
		return codes, err
	}
	_, err := typed()
	if e, ok := errors.AsType[*fault.Error](err); !ok || e.Code != "code_in_use" || e.Params["people"] != "3" ||
		e.Params["broadcast"] != id.Broadcast(1).String() {
		t.Errorf("a code of an open broadcast to the same people: %v", err)
	}
	meets = 0
	if codes, err := typed(); err != nil || codes[0] != "A" {
		t.Errorf("a code of a broadcast to others: %v, %v", codes, err)
	}
	meets = 2
	w.do(func(tx *store.Tx) error { return w.Close(tx, 1) })
	want := fmt.Sprint("A", id.Broadcast(1), 2)
	if codes, err := typed(); err != nil || codes[0] != "A" || len(cooling) != 1 || cooling[0] != want {
		t.Errorf("a code that cools: %v, %v, warned of %v", codes, err, cooling)
	}
}
