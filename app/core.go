package app

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"noroshi/app/access"
	"noroshi/app/audience"
	"noroshi/app/audit"
	"noroshi/app/autoreply"
	"noroshi/app/broadcast"
	"noroshi/app/bus"
	"noroshi/app/config"
	"noroshi/app/country"
	"noroshi/app/delivery"
	"noroshi/app/directory"
	"noroshi/app/directory/intake"
	"noroshi/app/expansion"
	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/gateway/habit"
	"noroshi/app/gateway/trial"
	"noroshi/app/id"
	"noroshi/app/inbound"
	"noroshi/app/live"
	"noroshi/app/message"
	"noroshi/app/preflight"
	"noroshi/app/question"
	"noroshi/app/reply"
	"noroshi/app/store"
	"noroshi/app/tally"
)

// demoStamp marks a data directory that only demo may open: simulated routes may not meet real people.
const demoStamp = "demo"

// core is everything of the appliance that runs without a listener: what serve, demo and bench have in common.
type core struct {
	config config.Config // as at the start; what routes there are says the table
	path   string        // of its file; empty when there is none
	asked  <-chan os.Signal
	demo   bool
	log    *slog.Logger
	began  time.Time

	store      *store.Store
	bus        *bus.Bus
	ids        *id.Source
	audit      *audit.Log
	access     *access.Service
	directory  *directory.Service
	intake     *intake.Service
	questions  *question.Service
	messages   *message.Service
	audiences  *audience.Service
	broadcasts *broadcast.Service
	replies    *reply.Service
	notes      *autoreply.Service
	habits     *habit.Watch
	countries  *country.Service
	preflight  *preflight.Service
	tally      *tally.Service
	live       *live.Feed
	sink       *inbound.Sink
	table      *gateway.Table
	routing    *routing
	trials     *trial.Desk
	reloads    reloads
	delivery   *delivery.Service
	expansion  *expansion.Service

	closers []closer // in the order of starting
}

// closer is a part that was started, with the time it gets to stop.
type closer struct {
	name string
	wait time.Duration
	stop func(ctx context.Context) error
}

// coreOptions are what a core is made of.
type coreOptions struct {
	Config config.Config
	Path   string // of the file, which is read again when Reload says so; empty when there is none
	Reload <-chan os.Signal
	Key    []byte
	Demo   bool
	Log    *slog.Logger
}

// openCore builds and starts the parts in order. When one fails, those before it are stopped again.
func openCore(ctx context.Context, o coreOptions) (c *core, err error) {
	c = &core{
		config: o.Config, path: o.Path, asked: o.Reload, demo: o.Demo, log: o.Log, began: time.Now(),
		table: gateway.NewTable(o.Config.Routes),
	}
	c.reloads.state.At = c.began
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	if err := c.openLedger(ctx, o.Key); err != nil {
		return c, err
	}
	if err := c.build(); err != nil {
		return c, err
	}
	if err := c.start(ctx); err != nil {
		return c, err
	}
	return c, nil
}

// openLedger opens the store and refuses a demo directory outside a demo, and the other way round.
func (c *core) openLedger(ctx context.Context, key []byte) error {
	st, err := store.Open(ctx, store.Options{
		Dir: filepath.Join(c.config.Path(c.config.Data), "ledger"), Key: key, Now: time.Now, Random: rand.Reader, Log: c.log,
	})
	if err != nil {
		return err
	}
	c.store = st
	c.onClose("ledger", 30*time.Second, func(context.Context) error { return st.Close() })
	stamp := st.Stamp()
	switch {
	case stamp == demoStamp && !c.demo:
		return fault.New(fault.Conflict, "demo_directory",
			"This data directory belongs to a demo. Start it with: noroshi demo --data "+c.config.Data)
	case stamp == "" && c.demo && st.Head() > 1:
		return fault.New(fault.Conflict, "not_a_demo_directory",
			"This data directory belongs to a real appliance; the demo does not touch it. Choose another with --data.")
	case stamp == "" && c.demo:
		return st.SetStamp(ctx, demoStamp)
	}
	return nil
}

