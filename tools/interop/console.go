package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// appliance is `noroshi serve`, used over its HTTP API as a browser does.
type appliance struct {
	cmd    *exec.Cmd
	ended  chan error
	base   string
	csrf   string
	client *http.Client
	keys   int
}

// serve starts the appliance, waits for its set-up token, and creates the first account.
func serve(ctx context.Context, binary, config, logFile string) (*appliance, error) {
	log, err := os.Create(logFile)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the child has its own
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	a := &appliance{ended: make(chan error, 1), client: &http.Client{Jar: jar, Timeout: time.Minute}}
	a.cmd = exec.CommandContext(ctx, binary, "serve", "--config", config)
	a.cmd.Env = append(os.Environ(), "LC_ALL=C")
	a.cmd.Stderr = log
	out, err := a.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := a.cmd.Start(); err != nil {
		return nil, err
	}
	token := ""
	lines := bufio.NewScanner(out)
	for (a.base == "" || token == "") && lines.Scan() {
		line := lines.Text()
		if at := strings.Index(line, "http://"); at >= 0 && a.base == "" {
			a.base = strings.Fields(line[at:])[0]
		}
		if strings.Contains(line, "token") {
			fields := strings.Fields(line)
			token = fields[len(fields)-1]
		}
	}
	go func() {
		_, _ = io.Copy(io.Discard, out)
		a.ended <- a.cmd.Wait()
	}()
	if a.base == "" || token == "" {
		return nil, errors.New("noroshi serve did not print its address and the set-up token; see " + logFile)
	}
	var session struct{ CSRFToken string }
	err = a.call("POST", "/setup", map[string]any{
		"token": token, "name": "Interop", "email": "interop@example.com", "password": "correct horse battery",
		"organisation": map[string]any{"name": "Interop", "timezone": "Asia/Tokyo", "language": "en", "country": "JP"},
	}, &session)
	a.csrf = session.CSRFToken
	return a, err
}

// stop asks the appliance to end and waits until it has.
func (a *appliance) stop() error {
	if err := a.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case err := <-a.ended:
		a.ended <- err
		return err
	case <-time.After(30 * time.Second):
		_ = a.cmd.Process.Kill()
		return errors.New("it did not end in 30 s")
	}
}

