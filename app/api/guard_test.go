package api

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"noroshi/app/access"
	"noroshi/app/api/gen"
	"noroshi/app/api/replay"
	"noroshi/app/fault"
	"noroshi/app/id"
)

// address is a route's path with something in each place of a parameter.
func address(r route) string {
	const some = "0123456789abc"
	return strings.NewReplacer("{ordinal}", "0", "{number}", "+819012345678", "{recipientId}", some, "{groupId}", some,
		"{importId}", some, "{broadcastId}", some, "{replyId}", some).Replace(r.path)
}

// kindOf is the header a route's body needs.
func kindOf(r route) header {
	if r.upload {
		return header{"Content-Type", "text/csv"}
	}
	return header{"Content-Type", "application/json"}
}

func TestEveryRouteNeedsASession(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	r.cookie = ""
	for _, one := range r.routes() {
		if one.permission == public {
			continue
		}
		res := r.do(one.method, address(one), "{}", kindOf(one), header{replay.HeaderKey, "0123456789"})
		problem(t, res, 401, "unauthenticated")
		res = r.do(one.method, address(one), "{}", kindOf(one), header{"Cookie", cookiePlain + "=" + strings.Repeat("A", 43)})
		problem(t, res, 401, "unauthenticated")
	}
}

func TestEveryUnsafeRouteNeedsTheToken(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	for _, one := range r.routes() {
		if one.permission == public || safe(one.method) {
			continue
		}
		for _, token := range []string{"", "x", strings.Repeat("A", len(r.csrf))} {
			res := r.do(one.method, address(one), "{}", kindOf(one), header{headerCSRF, token})
			problem(t, res, 403, "csrf")
		}
	}
	if res := r.do("GET", "/session", nil); res.StatusCode != 200 {
		t.Fatalf("the session afterwards = %d, want it untouched", res.StatusCode)
	}
}

// TestEveryRouteNeedsItsPermission asks as an account that may nothing: as long as every account is an Owner there is
// none, so the check itself is asked.
func TestEveryRouteNeedsItsPermission(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	nobody := access.Session{CSRF: "token"}
	for _, one := range r.routes() {
		app := fiber.New(fiber.Config{ErrorHandler: r.fail})
		app.Add(one.method, "/", func(c *fiber.Ctx) error {
			c.Request().Header.Set(headerCSRF, "token")
			return r.admit(c, one, nobody)
		})
		r.app = app
		res := r.send(httptest.NewRequest(one.method, "/", nil))
		want := http.StatusForbidden
		if one.permission == signedIn {
			want = http.StatusOK
		}
		if one.permission != public && res.StatusCode != want {
			t.Errorf("%s for an account without permissions = %d, want %d", one.operation, res.StatusCode, want)
		}
	}
}

func TestForeignPagesAreRefused(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	sign := gen.SignInRequest{Email: "duty@example.co.jp", Password: testPassword}
	for _, h := range []header{
		{"Origin", "https://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"}, {"Origin", "http://example.com.evil.example"},
	} {
		problem(t, r.do("POST", "/session", sign, h), 403, "foreign_origin")
	}
	for _, h := range []header{{"Origin", "http://example.com"}, {"Sec-Fetch-Site", "same-origin"}} {
		if res := r.do("POST", "/session", sign, h); res.StatusCode != 201 {
			t.Errorf("signIn with %v = %d, want 201", h, res.StatusCode)
		}
	}
}

func TestBodiesAreBounded(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	problem(t, r.do("POST", "/groups", "name=x", header{"Content-Type", "application/x-www-form-urlencoded"}), 415,
		"wrong_content_type")
	problem(t, r.do("POST", "/imports", "name\n", header{"Content-Type", "text/plain"}), 415, "wrong_content_type")
	problem(t, r.do("POST", "/groups", `{"name":`), 400, "bad_json")
	large := `{"name":"` + strings.Repeat("x", maxBody) + `"}`
	problem(t, r.do("POST", "/groups", large), 413, "body_too_large")
	// A body of unknown length is counted while it is read.
	req := httptest.NewRequest("POST", "/api/v1/groups", io.MultiReader(strings.NewReader(large)))
	req.ContentLength, req.TransferEncoding = -1, []string{"chunked"}
	for _, h := range []header{{"Content-Type", "application/json"}, {"Cookie", r.cookie}, {headerCSRF, r.csrf}} {
		req.Header.Set(h.name, h.value)
	}
	problem(t, r.send(req), 413, "body_too_large")
}

