package tally

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/fxamacker/cbor/v2"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/question"
	"noroshi/app/store"
)

// Options are what the service needs.
type Options struct {
	Store *store.Store
	Log   *slog.Logger
	// Unread reads a change of the tray: the broadcasts it may belong to, and +1 or -1.
	Unread func(body []byte) (broadcasts []id.Broadcast, by int, err error)
	// Grain is the time between two checkpoints; 0 means 250 ms.
	Grain time.Duration
}

// Service folds the feed.
type Service struct {
	o      Options
	mu     sync.RWMutex
	counts map[id.Broadcast]*Counts
	unread int
	folded id.Seq
	saved  id.Seq // the last checkpoint
	dirty  map[id.Broadcast]bool
	told   chan struct{} // closed and made anew with each fold
	stop   context.CancelFunc
	done   sync.WaitGroup
}

const (
	consumer      = "tally"
	recordVersion = 1
	foldMost      = 4096
	// savedMost is how many entries without a change of counts may pass before the feed is told that it can go on.
	savedMost = 1000
)

// New returns a service; Start reads the checkpoint and begins to fold.
func New(o Options) *Service {
	if o.Grain == 0 {
		o.Grain = 250 * time.Millisecond
	}
	return &Service{
		o: o, counts: map[id.Broadcast]*Counts{}, dirty: map[id.Broadcast]bool{}, told: make(chan struct{}),
	}
}

func key(b id.Broadcast) []byte { return store.Tally.Key(id.Bytes(b)) }

// Start reads the last checkpoint, folds what came since, and goes on.
func (s *Service) Start(ctx context.Context) error {
	if err := s.load(); err != nil {
		return err
	}
	for {
		n, err := s.fold()
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	if len(s.dirty) > 0 {
		if err := s.checkpoint(ctx); err != nil {
			return err
		}
	}
	// A consumer without a checkpoint is one the feed does not wait for.
	_, err := s.o.Store.UpdateEssential(ctx, func(tx *store.Tx) error {
		tx.Checkpoint(consumer, s.folded)
		return nil
	})
	if err != nil {
		return err
	}
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	s.done.Go(func() { s.follow(ctx) })
	s.done.Go(func() { s.checkpoints(ctx) })
	return nil
}

// Close ends the folding and writes the last checkpoint.
func (s *Service) Close(ctx context.Context) error {
	s.stop()
	s.done.Wait()
	return s.checkpoint(ctx)
}

func (s *Service) load() error {
	seq, err := s.o.Store.CheckpointOf(consumer)
	if err != nil {
		return err
	}
	s.folded, s.saved = seq, seq
	return s.o.Store.View(func(tx *store.Tx) error {
		return tx.Each(store.Scan{Prefix: store.Tally.Key()}, func(k, value []byte) (bool, error) {
			b, _ := id.FromBytes[id.Broadcast](k[1:])
			c := &Counts{}
			if err := decode(value, c); err != nil {
				return false, err
			}
			if b == 0 {
				s.unread = c.Unread
			} else {
				s.counts[b] = c
			}
			return true, nil
		})
	})
}

func decode(value []byte, c *Counts) error {
	_, rest, err := store.CheckVersion(value, recordVersion)
	if err != nil {
		return err
	}
	if err := cbor.Unmarshal(rest, c); err != nil {
		return fault.Wrap(err, fault.Internal, "damaged_record", "The counts of a broadcast are damaged.")
	}
	return nil
}

func (s *Service) follow(ctx context.Context) {
	for ctx.Err() == nil {
		n, err := s.fold()
		if err != nil {
			s.o.Log.Error("changes not counted", "error", err)
			wait(ctx, time.Second)
			continue
		}
		if n == 0 {
			s.mu.RLock()
			after := s.folded
			s.mu.RUnlock()
			if err := s.o.Store.Wait(ctx, after); err != nil && ctx.Err() == nil {
				wait(ctx, time.Second)
			}
		}
	}
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// fold takes changes in; it returns how many entries it went on.
func (s *Service) fold() (int, error) {
	s.mu.RLock()
	after := s.folded
	s.mu.RUnlock()
	head := s.o.Store.Head()
	changes, err := s.o.Store.Changes(after, foldMost)
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range changes {
		if err := s.take(c); err != nil {
			return 0, err
		}
		s.folded = c.Seq
	}
	if len(changes) < foldMost && head > s.folded {
		s.folded = head // nothing in between carried a change
	}
	if len(changes) > 0 {
		close(s.told)
		s.told = make(chan struct{})
	}
	return int(s.folded - after), nil
}

func (s *Service) take(c store.Change) error {
	switch c.Topic {
	case store.TopicMessage:
		d, err := message.DecodeDelta(c.Body)
		if err != nil {
			return err
		}
		s.of(d.Broadcast).message(d)
	case store.TopicAnswer:
		d, err := question.DecodeDelta(c.Body)
		if err != nil {
			return err
		}
		s.of(d.Broadcast).answer(d)
	case store.TopicUnread:
		broadcasts, by, err := s.o.Unread(c.Body)
		if err != nil {
			return err
		}
		s.unread += by
		s.dirty[0] = true
		for _, b := range broadcasts {
			s.of(b).Unread += by
		}
	case store.TopicBroadcast:
		if b, ok := id.FromBytes[id.Broadcast](c.Body); ok {
			s.dirty[b] = s.dirty[b] || s.counts[b] != nil
		}
	default:
	}
	return nil
}

func (s *Service) of(b id.Broadcast) *Counts {
	c := s.counts[b]
	if c == nil {
		c = &Counts{}
		s.counts[b] = c
	}
	s.dirty[b] = true
	return c
}

func (s *Service) checkpoints(ctx context.Context) {
	ticker := time.NewTicker(s.o.Grain)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := s.checkpoint(ctx); err != nil && ctx.Err() == nil {
				s.o.Log.Error("counts not written", "error", err)
			}
		}
	}
}

