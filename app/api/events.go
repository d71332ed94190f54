package api

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"noroshi/app/access"
	"noroshi/app/api/ask"
	"noroshi/app/api/gen"
	"noroshi/app/fault"
	"noroshi/app/id"
)

// How live streams behave.
const (
	streamsMost    = 500 // at once
	streamsEach    = 20  // of one account
	streamPing     = 15 * time.Second
	streamSystem   = 5 * time.Second
	streamRest     = 500 * time.Millisecond // between two looks at the counts
	streamSession  = time.Minute            // between two looks at the session
	streamDeadline = 10 * time.Second       // for one write
)

// streams counts those that are open.
type streams struct {
	mu   sync.Mutex
	all  int
	each map[id.Account]int
}

func newStreams() *streams { return &streams{each: map[id.Account]int{}} }

func (l *streams) enter(a id.Account) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all >= streamsMost || l.each[a] >= streamsEach {
		return false
	}
	l.all++
	l.each[a]++
	return true
}

func (l *streams) leave(a id.Account) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all--
	if l.each[a]--; l.each[a] == 0 {
		delete(l.each, a)
	}
}

// stream is one console that follows. Everything in it is copied from the request, which is recycled while it runs.
type stream struct {
	s       *Server
	conn    net.Conn
	w       *bufio.Writer
	session access.Session
	token   string
	follow  id.Broadcast // 0: the running ones
	seen    map[id.Broadcast]uint64
	routes  string // states of the routes that were sent last
}

func (s *Server) streamEvents(c *fiber.Ctx) error {
	follow, err := ask.QueryID[id.Broadcast](c, "broadcast")
	if err != nil {
		return err
	}
	session := ask.Session(c)
	if follow != 0 && s.o.Access.Allowed(session.Account, access.BroadcastRead) {
		if _, err := s.o.Broadcasts.Get(follow); err != nil {
			return err
		}
	}
	if !s.streams.enter(session.Account.ID) {
		return fault.New(fault.Unavailable, codeStreams, "There are too many live streams.")
	}
	t := &stream{
		s: s, conn: c.Context().Conn(), session: session, token: s.tokenOf(c), follow: follow,
		seen: map[id.Broadcast]uint64{},
	}
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set("X-Accel-Buffering", "no")
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer s.streams.leave(session.Account.ID)
		t.w = w
		t.run(s.o.Context)
	})
	return nil
}

// run writes snapshots until the console is gone, the session has ended or the server closes.
func (t *stream) run(ctx context.Context) {
	beats, cancel := t.s.o.Beats.Subscribe()
	defer cancel()
	ping, system := time.NewTicker(streamPing), time.NewTicker(streamSystem)
	defer ping.Stop()
	defer system.Stop()
	check := time.NewTicker(streamSession)
	defer check.Stop()
	t.line("retry: 3000\n\n")
	err := errors.Join(t.system(true), t.look(ctx))
	for err == nil {
		select {
		case <-ctx.Done():
			return
		case <-t.s.closing:
			return
		case <-check.C:
			err = t.s.o.Access.Alive(t.token)
		case <-ping.C:
			t.line(": ping\n\n")
		case <-system.C:
			err = t.system(true)
		case <-beats:
			err = t.look(ctx)
		}
		if err == nil {
			err = t.flush()
		}
	}
}

// look sends what has changed, and rests. What is shared with other streams may be from before the beat: then it looks
// once more after the rest, so that the last change never stays unseen.
func (t *stream) look(ctx context.Context) error {
	for range 2 {
		asked := t.s.o.Now()
		err := t.system(false)
		made, failed := t.counts(ctx)
		if err = errors.Join(err, failed); err == nil {
			err = t.flush()
		}
		if err != nil {
			return err
		}
		t.rest(ctx)
		if !made.Before(asked) {
			break
		}
	}
	return nil
}

// rest keeps a console from being told more often than it can be looked at.
func (t *stream) rest(ctx context.Context) {
	timer := time.NewTimer(streamRest)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-t.s.closing:
	case <-timer.C:
	}
}

func (t *stream) line(text string) {
	_, _ = t.w.WriteString(text) // the error stays and comes out of Flush
}

// flush sends what was written. A console that has gone away is noticed here, one or two writes late.
func (t *stream) flush() error {
	if err := t.conn.SetWriteDeadline(t.s.o.Now().Add(streamDeadline)); err != nil {
		return err
	}
	return t.w.Flush()
}

func (t *stream) event(name string, body []byte) {
	folded := t.s.o.Tally.Folded()
	place := strconv.FormatUint(uint64(folded), 10)
	if t.s.o.StreamID != nil {
		place = t.s.o.StreamID(folded)
	}
	t.line("event: " + name + "\nid: " + place + "\ndata: ")
	_, _ = t.w.Write(body) // as in line
	t.line("\n\n")
}

// system sends the state of the system; without always only when a route's state has changed.
func (t *stream) system(always bool) error {
	if !t.s.o.Access.Allowed(t.session.Account, access.SystemRead) {
		return nil
	}
	now := t.s.snapshots.System()
	states := statesOf(now.Routes)
	if !always && states == t.routes {
		return nil
	}
	t.routes = states
	body, err := json.Marshal(now)
	if err == nil {
		t.event("system", body)
	}
	return err
}

func statesOf(routes []gen.RouteState) string {
	text := ""
	for _, r := range routes {
		text += r.Name + "=" + string(r.State) + "\n"
	}
	return text
}

// counts sends the signals and the results that have changed. made is when the oldest of what it looked at was made.
func (t *stream) counts(ctx context.Context) (made time.Time, err error) {
	if !t.s.o.Access.Allowed(t.session.Account, access.BroadcastRead) {
		return t.s.o.Now(), nil
	}
	pulse, err := t.s.snapshots.Pulse()
	if err != nil {
		return made, err
	}
	t.event("signals", pulse.Signals)
	made = pulse.At
	which := pulse.Running
	if t.follow != 0 {
		which = []id.Broadcast{t.follow}
	}
	for _, b := range which {
		result, err := t.s.snapshots.Result(ctx, b)
		if fault.Is(err, fault.NotFound) {
			continue // a draft that was discarded
		}
		if err != nil {
			return made, err
		}
		if result.At.Before(made) {
			made = result.At
		}
		if t.seen[b] != result.Print {
			t.seen[b] = result.Print
			t.event("broadcast", result.Body)
		}
	}
	return made, nil
}
