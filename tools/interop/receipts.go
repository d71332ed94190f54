package main

import (
	"fmt"
	"time"
)

// outcome is a way an operator reports on, or refuses, a part, and what the console must show then.
type outcome struct {
	name   string
	rule   map[string]any // what differs from the usual receipt
	state  string         // of the person
	reason string         // of a person who is not reached; empty when any will do
	wait   time.Duration  // 20 s when 0
	tries  int            // submit_sm that must come; 1 when 0
}

func rule(pairs ...any) map[string]any {
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}

// receipts are the forms of receipts: SMPP 3.4 appendix B, the parameters 0x001E, 0x0427 and 0x0423, and what operators
// make of both.
var receipts = []outcome{
	{name: "text and parameters", state: "delivered"},
	{name: "parameters only, no text", rule: rule("words", "none"), state: "delivered"},
	{name: "text only", rule: rule("tlv", ""), state: "delivered"},
	{name: "response hex, parameter hex, text decimal", rule: rule("text", "dec"), state: "delivered"},
	{name: "response hex, text decimal", rule: rule("tlv", "", "text", "dec"), state: "delivered"},
	{name: "response decimal, text hex", rule: rule("resp", "dec", "tlv", "", "text", "hex"), state: "delivered"},
	{name: "response in capitals, text in small letters", rule: rule("resp", "HEX", "tlv", ""), state: "delivered"},
	{
		name: "response with zeros, text without", state: "delivered",
		rule: rule("resp", "padded", "tlv", "", "text", "dec"),
	},
	{
		name: "response of 64 digits, text without the zeros", state: "delivered",
		rule: rule("resp", "long", "tlv", "", "text", "dec"),
	},
	{name: "text in message_payload", rule: rule("tlv", "", "in", "payload"), state: "delivered"},
	{name: "by data_sm, text only", rule: rule("tlv", "", "in", "data_sm"), state: "delivered"},
	{name: "by data_sm, parameters only", rule: rule("words", "none", "in", "data_sm"), state: "delivered"},
	{name: "text in UCS-2", rule: rule("tlv", "", "in", "ucs2"), state: "delivered"},
	{name: "few fields, other order and case", rule: rule("tlv", "", "words", "short"), state: "delivered"},
	{name: "esm_class 0, known by the text", rule: rule("tlv", "", "esm", 0), state: "delivered"},
	{name: "before its submit_sm_resp", rule: rule("early", true), state: "delivered"},
	{
		name: "before its submit_sm_resp, text only", state: "delivered",
		rule: rule("early", true, "tlv", "", "text", "dec"),
	},
	{name: "three times", rule: rule("times", 3), state: "delivered"},
	{name: "intermediate, then final", rule: rule("enroute", true), state: "delivered"},
	{name: "UNDELIV", rule: rule("stat", "UNDELIV", "state", 5, "err", "011"),
		state: "failed", reason: "undeliverable"},
	{name: "UNDELIV, text only", rule: rule("stat", "UNDELIV", "tlv", ""), state: "failed", reason: "undeliverable"},
	{name: "EXPIRED", rule: rule("stat", "EXPIRED", "state", 3), state: "failed", reason: "expired"},
	{name: "DELETED", rule: rule("stat", "DELETED", "state", 4), state: "failed"},
	{name: "REJECTD", rule: rule("stat", "REJECTD", "state", 8), state: "failed", reason: "rejected"},
	{name: "ACCEPTD", rule: rule("stat", "ACCEPTD", "state", 6), state: "accepted"},
	{name: "UNKNOWN", rule: rule("stat", "UNKNOWN", "state", 7), state: "unknown"},
	{name: "none", rule: rule("silent", true), state: "accepted"},
}

// statuses are answers to submit_sm, by submit_sm_resp and by generic_nack.
var statuses = []outcome{
	{name: "0x58 throttled, then taken", rule: rule("statuses", []int{0x58}), state: "delivered", tries: 2},
	{name: "0x14 queue full, then taken", rule: rule("statuses", []int{0x14}), state: "delivered", tries: 2},
	{name: "0x58 three times, then taken", rule: rule("statuses", []int{0x58, 0x58, 0x58}), state: "delivered", tries: 4},
	{
		name: "generic_nack 0x58, then taken", state: "delivered", tries: 2,
		rule: rule("statuses", []int{0x58}, "nack", true),
	},
	{name: "generic_nack 0x03", rule: rule("statuses", []int{3, 3, 3, 3}, "nack", true), state: "failed"},
	{name: "0x0B bad number", rule: rule("statuses", []int{0x0B, 0x0B}), state: "failed"},
	{name: "0x45 submit failed", rule: rule("statuses", []int{0x45, 0x45}), state: "failed"},
	{name: "0x401, an operator's own", rule: rule("statuses", []int{0x401}), state: "failed"},
	{
		name: "0x402, by status_override taken 30 s later", state: "delivered", tries: 2, wait: 90 * time.Second,
		rule: rule("statuses", []int{0x402}),
	},
	{
		name: "0x08 system error, taken 30 s later", state: "delivered", tries: 2, wait: 90 * time.Second,
		rule: rule("statuses", []int{0x08}),
	},
}

