package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReportTakesTheMiddleOfOursAndTheBestOfTheirs(t *testing.T) {
	t.Parallel()
	o := options{people: 1000, runs: 3, windows: []int{100, 500}}
	ours := []measure{
		{rate: 50, window: 100, peak: 9}, {rate: 300, window: 500, peak: 1}, {rate: 100, window: 500, peak: 7},
		{rate: 200, window: 500, peak: 3},
	}
	var out bytes.Buffer
	err := report(&out, o, ours, []measure{{rate: 80}, {rate: 100, what: "the best"}}, []measure{{rate: 50}},
		[]measure{{rate: 20, cut: true}})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	var r result
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &r); err != nil {
		t.Fatalf("the last line is not JSON: %v", err)
	}
	want := result{
		Recipients: 1000, Noroshi: 200, NoroshiPeak: 7, NoroshiWindow: 500, Best: 100, BestHow: "the best", Receipts: 50,
		Spool: 20, SpoolCut: true, RatioBest: 2, RatioReceipts: 4, RatioSpool: 10,
	}
	if r != want {
		t.Fatalf("result = %+v, want %+v", r, want)
	}
	if !strings.Contains(out.String(), "(stopped)") {
		t.Fatalf("the table does not say that a run was stopped:\n%s", out.String())
	}
}

func TestChartIsWellFormedAndShowsEverySize(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "flat.jsonl")
	lines := `{"recipients":1000,"cpu_us_per_part":12.34,"peak_rss_mb":75}
{"recipients":1000000,"cpu_us_per_part":11,"peak_rss_mb":480.6}
`
	if err := os.WriteFile(file, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := chart(file, &out); err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(bytes.NewReader(out.Bytes()))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
	}
	for _, want := range []string{">1,000<", ">1,000,000<", ">12.3<", ">481<"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in the chart", want)
		}
	}
}

func TestUsageOfARunningProcess(t *testing.T) {
	t.Parallel()
	if _, peak := usage(os.Getpid()); peak < 1 {
		t.Fatalf("peak = %v MB, want that of this process", peak)
	}
}