func TestARefusedBodyIsNotTakenForTheNextRequest(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	hidden := "GET /api/v1/setup HTTP/1.1\r\nHost: example.com\r\n\r\n"
	for _, size := range []int{len(hidden), 900_000} {
		body := hidden + strings.Repeat(" ", size-len(hidden))
		req := httptest.NewRequest("POST", "/api/v1/groups", strings.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		res := r.send(req)
		if res.StatusCode != 401 || bytes.Contains(res.raw, []byte("needed")) {
			t.Fatalf("answer = %d %s", res.StatusCode, res.raw)
		}
		if res.closes != (size > drainMost) {
			t.Fatalf("after %d octets unread the connection closes = %v", size, res.closes)
		}
	}
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, path := range []string{"/", "/theme.js", "/nothing.js", "/api/v1/setup", "/api/v1/nothing", "/api/other"} {
		res := r.send(httptest.NewRequest("GET", path, nil))
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin", "X-Frame-Options": "DENY",
		} {
			if got := res.Header.Get(name); !strings.HasPrefix(got, want) {
				t.Errorf("%s: %s = %q, want %q", path, name, got, want)
			}
		}
		private := strings.HasPrefix(path, "/api") || path == "/nothing.js"
		if private != (res.Header.Get("Cache-Control") == "no-store") {
			t.Errorf("%s: Cache-Control = %q", path, res.Header.Get("Cache-Control"))
		}
		if res.Header.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: HSTS without TLS", path)
		}
	}
}

func TestTheConsoleAndNothingElse(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	cases := []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/", 200, testPage}, {"GET", "/broadcasts/123", 200, testPage}, {"GET", "/theme.js", 200, "dark()"},
		{"GET", "/_app/immutable/gone.js", 404, "Not found\n"}, {"POST", "/", 404, ""}, {"GET", "/api/v1/nothing", 404, ""},
		{"GET", "/api", 404, ""},
	}
	for _, c := range cases {
		res := r.send(httptest.NewRequest(c.method, c.path, nil))
		if res.StatusCode != c.status || c.body != "" && string(res.raw) != c.body {
			t.Errorf("%s %s = %d %q, want %d %q", c.method, c.path, res.StatusCode, res.raw, c.status, c.body)
		}
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	cases := []struct {
		name      string
		err       error
		versioned bool
		status    int
		code      string
	}{
		{"invalid", fault.New(fault.Invalid, "bad", "No."), false, 400, "bad"},
		{"fields", fault.InvalidFields([]fault.Field{{Path: "name", Code: "required"}}), false, 422, "invalid_fields"},
		{"not found", fault.New(fault.NotFound, "gone", "No."), false, 404, "gone"},
		{"conflict", fault.New(fault.Conflict, "taken", "No."), true, 409, "taken"},
		{"a stale version", fault.New(fault.Conflict, "group_changed", "No."), true, 412, "group_changed"},
		{"a stale body", fault.New(fault.Conflict, "version_changed", "No."), false, 409, "version_changed"},
		{"forbidden", fault.New(fault.Forbidden, "no", "No."), false, 403, "no"},
		{"unavailable", fault.New(fault.Unavailable, "disk_full", "No."), false, 503, "disk_full"},
		{"our own", fault.Wrap(io.EOF, fault.Internal, "damaged_record", "Secret."), false, 500, "internal"},
		{"nobody's", io.ErrUnexpectedEOF, false, 500, "internal"},
		{"a panic", nil, false, 500, "internal"},
	}
	for _, c := range cases {
		app := fiber.New(fiber.Config{ErrorHandler: r.fail})
		app.Use(r.edge)
		app.Get("/", func(*fiber.Ctx) error {
			if c.err == nil {
				panic("Tanaka is on 090-1234-5678")
			}
			return c.err
		})
		req := httptest.NewRequest("GET", "/", nil)
		if c.versioned {
			req.Header.Set("If-Match", `"1"`)
		}
		r.app = app
		p := problem(t, r.send(req), c.status, c.code)
		if c.status == 500 && (strings.Contains(p.Title, "Secret") || p.Params != nil || p.Fields != nil) {
			t.Errorf("%s shows %+v", c.name, p)
		}
	}
	if log := r.log.String(); strings.Contains(log, "Tanaka") || !strings.Contains(log, "request panicked") {
		t.Errorf("log = %s, want the panic without its words", log)
	}
}

