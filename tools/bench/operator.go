package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// operator is `noroshi simulate` in a process of its own, as `noroshi bench sms` uses it.
type operator struct {
	cmd           *exec.Cmd
	done          chan struct{}
	smsc, control string
}

// account is what it has counted.
type account struct {
	Accepted uint64
	First    time.Time `json:"firstSubmit"`
	Rate     float64   `json:"submitsPerSecond"` // between the first submit and the last
}

func startOperator(ctx context.Context, noroshi string) (*operator, error) {
	o := &operator{done: make(chan struct{})}
	o.cmd = exec.CommandContext(ctx, noroshi, "simulate", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0",
		"--preset", "perfect")
	o.cmd.Env = append(os.Environ(), "LC_ALL=C")
	o.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := o.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := o.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for o.control == "" && lines.Scan() {
		if at, ok := strings.CutPrefix(lines.Text(), "SMSC: "); ok {
			o.smsc = at
		}
		if at, ok := strings.CutPrefix(lines.Text(), "Control: "); ok {
			o.control = at
		}
	}
	go func() {
		for lines.Scan() { // keep its pipe empty
		}
		close(o.done)
	}()
	if o.control == "" {
		o.stop()
		return nil, fmt.Errorf("%s simulate did not start", noroshi)
	}
	return o, nil
}

func (o *operator) stop() {
	_ = o.cmd.Process.Kill()
	<-o.done
	_ = o.cmd.Wait()
}

func (o *operator) account(ctx context.Context) (a account, err error) {
	res, err := o.do(ctx, http.MethodGet, "/stats")
	if err != nil {
		return a, err
	}
	defer func() { _ = res.Body.Close() }()
	return a, json.NewDecoder(res.Body).Decode(&a)
}

func (o *operator) post(ctx context.Context, path string) error {
	res, err := o.do(ctx, http.MethodPost, path)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

func (o *operator) do(ctx context.Context, method, path string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, o.control+path, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err == nil && res.StatusCode >= http.StatusMultipleChoices {
		_ = res.Body.Close()
		err = fmt.Errorf("%s: %s", path, res.Status)
	}
	return res, err
}
