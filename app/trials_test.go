package app

import (
	"strings"
	"testing"

	"noroshi/app/api/gen"
	"noroshi/app/audit"
	"noroshi/app/fault"
	"noroshi/app/gateway/trial"
	"noroshi/app/store"
)

func TestATestGoesOverTheRunningRouteAndStaysOutOfTheLedger(t *testing.T) {
	t.Parallel()
	smsc := operator(t)
	a := start(t, 20, route("main", smsc, "window: 10"), route("down", smsc, "enquire_s: 30")+"")
	smsc2 := operator(t)
	a.mustReload(t, route("main", smsc, "window: 10"), route("down", smsc2, "enquire_s: 30"))
	a.bound(t, "main")
	smsc2.Down(patience)
	within(t, "the other route is down", func() bool { return !a.routing.sender("down").Pace().Ready })
	tests := trials{a.core}
	if _, err := tests.Last("main"); fault.CodeOf(err) != "no_route_test" {
		t.Errorf("Last before a test = %v", err)
	}
	got, err := tests.Send(t.Context(), "main", gen.RouteTestInput{Number: "090-1000-0007"})
	if err != nil {
		t.Fatalf("Send: %v", err)
	}
	if got.To != "+819010000007" || got.Text != trial.GSM7 || len(got.Parts) != 1 || *got.Parts[0].Outcome != "ok" {
		t.Errorf("test = %+v", got)
	}
	within(t, "the receipt is shown", func() bool {
		got, err := tests.Last("main")
		return err == nil && got.Ended && got.Parts[0].Receipts[0].State == "delivered"
	})
	// The same person is in a broadcast: one does not disturb the other.
	b := a.launch(t)
	a.open(t, b)
	if n := smsc.Stats().Accepted + smsc2.Stats().Accepted; n != 21 {
		t.Errorf("%d texts went out, want 20 and the test", n)
	}
	if n := a.delivery.Load().Orphans; n != 0 {
		t.Errorf("%d receipts wait for a part, want none: that of the test is no orphan", n)
	}
	a.tested(t, 1, "+819010000007")
	for name, want := range map[string]string{"nowhere": "route_not_found", "down": "route_down"} {
		if _, err := tests.Send(t.Context(), name, gen.RouteTestInput{Number: "+819010000007"}); fault.CodeOf(err) != want {
			t.Errorf("test over %s = %v, want %s", name, err, want)
		}
	}
	if _, err := tests.Send(t.Context(), "main", gen.RouteTestInput{Number: "wrong"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("test to no number = %v, want Invalid", err)
	}
	a.tested(t, 1, "")
	if strings.Contains(a.log.String(), "9010000007") {
		t.Error("the log has the number of a test")
	}
}

// tested checks the lines about tests in the audit log.
func (a *appliance) tested(t *testing.T, want int, number string) {
	t.Helper()
	var lines []audit.Entry
	err := a.store.View(func(tx *store.Tx) (err error) {
		lines, err = a.audit.List(tx, "route/main", 0, 10)
		return err
	})
	if err != nil || len(lines) != want || !strings.Contains(string(lines[0].After), number) {
		t.Errorf("audit lines of the route = %+v (%v), want %d with the number", lines, err, want)
	}
}

func TestTheSystemPageSaysWhatIsWrongWithTheFile(t *testing.T) {
	t.Parallel()
	smsc := operator(t)
	a := start(t, 1, route("main", smsc, "window: 10"))
	a.bound(t, "main")
	if got := a.system(); got.Configuration.RefusedAt != nil || len(got.Configuration.Problems) != 0 {
		t.Errorf("configuration = %+v, want no problem", got.Configuration)
	}
	a.write(t, route("main", smsc, "windwo: 10"))
	if err := a.reloadNow(t); err == nil {
		t.Fatal("a faulty file was taken")
	}
	got := a.system().Configuration
	if got.RefusedAt == nil || len(got.Problems) != 1 || *got.Problems[0].Line != 3 || *got.Problems[0].Route != "main" ||
		!strings.Contains(got.Problems[0].En, `"window"`) || !strings.Contains(got.Problems[0].Ja, `"window"`) {
		t.Errorf("configuration = %+v, want the line, the route and what is meant", got)
	}
}
