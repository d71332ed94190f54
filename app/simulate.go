package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"noroshi/app/fault"
	"noroshi/app/simulator"
	"noroshi/app/simulator/chaos"
	"noroshi/app/simulator/control"
	"noroshi/app/simulator/people"
)

func simulateCommand() *cobra.Command {
	var o simulator.Options
	var desk, preset, file, trouble string
	c := &cobra.Command{
		Use:   "simulate",
		Short: "Run a simulated operator to try a configuration against · 設定を試すための模擬SMSCを動かします",
		Long: "Run a simulated operator (SMSC). It prints counts, never texts or numbers. The control address takes JSON\n" +
			"over HTTP: GET /stats, PUT /population, PUT /chaos, POST /down, POST /drop; keep it on loopback.\n" +
			"With --chaos trouble comes in turns: throttle, drop, outage, lose, duplicate, delay, lie.",
	}
	c.Flags().StringVar(&o.Listen, "listen", "127.0.0.1:2775", "address of the SMSC · 待ち受けるアドレス")
	c.Flags().StringVar(&desk, "control", "", "address of the control, none when empty · 操作用のアドレス")
	c.Flags().StringVar(&preset, "preset", "demo", "how the world behaves: perfect, demo or hostile · 模擬する環境")
	c.Flags().StringVar(&file, "population", "", "JSON file instead of a preset · 環境を書いたJSONファイル")
	c.Flags().Uint64Var(&o.Seed, "seed", 1, "of every draw · 乱数の種")
	c.Flags().IntVar(&o.Handsets, "handsets", 0, "phones whose texts are kept · 内容を残す端末の数")
	c.Flags().StringVar(&trouble, "chaos", "", "trouble in turns: all, or kinds with commas · 交代で起こす障害")
	c.Flags().DurationVar(&o.Chaos.For, "chaos-turn", 20*time.Second, "length of a turn · 障害の長さ")
	c.Flags().DurationVar(&o.Chaos.Calm, "chaos-calm", 10*time.Second, "calm before each turn · 障害の間隔")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		var err error
		if o.Population, err = population(preset, file); err != nil {
			return err
		}
		if o.Chaos.Kinds, err = chaos.ParseKinds(trouble); err != nil {
			return err
		}
		o.Now = time.Now
		return simulate(cmd, o, desk)
	}
	return c
}

func population(preset, file string) (p simulator.Population, err error) {
	if file != "" {
		raw, err := os.ReadFile(file) //nolint:gosec // named by the operator
		if err != nil {
			return p, fault.Wrap(err, fault.Invalid, "population_unreadable", "The population file cannot be read.")
		}
		if err := json.Unmarshal(raw, &p); err != nil {
			return p, fault.Wrap(err, fault.Invalid, "population_invalid", "The population file is not valid.")
		}
		return p, nil
	}
	if known, ok := people.Preset(preset); ok {
		return known, nil
	}
	return p, usageError{fmt.Errorf("there is no preset %q: perfect, demo or hostile", preset)}
}

func simulate(cmd *cobra.Command, o simulator.Options, desk string) (err error) {
	ctx := cmd.Context()
	s := simulator.New(o)
	if err := s.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	out := cmd.OutOrStdout()
	say(out, "模擬SMSC：%s", "SMSC: %s", s.Addr())
	if desk != "" {
		ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", desk)
		if err != nil {
			return fault.Wrap(err, fault.Unavailable, "control_not_listening", "The control address cannot be used.")
		}
		srv := &http.Server{Handler: control.Handler(s), ReadHeaderTimeout: 5 * time.Second}
		defer func() { _ = srv.Close() }()
		go func() { _ = srv.Serve(ln) }()
		say(out, "操作：http://%s", "Control: http://%s", ln.Addr())
	}
	ticker := time.NewTicker(10 * time.Second)
	defer ticker.Stop()
	var last uint64
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if st := s.Stats(); st.Accepted+st.Attempts != last {
				last = st.Accepted + st.Attempts
				say(out, "受付 %d、拒否 %d、送達確認 %d、返信 %d %s", "accepted %d, throttled %d, receipts %d, replies %d %s",
					st.Accepted, st.Throttled, st.Receipts.Sent, st.Replies, st.Trouble)
			}
		}
	}
}
