package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"noroshi/app/audit"
	"noroshi/app/bench"
	"noroshi/app/config"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/scope"
	"noroshi/app/simulator/apart"
)

func benchCommand() *cobra.Command {
	c := &cobra.Command{Use: "bench", Short: "Measure this machine against the simulator · この機械の速さを測ります"}
	c.AddCommand(benchSMSCommand(), benchFillCommand())
	return c
}

// benchResult is the line bench prints: its fields are a promise.
type benchResult struct {
	Recipients       int     `json:"recipients"`
	Parts            int     `json:"parts"`
	SubmitSeconds    float64 `json:"submit_seconds"` // launch to last submit_sm_resp, as the simulator sees it
	SubmitsPerSecond float64 `json:"submits_per_second"`
	ReceiptSeconds   float64 `json:"receipt_seconds"` // launch to last receipt committed
	Receipts         uint64  `json:"receipts"`
	Answers          int     `json:"answers"`
	Duplicates       uint64  `json:"duplicates"` // submits beyond the first, by the simulator's account
	Uncertain        int     `json:"uncertain"`  // people marked as perhaps having got two
	bench.Account
	Groups     map[string]int `json:"groups"`      // people by how they were reached
	IdleRSSMB  float64        `json:"idle_rss_mb"` // before the launch, with the people in the ledger
	PeakRSSMB  float64        `json:"peak_rss_mb"` // of the appliance
	RSSMB      []float64      `json:"rss_mb"`      // over the run, from the launch on
	LedgerMB   float64        `json:"ledger_mb"`   //
	CPUSeconds float64        `json:"cpu_seconds"` // of the appliance, launch to last receipt
	CPUMicros  float64        `json:"cpu_us_per_part"`
	Window     int            `json:"window"`
	Turns      int            `json:"turns"` // of trouble, with --chaos
}

type benchOptions struct {
	recipients, window, binds int
	asJSON, check             bool
	preset, population, chaos string
	dir, profile              string
	wait, turn, calm          time.Duration
}

func benchSMSCommand() *cobra.Command {
	var o benchOptions
	c := &cobra.Command{
		Use: "sms", Args: cobra.NoArgs,
		Short: "One broadcast to a simulated operator in a process of its own · 別プロセスの模擬SMSCへ一斉連絡を一度送ります",
	}
	f := c.Flags()
	f.IntVar(&o.recipients, "recipients", 100_000, "people · 人数")
	f.IntVar(&o.window, "window", 100, "submit_sm without a response · 応答を待たずに送る数")
	f.IntVar(&o.binds, "binds", 1, "sessions · 接続の数")
	f.BoolVar(&o.asJSON, "json", false, "print one JSON line · 結果をJSONの1行で出します")
	f.StringVar(&o.preset, "preset", "perfect", "how the simulated world behaves · 模擬する環境")
	f.StringVar(&o.population, "population", "", "JSON file instead of a preset · 環境を書いたJSONファイル")
	f.StringVar(&o.chaos, "chaos", "", "trouble in turns: all, or kinds with commas · 交代で起こす障害")
	f.DurationVar(&o.turn, "chaos-turn", 5*time.Second, "length of a turn · 障害の長さ")
	f.DurationVar(&o.calm, "chaos-calm", 2*time.Second, "calm before each turn · 障害の間隔")
	f.BoolVar(&o.check, "check", false, "fail unless everybody is accounted for · 全員を照合し、合わなければ失敗にします")
	f.StringVar(&o.dir, "data", "", "directory to keep; a temporary one when left out · データの場所")
	f.StringVar(&o.profile, "profile", "", "directory for profiles of processor and memory · プロファイルの場所")
	f.DurationVar(&o.wait, "wait", 10*time.Minute, "longest time for everything · 最長の待ち時間")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkPeople(o.recipients); err != nil {
			return err
		}
		r, err := benchSMS(cmd.Context(), o)
		if err != nil {
			return err
		}
		return errors.Join(printBench(cmd, o, r), r.verdict(o))
	}
	return c
}

// verdict says with --check whether everybody is accounted for.
func (r benchResult) verdict(o benchOptions) error {
	if !o.check || r.Lost+r.Unmarked+r.Strange == 0 && r.Reached+r.Shown == r.Recipients {
		return nil
	}
	return fault.New(fault.Conflict, "bench_not_accounted_for",
		"The simulator's account and the ledger's differ: somebody is lost, or doubled without a mark.")
}