func TestLogsHoldNothingPersonal(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	r.do("GET", "/recipients?q=Tanaka", nil)
	r.do("PUT", "/handsets/+819012345678/power", gen.HandsetPower{On: true})
	r.do("POST", "/session", gen.SignInRequest{Email: "tanaka@example.co.jp", Password: "Tanaka and his password"})
	log := r.log.String()
	if !strings.Contains(log, "listRecipients") || !strings.Contains(log, "setHandsetPower") {
		t.Fatalf("log = %s, want a line for each request", log)
	}
	for _, word := range []string{"Tanaka", "tanaka", "9012345678", "duty@", "佐藤", r.csrf} {
		if strings.Contains(log, word) {
			t.Errorf("the log holds %q", word)
		}
	}
}

func TestIdempotency(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	key := header{replay.HeaderKey, "key-0001"}
	first := into[gen.Group](t, r.do("POST", "/groups", gen.GroupInput{Name: "Floor 3"}, key), 201)
	res := r.do("POST", "/groups", gen.GroupInput{Name: "Floor 3"}, key)
	if again := into[gen.Group](t, res, 201); again != first || res.Header.Get("ETag") != `"1"` ||
		res.Header.Get(replay.HeaderReplay) != "true" {
		t.Fatalf("the repeat = %+v with %v, want %+v", again, res.Header, first)
	}
	problem(t, r.do("POST", "/groups", gen.GroupInput{Name: "Floor 4"}, key), 409, "idempotency_conflict")
	problem(t, r.do("POST", "/groups", gen.GroupInput{Name: "Floor 3"}), 409, "duplicate_group")
	// The same key on another route is another key; a refusal is not remembered.
	problem(t, r.do("POST", "/recipients", gen.RecipientInput{Name: ""}, key), 422, "invalid_fields")
	into[gen.Recipient](t, r.do("POST", "/recipients", gen.RecipientInput{Name: "山田 太郎"}, key), 201)
	short := r.do("POST", "/groups", gen.GroupInput{Name: "x"}, header{replay.HeaderKey, "short"})
	problem(t, short, 400, "bad_idempotency_key")
	launch := "/broadcasts/" + id.Broadcast(5).String() + "/launch"
	problem(t, r.do("POST", launch, gen.LaunchRequest{}), 400, "bad_idempotency_key")
}

func TestRepeatsAtTheSameTimeAreCarriedOutOnce(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	const n = 8
	got := make(chan int, n)
	for range n {
		go func() {
			req := httptest.NewRequest("POST", "/api/v1/recipients", strings.NewReader(`{"name":"山田 太郎"}`))
			for _, h := range []header{
				{"Content-Type", "application/json"}, {"Cookie", r.cookie}, {headerCSRF, r.csrf},
				{replay.HeaderKey, "one-of-eight"},
			} {
				req.Header.Set(h.name, h.value)
			}
			got <- r.send(req).StatusCode
		}()
	}
	for range n {
		if status := <-got; status != 201 {
			t.Errorf("status = %d, want 201", status)
		}
	}
	if page := into[gen.RecipientPage](t, r.do("GET", "/recipients", nil), 200); page.Total != 1 {
		t.Fatalf("people = %d, want one", page.Total)
	}
}

func TestSecureCookieAndHSTS(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.Server.o.Secure = true
	res := r.do("POST", "/setup", gen.SetupRequest{
		Token: r.setup, Name: "A", Email: "a@b.example", Password: testPassword,
		Organisation: gen.Organisation{Name: "B", Timezone: "UTC", Language: "en", Country: "SG"},
	})
	c := res.Cookies()[0]
	if res.StatusCode != 201 || !c.Secure || c.Name != cookieSecure || res.Header.Get("Strict-Transport-Security") == "" {
		t.Fatalf("set-up behind TLS = %d, cookie %+v", res.StatusCode, c)
	}
}
