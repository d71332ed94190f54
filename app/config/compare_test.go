package config_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"noroshi/app/config"
)

func TestCompareNamesWhatDiffers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "pw"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parse := func(names ...string) []config.Route {
		t.Helper()
		text := "routes:\n"
		for _, name := range names {
			first, more, _ := strings.Cut(name, " ")
			text += "  - {name: " + first + ", host: h, system_id: s, sender: \"81\", password_file: pw, " + more + "}\n"
		}
		c, err := config.Parse([]byte(text), dir, none)
		if err != nil {
			t.Fatal(err)
		}
		return c.Routes
	}
	secret("one")
	old := parse("a", "b", "c")
	if got := config.Compare(old, parse("a", "b", "c")); !got.None() {
		t.Errorf("of the same: %+v, want nothing", got)
	}
	if got := config.Compare(old, parse("b", "a", "c")); got.None() || len(got.Changed) != 0 {
		t.Errorf("of another order: %+v, want something, and no route changed", got)
	}
	got := config.Compare(old, parse("a", "c window: 5", "d"))
	if !slices.Equal(got.Added, []string{"d"}) || !slices.Equal(got.Changed, []string{"c"}) ||
		!slices.Equal(got.Removed, []string{"b"}) {
		t.Errorf("Compare = %+v, want d added, c changed, b removed", got)
	}
	secret("two")
	if got := config.Compare(old, parse("a", "b", "c")); len(got.Changed) != 3 {
		t.Errorf("of another password in the same file: %+v, want all three changed", got)
	}
}
