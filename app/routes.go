package app

import (
	"context"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"sync"
	"time"

	"noroshi/app/broadcast"
	"noroshi/app/config"
	"noroshi/app/delivery"
	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp"
)

// routing is the routes in use: their settings, which everybody reads from the table, and what sends on them. Both
// change in reload only.
type routing struct {
	table *gateway.Table
	sink  gateway.Sink
	core  *core

	mu      sync.Mutex
	clients map[string]*smpp.Client // by name
}

// routeWait is how long a route gets to end in good order.
const routeWait = 15 * time.Second

// newRouting makes the clients of all routes; nothing connects yet.
func newRouting(c *core, sink gateway.Sink) (*routing, error) {
	g := &routing{table: c.table, sink: sink, core: c, clients: map[string]*smpp.Client{}}
	for _, r := range c.table.Now().List {
		client, err := g.client(r)
		if err != nil {
			return nil, err
		}
		g.clients[r.Name] = client
	}
	return g, nil
}

// client makes what sends on a route. Returns Invalid when the route's settings cannot work.
func (g *routing) client(r config.Route) (*smpp.Client, error) {
	client, err := smpp.New(smpp.Options{
		Route: r, Sink: g.sink, Now: time.Now, Random: mathrand.Float64, Log: g.core.log,
	})
	if err != nil {
		return nil, fmt.Errorf("route %s: %w", r.Name, err)
	}
	return client, nil
}

// ways returns the routes with what sends on them, in the order of the file.
func (g *routing) ways() []delivery.Way {
	var out []delivery.Way
	for _, r := range g.table.Now().List {
		if client := g.sender(r.Name); client != nil {
			out = append(out, delivery.Way{Route: r, Sender: g.core.habits.Sender(&r, client)})
		}
	}
	return out
}

// sender returns what sends on a route; nil when there is no such route.
func (g *routing) sender(name string) *smpp.Client {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.clients[name]
}

// way returns a route in use with what sends on it; ok is false when there is none of that name.
func (g *routing) way(name string) (r config.Route, s gateway.Sender, ok bool) {
	if r, ok = g.table.Now().Find(name); !ok {
		return r, nil, false
	}
	client := g.sender(name)
	if client == nil {
		return r, nil, false
	}
	s = g.core.habits.Sender(&r, client)
	return r, s, true
}

// start has all clients connect.
func (g *routing) start(ctx context.Context) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, client := range g.clients {
		client.Start(context.WithoutCancel(ctx))
	}
}

// close ends all clients at the same time.
func (g *routing) close(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	list := make([]*smpp.Client, 0, len(g.clients))
	for _, client := range g.clients {
		list = append(list, client)
	}
	return closeClients(ctx, list)
}

func closeClients(ctx context.Context, list []*smpp.Client) error {
	failed := make([]error, len(list))
	var done sync.WaitGroup
	for i, client := range list {
		done.Go(func() { failed[i] = client.Close(ctx) })
	}
	done.Wait()
	return errors.Join(failed...)
}

// routes returns the configured routes and which of them a broadcast of that mode may use: simulated ones carry
// everything in a demo and only drills elsewhere, and in a demo nothing else carries anything.
func (c *core) routes(mode broadcast.Mode) (routes []config.Route, allowed []bool) {
	routes = c.table.Now().List
	allowed = make([]bool, len(routes))
	for i, r := range routes {
		allowed[i] = c.demo == r.Simulator || (r.Simulator && mode == broadcast.Drill)
	}
	return routes, allowed
}

// ways says what the routes mean for the codes of a broadcast.
func (c *core) ways(mode broadcast.Mode) (broadcast.Ways, error) {
	routes, allowed := c.routes(mode)
	var w broadcast.Ways
	usable := false
	for i := range routes {
		if !allowed[i] {
			continue
		}
		usable = true
		for _, number := range append([]string{gateway.ReplyNumberOf(&routes[i])}, answerNumbers(&routes[i])...) {
			if number != "" && !slices.Contains(w.ReplyNumbers, number) {
				w.ReplyNumbers = append(w.ReplyNumbers, number)
			}
		}
		w.Reserved = append(w.Reserved, routes[i].ReservedCodes...)
	}
	w.ReservedIn = c.reservedIn()
	if !usable {
		return w, fault.New(fault.Conflict, "no_route", "No route of the configuration may carry this broadcast.")
	}
	return w, nil
}

// routeHealth returns how a route is now; ok is false when nothing sends on it.
func (c *core) routeHealth(name string) (h gateway.Health, ok bool) {
	if c.routing == nil {
		return h, false // the books are still being opened
	}
	client := c.routing.sender(name)
	if client == nil {
		return h, false
	}
	return client.Health(), true
}

// answerNumbers returns the further numbers on which answers to a route may arrive.
func answerNumbers(r *config.Route) []string {
	if !r.Answers() {
		return nil
	}
	return r.MONumbers
}