func (c *core) onClose(name string, wait time.Duration, stop func(ctx context.Context) error) {
	c.closers = append(c.closers, closer{name: name, wait: wait, stop: stop})
}

// close stops what was started, the last one first, each within its time.
func (c *core) close() {
	for _, part := range slices.Backward(c.closers) {
		ctx, cancel := context.WithTimeout(context.Background(), part.wait)
		if err := part.stop(ctx); err != nil {
			c.log.Error("part not stopped in order", "part", part.name, "error", err)
		}
		cancel()
	}
	c.closers = nil
}

// build makes the services; nothing of it runs yet.
func (c *core) build() (err error) {
	now := time.Now
	c.ids = id.NewSource(now, randomBits)
	c.audit = audit.New(now, rand.Reader)
	c.access, err = access.New(access.Options{Store: c.store, Audit: c.audit, IDs: c.ids, Now: now, Random: rand.Reader})
	if err != nil {
		return err
	}
	c.directory = directory.New(directory.Options{
		Store: c.store, IDs: c.ids, Now: now, Country: func() string { return c.organisation().Country },
		Audit: c.access.WriteAudit,
	})
	c.intake = intake.New(intake.Options{
		Store: c.store, Directory: c.directory, IDs: c.ids, Now: now, Audit: c.access.WriteAudit,
		Country: func() string { return c.organisation().Country },
	})
	c.questions = question.New(c.store, now)
	c.messages = message.New(c.store, now)
	c.audiences = audience.New(c.store, c.directory)
	c.tally = tally.New(tally.Options{Store: c.store, Log: c.log, Unread: unreadDelta})
	c.live = live.New(c.tally, 500*time.Millisecond)
	c.broadcasts = broadcast.New(broadcast.Options{
		Store: c.store, Audit: c.audit, Questions: c.questions, Audiences: c.audiences, IDs: c.ids, Now: now, Ways: c.ways,
		Texted:   c.messages.Texted,
		Launched: func(id.Broadcast) { c.expansion.Wake(); c.live.Poke() },
		Halted:   func(b id.Broadcast) { c.delivery.Halt(b); c.live.Poke() },
	})
	c.habits = habit.New(now)
	c.notes = autoreply.New(autoreply.Options{
		Store: c.store, Now: now, Log: c.log,
		Way: func(name string) (config.Route, gateway.Sender, bool) { return c.routing.way(name) },
	})
	c.replies = reply.New(reply.Options{
		Store: c.store, Directory: c.directory, Questions: c.questions, Messages: c.messages, Audit: c.audit,
		IDs: c.ids, Now: now, RecordOnly: c.config.OptOut == config.OptOutRecordOnly, Confirm: c.notes.Wake,
	})
	language := func() string { return c.organisation().Language }
	c.countries = country.New(country.Options{Store: c.store, Audit: c.audit, Now: now})
	c.preflight = preflight.New(preflight.Options{
		Audiences: c.audiences, Routes: c.routes, Language: language, Taken: c.takenCodes, Cards: c.countries.Cards,
		Health: c.routeHealth, Now: now,
	})
	return c.buildMotion(language)
}

// buildMotion makes what carries work: gateways, queue, delivery, expansion.
func (c *core) buildMotion(language func() string) (err error) {
	c.sink, err = inbound.New(inbound.Options{
		Store: c.store, Messages: c.messages, Replies: c.replies, Notes: c.notes, Routes: c.table, Log: c.log,
	})
	if err != nil {
		return err
	}
	c.trials = trial.NewDesk(c.sink, time.Now)
	if c.routing, err = newRouting(c, c.habits.Sink(c.trials)); err != nil {
		return err
	}
	dir := filepath.Join(c.config.Path(c.config.Data), "queue")
	c.bus, err = bus.Open(context.Background(), bus.Options{Dir: dir, Log: c.log})
	if err != nil {
		return err
	}
	c.onClose("queue", 10*time.Second, c.bus.Close)
	c.delivery = delivery.New(delivery.Options{
		Store: c.store, Bus: c.bus, Broadcasts: c.broadcasts, Messages: c.messages, Ways: c.routing.ways(),
		Now: time.Now, Log: c.log,
		Routes: c.routes,
	})
	c.expansion = expansion.New(expansion.Options{
		Store: c.store, Broadcasts: c.broadcasts, Audiences: c.audiences, Questions: c.questions, Messages: c.messages,
		Log: c.log, Routes: c.routes, Language: language, Ready: c.delivery.Ready, Done: c.delivery.Expanded,
		Healthy: c.delivery.Serves,
	})
	return nil
}

