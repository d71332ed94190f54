package tally_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"log/slog"
	"maps"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/question"
	"noroshi/app/store"
	"noroshi/app/tally"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

func openStore(t testing.TB, dir string) *store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{
		Dir: dir, Key: bytes.Repeat([]byte{7}, store.KeySize), Now: time.Now, MinFree: 1, MemTableSize: 8 << 20,
	})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return st
}

// unread reads what these tests write into the feed as changes of the tray: a broadcast, and added or not.
func unread(body []byte) ([]id.Broadcast, int, error) {
	b, _ := id.FromBytes[id.Broadcast](body)
	return []id.Broadcast{b}, int(int8(body[8])), nil
}

func start(t testing.TB, st *store.Store) *tally.Service {
	t.Helper()
	s := tally.New(tally.Options{
		Store: st, Log: slog.New(slog.DiscardHandler), Unread: unread, Grain: time.Millisecond,
	})
	if err := s.Start(context.Background()); err != nil {
		t.Fatalf("Start: %v", err)
	}
	return s
}

// asked is one broadcast of the model: who stands where, and who answered what.
type asked struct {
	standing []message.Standing
	mask     []question.Mask
	flags    []question.Flags
	unread   int
}

// TestCountsAreARecount drives messages and questions through their own services and compares what the feed adds up to
// with a count from nothing, over orderly and abrupt restarts.
func TestCountsAreARecount(t *testing.T) {
	t.Parallel()
	st := openStore(t, t.TempDir())
	defer func() { _ = st.Close() }()
	s := start(t, st)
	defer func() { _ = s.Close(context.Background()) }()
	questions := question.New(st, time.Now)
	messages := message.New(st, time.Now)
	ctx := context.Background()
	var broadcasts id.Broadcast = 10
	rapid.Check(t, func(t *rapid.T) {
		model := map[id.Broadcast]*asked{}
		for range rapid.IntRange(1, 3).Draw(t, "broadcasts") {
			broadcasts++
			model[broadcasts] = open(t, st, questions, messages, broadcasts)
		}
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			which := rapid.SampledFrom(slices.Sorted(maps.Keys(model))).Draw(t, "broadcast")
			switch m := model[which]; rapid.IntRange(0, 9).Draw(t, "op") {
			case 0: // a crash: what is in memory is gone, without a last checkpoint
				s = restart(t, st, s, false)
			case 1:
				s = restart(t, st, s, true)
			case 2:
				by := rapid.SampledFrom([]int{1, 1, -1}).Draw(t, "tray")
				m.unread += by
				update(t, st, func(tx *store.Tx) error {
					tx.Change(store.TopicUnread, append(id.Bytes(which), byte(int8(by))))
					return nil
				})
			default:
				answer(t, st, questions, which, m)
			}
		}
		head := st.Head()
		for s.Folded() < head {
			if err := st.Wait(ctx, head-1); err != nil {
				t.Fatalf("Wait: %v", err)
			}
			<-time.After(time.Millisecond)
		}
		for which, m := range model {
			compare(t, s.Get(which), m)
		}
	})
}

func update(t *rapid.T, st *store.Store, fn func(tx *store.Tx) error) {
	if _, err := st.Update(context.Background(), fn); err != nil {
		t.Fatalf("Update: %v", err)
	}
}

func open(t *rapid.T, st *store.Store, q *question.Service, m *message.Service, b id.Broadcast) *asked {
	n := rapid.IntRange(1, 30).Draw(t, "people")
	a := &asked{mask: make([]question.Mask, n), flags: make([]question.Flags, n)}
	seats, people := make([]question.Seat, n), map[message.Standing]int{}
	for i := range seats {
		seats[i] = question.Seat{Recipient: id.Recipient(i + 1), Department: uint16(i % 3)}
		s := rapid.SampledFrom([]message.Standing{message.Waiting, message.UnreachableNoPhone}).Draw(t, "standing")
		a.standing = append(a.standing, s)
		people[s]++
	}
	update(t, st, func(tx *store.Tx) error {
		err := q.Open(tx, question.Question{Broadcast: b, Choices: []question.Choice{{Code: "A"}, {Code: "B"}}})
		if err != nil {
			return err
		}
		m.Place(tx, b, people)
		return q.Seat(tx, b, 0, seats)
	})
	return a
}

func answer(t *rapid.T, st *store.Store, q *question.Service, b id.Broadcast, a *asked) {
	g := question.Given{
		Person: uint32(rapid.IntRange(0, len(a.mask)-1).Draw(t, "person")),
		Mask:   question.Mask(rapid.IntRange(0, 3).Draw(t, "mask")),
		Flags:  question.Flags(rapid.IntRange(0, 3).Draw(t, "flags")),
	}
	a.mask[g.Person], a.flags[g.Person] = g.Mask, g.Flags
	update(t, st, func(tx *store.Tx) error { return q.Answer(tx, b, []question.Given{g}) })
}

