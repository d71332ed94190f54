package bus_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"noroshi/app/bus"
	"noroshi/app/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 10 * time.Second

// open starts a bus that ends with the test.
func open(t *testing.T, o bus.Options) *bus.Bus {
	t.Helper()
	o.Dir = t.TempDir()
	b, err := bus.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := b.Close(ctx); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return b
}

func offer(t *testing.T, b *bus.Bus, route string, p bus.Priority, id string) {
	t.Helper()
	if err := b.Offer(t.Context(), route, p, id, []byte(id)); err != nil {
		t.Fatalf("Offer(%s): %v", id, err)
	}
}

func next(t *testing.T, b *bus.Bus, route string) *bus.Job {
	t.Helper()
	j, err := b.Next(t.Context(), route, patience)
	if err != nil || j == nil {
		t.Fatalf("Next = %v, %v, want a job", j, err)
	}
	return j
}

func ack(t *testing.T, j *bus.Job) {
	t.Helper()
	if err := j.Ack(); err != nil {
		t.Fatalf("Ack: %v", err)
	}
}

func depth(t *testing.T, b *bus.Bus, route string) [2]int {
	t.Helper()
	u, n, err := b.Depth(route)
	if err != nil {
		t.Fatalf("Depth: %v", err)
	}
	return [2]int{u, n}
}

func TestNextHandsOutUrgentJobsFirstAndInOrder(t *testing.T) {
	t.Parallel()
	b := open(t, bus.Options{})
	const route = "狼煙 route.with *odd > characters"
	offer(t, b, route, bus.Normal, "n1")
	offer(t, b, route, bus.Normal, "n2")
	offer(t, b, route, bus.Urgent, "u1")
	offer(t, b, "another", bus.Urgent, "elsewhere")
	offer(t, b, route, bus.Urgent, "u2")
	if got, want := depth(t, b, route), [2]int{2, 2}; got != want {
		t.Errorf("Depth = %v, want %v", got, want)
	}
	for _, want := range []string{"u1", "u2", "n1", "n2"} {
		j := next(t, b, route)
		if string(j.Data) != want || j.Delivered != 1 {
			t.Fatalf("Next = %s (handed out %d times), want %s (1)", j.Data, j.Delivered, want)
		}
		ack(t, j)
	}
	if got, want := depth(t, b, route), [2]int{}; got != want {
		t.Errorf("Depth after all acks = %v, want %v", got, want)
	}
	ack(t, next(t, b, "another"))
}

func TestNextReturnsNothingWhenNothingComes(t *testing.T) {
	t.Parallel()
	b := open(t, bus.Options{})
	if j, err := b.Next(t.Context(), "r", time.Millisecond); j != nil || err != nil {
		t.Fatalf("Next = %v, %v, want nil, nil", j, err)
	}
}

func TestNextWakesWhenAJobIsOffered(t *testing.T) {
	t.Parallel()
	b := open(t, bus.Options{})
	if _, err := b.Next(t.Context(), "r", time.Millisecond); err != nil {
		t.Fatal(err)
	}
	type woken struct {
		j   *bus.Job
		err error
	}
	const sleepers = 8
	got := make(chan woken, sleepers)
	for range sleepers {
		go func() {
			j, err := b.Next(context.Background(), "r", patience)
			got <- woken{j, err}
		}()
	}
	for i := range sleepers {
		offer(t, b, "r", bus.Normal, fmt.Sprint(i))
	}
	for range sleepers {
		w := <-got
		if w.j == nil || w.err != nil {
			t.Fatalf("Next = %v, %v, want a job", w.j, w.err)
		}
		ack(t, w.j)
	}
}

