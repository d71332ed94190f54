package pace

import "time"

// How a session gives way to an operator that says "too fast" (ESME_RTHROTTLED, ESME_RMSGQFUL).
const (
	firstPause  = time.Second // doubled when nothing was accepted since the last one
	longestWait = 30 * time.Second
	stepEvery   = 10 * time.Second // without a refusal, until the rate is raised
	stepUp      = 0.1              // of the full rate
	lowestCut   = 0.01             // of the full rate
	allRefused  = 4                // refusals without an acceptance that stop the session again, if its rate allows
	takenFor    = 5 * time.Second  // after an acceptance, while refusals do not stop the session again
)

// How it finds its speed while some parts are accepted and some refused.
const (
	lookFor      = 2 * time.Second // between two changes of speed, if that brought enough answers
	lookLongest  = 5 * time.Second // else
	enough       = 50              // answers
	leastCut     = 0.9             // of the speed in use
	roomAbove    = 2               // a session without a limit recovers to so many times what was accepted
	firstHold    = 10 * time.Second
	longestHold  = time.Minute
	cutThatTells = 0.2  // how much less must be sent before it is judged what that was good for
	cutInVain    = 0.6  // of it that is missing in what is accepted: slowing down does not help
	worse        = 0.15 // more of all answers are refusals: the speed is felt after all
)

// Measured is what the session knows of its speed when it is refused.
type Measured struct {
	Full   float64 // parts per second it could reach if it were not held back; 0 when not known
	Recent float64 // parts per second accepted in the last seconds
}

// Pacer holds one session back: its own limit, and the pauses and cuts after refusals. It is guarded by the session's
// mutex, and knows the time only by its arguments.
//
// The first refusal after a calm stops the session for a second and halves its speed, as does each one that comes when
// nothing is accepted any more. While the operator takes some parts and refuses others, the session goes on at the
// speed at which parts were accepted: an operator with a limit then takes all. If less is accepted in the measure of
// the cut, slowing down does not help (the operator refuses a share, whatever the speed), so the cut is taken back for
// a while.
type Pacer struct {
	limit  float64 // parts per second of this session; 0 means none
	bucket Bucket

	full    float64 // what cut is a share of: the limit, or the speed it could reach
	cut     float64 // 1 when the session is not slowed down
	pause   time.Duration
	until   time.Time // paused until
	last    time.Time // last refusal that changed something
	refused time.Time // last refusal
	inRow   int       // refusals since the last acceptance or pause
	taken   time.Time // when something sent after the last pause was accepted; zero before that
	step    time.Time // when the rate is raised next

	look    look          // answers since the speed last changed
	before  *look         // those before it was first cut, until it is known what that was good for
	wasFull float64       // full before that
	hold    time.Time     // until then refusals change nothing: slowing down was in vain
	holdFor time.Duration // how long that was
}

// look counts the answers to what was sent from a moment on.
type look struct {
	from, to          time.Time
	accepted, refused int
}

func (l *look) count(sent time.Time, accepted bool) {
	if sent.Before(l.from) {
		return
	}
	if sent.After(l.to) {
		l.to = sent
	}
	if accepted {
		l.accepted++
	} else {
		l.refused++
	}
}

// speeds returns the parts per second that were sent and accepted; ok is false as long as that says little.
func (l *look) speeds() (sent, accepted float64, ok bool) {
	d, n := l.to.Sub(l.from), l.accepted+l.refused
	if d < lookFor || n < enough && d < lookLongest {
		return 0, 0, false
	}
	return float64(n) / d.Seconds(), float64(l.accepted) / d.Seconds(), true
}

func (l *look) share() float64 { return float64(l.refused) / float64(max(l.accepted+l.refused, 1)) }

// NewPacer returns the pacer of a new session; a limit of 0 means none.
func NewPacer(limit float64) Pacer {
	return Pacer{limit: limit, cut: 1, bucket: Bucket{Rate: limit}}
}