func checkPeople(n int) error {
	if n < 1 || n > 5_000_000 {
		return usageError{fmt.Errorf("--recipients must be from 1 to 5,000,000")}
	}
	return nil
}

// benchFillCommand writes the people in a process of its own, so that what that costs is not taken for the broadcast's.
func benchFillCommand() *cobra.Command {
	c := &cobra.Command{Use: "fill", Args: cobra.NoArgs, Hidden: true}
	dir := c.Flags().String("data", "", "directory")
	people := c.Flags().Int("recipients", 0, "people")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkPeople(*people); err != nil {
			return err
		}
		key, err := demoKey(*dir)
		if err != nil {
			return err
		}
		cfg := config.Defaults()
		cfg.Data = *dir
		core := &core{config: cfg, demo: true, log: newLog(config.Log{Level: "warn"}, os.Stderr)}
		defer core.close()
		if err := core.openLedger(cmd.Context(), key); err != nil {
			return err
		}
		return bench.Fill(cmd.Context(), core.store, id.NewSource(time.Now, randomBits), *people)
	}
	return c
}

func printBench(cmd *cobra.Command, o benchOptions, r benchResult) error {
	if o.asJSON {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(r)
	}
	say(cmd.OutOrStdout(), "%d 人、%d 通：%.2f 秒（毎秒 %.0f 通）、送達確認 %d、回答 %d、欠落 %d、重複 %d、最大メモリー %.0f MB",
		"%d people, %d parts: %.2f s (%.0f parts/s), %d receipts, %d answers, %d lost, %d duplicates, peak memory %.0f MB",
		r.Recipients, r.Parts, r.SubmitSeconds, r.SubmitsPerSecond, r.Receipts, r.Answers, r.Lost, r.Duplicates, r.PeakRSSMB)
	return nil
}

func benchSMS(ctx context.Context, o benchOptions) (r benchResult, err error) {
	ctx, cancel := context.WithTimeout(ctx, o.wait)
	defer cancel()
	if o.dir == "" {
		if o.dir, err = os.MkdirTemp("", "noroshi-bench-"); err != nil {
			return r, err
		}
		defer func() { _ = os.RemoveAll(o.dir) }()
	}
	key, err := fillApart(ctx, o)
	if err != nil {
		return r, err
	}
	sim, err := simulatorApart(ctx, o)
	if err != nil {
		return r, err
	}
	defer sim.Stop()
	cfg, err := demoConfig(o.dir, "127.0.0.1:0", sim.SMSC)
	if err != nil {
		return r, err
	}
	cfg.Routes[0].Window, cfg.Routes[0].Binds, cfg.Routes[0].Rate = o.window, o.binds, 0
	limitMemory(cfg.MemoryMB)
	log := newLog(config.Log{Level: "error"}, os.Stderr)
	c, err := openCore(ctx, coreOptions{Config: cfg, Key: key, Demo: true, Log: log})
	if err != nil {
		return r, err
	}
	defer c.close()
	return c.bench(ctx, o, sim)
}

// fillApart makes the ledger with the people in it.
func fillApart(ctx context.Context, o benchOptions) (key []byte, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(o.dir, "ledger")); err == nil {
		return nil, fault.Wrap(fs.ErrExist, fault.Conflict, "bench_directory_used",
			"The directory of a bench must be new: its people are counted.")
	}
	//nolint:gosec // ourselves
	cmd := exec.CommandContext(ctx, self, "bench", "fill", "--data", o.dir, "--recipients", strconv.Itoa(o.recipients))
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "bench_not_filled", "The people of the bench were not written.")
	}
	return demoKey(o.dir)
}

func simulatorApart(ctx context.Context, o benchOptions) (*apart.Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := []string{"--preset", o.preset, "--chaos", o.chaos, "--chaos-turn", o.turn.String(),
		"--chaos-calm", o.calm.String()}
	if o.population != "" {
		file, err := filepath.Abs(o.population)
		if err != nil {
			return nil, err
		}
		args = append(args, "--population", file)
	}
	return apart.Start(ctx, self, args...)
}

