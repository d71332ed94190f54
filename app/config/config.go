package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"noroshi/app/fault"
)

// Config is everything that is set in the file. Operational things (people, templates, organisation) are in the ledger.
type Config struct {
	Listen       string  `yaml:"listen" doc:"Address of console and API. Without tls only loopback addresses are allowed, unless plain_http is true."`
	PublicListen string  `yaml:"public_listen,omitempty" doc:"Address of the pages recipients may open; reserved, nothing is served there yet."`
	PlainHTTP    bool    `yaml:"plain_http,omitempty" doc:"True behind a proxy that has TLS: other addresses are allowed without tls, and cookies are for HTTPS only."`
	TLS          TLS     `yaml:"tls,omitempty" doc:"Certificate of the console: cert_file and key_file, PEM. The other settings are for routes."`
	Data         string  `yaml:"data" doc:"Directory of the encrypted ledger."`
	KeyFile      string  `yaml:"key_file,omitempty" doc:"File with the 32-byte key of the ledger in hexadecimal, outside the data directory. Or the environment: NOROSHI_KEY."`
	MemoryMB     int     `yaml:"memory_mb,omitempty" doc:"Memory the appliance tries to stay below, in MB; 0 means 512."`
	Log          Log     `yaml:"log,omitempty" doc:"What is logged, to standard error."`
	Routes       []Route `yaml:"routes,omitempty" doc:"SMPP accounts."`

	dir string // directory of the file; relative paths are read from there
}

// Log is what is logged.
type Log struct {
	Level  string `yaml:"level,omitempty" doc:"debug, info, warn or error; info when left out."`
	Format string `yaml:"format,omitempty" doc:"text or json; text when left out."`
}

// Defaults returns a configuration with everything that has a default set.
func Defaults() Config {
	return Config{Listen: "127.0.0.1:8080", Data: "data", KeyFile: "noroshi.key"}
}

// RouteDefaults returns a route with everything that has a default set.
func RouteDefaults() Route {
	return Route{
		Port: 2775, BindMode: "trx", Binds: 1, Window: 10, Enquire: 30, RespTimeout: 60, Failover: 30, ReplyMode: "sender",
		DefaultAlphabet: "gsm7", LongMode: "udh", MaxSegments: 10, DLRParts: "all", MsgIDForm: "auto",
	}
}

// Load reads and validates a file, with secrets from *_file settings and the environment put in. env is os.LookupEnv.
// Returns Invalid: config_unreadable, or config_invalid with every problem, each with its line or setting.
func Load(path string, env func(string) (string, bool)) (Config, error) {
	raw, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return Config{}, fault.Wrap(err, fault.Invalid, "config_unreadable",
			"The configuration file "+path+" cannot be read; create one with: noroshi init", "path", path)
	}
	c, err := Parse(raw, filepath.Dir(path), env)
	if err != nil {
		return Config{}, err
	}
	return c, nil
}

// Parse reads a configuration; relative paths in it are taken from dir.
func Parse(raw []byte, dir string, env func(string) (string, bool)) (Config, error) {
	c := Defaults()
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&c); err != nil && !errors.Is(err, io.EOF) {
		return Config{}, invalid(problemsOf(err))
	}
	c.dir = dir
	var problems []string
	if v, ok := env("NOROSHI_LISTEN"); ok {
		c.Listen = v
	}
	for i := range c.Routes {
		problems = append(problems, c.Routes[i].secrets(c.Path, env)...)
	}
	problems = append(problems, c.problems()...)
	if len(problems) > 0 {
		return Config{}, invalid(problems)
	}
	return c, nil
}

// UnmarshalYAML reads a route over its defaults.
func (r *Route) UnmarshalYAML(node *yaml.Node) error {
	type plain Route
	p := plain(RouteDefaults())
	if err := strict(node, &p); err != nil {
		return err
	}
	*r = Route(p)
	return nil
}

// strict decodes a node and refuses unknown keys, which yaml.v3 forgets to do below an UnmarshalYAML.
func strict(node *yaml.Node, into any) error {
	raw, err := yaml.Marshal(node)
	if err != nil {
		return err
	}
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil {
		// Lines count from the route's own beginning here; say the file's.
		return shift(err, node.Line-1)
	}
	return nil
}

