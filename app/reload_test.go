package app

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"noroshi/app/access"
	"noroshi/app/audit"
	"noroshi/app/bench"
	"noroshi/app/broadcast"
	"noroshi/app/config"
	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/scope"
	"noroshi/app/simulator"
	"noroshi/app/store"
)

const patience = 60 * time.Second

func within(t *testing.T, what string, met func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !met() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// operator runs a simulated SMSC for the length of a test.
func operator(t *testing.T) *simulator.SMSC {
	t.Helper()
	s := simulator.New(simulator.Options{Now: time.Now, Population: simulator.Perfect()})
	if err := s.Start(t.Context()); err != nil {
		t.Fatalf("Start: %v", err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// appliance is a whole core on a configuration file that a test rewrites.
type appliance struct {
	*core
	file string
	log  *lines
}

// lines keeps what is logged.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// route writes the settings of a route to an SMSC, with more of them behind.
func route(name string, s *simulator.SMSC, more string) string {
	host, port, _ := net.SplitHostPort(s.Addr())
	const form = "  - {name: %s, host: %s, port: %s, system_id: noroshi, password: pw, sender: \"815012345678\", %s}\n"
	return fmt.Sprintf(form, name, host, port, more)
}

func (a *appliance) write(t *testing.T, routes ...string) {
	t.Helper()
	text := "listen: 127.0.0.1:0\nroutes:\n" + strings.Join(routes, "")
	if len(routes) == 0 {
		text = "listen: 127.0.0.1:0\n"
	}
	if err := os.WriteFile(a.file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func none(string) (string, bool) { return "", false }

func (a *appliance) reloadNow(t *testing.T) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return a.reload(ctx, func() (config.Config, error) { return config.Load(a.file, none) })
}

func (a *appliance) mustReload(t *testing.T, routes ...string) {
	t.Helper()
	a.write(t, routes...)
	if err := a.reloadNow(t); err != nil {
		t.Fatalf("reload: %v", err)
	}
}

// start opens an appliance with n people.
func start(t *testing.T, n int, routes ...string) *appliance {
	t.Helper()
	dir := t.TempDir()
	a := &appliance{file: filepath.Join(dir, "config.yaml"), log: &lines{}}
	a.write(t, routes...)
	cfg, err := config.Load(a.file, none)
	if err != nil {
		t.Fatalf("Load: %v", err)
	}
	o := coreOptions{
		Config: cfg, Path: a.file, Key: bytes.Repeat([]byte{7}, store.KeySize),
		Log: slog.New(slog.NewTextHandler(a.log, nil)),
	}
	if a.core, err = openCore(t.Context(), o); err != nil {
		t.Fatalf("openCore: %v", err)
	}
	t.Cleanup(a.close)
	_, err = a.access.SetOrganisation(t.Context(), audit.Actor{}, access.Organisation{
		Name: "Aomine", Timezone: "Asia/Tokyo", Language: "ja", Country: "JP",
	})
	if err != nil {
		t.Fatalf("SetOrganisation: %v", err)
	}
	if err := bench.Fill(t.Context(), a.store, a.ids, n); err != nil {
		t.Fatalf("Fill: %v", err)
	}
	return a
}

func (a *appliance) launch(t *testing.T) id.Broadcast {
	t.Helper()
	b, err := a.broadcasts.Create(t.Context(), audit.Actor{}, bench.Content())
	if err == nil {
		b, err = a.broadcasts.Review(t.Context(), audit.Actor{}, scope.Everything(), b.ID)
	}
	if err == nil {
		b, err = a.broadcasts.Launch(t.Context(), audit.Actor{}, b.ID, b.Version, b.Content.TypedCodes())
	}
	if err != nil {
		t.Fatalf("Launch: %v", err)
	}
	return b.ID
}

func (a *appliance) open(t *testing.T, b id.Broadcast) {
	t.Helper()
	within(t, "the broadcast is open", func() bool {
		got, err := a.broadcasts.Get(b)
		return err == nil && got.State == broadcast.Open
	})
}

func (a *appliance) bound(t *testing.T, route string) {
	t.Helper()
	within(t, "route "+route+" is bound", func() bool {
		client := a.routing.sender(route)
		return client != nil && client.Health().State == gateway.Bound
	})
}

// once checks that the SMSCs together took one text for each of n people, and no more.
func once(t *testing.T, n int, list ...*simulator.SMSC) {
	t.Helper()
	got := map[string]int{}
	for _, s := range list {
		s.EachNumber(func(c simulator.Count) bool {
			got[c.Number] += c.Submits
			return true
		})
	}
	if len(got) != n {
		t.Errorf("%d people got a text, want %d", len(got), n)
	}
	for number, times := range got {
		if times != 1 {
			t.Errorf("%s got %d texts, want 1", number, times)
		}
	}
}

func TestReloadInTheMiddleOfABroadcastLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	const n = 1200
	busy, quiet, other := operator(t), operator(t), operator(t)
	line := func(window int) string {
		return route("busy", busy, fmt.Sprintf("rate_parts_per_s: 400, window: %d", window))
	}
	still := route("quiet", quiet, `rate_parts_per_s: 100, prefixes: ["8190100001", "8190100002"]`)
	spare := route("other", other, `prefixes: ["66"]`)
	a := start(t, n, line(10), still)
	a.bound(t, "busy")
	a.bound(t, "quiet")
	b := a.launch(t)
	for i := range 4 {
		want := uint64(100 * (i + 1))
		within(t, "some have their text", func() bool { return busy.Stats().Accepted >= want })
		list := []string{line(20 + i), still}
		if i%2 == 0 {
			list = append(list, spare)
		}
		a.mustReload(t, list...)
		if got := a.routing.sender("busy").Pace().Window; got != 0 && got != 20+i {
			t.Errorf("window = %d, want %d", got, 20+i)
		}
	}
	if done := busy.Stats().Accepted; done >= n-200 {
		t.Errorf("%d of them were through before the last reload: nothing was in the middle of anything", done)
	}
	a.open(t, b)
	once(t, n, busy, quiet, other)
	if got := quiet.Stats(); got.BindsEver != 1 || got.Accepted != 200 {
		t.Errorf("the route that did not change was bound %d times and took %d, want 1 and 200", got.BindsEver, got.Accepted)
	}
	if got := busy.Stats().BindsEver; got != 5 {
		t.Errorf("the route that changed was bound %d times, want 5", got)
	}
	within(t, "all receipts are in", func() bool {
		return a.messages.Book(b).Counts()[message.Delivered] == n
	})
	if got := a.reloads.now(); !got.Refused.IsZero() || !got.At.After(a.began) {
		t.Errorf("state = %+v, want a reload after the start and no refusal", got)
	}
	a.audited(t, "config.reloaded", 4)
}

// audited checks how many lines of an action the audit log has, and that its chain is whole.
func (a *appliance) audited(t *testing.T, action string, want int) {
	t.Helper()
	got := 0
	err := a.store.View(func(tx *store.Tx) error {
		list, err := a.audit.List(tx, "", 0, 100)
		for _, e := range list {
			if e.Action == action {
				got++
			}
		}
		if err == nil {
			_, err = a.audit.Verify(tx)
		}
		return err
	})
	if err != nil || got != want {
		t.Errorf("%d lines of %s in the audit log (%v), want %d", got, action, err, want)
	}
}

func TestAFaultyFileChangesNothingAndSaysWhy(t *testing.T) {
	t.Parallel()
	smsc := operator(t)
	good := route("main", smsc, "window: 10")
	a := start(t, 3, good)
	a.bound(t, "main")
	before := a.table.Now()
	a.write(t, good, "  - {name: broken}\n")
	if err := a.reloadNow(t); fault.CodeOf(err) != "config_invalid" {
		t.Fatalf("reload = %v, want config_invalid", err)
	}
	if a.table.Now() != before || smsc.Stats().BindsEver != 1 {
		t.Errorf("the routes were touched: generation %d, %d binds", a.table.Now().Generation, smsc.Stats().BindsEver)
	}
	state := a.reloads.now()
	if state.Refused.IsZero() || len(state.Problems) == 0 {
		t.Fatalf("state = %+v, want a refusal with its problems", state)
	}
	if p := state.Problems[0]; p.Line != 4 || p.Route != "broken" {
		t.Errorf("state = %+v, want a problem of route broken on line 4", state)
	}
	if !strings.Contains(a.log.String(), "line 4: route broken: ") {
		t.Errorf("log = %s, want the line and the route", a.log)
	}
	// A route that parses, but cannot be made, is as faulty.
	a.write(t, good, route("second", smsc, `tls: {enabled: true, ca_file: config.yaml}`))
	if err := a.reloadNow(t); err == nil || a.table.Now() != before {
		t.Errorf("reload of a route without a certificate authority = %v, want a refusal", err)
	}
	once(t, 0, smsc)
	b := a.launch(t)
	a.open(t, b)
	once(t, 3, smsc)
	a.mustReload(t, good)
	if got := a.reloads.now(); !got.Refused.IsZero() || len(got.Problems) != 0 {
		t.Errorf("state after a good file = %+v, want no problem", got)
	}
	if smsc.Stats().BindsEver != 1 {
		t.Errorf("an unchanged route was bound %d times, want 1", smsc.Stats().BindsEver)
	}
}

func TestCopiesOfARouteThatIsTakenOutWaitUntilItIsBack(t *testing.T) {
	t.Parallel()
	const n = 400
	smsc, other := operator(t), operator(t)
	line := route("main", smsc, "rate_parts_per_s: 200")
	elsewhere := route("thailand", other, `countries: [TH]`)
	a := start(t, n, line, elsewhere)
	a.bound(t, "main")
	b := a.launch(t)
	within(t, "some have their text", func() bool { return smsc.Stats().Accepted >= 50 })
	a.mustReload(t, elsewhere)
	took := smsc.Stats().Accepted
	if took >= n || smsc.Stats().Binds != 0 {
		t.Fatalf("%d were through, %d binds are left; want fewer than %d, and none", took, smsc.Stats().Binds, n)
	}
	if got, err := a.broadcasts.Get(b); err != nil || got.State != broadcast.Sending {
		t.Errorf("state = %v (%v), want sending", got.State, err)
	}
	a.mustReload(t, line, elsewhere)
	a.open(t, b)
	once(t, n, smsc, other)
}

func TestWhatCannotBeReloadedIsSaid(t *testing.T) {
	t.Parallel()
	a := start(t, 1)
	text := "listen: 127.0.0.1:9\nmemory_mb: 1000\nlog: {level: warn}\n"
	if err := os.WriteFile(a.file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := a.reloadNow(t); err != nil {
		t.Fatalf("reload: %v", err)
	}
	got := strings.Join(a.reloads.now().Restart, " ")
	if got != "listen memory_mb log" || !strings.Contains(a.log.String(), "listen, memory_mb, log") {
		t.Errorf("needs a restart: %q, want listen memory_mb log", got)
	}
}

func TestCopiesOfARouteThatIsTakenOutGoOverAnother(t *testing.T) {
	t.Parallel()
	const n = 400
	smsc, other := operator(t), operator(t)
	line := route("main", smsc, "rate_parts_per_s: 200, countries: [JP], failover_after_s: 1")
	spare := route("spare", other, "window: 20")
	a := start(t, n, line, spare)
	a.bound(t, "main")
	a.bound(t, "spare")
	b := a.launch(t)
	within(t, "some have their text", func() bool { return smsc.Stats().Accepted >= 50 })
	a.mustReload(t, spare)
	took := smsc.Stats().Accepted
	a.open(t, b)
	once(t, n, smsc, other)
	if got := other.Stats().Accepted; got != n-took || smsc.Stats().Accepted != took || got == 0 {
		t.Errorf("the other route took %d, want the %d that were left", got, n-took)
	}
}
