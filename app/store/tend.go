package store

import (
	"context"
	"errors"
	"time"

	badger "github.com/dgraph-io/badger/v4"
)

const (
	spaceEvery   = 2 * time.Second
	tidyEvery    = 30 * time.Second
	collectEvery = 10 * time.Minute
	tidyLimit    = time.Minute // of one round of tidying
	// collectShare is the share of a value file that must be garbage for it to be rewritten.
	collectShare = 0.5
)

// tend is the goroutine that keeps house: free space, expired requests, the feed, value files.
func (s *Store) tend() {
	defer s.tending.Done()
	look, tidy, collect := time.NewTicker(spaceEvery), time.NewTicker(tidyEvery), time.NewTicker(collectEvery)
	defer look.Stop()
	defer tidy.Stop()
	defer collect.Stop()
	for {
		select {
		case <-s.closing:
			return
		case <-look.C:
			s.space.refresh()
		case <-tidy.C:
			if err := s.tidy(); err != nil {
				s.log.Warn("ledger could not be tidied", "error", err)
			}
		case <-collect.C:
			s.collect()
		}
	}
}

// tidy forgets expired requests and trims the feed.
func (s *Store) tidy() error {
	ctx, cancel := context.WithTimeout(context.Background(), tidyLimit)
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
