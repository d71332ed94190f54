package embed

import (
	"io/fs"
	"testing"
)

// TestConsoleHasAPage holds with and without the console's build: there is always something to answer a browser with.
func TestConsoleHasAPage(t *testing.T) {
	t.Parallel()
	page, err := fs.ReadFile(Console(), "index.html")
	if err != nil || len(page) == 0 {
		t.Fatalf("index.html has %d octets, %v", len(page), err)
	}
	if _, err := fs.Stat(Console(), "dist"); err == nil {
		t.Fatal("the root is not the console's")
	}
}
