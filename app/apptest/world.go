package apptest

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"noroshi/app/audience"
	"noroshi/app/audit"
	"noroshi/app/autoreply"
	"noroshi/app/broadcast"
	"noroshi/app/bus"
	"noroshi/app/config"
	"noroshi/app/delivery"
	"noroshi/app/directory"
	"noroshi/app/expansion"
	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp"
	"noroshi/app/id"
	"noroshi/app/inbound"
	"noroshi/app/message"
	"noroshi/app/question"
	"noroshi/app/reply"
	"noroshi/app/store"
	"noroshi/app/tally"
)

// Patience bounds every wait of a test.
const Patience = 60 * time.Second

// Options say how a World is made.
type Options struct {
	Dir      string // the data directory; it may hold an earlier life
	Routes   []config.Route
	Settle   time.Duration // see delivery.Options; 0 means 200 ms
	Watch    time.Duration // see delivery.Options
	Log      slog.Handler  // nil discards
	MemTable int64         // see store.Options
	// Sender makes what sends on a route; nil means an SMPP client.
	Sender func(config.Route) gateway.Sender
	// Now is the clock of everything but the gateways, which must keep to real time; nil means time.Now.
	Now func() time.Time
	// RecordOnly is reply.Options.RecordOnly.
	RecordOnly bool
}

// World is everything of the appliance that a broadcast goes through.
type World struct {
	Routes     []config.Route
	Table      *gateway.Table
	Store      *store.Store
	Bus        *bus.Bus
	IDs        *id.Source
	Audit      *audit.Log
	Directory  *directory.Service
	Questions  *question.Service
	Messages   *message.Service
	Audiences  *audience.Service
	Broadcasts *broadcast.Service
	Replies    *reply.Service
	Notes      *autoreply.Service
	Tally      *tally.Service
	Sink       *inbound.Sink
	Clients    []*smpp.Client
	Delivery   *delivery.Service
	Expansion  *expansion.Service

	now func() time.Time
	log *slog.Logger
}

// Key is the key of every ledger of the tests.
var Key = bytes.Repeat([]byte{7}, store.KeySize)

// Open builds and starts a world. It is for the processes of tests as well, so it knows no testing.T.
func Open(ctx context.Context, o Options) (*World, error) {
	if o.Settle == 0 {
		o.Settle = 200 * time.Millisecond
	}
	if o.Log == nil {
		o.Log = slog.DiscardHandler
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	w := &World{Routes: o.Routes, Table: gateway.NewTable(o.Routes), now: o.Now, log: slog.New(o.Log)}
	var err error
	w.Store, err = store.Open(ctx, store.Options{
		Dir: filepath.Join(o.Dir, "ledger"), Key: Key, Now: time.Now, MinFree: 1, MemTableSize: o.MemTable, Log: w.log,
	})
	if err != nil {
		return nil, err
	}
	w.build(o)
	if err := w.buildMotion(ctx, o); err != nil {
		return nil, err
	}
	if err := w.start(ctx); err != nil {
		return nil, err
	}
	return w, nil
}

func (w *World) build(o Options) {
	w.IDs = id.NewSource(w.now, mathrand.Uint32)
	w.Audit = audit.New(w.now, rand.Reader)
	w.Directory = directory.New(directory.Options{
		Store: w.Store, IDs: w.IDs, Now: w.now, Country: func() string { return "JP" },
	})
	w.Questions = question.New(w.Store, w.now)
	w.Messages = message.New(w.Store, w.now)
	w.Audiences = audience.New(w.Store, w.Directory)
	w.Tally = tally.New(tally.Options{Store: w.Store, Log: w.log, Unread: trayDelta})
	w.Broadcasts = broadcast.New(broadcast.Options{
		Store: w.Store, Audit: w.Audit, Questions: w.Questions, Audiences: w.Audiences, IDs: w.IDs, Now: w.now,
		Ways:     func(broadcast.Mode) (broadcast.Ways, error) { return w.ways(), nil },
		Texted:   w.Messages.Texted,
		Launched: func(id.Broadcast) { w.Expansion.Wake() },
		Halted:   func(b id.Broadcast) { w.Delivery.Halt(b) },
	})
	w.Notes = autoreply.New(autoreply.Options{Store: w.Store, Now: w.now, Log: w.log, Way: w.way})
	w.Replies = reply.New(reply.Options{
		Store: w.Store, Directory: w.Directory, Questions: w.Questions, Messages: w.Messages, Audit: w.Audit, IDs: w.IDs,
		Now: w.now, RecordOnly: o.RecordOnly, Confirm: w.Notes.Wake,
	})
}

func (w *World) buildMotion(ctx context.Context, o Options) (err error) {
	w.Sink, err = inbound.New(inbound.Options{
		Store: w.Store, Messages: w.Messages, Replies: w.Replies, Notes: w.Notes, Routes: w.Table, Log: w.log,
	})
	if err != nil {
		return err
	}
	var ways []delivery.Way
	for _, r := range o.Routes {
		if o.Sender != nil {
			ways = append(ways, delivery.Way{Route: r, Sender: o.Sender(r)})
			continue
		}
		// A small random share keeps the pauses before reconnecting short.
		c, err := smpp.New(smpp.Options{
			Route: r, Sink: w.Sink, Now: time.Now, Random: func() float64 { return 0.03 }, Log: w.log,
		})
		if err != nil {
			return err
		}
		w.Clients = append(w.Clients, c)
		ways = append(ways, delivery.Way{Route: r, Sender: c})
	}
	w.Bus, err = bus.Open(ctx, bus.Options{Dir: filepath.Join(o.Dir, "queue"), Log: w.log})
	if err != nil {
		return err
	}
	w.Delivery = delivery.New(delivery.Options{
		Store: w.Store, Bus: w.Bus, Broadcasts: w.Broadcasts, Messages: w.Messages, Ways: ways, Now: w.now, Log: w.log,
		Settle: o.Settle, Watch: o.Watch, Routes: w.routes,
	})
	w.Expansion = expansion.New(expansion.Options{
		Store: w.Store, Broadcasts: w.Broadcasts, Audiences: w.Audiences, Questions: w.Questions, Messages: w.Messages,
		Log: w.log, Routes: w.routes, Language: func() string { return "ja" }, Ready: w.Delivery.Ready,
		Done: w.Delivery.Expanded, Healthy: w.Delivery.Serves, Pause: 50 * time.Millisecond,
	})
	return nil
}

func (w *World) start(ctx context.Context) error {
	if err := w.Questions.LoadAll(ctx); err != nil {
		return err
	}
	if err := w.Replies.Load(); err != nil {
		return err
	}
	if err := w.Tally.Start(ctx); err != nil {
		return err
	}
	w.Sink.Start(ctx)
	if err := w.Delivery.Start(ctx); err != nil {
		return err
	}
	for _, c := range w.Clients {
		c.Start(context.WithoutCancel(ctx))
	}
	if err := w.Notes.Start(ctx); err != nil {
		return err
	}
	w.Expansion.Start(context.WithoutCancel(ctx))
	return nil
}

// Close stops everything in good order and returns what did not.
func (w *World) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	var failed []error
	step := func(name string, err error) {
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", name, err))
		}
	}
	w.Expansion.Close()
	step("automatic answers", w.Notes.Close(ctx))
	step("delivery", w.Delivery.Close(ctx))
	for _, c := range w.Clients {
		step("route", c.Close(ctx))
	}
	w.Sink.Close()
	step("tally", w.Tally.Close(ctx))
	step("queue", w.Bus.Close(ctx))
	step("ledger", w.Store.Close())
	if len(failed) > 0 {
		return fmt.Errorf("close: %v", failed)
	}
	return nil
}

