package app

import (
	"context"
	"os"
	"time"

	"github.com/spf13/cobra"

	"noroshi/app/config"
	"noroshi/app/fault"
	"noroshi/app/gateway/smpp"
)

func checkCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "check",
		Short: "Check config.yaml and prove each route by binding once · 設定を検査し、経路に一度つないで確かめます",
	}
	path := configFlag(c)
	offline := c.Flags().Bool("offline", false, "check the file only, open no connection · ファイルだけを検査します")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := config.Load(*path, os.LookupEnv)
		if err != nil {
			return err
		}
		out := cmd.OutOrStdout()
		if _, err := ledgerKey(cfg, os.LookupEnv); err != nil {
			return err
		}
		say(out, "設定ファイルに誤りはありません（経路 %d 件）。", "The configuration is valid (%d routes).", len(cfg.Routes))
		if *offline {
			return nil
		}
		bad := 0
		for _, r := range cfg.Routes {
			bad += checkRoute(cmd, r)
		}
		if bad > 0 {
			return fault.New(fault.Unavailable, "route_check_failed", "Some routes do not work; the reasons are above.")
		}
		return nil
	}
	return c
}

func checkRoute(cmd *cobra.Command, r config.Route) (bad int) {
	ctx, cancel := context.WithTimeout(cmd.Context(), time.Minute)
	defer cancel()
	results, err := smpp.Check(ctx, r)
	if err != nil {
		say(cmd.OutOrStdout(), "%s：%s", "%s: %s", r.Name, explain(err))
		return 1
	}
	language := "en"
	if japanese() {
		language = "ja"
	}
	for _, res := range results {
		mark := "ok  "
		if !res.OK {
			mark = "NG  "
			bad++
		}
		say(cmd.OutOrStdout(), "%s%s：%s", "%s%s: %s", mark, r.Name, res.Sentence(language))
	}
	return bad
}
