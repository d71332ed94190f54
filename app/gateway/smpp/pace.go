package smpp

import (
	"sync"
	"time"
)

// How a session gives way to an operator that says "too fast" (ESME_RTHROTTLED, ESME_RMSGQFUL).
const (
	firstPause  = time.Second
	longestWait = 30 * time.Second
	stepEvery   = 10 * time.Second // without a refusal, until the rate is raised
	stepUp      = 0.1              // of the full rate
	lowestCut   = 0.01             // of the full rate
	burstShare  = 50               // a bucket holds the tokens of 1/50 s, so no second has more than 2 % too much
)

// bucket is a token bucket in parts per second. A rate of 0 means no limit.
type bucket struct {
	rate   float64
	tokens float64
	last   time.Time
}

// take removes up to n tokens and returns how many there were.
func (b *bucket) take(now time.Time, n int) int {
	if b.rate <= 0 {
		return n
	}
	b.fill(now)
	got := min(n, int(b.tokens))
	b.tokens -= float64(got)
	return got
}

func (b *bucket) fill(now time.Time) {
	size := max(1, b.rate/burstShare)
	if b.last.IsZero() {
		b.tokens, b.last = size, now
		return
	}
	if d := now.Sub(b.last).Seconds(); d > 0 {
		b.tokens = min(size, b.tokens+d*b.rate)
		b.last = now
	}
}

// giveBack returns tokens that were not needed.
func (b *bucket) giveBack(n int) {
	if b.rate > 0 {
		b.tokens += float64(n)
	}
}

// wait returns how long it takes until there is a token.
func (b *bucket) wait() time.Duration {
	if b.rate <= 0 || b.tokens >= 1 {
		return 0
	}
	return time.Duration((1 - b.tokens) / b.rate * float64(time.Second))
}

// sharedBucket is the bucket of the route, which its sessions share.
type sharedBucket struct {
	mu sync.Mutex
	b  bucket
}

func (s *sharedBucket) take(now time.Time, n int) (int, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	got := s.b.take(now, n)
	return got, s.b.wait()
}

func (s *sharedBucket) giveBack(n int) {
	if n > 0 {
		s.mu.Lock()
		s.b.giveBack(n)
		s.mu.Unlock()
	}
}

// pacer holds one session back: its own limit, and the pauses and cuts after refusals. It is guarded by the session's
// mutex, and knows the time only by its arguments.
type pacer struct {
	limit  float64 // parts per second of this session; 0 means none
	bucket bucket

	full  float64 // what cut is a share of: the limit, or the speed measured when the first refusal came
	cut   float64 // 1 when the session is not slowed down
	pause time.Duration
	until time.Time // paused until
	last  time.Time // last refusal that counted
	step  time.Time // when the rate is raised next
}

func newPacer(limit float64) pacer {
	return pacer{limit: limit, cut: 1, bucket: bucket{rate: limit}}
}

// refused counts a refusal of a part that was sent at the time, and reports whether it slowed the session down. All
// parts that were on their way when the operator first said no are one refusal.
func (p *pacer) refused(now, sent time.Time, measured float64) bool {
	if !p.last.IsZero() && !sent.After(p.last) {
		return false
	}
	if p.cut == 1 {
		p.full = p.limit
		if p.full == 0 {
			p.full = max(1, measured)
		}
	}
	p.pause = min(max(firstPause, 2*p.pause), longestWait)
	p.last, p.until = now, now.Add(p.pause)
	p.step = p.until.Add(stepEvery)
	p.setCut(max(lowestCut, p.cut/2))
	return true
}

// advance raises the rate by the steps that are due.
func (p *pacer) advance(now time.Time) {
	for p.cut < 1 && !now.Before(p.step) {
		p.step = p.step.Add(stepEvery)
		p.pause = 0
		p.setCut(min(1, p.cut+stepUp))
	}
}

func (p *pacer) setCut(cut float64) {
	if cut > 0.999 { // ten steps of a tenth do not add up to 1 exactly
		cut = 1
	}
	p.cut = cut
	p.bucket.rate = p.full * cut
	if cut == 1 {
		p.bucket.rate = p.limit
	}
}

// take removes up to n tokens; when there are none it returns how long to wait.
func (p *pacer) take(now time.Time, n int) (int, time.Duration) {
	p.advance(now)
	if now.Before(p.until) {
		return 0, p.until.Sub(now)
	}
	got := p.bucket.take(now, n)
	return got, p.bucket.wait()
}

func (p *pacer) slowed(now time.Time) bool { return p.cut < 1 || now.Before(p.until) }