func trayDelta(body []byte) ([]id.Broadcast, int, error) {
	d, err := reply.DecodeTrayDelta(body)
	if err != nil {
		return nil, 0, err
	}
	if d.Added {
		return d.Broadcasts, 1, nil
	}
	return d.Broadcasts, -1, nil
}

// way returns a route with what sends on it.
func (w *World) way(name string) (config.Route, gateway.Sender, bool) {
	for i, r := range w.Routes {
		if r.Name == name && i < len(w.Clients) {
			return r, w.Clients[i], true
		}
	}
	return config.Route{}, nil, false
}

func (w *World) routes(broadcast.Mode) ([]config.Route, []bool) {
	allowed := make([]bool, len(w.Routes))
	for i := range allowed {
		allowed[i] = true
	}
	return w.Routes, allowed
}

func (w *World) ways() broadcast.Ways {
	var out broadcast.Ways
	for i := range w.Routes {
		if n := gateway.ReplyNumberOf(&w.Routes[i]); n != "" {
			out.ReplyNumbers = append(out.ReplyNumbers, n)
		}
	}
	return out
}

// Sender is what routes of tests send from: people can answer it.
const Sender = "815012345678"

// Route returns a route to an address.
func Route(name, addr string) config.Route {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		panic("apptest: not an address: " + addr)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		panic("apptest: not a port: " + port)
	}
	return config.Route{
		Name: name, Host: host, Port: n, SystemID: "noroshi", Password: "secret", BindMode: "trx", Binds: 1, Window: 100,
		Enquire: 30, RespTimeout: 1, Sender: Sender, ReplyMode: "sender", DefaultAlphabet: "gsm7", LongMode: "udh",
		MaxSegments: 10, DLRParts: "all", MsgIDForm: "auto",
	}
}

// Start opens a world for the length of a test. What it logs at level Error fails the test unless the test says that it
// expects trouble.
func Start(t testing.TB, o Options) *World {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	if o.Log == nil {
		o.Log = &Complaints{t: t}
	}
	if o.MemTable == 0 {
		o.MemTable = 8 << 20
	}
	w, err := Open(context.Background(), o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return w
}

// Complaints is a log handler that fails the test for every line at level Error.
type Complaints struct{ t testing.TB }

// Enabled wants errors, and everything when NOROSHI_TEST_LOG is set.
func (c *Complaints) Enabled(_ context.Context, l slog.Level) bool {
	return l >= slog.LevelError || os.Getenv("NOROSHI_TEST_LOG") != ""
}

// Handle reports the line.
func (c *Complaints) Handle(_ context.Context, r slog.Record) error {
	var b bytes.Buffer
	_ = slog.NewTextHandler(&b, nil).Handle(context.Background(), r)
	if r.Level >= slog.LevelError {
		c.t.Errorf("log: %s", b.String())
	} else {
		c.t.Logf("log: %s", b.String())
	}
	return nil
}

// WithAttrs keeps nothing of them.
func (c *Complaints) WithAttrs([]slog.Attr) slog.Handler { return c }

// WithGroup keeps nothing of it.
func (c *Complaints) WithGroup(string) slog.Handler { return c }
