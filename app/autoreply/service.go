package autoreply

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"noroshi/app/config"
	"noroshi/app/gateway"
	"noroshi/app/id"
	"noroshi/app/store"
	"noroshi/app/store/sweep"
)

// Options are what the service needs. All fields are needed.
type Options struct {
	Store *store.Store
	// Way returns a route of the configuration with its sender; ok is false when there is none such now.
	Way func(name string) (route config.Route, sender gateway.Sender, ok bool)
	Now func() time.Time
	Log *slog.Logger
}

// Service sends notes and takes in what becomes of them. It is safe for concurrent use.
type Service struct {
	o      Options
	wake   chan struct{}
	quit   context.CancelFunc
	done   sync.WaitGroup
	sweeps []*sweep.Sweeper

	mu    sync.Mutex
	taken map[string]place // route, NUL, id as an index keeps it -> the note that has it
}

// place is a note that the operator took, and which of its ids names it.
type place struct {
	reply id.Reply
	to    string // digits
	exact string // the id as it was given
	until int64  // Unix milliseconds
}

// New returns a service; Start begins its work.
func New(o Options) *Service {
	s := &Service{o: o, wake: make(chan struct{}, 1), taken: map[string]place{}}
	over := func(value []byte) bool {
		n, err := decode(value)
		return err == nil && s.o.Now().Sub(time.UnixMilli(n.At)) >= kept
	}
	s.sweeps = []*sweep.Sweeper{
		sweep.New(o.Store, store.AutoReply.Key([]byte{classOver}), over),
		sweep.New(o.Store, store.AutoReplyLast.Key(), func(value []byte) bool { return quietOver(s.o.Now(), value) }),
	}
	return s
}

// Start settles what a crash has left and begins to send.
func (s *Service) Start(ctx context.Context) error {
	if err := s.recover(ctx); err != nil {
		return err
	}
	ctx, s.quit = context.WithCancel(context.WithoutCancel(ctx))
	s.done.Go(func() { s.run(ctx) })
	return nil
}

// Close ends the sending. What the operator has been given and not answered by the end of the context is unknown at
// the next start.
func (s *Service) Close(ctx context.Context) error {
	if s.quit == nil {
		return nil
	}
	s.quit()
	over := make(chan struct{})
	go func() {
		s.done.Wait()
		close(over)
	}()
	select {
	case <-over:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Wake says that there may be something to send. It never blocks.
func (s *Service) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Sweep does one bounded step of housekeeping: notes that are long over and pauses that have passed are removed. more
// is true when another step should follow soon.
func (s *Service) Sweep(ctx context.Context) (more bool, err error) {
	now := s.o.Now().UnixMilli()
	s.mu.Lock()
	for key, p := range s.taken {
		if p.until <= now {
			delete(s.taken, key)
		}
	}
	s.mu.Unlock()
	for _, w := range s.sweeps {
		again, err := w.Step(ctx)
		if err != nil {
			return false, err
		}
		more = more || again
	}
	return more, nil
}

// recover makes unknown what was claimed, and remembers the ids of what was taken.
func (s *Service) recover(ctx context.Context) error {
	var doubtful []id.Reply
	err := s.o.Store.View(func(tx *store.Tx) error {
		err := inClass(tx, classClaimed, func(n Note) bool {
			doubtful = append(doubtful, n.Reply)
			return true
		})
		if err != nil {
			return err
		}
		return inClass(tx, classOver, func(n Note) bool {
			if n.State == Accepted {
				s.remember(n)
			}
			return true
		})
	})
	if err != nil {
		return err
	}
	for len(doubtful) > 0 {
		some := doubtful[:min(len(doubtful), maxRound)]
		doubtful = doubtful[len(some):]
		_, err := s.o.Store.UpdateEssential(ctx, func(tx *store.Tx) error {
			for _, r := range some {
				_, _, err := change(tx, s.o.Now(), r, func(n *Note) bool {
					n.State = Unknown
					return true
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
