package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"noroshi/app/access"
	"noroshi/app/audit"
	"noroshi/app/config"
	"noroshi/app/fault"
	"noroshi/app/sample"
	"noroshi/app/simulator"
	"noroshi/app/store"
)

const (
	demoEmail    = "nakamura@aomine.example"
	demoNumber   = "818000000110" // the organisation's own number in the story the demo tells
	demoHandsets = 2000
	demoRate     = 200 // parts per second: slow enough to watch
	demoPort     = 8080
)

func demoCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "demo",
		Short: "Run the appliance with a simulated operator and 500 sample people · 模擬の環境で試します",
	}
	data := c.Flags().String("data", "noroshi-demo", "directory of the demo · デモのデータの場所")
	fresh := c.Flags().Bool("fresh", false, "start at the set-up page, in a directory of its own · 最初の設定から始めます")
	listen := c.Flags().String("listen", "",
		"address of the console; the next free port from 8080 when left out · 待ち受けるアドレス")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		dir := *data
		if *fresh {
			dir = filepath.Join(dir, "fresh-"+time.Now().Format("20060102-150405"))
		}
		return demo(cmd, dir, *listen, *fresh)
	}
	return c
}

func demo(cmd *cobra.Command, dir, listen string, fresh bool) (err error) {
	ctx := cmd.Context()
	limitMemory(0)
	key, err := demoKey(dir)
	if err != nil {
		return err
	}
	sim := simulator.New(simulator.Options{
		Now: time.Now, Seed: seed(), Population: simulator.Demo(), Handsets: demoHandsets,
		Accounts: map[string]string{"noroshi": "demo"},
	})
	if err := sim.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sim.Close()) }()
	cfg, err := demoConfig(dir, listen, sim.Addr())
	if err != nil {
		return err
	}
	o := coreOptions{Config: cfg, Key: key, Demo: true, Log: newLog(config.Log{Level: "warn"}, cmd.ErrOrStderr())}
	return run(cmd, o, &handsets{sim: sim}, func(c *core, address string) error {
		if fresh {
			return c.greetServe(ctx, cmd, address)
		}
		return c.greetDemo(ctx, cmd, address)
	})
}

// demoKey keeps the key beside the data: a demo protects nothing, and it must start with one command.
func demoKey(dir string) ([]byte, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "directory_not_made", "The directory "+dir+" cannot be made.")
	}
	path := filepath.Join(dir, "demo.key")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := newKey(path); err != nil {
			return nil, err
		}
	}
	return store.ReadKeyFile(path)
}

func demoConfig(dir, listen, smsc string) (config.Config, error) {
	cfg := config.Defaults()
	cfg.Data, cfg.Listen = dir, listen
	if listen == "" {
		var err error
		if cfg.Listen, err = freePort(); err != nil {
			return cfg, err
		}
	}
	host, port, err := net.SplitHostPort(smsc)
	if err != nil {
		return cfg, err
	}
	r := config.RouteDefaults()
	r.Name, r.Simulator, r.Host, r.Sender = "demo", true, host, demoNumber
	r.SystemID, r.Password, r.Window, r.Rate = "noroshi", "demo", 50, demoRate
	if r.Port, err = strconv.Atoi(port); err != nil {
		return cfg, err
	}
	cfg.Routes = []config.Route{r}
	return cfg, nil
}

// freePort returns the first address from 8080 on that nobody listens on.
func freePort() (string, error) {
	for port := demoPort; port < demoPort+20; port++ {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		ln, err := net.Listen("tcp", address) //nolint:noctx // a look, closed at once
		if err == nil {
			return address, ln.Close()
		}
	}
	return "", fault.New(fault.Unavailable, "no_free_port",
		"The ports 8080 to 8099 are all in use; choose one with --listen.")
}

// greetDemo makes organisation, account and people at the first start, sets a new password, and prints the login.
func (c *core) greetDemo(ctx context.Context, cmd *cobra.Command, address string) error {
	password := demoPassword()
	account, err := c.access.FindAccount(demoEmail)
	switch {
	case err == nil:
		err = c.access.SetPassword(ctx, audit.Actor{}, account.ID, password)
	case fault.Is(err, fault.NotFound):
		err = c.firstDemo(ctx, password)
	}
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	say(out, "\nNoroshi %s（デモ）を開始しました。\n\n  開く場所      %s\n  メール        %s\n  パスワード    %s\n",
		"\nNoroshi %s is running as a demo.\n\n  Open          %s\n  E-mail        %s\n  Password      %s\n",
		version, address, demoEmail, password)
	say(out, "「新しい一斉連絡」から送り、「端末」で受け取って答え、結果を見てください。終わるには Ctrl+C を押します。",
		"Send a new broadcast, see it arrive under Handsets, answer, and watch the result. Ctrl+C ends it.")
	return nil
}

func (c *core) firstDemo(ctx context.Context, password string) error {
	_, err := c.access.SetOrganisation(ctx, audit.Actor{}, access.Organisation{
		Name: "青嶺精機株式会社", Timezone: "Asia/Tokyo", Language: "ja", Country: "JP",
	})
	if err != nil {
		return err
	}
	language := "en"
	if japanese() {
		language = "ja"
	}
	_, err = c.access.CreateAccount(ctx, audit.Actor{}, access.NewAccount{
		Email: demoEmail, Name: "中村 健一", Language: language, Password: password,
	})
	if err != nil {
		return err
	}
	return sample.Register(ctx, c.directory)
}

// demoPassword is easy to type and has about 60 bits.
func demoPassword() string {
	const letters = "abcdefghjkmnpqrstuvwxyz23456789"
	var b [12]byte
	if _, err := rand.Read(b[:]); err != nil {
		return fmt.Sprintf("demo-%d", time.Now().UnixNano())
	}
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b[:4]) + "-" + string(b[4:8]) + "-" + string(b[8:])
}
