package message_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"noroshi/app/message"
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

var triggers = map[string]message.Trigger{
	"submit": message.Claim, "resp_ok": message.TakenOver, "resp_retry": message.RefusedNow,
	"resp_throttle": message.RefusedNow, "resp_perm": message.RefusedFinal, "conn_lost": message.Lost,
	"deadline": message.Deadline, "dlr": message.Reported,
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
			s := message.Queued
			for i, e := range c.Events {
				trigger, ok := triggers[e[0]]
				if !ok {
					t.Fatalf("unknown event %q", e[0])
				}
				var reported message.PartState
				if trigger == message.Reported {
					reported, _ = message.ParsePartState(e[1])
				}
				if s = message.Next(s, trigger, reported); s.String() != c.After[i] {
					t.Fatalf("after %v: %v, want %v", e, s, c.After[i])
				}
			}
		})
	}
	for _, c := range file.Aggregation {
		parts := make([]message.PartState, len(c.Parts))
		for i, p := range c.Parts {
			parts[i], _ = message.ParsePartState(p)
		}
		if got := message.StateName(message.Aggregate(parts, message.ReportsAll)); got != c.Expected {
			t.Errorf("Aggregate(%v) = %v, want %v", c.Parts, got, c.Expected)
		}
	}
}

// reports are the receipts an operator can send.
var reports = []message.PartState{
	message.Enroute, message.Accepted, message.Delivered, message.Undeliverable, message.Expired, message.Deleted,
	message.Rejected, message.Unknown,
}

func TestReceiptsInAnyOrderAndNumber(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.SliceOf(rapid.SampledFrom(reports)).Draw(t, "receipts")
		at := rapid.IntRange(0, len(events)).Draw(t, "response comes before")
		s := message.Next(message.Queued, message.Claim, 0)
		delivered, failed := false, false
		for i, e := range events {
			if i == at {
				s = message.Next(s, message.TakenOver, 0)
			}
			before := s
			s = message.Next(s, message.Reported, e)
			if again := message.Next(s, message.Reported, e); again != s {
				t.Fatalf("%v repeated: %v became %v", e, s, again)
			}
			if before.Final() && s != before && s != message.Delivered {
				t.Fatalf("%v then %v gives %v: a final state was replaced", before, e, s)
			}
			delivered = delivered || e == message.Delivered
			failed = failed || e.Failed()
		}
		s = message.Next(s, message.TakenOver, 0)
		switch {
		case delivered && s != message.Delivered:
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
		parts   []message.PartState
		reports message.Reports
		want    message.State
	}{
		{"last", []message.PartState{message.Accepted, message.Delivered}, message.ReportsLast, message.Delivered},
		{"not last", []message.PartState{message.Delivered, message.Accepted}, message.ReportsLast, message.Accepted},
		{"first", []message.PartState{message.Delivered, message.Accepted}, message.ReportsFirst, message.Delivered},
		{"any", []message.PartState{message.Accepted, message.Delivered, message.Unknown},
			message.ReportsAny, message.Delivered},
		{"a failure is not hidden", []message.PartState{message.Rejected, message.Delivered},
			message.ReportsAny, message.PartiallyDelivered},
	}
	for _, c := range cases {
		if got := message.Aggregate(c.parts, c.reports); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, message.StateName(got), message.StateName(c.want))
		}
	}
}
