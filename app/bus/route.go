package bus

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/nats-io/nats.go/jetstream"
)

// Priority says which jobs of a route come first.
type Priority uint8

// The priorities; jobs of the first are handed out before any of the next.
const (
	Urgent Priority = 0
	Normal Priority = 1
)

const priorities = 2

// String returns the priority in lower case.
func (p Priority) String() string {
	if p == Urgent {
		return "urgent"
	}
	return "normal"
}

// route is the queue of one route: a lane for each priority, and the wake for those who wait.
type route struct {
	lanes [priorities]*lane
	wake  chan struct{} // holds one token when a job may have come
}

// lane is one stream with its one consumer. Each job has a subject of its own, of which the stream takes one message:
// so the stream itself drops a job that it still holds.
type lane struct {
	stream  jetstream.Stream
	subject string // prefix of the subjects of jobs
	next    string // where the next job is asked for
}

func (r *route) signal() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// token makes a subject token of any text.
func token(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:16])
}

// route returns the queue of the route, and makes it at its first use.
func (b *Bus) route(ctx context.Context, name string) (*route, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r, ok := b.lanes[name]; ok {
		return r, nil
	}
	r := &route{wake: make(chan struct{}, 1)}
	for p := range r.lanes {
		l, err := b.makeLane(ctx, token(name), Priority(p))
		if err != nil {
			return nil, failed(err)
		}
		r.lanes[p] = l
	}
	b.lanes[name] = r
	return r, nil
}

func (b *Bus) makeLane(ctx context.Context, route string, p Priority) (*lane, error) {
	name := "work_" + route + "_" + p.String()
	subject := "work." + route + "." + p.String() + "."
	stream, err := b.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: name, Subjects: []string{subject + "*"}, Storage: jetstream.MemoryStorage,
		Retention: jetstream.WorkQueuePolicy, Discard: jetstream.DiscardNew,
		MaxMsgs: int64(b.maxJobs), MaxMsgsPerSubject: 1, DiscardNewPerSubject: true, MaxMsgSize: MaxData + 1024,
	})
	if err != nil {
		return nil, err
	}
	_, err = stream.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: "workers", AckPolicy: jetstream.AckExplicitPolicy, AckWait: b.ackWait, MaxDeliver: -1,
		MaxAckPending: maxUnacked, MaxWaiting: 1024, MemoryStorage: true,
	})
	if err != nil {
		return nil, err
	}
	return &lane{stream: stream, subject: subject, next: "$JS.API.CONSUMER.MSG.NEXT." + name + ".workers"}, nil
}

func (b *Bus) allLanes() []*lane {
	b.mu.Lock()
	defer b.mu.Unlock()
	lanes := make([]*lane, 0, priorities*len(b.lanes))
	for _, r := range b.lanes {
		lanes = append(lanes, r.lanes[:]...)
	}
	return lanes
}
