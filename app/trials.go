package app

import (
	"context"
	"time"

	"noroshi/app/api/gen"
	"noroshi/app/api/view"
	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/gateway/trial"
	"noroshi/app/phone"
	"noroshi/app/store"
)

// trials sends test texts for the API, over the clients the appliance runs.
type trials struct{ c *core }

// answerWait is how long a request for a test waits for the operator's answer.
const answerWait = 20 * time.Second

// Send implements api.RouteTests. Who tested which route with which number is in the audit log before it goes out.
func (t trials) Send(ctx context.Context, name string, in gen.RouteTestInput) (gen.RouteTest, error) {
	route, ok := t.c.table.Now().Find(name)
	client := t.c.routing.sender(name)
	if !ok || client == nil {
		return gen.RouteTest{}, errNoRoute(name)
	}
	to, err := t.number(in.Number)
	if err != nil {
		return gen.RouteTest{}, err
	}
	which := ""
	if in.Text != nil {
		which = string(*in.Text)
	}
	text, ok := trial.TextOf(which, &route)
	if !ok {
		return gen.RouteTest{}, fault.InvalidFields([]fault.Field{{Path: "text", Code: "unknown_value"}})
	}
	if !client.Pace().Ready {
		return gen.RouteTest{}, fault.New(fault.Unavailable, "route_down",
			"The route has no session that can send; the system page says why.", "route", name)
	}
	if last, err := t.c.trials.Last(name); err == nil && !last.Answered() && time.Since(last.Sent) < answerWait {
		return gen.RouteTest{}, fault.New(fault.Conflict, "route_test_running",
			"A test over this route waits for its answer.", "route", name)
	}
	_, err = t.c.store.UpdateEssential(ctx, func(tx *store.Tx) error {
		return t.c.access.WriteAudit(ctx, tx, "route.tested", "route/"+name, nil, map[string]any{
			"number": to.String(), "text": text,
		})
	})
	if err != nil {
		return gen.RouteTest{}, err
	}
	wait, cancel := context.WithTimeout(ctx, answerWait)
	defer cancel()
	result, err := t.c.trials.Send(wait, client, &route, to, text)
	if err != nil && wait.Err() == nil {
		return gen.RouteTest{}, err
	}
	return shown(result), nil // without an answer in time it says so
}

// number reads a number as it is typed. Invalid ones are refused, unless they are E.164: a simulated operator has such.
func (t trials) number(raw string) (phone.Number, error) {
	read := phone.Read(raw, t.c.organisation().Country)
	if read.Number != 0 {
		return read.Number, nil
	}
	if n, err := phone.ParseE164(phone.Clean(raw)); err == nil {
		return n, nil
	}
	return 0, fault.InvalidFields([]fault.Field{{Path: "number", Code: read.Reason}})
}

// Last implements api.RouteTests.
func (t trials) Last(name string) (gen.RouteTest, error) {
	if _, ok := t.c.table.Now().Find(name); !ok {
		return gen.RouteTest{}, errNoRoute(name)
	}
	result, err := t.c.trials.Last(name)
	if err != nil {
		return gen.RouteTest{}, err
	}
	return shown(result), nil
}

func errNoRoute(name string) error {
	return fault.New(fault.NotFound, "route_not_found", "There is no route of that name.", "route", name)
}

// shown returns what came of a test as the API has it.
func shown(r trial.Result) gen.RouteTest {
	out := gen.RouteTest{
		Route: r.Route, To: r.To.String(), Text: r.Text, Encoding: r.Encoding, SentAt: r.Sent.UTC(), Ended: r.Ended(),
		Parts: []gen.RouteTestPart{},
	}
	for _, p := range r.Parts {
		part := gen.RouteTestPart{Receipts: []gen.RouteTestReceipt{}}
		if !p.Answered.IsZero() {
			class, at := p.Class.String(), p.Answered.UTC()
			part.Outcome, part.AnsweredAt = &class, &at
			part.MessageId, part.Status, part.StatusCode = view.TestAnswer(p.MessageID, p.Status)
		}
		for _, one := range p.Receipts {
			part.Receipts = append(part.Receipts, testReceipt(one))
		}
		out.Parts = append(out.Parts, part)
	}
	return out
}

var receiptStates = map[gateway.ReceiptState]gen.RouteTestReceiptState{
	gateway.Enroute: "enroute", gateway.Delivered: "delivered", gateway.Expired: "expired", gateway.Deleted: "deleted",
	gateway.Undeliverable: "undeliverable", gateway.AcceptedState: "accepted", gateway.Rejected: "rejected",
}

func testReceipt(r gateway.Receipt) gen.RouteTestReceipt {
	out := gen.RouteTestReceipt{State: "unknown", Final: r.Final, At: r.Received.UTC()}
	if state, ok := receiptStates[r.State]; ok {
		out.State = state
	}
	if r.Err != "" {
		out.Error = &r.Err
	}
	return out
}

// configuration returns what is known of the configuration file.
func (c *core) configuration() *gen.ConfigState {
	now := c.reloads.now()
	out := &gen.ConfigState{LoadedAt: now.At.UTC(), Problems: view.ConfigProblems(now.Problems), Restart: now.Restart}
	if out.Restart == nil {
		out.Restart = []string{}
	}
	if !now.Refused.IsZero() {
		at := now.Refused.UTC()
		out.RefusedAt = &at
	}
	return out
}
