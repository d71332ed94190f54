// Package apart is in charge of a simulated operator in a process of its own, as benches and soaks need it: its memory
// and processor time are then not the appliance's. It starts `noroshi simulate` on free ports of the loopback
// interface, asks it over its control address, and ends it.
package apart

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"noroshi/app/fault"
	"noroshi/app/simulator"
)

const (
	patience     = 10 * time.Second // for one small answer
	listPatience = 2 * time.Minute  // for the list of all numbers
)

// Process is a simulator that runs until Stop.
type Process struct {
	// SMSC is the address to bind to.
	SMSC string

	control string
	cmd     *exec.Cmd
	done    chan struct{} // its output has ended
}

// Start runs the program's simulate command with further arguments. Returns Unavailable when it does not come up; the
// end of ctx ends it.
func Start(ctx context.Context, program string, args ...string) (*Process, error) {
	args = append([]string{"simulate", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0"}, args...)
	cmd := exec.CommandContext(ctx, program, args...) //nolint:gosec // the caller names itself
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Process{cmd: cmd, done: make(chan struct{})}
	lines := bufio.NewScanner(out)
	for p.control == "" && lines.Scan() {
		if at, ok := strings.CutPrefix(lines.Text(), "SMSC: "); ok {
			p.SMSC = at
		}
		if at, ok := strings.CutPrefix(lines.Text(), "Control: "); ok {
			p.control = at
		}
	}
	go func() {
		defer close(p.done)
		for lines.Scan() { // keep its pipe empty
		}
	}()
	if _, _, err := net.SplitHostPort(p.SMSC); err != nil || p.control == "" {
		p.Stop()
		return nil, fault.New(fault.Unavailable, "simulator_failed", "The simulator did not start.")
	}
	return p, nil
}

// Stop ends the process and waits for its end.
func (p *Process) Stop() {
	_ = p.cmd.Process.Signal(os.Interrupt)
	<-p.done
	_ = p.cmd.Wait() // interrupted: its code says nothing
}

// Stats returns what it has counted.
func (p *Process) Stats(ctx context.Context) (st simulator.Stats, err error) {
	err = p.get(ctx, "/stats", patience, func(r *http.Response) error { return json.NewDecoder(r.Body).Decode(&st) })
	return st, err
}

// Settled reports whether it has nothing left to tell.
func (p *Process) Settled(ctx context.Context) bool {
	st, err := p.Stats(ctx)
	return err == nil && st.Pending == 0
}

// EachNumber calls fn for every number that had a submit.
func (p *Process) EachNumber(ctx context.Context, fn func(simulator.Count)) error {
	return p.get(ctx, "/numbers", listPatience, func(r *http.Response) error {
		lines := bufio.NewScanner(r.Body)
		for lines.Scan() {
			fields := strings.Split(lines.Text(), ",")
			if len(fields) != 4 {
				return fault.New(fault.Internal, "internal", "The simulator's list of numbers cannot be read.")
			}
			c := simulator.Count{Number: fields[0]}
			for i, to := range []*int{&c.Submits, &c.Parts, &c.Surplus} {
				n, err := strconv.Atoi(fields[i+1])
				if err != nil {
					return err
				}
				*to = n
			}
			fn(c)
		}
		return lines.Err()
	})
}

func (p *Process) get(ctx context.Context, path string, wait time.Duration, read func(*http.Response) error) error {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.control+path, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	return read(res)
}
