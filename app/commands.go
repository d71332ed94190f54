// Package app is the composition root: it builds the parts, starts them in order and stops them in reverse, each within
// its time. It also is the command line.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"noroshi/app/config"
	"noroshi/app/fault"
)

// version is put in by the linker; see the Makefile.
var version = "dev"

// Exit codes of the commands: a promise to scripts.
const (
	exitFailed = 1 // it did not work; the reason is on standard error
	exitUsage  = 2 // the command was not understood
)

// Main runs the command line and returns the process's exit code.
func Main(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	var usage usageError
	fmt.Fprintln(os.Stderr, "noroshi: "+explain(err))
	if errors.As(err, &usage) {
		return exitUsage
	}
	if e, ok := errors.AsType[exitError](err); ok {
		return e.code
	}
	return exitFailed
}

// usageError is a command that was not understood.
type usageError struct{ error }

// explain says what went wrong, and for our own failures the cause as well.
func explain(err error) string {
	if wrong, ok := errors.AsType[*config.Invalid](err); ok {
		return inLanguage("設定ファイルに誤りがあります：", "The configuration is not valid:") + wrong.In(language())
	}
	var e *fault.Error
	if errors.As(err, &e) {
		if e.Kind == fault.Internal || e.Err != nil {
			return e.Error()
		}
		return e.Msg
	}
	return err.Error()
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "noroshi",
		Short:         "Call everybody at once, hear everybody answer · 全員に一斉に連絡し、全員の回答を受け取ります",
		SilenceErrors: true, SilenceUsage: true,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(initCommand(), serveCommand(), demoCommand(), checkCommand(), simulateCommand(), benchCommand(),
		auditCommand(), versionCommand())
	for _, c := range root.Commands() {
		if c.Args == nil && c.RunE != nil {
			c.Args = cobra.NoArgs
		}
	}
	return root
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version · バージョンを表示します",
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "noroshi "+version)
			return err
		},
	}
}

// say writes a sentence in the language of the terminal.
func say(w io.Writer, ja, en string, args ...any) {
	fmt.Fprintf(w, inLanguage(ja, en)+"\n", args...) //nolint:errcheck // a closed terminal is nobody to tell
}

func inLanguage(ja, en string) string {
	if japanese() {
		return ja
	}
	return en
}

// language is that of the terminal: ja or en.
func language() string { return inLanguage("ja", "en") }

func japanese() bool {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			return strings.HasPrefix(v, "ja")
		}
	}
	return false
}

func newLog(c config.Log, w io.Writer) *slog.Logger {
	var level slog.Level
	if c.Level != "" {
		_ = level.UnmarshalText([]byte(c.Level)) // validated with the configuration
	}
	o := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// limitMemory tells the runtime what to stay below, and to collect at half as much again as is in use rather than at
// twice: what is in use is mostly large and without pointers, so a collection costs little. GOGC overrides it.
func limitMemory(mb int) {
	if mb == 0 {
		mb = 384
	}
	debug.SetMemoryLimit(int64(mb) << 20)
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
}
