package app

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"noroshi/app/audit"
	"noroshi/app/config"
	"noroshi/app/fault"
	"noroshi/app/gateway/smpp"
	"noroshi/app/store"
)

// reloads is what the appliance knows of its configuration file: when the settings in use were read, and what was wrong
// with the file when it was read last.
type reloads struct {
	running sync.Mutex // one reload at a time
	mu      sync.Mutex
	state   loaded
}

// loaded is the state of the configuration for people to read.
type loaded struct {
	At       time.Time        // when the settings in use were read
	Refused  time.Time        // when the file was last found faulty; zero when the file is what runs
	Problems []config.Problem // what was wrong then
	Restart  []string         // settings that differ in the file and need a restart
}

func (r *reloads) now() loaded {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state
}

// reloadOnSignal reads the file again at each SIGHUP, until the context ends.
func (c *core) reloadOnSignal(ctx context.Context, asked <-chan os.Signal) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-asked:
			// What came of it is logged and shown; the appliance runs on either way.
			_ = c.reload(ctx, func() (config.Config, error) { return config.Load(c.path, os.LookupEnv) })
		}
	}
}

// reload reads the configuration and has it used: routes that are the same keep their sessions, changed and removed
// ones end in good order, changed and new ones start. A faulty file changes nothing. Returns Invalid then, and
// Unavailable when the appliance is stopping.
func (c *core) reload(ctx context.Context, load func() (config.Config, error)) error {
	c.reloads.running.Lock()
	defer c.reloads.running.Unlock()
	next, err := load()
	var fresh map[string]*smpp.Client
	var what config.Changes
	if err == nil {
		what = config.Compare(c.table.Now().List, next.Routes)
		fresh, err = c.routing.prepare(next.Routes, what)
	}
	if err != nil {
		c.refuseReload(err)
		return err
	}
	restart := config.NeedRestart(c.config, next)
	if len(restart) > 0 {
		c.log.Warn("settings changed that need a restart", "settings", strings.Join(restart, ", "))
	}
	for _, p := range next.Warnings() {
		c.log.Warn("configuration warning", "warning", p.In("en"))
	}
	if !what.None() {
		if err := c.routing.swap(ctx, next.Routes, what, fresh); err != nil {
			c.log.Error("routes not taken over", "error", err)
			return err
		}
	}
	c.reloads.mu.Lock()
	c.reloads.state = loaded{At: time.Now(), Restart: restart}
	c.reloads.mu.Unlock()
	c.live.Poke()
	c.log.Info("configuration reloaded", "added", what.Added, "changed", what.Changed, "removed", what.Removed)
	return c.auditReload(ctx, what, restart)
}

// refuseReload says why nothing changes, in the log and on the system page.
func (c *core) refuseReload(err error) {
	problems := config.ProblemsOf(err)
	if problems == nil {
		words := explain(err)
		problems = []config.Problem{{EN: words, JA: words}}
	}
	for _, p := range problems {
		c.log.Error("configuration not reloaded, the settings of before stay in use", "problem", p.In("en"))
	}
	c.reloads.mu.Lock()
	c.reloads.state.Refused, c.reloads.state.Problems = time.Now(), problems
	c.reloads.mu.Unlock()
	c.live.Poke()
}

// auditReload writes down that the routes of the appliance are others now.
func (c *core) auditReload(ctx context.Context, what config.Changes, restart []string) error {
	_, err := c.store.UpdateEssential(ctx, func(tx *store.Tx) error {
		return c.audit.Write(tx, audit.Line{
			Action: "config.reloaded", Object: "config/routes",
			After: map[string]any{
				"added": what.Added, "changed": what.Changed, "removed": what.Removed, "needsRestart": restart,
			},
		})
	})
	if err != nil {
		c.log.Error("reload not written to the audit log", "error", err)
	}
	return err
}

// prepare makes the clients of new and changed routes; nothing connects. It returns Invalid when one cannot work.
func (g *routing) prepare(next []config.Route, what config.Changes) (map[string]*smpp.Client, error) {
	fresh := map[string]*smpp.Client{}
	for _, r := range next {
		if !slices.Contains(what.Added, r.Name) && !slices.Contains(what.Changed, r.Name) {
			continue
		}
		client, err := g.client(r)
		if err != nil {
			return nil, err
		}
		fresh[r.Name] = client
	}
	return fresh, nil
}

// swap ends what goes, then starts what comes: an operator that allows one session would refuse the new one while the
// old one stands. What was claimed has its answer, or is uncertain as after any lost session, before the old one ends.
func (g *routing) swap(
	ctx context.Context, next []config.Route, what config.Changes, fresh map[string]*smpp.Client,
) error {
	leave := append(slices.Clone(what.Changed), what.Removed...)
	old := g.take(leave)
	handover, cancel := context.WithTimeout(ctx, drainWait)
	g.core.delivery.Retire(handover, leave)
	answered(handover, old)
	cancel()
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), routeWait)
	defer cancel()
	if err := closeClients(ending, old); err != nil {
		g.core.log.Warn("route not ended in order", "error", err)
	}
	// Before anything comes in over a new route, everybody must know it.
	g.table.Swap(next)
	g.mu.Lock()
	for _, name := range leave {
		delete(g.clients, name)
	}
	for name, client := range fresh {
		g.clients[name] = client
		client.Start(context.WithoutCancel(ctx))
	}
	g.mu.Unlock()
	err := g.core.delivery.Adopt(ctx, g.ways())
	if fault.CodeOf(err) == "queue_closed" {
		return errors.Join(err, closeClients(ending, g.take(append(what.Added, what.Changed...))))
	}
	return err
}

// drainWait is how long a route gets to hand over what was claimed for it and to hear about it.
const drainWait = time.Minute

func (g *routing) take(names []string) []*smpp.Client {
	var out []*smpp.Client
	for _, name := range names {
		if client := g.sender(name); client != nil {
			out = append(out, client)
		}
	}
	return out
}

// answered waits until the operator has answered everything, or the context ends. A route without a session cannot
// answer, so it is not waited for.
func answered(ctx context.Context, list []*smpp.Client) {
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	waiting := func(client *smpp.Client) bool { return client.Health().InFlight > 0 }
	for slices.ContainsFunc(list, waiting) {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}
