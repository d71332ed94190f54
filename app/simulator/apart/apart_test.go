package apart

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"noroshi/app/fault"
	"noroshi/app/simulator"
)

// program writes a program that says what a simulator says, and ends when it is interrupted.
func program(t *testing.T, says string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "simulator")
	script := "#!/bin/sh\n" + says + "\n"
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil { //nolint:gosec // it is to be run
		t.Fatal(err)
	}
	return path
}

func TestProcessIsAskedAndStopped(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /stats", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"accepted":3,"pending":0}`))
	})
	mux.HandleFunc("GET /numbers", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("819012345678,2,1,1\n819012345679,1,1,0\n"))
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	p, err := Start(t.Context(), program(t, "echo 'SMSC: 127.0.0.1:2775'; echo 'Control: "+srv.URL+"'\n"+
		"trap 'exit 0' INT; while :; do sleep 0.05; done"))
	if err != nil {
		t.Fatal(err)
	}
	st, err := p.Stats(t.Context())
	if err != nil || st.Accepted != 3 || p.SMSC != "127.0.0.1:2775" || !p.Settled(t.Context()) {
		t.Fatalf("Stats() = %+v, %v of %q", st, err, p.SMSC)
	}
	var got []simulator.Count
	if err := p.EachNumber(t.Context(), func(c simulator.Count) { got = append(got, c) }); err != nil {
		t.Fatal(err)
	}
	want := []simulator.Count{
		{Number: "819012345678", Submits: 2, Parts: 1, Surplus: 1}, {Number: "819012345679", Submits: 1, Parts: 1},
	}
	if !slices.Equal(got, want) {
		t.Fatalf("EachNumber() = %+v, want %+v", got, want)
	}
	p.Stop() // returns only once it has ended
}

func TestAProgramThatIsNoSimulatorIsSaid(t *testing.T) {
	t.Parallel()
	if _, err := Start(t.Context(), program(t, "echo 'SMSC: nowhere'")); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("Start() = %v, want Unavailable", err)
	}
}
