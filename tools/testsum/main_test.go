package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const stream = `{"Action":"start","Package":"noroshi/app/phone"}
{"Action":"run","Package":"noroshi/app/phone","Test":"TestParse"}
{"Action":"output","Package":"noroshi/app/phone","Test":"TestParse","Output":"    said while passing\n"}
{"Action":"pass","Package":"noroshi/app/phone","Test":"TestParse"}
{"Action":"run","Package":"noroshi/app/phone","Test":"TestWire"}
{"Action":"skip","Package":"noroshi/app/phone","Test":"TestWire"}
{"Action":"output","Package":"noroshi/app/phone","Output":"ok  \tnoroshi/app/phone\t0.02s\n"}
{"Action":"pass","Package":"noroshi/app/phone"}
`

const broken = `{"Action":"output","Package":"noroshi/app/bus","Test":"TestX","Output":"=== RUN   TestX\n"}
{"Action":"output","Package":"noroshi/app/bus","Test":"TestX","Output":"    x_test.go:9: want 1\n"}
{"Action":"fail","Package":"noroshi/app/bus","Test":"TestX"}
{"Action":"output","Package":"noroshi/app/bus","Output":"FAIL\tnoroshi/app/bus\t0.1s\n"}
{"Action":"fail","Package":"noroshi/app/bus"}
{"ImportPath":"noroshi/app/live","Action":"build-output","Output":"live.go:1: undefined: y\n"}
{"Action":"output","Package":"noroshi/app/live","Output":"FAIL\tnoroshi/app/live [build failed]\n"}
{"Action":"fail","Package":"noroshi/app/live"}
`

func TestGo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var out bytes.Buffer
	if err := run([]string{"go", filepath.Join(dir, "a.go.json")}, strings.NewReader(stream), &out); err != nil {
		t.Fatalf("run() = %v, want none", err)
	}
	if got, want := out.String(), "ok  \tnoroshi/app/phone\t0.02s\n"; got != want {
		t.Fatalf("output = %q, want %q", got, want)
	}
	out.Reset()
	if err := run([]string{"go", filepath.Join(dir, "b.go.json")}, strings.NewReader(broken), &out); err == nil {
		t.Fatal("run() = nil, want the failure")
	}
	for _, want := range []string{"x_test.go:9: want 1", "live.go:1: undefined: y", "FAIL\tnoroshi/app/bus"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("output = %q, want %q in it", out.String(), want)
		}
	}
	if strings.Contains(out.String(), "=== RUN") {
		t.Errorf("output = %q, want no turns of tests in it", out.String())
	}
	out.Reset()
	if err := run([]string{"total", dir}, nil, &out); err != nil {
		t.Fatalf("total = %v", err)
	}
	if want := "1 skipped\n1 passed, 2 failed\n"; !strings.HasSuffix(out.String(), want) {
		t.Fatalf("total = %q, want %q at the end", out.String(), want)
	}
}

func TestTotalReadsTheOtherRunners(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	reports := map[string]string{
		"vitest.json": `{"numPassedTests":7,"numFailedTests":0,"numPendingTests":1,
			"testResults":[{"status":"passed"},{"status":"failed"}]}`,
		"playwright.json": `{"stats":{"expected":4,"unexpected":1,"flaky":1,"skipped":0,"duration":61000.4},"errors":[]}`,
	}
	for name, data := range reports {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := run([]string{"total", dir}, nil, &out); err != nil {
		t.Fatalf("total = %v", err)
	}
	want := "playwright: 4 passed, 1 failed, 1 flaky, 0 skipped (61 s)\n" +
		"vitest: files 1 passed, 1 failed; tests 7 passed, 1 failed\n1 skipped\n11 passed, 3 failed\n"
	if out.String() != want {
		t.Fatalf("total = %q, want %q", out.String(), want)
	}
}

func TestTotalNeverCallsABrokenRunClean(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := run([]string{"total", "-failed", t.TempDir()}, nil, &out); err != nil {
		t.Fatalf("total = %v", err)
	}
	if out.String() != "0 passed, 1 failed\n" {
		t.Fatalf("total = %q, want one failure", out.String())
	}
}
