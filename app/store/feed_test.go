package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"noroshi/app/fault"
	"noroshi/app/id"
)

func changes(t testing.TB, s *Store, after id.Seq, limit int) (out []string) {
	t.Helper()
	list, err := s.Changes(after, limit)
	if err != nil {
		t.Fatalf("Changes: %v", err)
	}
	for _, c := range list {
		out = append(out, fmt.Sprintf("%d/%d/%s", c.Seq, c.Topic, c.Body))
	}
	return out
}

func change(bodies ...string) func(tx *Tx) error {
	return func(tx *Tx) error {
		for _, body := range bodies {
			tx.Change(TopicMessage, []byte(body))
		}
		return nil
	}
}

func TestChangesComeInOrderAndByWholeEntries(t *testing.T) {
	t.Parallel()
	o := optionsFor(t.TempDir())
	s := open(t, o)
	together(t, s, change("a", ""), func(tx *Tx) error { tx.Change(TopicSystem, []byte("b")); return nil })
	update(t, s, put("no change", ""))
	update(t, s, change("c"))
	update(t, s, change("d"))
	closeStore(t, s)
	s = open(t, o)
	cases := []struct {
		after id.Seq
		limit int
		want  []string
	}{
		{0, 1, []string{"1/1/a", "1/1/", "1/6/b"}},
		{0, 4, []string{"1/1/a", "1/1/", "1/6/b", "3/1/c"}},
		{1, 100, []string{"3/1/c", "4/1/d"}},
		{2, 1, []string{"3/1/c"}},
		{4, 100, nil},
		{99, 100, nil},
	}
	for _, c := range cases {
		if got := changes(t, s, c.after, c.limit); !slices.Equal(got, c.want) {
			t.Errorf("Changes(%d, %d) = %q, want %q", c.after, c.limit, got, c.want)
		}
	}
	if _, err := s.Update(t.Context(), func(tx *Tx) error { tx.Change(0, nil); return nil }); err == nil {
		t.Error("a change without a topic was taken")
	}
}

func TestWaitReturnsWhenThereIsSomethingNew(t *testing.T) {
	t.Parallel()
	s := open(t, optionsFor(t.TempDir()))
	if err := s.Wait(cancelled(t), 0); !errors.Is(err, context.Canceled) {
		t.Fatalf("Wait = %v, want canceled", err)
	}
	woken := make(chan error, 3)
	for range 3 {
		go func() { woken <- s.Wait(context.Background(), 1) }()
	}
	update(t, s, put("a", "1"))
	select {
	case err := <-woken:
		t.Fatalf("Wait = %v at the sequence it has", err)
	default:
	}
	update(t, s, put("a", "2"))
	for range 3 {
		if err := <-woken; err != nil {
			t.Fatalf("Wait = %v", err)
		}
	}
	if err := s.Wait(cancelled(t), 1); err != nil {
		t.Fatalf("Wait for what is there = %v", err)
	}
}

func TestCheckpointsAreKeptWithTheFold(t *testing.T) {
	t.Parallel()
	s := open(t, optionsFor(t.TempDir()))
	if seq, err := s.CheckpointOf("tally"); seq != 0 || err != nil {
		t.Fatalf("CheckpointOf = %d, %v, want 0", seq, err)
	}
	update(t, s, func(tx *Tx) error { tx.Checkpoint("tally", 7); return put("fold", "1")(tx) })
	_, err := s.Update(t.Context(), func(tx *Tx) error { tx.Checkpoint("tally", 9); return errTest })
	if !errors.Is(err, errTest) {
		t.Fatal(err)
	}
	if seq, err := s.CheckpointOf("tally"); seq != 7 || err != nil {
		t.Fatalf("CheckpointOf = %d, %v, want 7", seq, err)
	}
	update(t, s, func(tx *Tx) error { tx.DropCheckpoint("tally"); return nil })
	if seq, err := s.CheckpointOf("tally"); seq != 0 || err != nil {
		t.Fatalf("CheckpointOf after DropCheckpoint = %d, %v, want 0", seq, err)
	}
}

