package store

import (
	"slices"
	"testing"
)

// TestNoticesAreCalledOnceInOrder adds notices from within one that runs, while others of its round still wait.
func TestNoticesAreCalledOnceInOrder(t *testing.T) {
	t.Parallel()
	n := newNotices()
	go n.run((&Store{}).guard)
	var called []string // touched by the notices' goroutine only, until close
	note := func(name string, then ...func()) func() {
		return func() {
			called = append(called, name)
			for _, fn := range then {
				n.add(fn)
			}
		}
	}
	var want []string
	for range 50 {
		holding, release := make(chan struct{}), make(chan struct{})
		n.add(func() { close(holding); <-release })
		<-holding
		n.add(note("a", note("c"), note("d")))
		n.add(note("b"))
		idle := make(chan struct{})
		n.add(func() { n.add(func() { close(idle) }) })
		close(release)
		<-idle
		want = append(want, "a", "b", "c", "d")
	}
	n.close()
	if !slices.Equal(called, want) {
		t.Fatalf("called %v, want %v", called, want)
	}
	if n.add(func() { t.Error("called after close") }) {
		t.Fatal("add after close was taken")
	}
}
