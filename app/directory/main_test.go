package directory_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain lowers the number of random runs where nobody chose one: each of them makes durable commits.
func TestMain(m *testing.M) {
	flag.Parse()
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "rapid.checks" })
	if !chosen {
		_ = flag.Set("rapid.checks", "25")
	}
	os.Exit(m.Run())
}
