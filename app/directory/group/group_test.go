package group

import (
	"encoding/binary"
	"math"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"noroshi/app/directory/pack"
	"noroshi/app/fault"
	"noroshi/app/id"
)

func sample() Group {
	at := time.UnixMilli(1_800_000_000_123).UTC()
	return Group{ID: 7, Name: "消防隊", Description: "当番", Version: 3, Created: at, Updated: at.Add(time.Hour)}
}

func TestRecordsComeBack(t *testing.T) {
	t.Parallel()
	for _, p := range Priorities {
		g := sample()
		g.Priority = p
		got, err := decode(g.ID, encode(g))
		if err != nil || !reflect.DeepEqual(got, g) {
			t.Errorf("decode(encode(%v)) = %+v, %v", p, got, err)
		}
	}
}

func TestRecordsOfTheFirstReleaseAreOrdinary(t *testing.T) {
	t.Parallel()
	g := sample()
	old := []byte{1}
	old = binary.AppendUvarint(old, g.Version)
	old = binary.AppendUvarint(old, pack.Millis(g.Created))
	old = binary.AppendUvarint(old, pack.Millis(g.Updated))
	old = pack.String(pack.String(old, g.Name), g.Description)
	got, err := decode(g.ID, old)
	if err != nil || !reflect.DeepEqual(got, g) || got.Priority != Normal {
		t.Fatalf("decode = %+v, %v, want %+v", got, err, g)
	}
}

func TestDamagedRecordsAreRefused(t *testing.T) {
	t.Parallel()
	whole := encode(sample())
	for n := range whole {
		if _, err := decode(7, whole[:n]); !fault.Is(err, fault.Internal) {
			t.Errorf("decode of %d octets: %v, want internal", n, err)
		}
	}
	whole[len(whole)-1] = 9
	if _, err := decode(7, whole); fault.CodeOf(err) != "record_damaged" {
		t.Errorf("decode of priority 9: %v, want record_damaged", err)
	}
	whole[0] = recordVersion + 1
	if _, err := decode(7, whole); fault.CodeOf(err) != "record_newer" {
		t.Errorf("decode of a later version: %v, want record_newer", err)
	}
}

func TestWordsOfPriorities(t *testing.T) {
	t.Parallel()
	for i, word := range []string{"first", "high", "normal", "later"} {
		p, ok := ParsePriority(word)
		if !ok || p != Priorities[i] || p.String() != word || !p.Valid() {
			t.Errorf("ParsePriority(%q) = %d, %v; its word is %q", word, p, ok, p)
		}
	}
	if p, ok := ParsePriority(""); !ok || p != Normal {
		t.Errorf(`ParsePriority("") = %v, %v, want normal`, p, ok)
	}
	for _, word := range []string{"FIRST", "urgent", "1"} {
		if _, ok := ParsePriority(word); ok {
			t.Errorf("ParsePriority(%q) is known", word)
		}
	}
}

// Who is in several groups goes with the best of them, whatever their order and number.
func TestThePriorityOfAPersonIsTheBestOfTheirGroups(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ranks := Ranks{}
		best := Priority(math.MaxInt8)
		var groups []id.Group
		for i := range rapid.IntRange(0, 6).Draw(t, "groups") {
			p := rapid.SampledFrom(Priorities).Draw(t, "priority")
			if p != Normal {
				ranks[id.Group(i+1)] = p
			}
			groups = append(groups, id.Group(i+1))
			best = min(best, p)
		}
		if len(groups) == 0 {
			best = Normal
		}
		if got := ranks.Of(groups); got != best {
			t.Fatalf("Of(%v) with %v = %v, want %v", groups, ranks, got, best)
		}
	})
}

func TestDraftsAreCleanedAndChecked(t *testing.T) {
	t.Parallel()
	g, err := Draft{Name: "  消防　隊 ", Description: "a\r\nb", Priority: First}.Apply(sample())
	if err != nil || g.Name != "消防 隊" || g.Description != "a\nb" || g.Priority != First || g.Version != 3 {
		t.Errorf("Apply = %+v, %v", g, err)
	}
	long := make([]byte, MaxDescription+1)
	for i := range long {
		long[i] = 'x'
	}
	for _, c := range []struct {
		d          Draft
		path, code string
	}{
		{Draft{}, "name", "required"}, {Draft{Name: "a;b"}, "name", "semicolon"}, {Draft{Name: " ・ "}, "name", "required"},
		{Draft{Name: string(long[:MaxName+1])}, "name", "too_long"},
		{Draft{Name: "a", Description: string(long)}, "description", "too_long"},
		{Draft{Name: "a", Priority: 2}, "priority", "bad_priority"},
	} {
		_, err := c.d.Apply(sample())
		e, ok := err.(*fault.Error) //nolint:errorlint // Apply returns it unwrapped
		if !ok || len(e.Fields) != 1 || e.Fields[0].Path != c.path || e.Fields[0].Code != c.code {
			t.Errorf("Apply(%+v): %v, want %s %s", c.d, err, c.path, c.code)
		}
	}
}
