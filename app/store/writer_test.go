package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	badger "github.com/dgraph-io/badger/v4"

	"noroshi/app/fault"
	"noroshi/app/id"
)

func TestUpdateIsThereAfterReopening(t *testing.T) {
	t.Parallel()
	o := optionsFor(t.TempDir())
	s := open(t, o)
	if s.Head() != 0 {
		t.Fatalf("Head of a new ledger = %d, want 0", s.Head())
	}
	if seq := update(t, s, put("a", "1", "b", "2")); seq != 1 || s.Head() != 1 {
		t.Fatalf("sequence = %d, Head = %d, want 1, 1", seq, s.Head())
	}
	update(t, s, func(tx *Tx) error { tx.Delete(k("a")); return nil })
	generation := s.Generation()
	closeStore(t, s)

	s = open(t, o)
	if s.Head() != 2 || s.Generation() != generation || generation == 0 {
		t.Fatalf("Head = %d, Generation = %d, want 2, %d", s.Head(), s.Generation(), generation)
	}
	if a, b := value(t, s, "a"), value(t, s, "b"); a != "-" || b != "2" {
		t.Fatalf("a, b = %s, %s, want -, 2", a, b)
	}
	if want := fmt.Sprintf("%d.2", generation); s.StreamID(2) != want {
		t.Fatalf("StreamID = %s, want %s", s.StreamID(2), want)
	}
}

func TestFunctionsThatWaitShareAnEntryAndSeeEachOther(t *testing.T) {
	t.Parallel()
	s := open(t, optionsFor(t.TempDir()))
	update(t, s, put("a", "0", "b", "0"))
	var second, third, durable string
	out := together(t, s,
		put("a", "1"),
		func(tx *Tx) error {
			second = read(tx, "a")
			tx.Set(k("a"), []byte("2"))
			tx.Delete(k("b"))
			return nil
		},
		func(tx *Tx) error {
			third = read(tx, "a") + read(tx, "b")
			return s.View(func(tx *Tx) error { durable = read(tx, "a") + read(tx, "b"); return nil })
		})
	for i, o := range out {
		if o.err != nil || o.seq != 2 {
			t.Errorf("function %d = %v, want sequence 2", i, o)
		}
	}
	if second != "1" || third != "2-" || durable != "00" {
		t.Errorf("seen = %s, %s, durable %s, want 1, 2-, 00", second, third, durable)
	}
}

func TestAFailedFunctionLeavesNothingAndDisturbsNobody(t *testing.T) {
	t.Parallel()
	var log lines
	o := optionsFor(t.TempDir())
	o.Log = log.logger()
	s := open(t, o)
	var seen string
	var undone []string
	undo := func(tx *Tx, name string) { tx.OnRollback(func() { undone = append(undone, name) }) }
	never := func(id.Seq) { t.Error("OnCommit of a failed function ran") }
	out := together(t, s,
		put("a", "1"),
		func(tx *Tx) error {
			tx.Set(k("a"), []byte("2"))
			tx.Change(TopicSystem, []byte("no"))
			tx.OnCommit(never)
			undo(tx, "first")
			undo(tx, "second")
			return errTest
		},
		func(tx *Tx) error {
			tx.Set(k("a"), []byte("3"))
			undo(tx, "third")
			panic("0312345678 is somebody's number")
		},
		func(tx *Tx) error {
			tx.Set(k("a"), []byte("4"))
			undo(tx, "fourth")
			tx.Set(nil, nil) // sticky
			tx.Set(k("a"), []byte("5"))
			return nil
		},
		func(tx *Tx) error { seen = read(tx, "a"); tx.Set(k("b"), nil); return nil })
	if !errors.Is(out[1].err, errTest) {
		t.Errorf("the second failed with %v, want its own error", out[1].err)
	}
	if fault.KindOf(out[2].err) != fault.Internal || strings.Contains(out[2].err.Error(), "0312345678") {
		t.Errorf("the panic came back as %v", out[2].err)
	}
	if fault.KindOf(out[3].err) != fault.Internal || out[3].err == nil {
		t.Errorf("the wrong key came back as %v", out[3].err)
	}
	if out[0] != (outcome{1, nil}) || out[4] != (outcome{1, nil}) || seen != "1" || value(t, s, "a") != "1" {
		t.Errorf("the others: %v, %v, seen %s, kept %s", out[0], out[4], seen, value(t, s, "a"))
	}
	if want := []string{"second", "first", "third", "fourth"}; !slices.Equal(undone, want) {
		t.Errorf("rolled back %v, want %v", undone, want)
	}
	if changes, err := s.Changes(0, 10); err != nil || len(changes) != 0 {
		t.Errorf("Changes = %v, %v, want none", changes, err)
	}
	if got := log.String(); !strings.Contains(got, "panicked") || strings.Contains(got, "0312345678") {
		t.Errorf("the log says %s", got)
	}
}