func TestOfferDropsAJobThatIsQueuedOrOut(t *testing.T) {
	t.Parallel()
	b := open(t, bus.Options{MaxJobs: 2})
	offer(t, b, "r", bus.Urgent, "a")
	offer(t, b, "r", bus.Urgent, "a")
	offer(t, b, "r", bus.Urgent, "b")
	offer(t, b, "r", bus.Urgent, "b") // full, but already there
	if got, want := depth(t, b, "r"), [2]int{2, 0}; got != want {
		t.Fatalf("Depth = %v, want %v", got, want)
	}
	j := next(t, b, "r")
	offer(t, b, "r", bus.Urgent, "a") // it is out
	if got, want := depth(t, b, "r"), [2]int{2, 0}; got != want {
		t.Fatalf("Depth = %v, want %v", got, want)
	}
	ack(t, j)
	offer(t, b, "r", bus.Urgent, "a") // it is done, so this is a new one
	if got, want := depth(t, b, "r"), [2]int{2, 0}; got != want {
		t.Fatalf("Depth = %v, want %v", got, want)
	}
	ack(t, next(t, b, "r"))
	ack(t, next(t, b, "r"))
}

func TestOfferRefusesWhenTheRouteIsFull(t *testing.T) {
	t.Parallel()
	b := open(t, bus.Options{MaxJobs: 3})
	for i := range 3 {
		offer(t, b, "r", bus.Normal, fmt.Sprint(i))
	}
	err := b.Offer(t.Context(), "r", bus.Normal, "one too many", nil)
	if fault.CodeOf(err) != "queue_full" || !fault.Is(err, fault.Unavailable) {
		t.Fatalf("Offer = %v, want queue_full", err)
	}
	offer(t, b, "r", bus.Urgent, "urgent ones have room of their own")
	offer(t, b, "other", bus.Normal, "so have other routes")
	if err := b.Offer(t.Context(), "r", bus.Urgent, "x", make([]byte, bus.MaxData+1)); !fault.Is(err, fault.Invalid) {
		t.Fatalf("Offer of too much = %v, want invalid", err)
	}
	ack(t, next(t, b, "r"))
	ack(t, next(t, b, "r"))
	offer(t, b, "r", bus.Normal, "now there is room")
}

func TestNakGivesTheJobBack(t *testing.T) {
	t.Parallel()
	b := open(t, bus.Options{})
	offer(t, b, "r", bus.Normal, "a")
	for i, delay := range []time.Duration{0, 20 * time.Millisecond} {
		j := next(t, b, "r")
		if j.Delivered != i+1 {
			t.Fatalf("Delivered = %d, want %d", j.Delivered, i+1)
		}
		if err := j.Nak(delay); err != nil {
			t.Fatalf("Nak: %v", err)
		}
		if err := j.Ack(); err != nil { // already given back: no effect
			t.Fatalf("Ack: %v", err)
		}
	}
	j := next(t, b, "r")
	if j.Delivered != 3 {
		t.Fatalf("Delivered = %d, want 3", j.Delivered)
	}
	ack(t, j)
}

func TestAJobThatIsNotEndedIsHandedOutAgain(t *testing.T) {
	t.Parallel()
	b := open(t, bus.Options{AckWait: 200 * time.Millisecond})
	offer(t, b, "r", bus.Normal, "a")
	lost := next(t, b, "r")
	again := next(t, b, "r")
	if string(again.Data) != "a" || again.Delivered < 2 {
		t.Fatalf("Next = %s (%d), want the same job again", again.Data, again.Delivered)
	}
	ack(t, again)
	ack(t, lost) // late; Close would wait for it
	if got := depth(t, b, "r"); got != [2]int{} {
		t.Fatalf("Depth = %v, want nothing", got)
	}
}

func TestInProgressKeepsTheJob(t *testing.T) {
	t.Parallel()
	b := open(t, bus.Options{AckWait: 400 * time.Millisecond})
	offer(t, b, "r", bus.Normal, "a")
	j := next(t, b, "r")
	for range 8 { // together twice as long as AckWait
		if other, err := b.Next(t.Context(), "r", 100*time.Millisecond); other != nil || err != nil {
			t.Fatalf("Next = %v, %v while the job is in progress", other, err)
		}
		if err := j.InProgress(); err != nil {
			t.Fatalf("InProgress: %v", err)
		}
	}
	ack(t, j)
}

