package expansion

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"noroshi/app/audience"
	"noroshi/app/broadcast"
	"noroshi/app/config"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/question"
	"noroshi/app/store"
)

// Options are what the service needs.
type Options struct {
	Store      *store.Store
	Broadcasts *broadcast.Service
	Audiences  *audience.Service
	Questions  *question.Service
	Messages   *message.Service
	Log        *slog.Logger
	// Routes returns the configured routes and whether each may carry a broadcast of that mode.
	Routes func(broadcast.Mode) (routes []config.Route, allowed []bool)
	// Healthy reports whether a route can send now: it goes before another one that serves the number as well. nil takes
	// all for healthy.
	Healthy func(route string) bool
	// Language returns the organisation's language, for people who have none of their own.
	Language func() string
	// Ready is told of pages that are durable and may be sent; it must not block for long.
	Ready func([]message.Pending)
	// Done is told that all copies of a broadcast are written.
	Done func(id.Broadcast)
	// Pause is how long to wait after a failure before the next try; 0 means 5 s.
	Pause time.Duration
}

// Service expands broadcasts, one at a time, urgent ones first.
type Service struct {
	o    Options
	wake chan struct{}
	stop context.CancelFunc
	done sync.WaitGroup
}

// New returns a service; Start begins its work.
func New(o Options) *Service {
	if o.Pause == 0 {
		o.Pause = 5 * time.Second
	}
	return &Service{o: o, wake: make(chan struct{}, 1)}
}

// Start takes up whatever is to be expanded, now and whenever Wake is called.
func (s *Service) Start(ctx context.Context) {
	ctx, s.stop = context.WithCancel(ctx)
	s.done.Go(func() { s.run(ctx) })
	s.Wake()
}

// Close ends the work after the chunk under way; what is left is taken up at the next start.
func (s *Service) Close() {
	s.stop()
	s.done.Wait()
}

// Wake says that a broadcast was launched. It does not block.
func (s *Service) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *Service) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		}
		failed := map[id.Broadcast]bool{} // tried again when the others are done
		for ctx.Err() == nil {
			b, ok := s.next(ctx, failed)
			if !ok && len(failed) == 0 {
				break
			}
			if !ok {
				s.wait(ctx)
				clear(failed)
				continue
			}
			if err := s.Expand(ctx, b); err != nil && ctx.Err() == nil {
				s.o.Log.Error("broadcast not expanded", "broadcast", b.ID.String(), "error", err)
				failed[b.ID] = true
			}
		}
	}
}

func (s *Service) wait(ctx context.Context) {
	timer := time.NewTimer(s.o.Pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// next returns the broadcast to expand: urgent before normal, older before newer. Stopped ones that were interrupted
// are finished too, so that everybody in them has a copy that says why it was not sent.
func (s *Service) next(ctx context.Context, but map[id.Broadcast]bool) (found broadcast.Broadcast, ok bool) {
	pick := func(b broadcast.Broadcast) {
		if but[b.ID] || b.Launched.IsZero() {
			return // a broadcast that was stopped before its launch has no copies
		}
		if !ok || b.Content.Priority() < found.Content.Priority() {
			found, ok = b, true
		}
	}
	err := s.o.Broadcasts.InState(broadcast.Expanding, func(b broadcast.Broadcast) error { pick(b); return nil })
	if err == nil && !ok {
		err = s.o.Broadcasts.InState(broadcast.Stopped, func(b broadcast.Broadcast) error {
			written, err := s.written(b.ID)
			if err == nil && !written {
				pick(b)
			}
			return err
		})
	}
	if err != nil && ctx.Err() == nil {
		s.o.Log.Error("broadcasts to expand cannot be read", "error", err)
		return found, false
	}
	return found, ok
}

// doneKey marks that all copies of a broadcast are written.
func doneKey(b id.Broadcast) []byte { return store.Counter.Key([]byte("expanded/"), id.Bytes(b)) }

func (s *Service) written(b id.Broadcast) (ok bool, err error) {
	err = s.o.Store.View(func(tx *store.Tx) error {
		_, ok, err = tx.Get(doneKey(b))
		return err
	})
	return ok, err
}

// Expand does both passes, or what is left of them, and moves the broadcast on.
func (s *Service) Expand(ctx context.Context, b broadcast.Broadcast) error {
	texts, err := b.Content.Texts()
	if err != nil {
		return err
	}
	if err := s.freeze(ctx, b, texts); err != nil {
		return err
	}
	if err := s.write(ctx, b, texts); err != nil {
		return err
	}
	_, err = s.o.Store.UpdateEssential(ctx, func(tx *store.Tx) error {
		tx.Set(doneKey(b.ID), []byte{1})
		_, err := s.o.Broadcasts.AdvanceIn(tx, b.ID, broadcast.Sending)
		return err
	})
	if err == nil && s.o.Done != nil {
		s.o.Done(b.ID)
	}
	return err
}
