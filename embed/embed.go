// Package embed carries the built console inside the binary.
//
// The frontend's build writes its files into dist, which is not tracked. Without them, as after a build without Node,
// the console is a page that says how to build it.
package embed

import (
	"embed"
	"io/fs"
)

// The all: prefix is needed: without it names that begin with an underscore, such as _app, are left out.
//
//go:embed all:dist placeholder
var files embed.FS

// Console returns the console's files with index.html at the root. Beside a file there may be its compressed forms,
// named with .br and .gz at the end.
func Console() fs.FS {
	dir := "dist"
	if _, err := fs.Stat(files, "dist/index.html"); err != nil {
		dir = "placeholder"
	}
	console, err := fs.Sub(files, dir)
	if err != nil {
		// Both directories are compiled in, so the name cannot be wrong at run time.
		return files
	}
	return console
}
