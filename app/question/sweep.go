package question

import (
	"context"
	"encoding/binary"
	"time"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/store"
)

// idle is how long a question that has cooled stays in memory after somebody looked at it.
const idle = 15 * time.Minute

// Sweep does one bounded step of housekeeping; more is true when another one should follow soon. It lets go of
// questions that have cooled and that nobody looks at, removes reservations of codes that have run out, and finishes
// what CountLate began.
func (s *Service) Sweep(ctx context.Context) (more bool, err error) {
	if err := s.unload(ctx); err != nil {
		return false, err
	}
	unfinished, err := s.finishLate(ctx)
	if err != nil {
		return false, err
	}
	more, err = s.expired.Step(ctx)
	return more || unfinished, err
}

// unload takes questions out of memory that take no answers any more.
func (s *Service) unload(ctx context.Context) error {
	now := s.now()
	var gone []id.Broadcast
	s.mu.RLock()
	for b, room := range s.rooms {
		if room.Question().Cooled(now) && now.Unix()-room.used.Load() >= int64(idle/time.Second) {
			gone = append(gone, b)
		}
	}
	s.mu.RUnlock()
	if len(gone) == 0 {
		return nil
	}
	// An update without writes: nothing else can be using the rooms meanwhile.
	_, err := s.store.UpdateEssential(ctx, func(*store.Tx) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, b := range gone {
			delete(s.rooms, b)
		}
		return nil
	})
	return err
}

func (s *Service) finishLate(ctx context.Context) (more bool, err error) {
	var open []Question
	s.mu.RLock()
	for _, room := range s.rooms {
		if q := room.Question(); q.lateOpen(uint32(room.People())) {
			open = append(open, q)
		}
	}
	s.mu.RUnlock()
	for _, q := range open {
		_, err := s.store.Update(ctx, func(tx *store.Tx) error {
			again, err := s.CountLate(tx, q.Broadcast, q.CountLate)
			more = more || again
			return err
		})
		if err != nil && !fault.Is(err, fault.NotFound) {
			return more, err
		}
	}
	return more, nil
}

func (s *Service) ranOut(value []byte) bool {
	if len(value) != 9 {
		return false
	}
	until := int64(binary.BigEndian.Uint64(value[1:]))
	return until != 0 && until <= s.now().Unix()
}
