// Package web is in charge of the console's files: which one answers a path, in which encoding, for how long browsers
// may keep it, and the one Content-Security-Policy that fits the page. It is pure: files in, answers out.
package web

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"mime"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Site is the console, read into memory once.
type Site struct {
	files  map[string]file
	policy string
}

type file struct {
	body     map[string][]byte // by encoding: "", br, gzip
	kind     string            // media type
	etag     string            // without the encoding
	constant bool              // its name changes with its content
}

// Answer is what a request for a path gets.
type Answer struct {
	Status   int // 200, 304 or 404
	Body     []byte
	Type     string
	Encoding string // "" is as it is
	ETag     string
	Cache    string
}

// How long browsers may keep files.
const (
	cacheForever = "public, max-age=31536000, immutable"
	cacheAsk     = "no-cache"
)

// constantFiles is where the build puts files whose names change with their content.
const constantFiles = "_app/immutable/"

// encodings are the compressed forms that the build leaves beside a file, the best first.
var encodings = []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}}

// New reads the console from files with index.html at the root.
func New(files fs.FS) (*Site, error) {
	s := &Site{files: map[string]file{}}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		s.add(name, body)
		return nil
	})
	if err != nil {
		return nil, err
	}
	index, ok := s.files["index.html"]
	if !ok || index.etag == "" {
		return nil, errors.New("the console has no index.html")
	}
	s.policy = Policy(index.body[""])
	return s, nil
}

// add takes in a file, or a compressed form of one.
func (s *Site) add(name string, body []byte) {
	encoding := ""
	for _, e := range encodings {
		if cut, ok := strings.CutSuffix(name, e.suffix); ok {
			name, encoding = cut, e.name
		}
	}
	f, ok := s.files[name]
	if !ok {
		f = file{body: map[string][]byte{}, kind: kindOf(name), constant: strings.HasPrefix(name, constantFiles)}
	}
	f.body[encoding] = body
	if encoding == "" {
		sum := sha256.Sum256(body)
		f.etag = hex.EncodeToString(sum[:8])
	}
	s.files[name] = f
}

// Policy returns the header for the console's pages.
func (s *Site) Policy() string { return s.policy }

// kinds are the media types of what a console consists of; the system's own table differs from machine to machine.
var kinds = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".json": "application/json", ".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon",
	".webmanifest": "application/manifest+json", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8",
}

func kindOf(name string) string {
	if kind, ok := kinds[path.Ext(name)]; ok {
		return kind
	}
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		return kind
	}
	return "application/octet-stream"
}

// Find answers a path with the file of that name, or with the shell when the path is a page of the console: it has no
// extension and is not below /_app/ or /api/. A hashed file that is gone is 404 and never the shell, or an old tab
// would run a page as a script.
func (s *Site) Find(name, acceptEncoding, ifNoneMatch string) Answer {
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	f, ok := s.files[name]
	if !ok || f.etag == "" {
		if name != "" && (path.Ext(name) != "" || below(name, "_app") || below(name, "api")) {
			return Answer{Status: 404}
		}
		f = s.files["index.html"]
	}
	a := Answer{Status: 200, Body: f.body[""], Type: f.kind, Cache: cacheAsk}
	if f.constant {
		a.Cache = cacheForever
	}
	for _, e := range encodings {
		if body, ok := f.body[e.name]; ok && accepts(acceptEncoding, e.name) {
			a.Body, a.Encoding = body, e.name
			break
		}
	}
	a.ETag = `"` + f.etag + `"`
	if a.Encoding != "" {
		a.ETag = `"` + f.etag + "-" + a.Encoding + `"`
	}
	if matches(ifNoneMatch, a.ETag) {
		a.Status, a.Body = 304, nil
	}
	return a
}

func below(name, dir string) bool { return name == dir || strings.HasPrefix(name, dir+"/") }

// accepts reads an Accept-Encoding header (RFC 9110 §12.5.3). No header means: as it is.
func accepts(header, encoding string) bool {
	for _, item := range strings.Split(header, ",") {
		name, params, _ := strings.Cut(item, ";")
		if strings.EqualFold(strings.TrimSpace(name), encoding) {
			_, q, weighted := strings.Cut(strings.ReplaceAll(strings.ToLower(params), " ", ""), "q=")
			weight, err := strconv.ParseFloat(q, 64)
			return !weighted || err == nil && weight > 0
		}
	}
	return false
}

// matches reads an If-None-Match header, by the weak comparison (RFC 9110 §13.1.2).
func matches(header, etag string) bool {
	for _, item := range strings.Split(header, ",") {
		item = strings.TrimPrefix(strings.TrimSpace(item), "W/")
		if item == etag || item == "*" {
			return true
		}
	}
	return false
}

var (
	inlineScript = regexp.MustCompile(`(?is)<script([^>]*)>(.*?)</script\s*>`)
	inlineStyle  = regexp.MustCompile(`(?is)<style[^>]*>(.*?)</style\s*>`)
	withSource   = regexp.MustCompile(`(?i)\ssrc\s*=`)
)

// announcerStyle is the hash of the style attribute of SvelteKit's announcer, the one inline style of the console: it
// hides from the eye what is read out at a change of page.
const announcerStyle = "'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo='"

// Policy returns the Content-Security-Policy for a page: nothing but its own files, and the inline scripts that are in
// it now, by their hashes. Worked out at start, it cannot grow stale.
func Policy(index []byte) string {
	scripts, styles := []string{"'self'"}, []string{"'self'"}
	for _, m := range inlineScript.FindAllSubmatch(index, -1) {
		if !withSource.Match(m[1]) {
			scripts = append(scripts, hash(m[2]))
		}
	}
	for _, m := range inlineStyle.FindAllSubmatch(index, -1) {
		styles = append(styles, hash(m[1]))
	}
	return strings.Join([]string{
		"default-src 'none'",
		"script-src " + strings.Join(slices.Compact(scripts), " "),
		"style-src " + strings.Join(slices.Compact(styles), " "),
		"style-src-attr 'unsafe-hashes' " + announcerStyle,
		"img-src 'self' data:", "font-src 'self'", "connect-src 'self'", "manifest-src 'self'", "base-uri 'none'",
		"form-action 'self'", "frame-ancestors 'none'", "object-src 'none'",
	}, "; ")
}

func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
