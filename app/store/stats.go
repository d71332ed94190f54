package store

import (
	"sync"
	"time"

	"noroshi/app/id"
	"noroshi/app/store/disk"
)

// Stats is how the ledger does. Counts begin when it is opened.
type Stats struct {
	Head        id.Seq
	Commits     uint64        // entries made durable
	Writes      uint64        // puts and deletes in them
	MeanCommit  time.Duration // time of one durable commit, a moving mean over about 64 of them
	LastCommit  time.Duration
	Waiting     int    // functions that wait for the writer
	Entries     uint64 // records in the ledger, roughly: those flushed to tables, old versions among them
	DiskBytes   uint64 // blocks in use, not apparent size
	FreeBytes   uint64 // left on the file system for an ordinary user
	NearlyFull  bool   // Update is refused with disk_full
	WriteFailed bool   // every write is refused until a restart
}

type counts struct {
	mu      sync.Mutex
	commits uint64
	writes  uint64
	mean    float64 // nanoseconds
	last    time.Duration
}

func (c *counts) add(took time.Duration, writes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.commits++
	c.writes += uint64(writes)
	c.last = took
	weight := float64(min(c.commits, 64))
	c.mean += (float64(took) - c.mean) / weight
}

// Stats measures the disk and returns the figures; what cannot be measured is 0.
func (s *Store) Stats() Stats {
	used, err := disk.Usage(s.dir)
	if err != nil {
		s.log.Warn("disk usage of the ledger unknown", "error", err)
	}
	st := Stats{
		Head: s.Head(), Waiting: s.queue.waiting(), DiskBytes: used, FreeBytes: s.space.Refresh(),
		NearlyFull: !s.space.Room(false), WriteFailed: s.failure() != nil,
	}
	if s.enter() {
		for _, t := range s.db.Tables() {
			st.Entries += uint64(t.KeyCount)
		}
		s.leave()
	}
	s.counts.mu.Lock()
	defer s.counts.mu.Unlock()
	st.Commits, st.Writes, st.LastCommit = s.counts.commits, s.counts.writes, s.counts.last
	st.MeanCommit = time.Duration(s.counts.mean)
	return st
}
