package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"noroshi/app/config"
)

// rows are the settings of a type as the manual lists them.
func rows(t reflect.Type) string {
	var b strings.Builder
	b.WriteString("| key |  |\n|---|---|\n")
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if name != "-" {
			fmt.Fprintf(&b, "| `%s` | %s |\n", name, t.Field(i).Tag.Get("doc"))
		}
	}
	return b.String()
}

// TestTheManualListsEverySettingOfARoute keeps docs/config.md in step with the struct.
func TestTheManualListsEverySettingOfARoute(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "docs", "config.md")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for first, of := range map[string]reflect.Type{
		"name": reflect.TypeFor[config.Route](), "enabled": reflect.TypeFor[config.TLS](),
		"gsm7": reflect.TypeFor[config.DCSOut](), "tag": reflect.TypeFor[config.TLV](),
	} {
		begin := "| key |  |\n|---|---|\n| `" + first + "` |"
		before, after, found := strings.Cut(text, begin)
		_, rest, ended := strings.Cut(after, "\n\n")
		if !found || !ended {
			t.Fatalf("%s has no table that begins with %s", file, first)
		}
		text = before + rows(of) + "\n" + rest
	}
	if *update && text != string(raw) {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if text != string(raw) {
		t.Errorf("%s is not what the program reads; run: go test ./app/config -update", file)
	}
}
