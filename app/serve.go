package app

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"noroshi/app/config"
)

func serveCommand() *cobra.Command {
	c := &cobra.Command{Use: "serve", Short: "Run the appliance · 本番の運用を始めます"}
	path := configFlag(c)
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := config.Load(*path, os.LookupEnv)
		if err != nil {
			return err
		}
		key, err := ledgerKey(cfg, os.LookupEnv)
		if err != nil {
			return err
		}
		limitMemory(cfg.MemoryMB)
		hangup := make(chan os.Signal, 1)
		signal.Notify(hangup, syscall.SIGHUP)
		defer signal.Stop(hangup)
		o := coreOptions{
			Config: cfg, Path: *path, Reload: hangup, Key: key, Log: newLog(cfg.Log, cmd.ErrOrStderr()),
		}
		for _, p := range cfg.Warnings() {
			o.Log.Warn("configuration warning", "warning", p.In("en"))
		}
		return run(cmd, o, nil, nil)
	}
	return c
}

// run opens the appliance with its console and runs it until the context ends. greet is told the address once it
// listens.
func run(cmd *cobra.Command, o coreOptions, phones *handsets, greet func(c *core, address string) error) (err error) {
	ctx := cmd.Context()
	c, err := openCore(ctx, o)
	if err != nil {
		return err
	}
	defer c.close()
	con, err := c.openConsole(ctx, phones)
	if err != nil {
		return err
	}
	if greet == nil {
		greet = func(c *core, address string) error { return c.greetServe(ctx, cmd, address) }
	}
	if err := greet(c, con.address); err != nil {
		return errors.Join(err, con.close())
	}
	select {
	case <-ctx.Done():
	case err = <-con.failed:
	}
	return errors.Join(err, con.close())
}

// greetServe prints where the console is and, before the first account, the one-time token.
func (c *core) greetServe(ctx context.Context, cmd *cobra.Command, address string) error {
	out := cmd.OutOrStdout()
	say(out, "Noroshi %s を開始しました：%s", "Noroshi %s is running: %s", version, address)
	needed, err := c.access.SetupNeeded()
	if err != nil || !needed {
		return err
	}
	token, err := c.access.EnsureSetupToken(ctx)
	if err != nil {
		return err
	}
	say(out, "最初の設定に使う一度きりのトークン：%s", "One-time token for the set-up: %s", token)
	say(out, "ブラウザで %s/setup を開いてください。", "Open %s/setup in a browser.", address)
	return nil
}

// consoleWait is how long open requests get to finish.
const consoleWait = 5 * time.Second