// call does one request; body and result may be nil.
func (a *appliance) call(method, path string, body, result any) error {
	kind := "application/json"
	var octets []byte
	switch b := body.(type) {
	case nil:
	case []byte:
		octets, kind = b, "text/csv"
	default:
		var err error
		if octets, err = json.Marshal(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequest(method, a.base+"/api/v1"+path, bytes.NewReader(octets))
	if err != nil {
		return err
	}
	a.keys++
	req.Header.Set("Content-Type", kind)
	req.Header.Set("X-CSRF-Token", a.csrf)
	req.Header.Set("Idempotency-Key", fmt.Sprintf("interop-%06d", a.keys))
	resp, err := a.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, answer)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(answer, result)
}

// human is somebody in the directory.
type human struct {
	name, number, department string // number as it goes over the wire: 819012345678
}

// enrol brings people in as a company does: by a file.
func (a *appliance) enrol(people []human) error {
	var file bytes.Buffer
	table := csv.NewWriter(&file)
	lines := [][]string{{"社員番号", "氏名", "携帯", "部署"}}
	for i, h := range people {
		lines = append(lines, []string{fmt.Sprintf("E%04d", i), h.name, "0" + h.number[2:], h.department})
	}
	if err := table.WriteAll(lines); err != nil {
		return err
	}
	var imp struct {
		ID, State string
		Processed int
		Rejects   json.RawMessage
	}
	if err := a.call("POST", "/imports?filename=people.csv", file.Bytes(), &imp); err != nil {
		return err
	}
	if err := a.call("POST", "/imports/"+imp.ID+"/commit", map[string]any{}, nil); err != nil {
		return err
	}
	err := until(30*time.Second, func() (bool, error) {
		err := a.call("GET", "/imports/"+imp.ID, nil, &imp)
		return imp.State != "committing", err
	})
	if err == nil && (imp.State != "done" || imp.Processed != len(people)) {
		err = fmt.Errorf("import of %d people: %s, %d of them: %s", len(people), imp.State, imp.Processed, imp.Rejects)
	}
	return err
}

// launch sends a text to departments, live, and returns the broadcast.
func (a *appliance) launch(title, text string, choices []string, departments ...string) (string, error) {
	content := map[string]any{
		"title": title, "mode": "live", "urgency": "urgent", "choices": []any{},
		"bodies":   []any{map[string]any{"language": "en", "text": text}},
		"audience": map[string]any{"departments": departments},
	}
	tones := []string{"ok", "bad", "warn"}
	var list []any
	for i, label := range choices {
		list = append(list, map[string]any{"label": label, "tone": tones[i]})
	}
	if list != nil {
		content["choices"] = list
	}
	var draft struct{ ID string }
	if err := a.call("POST", "/broadcasts", content, &draft); err != nil {
		return "", err
	}
	var review struct {
		Broadcast struct{ Version int64 }
		Preview   struct {
			Codes  []string
			People int
		}
	}
	if err := a.call("POST", "/broadcasts/"+draft.ID+"/review", map[string]any{}, &review); err != nil {
		return "", err
	}
	return draft.ID, a.call("POST", "/broadcasts/"+draft.ID+"/launch", map[string]any{
		"codes": review.Preview.Codes, "people": review.Preview.People, "version": review.Broadcast.Version,
	}, nil)
}

// person is what the console shows of somebody in a broadcast.
type person struct {
	Ordinal              int
	Phone, State, Reason string
	Answer               *struct {
		Codes       []string
		Label, Text string
	}
}

// people returns the people of a broadcast by number.
func (a *appliance) people(broadcast string) (map[string]person, error) {
	out := map[string]person{}
	after := ""
	for {
		var page struct {
			Items []person
			Next  string
		}
		path := "/broadcasts/" + broadcast + "/people?limit=500&after=" + url.QueryEscape(after)
		if err := a.call("GET", path, nil, &page); err != nil {
			return nil, err
		}
		for _, p := range page.Items {
			out[digits(p.Phone)] = p
		}
		if after = page.Next; after == "" {
			return out, nil
		}
	}
}

// tray returns the texts of the unread tray by the number they came from.
func (a *appliance) tray() (map[string][]string, error) {
	out := map[string][]string{}
	for _, kind := range []string{"unknown_sender", "unread"} {
		after := ""
		for {
			var page struct {
				Items []struct{ From, Text string }
				Next  string
			}
			path := "/unread?limit=500&kind=" + kind + "&after=" + url.QueryEscape(after)
			if err := a.call("GET", path, nil, &page); err != nil {
				return nil, err
			}
			for _, r := range page.Items {
				out[digits(r.From)] = append(out[digits(r.From)], r.Text)
			}
			if after = page.Next; after == "" {
				break
			}
		}
	}
	return out, nil
}

// route is a line of the system page.
type route struct {
	Name, State, Reason, Status            string
	Submitted, Refusals, Receipts, BadPdus int64
	Texts                                  int64
}

func (a *appliance) routes() (map[string]route, error) {
	var system struct{ Routes []route }
	err := a.call("GET", "/system", nil, &system)
	out := map[string]route{}
	for _, r := range system.Routes {
		out[r.Name] = r
	}
	return out, err
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// until asks again and again until the answer is yes, an error, or too late.
func until(wait time.Duration, ask func() (bool, error)) error {
	deadline := time.Now().Add(wait)
	for {
		yes, err := ask()
		if yes || err != nil {
			return err
		}
		if time.Now().After(deadline) {
			return errTooLate
		}
		time.Sleep(100 * time.Millisecond)
	}
}

var errTooLate = errors.New("it did not happen in time")