// start lets the parts run: what takes in before what sends out.
func (c *core) start(ctx context.Context) error {
	if err := c.questions.LoadAll(ctx); err != nil {
		return err
	}
	if err := c.replies.Load(); err != nil {
		return err
	}
	if err := c.tally.Start(ctx); err != nil {
		return err
	}
	c.onClose("tally", 10*time.Second, c.tally.Close)
	c.live.Start(ctx)
	c.onClose("live", time.Second, func(context.Context) error { c.live.Close(); return nil })
	c.sink.Start(ctx)
	c.onClose("inbound", time.Second, func(context.Context) error { c.sink.Close(); return nil })
	// Before the lines come up: a receipt or an answer that is sent again at once must find whom it is about.
	if err := c.delivery.Start(ctx); err != nil {
		return err
	}
	c.routing.start(ctx)
	c.onClose("routes", routeWait, c.routing.close)
	if err := c.notes.Start(ctx); err != nil {
		return err
	}
	c.onClose("automatic answers", 10*time.Second, c.notes.Close)
	c.onClose("delivery", 15*time.Second, c.delivery.Close)
	c.expansion.Start(context.WithoutCancel(ctx))
	c.onClose("expansion", 10*time.Second, func(context.Context) error { c.expansion.Close(); return nil })
	c.background("imports", c.intake.Run)
	if c.path != "" {
		c.background("reload", func(ctx context.Context) error { return c.reloadOnSignal(ctx, c.asked) })
	}
	return nil
}

// background runs something until the core is closed.
func (c *core) background(name string, work func(ctx context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := work(ctx); err != nil && ctx.Err() == nil {
			c.log.Error("background work ended", "part", name, "error", err)
		}
	}()
	c.onClose(name, routeWait+5*time.Second, func(stop context.Context) error {
		cancel()
		select {
		case <-done:
			return nil
		case <-stop.Done():
			return stop.Err()
		}
	})
}

// randomBits keeps ids of one millisecond apart; nothing rests on their being secret.
func randomBits() uint32 { return mathrand.Uint32() } //nolint:gosec // see above

func unreadDelta(body []byte) ([]id.Broadcast, int, error) {
	d, err := reply.DecodeTrayDelta(body)
	if err != nil {
		return nil, 0, err
	}
	if d.Added {
		return d.Broadcasts, 1, nil
	}
	return d.Broadcasts, -1, nil
}

// organisation returns the organisation, or what a fresh appliance assumes before there is one.
func (c *core) organisation() access.Organisation {
	o, err := c.access.Organisation()
	if err != nil {
		return access.Organisation{Timezone: "Asia/Tokyo", Language: "ja", Country: "JP"}
	}
	return o
}

// ledgerKey reads the key from the environment or the key file.
func ledgerKey(cfg config.Config, env func(string) (string, bool)) ([]byte, error) {
	if text, ok := env("NOROSHI_KEY"); ok {
		return store.ParseKey(text)
	}
	path := cfg.Path(cfg.KeyFile)
	if named, ok := env("NOROSHI_KEY_FILE"); ok {
		path = named
	}
	if path == "" {
		return nil, fault.New(fault.Invalid, "key_missing",
			"No key for the ledger: set key_file in the configuration or NOROSHI_KEY in the environment.")
	}
	return store.ReadKeyFile(path)
}

// newKey makes and keeps the key of a new ledger.
func newKey(path string) error {
	key, err := store.NewKey(rand.Reader)
	if err != nil {
		return err
	}
	return store.WriteKeyFile(path, key)
}

func seed() uint64 {
	var b [8]byte
	if _, err := io.ReadFull(rand.Reader, b[:]); err != nil {
		return uint64(time.Now().UnixNano())
	}
	return binary.BigEndian.Uint64(b[:])
}
