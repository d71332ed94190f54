package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"noroshi/app/fault"
	"noroshi/app/id"
)

// TestMain also plays the child of the chaos test, which is this binary started again.
func TestMain(m *testing.M) {
	if dir := os.Getenv(chaosDirEnv); dir != "" {
		os.Exit(chaosChild(dir))
	}
	// The database leaves these two behind when it cannot open; one that is left open has others too.
	goleak.VerifyTestMain(m,
		goleak.IgnoreTopFunction("github.com/dgraph-io/ristretto/v2/z.(*AllocatorPool).freeupAllocators"),
		goleak.IgnoreTopFunction("github.com/dgraph-io/badger/v4.(*DB).monitorCache"))
}

var testKey = bytes.Repeat([]byte{7}, KeySize)

// clock is a clock that tests set.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func optionsFor(dir string) Options {
	return Options{Dir: dir, Key: testKey, Now: time.Now, MinFree: 1, MemTableSize: leastMemTable}
}

// open opens a ledger that ends with the test; it may be closed before.
func open(t testing.TB, o Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

func closeStore(t testing.TB, s *Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
}

func update(t testing.TB, s *Store, fn func(tx *Tx) error) id.Seq {
	t.Helper()
	seq, err := s.Update(t.Context(), fn)
	if err != nil {
		t.Fatalf("Update: %v", err)
	}
	return seq
}

// k is a key of the tests.
func k(name string) []byte { return Counter.Key([]byte(name)) }

func put(pairs ...string) func(tx *Tx) error {
	return func(tx *Tx) error {
		for i := 0; i+1 < len(pairs); i += 2 {
			tx.Set(k(pairs[i]), []byte(pairs[i+1]))
		}
		return nil
	}
}

// value returns what View sees under the name; "-" when there is nothing.
func value(t testing.TB, s *Store, name string) (got string) {
	t.Helper()
	err := s.View(func(tx *Tx) error {
		got = read(tx, name)
		return nil
	})
	if err != nil {
		t.Fatalf("View: %v", err)
	}
	return got
}

func read(tx *Tx, name string) string {
	v, ok, err := tx.Get(k(name))
	switch {
	case err != nil:
		return "error: " + err.Error()
	case !ok:
		return "-"
	}
	return string(v)
}

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	if fault.CodeOf(err) != code || err == nil {
		t.Fatalf("error = %v (code %s), want code %s", err, fault.CodeOf(err), code)
	}
}

// outcome is what a Submit came to.
type outcome struct {
	seq id.Seq
	err error
}

// together submits the functions so that the writer finds all of them waiting, and returns what they came to.
func together(t testing.TB, s *Store, fns ...func(tx *Tx) error) []outcome {
	t.Helper()
	holding, release := make(chan struct{}), make(chan struct{})
	s.Submit(func(*Tx) error { close(holding); <-release; return nil }, func(id.Seq, error) {})
	<-holding
	out := make([]outcome, len(fns))
	var wg sync.WaitGroup
	for i, fn := range fns {
		wg.Add(1)
		s.Submit(fn, func(seq id.Seq, err error) { out[i] = outcome{seq, err}; wg.Done() })
	}
	close(release)
	wg.Wait()
	return out
}

var errTest = errors.New("the test says no")

func many(prefix string, n, size int) func(tx *Tx) error {
	return func(tx *Tx) error {
		for i := range n {
			tx.Set(k(fmt.Sprintf("%s%06d", prefix, i)), bytes.Repeat([]byte{byte(i)}, size))
		}
		return nil
	}
}

func count(t testing.TB, s *Store, prefix string) (n int) {
	t.Helper()
	err := s.View(func(tx *Tx) error {
		return tx.Each(Scan{Prefix: k(prefix), KeysOnly: true}, func(_, _ []byte) (bool, error) {
			n++
			return true, nil
		})
	})
	if err != nil {
		t.Fatalf("View: %v", err)
	}
	return n
}

// lines collects a log.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func (l *lines) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

func cancelled(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
