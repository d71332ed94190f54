package config_test

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"noroshi/app/config"
	"noroshi/app/fault"
)

var update = flag.Bool("update", false, "write packaging/config.yaml")

// TestPackagedExampleIsWhatInitWrites keeps the file that packages carry in step with the struct.
func TestPackagedExampleIsWhatInitWrites(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "packaging", "config.yaml")
	if *update {
		if err := os.WriteFile(file, []byte(config.Example()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != config.Example() {
		t.Fatalf("%s is not what noroshi init writes (%v); run make generate", file, err)
	}
}

func none(string) (string, bool) { return "", false }

const route = `
routes:
  - name: main
    host: smsc.example.net
    system_id: aomine
    sender: "819012345678"
`

func TestExampleParsesToTheDefaults(t *testing.T) {
	t.Parallel()
	got, err := config.Parse([]byte(config.Example()), "", none)
	if err != nil {
		t.Fatal(err)
	}
	if want := config.Defaults(); !reflect.DeepEqual(got, want) {
		t.Errorf("Example = %+v, want %+v", got, want)
	}
	var on []string
	for line := range strings.Lines(config.Example()) {
		if rest, ok := strings.CutPrefix(line, "# routes:"); ok {
			on = append(on, "routes:"+rest)
		} else if len(on) > 0 {
			on = append(on, strings.TrimPrefix(strings.TrimPrefix(line, "# "), "#"))
		}
	}
	file := filepath.Join(t.TempDir(), "main.password")
	if err := os.WriteFile(file, []byte("geheim\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err = config.Parse([]byte(strings.Join(on, "")), filepath.Dir(file), none)
	if err != nil || len(got.Routes) != 1 || got.Routes[0].Password != "geheim" {
		t.Errorf("the example's route: %+v, %v", got.Routes, err)
	}
}

func TestRouteDefaultsAndEnvironment(t *testing.T) {
	t.Parallel()
	got, err := config.Parse([]byte(route), "", func(name string) (string, bool) {
		return "s3cret", name == "NOROSHI_ROUTE_MAIN_PASSWORD"
	})
	if err != nil {
		t.Fatal(err)
	}
	if r := got.Routes[0]; r.Window != 10 || r.LongMode != "udh" || r.Password != "s3cret" {
		t.Errorf("route = %+v", r)
	}
}

// TestProblemsAreSaidWithTheirPlace holds that each mistake is said with its line, its setting, and in two languages.
func TestProblemsAreSaidWithTheirPlace(t *testing.T) {
	t.Parallel()
	letters := strings.Replace(route, `"819012345678"`, "AOMINE", 1)
	cases := map[string]struct{ file, says string }{
		"an unknown setting":      {"listne: x\n", `line 1: there is no setting "listne"; do you mean "listen"?`},
		"a setting like no other": {"xyzzy: 1\n", `line 1: there is no setting "xyzzy"; all of them are`},
		"an unknown route field": {
			route + "    windwo: 5\n",
			`line 7: route main: there is no setting "windwo"; do you mean "window"?`,
		},
		"an unknown field below": {
			route + "    tls:\n      ca: x\n",
			`line 8: route main: tls: there is no setting "ca"; do you mean "ca_file"?`,
		},
		"a beginning of a setting": {route + "    rate: 5\n", `do you mean "rate_parts_per_s"?`},
		"a window out of range": {
			route + "    window: 5000\n",
			"line 7: route main: window: 5000 is not between 1 and 1000",
		},
		"a setting twice": {"listen: a:1\ndata: d\nlisten: b:1\n", "line 3"},
		"a list that is none": {
			route + "    countries: JP\n",
			"line 7: route main: countries: a list is expected here",
		},
		"a word for a number": {
			route + "    window: many\n",
			`line 7: route main: window: "many" is not a whole number`,
		},
		"a word for yes": {
			route + "    keep_plus: maybe\n",
			`line 7: route main: keep_plus: "maybe" is neither true nor false`,
		},
		"a map for a value":   {route + "    service_type: {a: b}\n", "a single value is expected"},
		"no YAML":             {"listen: [\n", "this is not YAML"},
		"letters that answer": {letters, "line 3: route main: reply_mode: nobody can answer a sender of letters"},
		"twelve letters":      {letters + "x", "sender: missing"},
		"letters with another ton": {
			letters + "    reply_mode: none\n    sender_ton: 1\n",
			"line 8: route main: sender_ton: 5 is for senders of letters",
		},
		"a bare outside address": {"listen: 0.0.0.0:80\n", "line 1: listen: 0.0.0.0:80 can be reached from"},
		"a long password": {
			route + "    password: ninechars\n",
			"line 7: route main: password: at most 8 octets",
		},
		"two routes of one name": {
			route + strings.TrimPrefix(route, "\nroutes:\n"), "line 7: route main: name: the name is used twice",
		},
		"a wrong type":            {"memory_mb: many\n", "line 1: memory_mb"},
		"a zone nobody knows":     {route + "    dlr_timezone: Mars/Base\n", "line 7: route main: dlr_timezone"},
		"a missing password file": {route + "    password_file: nowhere\n", "line 7: route main: password_file: "},
		"a password twice": {
			route + "    password: a\n    password_file: b\n",
			"line 8: route main: password_file: password and password_file exclude",
		},
		"gsm7 forced, a dcs for ucs2": {
			route + "    force_encoding: gsm7\n    dcs_out:\n      ucs2: 8\n",
			"line 9: route main: dcs_out.ucs2: force_encoding: gsm7",
		},
		"one dcs for two": {
			route + "    dcs_out: {gsm7: 8, ucs2: 8}\n",
			"dcs_out: GSM-7 and UCS-2 cannot have the same",
		},
		"numbered with references": {
			route + "    long_mode: none\n    ref_bits: 16\n",
			"line 8: route main: ref_bits: belongs to long_mode: udh",
		},
		"references of 12 bits": {route + "    ref_bits: 12\n", "ref_bits: 12 is neither 8 nor 16"},
		"a certificate without key": {
			route + "    tls: {enabled: true, cert_file: config_test.go}\n",
			"line 7: route main: tls: cert_file and key_file belong together",
		},
		"certificates without tls": {
			route + "    tls: {ca_file: config_test.go}\n",
			"tls: certificates are set, but enabled is not true",
		},
		"a bind faster than all": {
			route + "    rate_parts_per_s: 10\n    bind_rate_parts_per_s: 20\n",
			"line 8: route main: bind_rate_parts_per_s: 20 per session",
		},
		"a rate that is no number": {route + "    rate_parts_per_s: .nan\n", "rate_parts_per_s: must be 0 or more"},
		"a tlv of no type": {
			route + "    tlvs:\n      - {tag: 0x1400, type: text, value: a}\n",
			`line 8: route main: tlvs[0].type: "text" is none of`,
		},
		"a tlv that does not fit": {
			route + "    tlvs: [{tag: 0x1400, type: int, value: \"1234567890123456789\"}]\n",
			"tlvs[0].value",
		},
		"a tlv tag of words":     {route + "    tlvs: [{tag: pe_id, type: cstring, value: \"1\"}]\n", "tlvs[0].tag"},
		"quiet hours of no time": {route + "    quiet_hours: night\n", "line 7: route main: quiet_hours"},
		"mo numbers one cannot answer": {
			route + "    two_way: false\n    mo_numbers: [\"81\"]\n",
			"line 8: route main: mo_numbers: people cannot answer here",
		},
		"two ways and none": {
			route + "    reply_mode: none\n    two_way: true\n",
			"line 8: route main: two_way: true contradicts",
		},
		"a reply text for nobody": {
			route + "    reply_texts: {Malaysia: \"32345\"}\n",
			`reply_texts: "Malaysia" is none of`,
		},
		"a cost without currency": {route + "    cost_per_part: 8\n", "line 3: route main: currency: missing"},
		"a currency of words":     {route + "    currency: yen\n", "currency: \"yen\""},
		"a host without port": {
			route + "    hosts: [a.example:2775, b.example]\n",
			`hosts[1]: "b.example" is not host:port`,
		},
		"an unknown class": {
			route + "    status_override: {0x401: angry}\n",
			"status_override: 0x401: \"angry\" is none of",
		},
		"a country of letters": {route + "    countries: [Japan]\n", "countries[0]: \"Japan\" is not a country"},
		"a part over the single": {
			route + "    single_limit: 70\n    part_limit: 100\n",
			"part_limit: a part cannot hold more",
		},
	}
	for name, c := range cases {
		if name == "twelve letters" {
			c.file = strings.Replace(route, `"819012345678"`, "AOMINESEIKI1", 1)
			c.says = "line 6: route main: sender: at most 11 letters"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Parse([]byte(c.file), ".", none)
			if fault.CodeOf(err) != "config_invalid" || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error = %v, want it to say %q", err, c.says)
			}
			for _, p := range config.ProblemsOf(err) {
				if p.JA == "" || p.JA == p.EN || !strings.ContainsFunc(p.JA, func(r rune) bool { return r > 0x3000 }) {
					t.Errorf("the Japanese of %q is %q", p.EN, p.JA)
				}
				if strings.Contains(p.EN+p.JA, "%!") {
					t.Errorf("a sentence with a hole: %q, %q", p.EN, p.JA)
				}
			}
		})
	}
}

func TestEveryProblemIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	_, err := config.Parse([]byte(route+"    window: 0\n    binds: 99\n    dlr_parts: some\n"), "", none)
	if got := config.ProblemsOf(err); len(got) != 3 {
		t.Errorf("problems = %v, want 3", got)
	}
	if got := config.ProblemsOf(err)[0].In("ja"); got != "8行目：経路 main：binds：99 は 1 から 16 の範囲にありません" {
		t.Errorf("in Japanese: %q", got)
	}
}

func TestSecretsThatEverybodyMayReadAreWarnedOf(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "config.yaml")
	write := func(name, text string, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	warned := func(text string, mode, secret os.FileMode) []config.Problem {
		t.Helper()
		write("config.yaml", text, mode)
		write("pw", "geheim\n", secret)
		c, err := config.Load(file, none)
		if err != nil {
			t.Fatal(err)
		}
		return c.Warnings()
	}
	if got := warned(route+"    password_file: pw\n", 0o644, 0o640); len(got) != 0 {
		t.Errorf("warnings = %v, want none", got)
	}
	got := warned(route+"    password_file: pw\n", 0o644, 0o644)
	if len(got) != 1 || got[0].Field != "password_file" || !strings.Contains(got[0].EN, "chmod 640") {
		t.Errorf("an open password file: %v", got)
	}
	if got := warned(route+"    password: geheim\n", 0o644, 0o600); len(got) != 1 || !strings.Contains(got[0].EN, file) {
		t.Errorf("a password in an open file: %v", got)
	}
	if got := warned(route+"    password: geheim\n", 0o640, 0o600); len(got) != 0 {
		t.Errorf("a password in a file of ours: %v", got)
	}
}

func TestQuietHoursMayCrossMidnight(t *testing.T) {
	t.Parallel()
	try := func(hours string, good bool) {
		_, err := config.Parse([]byte(route+"    quiet_hours: \""+hours+"\"\n"), "", none)
		if (err == nil) != good {
			t.Errorf("quiet_hours %q: %v, want it taken: %v", hours, err, good)
		}
	}
	for _, hours := range []string{"21:00-08:00", "12:00-13:30", "22:00-24:00", " 9:00 - 10:00", ""} {
		try(hours, true)
	}
	for _, hours := range []string{"21-8", "21:00", "21:00-21:00", "00:00-24:00", "25:00-08:00", "21:60-08:00"} {
		try(hours, false)
	}
}

// FuzzParse holds that no file makes the parser panic or hang, and that what it refuses it can explain.
func FuzzParse(f *testing.F) {
	f.Add([]byte(route))
	f.Add([]byte(config.Example()))
	f.Add([]byte("routes: &a\n  - *a\n"))
	f.Add([]byte("routes: [&r {name: a, tlvs: [{tag: 1}]}, *r]\n"))
	f.Add([]byte("? [a, b]\n: c\nlisten: !!binary aGk=\n"))
	f.Add([]byte("routes:\n  - <<: {name: x}\n    dcs_in: {0xF4: ucs2, x: y}\n"))
	f.Add([]byte("log: {level: \xff}\n--- \nlisten: 2\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		// A name such as /dev/zero must not be opened here, so no file is.
		if strings.Contains(string(raw), "_file") {
			return
		}
		_, err := config.Parse(raw, "", none)
		if err != nil && len(config.ProblemsOf(err)) == 0 {
			t.Errorf("refused without a problem: %v", err)
		}
	})
}
