package view

import (
	"testing"
	"time"

	"noroshi/app/api/gen"
	"noroshi/app/broadcast"
	"noroshi/app/message"
)

// A class is served when it and those before it are handed over.
func TestAResultSaysWhoIsWhen(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 3, 14, 0, 0, time.UTC)
	m := Measured{
		Broadcast: broadcast.Broadcast{State: broadcast.Sending, Content: broadcast.Content{Mode: broadcast.Live}},
		Pending:   350, Total: 400, At: at,
		Classes: []message.ClassProgress{
			{Class: -2, People: 50, Served: 50}, {Class: 0, People: 100, Served: 0, Parts: 100},
			{Class: 1, People: 125, Served: 0, Parts: 250},
		},
		Routes: []gen.RouteState{
			{Name: "line", State: gen.RouteStateStateBound, Rate: 10},
			{Name: "another", State: gen.RouteStateStateDown, Rate: 1000}, // of other broadcasts
		},
		Waiting: map[string]int{"line": 350},
	}
	p := m.Result().Progress
	if p.Classes == nil || len(*p.Classes) != 3 {
		t.Fatalf("classes = %v", p.Classes)
	}
	for i, want := range []struct {
		priority gen.GroupPriority
		after    time.Duration // 0: nothing to say
	}{
		{gen.GroupPriorityFirst, 0}, {gen.GroupPriorityNormal, 10 * time.Second}, {gen.GroupPriorityLater, 35 * time.Second},
	} {
		got := (*p.Classes)[i]
		if got.Priority != want.priority || got.People != m.Classes[i].People || got.Served != m.Classes[i].Served {
			t.Errorf("class %d = %+v, want %s of %+v", i, got, want.priority, m.Classes[i])
		}
		if (got.LastPersonAt == nil) != (want.after == 0) || want.after > 0 && !got.LastPersonAt.Equal(at.Add(want.after)) {
			t.Errorf("class %s is served at %v, want after %v", got.Priority, got.LastPersonAt, want.after)
		}
	}
	if !p.LastPersonAt.Equal(*(*p.Classes)[2].LastPersonAt) {
		t.Errorf("the last person at %v, the last class at %v", p.LastPersonAt, (*p.Classes)[2].LastPersonAt)
	}
	if p.Reason != nil || *p.PerSecond != 10 {
		t.Errorf("a route the broadcast does not wait for counts: %+v", p)
	}
	m.Classes, m.Routes[0].Rate = nil, 0
	if p = m.Result().Progress; p.Classes != nil || p.LastPersonAt != nil {
		t.Errorf("progress of one class at an unknown speed = %+v", p)
	}
}
