package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

// event is a line of a peer: see smsc.mjs and smsc.pl.
type event struct {
	Event      string            `json:"event"`
	Account    string            `json:"account"`
	Port       int               `json:"port"`
	Mode       string            `json:"mode"`
	Status     int               `json:"status"`
	From       string            `json:"from"`
	To         string            `json:"to"`
	Source     [2]int            `json:"source"` // type of number, numbering plan
	Dest       [2]int            `json:"dest"`
	ESM        int               `json:"esm"`
	DCS        int               `json:"dcs"`
	Registered int               `json:"registered"`
	Octets     string            `json:"octets"` // short_message in hexadecimal, with its header
	Payload    string            `json:"payload"`
	TLVs       map[string]string `json:"tlvs"` // 0x1400 and 0x1401 in hexadecimal
	By         string            `json:"by"`
	Parts      int               `json:"parts"`
	Text       string            `json:"text"`
	Tag        string            `json:"tag"`
	Message    string            `json:"message"`
}

// peer is an SMSC in a process of its own.
type peer struct {
	title string // of its column in the report
	digit int    // its place in phone numbers
	port  int
	slow  int // port of a line that carries some octets at a time
	tls   bool

	cmd  *exec.Cmd
	in   io.WriteCloser
	gone chan struct{}

	mu     sync.Mutex
	events []event
	more   chan struct{} // closed when there is another event
	tags   int
}

// startPeer runs a program and waits until it listens. Everything it says is kept in the log too.
func startPeer(ctx context.Context, title string, digit int, logFile string, argv ...string) (*peer, error) {
	p := &peer{title: title, digit: digit, more: make(chan struct{}), gone: make(chan struct{})}
	p.cmd = exec.CommandContext(ctx, argv[0], argv[1:]...)
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	log, err := os.Create(logFile)
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		_ = log.Close()
		return nil, fmt.Errorf("%s does not start: %w", title, err)
	}
	go p.listen(io.TeeReader(out, log), log)
	e, ok := p.await(20*time.Second, func(e event) bool { return e.Event == "listening" })
	if !ok {
		p.stop()
		return nil, fmt.Errorf("%s does not listen", title)
	}
	p.port = e.Port
	return p, nil
}

func (p *peer) listen(r io.Reader, log io.Closer) {
	defer close(p.gone)
	defer func() { _ = log.Close() }()
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			e = event{Event: "error", Message: "not JSON: " + lines.Text()}
		}
		p.mu.Lock()
		p.events = append(p.events, e)
		close(p.more)
		p.more = make(chan struct{})
		p.mu.Unlock()
	}
}

// stop ends the process by closing its input.
func (p *peer) stop() {
	_ = p.in.Close()
	select {
	case <-p.gone:
	case <-time.After(5 * time.Second):
		_ = p.cmd.Process.Kill()
	}
	_ = p.cmd.Wait() // how it ended says nothing that its events did not
}

// mark is the number of events so far: what comes later is found by awaitAfter.
func (p *peer) mark() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.events)
}

func (p *peer) await(wait time.Duration, is func(event) bool) (event, bool) {
	return p.awaitAfter(0, wait, is)
}

// awaitAfter returns the first event from mark on that is the one looked for.
func (p *peer) awaitAfter(mark int, wait time.Duration, is func(event) bool) (event, bool) {
	deadline := time.NewTimer(wait)
	defer deadline.Stop()
	for at := mark; ; {
		p.mu.Lock()
		for ; at < len(p.events); at++ {
			if e := p.events[at]; is(e) {
				p.mu.Unlock()
				return e, true
			}
		}
		more := p.more
		p.mu.Unlock()
		select {
		case <-more:
		case <-p.gone:
			return event{}, false
		case <-deadline.C:
			return event{}, false
		}
	}
}

// count returns how many events from mark on are of the kind.
func (p *peer) count(mark int, is func(event) bool) int {
	n := 0
	for _, e := range p.since(mark) {
		if is(e) {
			n++
		}
	}
	return n
}

func (p *peer) since(mark int) []event {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]event(nil), p.events[mark:]...)
}

// send writes a command without waiting for what comes of it.
func (p *peer) send(command map[string]any) error {
	line, err := json.Marshal(command)
	if err != nil {
		return err
	}
	_, err = p.in.Write(append(line, '\n'))
	return err
}

// do writes a command and waits for its end. The status is the response's; -1 when there is none.
func (p *peer) do(op string, command map[string]any) (status int, detail string) {
	p.mu.Lock()
	p.tags++
	tag := fmt.Sprintf("%s-%d", op, p.tags)
	p.mu.Unlock()
	all := map[string]any{"op": op, "tag": tag}
	for k, v := range command {
		all[k] = v
	}
	mark := p.mark()
	if err := p.send(all); err != nil {
		return -1, err.Error()
	}
	e, ok := p.awaitAfter(mark, 20*time.Second, func(e event) bool { return e.Event == "done" && e.Tag == tag })
	if !ok {
		return -1, "no response in 20 s"
	}
	return e.Status, e.Message
}
