package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// lockfile is what is needed of package-lock.json, version 3.
type lockfile struct {
	Packages map[string]struct {
		Version      string            `json:"version"`
		License      string            `json:"license"`
		Dependencies map[string]string `json:"dependencies"`
	} `json:"packages"`
}

// alwaysLinked are put into every console by the build, imported or not.
var alwaysLinked = []string{"svelte", "@sveltejs/kit"}

var imported = regexp.MustCompile(`(?:\bfrom|\bimport|@import)\s*\(?\s*['"]([^'"]+)['"]`)

// linkedPackages returns the npm packages that are built into the console: those its sources import, and what these
// depend on. Their licence is what the lock file says; the text is added where the package carries one.
func linkedPackages(dir string) ([]part, error) {
	data, err := os.ReadFile(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return nil, err
	}
	var lock lockfile
	if err := json.Unmarshal(data, &lock); err != nil {
		return nil, err
	}
	roots, err := importedPackages(os.DirFS(filepath.Join(dir, "src")))
	if err != nil {
		return nil, err
	}
	linked := map[string]bool{}
	for _, name := range append(roots, alwaysLinked...) {
		lock.follow("", name, linked)
	}
	var parts []part
	for at := range linked {
		p := part{name: at[strings.LastIndex(at, "node_modules/")+len("node_modules/"):], version: lock.Packages[at].Version}
		files, err := licencesUpTo(filepath.Join(dir, at), filepath.Join(dir, at))
		if err != nil {
			return nil, err
		}
		if err := p.read(files); err != nil {
			return nil, err
		}
		if spdx := lock.Packages[at].License; spdx != "" {
			p.licences = choose(spdx)
		}
		parts = append(parts, p)
	}
	slices.SortFunc(parts, func(a, b part) int { return strings.Compare(a.name+a.version, b.name+b.version) })
	return parts, nil
}

// importedPackages returns the packages that the sources name, tests left out.
func importedPackages(src fs.FS) ([]string, error) {
	var names []string
	err := fs.WalkDir(src, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, ".spec.ts") {
			return err
		}
		if !slices.Contains([]string{".ts", ".js", ".svelte", ".css"}, path.Ext(name)) {
			return nil
		}
		data, err := fs.ReadFile(src, name)
		if err != nil {
			return err
		}
		for _, m := range imported.FindAllStringSubmatch(string(data), -1) {
			if pkg := packageName(m[1]); pkg != "" && !slices.Contains(names, pkg) {
				names = append(names, pkg)
			}
		}
		return nil
	})
	return names, err
}

// packageName returns the package of an import, or "" if it is a file of our own.
func packageName(spec string) string {
	if strings.HasPrefix(spec, ".") || strings.HasPrefix(spec, "/") || strings.HasPrefix(spec, "$") {
		return ""
	}
	words := strings.SplitN(spec, "/", 3)
	if strings.HasPrefix(spec, "@") && len(words) > 1 {
		return words[0] + "/" + words[1]
	}
	return words[0]
}

// follow marks a package and its dependencies, found as Node finds them: the nearest node_modules upwards.
func (l lockfile) follow(from, name string, linked map[string]bool) {
	for at := from; ; {
		key := strings.TrimPrefix(path.Join(at, "node_modules", name), "/")
		if p, ok := l.Packages[key]; ok {
			if !linked[key] {
				linked[key] = true
				for dep := range p.Dependencies {
					l.follow(key, dep, linked)
				}
			}
			return
		}
		if at == "" {
			return
		}
		at = strings.TrimSuffix(at[:max(strings.LastIndex(at, "node_modules/"), 0)], "/")
	}
}

// choose reads an SPDX expression: of alternatives it takes the first allowed one, of a sum all.
func choose(expression string) []string {
	expression = strings.Trim(expression, "()")
	alternatives := strings.Split(expression, " OR ")
	for _, a := range alternatives {
		if a = strings.Trim(a, "() "); slices.Contains(allowed, a) {
			return []string{a}
		}
	}
	var all []string
	for _, a := range strings.Split(alternatives[0], " AND ") {
		all = append(all, strings.Trim(a, "() "))
	}
	return all
}
