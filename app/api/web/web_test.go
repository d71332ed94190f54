package web_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"noroshi/app/api/web"
)

const page = `<!doctype html><head><script src="/theme.js"></script></head><body><script>start()</script></body>`

func site(t *testing.T) *web.Site {
	t.Helper()
	put := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	s, err := web.New(fstest.MapFS{
		"index.html": put(page), "index.html.br": put("br"), "index.html.gz": put("gz"), "theme.js": put("dark()"),
		"_app/immutable/a.0123.js": put("a"), "_app/immutable/a.0123.js.gz": put("z"), "_app/version.json": put("{}"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFind(t *testing.T) {
	t.Parallel()
	s := site(t)
	const forever, ask = "public, max-age=31536000, immutable", "no-cache"
	cases := []struct {
		name, path, accept string
		status             int
		body, encoding     string
		cache              string
	}{
		{"the shell", "/", "", 200, page, "", ask},
		{"a page is the shell", "/broadcasts/0123", "", 200, page, "", ask},
		{"brotli before gzip", "/recipients", "gzip, deflate, br", 200, "br", "br", ask},
		{"gzip alone", "/", "gzip", 200, "gz", "gzip", ask},
		{"a refused encoding", "/", "br;q=0, gzip;q=0.5", 200, "gz", "gzip", ask},
		{"an encoding refused in decimals", "/", "br;q=0.000", 200, page, "", ask},
		{"a hashed file", "/_app/immutable/a.0123.js", "br", 200, "a", "", forever},
		{"its compressed form", "/_app/immutable/a.0123.js", "gzip", 200, "z", "gzip", forever},
		{"a hashed file that is gone", "/_app/immutable/old.js", "", 404, "", "", ""},
		{"no extension below _app", "/_app/thing", "", 404, "", "", ""},
		{"no shell for the API", "/api/v1/nothing", "", 404, "", "", ""},
		{"a missing picture", "/logo.png", "", 404, "", "", ""},
		{"no compressed form by its name", "/index.html.br", "", 404, "", "", ""},
		{"dots do not climb", "/../../etc/passwd", "", 200, page, "", ask},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := s.Find(c.path, c.accept, "")
			if a.Status != c.status || string(a.Body) != c.body || a.Encoding != c.encoding || a.Cache != c.cache {
				t.Fatalf("Find(%q, %q) = %d %q %q %q", c.path, c.accept, a.Status, a.Body, a.Encoding, a.Cache)
			}
		})
	}
}

func TestFindKnowsWhatTheBrowserHas(t *testing.T) {
	t.Parallel()
	s := site(t)
	a := s.Find("/theme.js", "", "")
	if b := s.Find("/theme.js", "", `"other", W/`+a.ETag); b.Status != 304 || b.Body != nil {
		t.Fatalf("Find() with the ETag = %d, want 304", b.Status)
	}
	plain, br := s.Find("/", "", ""), s.Find("/", "br", "")
	if plain.ETag == br.ETag {
		t.Fatal("two encodings have one ETag")
	}
}

func TestPolicyHashesWhatIsInThePage(t *testing.T) {
	t.Parallel()
	p := web.Policy([]byte(page))
	if want := "script-src 'self' 'sha256-"; !strings.Contains(p, want) || strings.Count(p, "sha256-") != 2 {
		t.Fatalf("Policy() = %q, want one script's hash", p)
	}
	if p == web.Policy([]byte(strings.Replace(page, "start()", "stop()", 1))) {
		t.Fatal("the policy of another script is the same")
	}
	for _, bad := range []string{"unsafe-inline", "unsafe-eval", "*", "http:"} {
		if strings.Contains(p, bad) {
			t.Errorf("Policy() = %q holds %s", p, bad)
		}
	}
}

func TestTheConsoleOfTheTreeCanBeServed(t *testing.T) {
	t.Parallel()
	s, err := web.New(os.DirFS("../../../embed/placeholder"))
	if err != nil {
		t.Fatal(err)
	}
	if a := s.Find("/", "", ""); a.Status != 200 || len(a.Body) == 0 {
		t.Fatalf("Find(/) = %d with %d bytes", a.Status, len(a.Body))
	}
}