// Refused counts a refusal of a part that was sent at the time, and reports whether it slowed the session down. All
// parts that were on their way when the speed changed say nothing about the new one.
func (p *Pacer) Refused(now, sent time.Time, m Measured) bool {
	p.look.count(sent, false)
	troubled := p.cut < 1 || !p.refused.IsZero() && now.Sub(p.refused) < stepEvery
	p.refused = now
	if !p.last.IsZero() && !sent.After(p.last) {
		return false
	}
	p.inRow++
	if troubled && !p.taken.IsZero() && now.Sub(p.taken) < takenFor {
		return p.refusedSome(now, m)
	}
	if troubled && !p.blocked() {
		return false
	}
	if p.cut == 1 {
		p.full = p.limit
		if p.full == 0 {
			p.full = max(1, m.Full, m.Recent)
		}
	}
	p.pause = min(max(firstPause, 2*p.pause), longestWait)
	p.last, p.until, p.taken = now, now.Add(p.pause), time.Time{}
	p.step = p.until.Add(stepEvery)
	p.before, p.hold, p.holdFor, p.inRow = nil, time.Time{}, 0, 0
	p.setRate(p.until, max(p.full*lowestCut, p.full*p.cut/2, m.Recent/2))
	return true
}

// blocked reports whether so many were refused, and none accepted between, that it is not chance.
func (p *Pacer) blocked() bool {
	return p.inRow >= max(1, min(allRefused, int(p.bucket.Rate/allRefused)))
}

// refusedSome finds the speed while some parts are accepted and some refused.
func (p *Pacer) refusedSome(now time.Time, m Measured) bool {
	sent, accepted, ok := p.look.speeds()
	if !ok {
		return false
	}
	if now.Before(p.hold) {
		if p.before != nil && p.look.share() > p.before.share()+worse {
			sent, _, _ = p.before.speeds()
			p.before, p.last = nil, now
			p.setRate(now, sent)
		}
		return false
	}
	p.last = now
	if p.inVain(sent, accepted) {
		p.holdFor = min(max(firstHold, 2*p.holdFor), longestHold)
		p.hold, p.full = now.Add(p.holdFor), p.wasFull
		p.setRate(now, p.full)
		return false
	}
	if p.before == nil {
		was := p.look
		p.before, p.wasFull = &was, max(p.full, sent)
	}
	p.step = now.Add(stepEvery)
	rate := max(min(accepted, leastCut*sent), m.Recent/2, p.full*lowestCut)
	if p.limit == 0 {
		p.full = max(1, roomAbove*rate)
	}
	p.setRate(now, rate)
	return true
}

// inVain reports whether sending less cost as much of what is accepted.
func (p *Pacer) inVain(sent, accepted float64) bool {
	if p.before == nil {
		return false
	}
	sentBefore, acceptedBefore, _ := p.before.speeds()
	lessSent, lessAccepted := 1-sent/sentBefore, 1-accepted/max(acceptedBefore, tiny)
	return lessSent > cutThatTells && lessAccepted > cutInVain*lessSent
}

// Succeeded notes that a part which was sent at the time was accepted: when that was after the last pause, the next
// pause is short again.
func (p *Pacer) Succeeded(sent time.Time) {
	if p.last.IsZero() {
		return
	}
	p.inRow = 0
	p.look.count(sent, true)
	if !sent.Before(p.until) {
		p.taken, p.pause = sent, 0
	}
}

// Advance raises the rate by the steps that are due.
func (p *Pacer) Advance(now time.Time) {
	for p.cut < 1 && !now.Before(p.step) {
		p.step = p.step.Add(stepEvery)
		p.pause, p.before, p.holdFor = 0, nil, 0
		p.setRate(now, p.full*min(1, p.cut+stepUp))
	}
	if !p.hold.IsZero() && !now.Before(p.hold) { // from here on it is looked at again
		p.hold, p.before, p.look = time.Time{}, nil, look{from: now}
	}
}

// setRate has the session go on at a rate from a moment on.
func (p *Pacer) setRate(from time.Time, rate float64) {
	p.cut = min(1, rate/p.full)
	if p.cut > 0.999 { // ten steps of a tenth do not add up to 1 exactly
		p.cut = 1
	}
	p.bucket.Rate = p.full * p.cut
	if p.cut == 1 {
		p.bucket.Rate = p.limit
	}
	p.look = look{from: from}
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

// Until returns when the session may submit again after a pause; a moment that has passed when it may now.
func (p *Pacer) Until() time.Time { return p.until }

// Slowed reports whether the session is paused, has less than its full rate, or is refused a share whatever its rate.
func (p *Pacer) Slowed(now time.Time) bool {
	return p.cut < 1 || now.Before(p.until) || now.Before(p.hold)
}
