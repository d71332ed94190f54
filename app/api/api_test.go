package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"noroshi/app/access"
	"noroshi/app/api/gen"
	"noroshi/app/audience"
	"noroshi/app/audit"
	"noroshi/app/broadcast"
	"noroshi/app/config"
	cards "noroshi/app/country"
	"noroshi/app/directory"
	"noroshi/app/directory/intake"
	"noroshi/app/gateway"
	"noroshi/app/id"
	"noroshi/app/live"
	"noroshi/app/message"
	"noroshi/app/preflight"
	"noroshi/app/question"
	"noroshi/app/reply"
	"noroshi/app/store"
	"noroshi/app/tally"
)

// rig is the face over a real ledger in a temporary directory; only what sends is missing.
type rig struct {
	*Server
	t     testing.TB
	store *store.Store
	setup string // the one-time token
	log   *safeBuffer

	cookie, csrf string // of whoever is signed in
}

// safeBuffer takes the log of several goroutines.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

type ledgerRequests struct{ st *store.Store }

func (l ledgerRequests) Seen(key string) (result []byte, ok bool, err error) {
	err = l.st.View(func(tx *store.Tx) error {
		result, ok, err = tx.Seen(key)
		result = bytes.Clone(result)
		return err
	})
	return result, ok, err
}

func (l ledgerRequests) Remember(ctx context.Context, key string, result []byte, until time.Time) error {
	_, err := l.st.Update(ctx, func(tx *store.Tx) error {
		tx.Remember(key, bytes.Clone(result), until)
		return nil
	})
	return err
}

type ledgerAudit struct {
	st  *store.Store
	log *audit.Log
}

func (l ledgerAudit) List(object string, before uint64, limit int) (list []audit.Entry, err error) {
	err = l.st.View(func(tx *store.Tx) error {
		list, err = l.log.List(tx, object, before, limit)
		return err
	})
	return list, err
}

const testPage = `<!doctype html><script>start()</script>`

func testRoute() config.Route {
	r := config.RouteDefaults()
	r.Name, r.Sender, r.ReplyMode, r.Rate, r.Simulator = "main", "0312345678", "sender", 100, true
	return r
}