// restart makes a new service over the same ledger. One that is not closed in order has written no checkpoint since its
// last; its goroutines end all the same.
func restart(t *rapid.T, st *store.Store, s *tally.Service, orderly bool) *tally.Service {
	if orderly {
		if err := s.Close(context.Background()); err != nil {
			t.Fatalf("Close: %v", err)
		}
	} else {
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		_ = s.Close(ended)
	}
	next := tally.New(tally.Options{
		Store: st, Log: slog.New(slog.DiscardHandler), Unread: unread, Grain: time.Millisecond,
	})
	if err := next.Start(context.Background()); err != nil {
		t.Fatalf("Start: %v", err)
	}
	return next
}

func compare(t *rapid.T, got tally.Counts, a *asked) {
	var standings [message.NumStandings]int
	masks := map[question.Mask]int{}
	departments := map[uint16]map[question.Mask]int{}
	inferred, commented, answered := 0, 0, 0
	for i, m := range a.mask {
		standings[a.standing[i]]++
		if m == 0 {
			continue
		}
		answered++
		masks[m]++
		d := uint16(i % 3)
		if departments[d] == nil {
			departments[d] = map[question.Mask]int{}
		}
		departments[d][m]++
		if a.flags[i]&question.Inferred != 0 {
			inferred++
		}
		if a.flags[i]&question.Commented != 0 {
			commented++
		}
	}
	if got.Standings != standings || !maps.Equal(got.Masks, masks) || got.Inferred != inferred ||
		got.Commented != commented || got.Unread != a.unread || got.Answered() != answered {
		t.Fatalf("counts %+v, want standings %v, masks %v, inferred %d, commented %d, unread %d",
			got, standings, masks, inferred, commented, a.unread)
	}
	for d := range uint16(3) {
		n, withA := got.InDepartment(d, 1)
		wantN, wantA := 0, 0
		for m, k := range departments[d] {
			wantN += k
			if m&1 != 0 {
				wantA += k
			}
		}
		if n != wantN || withA != wantA {
			t.Fatalf("department %d: %d answered, %d with A; want %d and %d", d, n, withA, wantN, wantA)
		}
	}
	if p := got.Curve.Points; len(p) > 200 || (len(p) > 0 && p[len(p)-1].Answered != answered) {
		t.Fatalf("the curve has %d points and ends at %v, want %d", len(p), p[len(p)-1], answered)
	}
}

// The feed may be trimmed although nothing is ever counted.
func TestFeedGoesOnWithoutCounts(t *testing.T) {
	t.Parallel()
	st := openStore(t, t.TempDir())
	defer func() { _ = st.Close() }()
	s := start(t, st)
	defer func() { _ = s.Close(context.Background()) }()
	done := make(chan error, 1)
	const entries = 3000
	for i := range entries {
		// One at a time, so that each has an entry of its own.
		st.Submit(func(tx *store.Tx) error {
			tx.Seq()
			tx.Set(store.Counter.Key([]byte("k")), binary.BigEndian.AppendUint64([]byte{1}, uint64(i)))
			tx.Change(store.TopicDirectory, []byte{1})
			return nil
		}, func(_ id.Seq, err error) { done <- err })
		if err := <-done; err != nil {
			t.Fatalf("Submit: %v", err)
		}
	}
	deadline := time.After(30 * time.Second)
	for {
		seq, err := st.CheckpointOf("tally")
		if err != nil {
			t.Fatalf("CheckpointOf: %v", err)
		}
		if seq > entries/2 {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("the checkpoint stays at %d of %d", seq, entries)
		case <-time.After(time.Millisecond):
		}
	}
}

func TestCurveKeepsItsShape(t *testing.T) {
	t.Parallel()
	st := openStore(t, t.TempDir())
	defer func() { _ = st.Close() }()
	now := time.Unix(1_800_000_000, 0)
	questions := question.New(st, func() time.Time { return now })
	const n = 1000
	_, err := st.Update(t.Context(), func(tx *store.Tx) error {
		if err := questions.Open(tx, question.Question{Broadcast: 1, Choices: []question.Choice{{Code: "A"}}}); err != nil {
			return err
		}
		return questions.Seat(tx, 1, 0, make([]question.Seat, n))
	})
	if err != nil {
		t.Fatalf("Update: %v", err)
	}
	for i := range uint32(n) {
		now = now.Add(2 * time.Second)
		_, err := st.Update(t.Context(), func(tx *store.Tx) error {
			return questions.Answer(tx, 1, []question.Given{{Person: i, Mask: 1}})
		})
		if err != nil {
			t.Fatalf("Update: %v", err)
		}
	}
	s := start(t, st)
	defer func() { _ = s.Close(context.Background()) }()
	c := s.Get(1)
	points := c.Curve.Points
	if len(points) < 80 || len(points) > 200 {
		t.Fatalf("the curve has %d points", len(points))
	}
	for i := 1; i < len(points); i++ {
		if points[i].At <= points[i-1].At || points[i].Answered <= points[i-1].Answered {
			t.Fatalf("point %d: %v after %v", i, points[i], points[i-1])
		}
	}
	at, ok := c.Curve.Reached(n / 2)
	half := time.Unix(1_800_000_000+n, 0)
	if !ok || at.Before(half.Add(-c.Curve.Grain)) || at.After(half.Add(c.Curve.Grain)) {
		t.Errorf("half had answered at %v (%v), want %v within %v", at, ok, half, c.Curve.Grain)
	}
}
