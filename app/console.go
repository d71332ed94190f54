package app

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"runtime"
	"time"

	"noroshi/app/api"
	"noroshi/app/api/gen"
	"noroshi/app/api/view"
	"noroshi/app/audit"
	"noroshi/app/fault"
	"noroshi/app/store"
	"noroshi/embed"
)

// console is the running server of console and API.
type console struct {
	server  *api.Server
	address string // as a browser is told
	failed  chan error
}

// openConsole begins to serve on the configured address.
func (c *core) openConsole(ctx context.Context, phones *handsets) (*console, error) {
	o := api.Options{
		Context: context.WithoutCancel(ctx),
		Access:  c.access, Directory: c.directory, Imports: c.intake, Broadcasts: c.broadcasts, Audiences: c.audiences,
		Questions: c.questions, Messages: c.messages, Replies: c.replies, Tally: c.tally, Preflight: c.preflight,
		Countries: c.countries, Beats: c.live, Audit: auditLines{c}, Requests: requests{c}, System: c.system,
		Routes: c.table, Tests: trials{c},
		Console: embed.Console(), Version: version, Demo: c.demo, StreamID: c.store.StreamID, Now: time.Now,
		Random: rand.Reader, Log: c.log, Secure: c.config.PlainHTTP,
	}
	if phones != nil {
		phones.core = c
		o.Handsets = phones
	}
	scheme := "http"
	if c.config.TLS.CertFile != "" {
		cert, err := c.config.TLS.Certificate()
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "tls_unusable", "The certificate of the console cannot be used.")
		}
		o.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
		scheme = "https"
	}
	server, err := api.New(o)
	if err != nil {
		return nil, err
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.config.Listen)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "not_listening",
			"The address "+c.config.Listen+" cannot be used; is another program, or another Noroshi, listening there?")
	}
	con := &console{server: server, address: scheme + "://" + ln.Addr().String(), failed: make(chan error, 1)}
	go func() {
		if err := server.Serve(ln); err != nil && !errors.Is(err, http.ErrServerClosed) {
			con.failed <- err
		}
	}()
	return con, nil
}

func (c *console) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), consoleWait)
	defer cancel()
	return c.server.Shutdown(ctx)
}

// auditLines reads the audit log for the API.
type auditLines struct{ c *core }

func (a auditLines) List(object string, before uint64, limit int) (list []audit.Entry, err error) {
	err = a.c.store.View(func(tx *store.Tx) error {
		list, err = a.c.audit.List(tx, object, before, limit)
		return err
	})
	return list, err
}

// requests remembers answers for the API.
type requests struct{ c *core }

func (r requests) Seen(key string) (result []byte, ok bool, err error) {
	err = r.c.store.View(func(tx *store.Tx) error {
		seen, found, err := tx.Seen(key)
		result, ok = append([]byte(nil), seen...), found
		return err
	})
	return result, ok, err
}

func (r requests) Remember(ctx context.Context, key string, result []byte, until time.Time) error {
	_, err := r.c.store.UpdateEssential(ctx, func(tx *store.Tx) error {
		tx.Remember(key, result, until)
		return nil
	})
	return err
}

// system returns the state of routes, queue and ledger.
func (c *core) system() gen.System {
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	load, st := c.delivery.Load(), c.store.Stats()
	s := gen.System{
		At: time.Now().UTC(), StartedAt: c.began.UTC(), Version: version, MemoryBytes: int64(mem.Sys - mem.HeapReleased),
		Routes: []gen.RouteState{}, Configuration: c.configuration(),
		Queue: gen.QueueState{
			Urgent: load.Urgent, Normal: load.Normal, PendingParts: load.Pending, RetryParts: load.Retrying,
			Uncertain: load.Uncertain, Orphans: &load.Orphans,
		},
		Ledger: gen.LedgerState{
			Seq: int64(st.Head), DiskBytes: int64(st.DiskBytes), FreeBytes: int64(st.FreeBytes),
			CommitMs: float32(st.MeanCommit.Seconds() * 1000), State: ledgerState(st),
		},
	}
	for _, way := range c.routing.ways() {
		health := way.Sender.Health()
		s.Routes = append(s.Routes, c.advise(view.RouteState(&way.Route, health), &way.Route, health))
	}
	return s
}

// diskLow is when the page begins to warn, well before anything is refused.
const diskLow = 2 << 30

func ledgerState(st store.Stats) gen.LedgerStateState {
	switch {
	case st.WriteFailed:
		return "failed"
	case st.NearlyFull:
		return "disk_full"
	case st.FreeBytes > 0 && st.FreeBytes < diskLow:
		return "disk_low"
	}
	return "ok"
}
