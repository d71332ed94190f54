package autoreply

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"noroshi/app/config"
	"noroshi/app/gateway"
	"noroshi/app/id"
	"noroshi/app/phone"
	"noroshi/app/store"
)

// line is a route whose operator answers as the test says.
type line struct {
	mu     sync.Mutex
	down   bool
	answer func(n int, p gateway.Part) gateway.Outcome // nil accepts
	sent   []gateway.Part
	held   []func() // outcomes that the test gives later
	hold   bool
}

func (l *line) Pace() gateway.Pace { return gateway.Pace{Ready: !l.down, Window: 10} }

func (l *line) Health() gateway.Health { return gateway.Health{} }

func (l *line) Submit(_ context.Context, s gateway.Slice) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, p := range s.Parts {
		l.sent = append(l.sent, p)
		o := gateway.Outcome{MessageID: id.Format(id.Reply(0xA0 + len(l.sent)))}
		if l.answer != nil {
			o = l.answer(len(l.sent), p)
		}
		if l.hold {
			l.held = append(l.held, func() { s.Done(i, o) })
			continue
		}
		s.Done(i, o)
	}
}

type world struct {
	*Service
	t    *testing.T
	st   *store.Store
	now  time.Time
	line *line
	next id.Reply
}

func newWorld(t *testing.T) *world {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{
		Dir: t.TempDir(), Key: bytes.Repeat([]byte{7}, store.KeySize), Now: time.Now, MinFree: 1, MemTableSize: 8 << 20,
	})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { _ = st.Close() })
	w := &world{t: t, st: st, now: time.Unix(1_800_000_000, 0), line: &line{}}
	w.fresh()
	return w
}

// fresh makes the service as a start does, without its goroutine.
func (w *world) fresh() {
	w.Service = New(Options{
		Store: w.st, Now: func() time.Time { return w.now }, Log: slog.New(slog.DiscardHandler),
		Way: func(name string) (config.Route, gateway.Sender, bool) {
			r := config.RouteDefaults()
			r.Name = name
			return r, w.line, name == "line"
		},
	})
	if err := w.recover(context.Background()); err != nil {
		w.t.Fatalf("recover: %v", err)
	}
}

func (w *world) plan(to phone.Number) (id.Reply, bool) {
	w.t.Helper()
	w.next++
	planned := false
	_, err := w.st.Update(context.Background(), func(tx *store.Tx) (err error) {
		planned, err = Plan(tx, w.now, Note{Reply: w.next, Route: "line", To: to, Text: "受付 A:無事"})
		return err
	})
	if err != nil {
		w.t.Fatalf("Plan: %v", err)
	}
	return w.next, planned
}

func (w *world) rounds() {
	w.t.Helper()
	for more := true; more; {
		var err error
		if more, err = w.round(context.Background()); err != nil {
			w.t.Fatalf("round: %v", err)
		}
	}
}

func (w *world) want(r id.Reply, state State, sent int) {
	w.t.Helper()
	var n Note
	var ok bool
	err := w.st.View(func(tx *store.Tx) (err error) {
		n, ok, err = Of(tx, r)
		return err
	})
	w.line.mu.Lock()
	defer w.line.mu.Unlock()
	if err != nil || !ok || n.State != state || len(w.line.sent) != sent {
		w.t.Errorf("note %v (%v), %d parts sent (%v), want %s and %d", n.State, ok, len(w.line.sent), err, state, sent)
	}
}

const number = phone.Number(819012345678)

func TestANumberGetsOneNoteInTenMinutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r, ok := w.plan(number)
	if !ok {
		t.Fatal("the first note is not planned")
	}
	w.now = w.now.Add(Pause - time.Second)
	if _, ok := w.plan(number); ok {
		t.Error("a second note within ten minutes is planned")
	}
	if _, ok := w.plan(number + 1); !ok {
		t.Error("the note to another number is not planned")
	}
	w.rounds()
	w.want(r, Accepted, 2)
	w.now = w.now.Add(time.Second)
	if _, ok := w.plan(number); !ok {
		t.Error("no note after ten minutes")
	}
}

func TestANoteIsNeverSentTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r, _ := w.plan(number)
	w.line.hold = true
	ended := make(chan error, 1)
	go func() {
		_, err := w.round(context.Background())
		ended <- err
	}()
	for {
		w.line.mu.Lock()
		n := len(w.line.held)
		w.line.mu.Unlock()
		if n > 0 {
			break
		}
	}
	w.want(r, Submitting, 1)
	before := w.Service
	w.fresh() // as if the power had failed
	w.want(r, Unknown, 1)
	w.rounds()
	w.want(r, Unknown, 1)
	w.Service = before
	w.line.held[0]()
	if err := <-ended; err != nil {
		t.Fatalf("round: %v", err)
	}
}

