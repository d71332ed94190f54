package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// licenceFile matches the names under which licences stand.
var licenceFile = regexp.MustCompile(`(?i)^(licen[sc]e|copying|unlicen[sc]e)([-._].*)?$`)

// linkedModules returns the modules the binary and its packages are built from, with Go's own library first. The
// platform is fixed, so that the answer does not depend on who asks.
func linkedModules(dir string) ([]part, error) {
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Dir,Standard,Module", ".", "./app/...")
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	type module struct {
		Path, Version, Dir string
		Main               bool
	}
	files := map[string][]string{} // module path -> licence files
	modules := map[string]module{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath, Dir string
			Standard        bool
			Module          *module
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if p.Module == nil || p.Module.Main {
			continue
		}
		modules[p.Module.Path] = *p.Module
		found, err := licencesUpTo(p.Dir, p.Module.Dir)
		if err != nil {
			return nil, err
		}
		files[p.Module.Path] = append(files[p.Module.Path], found...)
	}
	goRoot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	parts := []part{}
	standard := part{name: "Go standard library", version: strings.Join(strings.Split(runtime.Version(), ".")[:2], ".")}
	if err := standard.read(standardLicence(strings.TrimSpace(string(goRoot)))); err != nil {
		return nil, err
	}
	parts = append(parts, standard)
	for _, m := range modules {
		p := part{name: m.Path, version: m.Version}
		if err := p.read(files[m.Path]); err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	slices.SortFunc(parts[1:], func(a, b part) int { return strings.Compare(a.name, b.name) })
	return parts, nil
}

// standardLicence finds Go's licence: some distributions keep it beside the tree instead of in it.
func standardLicence(goRoot string) []string {
	for _, file := range []string{filepath.Join(goRoot, "LICENSE"), "/usr/share/doc/golang-go/copyright"} {
		if _, err := os.Stat(file); err == nil {
			return []string{file}
		}
	}
	return nil
}

// licencesUpTo returns the licence files of the directory and of those above it, up to the module's.
func licencesUpTo(dir, top string) ([]string, error) {
	var found []string
	for strings.HasPrefix(dir, top) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if !e.IsDir() && licenceFile.MatchString(e.Name()) && filepath.Ext(e.Name()) != ".go" {
				found = append(found, filepath.Join(dir, e.Name()))
			}
		}
		dir = filepath.Dir(dir)
	}
	return found, nil
}

// read fills in the text and the licences of a part from its files.
func (p *part) read(files []string) error {
	files = slices.Clone(files)
	slices.Sort(files)
	var texts []string
	for _, file := range slices.Compact(files) {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		text := strings.TrimSpace(strings.ReplaceAll(string(data), "\r\n", "\n"))
		for _, l := range classify(text) {
			if !slices.Contains(p.licences, l) {
				p.licences = append(p.licences, l)
			}
		}
		if !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	p.text = strings.Join(texts, "\n\n")
	return nil
}
