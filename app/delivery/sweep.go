package delivery

import (
	"context"
	"time"

	"noroshi/app/broadcast"
	"noroshi/app/message"
	"noroshi/app/store"
)

const (
	sweepEvery    = 10 * time.Second
	deadlineEvery = 10 * time.Minute
	// reportWait is how long operators keep trying when nobody told them otherwise, and a day for the receipt to come.
	reportWait = 72 * time.Hour
	lateDay    = 24 * time.Hour
)

// sweep looks after what no event wakes: receipts without a part, and parts nobody reports on any more.
func (s *Service) sweep(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	deadlines := s.o.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		s.retryOrphans(ctx)
		if now := s.o.Now(); now.Sub(deadlines) >= deadlineEvery {
			deadlines = now
			if err := s.expire(ctx, now); err != nil && ctx.Err() == nil {
				s.o.Log.Error("deadlines not applied", "error", err)
			}
		}
	}
}

func (s *Service) retryOrphans(ctx context.Context) {
	retry := func(tx *store.Tx) (bool, error) {
		left, more, err := s.o.Messages.RetryOrphans(tx)
		s.orphans.Store(int64(left))
		return more, err
	}
	for _, step := range []func(*store.Tx) (bool, error){retry, s.o.Messages.SweepOrphans} {
		for more := true; more && ctx.Err() == nil; {
			_, err := s.o.Store.UpdateEssential(ctx, func(tx *store.Tx) (err error) {
				more, err = step(tx)
				return err
			})
			if err != nil {
				if ctx.Err() == nil {
					s.o.Log.Error("receipts without a part not looked after", "error", err)
				}
				return
			}
		}
	}
}

// expire settles parts nobody reported on in time, and those no route took in time. What was closed so long ago that
// nothing can change any more leaves the memory.
func (s *Service) expire(ctx context.Context, now time.Time) error {
	for _, which := range s.o.Messages.Broadcasts() {
		b, err := s.o.Broadcasts.Get(which)
		if err != nil {
			return err
		}
		if b.State != broadcast.Expanding {
			if err := s.expireOne(ctx, b, now); err != nil {
				return err
			}
		}
		if b.State == broadcast.Closed && now.Sub(b.Closed) > reportWait {
			s.forget(which)
			if err := s.o.Messages.Unload(ctx, which); err != nil {
				return err
			}
		}
	}
	return nil
}

// patienceOf is how long after the last try a report may come over a route: its validity and a day, or 72 hours.
func (s *Service) patienceOf(route string) time.Duration {
	if r, ok := s.Route(route); ok && r.ValidityHours > 0 {
		return time.Duration(r.ValidityHours)*time.Hour + lateDay
	}
	return reportWait
}

// expireOne counts from when a copy was last handed over, which may be long after the launch; what no route took is
// counted from the launch: nobody wants a text days late.
func (s *Service) expireOne(ctx context.Context, b broadcast.Broadcast, now time.Time) error {
	book, err := s.o.Messages.Load(ctx, b.ID)
	if err != nil {
		return err
	}
	before := func(route string) time.Time { return now.Add(-s.patienceOf(route)) }
	for _, run := range book.Runs() {
		for {
			refs := book.Overdue(run, before, b.Launched, maxRefs)
			if len(refs) == 0 {
				break
			}
			_, err := s.o.Store.UpdateEssential(ctx, func(tx *store.Tx) error {
				return s.o.Messages.Decide(tx, run, refs, message.WaitedOut)
			})
			if err != nil {
				return err
			}
		}
	}
	s.finish(ctx, b.ID)
	return nil
}
