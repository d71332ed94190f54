package gateway

import (
	"sync/atomic"

	"noroshi/app/config"
)

// Table holds the routes that are in use now. Whoever needs to know the routes asks it each time, so that a new
// configuration is seen by all at once; nobody keeps a copy beyond one piece of work. The zero value has no routes.
type Table struct{ now atomic.Pointer[Routes] }

// Routes is what a table held at one time. It never changes.
type Routes struct {
	Generation uint64 // counts the swaps; 1 is the first
	List       []config.Route
}

// NewTable returns a table with the routes as its first generation.
func NewTable(list []config.Route) *Table {
	t := &Table{}
	t.Swap(list)
	return t
}

// Now returns the routes in use.
func (t *Table) Now() *Routes {
	if r := t.now.Load(); r != nil {
		return r
	}
	return &Routes{}
}

// Swap puts in the routes of a new configuration, and returns what the table holds then. Only one goroutine swaps.
func (t *Table) Swap(list []config.Route) *Routes {
	next := &Routes{Generation: t.Now().Generation + 1, List: list}
	t.now.Store(next)
	return next
}

// Find returns the route of that name.
func (r *Routes) Find(name string) (config.Route, bool) {
	for i := range r.List {
		if r.List[i].Name == name {
			return r.List[i], true
		}
	}
	return config.Route{}, false
}
