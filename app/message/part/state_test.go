package part_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"noroshi/app/message/part"
)

// vectors reads a vector file from testdata, or from the folder named by NOROSHI_VECTORS.
func vectors(t *testing.T, name string, into any) {
	t.Helper()
	dir := "testdata"
	if d := os.Getenv("NOROSHI_VECTORS"); d != "" {
		dir = d
	}
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatalf("read vectors: %v", err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("decode vectors: %v", err)
	}
}

var triggers = map[string]part.Trigger{
	"submit": part.Claim, "resp_ok": part.TakenOver, "resp_retry": part.RefusedNow,
	"resp_throttle": part.RefusedNow, "resp_perm": part.RefusedFinal, "conn_lost": part.Lost,
	"deadline": part.Deadline, "dlr": part.Reported,
}

func TestEventSequenceVectors(t *testing.T) {
	t.Parallel()
	var file struct {
		Cases []struct {
			Name   string     `json:"name"`
			Events [][]string `json:"events"`
			After  []string   `json:"states_after_each"`
		} `json:"event_sequences"`
		Aggregation []struct {
			Parts    []string `json:"parts"`
			Expected string   `json:"expected"`
		} `json:"part_aggregation"`
	}
	vectors(t, "receipts.json", &file)
	if len(file.Cases) == 0 || len(file.Aggregation) == 0 {
		t.Fatal("no vectors")
	}
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			s := part.Queued
			for i, e := range c.Events {
				trigger, ok := triggers[e[0]]
				if !ok {
					t.Fatalf("unknown event %q", e[0])
				}
				var reported part.State
				if trigger == part.Reported {
					reported, _ = part.ParseState(e[1])
				}
				if s = part.Next(s, trigger, reported); s.String() != c.After[i] {
					t.Fatalf("after %v: %v, want %v", e, s, c.After[i])
				}
			}
		})
	}
	for _, c := range file.Aggregation {
		parts := make([]part.State, len(c.Parts))
		for i, p := range c.Parts {
			parts[i], _ = part.ParseState(p)
		}
		if got := part.Name(part.Aggregate(parts, part.ReportsAll)); got != c.Expected {
			t.Errorf("Aggregate(%v) = %v, want %v", c.Parts, got, c.Expected)
		}
	}
}

// reports are the receipts an operator can send.
var reports = []part.State{
	part.Enroute, part.Accepted, part.Delivered, part.Undeliverable, part.Expired, part.Deleted,
	part.Rejected, part.Unknown,
}

func TestReceiptsInAnyOrderAndNumber(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.SliceOf(rapid.SampledFrom(reports)).Draw(t, "receipts")
		at := rapid.IntRange(0, len(events)).Draw(t, "response comes before")
		s := part.Next(part.Queued, part.Claim, 0)
		delivered, failed := false, false
		for i, e := range events {
			if i == at {
				s = part.Next(s, part.TakenOver, 0)
			}
			before := s
			s = part.Next(s, part.Reported, e)
			if again := part.Next(s, part.Reported, e); again != s {
				t.Fatalf("%v repeated: %v became %v", e, s, again)
			}
			if before.Final() && s != before && s != part.Delivered {
				t.Fatalf("%v then %v gives %v: a final state was replaced", before, e, s)
			}
			delivered = delivered || e == part.Delivered
			failed = failed || e.Failed()
		}
		s = part.Next(s, part.TakenOver, 0)
		switch {
		case delivered && s != part.Delivered:
			t.Fatalf("delivered was reported, state is %v", s)
		case !delivered && failed && !s.Failed():
			t.Fatalf("a failure was reported, state is %v", s)
		}
	})
}

func TestReportedPartsSpeakForSilentOnes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		parts   []part.State
		reports part.Reports
		want    part.State
	}{
		{"last", []part.State{part.Accepted, part.Delivered}, part.ReportsLast, part.Delivered},
		{"not last", []part.State{part.Delivered, part.Accepted}, part.ReportsLast, part.Accepted},
		{"first", []part.State{part.Delivered, part.Accepted}, part.ReportsFirst, part.Delivered},
		{"any", []part.State{part.Accepted, part.Delivered, part.Unknown},
			part.ReportsAny, part.Delivered},
		{"a failure is not hidden", []part.State{part.Rejected, part.Delivered},
			part.ReportsAny, part.PartiallyDelivered},
	}
	for _, c := range cases {
		if got := part.Aggregate(c.parts, c.reports); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, part.Name(got), part.Name(c.want))
		}
	}
}