// checkpoint writes the counts that changed together with the sequence they stand for.
func (s *Service) checkpoint(ctx context.Context) error {
	s.mu.Lock()
	if len(s.dirty) == 0 && s.folded-s.saved < savedMost {
		s.mu.Unlock()
		return nil
	}
	folded, records := s.folded, map[id.Broadcast][]byte{}
	var err error
	for b := range s.dirty {
		c := s.counts[b]
		if b == 0 {
			c = &Counts{Unread: s.unread}
		}
		if c == nil {
			continue
		}
		var body []byte
		if body, err = cbor.Marshal(c); err != nil {
			break
		}
		records[b] = store.WithVersion(recordVersion, body)
	}
	dirty := s.dirty
	s.dirty = map[id.Broadcast]bool{}
	s.mu.Unlock()
	if err == nil {
		_, err = s.o.Store.UpdateEssential(ctx, func(tx *store.Tx) error {
			for b, value := range records {
				tx.Set(key(b), value)
			}
			tx.Checkpoint(consumer, folded)
			return nil
		})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		maps.Copy(s.dirty, dirty)
		return err
	}
	s.saved = folded
	return nil
}

// Get returns the counts of a broadcast; those of one that has none are empty.
func (s *Service) Get(b id.Broadcast) Counts {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c := s.counts[b]
	if c == nil {
		return Counts{}
	}
	return c.clone()
}

func (c *Counts) clone() Counts {
	out := *c
	out.Masks = maps.Clone(c.Masks)
	out.Departments = make(map[uint16]Department, len(c.Departments))
	for k, d := range c.Departments {
		out.Departments[k] = Department{Answers: maps.Clone(d.Answers)}
	}
	out.Curve.Points = slices.Clone(c.Curve.Points)
	return out
}

// Unread returns how many replies wait in the tray.
func (s *Service) Unread() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.unread
}

// Changed returns a channel that is closed when something was counted after this call.
func (s *Service) Changed() <-chan struct{} {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.told
}

// Folded returns the sequence up to which everything is counted.
func (s *Service) Folded() id.Seq {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.folded
}
