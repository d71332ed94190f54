package app_test

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// The ground packages: pure, no I/O, no clock, no global state. Everybody may import them; they import only each other.
const ground = "fault id scope token lang phone smstext answer mailtext config"

// edges says which packages a package may import beside the ground. A new edge is a decision: it is made here, with
// the reason in the commit. A package that is not in this table, or below one that is, may not exist.
var edges = map[string]string{
	// ledger
	"store": "store/memory",
	// what the database holds and need not: it must see the database, and nothing of the ledger
	"store/memory": "",
	"bus":          "",
	"cluster":      "store bus",
	// capabilities
	"audit":         "store",
	"access":        "store audit",
	"directory":     "store audit",
	"template":      "store audit",
	"gateway":       "store",
	"gateway/smpp":  "gateway",
	"gateway/email": "gateway",
	// test texts are of no ledger; command line and console send them. Its tests drive the real client
	"gateway/trial": "gateway gateway/smpp",
	"question":      "store store/sweep",
	"message":       "store gateway",
	"audience":      "store directory question message",
	// the allocator of codes asks in its transaction whether two selections of the directory meet
	"broadcast": "store audit template audience question directory",
	// a quotation is known only against the text as this person was sent it
	"reply": "store store/sweep audit directory question message template autoreply",
	"tally": "store broadcast question message",
	"usage": "store audit directory message",
	// country cards: what networks and people of a country do with a text
	"country": "store audit",
	// why somebody cannot be reached is a word of package message
	"preflight": "broadcast audience directory template question gateway usage message country",
	// motion
	"expansion": "store broadcast audience directory template question message gateway",
	"delivery":  "store bus broadcast message gateway audit",
	"inbound":   "store store/sweep gateway message reply autoreply",
	// the confirmation of a reply is planned in the commit of the reply, and goes out by itself
	"autoreply": "store store/sweep gateway",
	"live":      "store tally",
	// face; api cannot see the store or a concrete gateway: sequences and cursors are ground types
	"api": "api/ask api/replay access audit directory directory/intake template gateway question message audience" +
		" broadcast reply tally usage preflight live country",
	// what reads requests and repeats answers knows sessions, and nothing of what is asked for
	"api/ask":    "access audit",
	"api/replay": "api/ask access audit",
	"simulator":  "",

	// housekeeping of records is the same everywhere, and would not fit into the store
	"store/sweep": "store",
	// what receipts say about a route's settings is seen between the gateway and those who use it
	"gateway/habit": "gateway",

	// a simulator in a process of its own is for those who measure: they must not pay for it
	"simulator/apart": "simulator",
	// the people of the demo; the composition root would be too large with them
	"sample": "directory",
	// what a measured run sends, and the count of it against the simulator, are no part of the composition root
	"bench": "store directory broadcast question audience message simulator simulator/apart",

	// lists in and out stand on the directory, and would not fit into it
	"directory/intake": "directory store audit",
}

// A door is the place where a library comes in. Its replacement is then a matter of one package.
type door struct {
	library string // import path, or the beginning of one
	through string // packages that may import it; "" is the composition root, "*" is everybody
	tests   string // packages whose tests may import it as well, to hold a part against a second implementation
}

// doors lists every library there is: one without a door fails. The libraries open to everybody hold no state, do no
// I/O, and would be costly to wrap.
var doors = []door{
	{"github.com/gofiber/fiber/v2", "api api/ask api/replay", ""},
	{"github.com/valyala/fasthttp", "api", ""},
	{"github.com/dgraph-io/badger/v4", "store store/memory", ""},
	{"github.com/dgraph-io/ristretto/v2", "store store/memory", ""},
	{"github.com/nats-io/", "bus", ""},
	{"github.com/linxGnu/gosmpp", "gateway/smpp", "simulator"},
	{"github.com/wneessen/go-mail", "gateway/email", "simulator mailtext"},
	{"github.com/emersion/go-imap/v2", "gateway/email", ""},
	{"github.com/emersion/go-sasl", "gateway/email simulator", ""},
	{"github.com/emersion/go-smtp", "gateway/email simulator", ""},
	{"github.com/emersion/go-message", "mailtext", "gateway/email simulator"},
	{"github.com/casbin/casbin/v2", "access", ""},
	{"github.com/nyaruka/phonenumbers", "phone", ""},
	{"github.com/rivo/uniseg", "smstext", ""},
	{"github.com/xuri/excelize/v2", "directory", "api"},
	{"github.com/spf13/", "", ""},
	{"go.yaml.in/yaml/v3", "config", "api"},
	{"golang.org/x/term", "", ""},
	{"golang.org/x/sys", "store store/memory", ""},
	{"golang.org/x/time", "gateway/smpp gateway/email delivery", ""},
	{"golang.org/x/crypto", "*", ""},
	{"golang.org/x/text", "*", ""},
	{"github.com/fxamacker/cbor/v2", "*", ""},
	{"pgregory.net/rapid", "", "*"},
	{"go.uber.org/goleak", "", "*"},
}

