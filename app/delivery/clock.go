package delivery

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// clock runs things at their time, one after the other, in one goroutine. Things are short; long ones commit in chunks.
type clock struct {
	now  func() time.Time
	mu   sync.Mutex
	list alarms
	seq  uint64
	wake chan struct{}
}

type alarm struct {
	at  time.Time
	seq uint64 // keeps those of the same moment in their order
	do  func(context.Context)
}

type alarms []alarm

func (a alarms) Len() int { return len(a) }

func (a alarms) Less(i, j int) bool {
	if a[i].at.Equal(a[j].at) {
		return a[i].seq < a[j].seq
	}
	return a[i].at.Before(a[j].at)
}

func (a alarms) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

func (a *alarms) Push(x any) { *a = append(*a, x.(alarm)) } //nolint:forcetypeassert // heap.Interface

func (a *alarms) Pop() any {
	old := *a
	x := old[len(old)-1]
	*a = old[:len(old)-1]
	return x
}

func newClock(now func() time.Time) *clock { return &clock{now: now, wake: make(chan struct{}, 1)} }

// at has do run at a time, or at once when it has passed.
func (c *clock) at(t time.Time, do func(context.Context)) {
	c.mu.Lock()
	c.seq++
	heap.Push(&c.list, alarm{at: t, seq: c.seq, do: do})
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// due takes what is due off the list, or says how long to wait.
func (c *clock) due() (do func(context.Context), wait time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.list) == 0 {
		return nil, time.Minute
	}
	if wait = c.list[0].at.Sub(c.now()); wait > 0 {
		return nil, wait
	}
	a := heap.Pop(&c.list).(alarm) //nolint:forcetypeassert // heap.Interface
	return a.do, 0
}

func (c *clock) run(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for ctx.Err() == nil {
		do, wait := c.due()
		if do != nil {
			do(ctx)
			continue
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
		case <-c.wake:
		case <-timer.C:
		}
	}
}
