package smpp

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp/wire"
)

// Pauses before the next try to bind.
const (
	steadyAfter = time.Minute      // a session that lasted so long ends a row of failures
	fatalPause  = 15 * time.Minute // after a refusal of the account; a new configuration makes a new client
)

// backoffs are the longest pauses after the first, second, … failure in a row; the last one stays.
var backoffs = [...]time.Duration{
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute,
}

// longestUnanswered bounds the pause while nobody answers the bind: a peer that is back must not wait for us, because
// an alarm may. A peer that answers, and refuses, is left alone for longer.
const longestUnanswered = 15 * time.Second

// Events in the log. None carries personal data.
const (
	evBound      = "session bound"
	evEnded      = "session ended"
	evRefused    = "account refused"
	evThrottled  = "session slowed down"
	evPaused     = "route paused"
	evText       = "text refused by the operator"
	evBadPDU     = "malformed pdu received"
	evProtocol   = "submit refused as malformed"
	evSinkFailed = "incoming messages not stored"
)

// lane keeps one bind up: it dials, binds, lets the session run, and tries again.
type lane struct {
	c       *Client
	mode    mode
	host    int // which host is tried next
	session atomic.Pointer[session]
	state   atomic.Pointer[laneState]
}

// laneState is what people see of a lane.
type laneState struct {
	state   gateway.State
	since   time.Time
	peer    string
	why     *setback // why it is not bound; nil when it is, or has not been tried
	retryAt time.Time
}

func newLane(c *Client, m mode, number int) *lane {
	l := &lane{c: c, mode: m, host: number}
	l.state.Store(&laneState{state: gateway.Connecting, since: c.now(), peer: l.peer()})
	return l
}

func (l *lane) peer() string { return l.c.dialer.hosts[l.host%len(l.c.dialer.hosts)] }

// set publishes the lane's state and lets the gate follow.
func (l *lane) set(s laneState) {
	if old := l.state.Load(); old.state == s.state {
		s.since = old.since
	}
	l.state.Store(&s)
	l.c.regate()
}

// run keeps the bind up until the client closes or ctx ends.
func (l *lane) run(ctx context.Context) {
	failures := 0
	for {
		bound, good, why := l.once(ctx)
		now := l.c.now()
		if l.over(ctx) {
			l.set(laneState{state: gateway.Stopped, since: now, peer: l.peer()})
			return
		}
		if good || !bound.IsZero() && now.Sub(bound) >= steadyAfter {
			failures = 0
		}
		pause, state := l.pause(failures, why), gateway.Down
		if why.reason == reasonBind && l.c.statuses.Class(why.status) == gateway.BindFatal {
			pause, state = fatalPause, gateway.Refused
			l.c.log.Error(evRefused, "peer", l.peer(), "status", gateway.StatusName(why.status))
		}
		failures++
		l.host++
		l.set(laneState{state: state, since: now, peer: l.peer(), why: why, retryAt: now.Add(pause)})
		wait := time.NewTimer(pause)
		select {
		case <-wait.C:
		case <-l.c.closing:
		case <-ctx.Done():
		}
		wait.Stop()
		if l.over(ctx) {
			l.set(laneState{state: gateway.Stopped, since: now, peer: l.peer()})
			return
		}
	}
}

func (l *lane) over(ctx context.Context) bool {
	select {
	case <-l.c.closing:
		return true
	default:
		return ctx.Err() != nil
	}
}

// pause returns how long to wait after the failure: a random share of the step, so that many clients which lost the
// same peer do not come back at once.
func (l *lane) pause(failures int, why *setback) time.Duration {
	step := backoffs[min(failures, len(backoffs)-1)]
	if why.status == wire.OK {
		step = min(step, longestUnanswered)
	}
	return time.Duration(l.c.random() * float64(step))
}

// once connects, binds and runs one session. It returns when the session was bound (zero when never), whether it was
// good for anything, and why it ended.
func (l *lane) once(ctx context.Context) (bound time.Time, good bool, why *setback) {
	peer := l.peer()
	// Until the session is bound there is nothing to end in good order.
	early, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-l.c.closing:
			cancel()
		case <-early.Done():
		}
	}()
	conn, why := l.c.dialer.open(early, peer)
	if why != nil {
		return bound, false, why
	}
	in := wire.NewFramer(conn)
	if refused := bind(early, conn, in, bindRequest(l.c.route, l.mode, 1<<slotBits|slotControl)); refused != nil {
		_ = conn.Close()
		return bound, false, refused
	}
	bound = l.c.now()
	s := newSession(l.c, l.mode, peer, conn, in)
	s.control = 1 // the bind request was number 1
	l.session.Store(s)
	l.set(laneState{state: gateway.Bound, since: bound, peer: peer})
	l.c.log.Info(evBound, "peer", peer, "mode", string(l.mode))
	defer context.AfterFunc(ctx, func() { s.fail(&setback{reason: reasonStopped}) })()
	ended := make(chan struct{})
	go func() {
		select {
		case <-l.c.closing:
			s.retire(&setback{reason: reasonStopped})
		case <-ended:
		}
	}()
	why = s.run()
	close(ended)
	l.session.Store(nil)
	level := slog.LevelWarn
	if why.reason == reasonStopped {
		level = slog.LevelInfo
	}
	l.c.log.Log(ctx, level, evEnded, "peer", peer, "mode", string(l.mode), "reason", why.reason, "detail", why.detail())
	return bound, s.good, why
}
