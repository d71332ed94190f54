package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"noroshi/app/fault"
)

func TestKindOf(t *testing.T) {
	t.Parallel()
	wrapped := fmt.Errorf("launch: %w", fault.New(fault.Conflict, "not_draft", "It has left draft.", "state", "open"))
	cases := []struct {
		name string
		err  error
		kind fault.Kind
		code string
	}{
		{"finds a kind below a wrap", wrapped, fault.Conflict, "not_draft"},
		{"an unkinded error is internal", io.EOF, fault.Internal, "internal"},
		{
			"keeps the cause", fault.Wrap(io.EOF, fault.Unavailable, "disk_full", "The disk is full."),
			fault.Unavailable, "disk_full",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := fault.KindOf(c.err); got != c.kind {
				t.Errorf("KindOf = %v, want %v", got, c.kind)
			}
			if got := fault.CodeOf(c.err); got != c.code {
				t.Errorf("CodeOf = %q, want %q", got, c.code)
			}
		})
	}
	if !errors.Is(cases[2].err, io.EOF) {
		t.Error("the cause is lost")
	}
}

func TestParams(t *testing.T) {
	t.Parallel()
	e := fault.New(fault.Invalid, "too_many", "Too many.", "max", 22, "odd")
	if len(e.Params) != 1 || e.Params["max"] != "22" {
		t.Errorf("Params = %v, want max=22 only", e.Params)
	}
	if fault.InvalidFields(nil) != nil {
		t.Error("no fields must be no error")
	}
}
