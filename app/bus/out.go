package bus

import (
	"context"
	"sync"
	"time"
)

// place is where a job is kept in the server.
type place struct {
	lane     *lane
	sequence uint64
}

// jobsOut knows which jobs the server counts as out, so that it is asked rightly, which of them a worker holds, so that
// Close can wait for them, and keeps the timers of those given back.
type jobsOut struct {
	mu     sync.Mutex
	out    map[place]bool // true while a worker holds it, false when it was given back
	lanes  map[*lane]int  // jobs out and questions under way
	held   int
	none   chan struct{} // closed when held falls to 0 while somebody waits; nil otherwise
	timers map[*time.Timer]struct{}
}

func newJobsOut() *jobsOut {
	return &jobsOut{out: map[place]bool{}, lanes: map[*lane]int{}, timers: map[*time.Timer]struct{}{}}
}

// full counts a question and reports whether its answer may have to wait.
func (o *jobsOut) full(l *lane) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lanes[l]++
	return o.lanes[l] > maxUnacked
}

// asked ends a question that brought no job.
func (o *jobsOut) asked(l *lane) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lanes[l]--
}

// handed ends a question that brought a job.
func (o *jobsOut) handed(p place) {
	o.mu.Lock()
	defer o.mu.Unlock()
	held, again := o.out[p]
	if again {
		o.lanes[p.lane]-- // it is counted already
	}
	if !held {
		o.held++
	}
	o.out[p] = true
}

// ended forgets a job that is done.
func (o *jobsOut) ended(p place) {
	o.mu.Lock()
	defer o.mu.Unlock()
	held, ok := o.out[p]
	if !ok {
		return
	}
	delete(o.out, p)
	o.lanes[p.lane]--
	if held {
		o.release()
	}
}

// givenBack notes that no worker holds the job; the server still counts it.
func (o *jobsOut) givenBack(p place) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.out[p] {
		o.out[p] = false
		o.release()
	}
}

// release is called with mu held.
func (o *jobsOut) release() {
	o.held--
	if o.held == 0 && o.none != nil {
		close(o.none)
		o.none = nil
	}
}

// forget drops the count of all jobs that are out: the server has been purged.
func (o *jobsOut) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for p, held := range o.out {
		delete(o.out, p)
		o.lanes[p.lane]--
		if held {
			o.release()
		}
	}
}

// wait returns when no worker holds a job, or with the context's error.
func (o *jobsOut) wait(ctx context.Context) error {
	o.mu.Lock()
	if o.held == 0 {
		o.mu.Unlock()
		return nil
	}
	none := make(chan struct{})
	o.none = none
	o.mu.Unlock()
	select {
	case <-none:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// after calls fn once the delay is over, unless drop comes first.
func (o *jobsOut) after(delay time.Duration, fn func()) {
	if delay <= 0 {
		fn()
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.timers == nil {
		return
	}
	var t *time.Timer
	t = time.AfterFunc(delay, func() {
		o.mu.Lock()
		delete(o.timers, t)
		o.mu.Unlock()
		fn()
	})
	o.timers[t] = struct{}{}
}

// drop stops all timers for good.
func (o *jobsOut) drop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for t := range o.timers {
		t.Stop()
	}
	o.timers = nil
}
