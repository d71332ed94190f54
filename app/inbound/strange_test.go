package inbound

import (
	"bytes"
	"log/slog"
	"testing"
	"time"

	"noroshi/app/gateway"
	"noroshi/app/store"
	"noroshi/app/store/sweep"
)

// strangers returns a sink that knows of strange PDUs only, over a real ledger.
func strangers(t *testing.T) *Sink {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{
		Dir: t.TempDir(), Key: bytes.Repeat([]byte{7}, store.KeySize), Now: time.Now, MinFree: 1, MemTableSize: 8 << 20,
	})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { _ = st.Close() })
	s := &Sink{o: Options{Store: st, Log: slog.New(slog.DiscardHandler)}}
	s.sweep = sweep.New(st, store.StrangePDU.Key(), s.strangeOver)
	return s
}

func TestStrange_keeps_the_newest_of_each_route(t *testing.T) {
	t.Parallel()
	s := strangers(t)
	at := time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)
	put := func(route string, n int) {
		t.Helper()
		x := gateway.Strange{
			Route: route, Peer: "192.0.2.1:2775", Command: 5, Sequence: uint32(n), Length: 2000, Why: "too short",
			Octets: bytes.Repeat([]byte{byte(n)}, 2000), Received: at.Add(time.Duration(n/2) * time.Second), // two at a time
		}
		if err := s.Strange(t.Context(), x); err != nil {
			t.Fatalf("Strange() = %v", err)
		}
	}
	put("tokyo", 1)
	for n := range StrangePerRoute + 20 {
		put("tok", n)
	}
	got, err := s.Stranges("tok", 1000)
	if err != nil || len(got) != StrangePerRoute {
		t.Fatalf("Stranges() = %d, %v, want the newest %d", len(got), err, StrangePerRoute)
	}
	for i, x := range got {
		if want := StrangePerRoute + 19 - i; x.Sequence != uint32(want) || len(x.Octets) != gateway.MaxStrange ||
			x.Octets[0] != byte(want) || x.Length != 2000 || x.Why != "too short" || x.Peer == "" {
			t.Fatalf("PDU %d = number %d with %d octets, want %d", i, x.Sequence, len(x.Octets), want)
		}
	}
	if got, err := s.Stranges("tok", 3); err != nil || len(got) != 3 {
		t.Fatalf("Stranges(3) = %d, %v", len(got), err)
	}
	if got, err := s.Stranges("tokyo", 10); err != nil || len(got) != 1 {
		t.Fatalf("Stranges() of another route = %d, %v, want its own one", len(got), err)
	}
}

func TestStrange_is_forgotten_after_its_time(t *testing.T) {
	t.Parallel()
	s := strangers(t)
	at := time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)
	for _, age := range []time.Duration{0, time.Hour} {
		if err := s.Strange(t.Context(), gateway.Strange{Route: "r", Received: at.Add(-age)}); err != nil {
			t.Fatal(err)
		}
	}
	s.forgetStrange(t.Context(), at.Add(StrangeKept-time.Minute))
	got, err := s.Stranges("r", 10)
	if err != nil || len(got) != 1 || !got[0].Received.Equal(at) {
		t.Fatalf("Stranges() = %v, %v, want the younger one", got, err)
	}
}