// parts are what can become of a text of three parts.
var parts = []outcome{
	{name: "each delivered", state: "delivered", tries: 3},
	{name: "the second throttled, then taken", rule: rule("statuses", []int{0, 0x58}), state: "delivered", tries: 4},
	{name: "the first throttled, then taken", rule: rule("statuses", []int{0x58}), state: "delivered", tries: 4},
	{
		name: "the third gets generic_nack 0x58, then taken", state: "delivered", tries: 4,
		rule: rule("statuses", []int{0, 0, 0x58}, "nack", true),
	},
	{name: "the second refused with 0x45", rule: rule("statuses", []int{0, 0x45}), state: "failed", tries: 3},
	{
		name: "the second UNDELIV", state: "failed", reason: "partially_delivered", tries: 3,
		rule: rule("each", []map[string]any{{}, {"stat": "UNDELIV", "state": 5}, {}}),
	},
	{
		name: "one receipt for all three, by sub and dlvrd", state: "delivered", tries: 3,
		rule: rule("each", []map[string]any{{"sub": "003"}, {"silent": true}, {"silent": true}}),
	},
}

// rulesOf are the phones whose parts the peers report on or refuse in a way of their own.
func rulesOf(p *peer) map[string]map[string]any {
	out := map[string]map[string]any{}
	for i, o := range receipts {
		out[p.number("receipts", i)] = o.rule
	}
	for i, o := range statuses {
		out[p.number("statuses", i)] = o.rule
	}
	for i, o := range parts {
		out[p.number("statuses", 200+i)] = o.rule
	}
	return out
}

// tryParts does the same with a text of three parts, which has to arrive whole wherever all of them were taken.
func (t *trial) tryParts() error {
	marks := t.marks()
	body := fit(words, 400)
	id, err := t.noroshi.launch("Parts", body, nil, "parts")
	if err != nil {
		return err
	}
	for i, o := range parts {
		for _, p := range t.peers {
			if p.tls {
				continue
			}
			number := p.number("statuses", 200+i)
			t.tryOutcome(p, id, marks[p], "Texts of three parts", number, o)
			if o.state != "delivered" {
				continue
			}
			e, ok := p.awaitAfter(marks[p], 5*time.Second, func(e event) bool { return e.Event == "text" && e.To == number })
			t.report.note(p, "Texts of three parts", o.name, ok && e.Text == body && e.Parts == 3,
				"%q arrived in %d parts", e.Text, e.Parts)
		}
	}
	return nil
}

// tryOutcomes sends one text to all these phones and compares what the console shows in the end.
func (t *trial) tryOutcomes() error {
	marks := t.marks()
	id, err := t.noroshi.launch("Outcomes", "What becomes of this?", nil, "receipts", "statuses")
	if err != nil {
		return err
	}
	for _, set := range []struct {
		group, account string
		list           []outcome
	}{{"Receipts", "receipts", receipts}, {"Responses to submit_sm", "statuses", statuses}} {
		for i, o := range set.list {
			for _, p := range t.peers {
				if !p.tls {
					t.tryOutcome(p, id, marks[p], set.group, p.number(set.account, i), o)
				}
			}
		}
	}
	return nil
}

func (t *trial) tryOutcome(p *peer, broadcast string, mark int, group, number string, o outcome) {
	wait := max(o.wait, 20*time.Second)
	var who person
	is := func(e event) bool { return e.Event == "submit" && e.To == number }
	tries := max(o.tries, 1)
	err := until(wait, func() (bool, error) {
		people, err := t.noroshi.people(broadcast)
		who = people[number]
		return who.State == o.state && p.count(mark, is) >= tries, err
	})
	detail := fmt.Sprintf("the person is %q (%s) after %d submit_sm", who.State, who.Reason, p.count(mark, is))
	ok := err == nil && p.count(mark, is) == tries && (o.reason == "" || o.reason == who.Reason)
	t.report.note(p, group, o.name, ok, "%s", detail)
	refused := p.count(mark, func(e event) bool { return e.Event == "receipt_resp" && e.To == number && e.Status != 0 })
	t.report.note(p, group, o.name, refused == 0, "%d receipts were answered with an error", refused)
}
