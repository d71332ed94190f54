package store

import "sync"

// notices calls functions one after the other in a goroutine of its own, so that the writer never waits for a caller.
type notices struct {
	mu     sync.Mutex
	fns    []func()
	closed bool
	wake   chan struct{}
	done   chan struct{}
}

func newNotices() *notices {
	return &notices{wake: make(chan struct{}, 1), done: make(chan struct{})}
}

// add returns false when the goroutine has ended and the function will not be called.
func (n *notices) add(fn func()) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return false
	}
	n.fns = append(n.fns, fn)
	n.signal()
	return true
}

// close has the remaining functions called and waits for them.
func (n *notices) close() {
	n.mu.Lock()
	n.closed = true
	n.signal()
	n.mu.Unlock()
	<-n.done
}

func (n *notices) signal() {
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

func (n *notices) run(guard func(func() error) error) {
	defer close(n.done)
	var spare []func()
	for {
		n.mu.Lock()
		fns, closed := n.fns, n.closed
		if len(fns) > 0 {
			n.fns = spare[:0] // two slices take turns: this one is nobody's now
		}
		n.mu.Unlock()
		if len(fns) == 0 {
			if closed {
				return
			}
			<-n.wake
			continue
		}
		for _, fn := range fns {
			_ = guard(func() error { fn(); return nil })
		}
		clear(fns)
		spare = fns
	}
}
