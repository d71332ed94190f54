package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	groupSessions = "Sessions"
	exitRoute     = 4 // of `noroshi check`: the configuration is good, and a route did not come up
	exitTest      = 5 // the test text was refused, or nothing was heard of it
)

// checkCommand runs `noroshi check`, which binds and unbinds each route, before the appliance does.
func (t *trial) checkCommand(ctx context.Context, binary, config string) error {
	cmd := exec.CommandContext(ctx, binary, "check", "--config", config)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	said := string(out)
	if code := cmd.ProcessState.ExitCode(); code != 0 && code != exitRoute {
		return fmt.Errorf("noroshi check: %w: %s", err, said)
	}
	for _, p := range t.peers {
		for _, a := range accounts {
			if !p.has(a.name) {
				continue
			}
			line, want := "", "Bound and unbound"
			switch a.name {
			case "bindfail":
				want = "refused the bind without a reason"
			case "wrong":
				want = "The password is wrong"
			}
			for _, l := range strings.Split(said, "\n") {
				if strings.Contains(l, p.routeName(a.name)+":") {
					line += l
				}
			}
			t.report.note(t.column(p), groupSessions, "noroshi check names what works and what does not",
				cmd.ProcessState.ExitCode() == exitRoute && strings.Contains(line, want), "of %s: %q (%v)", a.name, line, err)
		}
		is := func(e event) bool { return e.Event == "unbind" && e.Account == "udh" }
		_, ok := p.await(5*time.Second, is)
		t.report.note(t.column(p), groupSessions, "noroshi check unbinds", ok, "no unbind came")
	}
	return nil
}

// checkSend has `noroshi check` send its test texts, as IT does before anything else works.
func (t *trial) checkSend(ctx context.Context, binary, config string) {
	for _, p := range t.peers {
		for i, account := range []string{"udh", "tx+rx", "latin1", "ascii", "packed", "codings"} {
			if !p.has(account) {
				continue
			}
			for _, kind := range []string{"gsm7", "ucs2"} {
				to := p.number(account, 200+i)
				mark := p.mark()
				cmd := exec.CommandContext(ctx, binary, "check", "--config", config, "--route", p.routeName(account),
					"--send", "+"+to, "--text", kind, "--wait", "10s")
				cmd.Env = append(os.Environ(), "LC_ALL=C")
				said, err := cmd.CombinedOutput()
				e, _ := p.awaitAfter(mark, 5*time.Second, func(e event) bool { return e.Event == "text" && e.To == to })
				dcs := map[string]int{"gsm7": 0, "ucs2": 8}[kind]
				if account == "codings" {
					dcs = map[string]int{"gsm7": 1, "ucs2": 0x18}[kind]
				}
				t.report.note(t.column(p), groupSessions, "noroshi check --send: the text arrives, and its receipt",
					err == nil && e.Text != "" && strings.Contains(string(said), e.Text) && e.DCS == dcs,
					"%s: %q came under %d; %v: %s", account, e.Text, e.DCS, err, said)
			}
		}
	}
}

// checkSendStrays has it send where the receipt names the part in a form that the route does not expect.
func (t *trial) checkSendStrays(ctx context.Context, binary, config string) {
	for _, p := range t.peers {
		if !p.has("other ids") {
			continue
		}
		cmd := exec.CommandContext(ctx, binary, "check", "--config", config, "--route", p.routeName("other ids"),
			"--send", "+"+p.number("other ids", 0), "--wait", "2s")
		cmd.Env = append(os.Environ(), "LC_ALL=C")
		said, _ := cmd.CombinedOutput() // the exit code says the same
		ok := cmd.ProcessState.ExitCode() == exitTest && strings.Contains(string(said), "msg_id_form")
		m := regexp.MustCompile(`accepted, message_id ([0-9a-f]+)`).FindStringSubmatch(string(said))
		if m != nil {
			id, err := strconv.ParseInt(m[1], 16, 64)
			ok = ok && err == nil && strings.Contains(string(said), "message_id "+strconv.FormatInt(id, 10))
		}
		t.report.note(p, groupSessions, "noroshi check --send: an id in another form is shown", ok && m != nil, "%s", said)
	}
}