// Tests build what their package stands on, so they may reach further: whatever their package may reach through others,
// the simulator as the far side, and helper packages named <package>test.
const testsMayImport = "simulator"

// outside maps standard packages that reach out of the process to the ground packages that may use them.
var outside = map[string]string{
	"os": "config", "os/exec": "", "os/signal": "", "net": "config", "net/http": "", "net/smtp": "", "net/rpc": "",
	"path/filepath": "config", "syscall": "", "log": "", "log/slog": "", "database/sql": "", "plugin": "",
}

// bans are calls that hide an input or a wait; the packages in allowed are where that input comes from.
var bans = []struct{ pkg, names, allowed, why string }{
	{"time", "Sleep", "-", "wait on a condition, a timer with a context, or a deadline"},
	{"time", "Now Since Until", "(root) config", "the clock comes from outside as now func() time.Time"},
	{"context", "Background TODO", "(root)", "the caller's context ends the work, or the owner's at stop"},
}

const (
	maxFileLines     = 500
	maxPackageLines  = 2500
	maxFunctionLines = 60
	maxMainLines     = 25
)

// TestArchitecture holds the tree against the import table, the doors, the bans and the size limits. It reads the
// sources itself: a test that asks the go tool is cached while the sources change.
func TestArchitecture(t *testing.T) {
	t.Parallel()
	found, err := checkTree(os.DirFS(".."))
	if err != nil {
		t.Fatalf("checkTree() = %v", err)
	}
	for _, v := range found {
		t.Error(v)
	}
}

// TestTableIsSound keeps the table itself honest: known names only, and no ring.
func TestTableIsSound(t *testing.T) {
	t.Parallel()
	for pkg, list := range edges {
		for _, to := range strings.Fields(list) {
			if _, ok := edges[to]; !ok {
				t.Errorf("edges[%q] names %q, which is not in the table", pkg, to)
			}
		}
		if reaches(pkg, pkg) {
			t.Errorf("edges: %s reaches itself", pkg)
		}
		if isGround(pkg) {
			t.Errorf("edges: %s is ground and needs no entry", pkg)
		}
	}
	for _, d := range doors {
		for _, pkg := range strings.Fields(strings.ReplaceAll(d.through+" "+d.tests, "*", "")) {
			if _, ok := edges[pkg]; !ok && !isGround(pkg) {
				t.Errorf("doors: %s names %q, which is not in the table", d.library, pkg)
			}
		}
	}
}

