package bus

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"noroshi/app/fault"
)

// Job is a reference to work that has been handed out. Exactly one of Ack and Nak ends it; a job that is not ended
// within AckWait, counted from Next or the last InProgress, is handed out again.
type Job struct {
	Data      []byte
	Delivered int      // how often it has been handed out, this time included
	Priority  Priority // with which it was offered

	b     *Bus
	r     *route
	place place
	reply string
	once  sync.Once
	err   error
}

// Offer puts a job into the queue of the route. A job whose id is still in the queue of the route and priority, or out,
// is dropped without an error. Returns Unavailable: code queue_full when the route has as many jobs as it may,
// queue_closed; Invalid (job_too_large) above MaxData.
func (b *Bus) Offer(ctx context.Context, route string, p Priority, jobID string, data []byte) error {
	if len(data) > MaxData {
		return errLarge
	}
	if p >= priorities {
		return fault.New(fault.Internal, "internal", "A job of the work queue has no such priority.")
	}
	if !b.begin() {
		return errClosed
	}
	defer b.calls.Done()
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	r, err := b.route(ctx, route)
	if err != nil {
		return err
	}
	_, err = b.js.Publish(ctx, r.lanes[p].subject+token(jobID), data, jetstream.WithRetryAttempts(0))
	if err != nil {
		return refused(err)
	}
	r.signal()
	return nil
}

// refused says what the server's refusal of a job means.
func refused(err error) error {
	api, ok := errors.AsType[*jetstream.APIError](err)
	switch {
	case !ok:
		return failed(err)
	case api.Description == server.ErrMaxMsgsPerSubject.Error():
		return nil // the job is there already
	case api.Description == server.ErrMaxMsgs.Error() || api.ErrorCode == codeNoMemory:
		return errFull
	}
	return failed(err)
}

// codeNoMemory is the server's code for its memory limit.
const codeNoMemory jetstream.ErrorCode = 10028

// The times between two looks into an empty queue. Offer and Nak of this process wake a waiting Next at once; the looks
// are for jobs whose AckWait ends, and for the moment between a Nak's delay here and in the server.
const (
	firstLook = 2 * time.Millisecond
	lastLook  = time.Second
)

// Next hands out the next job of the route, urgent ones first; nil without an error when none has come within wait.
// Returns the context's error when that ends first, or Unavailable (queue_closed).
func (b *Bus) Next(ctx context.Context, route string, wait time.Duration) (*Job, error) {
	if !b.begin() {
		return nil, errClosed
	}
	defer b.calls.Done()
	r, err := b.route(ctx, route)
	if err != nil {
		return nil, err
	}
	end := time.NewTimer(wait)
	defer end.Stop()
	pause := firstLook
	look := time.NewTimer(pause)
	defer look.Stop()
	for {
		job, err := b.take(r)
		if job != nil {
			r.signal() // there may be more, for the next who waits
		}
		if err != nil || job != nil {
			return job, err
		}
		select {
		case <-r.wake:
			pause = firstLook
		case <-look.C:
			pause = min(2*pause, lastLook)
		case <-end.C:
			return nil, nil
		case <-b.closing:
			return nil, errClosed
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		look.Reset(pause)
	}
}

// take asks for a job without waiting.
func (b *Bus) take(r *route) (*Job, error) {
	for p, l := range r.lanes {
		job, err := b.takeFrom(r, l)
		if err != nil {
			return nil, err
		}
		if job != nil {
			job.Priority = Priority(p)
			return job, nil
		}
	}
	return nil, nil
}

// What the server is asked: for one job, now. While as many jobs are out as may be, the server does not answer at once,
// because a job might be given back; then it is given a time after which it must. An empty lane would wait that time
// too, so the other question is the usual one.
var (
	askNow     = []byte(`{"batch":1,"no_wait":true}`)
	askBriefly = []byte(`{"batch":1,"no_wait":true,"expires":20000000}`)
)

func (b *Bus) takeFrom(r *route, l *lane) (*Job, error) {
	ask := askNow
	if b.out.full(l) {
		ask = askBriefly
	}
	// Not the caller's context: an answer that nobody takes is a job that is out until its AckWait ends.
	msg, err := b.pull.Request(l.next, ask, callLimit)
	if err != nil {
		b.out.asked(l)
		return nil, failed(err)
	}
	if msg.Header.Get("Status") != "" {
		b.out.asked(l)
		return nil, nil // no job
	}
	meta, err := msg.Metadata()
	if err != nil {
		b.out.asked(l)
		return nil, failed(err)
	}
	at := place{l, meta.Sequence.Stream}
	b.out.handed(at)
	return &Job{
		Data: msg.Data, Delivered: int(meta.NumDelivered), b: b, r: r, place: at, reply: msg.Reply,
	}, nil
}

const ackDone = "+ACK"

// Ack ends the job: it is done. Once it has returned, a job with the same id may be offered again. Further calls of Ack
// or Nak return the first one's result.
func (j *Job) Ack() error { return j.end([]byte(ackDone), 0) }

// Nak gives the job back; it is handed out again after the delay.
func (j *Job) Nak(delay time.Duration) error {
	if delay <= 0 {
		return j.end([]byte("-NAK"), 0)
	}
	return j.end([]byte(`-NAK {"delay":`+strconv.FormatInt(int64(delay), 10)+`}`), delay)
}

func (j *Job) end(what []byte, delay time.Duration) error {
	j.once.Do(func() {
		if j.err = j.send(what); j.err != nil {
			j.b.out.givenBack(j.place) // the server hands it out again in time
			return
		}
		if string(what) == ackDone {
			j.b.out.ended(j.place)
			j.r.signal() // one more may be out
			return
		}
		j.b.out.givenBack(j.place)
		j.b.out.after(delay, j.r.signal)
	})
	return j.err
}

// InProgress says that the job is being worked on: AckWait begins anew.
func (j *Job) InProgress() error { return j.send([]byte("+WPI")) }

// send waits until the server has taken the answer in, so that what is done next finds its effect.
func (j *Job) send(what []byte) error {
	_, err := j.b.conn.Request(j.reply, what, callLimit)
	if errors.Is(err, nats.ErrConnectionClosed) {
		return errClosed
	}
	if err != nil {
		return failed(err)
	}
	return nil
}
