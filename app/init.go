package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"noroshi/app/audit"
	"noroshi/app/config"
	"noroshi/app/fault"
	"noroshi/app/store"
)

func initCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "init",
		Short: "Make config.yaml, the key and the data directory · 設定ファイル・鍵・データの場所を作ります",
	}
	c.Flags().StringVar(&dir, "dir", ".", "directory for config.yaml, noroshi.key and data · 作成する場所")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		path := filepath.Join(dir, "config.yaml")
		if err := os.MkdirAll(filepath.Join(dir, "data"), 0o700); err != nil {
			return fault.Wrap(err, fault.Unavailable, "directory_not_made", "The directory cannot be made.")
		}
		if err := writeNew(path, []byte(config.Example()), 0o600); err != nil {
			return err
		}
		key := filepath.Join(dir, config.Defaults().KeyFile)
		if err := newKey(key); err != nil {
			return err
		}
		out := cmd.OutOrStdout()
		say(out, "作成しました：%s と %s。", "Made %s and %s.", path, key)
		say(out, "鍵を失うとデータは二度と読めません。別の安全な場所にも控えてください。",
			"Without the key the data can never be read again: keep a copy in another safe place.")
		say(out, "次に config.yaml へ経路を書き、noroshi check で確かめ、noroshi serve で始めます。",
			"Next: write your routes into config.yaml, prove them with noroshi check, then start with noroshi serve.")
		return nil
	}
	return c
}

// writeNew writes a file that must not exist yet: init never overwrites.
func writeNew(path string, content []byte, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode) //nolint:gosec // named by the operator
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Conflict, "file_exists", "There is "+path+" already; it is left as it is.")
	}
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "file_not_written", path+" cannot be written.")
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fault.Wrap(err, fault.Unavailable, "file_not_written", path+" cannot be written.")
	}
	return nil
}

// configFlag adds the flag every command has that reads the configuration.
func configFlag(c *cobra.Command) *string {
	return c.Flags().String("config", "config.yaml", "configuration file · 設定ファイル")
}

func auditCommand() *cobra.Command {
	c := &cobra.Command{Use: "audit", Short: "The audit log · 監査ログ"}
	verify := &cobra.Command{
		Use: "verify", Args: cobra.NoArgs,
		Short: "Check the chain of the audit log while the appliance is stopped · 連鎖を検査します（停止中に）",
	}
	path := configFlag(verify)
	verify.RunE = func(cmd *cobra.Command, _ []string) error {
		cfg, err := config.Load(*path, os.LookupEnv)
		if err != nil {
			return err
		}
		return verifyAudit(cmd.Context(), cfg, cmd)
	}
	c.AddCommand(verify)
	return c
}

func verifyAudit(ctx context.Context, cfg config.Config, cmd *cobra.Command) (err error) {
	key, err := ledgerKey(cfg, os.LookupEnv)
	if err != nil {
		return err
	}
	c := &core{config: cfg, log: newLog(cfg.Log, cmd.ErrOrStderr())}
	defer c.close()
	if err := c.openLedger(ctx, key); err != nil {
		return err
	}
	var lines uint64
	err = c.store.View(func(tx *store.Tx) error {
		lines, err = audit.New(nil, nil).Verify(tx)
		return err
	})
	if err == nil {
		say(cmd.OutOrStdout(), "記録の連鎖に欠けはありません（%d 行）。", "Chain complete: %d lines.", lines)
	}
	return err
}
