package app

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"noroshi/app/audit"
	"noroshi/app/broadcast"
	"noroshi/app/config"
	"noroshi/app/directory"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/question"
	"noroshi/app/scope"
	"noroshi/app/simulator"
	"noroshi/app/store"
)

func benchCommand() *cobra.Command {
	c := &cobra.Command{Use: "bench", Short: "Measure this machine against the simulator · この機械の速さを測ります"}
	c.AddCommand(benchSMSCommand())
	return c
}

// benchResult is the line bench prints: its fields are a promise.
type benchResult struct {
	Recipients       int     `json:"recipients"`
	Parts            int     `json:"parts"`
	SubmitSeconds    float64 `json:"submit_seconds"` // launch to last submit_sm_resp
	SubmitsPerSecond float64 `json:"submits_per_second"`
	ReceiptSeconds   float64 `json:"receipt_seconds"` // launch to last receipt committed
	Receipts         uint64  `json:"receipts"`
	Answers          int     `json:"answers"`
	Lost             int     `json:"lost"`       // people without a submit who are not shown as unreached
	Duplicates       uint64  `json:"duplicates"` // submits beyond the first, by the simulator's account
	Uncertain        int     `json:"uncertain"`  // people marked as perhaps having got two
	PeakRSSMB        float64 `json:"peak_rss_mb"`
	LedgerMB         float64 `json:"ledger_mb"`
	CPUSeconds       float64 `json:"cpu_seconds"` // of the appliance, launch to last receipt
	Window           int     `json:"window"`
}

type benchOptions struct {
	recipients, window, binds int
	asJSON                    bool
	preset, population        string
	dir                       string
	wait                      time.Duration
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
	f.StringVar(&o.dir, "data", "", "directory to keep; a temporary one when left out · データの場所")
	f.DurationVar(&o.wait, "wait", 10*time.Minute, "longest time for everything · 最長の待ち時間")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if o.recipients < 1 || o.recipients > 5_000_000 {
			return usageError{fmt.Errorf("--recipients must be from 1 to 5,000,000")}
		}
		r, err := benchSMS(cmd.Context(), o)
		if err != nil {
			return err
		}
		return printBench(cmd, o, r)
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
	dir := o.dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "noroshi-bench-"); err != nil {
			return r, err
		}
		defer func() { _ = os.RemoveAll(dir) }()
	}
	sim, err := startSimulator(ctx, o)
	if err != nil {
		return r, err
	}
	defer sim.stop()
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return r, err
	}
	cfg, err := demoConfig(dir, "127.0.0.1:0", sim.smsc)
	if err != nil {
		return r, err
	}
	cfg.Routes[0].Window, cfg.Routes[0].Binds, cfg.Routes[0].Rate = o.window, o.binds, 0
	log := newLog(config.Log{Level: "warn"}, os.Stderr)
	c, err := openCore(ctx, coreOptions{Config: cfg, Key: key, Demo: true, Log: log})
	if err != nil {
		return r, err
	}
	defer c.close()
	if err := c.benchPeople(ctx, o.recipients); err != nil {
		return r, err
	}
	return c.bench(ctx, o, sim)
}

