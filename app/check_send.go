package app

import (
	"context"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"noroshi/app/config"
	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp"
	"noroshi/app/gateway/trial"
	"noroshi/app/phone"
)

// sendTests sends the test text over each route and prints what came of it.
func sendTests(cmd *cobra.Command, o checkOptions, routes []config.Route) error {
	to, err := phone.ParseE164(o.send)
	if err != nil {
		return usageError{errors.New(inLanguage("--send には +819012345678 の形で番号を指定してください",
			"--send wants a number such as +819012345678"))}
	}
	var failed error
	for i := range routes {
		text, ok := trial.TextOf(o.text, &routes[i])
		if !ok {
			return usageError{errors.New(inLanguage("--text は gsm7 か ucs2 です", "--text is gsm7 or ucs2"))}
		}
		if err := sendTest(cmd, o, &routes[i], to, text); err != nil {
			failed = err
		}
	}
	return failed
}

// sendTest is one test over a client of its own. What comes in meanwhile and belongs to the appliance is refused, so
// that the operator keeps it.
func sendTest(cmd *cobra.Command, o checkOptions, r *config.Route, to phone.Number, text string) error {
	out := cmd.OutOrStdout()
	desk := trial.NewDesk(nil, time.Now)
	client, err := smpp.New(smpp.Options{Route: *r, Sink: desk, Now: time.Now, Random: mathrand.Float64})
	if err != nil {
		return exitError{fmt.Errorf("%s: %w", r.Name, err), exitConfig}
	}
	client.Start(context.WithoutCancel(cmd.Context()))
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(cmd.Context()), routeWait)
		defer cancel()
		_ = client.Close(ctx) // what is not answered by now is said to be so already
	}()
	if !trial.Ready(cmd.Context(), client) {
		checkRoute(cmd, *r)
		return exitError{errRouteDown(r.Name), exitRoute}
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), time.Duration(r.RespTimeout)*time.Second+trial.BindWait)
	defer cancel()
	res, err := desk.Send(ctx, client, r, to, text)
	if err != nil {
		return exitError{fmt.Errorf("%s: %w", r.Name, err), exitTest}
	}
	say(out, "%s：本文 %s（%s、%d通）を送りました。", "%s: sent %s (%s, parts: %d).", r.Name, res.Text, res.Encoding, len(res.Parts))
	for i, p := range res.Parts {
		say(out, "  %d：%s", "  %d: %s", i+1, p.Answer(language()))
	}
	if !res.Accepted() {
		return exitError{errTest(r.Name), exitTest}
	}
	say(out, "  送達確認を最長 %v 待ちます。", "  Waiting up to %v for receipts.", o.wait)
	waiting, stop := context.WithTimeout(cmd.Context(), o.wait)
	defer stop()
	res, err = desk.Await(waiting, r.Name)
	delivered := true
	for i, p := range res.Parts {
		for _, receipt := range p.Receipts {
			say(out, "  %d：送達確認 %s", "  %d: receipt %s", i+1, trial.ReceiptWords(receipt, language()))
		}
		delivered = delivered && len(p.Receipts) > 0 && p.Receipts[len(p.Receipts)-1].State == gateway.Delivered
	}
	if len(res.Strays) > 0 {
		say(out, "  この番号への送達確認が message_id %s で届きましたが、どの通のものでもありません。msg_id_formを見直します。",
			"  Receipts for this number came with message_id %s, which is none of the parts'. Look at msg_id_form.",
			strings.Join(res.Strays, ", "))
	}
	switch {
	case err != nil:
		say(out, "  時間内に最終の送達確認が届きませんでした。registered_delivery、msg_id_form、dlr_partsを通信事業者に確認してください。",
			"  No final receipt in time. Ask the operator about registered_delivery, msg_id_form and dlr_parts.")
		return exitError{errTest(r.Name), exitTest}
	case !delivered:
		return exitError{errTest(r.Name), exitTest}
	}
	say(out, "  端末に %s と表示されているか確かめてください。違うときは default_alphabet を見直します。",
		"  Look whether the phone shows %s. If not, default_alphabet is wrong.", res.Text)
	return nil
}

func errRouteDown(name string) error {
	return fault.New(fault.Unavailable, "route_check_failed",
		fmt.Sprintf(inLanguage("経路 %s がつながりません。", "The route %s did not come up."), name))
}

func errTest(name string) error {
	return fault.New(fault.Unavailable, "route_test_failed",
		fmt.Sprintf(inLanguage("経路 %s の試験は成功していません。", "The test over the route %s did not succeed."), name))
}
