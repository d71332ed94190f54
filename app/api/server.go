package api

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"noroshi/app/access"
	"noroshi/app/api/ask"
	"noroshi/app/api/gen"
	"noroshi/app/api/replay"
	"noroshi/app/api/roster"
	"noroshi/app/api/snapshot"
	"noroshi/app/api/web"
	"noroshi/app/audience"
	"noroshi/app/broadcast"
	"noroshi/app/country"
	"noroshi/app/directory"
	"noroshi/app/directory/intake"
	"noroshi/app/gateway"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/preflight"
	"noroshi/app/question"
	"noroshi/app/reply"
	"noroshi/app/tally"
)

// Options are what a Server is made of. All fields are needed unless they say otherwise.
type Options struct {
	// Context ends the work of requests that outlive their connection; usually it lives as long as the process.
	Context context.Context //nolint:containedctx // the owner's, for requests; each derives its own

	Access     *access.Service
	Directory  *directory.Service
	Imports    *intake.Service
	Broadcasts *broadcast.Service
	Audiences  *audience.Service
	Questions  *question.Service
	Messages   *message.Service
	Replies    *reply.Service
	Tally      *tally.Service
	Preflight  *preflight.Service
	Countries  *country.Service

	Beats    Beats
	Audit    AuditLines
	Requests replay.Requests
	System   func() gen.System // view.RouteState helps to make it
	Handsets Handsets          // nil outside of a demo
	Tests    RouteTests
	Routes   *gateway.Table // to show the exact texts people were sent

	Console  fs.FS // with index.html at its root
	Version  string
	Demo     bool
	StreamID func(id.Seq) string // names a place in the feed over restores; nil: the number alone

	Now    func() time.Time
	Random io.Reader // cryptographic; request ids come from it
	Log    *slog.Logger

	TLS    *tls.Config // nil serves plain HTTP
	Secure bool        // browsers reach the console by HTTPS although TLS is nil: a proxy has it
	// TypedFrom is the number of people from which a LIVE launch asks to type it; 0 means 100.
	TypedFrom int
}

// Server serves the API and the console.
type Server struct {
	o         Options
	app       *fiber.App
	site      *web.Site
	replays   *replay.Desk
	roster    *roster.Roster
	snapshots *snapshot.Snapshots
	uploads   chan struct{}
	streams   *streams
	closing   chan struct{} // closed before the shutdown: streams end at once
	shutOnce  sync.Once
}

// Limits of requests.
const (
	maxBody       = 1 << 20
	maxImport     = 55 << 20
	uploadsAtOnce = 2 // each holds its file in memory
	readTimeout   = 60 * time.Second
	writeTimeout  = 60 * time.Second
	idleTimeout   = 2 * time.Minute
	callTimeout   = 60 * time.Second
	uploadTimeout = 10 * time.Minute // over a slow line
	shutTimeout   = 15 * time.Second // for running requests, when Listen's context ends
	launchTypes   = 100
)

// New returns a server. It fails when the console cannot be read.
func New(o Options) (*Server, error) {
	site, err := web.New(o.Console)
	if err != nil {
		return nil, err
	}
	if o.TypedFrom == 0 {
		o.TypedFrom = launchTypes
	}
	s := &Server{
		o: o, site: site, replays: replay.New(o.Requests, o.Now, o.Log),
		uploads: make(chan struct{}, uploadsAtOnce), streams: newStreams(), closing: make(chan struct{}),
	}
	s.roster = roster.New(roster.Options{
		Broadcasts: o.Broadcasts, Audiences: o.Audiences, Messages: o.Messages, Questions: o.Questions,
		Replies: o.Replies, Routes: o.Routes, Now: o.Now,
	})
	s.snapshots = snapshot.New(snapshot.Options{
		Broadcasts: o.Broadcasts, Messages: o.Messages, Tally: o.Tally, Roster: s.roster, System: o.System,
		Now: o.Now,
	})
	s.app = fiber.New(fiber.Config{
		Immutable: true, DisableStartupMessage: true, StrictRouting: true, CaseSensitive: true, UnescapePath: true,
		StreamRequestBody: true, BodyLimit: maxImport, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, ReadBufferSize: 16 << 10, ErrorHandler: s.fail, DisablePreParseMultipartForm: true,
	})
	s.app.Use(s.edge)
	for _, r := range s.routes() {
		s.app.Add(r.method, "/api/v1"+fiberPath(r.path), s.guard(r))
	}
	s.app.Use("/api", func(*fiber.Ctx) error { return ask.ErrNoRoute() })
	s.app.Use(s.console)
	return s, nil
}

// Listen serves on the address until the context ends or Shutdown is called; ready is told the address when it is
// there, and may be nil.
func (s *Server) Listen(ctx context.Context, addr string, ready func(net.Addr)) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	if ready != nil {
		ready(l.Addr())
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutTimeout)
	defer cancel()
	err = s.Shutdown(end)
	return errors.Join(err, <-served)
}

// Serve serves on the listener, with TLS when it is configured, until Shutdown.
func (s *Server) Serve(l net.Listener) error {
	if s.o.TLS != nil {
		l = tls.NewListener(l, s.o.TLS)
	}
	err := s.app.Listener(l)
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// Shutdown ends live streams, takes no new connections and waits for running requests as long as the context lives.
func (s *Server) Shutdown(ctx context.Context) error {
	s.shutOnce.Do(func() { close(s.closing) })
	return s.app.ShutdownWithContext(ctx)
}

// secure reports whether browsers reach the console by HTTPS.
func (s *Server) secure() bool { return s.o.TLS != nil || s.o.Secure }

// console answers with a file of the console.
func (s *Server) console(c *fiber.Ctx) error {
	if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead {
		return ask.ErrNoRoute()
	}
	a := s.site.Find(c.Path(), c.Get(fiber.HeaderAcceptEncoding), c.Get(fiber.HeaderIfNoneMatch))
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	if a.Status == fiber.StatusNotFound {
		c.Set(fiber.HeaderCacheControl, "no-store")
		return c.Status(a.Status).SendString("Not found\n")
	}
	c.Set(fiber.HeaderETag, a.ETag)
	c.Set(fiber.HeaderCacheControl, a.Cache)
	c.Set(fiber.HeaderContentType, a.Type)
	if a.Encoding != "" {
		c.Set(fiber.HeaderContentEncoding, a.Encoding)
	}
	return c.Status(a.Status).Send(a.Body)
}