func newRig(t testing.TB) *rig {
	t.Helper()
	now := time.Now
	ctx := context.Background()
	st, err := store.Open(ctx, store.Options{Dir: t.TempDir(), Key: bytes.Repeat([]byte{7}, store.KeySize), Now: now})
	if err != nil {
		t.Fatalf("Open() = %v", err)
	}
	t.Cleanup(func() { _ = st.Close() })
	log := &safeBuffer{}
	o := Options{
		Context: ctx, Now: now, Random: rand.Reader, Log: slog.New(slog.NewTextHandler(log, nil)), Version: "test",
		Demo:     true,
		Requests: ledgerRequests{st}, Routes: gateway.NewTable([]config.Route{testRoute()}), TypedFrom: 3,
		System:  func() gen.System { return gen.System{Version: "test", Routes: []gen.RouteState{}} },
		Console: fstest.MapFS{"index.html": {Data: []byte(testPage)}, "theme.js": {Data: []byte("dark()")}},
	}
	country := func() string { return "JP" }
	language := func() string { return "ja" }
	auditLog := audit.New(now, rand.Reader)
	ids := id.NewSource(now, func() uint32 { return 7 })
	o.Audit = ledgerAudit{st, auditLog}
	o.Access, err = access.New(access.Options{
		Store: st, Audit: auditLog, IDs: ids, Now: now, Random: rand.Reader,
		Cost: access.Cost{Memory: 64, Time: 1, Lanes: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	o.Directory = directory.New(directory.Options{
		Store: st, IDs: ids, Now: now, Country: country, Audit: o.Access.WriteAudit,
	})
	o.Imports = intake.New(intake.Options{
		Store: st, Directory: o.Directory, IDs: ids, Now: now, Country: country, Audit: o.Access.WriteAudit,
	})
	o.Questions, o.Messages = question.New(st, now), message.New(st, now)
	o.Audiences = audience.New(st, o.Directory)
	o.Tally = tally.New(tally.Options{Store: st, Log: o.Log, Unread: func(b []byte) ([]id.Broadcast, int, error) {
		d, err := reply.DecodeTrayDelta(b)
		if d.Added {
			return d.Broadcasts, 1, err
		}
		return d.Broadcasts, -1, err
	}})
	feed := live.New(o.Tally, 10*time.Millisecond)
	o.Beats = feed
	o.Broadcasts = broadcast.New(broadcast.Options{
		Store: st, Audit: auditLog, Questions: o.Questions, Audiences: o.Audiences, IDs: ids, Now: now,
		Ways: func(broadcast.Mode) (broadcast.Ways, error) {
			return broadcast.Ways{ReplyNumbers: []string{"0312345678"}}, nil
		},
	})
	o.Replies = reply.New(reply.Options{
		Store: st, Directory: o.Directory, Questions: o.Questions, Messages: o.Messages, Audit: auditLog, IDs: ids, Now: now,
	})
	o.Countries = cards.New(cards.Options{Store: st, Audit: auditLog, Now: now})
	o.Preflight = preflight.New(preflight.Options{
		Audiences: o.Audiences, Language: language,
		Routes: func(broadcast.Mode) ([]config.Route, []bool) { return o.Routes.Now().List, []bool{true} },
		Cards:  o.Countries.Cards, Now: now,
	})
	if err := o.Tally.Start(ctx); err != nil {
		t.Fatal(err)
	}
	feed.Start(ctx)
	t.Cleanup(func() {
		feed.Close()
		_ = o.Tally.Close(ctx)
	})
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	token, err := o.Access.EnsureSetupToken(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return &rig{Server: s, t: t, store: st, setup: token, log: log}
}

const testPassword = "tangerine ladder 47 clouds"

// newOffice is a rig that is set up, with its admin signed in.
func newOffice(t testing.TB) *rig {
	t.Helper()
	r := newRig(t)
	res := r.do("POST", "/setup", gen.SetupRequest{
		Token: r.setup, Name: "佐藤 美咲", Email: "duty@example.co.jp", Password: testPassword,
		Organisation: gen.Organisation{Name: "火の見商事", Timezone: "Asia/Tokyo", Language: "ja", Country: "JP"},
	})
	session := into[gen.Session](t, res, 201)
	r.csrf, r.cookie = session.CsrfToken, cookieOf(res)
	return r
}

func cookieOf(res answer) string {
	cookies := res.Cookies()
	if len(cookies) == 0 {
		return ""
	}
	return cookies[0].Name + "=" + cookies[0].Value
}

// header is an extra header of a request; an empty value takes one away.
type header struct{ name, value string }

// answer is what came back.
type answer struct {
	StatusCode int
	Header     http.Header
	cookies    []*http.Cookie
	raw        []byte
	closes     bool // the connection
}

func (a answer) Cookies() []*http.Cookie { return a.cookies }

// send sends any request.
func (r *rig) send(req *http.Request) answer {
	r.t.Helper()
	res, err := r.app.Test(req, 20_000)
	if err != nil {
		r.t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	closes := res.Close || res.Header.Get("Connection") == "close"
	return answer{res.StatusCode, res.Header, res.Cookies(), raw, closes}
}

// do sends a request to the API as the console does.
func (r *rig) do(method, path string, body any, headers ...header) answer {
	r.t.Helper()
	var reader io.Reader
	if text, ok := body.(string); ok {
		reader = strings.NewReader(text)
	} else if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			r.t.Fatal(err)
		}
		reader = bytes.NewReader(raw)
	}
	req := httptest.NewRequest(method, "/api/v1"+path, reader)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.cookie != "" {
		req.Header.Set("Cookie", r.cookie)
		req.Header.Set("X-Csrf-Token", r.csrf)
	}
	for _, h := range headers {
		if h.value == "" {
			req.Header.Del(h.name)
		} else {
			req.Header.Set(h.name, h.value)
		}
	}
	return r.send(req)
}

// into reads an answer with a status.
func into[T any](t testing.TB, res answer, status int) T {
	t.Helper()
	var v T
	if res.StatusCode != status {
		t.Fatalf("status = %d, want %d: %s", res.StatusCode, status, res.raw)
	}
	if err := json.Unmarshal(res.raw, &v); err != nil {
		t.Fatalf("%s: %v", res.raw, err)
	}
	return v
}

// problem reads an answer that is a problem with a status and code.
func problem(t testing.TB, res answer, status int, code string) gen.Problem {
	t.Helper()
	p := into[gen.Problem](t, res, status)
	if p.Code != code || res.Header.Get("Content-Type") != "application/problem+json" || p.Status != status {
		t.Fatalf("problem = %+v as %s, want %d %s", p, res.Header.Get("Content-Type"), status, code)
	}
	if p.RequestId == nil || *p.RequestId != res.Header.Get("X-Request-Id") {
		t.Fatalf("request id = %v, want that of the header", p.RequestId)
	}
	return p
}

func TestSetUpSignInSignOut(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if state := into[gen.SetupState](t, r.do("GET", "/setup", nil), 200); !state.Needed || state.Routes == nil {
		t.Fatalf("getSetup = %+v, want it needed, with the routes", state)
	}
	problem(t, r.do("GET", "/session", nil), 401, "unauthenticated")
	office := newOffice(t)
	if state := into[gen.SetupState](t, office.do("GET", "/setup", nil), 200); state.Needed || state.Routes != nil {
		t.Fatalf("getSetup afterwards = %+v, want nothing to do and no routes", state)
	}
	before := office.cookie
	sign := gen.SignInRequest{Email: "DUTY@example.co.jp", Password: testPassword}
	problem(t, office.do("POST", "/session", gen.SignInRequest{Email: sign.Email, Password: "no"}), 401, "bad_credentials")
	res := office.do("POST", "/session", sign)
	session := into[gen.Session](t, res, 201)
	c := res.Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Secure {
		t.Fatalf("cookie = %+v, want HttpOnly, SameSite=Strict, and Secure only with TLS", c)
	}
	if cookieOf(res) == before || session.CsrfToken == office.csrf || len(session.Permissions) == 0 {
		t.Fatal("signing in must make a new session")
	}
	problem(t, office.do("GET", "/session", nil), 401, "unauthenticated") // the old cookie
	office.cookie, office.csrf = cookieOf(res), session.CsrfToken
	language := gen.AccountUpdateLanguage("en")
	account := into[gen.Account](t, office.do("PATCH", "/account", gen.AccountUpdate{Language: &language}), 200)
	if account.Language != "en" {
		t.Fatalf("language = %s, want en", account.Language)
	}
	res = office.do("DELETE", "/session", nil)
	if res.StatusCode != 204 || res.Cookies()[0].Value != "" {
		t.Fatalf("signOut = %d %v", res.StatusCode, res.Cookies())
	}
	problem(t, office.do("GET", "/session", nil), 401, "unauthenticated")
}

func TestSignInIsLimited(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	wrong := gen.SignInRequest{Email: "duty@example.co.jp", Password: "not this one"}
	for range 8 {
		problem(t, r.do("POST", "/session", wrong), 401, "bad_credentials")
	}
	res := r.do("POST", "/session", wrong)
	problem(t, res, 429, "too_many_attempts")
	if res.Header.Get("Retry-After") == "" {
		t.Fatal("no Retry-After")
	}
}

func TestOrganisation(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	o := into[gen.Organisation](t, r.do("GET", "/organisation", nil), 200)
	o.Timezone = "Mars/Olympus"
	p := problem(t, r.do("PUT", "/organisation", o), 422, "invalid_fields")
	if p.Fields == nil || (*p.Fields)[0].Path != "timezone" {
		t.Fatalf("fields = %v, want timezone", p.Fields)
	}
	o.Timezone = "Asia/Bangkok"
	if got := into[gen.Organisation](t, r.do("PUT", "/organisation", o), 200); got != o {
		t.Fatalf("organisation = %+v, want %+v", got, o)
	}
	page := into[gen.AuditPage](t, r.do("GET", "/audit?limit=2", nil), 200)
	if len(page.Items) != 2 || page.Items[0].Action != "organisation.updated" || page.Items[0].Before == nil ||
		page.Items[0].Who != "佐藤 美咲" || page.Next == nil {
		t.Fatalf("audit = %+v", page)
	}
	older := into[gen.AuditPage](t, r.do("GET", "/audit?after="+*page.Next, nil), 200)
	if len(older.Items) == 0 || older.Items[0].Number != page.Items[1].Number-1 {
		t.Fatalf("older lines = %+v, want those before %d", older.Items, page.Items[1].Number)
	}
}
