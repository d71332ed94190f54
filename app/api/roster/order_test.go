package roster

import (
	"testing"
	"time"

	"noroshi/app/api/gen"
)

func TestATimelineGoesByTime(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 22, 3, 16, 4, 0, time.UTC)
	entry := func(kind gen.TimelineEntryKind, after time.Duration) gen.TimelineEntry {
		at := start.Add(after)
		return gen.TimelineEntry{Kind: kind, At: &at}
	}
	for _, c := range []struct {
		name string
		list []gen.TimelineEntry
		want string
	}{
		{"two answers within a second", []gen.TimelineEntry{
			entry("answer", 301*time.Millisecond), entry("answer", 900*time.Millisecond),
			entry("reply", 300*time.Millisecond), entry("reply", 899*time.Millisecond), entry("accepted", 100*time.Millisecond),
		}, "accepted reply answer reply answer "},
		{"read in the same millisecond", []gen.TimelineEntry{
			entry("answer", 300*time.Millisecond), entry("reply", 300*time.Millisecond+700*time.Microsecond),
		}, "reply answer "},
		{"a text of an earlier release", []gen.TimelineEntry{
			entry("answer", 600*time.Millisecond), entry("accepted", 200*time.Millisecond), entry("reply", 0),
		}, "accepted reply answer "},
	} {
		inOrder(c.list)
		got := ""
		for _, e := range c.list {
			got += string(e.Kind) + " "
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