// benchPeople writes people into the directory in large entries.
func (c *core) benchPeople(ctx context.Context, n int) error {
	for next := 0; next < n; {
		from := next
		_, err := c.store.Update(ctx, func(tx *store.Tx) error {
			batch := directory.NewBatch(tx)
			for next = from; next < n && !batch.Full(); next++ {
				p, wrong := benchPerson(next).Apply(directory.Recipient{ID: id.New[id.Recipient](c.ids), Version: 1})
				if e := fault.InvalidFields(wrong); e != nil {
					return e
				}
				if err := batch.Put(directory.Recipient{}, directory.Prepare(p)); err != nil {
					return err
				}
			}
			return batch.Finish()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func benchPerson(i int) directory.Draft {
	return directory.Draft{
		Name: fmt.Sprintf("高橋 美咲%06d", i), Department: "第" + strconv.Itoa(i%13+1) + "部", Language: "ja",
		Phones: []directory.PhoneDraft{{Raw: fmt.Sprintf("+8190%08d", 10000000+i)}},
	}
}

// benchContent is 60 characters in Japanese with the name in it: one part of UCS-2, rendered for each person.
func benchContent() broadcast.Content {
	return broadcast.Content{
		Title: "安否確認", Mode: broadcast.Live, Urgency: broadcast.Urgent,
		Bodies: []broadcast.Body{{Language: "ja", Text: "{{name}}様 地震がありました。記号1文字で返信してください。"}},
		Choices: []question.Choice{
			{Label: "無事", Tone: question.OK}, {Label: "軽傷", Tone: question.Warn}, {Label: "救助が必要", Tone: question.Bad},
		},
		Selection: broadcast.Selection{Everyone: true},
	}
}

func (c *core) bench(ctx context.Context, o benchOptions, sim *simulatorProcess) (r benchResult, err error) {
	by := audit.Actor{Name: "bench"}
	b, err := c.broadcasts.Create(ctx, by, benchContent())
	if err != nil {
		return r, err
	}
	if b, err = c.broadcasts.Review(ctx, by, scope.Everything(), b.ID); err != nil {
		return r, err
	}
	began, cpu := time.Now(), cpuSeconds()
	if _, err = c.broadcasts.Launch(ctx, by, b.ID, b.Version, b.Content.TypedCodes()); err != nil {
		return r, err
	}
	if err := c.until(ctx, func() bool { return c.handedOver(b.ID, o.recipients) }); err != nil {
		return r, err
	}
	submitted := time.Since(began)
	if err := c.until(ctx, func() bool { return sim.settled(ctx) && c.reported(b.ID) }); err != nil {
		return r, err
	}
	r = c.benchCounts(b.ID, o, submitted)
	r.ReceiptSeconds, r.CPUSeconds = time.Since(began).Seconds(), cpuSeconds()-cpu
	st, err := sim.stats(ctx)
	if err != nil {
		return r, err
	}
	r.Receipts, r.Duplicates = st.Receipts.Acknowledged, st.Surplus
	return r, nil
}

// until looks at a condition whenever something was counted, and often enough otherwise.
func (c *core) until(ctx context.Context, done func() bool) error {
	ticker := time.NewTicker(2 * time.Millisecond)
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
	book := c.messages.Book(b)
	n := book.Counts()
	return n[message.Queued]+n[message.Submitting]+n[message.RetryWait]+n[message.SubmitUncertain] == 0 &&
		c.tally.Folded() >= c.store.Head()-1
}

func (c *core) benchCounts(b id.Broadcast, o benchOptions, submitted time.Duration) benchResult {
	counts := c.tally.Get(b)
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	reached := counts.Group("audience")
	return benchResult{
		Recipients: o.recipients, Parts: counts.Parts, SubmitSeconds: submitted.Seconds(),
		SubmitsPerSecond: float64(counts.PartsSent) / submitted.Seconds(), Answers: counts.Answered(),
		Lost: o.recipients - reached, Uncertain: counts.Uncertain, PeakRSSMB: float64(usage.Maxrss) / 1024,
		LedgerMB: float64(c.store.Stats().DiskBytes) / (1 << 20), Window: o.window,
	}
}

func cpuSeconds() float64 {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return float64(usage.Utime.Sec+usage.Stime.Sec) + float64(usage.Utime.Usec+usage.Stime.Usec)/1e6
}

// simulatorProcess is the simulator in a process of its own.
type simulatorProcess struct {
	cmd     *exec.Cmd
	smsc    string
	control string
	client  *http.Client
}

func startSimulator(ctx context.Context, o benchOptions) (*simulatorProcess, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := []string{"simulate", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--preset", o.preset}
	if o.population != "" {
		file, err := filepath.Abs(o.population)
		if err != nil {
			return nil, err
		}
		args = append(args, "--population", file)
	}
	cmd := exec.CommandContext(ctx, self, args...) //nolint:gosec // ourselves
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &simulatorProcess{cmd: cmd, client: &http.Client{Timeout: 10 * time.Second}}
	lines := bufio.NewScanner(out)
	for p.control == "" && lines.Scan() {
		if at, ok := strings.CutPrefix(lines.Text(), "SMSC: "); ok {
			p.smsc = at
		}
		if at, ok := strings.CutPrefix(lines.Text(), "Control: "); ok {
			p.control = at
		}
	}
	if _, _, err := net.SplitHostPort(p.smsc); err != nil || p.control == "" {
		p.stop()
		return nil, fault.New(fault.Unavailable, "simulator_failed", "The simulator did not start.")
	}
	go func() {
		for lines.Scan() { // keep its pipe empty
		}
	}()
	return p, nil
}

func (p *simulatorProcess) stop() {
	_ = p.cmd.Process.Signal(os.Interrupt)
	_ = p.cmd.Wait()
}

func (p *simulatorProcess) stats(ctx context.Context) (st simulator.Stats, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.control+"/stats", nil)
	if err != nil {
		return st, err
	}
	res, err := p.client.Do(req)
	if err != nil {
		return st, err
	}
	defer func() { _ = res.Body.Close() }()
	err = json.NewDecoder(res.Body).Decode(&st)
	return st, err
}

// settled reports whether the simulator has nothing left to tell.
func (p *simulatorProcess) settled(ctx context.Context) bool {
	st, err := p.stats(ctx)
	return err == nil && st.Pending == 0
}
