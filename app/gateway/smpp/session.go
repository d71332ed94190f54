package smpp

import (
	"net"
	"slices"
	"sync"
	"time"

	"github.com/linxGnu/gosmpp/pdu"

	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp/pace"
	"noroshi/app/gateway/smpp/wire"
)

// How long the end of a session may take, and how much the peer may leave unread.
const (
	drainTimeout   = 5 * time.Second
	unbindTimeout  = 5 * time.Second
	enquireTimeout = 10 * time.Second
	writeTimeout   = 10 * time.Second
	tick           = time.Second // how often a session with nothing to do looks at its clocks
	maxAnswers     = 1 << 20     // octets of responses the peer has not read yet
	maxBatch       = 256         // parts in one write
)

// session is one bind: a reader (the goroutine that runs it) and a writer. What they share is guarded by mu.
type session struct {
	c     *Client
	mode  mode
	peer  string
	conn  net.Conn
	in    *wire.Framer
	wake  chan struct{} // tells the writer that there is something to do
	dead  chan struct{} // closed together with the connection
	carry *carry
	gone  chan struct{} // closed when the writer has ended

	mu       sync.Mutex
	win      window
	pace     pace.Pacer
	meter    pace.Meter
	delays   pace.Delays
	answers  []byte // responses to the peer's requests, not yet written
	written  uint64 // octets the connection has taken, in all
	cause    *setback
	closed   bool
	retiring bool
	retireAt time.Time
	unbindAt time.Time // when unbind was sent; zero before
	lastByte bool      // close as soon as the answers are written
	heard    time.Time // when the peer last sent anything
	expireAt time.Time // when the window is next looked through
	enquired time.Time // when the enquire_link that is unanswered was sent; zero when none
	throttle uint32    // command_status of the last refusal for speed; 0 when none
	misread  int       // refusals as malformed since the last success
	good     bool      // the peer has answered a submit_sm with success
	control  uint32    // counts the requests outside the window

	batch      inBatch // what the reader has gathered since it last had to wait; the reader's own
	writeState outBatch
}

// outBatch is the writer's own: parts that go out in one write.
type outBatch struct {
	chunks []chunk
	seqs   []uint32
	ends   []uint64
	texts  []uint64
	pos    uint64 // octets put into the stream so far
}

func newSession(c *Client, m mode, peer string, conn net.Conn, in *wire.Framer) *session {
	now := c.now()
	return &session{
		c: c, mode: m, peer: peer, conn: conn, in: in,
		wake: make(chan struct{}, 1), dead: make(chan struct{}), gone: make(chan struct{}),
		carry: new(carry), win: newWindow(c.route.Window), pace: pace.NewPacer(c.bindLimit()), heard: now,
		meter: pace.Meter{Start: now},
	}
}

// run works until the session ends, and returns why. Everything unanswered has been told when it returns.
func (s *session) run() *setback {
	go func() {
		defer close(s.gone)
		s.write()
	}()
	err := s.read()
	s.fail(&setback{reason: reasonCut, err: err})
	<-s.gone
	s.settle()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cause
}

// fail closes the connection. The first cause stays.
func (s *session) fail(why *setback) {
	s.mu.Lock()
	if s.cause == nil {
		s.cause = why
	}
	first := !s.closed
	s.closed = true
	s.mu.Unlock()
	if first {
		close(s.dead)
		_ = s.conn.Close()
	}
}

// retire ends the session in good order: no more submits, the window drains, unbind is answered. The first cause stays.
func (s *session) retire(why *setback) {
	s.mu.Lock()
	s.retireLocked(why, s.c.now())
	s.mu.Unlock()
	s.nudge()
}

func (s *session) retireLocked(why *setback, now time.Time) {
	if s.cause == nil {
		s.cause = why
	}
	if !s.retiring {
		s.retiring, s.retireAt = true, now
	}
}

// nudge wakes the writer. It never blocks.
func (s *session) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// answer queues a response to a request of the peer. It never blocks; a peer that does not read its responses is cut.
func (s *session) answer(request, status, seq uint32) {
	s.mu.Lock()
	s.answers = wire.AppendAnswer(s.answers, request, status, seq)
	tooMany := len(s.answers) > maxAnswers
	s.mu.Unlock()
	if tooMany {
		s.fail(&setback{reason: reasonStalled})
	}
}