// TestTheFeedIsTrimmedBehindTheSlowest has two consumers; trimming follows the slower one with its margin.
func TestTheFeedIsTrimmedBehindTheSlowest(t *testing.T) {
	t.Parallel()
	s := open(t, optionsFor(t.TempDir()))
	const n = 5000
	for i := range n {
		s.Submit(change(fmt.Sprint(i)), func(id.Seq, error) {})
		if i%64 == 0 { // entries of their own: at most a handful fall together
			update(t, s, change("own"))
		}
	}
	// However the changes fell into entries: make sure there are many entries.
	for s.Head() < 3*trimChunk+feedMargin {
		update(t, s, change("x"))
	}
	head := s.Head()
	tidy := func() id.Seq {
		t.Helper()
		if err := s.tidy(); err != nil {
			t.Fatalf("tidy: %v", err)
		}
		var start uint64
		err := s.View(func(tx *Tx) (err error) { start, err = readNumber(tx, metaFeedStart); return err })
		if err != nil {
			t.Fatal(err)
		}
		return id.Seq(start)
	}
	if start := tidy(); start != 0 {
		t.Fatalf("without consumers the feed starts at %d, want 0", start)
	}
	update(t, s, func(tx *Tx) error { tx.Checkpoint("quick", head); tx.Checkpoint("slow", 10); return nil })
	if start := tidy(); start != 0 {
		t.Fatalf("with a slow consumer the feed starts at %d, want 0", start)
	}
	update(t, s, func(tx *Tx) error { tx.Checkpoint("slow", head-5); return nil })
	want, limit := tidy(), head-5-feedMargin
	if want > limit || limit-want >= trimChunk {
		t.Fatalf("the feed starts at %d, want at most %d and less than %d behind", want, limit, trimChunk)
	}
	if again := tidy(); again != want {
		t.Fatalf("the feed moved to %d with nothing to do", again)
	}
	_, err := s.Changes(want-1, 10)
	wantCode(t, err, "feed_trimmed")
	list, err := s.Changes(want, 1<<20)
	if err != nil || len(list) == 0 || list[0].Seq <= want || list[len(list)-1].Seq != head {
		t.Fatalf("Changes behind the trimming = %d of them, %v", len(list), err)
	}
	left := 0
	err = s.View(func(tx *Tx) error {
		return tx.Each(Scan{Prefix: prefixChange.Key(), KeysOnly: true}, func(_, _ []byte) (bool, error) {
			left++
			return true, nil
		})
	})
	if err != nil || id.Seq(left) != head-want {
		t.Fatalf("%d records left, %v, want %d", left, err, head-want)
	}
}

