// Command bench holds Noroshi against Kannel on the machine it runs on: the same simulated operator, the same number of
// people, one broadcast. It prints a table and, as its last line, JSON.
//
//	bench -noroshi bin/noroshi                  Noroshi and Kannel, 100,000 people (needs Debian's kannel)
//	bench -noroshi bin/noroshi -flat            Noroshi alone at 1,000 to 1,000,000 people: a JSON line each
//	bench chart FILE > chart.svg                a chart of the lines that -flat has printed
//
// Noroshi is the whole appliance: directory, encryption, audit, durable commits, receipts counted. Its clock runs from
// the launch, before the audience is frozen, to the last submit_sm. Kannel's clock runs from its first submit_sm to its
// last: reading its list and handing the messages over, or filling its queue, costs it nothing. Both ends are taken by
// the operator. Of Kannel's ways of being fed, and of windows of 100 and 500, the best one counts.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

// options are the same for both sides of the comparison.
type options struct {
	noroshi string
	dir     string // temporary
	people  int
	runs    int // of Noroshi, with each window; the middle one counts
	windows []int
	limit   time.Duration // of a Kannel run; what was done by then is reported
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 2 && args[0] == "chart" {
		return chart(args[1], out)
	}
	o := options{windows: []int{100, 500}}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.StringVar(&o.noroshi, "noroshi", "bin/noroshi", "the binary")
	f.IntVar(&o.people, "recipients", 100_000, "people")
	f.IntVar(&o.runs, "runs", 3, "runs of Noroshi with each window")
	f.DurationVar(&o.limit, "limit", 30*time.Second, "longest time of a Kannel run")
	flat := f.Bool("flat", false, "Noroshi alone, at several sizes")
	if err := f.Parse(args); err != nil {
		return err
	}
	var err error
	if o.noroshi, err = filepath.Abs(o.noroshi); err != nil {
		return err
	}
	if o.dir, err = os.MkdirTemp("", "noroshi-against-"); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(o.dir) }()
	if *flat {
		return sizes(ctx, o, out)
	}
	return compare(ctx, o, out)
}

// compare alternates between the two, so that a change of the machine's mood meets both.
func compare(ctx context.Context, o options, out io.Writer) error {
	if err := kannelHere(); err != nil {
		return err
	}
	var ours []measure
	noroshi := func() error {
		for _, window := range o.windows {
			say(out, "Noroshi, window %d", window)
			m, err := o.noroshiRun(ctx, o.people, window)
			if err != nil {
				return err
			}
			ours = append(ours, m)
			say(out, "  %s", m)
		}
		return nil
	}
	var best, receipts, spool []measure
	kinds := []struct {
		to  *[]measure
		set setup
	}{
		{&best, setup{fill: true}}, {&best, setup{}},
		{&receipts, setup{receipts: true, fill: true}}, {&receipts, setup{receipts: true}},
		{&spool, setup{receipts: true, spool: true}},
	}
	for i, k := range kinds {
		if i < o.runs {
			if err := noroshi(); err != nil {
				return err
			}
		}
		for _, window := range o.windows {
			k.set.window = window
			say(out, "Kannel, %s", k.set)
			m, err := o.kannelRun(ctx, k.set)
			if err != nil {
				return err
			}
			*k.to = append(*k.to, m)
			say(out, "  %s", m)
		}
	}
	return report(out, o, ours, best, receipts, spool)
}

// sizes prints what `bench sms` says at each size, the middle of the runs by processor time.
func sizes(ctx context.Context, o options, out io.Writer) error {
	for _, n := range []int{1000, 10_000, 100_000, 1_000_000} {
		runs := o.runs
		if n >= 1_000_000 {
			runs = 1
		}
		var all []measure
		for range runs {
			m, err := o.noroshiRun(ctx, n, 100)
			if err != nil {
				return err
			}
			all = append(all, m)
		}
		slices.SortFunc(all, func(a, b measure) int { return less(a.cpu, b.cpu) })
		if _, err := fmt.Fprintln(out, all[len(all)/2].line); err != nil {
			return err
		}
	}
	return nil
}

func less(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func say(out io.Writer, format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) } //nolint:errcheck // progress

// measure is one run.
type measure struct {
	what   string
	rate   float64 // parts per second
	sent   int
	cpu    float64 // seconds of the process
	peak   float64 // MB
	cut    bool    // ended by the limit
	window int
	line   string // what the program said, as it said it
}

func (m measure) String() string {
	s := fmt.Sprintf("%.0f per second, %.2f s of processor, %.0f MB", m.rate, m.cpu, m.peak)
	if m.cut {
		s += fmt.Sprintf(" (stopped after %d)", m.sent)
	}
	return s
}

func (o options) noroshiRun(ctx context.Context, people, window int) (m measure, err error) {
	cmd := exec.CommandContext(ctx, o.noroshi, "bench", "sms", "--json", "--recipients", fmt.Sprint(people),
		"--window", fmt.Sprint(window))
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	cmd.Env = append(os.Environ(), "TMPDIR="+o.dir, "LC_ALL=C")
	cmd.Stderr = os.Stderr
	line, err := cmd.Output()
	if err != nil {
		return m, fmt.Errorf("noroshi bench sms: %w", err)
	}
	var r struct {
		Recipients, Lost, Unmarked, Receipts int
		SubmitsPerSecond                     float64 `json:"submits_per_second"`
		CPUSeconds                           float64 `json:"cpu_seconds"`
		PeakRSSMB                            float64 `json:"peak_rss_mb"`
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return m, err
	}
	if r.Lost != 0 || r.Unmarked != 0 || r.Receipts < r.Recipients {
		return m, errors.New("the run did not add up: " + string(line))
	}
	return measure{
		what: "Noroshi", rate: r.SubmitsPerSecond, sent: r.Recipients, cpu: r.CPUSeconds, peak: r.PeakRSSMB,
		window: window, line: string(line[:len(line)-1]),
	}, nil
}