// binds looks at how the routes of the appliance have bound.
func (t *trial) binds() {
	for _, p := range t.peers {
		bound := func(name, account, mode string, status, times int) {
			if !p.has(account) {
				return
			}
			is := func(e event) bool {
				return e.Event == "bind" && e.Account == account && e.Mode == mode && e.Status == status
			}
			err := until(15*time.Second, func() (bool, error) { return p.count(t.from[p], is) >= times, nil })
			t.report.note(t.column(p), groupSessions, name+tlsMark(p), err == nil, "%d binds came", p.count(t.from[p], is))
		}
		bound("bind_transceiver", "udh", "transceiver", 0, 1)
		bound("bind_transmitter and bind_receiver", "tx+rx", "transmitter", 0, 1)
		bound("bind_transmitter and bind_receiver", "tx+rx", "receiver", 0, 1)
		bound("two sessions of one account", "two binds", "transceiver", 0, 2)
		bound("refused with 0x0D", "bindfail", "transceiver", 0x0D, 1)
		bound("refused with 0x0E", "wrong", "transceiver", 0x0E, 1)
	}
	for _, p := range t.peers {
		for name, want := range map[string][2]string{
			"bindfail": {"", "ESME_RBINDFAIL"}, "wrong": {"refused", "ESME_RINVPASWD"},
			"udh": {"bound", ""}, "tx+rx": {"bound", ""},
		} {
			if !p.has(name) {
				continue
			}
			var r route
			err := until(15*time.Second, func() (bool, error) {
				routes, err := t.noroshi.routes()
				r = routes[p.routeName(name)]
				state := r.State == want[0] || want[0] == "" && r.State != "bound"
				return state && strings.Contains(r.Status, want[1]), err
			})
			t.report.note(t.column(p), groupSessions, "the system page shows the state and the code", err == nil,
				"of %s: %+v", name, r)
		}
	}
}

// talk tries what sessions say to each other besides texts.
func (t *trial) talk() {
	for _, p := range t.peers {
		if p.tls {
			continue
		}
		mark := p.mark()
		is := func(e event) bool { return e.Event == "enquire" && e.Account == "idle" }
		err := until(10*time.Second, func() (bool, error) { return p.count(mark, is) >= 3, nil })
		t.report.note(p, groupSessions, "enquire_link of ours, again and again", err == nil, "%d came", p.count(mark, is))

		say := func(name, op string, want int, command map[string]any) {
			status, detail := p.do(op, command)
			t.report.note(p, groupSessions, name, status == want, "answered with %d %s", status, detail)
		}
		idle := map[string]any{"account": "idle"}
		say("enquire_link of theirs", "enquire", 0, idle)
		say("an unknown command gets generic_nack 0x03", "unknown", 3, idle)
		mark = p.mark()
		say("a header that does not fit is answered", "poison", 0, map[string]any{
			"account": "idle", "from": p.stranger(9000), "to": p.sender("idle"),
		})
		say("and the session lives on", "enquire", 0, idle)
		again := p.count(mark, func(e event) bool { return e.Event == "bind" && e.Account == "idle" })
		t.report.note(p, groupSessions, "and the session lives on", again == 0, "it bound again")
		mark = p.mark()
		say("unbind of theirs is answered, then bound again", "unbind", 0, idle)
		_, ok := p.awaitAfter(mark, 20*time.Second, func(e event) bool {
			return e.Event == "bind" && e.Account == "idle" && e.Status == 0
		})
		t.report.note(p, groupSessions, "unbind of theirs is answered, then bound again", ok, "no bind in 20 s")
	}
}

// end stops the appliance: each session unbinds.
func (t *trial) end() {
	marks := t.marks()
	before, err := t.noroshi.routes()
	stopped := t.noroshi.stop()
	for _, p := range t.peers {
		for _, a := range accounts {
			if !p.has(a.name) || a.name == "bindfail" || a.name == "wrong" {
				continue
			}
			is := func(e event) bool { return e.Event == "unbind" && e.Account == a.name }
			_, ok := p.awaitAfter(marks[p], 5*time.Second, is)
			t.report.note(t.column(p), groupSessions, "every session unbinds at the end", ok && stopped == nil,
				"%s did not (%v)", a.name, stopped)
		}
		bad := p.count(0, func(e event) bool { return e.Event == "error" })
		t.report.note(t.column(p), groupSessions, "nothing that the implementation could not read", bad == 0, "%s",
			firstError(p))
		for _, a := range accounts {
			// What talk sent on purpose is counted: an unknown command and a broken header.
			want := map[bool]int64{true: 2}[a.name == "idle"]
			r := before[p.routeName(a.name)]
			if p.has(a.name) {
				t.report.note(t.column(p), groupSessions, "the system page counts unreadable PDUs, and nothing else as such",
					err == nil && r.BadPdus == want, "%s: %d, want %d (%v)", a.name, r.BadPdus, want, err)
			}
		}
		if p.tls {
			continue
		}
		r := before[p.routeName("udh")]
		counts := r.Submitted > 0 && r.Receipts > 0 && r.Texts > 0
		t.report.note(p, groupSessions, "the system page counts", err == nil && counts, "%+v (%v)", r, err)
	}
}

func firstError(p *peer) string {
	e, _ := p.await(0, func(e event) bool { return e.Event == "error" })
	return fmt.Sprintf("%s: %s", e.Account, e.Message)
}
