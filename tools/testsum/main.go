// Command testsum makes one count of what several test runners report.
//
//	go test -json ./... | testsum go FILE     prints what matters of the stream, writes the counts to FILE
//	testsum total [-failed] DIR               prints the closing lines of every report in DIR and the sum
//
// DIR holds the files of the first form (*.go.json), vitest's JSON report (vitest.json) and Playwright's
// (playwright*.json). With -failed a run that counted no failure still ends in one: something before the tests broke.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "testsum:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	switch {
	case len(args) == 2 && args[0] == "go":
		return follow(in, out, args[1])
	case len(args) == 2 && args[0] == "total":
		return total(out, args[1], false)
	case len(args) == 3 && args[0] == "total" && args[1] == "-failed":
		return total(out, args[2], true)
	}
	return errors.New("usage: testsum go FILE | testsum total [-failed] DIR")
}

// counts is what one runner ran. Lines are its closing lines, as it printed them.
type counts struct {
	Passed  int      `json:"passed"`
	Failed  int      `json:"failed"`
	Skipped int      `json:"skipped"`
	Lines   []string `json:"lines"`
}

// event is a line of go test -json (go doc test2json).
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

// follow copies a go test -json stream in short: a line for each package, and all a failed test or build said.
// It returns an error if anything failed.
func follow(in io.Reader, out io.Writer, file string) error {
	var sum counts
	said := map[string][]string{} // output by package and test, kept until the result is known
	failedIn := map[string]bool{} // packages with a failed test of their own
	lines := bufio.NewReaderSize(in, 1<<20)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			var e event
			if json.Unmarshal([]byte(line), &e) != nil {
				fmt.Fprint(out, line) // what the go command itself says
			} else {
				sum.take(e, said, failedIn, out)
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	if err := write(file, sum); err != nil {
		return err
	}
	if sum.Failed > 0 {
		return fmt.Errorf("%d failed", sum.Failed)
	}
	return nil
}

func (c *counts) take(e event, said map[string][]string, failedIn map[string]bool, out io.Writer) {
	key := e.Package + " " + e.Test
	switch {
	case e.Action == "build-output":
		fmt.Fprint(out, e.Output)
	case e.Action == "output" && strings.HasPrefix(e.Output, "=== "):
		// The order in which parallel tests took turns helps nobody.
	case e.Action == "output":
		said[key] = append(said[key], e.Output)
	case e.Test != "":
		switch e.Action {
		case "pass":
			c.Passed++
		case "skip":
			c.Skipped++
		case "fail":
			c.Failed++
			failedIn[e.Package] = true
			fmt.Fprint(out, strings.Join(said[key], ""))
		default:
			return
		}
		delete(said, key)
	case e.Action == "pass" || e.Action == "fail" || e.Action == "skip":
		c.endPackage(e, said[key], failedIn[e.Package], out)
		delete(said, key)
	}
}

// endPackage prints the closing line of a package. A package that failed without a failed test did not build, ran out
// of time or died: that is one failure, and everything it said is shown.
func (c *counts) endPackage(e event, output []string, testFailed bool, out io.Writer) {
	if e.Action == "fail" && !testFailed {
		c.Failed++
		fmt.Fprint(out, strings.Join(output, ""))
	}
	for _, line := range output {
		if strings.HasPrefix(line, "ok ") || strings.HasPrefix(line, "FAIL\t") {
			if e.Action == "pass" || testFailed {
				fmt.Fprint(out, line)
			}
			c.Lines = append(c.Lines, strings.TrimRight(line, "\n"))
		}
	}
}

func write(file string, sum counts) error {
	data, err := json.Marshal(sum)
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o600)
}

// total prints the closing lines of every report and, last, "N passed, N failed".
func total(out io.Writer, dir string, brokeOff bool) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return err
	}
	sort.Strings(files)
	var sum counts
	for _, file := range files {
		one, err := read(file)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		for _, line := range one.Lines {
			fmt.Fprintln(out, line)
		}
		sum.Passed += one.Passed
		sum.Failed += one.Failed
		sum.Skipped += one.Skipped
	}
	if brokeOff && sum.Failed == 0 {
		sum.Failed = 1
	}
	if sum.Skipped > 0 {
		fmt.Fprintf(out, "%d skipped\n", sum.Skipped)
	}
	fmt.Fprintf(out, "%d passed, %d failed\n", sum.Passed, sum.Failed)
	return nil
}

func read(file string) (counts, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return counts{}, err
	}
	switch name := filepath.Base(file); {
	case name == "vitest.json":
		return readVitest(data)
	case strings.HasPrefix(name, "playwright"):
		return readPlaywright(data)
	default:
		var c counts
		err := json.Unmarshal(data, &c)
		return c, err
	}
}

func readVitest(data []byte) (counts, error) {
	var r struct {
		NumTotalTestSuites, NumFailedTestSuites int
		NumPassedTests, NumFailedTests          int
		NumPendingTests, NumTodoTests           int
		TestResults                             []struct{ Status string }
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return counts{}, err
	}
	files := map[string]int{}
	for _, f := range r.TestResults {
		files[f.Status]++
	}
	c := counts{Passed: r.NumPassedTests, Failed: r.NumFailedTests, Skipped: r.NumPendingTests + r.NumTodoTests}
	if c.Failed == 0 && files["failed"] > 0 {
		c.Failed = files["failed"] // files that could not even be loaded
	}
	c.Lines = []string{fmt.Sprintf("vitest: files %d passed, %d failed; tests %d passed, %d failed",
		files["passed"], files["failed"], c.Passed, c.Failed)}
	return c, nil
}

func readPlaywright(data []byte) (counts, error) {
	var r struct {
		Stats struct {
			Expected, Unexpected, Flaky, Skipped int
			Duration                             float64 // milliseconds
		}
		Errors []struct{ Message string }
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return counts{}, err
	}
	// A flaky test failed once: that is a failure until somebody says why.
	c := counts{Passed: r.Stats.Expected, Failed: r.Stats.Unexpected + r.Stats.Flaky, Skipped: r.Stats.Skipped}
	if c.Failed == 0 {
		c.Failed = len(r.Errors)
	}
	c.Lines = []string{fmt.Sprintf("playwright: %d passed, %d failed, %d flaky, %d skipped (%.0f s)",
		c.Passed, r.Stats.Unexpected, r.Stats.Flaky, c.Skipped, r.Stats.Duration/1000)}
	return c, nil
}
