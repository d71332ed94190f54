package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// setup is one way to run Kannel.
type setup struct {
	window   int
	receipts bool
	spool    bool // store-type spool: a file for each message
	fill     bool // its queue is filled before the line comes up, which spares it the injector
}

func (s setup) String() string {
	words := []string{"no receipts", "fed while it sends", "no store"}
	if s.receipts {
		words[0] = "receipts"
	}
	if s.fill {
		words[1] = "queue filled before"
	}
	if s.spool {
		words[2] = "spool"
	}
	return fmt.Sprintf("%s, window %d", strings.Join(words, ", "), s.window)
}

// kannelHere installs Debian's packages when it may, and otherwise says how.
func kannelHere() error {
	const how = "needs Kannel 1.4.5: apt-get install kannel kannel-extras"
	if kannelInstalled() {
		return nil
	}
	if os.Geteuid() != 0 {
		return errors.New(how + " (as root)")
	}
	cmd := exec.Command("apt-get", "install", "-y", "-q", "--no-install-recommends", "kannel", "kannel-extras")
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s\n%s\n%w", how, out, err)
	}
	_ = exec.Command("service", "kannel", "stop").Run() // the package starts one with its example; where it did not, fine
	if !kannelInstalled() {
		return errors.New(how)
	}
	return nil
}

func kannelInstalled() bool {
	for _, program := range []string{"bearerbox", "mtbatch"} {
		if _, err := exec.LookPath(program); err != nil {
			return false
		}
	}
	return true
}

const kannelConfig = `group = core
admin-port = %d
admin-password = bench
admin-interface = 127.0.0.1
smsbox-port = %d
smsbox-interface = 127.0.0.1
box-allow-ip = "127.0.0.1"
log-level = 4
dlr-storage = internal
%s
group = smsc
smsc = smpp
smsc-id = bench
host = 127.0.0.1
port = %s
transceiver-mode = true
smsc-username = noroshi
smsc-password = demo
system-type = ""
max-pending-submits = %d
reconnect-delay = 1

group = smsbox
bearerbox-host = 127.0.0.1
`

// text is of the length of Noroshi's, in the alphabet that is the cheapest for Kannel.
const text = "There was an earthquake. Are you safe? Answer with one letter: A safe, B hurt, C help"

// kannelRun measures one way.
func (o options) kannelRun(ctx context.Context, s setup) (m measure, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*o.limit+30*time.Second)
	defer cancel()
	dir, err := os.MkdirTemp(o.dir, "kannel-")
	if err != nil {
		return m, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	sim, err := startOperator(ctx, o.noroshi)
	if err != nil {
		return m, err
	}
	defer sim.stop()
	if s.fill {
		if err := sim.post(ctx, "/down"); err != nil {
			return m, err
		}
	}
	box, port, err := startBearerbox(ctx, dir, sim.smsc, s)
	if err != nil {
		return m, err
	}
	defer box.stop()
	injector, err := startInjector(ctx, dir, port, o.people, s)
	if err != nil {
		return m, err
	}
	defer injector.stop()
	if s.fill {
		if err := injector.wait(ctx); err != nil {
			return m, err
		}
		if err := sim.post(ctx, "/up"); err != nil {
			return m, err
		}
	}
	st, cut, err := o.follow(ctx, sim)
	if err != nil {
		return m, err
	}
	m = measure{what: "Kannel, " + s.String(), sent: int(st.Accepted), rate: st.Rate, window: s.window, cut: cut}
	m.cpu, m.peak = usage(box.cmd.Process.Pid)
	return m, nil
}

// follow waits until all is sent, or the limit after the first.
func (o options) follow(ctx context.Context, sim *operator) (st account, cut bool, err error) {
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		if st, err = sim.account(ctx); err != nil {
			return st, false, err
		}
		if st.Accepted >= uint64(o.people) {
			return st, false, nil
		}
		if st.Accepted > 0 && time.Since(st.First) > o.limit {
			// A line that stands still must not look as fast as it once was.
			st.Rate = float64(st.Accepted) / time.Since(st.First).Seconds()
			return st, true, nil
		}
		select {
		case <-ctx.Done():
			return st, false, errors.New("Kannel sent nothing in time")
		case <-ticker.C:
		}
	}
}