func TestAnEntryIsCutAtItsLimit(t *testing.T) {
	t.Parallel()
	s := open(t, optionsFor(t.TempDir()))
	runs := 0
	var asked []id.Seq
	var undone int
	out := together(t, s,
		many("a", 900, 10),
		many("b", 1100, 10), // exactly full
		func(tx *Tx) error { // does not fit, and does not care where it goes
			runs++
			return many("c", 900, 10)(tx)
		},
		func(tx *Tx) error { // does not fit, and must know where it goes
			asked = append(asked, tx.Seq())
			tx.OnRollback(func() { undone++ })
			return many("d", 1200, 10)(tx)
		})
	want := []outcome{{1, nil}, {1, nil}, {2, nil}, {3, nil}}
	if !slices.Equal(out, want) {
		t.Fatalf("outcomes = %v, want %v", out, want)
	}
	if runs != 1 || !slices.Equal(asked, []id.Seq{2, 3}) || undone != 1 {
		t.Fatalf("runs = %d, asked %v, undone %d times, want 1, [2 3], 1", runs, asked, undone)
	}
	for prefix, n := range map[string]int{"a": 900, "b": 1100, "c": 900, "d": 1200} {
		if got := count(t, s, prefix); got != n {
			t.Errorf("%d keys of %s, want %d", got, prefix, n)
		}
	}
}

func TestAnEntryIsCutAtItsOctets(t *testing.T) {
	t.Parallel()
	s := open(t, optionsFor(t.TempDir()))
	half := MaxBytes/2 - len(k("a"))
	out := together(t, s,
		func(tx *Tx) error { tx.Set(k("a"), make([]byte, half)); return nil },
		func(tx *Tx) error { tx.Change(TopicSystem, make([]byte, MaxBytes/2-changeOverhead)); return nil },
		func(tx *Tx) error { tx.Set(k("c"), nil); return nil })
	if want := []outcome{{1, nil}, {1, nil}, {2, nil}}; !slices.Equal(out, want) {
		t.Fatalf("outcomes = %v, want %v", out, want)
	}
}

func TestATooLargeFunctionIsRefused(t *testing.T) {
	t.Parallel()
	s := open(t, optionsFor(t.TempDir()))
	cases := map[string]struct {
		fn   func(tx *Tx) error
		code string
	}{
		"as many writes as may be": {many("a", MaxWrites, 1), ""},
		"one write more":           {many("b", MaxWrites+1, 1), "entry_too_large"},
		"as many octets as may be": {func(tx *Tx) error { tx.Set(k("c"), make([]byte, MaxBytes-2)); return nil }, ""},
		"one octet more": {
			func(tx *Tx) error { tx.Set(k("d"), make([]byte, MaxBytes-1)); return nil }, "entry_too_large",
		},
		"a change that is too much": {
			func(tx *Tx) error { tx.Change(1, make([]byte, MaxBytes)); return nil }, "entry_too_large",
		},
		"one key again and again": {func(tx *Tx) error {
			for range 10 * MaxWrites {
				tx.Set(k("e"), make([]byte, 1000))
			}
			return nil
		}, ""},
	}
	for name, c := range cases {
		_, err := s.Update(t.Context(), c.fn)
		if (err != nil || c.code != "") && fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %q", name, err, c.code)
		}
	}
	if count(t, s, "b") != 0 || value(t, s, "d") != "-" {
		t.Error("a refused entry was written")
	}
}

func TestReservedAndWrongKeysAreRefused(t *testing.T) {
	t.Parallel()
	s := open(t, optionsFor(t.TempDir()))
	for _, key := range [][]byte{
		nil, {}, prefixHead.Key(), metaKey(metaStamp), {0}, []byte("!badger!x"), make([]byte, MaxKey+1),
	} {
		for name, fn := range map[string]func(tx *Tx) error{
			"Set":    func(tx *Tx) error { tx.Set(key, nil); return nil },
			"Delete": func(tx *Tx) error { tx.Delete(key); return nil },
		} {
			if _, err := s.Update(t.Context(), fn); fault.KindOf(err) != fault.Internal || err == nil {
				t.Errorf("%s(%.20q) = %v, want internal", name, key, err)
			}
		}
	}
	if s.Head() != 0 {
		t.Errorf("Head = %d, want 0", s.Head())
	}
}

