package apptest_test

import (
	"testing"

	"noroshi/app/apptest"
	"noroshi/app/id"
	"noroshi/app/simulator"
)

// tell logs where a broadcast is when a test fails.
func tell(t *testing.T, w *apptest.World, sim *simulator.SMSC, b id.Broadcast) {
	t.Helper()
	t.Cleanup(func() {
		if !t.Failed() {
			return
		}
		book := w.Messages.Book(b)
		t.Logf("broadcast %s, total %d", w.State(t, b), book.Total())
		for s, n := range book.Counts() {
			if n > 0 {
				t.Logf("  parts %v: %d", s, n)
			}
		}
		t.Logf("progress %+v", w.Delivery.Progress(b))
		t.Logf("load %+v", w.Delivery.Load())
		for _, c := range w.Clients {
			t.Logf("pace %+v", c.Pace())
			t.Logf("health %+v", c.Health())
		}
		st := sim.Stats()
		t.Logf("simulator %+v", st)
	})
}

// testWriter passes log lines on to a test.
type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Logf("%s", p)
	return len(p), nil
}
