package smpp

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"noroshi/app/config"
	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp/inbox"
	"noroshi/app/gateway/smpp/pace"
	"noroshi/app/gateway/smpp/refusal"
	"noroshi/app/gateway/smpp/wire"
)

// unreadyPatience is how long parts wait for a session before they are given up, so that another route can have them.
const unreadyPatience = 10 * time.Second

// Options are what a Client needs.
type Options struct {
	Route config.Route // with Password filled in
	Sink  gateway.Sink // takes in what comes back; Text may be called from several goroutines at once
	// Now is the clock. Deadlines of connections are counted from it, so it must keep to real time.
	Now    func() time.Time
	Random func() float64 // in [0, 1), for the pauses before reconnecting; may be called from several goroutines
	Log    *slog.Logger   // nil logs nothing
	// Dial opens a plain connection; nil means TCP.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Client is the gateway.Sender of one route.
type Client struct {
	route    config.Route
	template *wire.Template
	statuses gateway.Statuses
	reader   inbox.Reader
	dialer   *dialer
	now      func() time.Time
	random   func() float64
	log      *slog.Logger

	queue *queue
	pace  *pace.Shared
	inbox *inbox.Inbox
	lanes []*lane
	crowd *refusal.Crowd

	unwanted *refusal.Texts // texts the operator does not carry

	closing chan struct{} // closed when Close begins
	ended   chan struct{} // closed when nothing runs any more
	cancel  context.CancelFunc

	submitted, refusals, receipts, texts, badPDUs, protocol, lost, strays atomic.Uint64

	last     atomic.Pointer[lastRefusal]
	failures atomic.Int32 // parts refused as misconfigured since the last success
	gate     gate

	mu       sync.Mutex
	started  bool
	stopping bool
	paused   pause
}

var _ gateway.Sender = (*Client)(nil)

// New returns a client that is not started. It returns Invalid when the route cannot work: a string that does not fit
// its field, an unknown mode, a certificate that cannot be read.
func New(o Options) (*Client, error) {
	r := withDefaults(o.Route)
	t, err := wire.NewTemplate(r)
	if err != nil {
		return nil, err
	}
	statuses, err := gateway.NewStatuses(r.StatusOverride)
	if err != nil {
		return nil, err
	}
	reader, err := inbox.NewReader(r)
	if err != nil {
		return nil, err
	}
	modes, err := modesOf(r)
	if err != nil {
		return nil, err
	}
	d, err := newDialer(r, o.Dial)
	if err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	c := &Client{
		route: r, template: t, statuses: statuses, reader: reader, dialer: d, now: o.Now, random: o.Random,
		log: o.Log.With("route", r.Name), queue: newQueue(), pace: pace.NewShared(r.Rate),
		closing: make(chan struct{}), ended: make(chan struct{}),
		crowd: refusal.NewCrowd(), unwanted: refusal.NewTexts(),
	}
	c.gate.init()
	c.inbox = inbox.New(o.Sink, func(err error) { c.log.Warn(evSinkFailed, "error", err) })
	for i := range r.Binds {
		for _, m := range modes {
			c.lanes = append(c.lanes, newLane(c, m, i))
		}
	}
	return c, nil
}

// withDefaults fills in what a hand-made Route may leave out; config fills in the same for a file.
func withDefaults(r config.Route) config.Route {
	r.Binds = min(max(r.Binds, 1), 16)
	if r.Window <= 0 {
		r.Window = 10
	}
	r.Window = min(r.Window, maxWindow)
	if r.Enquire <= 0 {
		r.Enquire = 30
	}
	if r.RespTimeout <= 0 {
		r.RespTimeout = 60
	}
	return r
}

func modesOf(r config.Route) ([]mode, error) {
	switch r.BindMode {
	case "", "trx":
		return []mode{modeTransceiver}, nil
	case "tx+rx":
		return []mode{modeTransmitter, modeReceiver}, nil
	}
	return nil, fault.New(fault.Invalid, "bind_mode", "bind_mode must be trx or tx+rx.")
}

// Start begins to connect and returns at once. When ctx ends, all sessions are cut without ceremony; Close ends them in
// good order. It must be called once.
func (c *Client) Start(ctx context.Context) {
	c.mu.Lock()
	if c.started || c.stopping {
		c.mu.Unlock()
		return
	}
	c.started = true
	ctx, c.cancel = context.WithCancel(ctx)
	c.mu.Unlock()
	c.gate.arm()
	// What has come in is given to the Sink even while the rest stops: a receipt that is not answered comes again, but
	// not every operator keeps to that.
	sink, stopSink := context.WithCancel(context.WithoutCancel(ctx))
	c.inbox.Start(sink)
	var lanes sync.WaitGroup
	for _, l := range c.lanes {
		lanes.Go(func() { l.run(ctx) })
	}
	go func() {
		lanes.Wait()
		c.gate.close()
		c.mu.Lock()
		c.paused.stop()
		c.mu.Unlock()
		c.inbox.Close()
		stopSink()
		close(c.ended)
	}()
}

// Close stops taking parts, waits up to 5 s for what is unanswered, unbinds and closes; what is unanswered then is
// Uncertain. When ctx ends first it cuts the sessions and returns Unavailable.
func (c *Client) Close(ctx context.Context) error {
	c.mu.Lock()
	first, started := !c.stopping, c.started
	c.stopping = true
	c.paused.stop()
	c.mu.Unlock()
	c.gate.close()
	if first {
		close(c.closing)
	}
	if !started {
		return nil
	}
	select {
	case <-c.ended:
		c.cancel()
		return nil
	case <-ctx.Done():
	}
	c.cancel()
	late := time.NewTimer(time.Second)
	defer late.Stop()
	select {
	case <-c.ended:
	case <-late.C:
	}
	return fault.Wrap(ctx.Err(), fault.Unavailable, "route_close_late", "A route did not close in time.",
		"route", c.route.Name)
}

// Submit implements gateway.Sender. Besides the end of ctx, these give parts up: the account is refused, the route is
// paused or closed, or no session has been bound for 10 s.
func (c *Client) Submit(ctx context.Context, s gateway.Slice) {
	parts, index := c.sendable(s)
	if len(parts) == 0 {
		return
	}
	j := newJob(parts, index, s.Done)
	shut := c.gate.shut()
	select {
	case <-shut:
		chunk{j, 0, len(parts)}.giveUp(c.now())
		return
	default:
	}
	c.queue.push(j)
	c.nudgeAll()
	select {
	case <-j.written:
		return
	case <-ctx.Done():
	case <-shut:
	}
	for _, ch := range c.queue.abandon(j) {
		ch.giveUp(c.now())
	}
	<-j.written // a session that is writing the rest has a write deadline
}

// sendable returns the parts that can be put into a PDU, and reports the others. index is nil when all can.
func (c *Client) sendable(s gateway.Slice) (parts []gateway.Part, index []int) {
	bad, now := 0, c.now()
	for i := range s.Parts {
		status := c.template.Refuse(&s.Parts[i])
		class := gateway.StatusClass(status)
		if unwanted, ok := c.unwanted.Status(&s.Parts[i].Wire, now); ok && status == wire.OK {
			status, class = unwanted, gateway.MessagePermanent
		}
		if status != wire.OK && bad == 0 { // the first one: from here on the good ones are copied
			parts = append(parts, s.Parts[:i]...)
			for k := range i {
				index = append(index, k)
			}
		}
		switch {
		case status != wire.OK:
			bad++
			c.refusals.Add(1)
			s.Done(i, gateway.Outcome{Class: class, Status: status, At: now})
		case bad > 0:
			parts = append(parts, s.Parts[i])
			index = append(index, i)
		}
	}
	if bad == 0 {
		return s.Parts, nil
	}
	return parts, index
}

// nudgeAll wakes the writers of all sessions.
func (c *Client) nudgeAll() {
	for _, l := range c.lanes {
		if s := l.session.Load(); s != nil {
			s.nudge()
		}
	}
}

func (c *Client) responseTimeout() time.Duration {
	return time.Duration(c.route.RespTimeout) * time.Second
}
func (c *Client) enquireEvery() time.Duration { return time.Duration(c.route.Enquire) * time.Second }

// bindLimit returns the parts per second of one session; 0 means none of its own.
func (c *Client) bindLimit() float64 { return c.route.BindRate }
