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