// process is a program that ends with us, and whose output is kept for when it fails.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error
	said strings.Builder
}

func startProcess(ctx context.Context, dir, program string, args ...string) (*process, error) {
	p := &process{cmd: exec.CommandContext(ctx, program, args...), done: make(chan struct{})}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, &p.said, &p.said
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// wait returns when it has ended.
func (p *process) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-p.done:
	}
	if p.err != nil {
		return fmt.Errorf("%s: %w\n%s", p.cmd.Path, p.err, p.said.String())
	}
	return nil
}

// stop ends it without further ado: nothing of it is needed any more.
func (p *process) stop() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

func startBearerbox(ctx context.Context, dir, smsc string, s setup) (box *process, port int, err error) {
	_, smscPort, err := net.SplitHostPort(smsc)
	if err != nil {
		return nil, 0, err
	}
	admin, err := freePort(ctx)
	if err != nil {
		return nil, 0, err
	}
	if port, err = freePort(ctx); err != nil {
		return nil, 0, err
	}
	store := ""
	if s.spool {
		spool := filepath.Join(dir, "spool")
		if err := os.Mkdir(spool, 0o700); err != nil {
			return nil, 0, err
		}
		store = "store-type = spool\nstore-location = " + spool + "\n"
	}
	file := filepath.Join(dir, "kannel.conf")
	config := fmt.Sprintf(kannelConfig, admin, port, store, smscPort, s.window)
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return nil, 0, err
	}
	if box, err = startProcess(ctx, dir, "bearerbox", "-v", "4", file); err != nil {
		return nil, 0, err
	}
	if err := listening(ctx, box, port); err != nil {
		box.stop()
		return nil, 0, err
	}
	return box, port, nil
}

// startInjector has Kannel's own mtbatch hand over one message for each number.
func startInjector(ctx context.Context, dir string, port, people int, s setup) (*process, error) {
	content, list := filepath.Join(dir, "content"), filepath.Join(dir, "numbers")
	if err := os.WriteFile(content, []byte(text), 0o600); err != nil {
		return nil, err
	}
	f, err := os.Create(list)
	if err != nil {
		return nil, err
	}
	w := bufio.NewWriter(f)
	for i := range people {
		fmt.Fprintf(w, "8190%08d\n", 10_000_000+i) //nolint:errcheck // Flush says it
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		return nil, err
	}
	args := []string{"-v", "4", "-b", "127.0.0.1", "-p", strconv.Itoa(port), "-f", "818000000110"}
	if s.receipts {
		args = append(args, "-D", "31", "-u", "http://127.0.0.1/")
	}
	return startProcess(ctx, dir, "mtbatch", append(args, content, list)...)
}

func freePort(ctx context.Context) (int, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// listening waits until somebody answers on the port.
func listening(ctx context.Context, box *process, port int) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return c.Close()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("Kannel does not listen\n%s", box.said.String())
		case <-box.done:
			return fmt.Errorf("Kannel has ended\n%s", box.said.String())
		case <-ticker.C:
		}
	}
}

// usage returns the processor seconds and the most memory in MB of a process that still runs.
func usage(pid int) (cpu, peak float64) {
	const ticksPerSecond = 100
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if _, rest, ok := strings.Cut(string(stat), ") "); ok {
		if f := strings.Fields(rest); len(f) > 12 {
			user, _ := strconv.ParseFloat(f[11], 64)
			system, _ := strconv.ParseFloat(f[12], 64)
			cpu = (user + system) / ticksPerSecond
		}
	}
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			peak = kb / 1024
		}
	}
	return cpu, peak
}