func TestAFunctionThatWritesNothingMakesNoEntry(t *testing.T) {
	t.Parallel()
	s := open(t, optionsFor(t.TempDir()))
	update(t, s, put("a", "1"))
	told := id.Seq(0)
	seq := update(t, s, func(tx *Tx) error { tx.OnCommit(func(seq id.Seq) { told = seq }); return nil })
	if seq != 1 || told != 1 || s.Head() != 1 {
		t.Fatalf("sequence = %d, told %d, Head %d, want 1", seq, told, s.Head())
	}
}

func TestCommitIsToldInOrderBeforeTheCallerGoesOn(t *testing.T) {
	t.Parallel()
	s := open(t, optionsFor(t.TempDir()))
	var mu sync.Mutex
	var told []string
	note := func(name string) func(tx *Tx) error {
		return func(tx *Tx) error {
			tx.Set(k(name), nil)
			tx.OnCommit(func(id.Seq) { panic("one that fails is no harm") })
			tx.OnCommit(func(seq id.Seq) {
				mu.Lock()
				defer mu.Unlock()
				told = append(told, fmt.Sprint(name, seq, value(t, s, name) == ""))
			})
			return nil
		}
	}
	together(t, s, note("a"), note("b"))
	update(t, s, note("c"))
	mu.Lock()
	defer mu.Unlock()
	if want := []string{"a1 true", "b1 true", "c2 true"}; !slices.Equal(told, want) {
		t.Fatalf("told %q, want %q", told, want)
	}
}

func TestSubmitsOfOneGoroutineAreCommittedInOrder(t *testing.T) {
	t.Parallel()
	s := open(t, optionsFor(t.TempDir()))
	const writers, each = 4, 300
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			next, last := 0, id.Seq(0)
			var done sync.WaitGroup
			done.Add(each)
			for i := range each {
				key := k(fmt.Sprint("writer", w))
				s.Submit(func(tx *Tx) error {
					if got, _, err := tx.Get(key); err != nil || (i > 0 && string(got) != fmt.Sprint(i-1)) {
						return fmt.Errorf("submit %d ran after %q, %w", i, got, err)
					}
					tx.Set(key, []byte(fmt.Sprint(i)))
					return nil
				}, func(seq id.Seq, err error) {
					defer done.Done()
					if err != nil || i != next || seq < last { // one goroutine calls all of them
						t.Errorf("done %d with %d, %v after %d with %d", i, seq, err, next-1, last)
					}
					next, last = i+1, seq
				})
			}
			done.Wait()
		})
	}
	wg.Wait()
}

func TestDoneMaySubmit(t *testing.T) {
	t.Parallel()
	s := open(t, optionsFor(t.TempDir()))
	finished := make(chan error, 1)
	var step func(n int)
	step = func(n int) {
		s.Submit(put("n", fmt.Sprint(n)), func(_ id.Seq, err error) {
			if err != nil || n == 50 {
				finished <- err
				return
			}
			step(n + 1)
		})
	}
	step(1)
	if err := <-finished; err != nil || value(t, s, "n") != "50" {
		t.Fatalf("ended with %v at %s", err, value(t, s, "n"))
	}
}

func TestAContextThatEndsFirstMeansNothingWasWritten(t *testing.T) {
	t.Parallel()
	s := open(t, optionsFor(t.TempDir()))
	if _, err := s.Update(cancelled(t), put("a", "1")); !errors.Is(err, context.Canceled) {
		t.Fatalf("Update = %v, want canceled", err)
	}
	holding, release := make(chan struct{}), make(chan struct{})
	s.Submit(func(*Tx) error { close(holding); <-release; return nil }, func(id.Seq, error) {})
	<-holding
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := s.Update(ctx, put("a", "2"))
		failed <- err
	}()
	for s.Stats().Waiting == 0 {
		runtime.Gosched()
	}
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Fatalf("Update = %v, want canceled", err)
	}
	close(release)
	update(t, s, put("b", "1"))
	if got := value(t, s, "a"); got != "-" {
		t.Fatalf("a = %s, want nothing", got)
	}
}

func TestAContextThatEndsLateDoesNotHideTheOutcome(t *testing.T) {
	t.Parallel()
	s := open(t, optionsFor(t.TempDir()))
	ctx, cancel := context.WithCancel(t.Context())
	seq, err := s.Update(ctx, func(tx *Tx) error {
		cancel()
		return put("a", "1")(tx)
	})
	if seq != 1 || err != nil {
		t.Fatalf("Update = %d, %v, want 1", seq, err)
	}
}