// settle tells the outcome of all that is unanswered: written parts are uncertain, others go back to the queue.
func (s *session) settle() {
	s.mu.Lock()
	rest, written := s.win.drain(), s.written
	s.mu.Unlock()
	slices.SortFunc(rest, func(a, b entry) int {
		if a.end < b.end {
			return -1
		}
		return 1
	})
	now := s.c.now()
	var unwritten []chunk
	for _, e := range rest {
		if e.end <= written {
			e.job.done(int(e.part), gateway.Outcome{Class: gateway.Uncertain, At: now})
			continue
		}
		unwritten = join(unwritten, chunk{e.job, int(e.part), int(e.part) + 1})
	}
	for _, ch := range s.c.queue.giveBack(s.carry, unwritten) {
		ch.giveUp(now)
	}
}

// expire takes what is answered no more out of the window. One lost response costs its slot until here and nothing
// else: the others go on, and enquire_link asks at once whether the peer is alive. Several, and no fewer than were
// answered of late, end the session. The caller holds mu, and tells what is returned.
func (s *session) expire(b []byte, now time.Time) ([]byte, []entry) {
	if now.Before(s.expireAt) {
		return b, nil
	}
	s.expireAt = now.Add(tick / 4)
	lost := s.win.expire(now.Add(-s.c.responseTimeout()))
	if s.win.deaf(now, s.c.responseTimeout()) {
		s.retireLocked(&setback{reason: reasonResponse}, now)
	}
	if len(lost) > 0 && s.enquired.IsZero() && !s.retiring {
		s.enquired = now
		b = append(b, encode(pdu.NewEnquireLink(), s.nextControl())...)
	}
	return b, lost
}

// clocks does what is due: it appends to b the requests that have to be sent for it, and returns why the session must
// be closed, if it must. The caller holds mu.
func (s *session) clocks(b []byte, now time.Time) ([]byte, *setback) {
	if s.retiring {
		return s.leave(b, now)
	}
	switch {
	case s.enquired.IsZero() && now.Sub(s.heard) >= s.c.enquireEvery():
		s.enquired = now
		b = append(b, encode(pdu.NewEnquireLink(), s.nextControl())...)
	case !s.enquired.IsZero() && !s.heard.Before(s.enquired): // whatever it was, the peer is alive
		s.enquired = time.Time{}
	case !s.enquired.IsZero() && now.Sub(s.enquired) >= enquireTimeout:
		return b, &setback{reason: reasonEnquire}
	}
	return b, nil
}

// leave sends unbind once the window is empty or has had its time, and closes when that is not answered.
func (s *session) leave(b []byte, now time.Time) ([]byte, *setback) {
	switch {
	case s.unbindAt.IsZero() && (s.win.used() == 0 || now.Sub(s.retireAt) >= drainTimeout):
		s.unbindAt = now
		b = append(b, encode(pdu.NewUnbind(), s.nextControl())...)
	case !s.unbindAt.IsZero() && now.Sub(s.unbindAt) >= unbindTimeout:
		return b, s.cause
	}
	return b, nil
}

// nextControl returns a sequence_number outside the window.
func (s *session) nextControl() uint32 {
	s.control = s.control%maxGen + 1
	return s.control<<slotBits | slotControl
}

// mayTake returns how many parts the session may take from the queue now; when none, how long to wait for the pace.
// The caller holds mu.
func (s *session) mayTake(now time.Time) (int, time.Duration) {
	free := min(len(s.win.free), maxBatch)
	if s.retiring || s.lastByte || free == 0 {
		return 0, 0
	}
	return s.pace.Take(now, free)
}

// measured returns what the session knows of its speed: the best it has reached, or what its window allows at the
// response time it sees, though no more than the route's contract. The caller holds mu.
func (s *session) measured(now time.Time) pace.Measured {
	m := pace.Measured{Recent: s.meter.Recent(now)}
	if s.pace.Slowed(now) { // the full speed was settled when it first was
		return m
	}
	m.Full = s.meter.Best(now)
	if d := pace.Median(s.delays.List()); d > 0 {
		m.Full = max(m.Full, float64(len(s.win.slots))/max(d, time.Millisecond).Seconds())
	}
	if s.c.route.Rate > 0 {
		m.Full = min(m.Full, s.c.route.Rate)
	}
	return m
}

// view is what Health and Pace see of a session.
type view struct {
	inFlight int
	slowed   bool
	cut      float64
	rate     float64
	limit    float64
	canTake  bool
	delays   []time.Duration
	throttle uint32    // command_status of the last refusal for speed
	until    time.Time // paused until
}

func (s *session) look(now time.Time) view {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pace.Advance(now)
	return view{
		inFlight: s.win.used(), slowed: s.pace.Slowed(now), cut: s.pace.Cut(), rate: s.meter.Rate(now),
		limit: s.pace.Limit(), canTake: s.mode.submits() && !s.retiring && !s.lastByte,
		delays: s.delays.List(), throttle: s.throttle, until: s.pace.Until(),
	}
}