func (c *core) bench(ctx context.Context, o benchOptions, sim *apart.Process) (r benchResult, err error) {
	by := audit.Actor{Name: "bench"}
	b, err := c.broadcasts.Create(ctx, by, bench.Content())
	if err != nil {
		return r, err
	}
	if b, err = c.broadcasts.Review(ctx, by, scope.Everything(), b.ID); err != nil {
		return r, err
	}
	if err := c.settle(ctx); err != nil {
		return r, err
	}
	end, err := bench.Profile(o.profile)
	if err != nil {
		return r, err
	}
	defer end()
	idle, watched := bench.Resident(), bench.Watch(ctx, 250*time.Millisecond, 20)
	began, cpu := time.Now(), bench.CPU()
	if _, err = c.broadcasts.Launch(ctx, by, b.ID, b.Version, b.Content.TypedCodes()); err != nil {
		return r, err
	}
	if err := until(ctx, 10*time.Millisecond, func() bool { return c.handedOver(b.ID, o.recipients) }); err != nil {
		return r, err
	}
	err = until(ctx, 20*time.Millisecond, func() bool { return sim.Settled(ctx) && c.reported(b.ID) })
	if err != nil {
		return r, err
	}
	received := time.Since(began).Seconds()
	cpu = bench.CPU() - cpu
	r = c.benchCounts(b.ID, o)
	r.ReceiptSeconds, r.CPUSeconds, r.IdleRSSMB, r.RSSMB = received, cpu, idle, watched()
	r.CPUMicros = cpu / float64(max(1, r.Parts)) * 1e6
	end()
	st, err := sim.Stats(ctx)
	if err != nil {
		return r, err
	}
	r.SubmitSeconds = st.LastSubmit.Sub(began).Seconds()
	r.SubmitsPerSecond = float64(st.Accepted) / r.SubmitSeconds
	r.Receipts, r.Duplicates, r.Turns = st.Receipts.Acknowledged, st.Surplus, st.Turns
	r.Account, err = bench.Compare(ctx, b.ID, c.audiences, c.messages.Book(b.ID), sim)
	r.Lost += o.recipients - r.Groups["audience"]
	return r, err
}

// settle waits until the appliance is one that has been running: its line is up, and what opening a ledger sets off is
// over.
func (c *core) settle(ctx context.Context) error {
	up := time.Time{}
	return until(ctx, 20*time.Millisecond, func() bool {
		if client := c.routing.sender(c.config.Routes[0].Name); client == nil || !client.Pace().Ready {
			up = time.Time{}
			return false
		}
		if up.IsZero() {
			up = time.Now()
		}
		return time.Since(up) > 2*time.Second
	})
}

// until looks at a condition every so often.
func until(ctx context.Context, every time.Duration, done func() bool) error {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for !done() {
		select {
		case <-ctx.Done():
			return fault.Wrap(ctx.Err(), fault.Unavailable, "bench_not_finished", "The broadcast did not finish in time.")
		case <-ticker.C:
		}
	}
	return nil
}

func (c *core) handedOver(b id.Broadcast, people int) bool {
	book := c.messages.Book(b)
	if book == nil || book.Total() == 0 || book.Pending() > 0 {
		return false
	}
	counts := c.tally.Get(b)
	return counts.Group("audience") == people && counts.Group("waiting") == 0 && counts.Group("sending") == 0
}

func (c *core) reported(b id.Broadcast) bool {
	n := c.messages.Book(b).Counts()
	return n[message.Queued]+n[message.Submitting]+n[message.RetryWait]+n[message.SubmitUncertain] == 0 &&
		c.tally.Folded() >= c.store.Head()-1
}

func (c *core) benchCounts(b id.Broadcast, o benchOptions) benchResult {
	counts := c.tally.Get(b)
	groups := map[string]int{}
	for _, g := range []string{
		"audience", "waiting", "sending", "accepted", "delivered", "unknown", "failed", "unreachable",
	} {
		groups[g] = counts.Group(g)
	}
	return benchResult{
		Recipients: o.recipients, Parts: counts.Parts, Answers: counts.Answered(), Groups: groups,
		Uncertain: counts.Uncertain, PeakRSSMB: bench.Peak(), Window: o.window,
		LedgerMB: float64(c.store.Stats().DiskBytes) / (1 << 20),
	}
}
