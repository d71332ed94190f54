// Package embed carries the built console inside the binary.
//
// The files are written by the frontend's build into dist. A placeholder page is kept there so that the
// program builds without Node; it says how to build the console.
package embed

import (
	"embed"
	"io/fs"
)

// The all: prefix is needed: without it names that begin with an underscore, such as _app, are left out.
//
//go:embed all:dist
var files embed.FS

// Console returns the console's files with index.html at the root. Beside a file there may be its
// compressed forms, named with .br and .gz at the end.
func Console() fs.FS {
	console, err := fs.Sub(files, "dist")
	if err != nil {
		// The directory is compiled in, so the name cannot be wrong at run time.
		return files
	}
	return console
}