func TestRequestsAreRememberedUntilTheyExpire(t *testing.T) {
	t.Parallel()
	c := newClock()
	o := optionsFor(t.TempDir())
	o.Now = c.now
	s := open(t, o)
	seen := func(request string) string {
		t.Helper()
		got := "-"
		err := s.View(func(tx *Tx) error {
			result, ok, err := tx.Seen(request)
			if ok {
				got = string(result)
			}
			return err
		})
		if err != nil {
			t.Fatalf("Seen: %v", err)
		}
		return got
	}
	day := func(n int) time.Time { return c.now().Add(time.Duration(n) * 24 * time.Hour) }
	update(t, s, func(tx *Tx) error {
		tx.Remember("a", []byte("one"), day(1))
		tx.Remember("b", nil, day(1))
		if r, ok, err := tx.Seen("a"); string(r) != "one" || !ok || err != nil {
			t.Errorf("Seen in the same function = %q, %v, %v", r, ok, err)
		}
		return nil
	})
	update(t, s, func(tx *Tx) error { tx.Remember("a", []byte("two"), day(3)); return nil })
	if a, b, other := seen("a"), seen("b"), seen("other"); a != "two" || b != "" || other != "-" {
		t.Fatalf("seen %q, %q, %q, want two, empty, -", a, b, other)
	}
	records := func() (n int) {
		t.Helper()
		err := s.View(func(tx *Tx) error {
			for _, p := range []Prefix{prefixRequest, prefixExpiry} {
				if err := tx.Each(Scan{Prefix: p.Key()}, func(_, _ []byte) (bool, error) { n++; return true, nil }); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, step := range []struct {
		pass    time.Duration
		a, b    string
		records int
	}{
		{23 * time.Hour, "two", "", 4}, {time.Hour, "two", "-", 2}, {47 * time.Hour, "two", "-", 2}, {time.Hour, "-", "-", 0},
	} {
		c.pass(step.pass)
		before := s.Head()
		if a, b := seen("a"), seen("b"); a != step.a || b != step.b {
			t.Errorf("seen %q, %q, want %q, %q", a, b, step.a, step.b)
		}
		if err := s.tidy(); err != nil {
			t.Fatal(err)
		}
		if n := records(); n != step.records {
			t.Errorf("%d records, want %d (Head %d -> %d)", n, step.records, before, s.Head())
		}
	}
	_, err := s.Update(t.Context(), func(tx *Tx) error { tx.Remember("", nil, day(1)); return nil })
	wantCode(t, err, "bad_request_id")
}

func TestManyExpiredRequestsAreForgottenInChunks(t *testing.T) {
	t.Parallel()
	c := newClock()
	o := optionsFor(t.TempDir())
	o.Now = c.now
	s := open(t, o)
	for i := range 3 {
		update(t, s, func(tx *Tx) error {
			for j := range 400 {
				tx.Remember(fmt.Sprint(i, "-", j), nil, c.now().Add(time.Minute))
			}
			return nil
		})
	}
	c.pass(time.Hour)
	if err := s.tidy(); err != nil {
		t.Fatal(err)
	}
	left := 0
	err := s.View(func(tx *Tx) error {
		return tx.Each(Scan{Prefix: prefixRequest.Key()}, func(_, _ []byte) (bool, error) { left++; return true, nil })
	})
	if err != nil || left != 0 || s.Head() != 6 {
		t.Fatalf("%d left, %v, Head %d, want 0 and 6", left, err, s.Head())
	}
}

// TestTheSameEntriesGiveTheSameHashes applies random entries to two ledgers with different clocks, identities and keys.
func TestTheSameEntriesGiveTheSameHashes(t *testing.T) {
	t.Parallel()
	c := newClock()
	a := open(t, optionsFor(t.TempDir()))
	o := optionsFor(t.TempDir())
	o.Now, o.Key = c.now, append([]byte{1}, testKey[1:]...)
	b := open(t, o)
	rapid.Check(t, func(rt *rapid.T) {
		for range rapid.IntRange(1, 4).Draw(rt, "entries") {
			var fns []func(tx *Tx) error
			for range rapid.IntRange(1, 4).Draw(rt, "functions") {
				fns = append(fns, drawFunction(rt))
			}
			one, two := together(t, a, fns...), together(t, b, fns...)
			if !slices.EqualFunc(one, two, func(x, y outcome) bool {
				return x.seq == y.seq && fault.CodeOf(x.err) == fault.CodeOf(y.err) && (x.err == nil) == (y.err == nil)
			}) {
				rt.Fatalf("outcomes %v and %v", one, two)
			}
		}
		if x, y := a.lastTold.Load(), b.lastTold.Load(); (x == nil) != (y == nil) || (x != nil && *x != *y) {
			rt.Fatalf("headers %+v and %+v", x, y)
		}
		if x, y := keySpace(t, a), keySpace(t, b); x != y {
			rt.Fatalf("key spaces %x and %x", x, y)
		}
	})
}

// drawFunction draws what a function does beforehand, so that it does the same in both ledgers.
func drawFunction(t *rapid.T) func(tx *Tx) error {
	var steps []func(tx *Tx)
	for range rapid.IntRange(0, 6).Draw(t, "steps") {
		key := smallKey().Draw(t, "key")
		v := rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "value")
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			steps = append(steps, func(tx *Tx) { tx.Delete(key) })
		case 1:
			steps = append(steps, func(tx *Tx) { tx.Change(TopicAnswer, v) })
		case 2:
			until := time.UnixMilli(rapid.Int64Range(0, 1<<40).Draw(t, "until"))
			steps = append(steps, func(tx *Tx) { tx.Remember(string(key), v, until) })
		case 3:
			steps = append(steps, func(tx *Tx) { tx.Set(key, []byte(fmt.Sprint(tx.Seq()))) })
		default:
			steps = append(steps, func(tx *Tx) { tx.Set(key, v) })
		}
	}
	fails := rapid.IntRange(0, 9).Draw(t, "fails") == 0
	return func(tx *Tx) error {
		for _, step := range steps {
			step(tx)
		}
		if fails {
			return errTest
		}
		return nil
	}
}

// keySpace hashes every record but those that are a ledger's own.
func keySpace(t *testing.T, s *Store) (sum [sha256.Size]byte) {
	t.Helper()
	h := sha256.New()
	err := s.View(func(tx *Tx) error {
		return tx.Each(Scan{}, func(key, value []byte) (bool, error) {
			if Prefix(key[0]) != prefixMeta {
				fmt.Fprintf(h, "%d %x %x\n", len(key), key, value)
			}
			return true, nil
		})
	})
	if err != nil {
		t.Fatalf("View: %v", err)
	}
	h.Sum(sum[:0])
	return sum
}

func FuzzDecodeChanges(f *testing.F) {
	f.Add(encodeChanges([]Change{{Topic: 1, Body: []byte("a")}, {Topic: 6}}))
	f.Add([]byte{1, 1, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, record []byte) {
		list, err := decodeChanges(nil, 1, record)
		if err != nil {
			return
		}
		again, err := decodeChanges(nil, 1, encodeChanges(list))
		if err != nil || len(again) != len(list) {
			t.Fatalf("%d changes became %d, %v", len(list), len(again), err)
		}
	})
}