// TestRulesCatch plants one offence a case in a tree of its own, so that a rule which went blind is seen.
func TestRulesCatch(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("\n\t_ = 1", maxFunctionLines+1)
	tall := strings.Repeat("// filler\n", maxFileLines)
	cases := []struct {
		name, file, source string
		want               string // how the one violation begins and a part of its rule; "" is none
	}{
		{"a forbidden edge", "app/api/x.go", "package api\n\nimport _ \"noroshi/app/store\"\n",
			"app/api/x.go:3|api may not import store"},
		{"an allowed edge", "app/api/x.go", "package api\n\nimport _ \"noroshi/app/broadcast\"\n", ""},
		{"a ground package that looks up", "app/phone/x.go", "package phone\nimport _ \"noroshi/app/audit\"\n",
			"app/phone/x.go:2|phone may not import audit"},
		{"a ground package that reaches out", "app/lang/x.go", "package lang\nimport _ \"net/http\"\n",
			"app/lang/x.go:2|ground is pure"},
		{"a concrete gateway in the face", "app/api/x.go", "package api\nimport _ \"noroshi/app/gateway/smpp\"\n",
			"app/api/x.go:2|api may not import gateway/smpp"},
		{"the composition root from below", "app/live/x.go", "package live\nimport _ \"noroshi/app\"\n",
			"app/live/x.go:2|live may not import (root)"},
		{"a sub-package with its parent's rights", "app/api/gen/x.go",
			"package gen\nimport _ \"noroshi/app/store\"\n", "app/api/gen/x.go:2|api/gen may not import store"},
		{"parts of one package", "app/simulator/people/x.go",
			"package people\nimport _ \"noroshi/app/simulator/wire\"\n", ""},
		{"a test that builds what it stands on", "app/api/x_test.go",
			"package api\nimport _ \"noroshi/app/store\"\n", ""},
		{"a test beside its layer", "app/store/x_test.go", "package store\nimport _ \"noroshi/app/api\"\n",
			"app/store/x_test.go:2|store may not import api"},
		{"a test helper in the product", "app/live/x.go", "package live\nimport _ \"noroshi/app/store/storetest\"\n",
			"app/live/x.go:2|live may not import store/storetest"},
		{"a library past its door", "app/message/x.go",
			"package message\nimport _ \"github.com/dgraph-io/badger/v4\"\n", "app/message/x.go:2|comes in through store"},
		{"a library without a door", "app/store/x.go", "package store\nimport _ \"github.com/pkg/errors\"\n",
			"app/store/x.go:2|has no door"},
		{"a package nobody decided on", "app/util/x.go", "package util\n", "app/util|not in the import table"},
		{"a sleep", "app/bus/x.go", "package bus\nimport \"time\"\nfunc f() { time.Sleep(1) }\n",
			"app/bus/x.go:3|time.Sleep"},
		{"a sleep under another name", "app/bus/x.go", "package bus\nimport t \"time\"\nfunc f() { t.Sleep(1) }\n",
			"app/bus/x.go:3|time.Sleep"},
		{"the clock as a value", "app/bus/x.go", "package bus\nimport \"time\"\nvar now = time.Now\n",
			"app/bus/x.go:3|time.Now"},
		{"the clock in the composition root", "app/x.go", "package app\nimport \"time\"\nvar now = time.Now\n", ""},
		{"a field that is called like the clock", "app/bus/x.go",
			"package bus\ntype c struct{ Now int }\nfunc f(time c) int { return time.Now }\n", ""},
		{"a context from nowhere", "app/live/x.go",
			"package live\nimport \"context\"\nvar c = context.Background()\n", "app/live/x.go:3|context.Background"},
		{"a context in a test", "app/live/x_test.go",
			"package live\nimport \"context\"\nvar c = context.Background()\n", ""},
		{"work at import time", "app/tally/x.go", "package tally\nfunc init() {}\n", "app/tally/x.go:2|init()"},
		{"a long function", "app/tally/x.go", "package tally\n\nfunc f() {" + long + "\n}\n",
			"app/tally/x.go:3|function f has 61 lines"},
		{"a long function in a test", "app/tally/x_test.go", "package tally\n\nfunc f() {" + long + "\n}\n", ""},
		{"a long generated function", "app/api/gen/x.go",
			"// Code generated by oapi-codegen. DO NOT EDIT.\npackage gen\n\nfunc f() {" + long + "\n}\n", ""},
		{"a long file", "app/tally/x.go", "package tally\n" + tall, "app/tally/x.go:501|file has 501 lines"},
		{"a main that does things", "main.go", "package main\n" + strings.Repeat("// filler\n", 24),
			"main.go:25|under 25 lines"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tree := fstest.MapFS{c.file: {Data: []byte(c.source)}}
			expect(t, tree, c.want)
		})
	}
}

// TestRulesCatchALargePackage counts over the files of a package, and leaves its tests out.
func TestRulesCatchALargePackage(t *testing.T) {
	t.Parallel()
	source := []byte("package reply\n" + strings.Repeat("// filler\n", maxFileLines-1))
	tree := fstest.MapFS{}
	for _, name := range []string{"a.go", "b.go", "c.go", "d.go", "e.go", "f_test.go"} {
		tree["app/reply/"+name] = &fstest.MapFile{Data: source}
	}
	expect(t, tree, "")
	tree["app/reply/g.go"] = &fstest.MapFile{Data: []byte("package reply\n")}
	expect(t, tree, "app/reply|package has 2501 lines")
}

// expect checks that the tree has just the wanted violation: "place|part of the rule", or "" for none.
func expect(t *testing.T, tree fs.FS, want string) {
	t.Helper()
	found, err := checkTree(tree)
	if err != nil {
		t.Fatalf("checkTree() = %v", err)
	}
	place, rule, _ := strings.Cut(want, "|")
	switch {
	case want == "" && len(found) == 0:
	case len(found) == 1 && want != "" && strings.HasPrefix(found[0], place+": ") && strings.Contains(found[0], rule):
	default:
		slices.Sort(found)
		t.Fatalf("violations = %q, want %q", found, want)
	}
}