func shift(err error, by int) error {
	var list []string
	for _, p := range problemsOf(err) {
		rest, ok := strings.CutPrefix(p, "line ")
		at, text, found := strings.Cut(rest, ":")
		if n, nerr := strconv.Atoi(at); ok && found && nerr == nil {
			p = fmt.Sprintf("line %d:%s", n+by, text)
		}
		list = append(list, p)
	}
	return &yaml.TypeError{Errors: list}
}

func problemsOf(err error) []string {
	var typed *yaml.TypeError
	if !errors.As(err, &typed) {
		return []string{strings.TrimPrefix(err.Error(), "yaml: ")}
	}
	list := make([]string, len(typed.Errors))
	for i, e := range typed.Errors {
		list[i] = plainWords(e)
	}
	return list
}

// plainWords says what the parser's message means to somebody who does not know Go.
func plainWords(e string) string {
	before, after, found := strings.Cut(e, "field ")
	if name, _, ok := strings.Cut(after, " not found in type"); found && ok {
		return before + "there is no setting " + strconv.Quote(name)
	}
	return e
}

func invalid(problems []string) error {
	return fault.New(fault.Invalid, "config_invalid",
		"The configuration is not valid:\n  - "+strings.Join(problems, "\n  - "), "problems", strings.Join(problems, "\n"))
}

// Path returns a path of the file as an absolute or working-directory path.
func (c Config) Path(p string) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(c.dir, p)
}

// secrets puts in the password from its file or the environment (NOROSHI_ROUTE_<NAME>_PASSWORD).
func (r *Route) secrets(path func(string) string, env func(string) (string, bool)) []string {
	if v, ok := env("NOROSHI_ROUTE_" + EnvName(r.Name) + "_PASSWORD"); ok {
		r.Password = v
		return nil
	}
	if r.PassFile == "" {
		return nil
	}
	if r.Password != "" {
		return []string{"route " + r.Name + ": password and password_file exclude each other"}
	}
	raw, err := os.ReadFile(path(r.PassFile))
	if err != nil {
		return []string{"route " + r.Name + ": password_file cannot be read: " + err.Error()}
	}
	r.Password = strings.TrimRight(string(raw), "\r\n")
	return nil
}

// EnvName returns a route's name as it is written in the environment.
func EnvName(name string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z':
			return c - 'a' + 'A'
		case c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
			return c
		}
		return '_'
	}, name)
}

func (c Config) problems() []string {
	var out []string
	host, port, err := net.SplitHostPort(c.Listen)
	if n, perr := strconv.Atoi(port); err != nil || perr != nil || n < 0 || n > 65535 {
		out = append(out, "listen: "+strconv.Quote(c.Listen)+" is not host:port")
	} else if !loopback(host) && !c.PlainHTTP && c.TLS.CertFile == "" {
		out = append(out, "listen: "+c.Listen+
			" can be reached from outside and has no tls; set tls, or plain_http: true behind a proxy")
	}
	if (c.TLS.CertFile == "") != (c.TLS.KeyFile == "") {
		out = append(out, "tls: cert_file and key_file belong together")
	}
	if c.Data == "" {
		out = append(out, "data: the directory of the ledger is missing")
	}
	if c.MemoryMB != 0 && c.MemoryMB < 128 {
		out = append(out, "memory_mb: must be 0 or at least 128")
	}
	if !slices.Contains([]string{"", "debug", "info", "warn", "error"}, c.Log.Level) {
		out = append(out, "log.level: "+strconv.Quote(c.Log.Level)+" is none of debug, info, warn, error")
	}
	if !slices.Contains([]string{"", "text", "json"}, c.Log.Format) {
		out = append(out, "log.format: "+strconv.Quote(c.Log.Format)+" is neither text nor json")
	}
	names := map[string]bool{}
	for i := range c.Routes {
		r := &c.Routes[i]
		if names[r.Name] {
			out = append(out, "route "+r.Name+": the name is used twice")
		}
		names[r.Name] = true
		for _, p := range r.problems() {
			out = append(out, "route "+cmpName(r.Name, i)+": "+p)
		}
	}
	return out
}

func cmpName(name string, i int) string {
	if name == "" {
		return "number " + strconv.Itoa(i+1)
	}
	return name
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
