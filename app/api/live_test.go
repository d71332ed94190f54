package api

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"noroshi/app/id"
)

// stream reads events from a live stream over TCP.
type liveStream struct {
	t     *testing.T
	lines *bufio.Scanner
}

// next returns the next event with that name.
func (l liveStream) next(name string) string {
	l.t.Helper()
	event := ""
	for l.lines.Scan() {
		line := l.lines.Text()
		if v, ok := strings.CutPrefix(line, "event: "); ok {
			event = v
		}
		if v, ok := strings.CutPrefix(line, "data: "); ok && event == name {
			return v
		}
	}
	l.t.Fatalf("the stream ended before an event %s: %v", name, l.lines.Err())
	return ""
}

// until reads events with that name up to the one that holds the text.
func (l liveStream) until(name, text string) {
	l.t.Helper()
	for !strings.Contains(l.next(name), text) {
		continue
	}
}

func (r *rig) serve() (base string, done chan error) {
	r.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.t.Fatal(err)
	}
	done = make(chan error, 1)
	go func() { done <- r.Serve(l) }()
	return "http://" + l.Addr().String() + "/api/v1", done
}

func TestLiveStream(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	r.people(3)
	b := r.launched()
	base, served := r.serve()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", base+"/events?broadcast="+b.Id, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Cookie", r.cookie)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("stream = %d as %s", res.StatusCode, res.Header.Get("Content-Type"))
	}
	s := liveStream{t, bufio.NewScanner(res.Body)}
	s.lines.Buffer(nil, 1<<20)
	s.next("system")
	s.next("signals")
	if first := s.next("broadcast"); !strings.Contains(first, `"answered":0`) {
		t.Fatalf("the first snapshot = %s", first)
	}
	r.text("819012340000", "B")
	s.until("signals", `"needHelp":1`)
	s.until("broadcast", `"answered":1`)
	// An open stream does not hold up a shutdown.
	began := time.Now()
	if err := r.Shutdown(ctx); err != nil {
		t.Fatalf("Shutdown() = %v", err)
	}
	if err := <-served; err != nil {
		t.Fatalf("Serve() = %v", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Fatalf("the shutdown took %v", took)
	}
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Fatalf("the stream ended with %v, want a clean end", err)
	}
}

func TestLiveStreamsAreCounted(t *testing.T) {
	t.Parallel()
	l := newStreams()
	for range streamsEach {
		if !l.enter(1) {
			t.Fatal("refused too early")
		}
	}
	if l.enter(1) || !l.enter(2) {
		t.Fatal("the limit is for each account")
	}
	l.leave(1)
	if !l.enter(1) {
		t.Fatal("a stream that ended still counts")
	}
	for a := id.Account(3); l.all < streamsMost; a++ {
		l.enter(a)
	}
	if l.enter(9999) {
		t.Fatal("the limit for all is not kept")
	}
}
