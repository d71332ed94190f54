// Package live is in charge of telling consoles that something changed: it follows the tally, coalesces, and hands each
// subscriber a beat at most so often. It carries no counts: a beat says "look again", and who is told makes a snapshot.
// A subscriber that is slow misses beats and nothing else, because the next snapshot replaces all before it.
package live

import (
	"context"
	"sync"
	"time"

	"noroshi/app/tally"
)

// Feed beats.
type Feed struct {
	tally *tally.Service
	every time.Duration
	mu    sync.Mutex
	subs  map[chan struct{}]bool
	stop  context.CancelFunc
	done  sync.WaitGroup
}

// New returns a feed that beats at most once in that time while something changes.
func New(t *tally.Service, every time.Duration) *Feed {
	return &Feed{tally: t, every: every, subs: map[chan struct{}]bool{}}
}

// Start begins to follow.
func (f *Feed) Start(ctx context.Context) {
	ctx, f.stop = context.WithCancel(context.WithoutCancel(ctx))
	f.done.Go(func() { f.run(ctx) })
}

// Close ends the feed.
func (f *Feed) Close() {
	f.stop()
	f.done.Wait()
}

// Poke beats soon although nothing was counted: a broadcast or a route changed its state.
func (f *Feed) Poke() { f.beat() }

// Subscribe returns a channel that receives a beat after changes, and the end of it.
func (f *Feed) Subscribe() (beats <-chan struct{}, cancel func()) {
	ch := make(chan struct{}, 1)
	f.mu.Lock()
	f.subs[ch] = true
	f.mu.Unlock()
	return ch, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.subs, ch)
	}
}

func (f *Feed) beat() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for ch := range f.subs {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

func (f *Feed) run(ctx context.Context) {
	timer := time.NewTimer(f.every)
	defer timer.Stop()
	changed := f.tally.Changed()
	for {
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
		changed = f.tally.Changed() // before the beat: what comes from now on is worth another one
		f.beat()
		timer.Reset(f.every)
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
	}
}
