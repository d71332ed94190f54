package pace

import (
	"sync"
	"time"
)

// How a session gives way to an operator that says "too fast" (ESME_RTHROTTLED, ESME_RMSGQFUL).
const (
	firstPause  = time.Second // doubled when nothing was accepted since the last one
	longestWait = 30 * time.Second
	stepEvery   = 10 * time.Second // without a refusal, until the rate is raised
	stepUp      = 0.1              // of the full rate
	lowestCut   = 0.01             // of the full rate
	mixedCut    = 0.2              // the same while some are accepted and some refused
	mixedEvery  = time.Second      // between two cuts then
	mixedFor    = 5 * time.Second  // after an acceptance, until a refusal stops the session again
	tiny        = 1e-6             // of a token, which sums of fractions may lack
	burstShare  = 50               // a bucket holds the tokens of 1/50 s, so no second has more than 2 % too much
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

// Pacer holds one session back: its own limit, and the pauses and cuts after refusals. It is guarded by the session's
// mutex, and knows the time only by its arguments.
type Pacer struct {
	limit  float64 // parts per second of this session; 0 means none
	bucket Bucket

	full  float64 // what cut is a share of: the limit, or the speed measured when the first refusal came
	cut   float64 // 1 when the session is not slowed down
	pause time.Duration
	until time.Time // paused until
	last  time.Time // last refusal that counted
	taken time.Time // when something sent after the last pause was accepted; zero before that
	step  time.Time // when the rate is raised next
}

// NewPacer returns the pacer of a new session; a limit of 0 means none.
func NewPacer(limit float64) Pacer {
	return Pacer{limit: limit, cut: 1, bucket: Bucket{Rate: limit}}
}

// Refused counts a refusal of a part that was sent at the time, and reports whether it slowed the session down. All
// parts that were on their way when the operator first said no are one refusal. While the operator takes some parts and
// refuses others, a session that is slowed down already is cut further and not stopped: a pause for each would let the
// broadcast stand still.
func (p *Pacer) Refused(now, sent time.Time, measured float64) bool {
	if !p.last.IsZero() && !sent.After(p.last) {
		return false
	}
	if p.cut < 1 && !p.taken.IsZero() && now.Sub(p.taken) < mixedFor {
		return p.refusedSome(now)
	}
	if p.cut == 1 {
		p.full = p.limit
		if p.full == 0 {
			p.full = max(1, measured)
		}
	}
	p.pause = min(max(firstPause, 2*p.pause), longestWait)
	p.last, p.until, p.taken = now, now.Add(p.pause), time.Time{}
	p.step = p.until.Add(stepEvery)
	p.setCut(max(lowestCut, p.cut/2))
	return true
}

func (p *Pacer) refusedSome(now time.Time) bool {
	if now.Sub(p.last) < mixedEvery {
		return false
	}
	p.last = now
	p.step = now.Add(stepEvery)
	p.setCut(max(mixedCut, p.cut/2))
	return true
}

// Succeeded notes that a part which was sent at the time was accepted: when that was after the last pause, the next
// pause is short again.
func (p *Pacer) Succeeded(sent time.Time) {
	if !p.last.IsZero() && !sent.Before(p.until) {
		p.taken, p.pause = sent, 0
	}
}

// Advance raises the rate by the steps that are due.
func (p *Pacer) Advance(now time.Time) {
	for p.cut < 1 && !now.Before(p.step) {
		p.step = p.step.Add(stepEvery)
		p.pause = 0
		p.setCut(min(1, p.cut+stepUp))
	}
}

func (p *Pacer) setCut(cut float64) {
	if cut > 0.999 { // ten steps of a tenth do not add up to 1 exactly
		cut = 1
	}
	p.cut = cut
	p.bucket.Rate = p.full * cut
	if cut == 1 {
		p.bucket.Rate = p.limit
	}
}

// Take removes up to n tokens; when there are none it returns how long to wait.
func (p *Pacer) Take(now time.Time, n int) (int, time.Duration) {
	p.Advance(now)
	if now.Before(p.until) {
		return 0, p.until.Sub(now)
	}
	got := p.bucket.Take(now, n)
	return got, p.bucket.Wait()
}

// GiveBack returns tokens that were not needed.
func (p *Pacer) GiveBack(n int) { p.bucket.GiveBack(n) }

// Limit returns the parts per second in force; 0 means none.
func (p *Pacer) Limit() float64 { return p.bucket.Rate }

// Cut returns the share of its full rate the session may use; 1 when it is not slowed down.
func (p *Pacer) Cut() float64 { return p.cut }

// Pause returns how long the last refusal stopped the session.
func (p *Pacer) Pause() time.Duration { return p.pause }

// Slowed reports whether the session is paused, or has less than its full rate.
func (p *Pacer) Slowed(now time.Time) bool { return p.cut < 1 || now.Before(p.until) }
