package app

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/spf13/cobra"

	"noroshi/app/config"
	"noroshi/app/fault"
	"noroshi/app/gateway/smpp"
)

// Exit codes of check, beside exitUsage: a promise to scripts.
const (
	exitConfig = 3 // the configuration, or the key, is not usable
	exitRoute  = 4 // the configuration is good, and at least one route did not come up
	exitTest   = 5 // the test text was refused, or nothing was heard of it in time
)

// exitError is an error with an exit code of its own.
type exitError struct {
	error
	code int
}

func (e exitError) Unwrap() error { return e.error }

type checkOptions struct {
	path, send, route, text string
	offline                 bool
	wait                    time.Duration
}

func checkCommand() *cobra.Command {
	var o checkOptions
	c := &cobra.Command{
		Use:   "check",
		Short: "Check config.yaml and prove each route by binding once · 設定を検査し、経路に一度つないで確かめます",
		Long: `Check config.yaml, then dial, bind and unbind once for each host and mode of each route.
With --send a test text goes to one number over each route (or that of --route), and what the operator says is shown.

設定ファイルを検査し、各経路のホストと種別ごとに一度ずつ接続・バインドします。
--send を付けると、経路ごと（または --route の経路）に試験用の本文を1件送り、通信事業者の応答と送達確認を表示します。

Exit codes · 終了コード:
  0  everything works · すべて正常
  1  something else went wrong · その他の失敗
  2  the command was not understood · コマンドの誤り
  3  the configuration or the key is not usable · 設定または鍵の誤り
  4  a route did not come up · つながらない経路がある
  5  the test text was refused, or nothing was heard of it in time · 試験の送信が拒否された、または時間内に確認できない`,
	}
	f := c.Flags()
	f.StringVar(&o.path, "config", "config.yaml", "configuration file · 設定ファイル")
	f.BoolVar(&o.offline, "offline", false, "check the file only, open no connection · ファイルだけを検査します")
	f.StringVar(&o.send, "send", "", "number to send a test text to, such as +819012345678 · 試験の送信先")
	f.StringVar(&o.route, "route", "", "only the route of this name · この名前の経路だけ")
	f.StringVar(&o.text, "text", "gsm7", "test text: gsm7 or ucs2 · 試験の本文")
	f.DurationVar(&o.wait, "wait", time.Minute, "how long to wait for the receipt · 送達確認を待つ時間")
	c.RunE = func(cmd *cobra.Command, _ []string) error { return check(cmd, o) }
	return c
}

func check(cmd *cobra.Command, o checkOptions) error {
	cfg, err := config.Load(o.path, os.LookupEnv)
	if err == nil {
		_, err = ledgerKey(cfg, os.LookupEnv)
	}
	if err != nil {
		return exitError{err, exitConfig}
	}
	out := cmd.OutOrStdout()
	for _, p := range cfg.Warnings() {
		say(out, "注意：%s", "Warning: %s", p.In(language()))
	}
	say(out, "設定ファイルに誤りはありません（経路 %d 件）。", "The configuration is valid (%d routes).", len(cfg.Routes))
	routes, err := chosen(cfg.Routes, o.route)
	if err != nil || o.offline {
		return err
	}
	if o.send != "" {
		return sendTests(cmd, o, routes)
	}
	bad := 0
	for _, r := range routes {
		bad += checkRoute(cmd, r)
	}
	if bad > 0 {
		err := fault.New(fault.Unavailable, "route_check_failed", inLanguage(
			"つながらない経路があります。理由は上のとおりです。", "Some routes do not work; the reasons are above."))
		return exitError{err, exitRoute}
	}
	return nil
}

// chosen returns the routes a command is about.
func chosen(routes []config.Route, name string) ([]config.Route, error) {
	if name == "" {
		return routes, nil
	}
	for _, r := range routes {
		if r.Name == name {
			return []config.Route{r}, nil
		}
	}
	return nil, usageError{errors.New(inLanguage("この名前の経路はありません：", "there is no route named ") + name)}
}

func checkRoute(cmd *cobra.Command, r config.Route) (bad int) {
	ctx, cancel := context.WithTimeout(cmd.Context(), time.Minute)
	defer cancel()
	results, err := smpp.Check(ctx, r)
	if err != nil {
		say(cmd.OutOrStdout(), "NG  %s：%s", "NG  %s: %s", r.Name, explain(err))
		return 1
	}
	for _, res := range results {
		mark := "ok  "
		if !res.OK {
			mark = "NG  "
			bad++
		}
		say(cmd.OutOrStdout(), "%s%s：%s", "%s%s: %s", mark, r.Name, res.Sentence(language()))
	}
	return bad
}
