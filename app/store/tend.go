package store

import (
	"context"
	"errors"
	"time"

	badger "github.com/dgraph-io/badger/v4"

	"noroshi/app/store/memory"
)

const (
	spaceEvery   = 2 * time.Second
	tidyEvery    = 30 * time.Second
	collectEvery = 10 * time.Minute
	tidyLimit    = time.Minute // of one round of tidying
	trimEvery    = 100 * time.Millisecond
	// collectShare is the share of a value file that must be garbage for it to be rewritten.
	collectShare = 0.5
)

// tend is the goroutine that keeps house: free space, expired requests, the feed, value files, memory.
func (s *Store) tend() {
	defer s.tending.Done()
	look, tidy, collect := time.NewTicker(spaceEvery), time.NewTicker(tidyEvery), time.NewTicker(collectEvery)
	defer look.Stop()
	defer tidy.Stop()
	defer collect.Stop()
	trim, keeper := time.NewTicker(trimEvery), memory.NewKeeper(s.db, s.dir)
	defer trim.Stop()
	for {
		select {
		case <-s.closing:
			return
		case <-look.C:
			s.space.Refresh()
			s.noteMark()
		case <-tidy.C:
			if err := s.tidy(); err != nil && s.life.Err() == nil {
				s.log.Warn("ledger could not be tidied", "error", err)
			}
		case <-collect.C:
			s.collect()
		case <-trim.C:
			keeper.Trim()
		}
	}
}

// noteMark writes down beside the database how far it has come, so that Open sees when entries are lost.
func (s *Store) noteMark() {
	h := s.lastTold.Load()
	if h == nil {
		return
	}
	if err := s.mark.Set(uint64(h.seq), h.hash); err != nil {
		s.log.Warn("mark of the ledger not written", "error", err)
	}
}

// tidy forgets expired requests and trims the feed.
func (s *Store) tidy() error {
	ctx, cancel := context.WithTimeout(s.life, tidyLimit)
	defer cancel()
	return errors.Join(s.forgetRequests(ctx), s.trimFeed(ctx))
}

// collect rewrites value files that are mostly garbage. Values stay below the size that goes there, so there is rarely
// anything to do.
func (s *Store) collect() {
	for {
		select {
		case <-s.closing:
			return
		default:
		}
		err := s.db.RunValueLogGC(collectShare)
		if errors.Is(err, badger.ErrNoRewrite) || errors.Is(err, badger.ErrRejected) {
			return
		}
		if err != nil {
			s.log.Warn("value files of the ledger could not be collected", "error", err)
			return
		}
	}
}
