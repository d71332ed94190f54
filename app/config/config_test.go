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

func TestProblemsAreSaidWithTheirPlace(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ file, says string }{
		"an unknown setting":     {"listne: x\n", `line 1: there is no setting "listne"`},
		"an unknown route field": {route + "    windwo: 5\n", `line 7: there is no setting "windwo"`},
		"a window out of range":  {route + "    window: 5000\n", "route main: window: 5000 is not between 1 and 1000"},
		"letters that answer": {
			strings.Replace(route, `"819012345678"`, "AOMINE", 1), "nobody can answer a sender of letters",
		},
		"a bare outside address":  {"listen: 0.0.0.0:80\n", "has no tls"},
		"a long password":         {route + "    password: ninechars\n", "password: at most 8 octets"},
		"two routes of one name":  {route + strings.TrimPrefix(route, "\nroutes:\n"), "the name is used twice"},
		"a wrong type":            {"memory_mb: many\n", "line 1"},
		"a zone nobody knows":     {route + "    dlr_timezone: Mars/Base\n", "dlr_timezone"},
		"a missing password file": {route + "    password_file: nowhere\n", "password_file cannot be read"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Parse([]byte(c.file), t.TempDir(), none)
			if fault.CodeOf(err) != "config_invalid" || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error = %v, want it to say %q", err, c.says)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(route))
	f.Add([]byte(config.Example()))
	f.Fuzz(func(_ *testing.T, raw []byte) {
		_, _ = config.Parse(raw, "", none)
	})
}