func TestAfterAFailedWriteTheLedgerRefuses(t *testing.T) {
	t.Parallel()
	var log lines
	o := optionsFor(t.TempDir())
	o.Log = log.logger()
	s := open(t, o)
	update(t, s, put("a", "1"))
	var undone []string
	note := func(tx *Tx, name string) {
		tx.OnRollback(func() { undone = append(undone, name) })
		tx.OnCommit(func(id.Seq) { t.Error("OnCommit ran for what was not committed") })
	}
	out := together(t, s,
		func(*Tx) error { s.commitTxn = func(*badger.Txn) error { return io.ErrShortWrite }; return nil },
		func(tx *Tx) error { note(tx, "a"); return put("a", "2")(tx) },
		func(tx *Tx) error { note(tx, "b"); return many("b", MaxWrites, 1)(tx) }) // runs, but belongs to the next entry
	for i, o := range out {
		if !errors.Is(o.err, io.ErrShortWrite) || fault.CodeOf(o.err) != "store_failed" {
			t.Errorf("function %d = %v, want store_failed", i, o)
		}
	}
	if want := []string{"a", "b"}; !slices.Equal(undone, want) {
		t.Errorf("rolled back %v, want %v", undone, want)
	}
	if _, err := s.UpdateEssential(t.Context(), put("a", "3")); fault.CodeOf(err) != "store_failed" {
		t.Errorf("a later Update = %v, want store_failed", err)
	}
	if st := s.Stats(); !st.WriteFailed || s.Head() != 1 {
		t.Errorf("WriteFailed = %v, Head = %d, want true, 1", st.WriteFailed, s.Head())
	}
	if got := value(t, s, "a"); got != "1" {
		t.Errorf("a = %s, want what was there before", got)
	}
}

func TestAWriterThatIsEndedFailsEverybody(t *testing.T) {
	t.Parallel()
	s := open(t, optionsFor(t.TempDir()))
	out := together(t, s, put("a", "1"), func(*Tx) error { runtime.Goexit(); return nil }, put("b", "1"))
	for i, o := range out {
		if fault.CodeOf(o.err) != "store_failed" || o.err == nil {
			t.Errorf("function %d = %v, want store_failed", i, o)
		}
	}
	if _, err := s.Update(t.Context(), put("c", "1")); fault.CodeOf(err) != "store_failed" {
		t.Errorf("Update = %v, want store_failed", err)
	}
}

