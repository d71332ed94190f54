package config

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"reflect"
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
	MemoryMB     int     `yaml:"memory_mb,omitempty" doc:"Memory the appliance tries to stay below, in MB; 0 means 384, enough for a million people."`
	Log          Log     `yaml:"log,omitempty" doc:"What is logged, to standard error."`
	OptOut       string  `yaml:"opt_out,omitempty" doc:"What a reply such as STOP does: enforce (no more texts to that number until START; when left out) or record_only (written down, nothing else)."`
	Routes       []Route `yaml:"routes,omitempty" doc:"SMPP accounts."`

	dir      string // directory of the file; relative paths are read from there
	inline   bool   // a secret stands in the file itself
	warnings []Problem
}

// What opt_out may be.
const (
	OptOutEnforce    = "enforce"
	OptOutRecordOnly = "record_only"
)

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
	if c.inline && readable(path) {
		c.warnings = append(c.warnings, open(path, "", ""))
	}
	return c, nil
}

// Parse reads a configuration; relative paths in it are taken from dir.
func Parse(raw []byte, dir string, env func(string) (string, bool)) (Config, error) {
	c := Defaults()
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return Config{}, invalid([]Problem{notYAML(err)})
	}
	check := checker{}
	if len(doc.Content) > 0 {
		check.node = resolve(doc.Content[0])
		check.shape(check.node, reflect.TypeFor[Config](), "")
	}
	if len(check.list) > 0 {
		return Config{}, invalid(check.list)
	}
	if err := doc.Decode(&c); err != nil && len(doc.Content) > 0 {
		return Config{}, invalid([]Problem{notYAML(err)})
	}
	c.dir = dir
	if v, ok := env("NOROSHI_LISTEN"); ok {
		c.Listen = v
	}
	c.complete(&check, env)
	if len(check.list) > 0 {
		return Config{}, invalid(check.list)
	}
	return c, nil
}

// complete puts in what stands elsewhere, and checks what came of it.
func (c *Config) complete(check *checker, env func(string) (string, bool)) {
	c.warnings = c.TLS.load(check, c.Path, env, "NOROSHI_TLS_KEY")
	c.check(check)
	_, routes := entry(check.node, "routes")
	names := map[string]bool{}
	for i := range c.Routes {
		r := &c.Routes[i]
		one := checker{route: nameOr(r.Name, i)}
		if routes = resolve(routes); routes != nil && i < len(routes.Content) {
			one.node = resolve(routes.Content[i])
		}
		if key := EnvName(r.Name); names[key] && r.Name != "" {
			one.say("name", "the name is used twice (capitals and signs do not tell names apart); give each route its own",
				"同じ名前の経路があります（大文字・小文字や記号の違いは区別されません）。別の名前を付けてください")
		} else {
			names[key] = true
		}
		c.inline = c.inline || r.Password != "" && !r.Simulator
		c.warnings = append(c.warnings, r.secrets(&one, c.Path, env)...)
		r.check(&one)
		check.list = append(check.list, one.list...)
	}
}

// UnmarshalYAML reads a route over its defaults.
func (r *Route) UnmarshalYAML(node *yaml.Node) error {
	type plain Route
	p := plain(RouteDefaults())
	if err := node.Decode(&p); err != nil {
		return err
	}
	*r = Route(p)
	return nil
}

// notYAML says where the file cannot be read as YAML at all, in the parser's own words.
func notYAML(err error) Problem {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	var typed *yaml.TypeError
	if errors.As(err, &typed) && len(typed.Errors) > 0 {
		text = typed.Errors[0]
	}
	p := Problem{}
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		at, what, _ := strings.Cut(rest, ": ")
		if n, nerr := strconv.Atoi(at); nerr == nil {
			p.Line, text = n, what
		}
	}
	p.EN = "this is not YAML (" + text + "); look for a missing colon or quote, and for tabs in front of settings"
	p.JA = "YAMLとして読めません（" + text + "）。コロンや引用符の抜け、行頭のタブがないか確認してください"
	return p
}

// Warnings returns what is not wrong but should not stay so, such as a password that everybody may read.
func (c Config) Warnings() []Problem { return c.warnings }

// Path returns a path of the file as an absolute or working-directory path.
func (c Config) Path(p string) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(c.dir, p)
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

// check looks at everything but the routes.
func (c *Config) check(k *checker) {
	host, port, err := net.SplitHostPort(c.Listen)
	if n, perr := strconv.Atoi(port); err != nil || perr != nil || n < 0 || n > 65535 {
		k.say("listen", "%q is not host:port, such as 127.0.0.1:8080", "%qは「ホスト:ポート」の形ではありません（例：127.0.0.1:8080）", c.Listen)
	} else if !loopback(host) && !c.PlainHTTP && c.TLS.CertFile == "" {
		k.say("listen", "%s can be reached from outside and has no tls; set tls, or plain_http: true behind a proxy",
			"%s は外部から接続できますが、tlsの設定がありません。tlsを設定するか、プロキシの内側なら plain_http: true としてください", c.Listen)
	}
	if c.Data == "" {
		k.say("data", "the directory of the ledger is missing", "台帳を置く場所がありません")
	}
	if c.MemoryMB != 0 && c.MemoryMB < 128 {
		k.say("memory_mb", "must be 0 or at least 128", "0、または128以上にしてください")
	}
	k.oneOf("opt_out", c.OptOut, "", OptOutEnforce, OptOutRecordOnly)
	k.oneOf("log.level", c.Log.Level, "", "debug", "info", "warn", "error")
	k.oneOf("log.format", c.Log.Format, "", "text", "json")
}

func (c *checker) oneOf(field, value string, among ...string) {
	if !slices.Contains(among, value) {
		c.say(field, "%q is none of %s", "%qは %s のいずれでもありません", value,
			strings.Join(slices.DeleteFunc(slices.Clone(among), func(s string) bool { return s == "" }), ", "))
	}
}

func nameOr(name string, i int) string {
	if name == "" {
		return "#" + strconv.Itoa(i+1)
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
