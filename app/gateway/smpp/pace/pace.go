package pace

import (
	"sync"
	"time"
)

const (
	tiny       = 1e-6 // of a token, which sums of fractions may lack
	burstShare = 50   // a bucket holds the tokens of 1/50 s, so no second has more than 2 % too much
)

// Bucket is a token bucket in parts per second. A rate of 0 means no limit.
type Bucket struct {
	Rate   float64
	tokens float64
	last   time.Time
}

// Take removes up to n tokens and returns how many there were.
func (b *Bucket) Take(now time.Time, n int) int {
	if b.Rate <= 0 {
		return n
	}
	b.fill(now)
	got := min(n, int(b.tokens+tiny))
	b.tokens -= float64(got)
	return got
}

func (b *Bucket) fill(now time.Time) {
	size := max(1, b.Rate/burstShare)
	if b.last.IsZero() {
		b.tokens, b.last = size, now
		return
	}
	if d := now.Sub(b.last).Seconds(); d > 0 {
		b.tokens = min(size, b.tokens+d*b.Rate)
		b.last = now
	}
}

// GiveBack returns tokens that were not needed.
func (b *Bucket) GiveBack(n int) {
	if b.Rate > 0 {
		b.tokens += float64(n)
	}
}

// Wait returns how long it takes until there is a token.
func (b *Bucket) Wait() time.Duration {
	if b.Rate <= 0 || b.tokens+tiny >= 1 {
		return 0
	}
	return time.Duration((1-b.tokens)/b.Rate*float64(time.Second)) + 1
}

// Shared is the bucket of the route, which its sessions share.
type Shared struct {
	mu sync.Mutex
	b  Bucket
}

// NewShared returns a full bucket; a rate of 0 means no limit.
func NewShared(rate float64) *Shared { return &Shared{b: Bucket{Rate: rate}} }

// Take removes up to n tokens and returns how many there were, and how long until there is one more.
func (s *Shared) Take(now time.Time, n int) (int, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	got := s.b.Take(now, n)
	return got, s.b.Wait()
}

// GiveBack returns tokens that were not needed.
func (s *Shared) GiveBack(n int) {
	if n > 0 {
		s.mu.Lock()
		s.b.GiveBack(n)
		s.mu.Unlock()
	}
}
