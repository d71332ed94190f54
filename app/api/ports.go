package api

import (
	"context"

	"noroshi/app/api/gen"
	"noroshi/app/audit"
	"noroshi/app/id"
)

// What the face needs of parts it may not see: the composition root gives each as a small adapter.

// AuditLines reads the audit log: store.View around audit.Log.List.
type AuditLines interface {
	// List returns up to limit lines with numbers below before (0: from the newest), newest first, of one object when
	// object is not empty.
	List(object string, before uint64, limit int) ([]audit.Entry, error)
}

// Beats says when to look again: live.Feed.
type Beats interface {
	// Subscribe returns a channel that receives a beat after changes, and the end of it.
	Subscribe() (beats <-chan struct{}, cancel func())
}

// RouteTests sends test texts. Both return NotFound, code route_not_found, for a route that is not configured.
type RouteTests interface {
	// Send returns when the operator has answered, or the context ends. Returns Invalid for a number or a text that
	// cannot be, Conflict (route_test_running) while the one before has no answer, and Unavailable (route_down).
	Send(ctx context.Context, route string, in gen.RouteTestInput) (gen.RouteTest, error)
	// Last returns NotFound, code no_route_test, when none was sent since the start.
	Last(route string) (gen.RouteTest, error)
}

// Handsets are the simulated phones of a demo; nil elsewhere.
type Handsets interface {
	List(ctx context.Context, q string, page id.Page) (gen.HandsetPage, error)
	// Answer sends a text from a phone; number is E.164 with plus. Returns NotFound (handset_not_found).
	Answer(ctx context.Context, number, text string) (gen.Handset, error)
	SetPower(ctx context.Context, number string, on bool) (gen.Handset, error)
	Population(ctx context.Context) (gen.Population, error)
	// SetPopulation returns Invalid for values that are out of range.
	SetPopulation(ctx context.Context, p gen.Population) (gen.Population, error)
}