func TestCloseCommitsWhatWaitsAndRefusesTheRest(t *testing.T) {
	t.Parallel()
	o := optionsFor(t.TempDir())
	s := open(t, o)
	holding, release := make(chan struct{}), make(chan struct{})
	s.Submit(func(*Tx) error { close(holding); <-release; return nil }, func(id.Seq, error) {})
	<-holding
	results := make(chan outcome, 1)
	s.Submit(put("a", "1"), func(seq id.Seq, err error) { results <- outcome{seq, err} })
	inView, leaveView := make(chan struct{}), make(chan struct{})
	go func() {
		_ = s.View(func(tx *Tx) error {
			close(inView)
			<-leaveView
			if got := read(tx, "a"); got != "-" {
				t.Errorf("the open View sees %s", got)
			}
			return nil
		})
	}()
	<-inView
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	if err := s.Wait(t.Context(), 100); fault.CodeOf(err) != "store_closed" {
		t.Errorf("Wait = %v, want store_closed", err)
	}
	close(release)
	if got := <-results; got != (outcome{1, nil}) {
		t.Errorf("what waited = %v, want sequence 1", got)
	}
	select {
	case err := <-closed:
		t.Errorf("Close = %v while a View is open", err)
	default:
	}
	close(leaveView)
	if err := <-closed; err != nil {
		t.Errorf("Close = %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("the second Close = %v", err)
	}
	if _, err := s.Update(t.Context(), put("a", "2")); fault.CodeOf(err) != "store_closed" {
		t.Errorf("Update = %v, want store_closed", err)
	}
	s.Submit(put("a", "2"), func(_ id.Seq, err error) { results <- outcome{0, err} })
	if got := <-results; fault.CodeOf(got.err) != "store_closed" {
		t.Errorf("Submit = %v, want store_closed", got.err)
	}
	if err := s.View(func(*Tx) error { return nil }); fault.CodeOf(err) != "store_closed" {
		t.Errorf("View = %v, want store_closed", err)
	}
	if got := value(t, open(t, o), "a"); got != "1" {
		t.Errorf("a = %s, want 1", got)
	}
}

func TestAFullDiskRefusesOrdinaryUpdatesFirst(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	free := uint64(1 << 40)
	set := func(n uint64) { mu.Lock(); free = n; mu.Unlock() }
	o := optionsFor(t.TempDir())
	o.MinFree = 400 << 20
	o.freeSpace = func(string) (uint64, error) { mu.Lock(); defer mu.Unlock(); return free, nil }
	s := open(t, o)
	update(t, s, put("a", "1"))
	steps := []struct {
		free                uint64
		ordinary, essential string
	}{
		{399 << 20, "disk_full", ""},
		{100 << 20, "disk_full", ""},
		{99 << 20, "disk_full", "disk_full"},
		{401 << 20, "", ""},
	}
	for _, c := range steps {
		set(c.free)
		// A measurement under way in the store's own goroutine may still bring in the figure of before, once.
		for try := 0; s.Stats().NearlyFull != (c.ordinary != ""); try++ {
			if try == 100 {
				t.Fatalf("NearlyFull at %d stays %v", c.free, c.ordinary == "")
			}
		}
		code := func(update func(context.Context, func(*Tx) error) (id.Seq, error), want string) (got string) {
			for range 5 {
				got = ""
				if _, err := update(t.Context(), put("a", "2")); err != nil {
					got = fault.CodeOf(err)
				}
				if s.Stats(); got == want {
					break
				}
			}
			return got
		}
		if got := code(s.Update, c.ordinary); got != c.ordinary {
			t.Errorf("Update at %d = %q, want %q", c.free, got, c.ordinary)
		}
		if got := code(s.UpdateEssential, c.essential); got != c.essential {
			t.Errorf("UpdateEssential at %d = %q, want %q", c.free, got, c.essential)
		}
	}
	set(1)
	closeStore(t, s)
	_, err := Open(t.Context(), o)
	wantCode(t, err, "disk_full")
}

func TestAReaderCannotWrite(t *testing.T) {
	t.Parallel()
	s := open(t, optionsFor(t.TempDir()))
	update(t, s, put("a", "1"))
	for name, fn := range map[string]func(tx *Tx){
		"Set":        func(tx *Tx) { tx.Set(k("a"), nil) },
		"Delete":     func(tx *Tx) { tx.Delete(k("a")) },
		"Change":     func(tx *Tx) { tx.Change(TopicSystem, nil) },
		"Checkpoint": func(tx *Tx) { tx.Checkpoint("c", 1) },
	} {
		if err := s.View(func(tx *Tx) error { fn(tx); return nil }); fault.KindOf(err) != fault.Internal || err == nil {
			t.Errorf("%s in View = %v, want internal", name, err)
		}
	}
	var late *Tx
	if err := s.View(func(tx *Tx) error {
		late = tx
		if tx.Seq() != 1 {
			t.Errorf("Seq in View = %d, want 1", tx.Seq())
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := late.Get(k("a")); err == nil {
		t.Error("Get after View returned a value")
	}
}

func TestViewSeesOneMoment(t *testing.T) {
	t.Parallel()
	s := open(t, optionsFor(t.TempDir()))
	update(t, s, put("a", "1", "b", "1"))
	err := s.View(func(tx *Tx) error {
		first := read(tx, "a")
		update(t, s, put("a", "2", "b", "2"))
		if got := first + read(tx, "a") + read(tx, "b"); got != "111" {
			t.Errorf("View saw %s, want 111", got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCountsAndStats(t *testing.T) {
	t.Parallel()
	s := open(t, optionsFor(t.TempDir()))
	for range 3 {
		update(t, s, many("a", 10, 100))
	}
	st := s.Stats()
	if st.Commits != 3 || st.Writes != 30 || st.Head != 3 || st.LastCommit <= 0 || st.MeanCommit <= 0 {
		t.Errorf("Stats = %+v", st)
	}
	if st.DiskBytes == 0 || st.FreeBytes == 0 || st.DiskBytes > 16<<20 {
		t.Errorf("DiskBytes = %d (the files are sparse), FreeBytes = %d", st.DiskBytes, st.FreeBytes)
	}
}

func TestValuesStayAsTheyAreUntilTheFunctionReturns(t *testing.T) {
	t.Parallel()
	s := open(t, optionsFor(t.TempDir()))
	update(t, s, many("a", 50, 200))
	err := s.View(func(tx *Tx) error {
		first, _, err := tx.Get(k("a000001"))
		if err != nil {
			return err
		}
		for i := range 50 {
			if _, _, err := tx.Get(k(fmt.Sprintf("a%06d", i))); err != nil {
				return err
			}
		}
		if !bytes.Equal(first, bytes.Repeat([]byte{1}, 200)) {
			t.Error("a value changed while its function was running")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