func TestPurgeForgetsEverything(t *testing.T) {
	t.Parallel()
	b := open(t, bus.Options{})
	offer(t, b, "r", bus.Normal, "a")
	offer(t, b, "r", bus.Normal, "b")
	offer(t, b, "s", bus.Urgent, "c")
	out := next(t, b, "r")
	if err := b.Purge(t.Context()); err != nil {
		t.Fatalf("Purge: %v", err)
	}
	for _, r := range []string{"r", "s"} {
		if got := depth(t, b, r); got != [2]int{} {
			t.Fatalf("Depth(%s) = %v, want nothing", r, got)
		}
	}
	offer(t, b, "r", bus.Normal, "a") // the purged one is no obstacle
	ack(t, out)                       // the old one must not end the new one
	j := next(t, b, "r")
	if string(j.Data) != "a" {
		t.Fatalf("Next = %s, want a", j.Data)
	}
	ack(t, j)
}

func TestNoMoreThanTheLimitIsOutAtATime(t *testing.T) {
	t.Parallel()
	const limit = 256
	b := open(t, bus.Options{})
	for i := range limit + 1 {
		offer(t, b, "r", bus.Normal, fmt.Sprint(i))
	}
	var out []*bus.Job
	for range limit {
		out = append(out, next(t, b, "r"))
	}
	if j, err := b.Next(t.Context(), "r", 20*time.Millisecond); j != nil || err != nil {
		t.Fatalf("Next = %v, %v, want nothing above the limit", j, err)
	}
	for _, j := range out {
		ack(t, j)
	}
	ack(t, next(t, b, "r"))
}

func TestCloseWaitsForJobsThatAreOut(t *testing.T) {
	t.Parallel()
	b, err := bus.Open(t.Context(), bus.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	offer(t, b, "r", bus.Normal, "a")
	j := next(t, b, "r")
	waiting := make(chan error, 1)
	go func() {
		_, err := b.Next(context.Background(), "r", patience)
		waiting <- err
	}()
	closed := make(chan error, 1)
	go func() { closed <- b.Close(context.Background()) }()
	if err := <-waiting; fault.CodeOf(err) != "queue_closed" {
		t.Fatalf("Next at Close = %v, want queue_closed", err)
	}
	select {
	case err := <-closed:
		t.Fatalf("Close = %v while a job was out", err)
	default:
	}
	ack(t, j)
	if err := <-closed; err != nil {
		t.Fatalf("Close = %v", err)
	}
	if err := b.Offer(t.Context(), "r", bus.Normal, "late", nil); fault.CodeOf(err) != "queue_closed" {
		t.Fatalf("Offer after Close = %v, want queue_closed", err)
	}
}

func TestCloseEndsWithItsContext(t *testing.T) {
	t.Parallel()
	b, err := bus.Open(t.Context(), bus.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	offer(t, b, "r", bus.Normal, "a")
	j := next(t, b, "r")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("Close = %v, want canceled", err)
	}
	if err := j.Ack(); fault.CodeOf(err) != "queue_closed" {
		t.Fatalf("Ack after Close = %v, want queue_closed", err)
	}
}

func TestEveryJobIsDoneOnceByManyWorkers(t *testing.T) {
	t.Parallel()
	b := open(t, bus.Options{})
	const jobs, workers = 500, 6
	done := make(chan string, jobs)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for {
				j, err := b.Next(ctx, "r", patience)
				if err != nil || j == nil {
					if ctx.Err() == nil {
						t.Errorf("Next = %v, %v, want a job", j, err)
					}
					return
				}
				if err := j.Ack(); err != nil {
					t.Errorf("Ack: %v", err)
				}
				done <- string(j.Data)
			}
		})
	}
	for i := range jobs {
		offer(t, b, "r", bus.Priority(i%2), fmt.Sprint(i))
	}
	seen := map[string]int{}
	for range jobs {
		seen[<-done]++
	}
	cancel()
	wg.Wait()
	if len(seen) != jobs {
		t.Fatalf("%d different jobs were done, want %d", len(seen), jobs)
	}
}

func BenchmarkOfferNextAck(b *testing.B) {
	q, err := bus.Open(b.Context(), bus.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer q.Close(context.Background())
	for i := 0; b.Loop(); i++ {
		if err := q.Offer(b.Context(), "r", bus.Normal, fmt.Sprint(i), []byte("reference")); err != nil {
			b.Fatal(err)
		}
		j, err := q.Next(b.Context(), "r", patience)
		if err != nil {
			b.Fatal(err)
		}
		if err := j.Ack(); err != nil {
			b.Fatal(err)
		}
	}
}
