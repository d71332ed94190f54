package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"noroshi/app/fault"
)

// Options are what Open needs.
type Options struct {
	Dir     string        // where the server may keep what it must; made if missing. The queue itself is in memory
	Log     *slog.Logger  // nil discards
	MaxJobs int           // jobs kept for each route and priority; 0 means 10,000
	AckWait time.Duration // a job not acknowledged for so long is handed out again; 0 means 30 s
}

const (
	defaultMaxJobs = 10_000
	defaultAckWait = 30 * time.Second
	// maxUnacked is how many jobs of one route and priority may be out at the same time.
	maxUnacked = 256
	// MaxData is the most a job may hold, in octets: it is a reference, not the work.
	MaxData = 16 << 10
	// maxMemory bounds the whole queue, in octets.
	maxMemory = 256 << 20
	// callLimit bounds one exchange with the server, which is in this process.
	callLimit  = 5 * time.Second
	startLimit = 10 * time.Second
)

var (
	errClosed = fault.New(fault.Unavailable, "queue_closed", "The work queue is closed.")
	errFull   = fault.New(fault.Unavailable, "queue_full", "The work queue of the route is full; offer again later.")
	errLarge  = fault.New(fault.Invalid, "job_too_large", "A job holds more than a reference.", "max", MaxData)
)

// Bus is an open work queue. It is safe for concurrent use.
type Bus struct {
	log     *slog.Logger
	maxJobs int
	ackWait time.Duration
	server  *server.Server
	conn    *nats.Conn
	pull    *nats.Conn // asks for jobs; see connect
	js      jetstream.JetStream
	closing chan struct{}
	life    context.Context // of calls that have no context of their own
	out     *jobsOut

	mu     sync.Mutex
	lanes  map[string]*route
	closed bool
	calls  sync.WaitGroup // Offer, Next, Purge and Depth under way
}

// Open starts the server. Returns Unavailable, code queue_failed, when it does not come up.
func Open(ctx context.Context, o Options) (*Bus, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.MaxJobs <= 0 {
		o.MaxJobs = defaultMaxJobs
	}
	if o.AckWait <= 0 {
		o.AckWait = defaultAckWait
	}
	if o.Dir == "" {
		return nil, fault.New(fault.Invalid, "bad_option", "The work queue was given no directory.")
	}
	b := &Bus{
		log: o.Log, maxJobs: o.MaxJobs, ackWait: o.AckWait,
		closing: make(chan struct{}), life: context.WithoutCancel(ctx), lanes: map[string]*route{}, out: newJobsOut(),
	}
	if err := b.start(o.Dir); err != nil {
		b.stop()
		return nil, fault.Wrap(err, fault.Unavailable, "queue_failed", "The work queue could not be started.")
	}
	return b, nil
}

func (b *Bus) start(dir string) (err error) {
	b.server, err = server.NewServer(&server.Options{
		ServerName: "noroshi", DontListen: true, NoSigs: true,
		JetStream: true, StoreDir: dir, JetStreamMaxMemory: maxMemory, JetStreamMaxStore: 1 << 20,
		DisableJetStreamBanner: true, MaxPayload: 1 << 20,
	})
	if err != nil {
		return err
	}
	b.server.SetLoggerV2(serverLog{b.log}, false, false, false)
	b.server.Start()
	if !b.server.ReadyForConnections(startLimit) {
		return errors.New("the server is not ready in time")
	}
	if b.conn, err = b.connect(); err != nil {
		return err
	}
	// A job comes under its own subject, not that of the question, and only the older way of asking finds the asker then.
	if b.pull, err = b.connect(nats.UseOldRequestStyle()); err != nil {
		return err
	}
	b.js, err = jetstream.New(b.conn)
	return err
}

func (b *Bus) connect(more ...nats.Option) (*nats.Conn, error) {
	onError := func(_ *nats.Conn, _ *nats.Subscription, err error) {
		b.log.Warn("work queue connection", "error", err)
	}
	return nats.Connect("", append(more, nats.InProcessServer(b.server), nats.MaxReconnects(-1),
		nats.ReconnectWait(10*time.Millisecond), nats.ErrorHandler(onError))...)
}

func (b *Bus) stop() {
	for _, c := range []*nats.Conn{b.pull, b.conn} {
		if c != nil {
			c.Close()
		}
	}
	if b.server != nil {
		b.server.Shutdown()
		b.server.WaitForShutdown()
	}
}

// Close refuses new calls, ends those that wait, and waits until jobs that are out are acknowledged or the context
// ends, with whose error it then returns; the server is stopped either way. What is in the queue is forgotten.
func (b *Bus) Close(ctx context.Context) error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return nil
	}
	b.closed = true
	b.mu.Unlock()
	close(b.closing)
	b.calls.Wait()
	err := b.out.wait(ctx)
	b.out.drop()
	b.stop()
	return err
}

// begin counts a call that needs the server; false once the bus is closed.
func (b *Bus) begin() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		b.calls.Add(1)
	}
	return !b.closed
}

// Purge forgets all jobs of all routes, also those that are out.
func (b *Bus) Purge(ctx context.Context) error {
	if !b.begin() {
		return errClosed
	}
	defer b.calls.Done()
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	for _, l := range b.allLanes() {
		if err := l.stream.Purge(ctx); err != nil {
			return failed(err)
		}
	}
	b.out.forget()
	return nil
}

// Depth returns how many jobs of the route are waiting or out.
func (b *Bus) Depth(name string) (urgent, normal int, err error) {
	if !b.begin() {
		return 0, 0, errClosed
	}
	defer b.calls.Done()
	ctx, cancel := context.WithTimeout(b.life, callLimit)
	defer cancel()
	r, err := b.route(ctx, name)
	if err != nil {
		return 0, 0, err
	}
	var n [priorities]int
	for p, l := range r.lanes {
		info, err := l.stream.Info(ctx)
		if err != nil {
			return 0, 0, failed(err)
		}
		n[p] = int(info.State.Msgs)
	}
	return n[Urgent], n[Normal], nil
}

func failed(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fault.Wrap(err, fault.Unavailable, "queue_failed", "The work queue did not do what it was asked.")
}

// serverLog passes on what the server warns of.
type serverLog struct{ log *slog.Logger }

func (l serverLog) Noticef(string, ...any)           {}
func (l serverLog) Debugf(string, ...any)            {}
func (l serverLog) Tracef(string, ...any)            {}
func (l serverLog) Warnf(format string, args ...any) { l.log.Warn("work queue: " + text(format, args)) }
func (l serverLog) Errorf(format string, args ...any) {
	l.log.Error("work queue: " + text(format, args))
}
func (l serverLog) Fatalf(format string, args ...any) {
	l.log.Error("work queue: " + text(format, args))
}

func text(format string, args []any) string { return fmt.Sprintf(format, args...) }