func TestWhatTheOperatorSaysOfANote(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		says  []gateway.Class
		state State
		sent  int
	}{
		{"accepted", []gateway.Class{gateway.Accepted}, Accepted, 1},
		{"nobody knows", []gateway.Class{gateway.Uncertain}, Unknown, 1},
		{"a wrong number", []gateway.Class{gateway.RecipientPermanent}, Rejected, 1},
		{"too fast, then accepted", []gateway.Class{gateway.Throttled, gateway.Accepted}, Accepted, 2},
		{"not written, then accepted", []gateway.Class{gateway.NotSent, gateway.Accepted}, Accepted, 2},
		{"later for ever", []gateway.Class{gateway.Retry, gateway.Retry, gateway.Retry, gateway.Accepted}, Rejected, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.line.answer = func(n int, _ gateway.Part) gateway.Outcome { return gateway.Outcome{Class: c.says[n-1]} }
			r, _ := w.plan(number)
			for range 5 {
				w.rounds()
				w.now = w.now.Add(again)
			}
			w.want(r, c.state, c.sent)
		})
	}
}

func TestANoteThatIsTooLateDoesNotGoOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.line.down = true
	r, _ := w.plan(number)
	w.rounds()
	w.want(r, Queued, 0)
	w.now = w.now.Add(Pause)
	w.line.down = false
	w.rounds()
	w.want(r, Expired, 0)
}

func TestReceiptsOfNotesAreToldFromOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.line.answer = func(int, gateway.Part) gateway.Outcome { return gateway.Outcome{MessageID: "00AF"} }
	r, _ := w.plan(number)
	w.rounds()
	receive := func(rs ...gateway.Receipt) (others []gateway.Receipt) {
		t.Helper()
		_, err := w.st.Update(t.Context(), func(tx *store.Tx) (err error) {
			others, err = w.Receipts(tx, rs)
			return err
		})
		if err != nil {
			t.Fatalf("Receipts: %v", err)
		}
		return others
	}
	one := func(from, messageID string, state gateway.ReceiptState) gateway.Receipt {
		return gateway.Receipt{Route: "line", From: from, IDs: []string{messageID}, State: state, Final: true}
	}
	foreign, unknown := one("819099999999", "00AF", gateway.Delivered), one("819012345678", "77", gateway.Delivered)
	if got := receive(foreign, unknown); len(got) != 2 {
		t.Errorf("%d receipts left, want those of another number and another id", len(got))
	}
	w.want(r, Accepted, 1)
	w.fresh() // the ids are known after a start as well
	if got := receive(one("09012345678", "175", gateway.Undeliverable)); len(got) != 0 {
		t.Errorf("a receipt in decimal from the number as it is dialled at home is left over")
	}
	w.want(r, Undeliverable, 1)
	receive(one("819012345678", "00AF", gateway.Delivered), one("819012345678", "00AF", gateway.Expired))
	w.want(r, Delivered, 1)
}

func TestSweepForgetsNotesAndPauses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 5 {
		w.plan(number + phone.Number(i))
	}
	w.rounds()
	left := func() (n int) {
		t.Helper()
		for more := true; more; {
			var err error
			if more, err = w.Sweep(t.Context()); err != nil {
				t.Fatalf("Sweep: %v", err)
			}
		}
		for _, prefix := range []store.Prefix{store.AutoReply, store.AutoReplyLast} {
			_ = w.st.View(func(tx *store.Tx) error {
				return tx.Each(store.Scan{Prefix: prefix.Key(), KeysOnly: true}, func(_, _ []byte) (bool, error) {
					n++
					return true, nil
				})
			})
		}
		return n
	}
	if got := left(); got != 10 {
		t.Errorf("%d records, want 5 notes and 5 pauses", got)
	}
	w.now = w.now.Add(Pause)
	if got := left(); got != 5 {
		t.Errorf("%d records after the pause, want 5 notes", got)
	}
	w.now = w.now.Add(kept)
	if got := left(); got != 0 || len(w.taken) != 0 {
		t.Errorf("%d records and %d ids are kept for ever", got, len(w.taken))
	}
}

func TestStartAndClose(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.Start(t.Context()); err != nil {
		t.Fatalf("Start: %v", err)
	}
	r, _ := w.plan(number)
	w.Wake()
	for state := State(""); state != Accepted; {
		err := w.st.View(func(tx *store.Tx) error {
			n, _, err := Of(tx, r)
			state = n.State
			return err
		})
		if err != nil {
			t.Fatalf("Of: %v", err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := w.Close(ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatalf("Close: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{recordVersion, 0xa0})
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = decode(b) })
}
