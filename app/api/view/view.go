// Package view is in charge of turning what the capabilities know into the types of the API, and back. It is pure:
// values in, values out; it reads no ledger and decides nothing.
package view

import (
	"time"

	"noroshi/app/access"
	"noroshi/app/api/gen"
	"noroshi/app/audit"
	"noroshi/app/fault"
)

// ptr returns a pointer to a value that is always shown.
func ptr[T any](v T) *T { return &v }

// opt returns nil for the zero value, which is left out.
func opt[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func optTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func optMap(m map[string]string) *map[string]string {
	if len(m) == 0 {
		return nil
	}
	return &m
}

func optList[T any](list []T) *[]T {
	if len(list) == 0 {
		return nil
	}
	return &list
}

// Or returns what the pointer points to, or the zero value.
func Or[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// list returns the list, empty instead of nil: a required list is never null.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

// words turns words of a capability into those of the API; they are the same.
func words[To, From ~string](from []From) []To {
	to := make([]To, len(from))
	for i, w := range from {
		to[i] = To(w)
	}
	return to
}

// Next returns the cursor of a page; nil when it is the last.
func Next[T ~string](cursor T) *string { return opt(string(cursor)) }

// Problem returns an error as it is shown with a status: kind, code, safe text, and nothing of its cause.
func Problem(e *fault.Error, status int, requestID string) gen.Problem {
	p := gen.Problem{
		Type: "about:blank", Title: e.Msg, Status: status, Code: e.Code, Params: optMap(e.Params), RequestId: opt(requestID),
	}
	if len(e.Fields) > 0 {
		fields := make([]gen.ProblemField, len(e.Fields))
		for i, f := range e.Fields {
			fields[i] = gen.ProblemField{Path: f.Path, Code: f.Code, Params: optMap(f.Params)}
		}
		p.Fields = &fields
	}
	return p
}

// Account returns an account.
func Account(a access.Account) gen.Account {
	return gen.Account{
		Id: a.ID.String(), Name: a.Name, Email: a.Email, Language: gen.AccountLanguage(a.Language),
	}
}

// Organisation returns the organisation.
func Organisation(o access.Organisation) gen.Organisation {
	return gen.Organisation{Name: o.Name, Timezone: o.Timezone, Language: o.Language, Country: o.Country}
}

// ToOrganisation reads the organisation.
func ToOrganisation(o gen.Organisation) access.Organisation {
	return access.Organisation{Name: o.Name, Timezone: o.Timezone, Language: o.Language, Country: o.Country}
}

// Permissions returns permissions as words.
func Permissions(p []access.Permission) []string { return words[string](p) }

// AuditLine returns a line of the audit log; before and after are shown as objects only.
func AuditLine(e audit.Entry) gen.AuditLine {
	return gen.AuditLine{
		Number: int64(e.Number), At: e.At.UTC(), Who: e.Actor.Name, From: opt(e.Actor.From), Action: e.Action,
		Object: e.Object, Label: opt(e.Label), Before: object(e.Before), After: object(e.After), Hash: opt(e.Hash),
	}
}
