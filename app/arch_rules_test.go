package app_test

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

const (
	modulePath = "noroshi/app"
	root       = "(root)" // how rules name the composition root, package app itself
)

// checker walks the sources of one tree and gathers what breaks a rule.
type checker struct {
	found []string
	lines map[string]int // hand-written lines by package
}

// checkTree returns the violations in the tree, each as "file:line: rule", sorted.
func checkTree(tree fs.FS) ([]string, error) {
	c := &checker{lines: map[string]int{}}
	if err := c.checkMain(tree); err != nil {
		return nil, err
	}
	err := fs.WalkDir(tree, "app", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && name == "app" && errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "testdata":
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		return c.checkFile(tree, name)
	})
	if err != nil {
		return nil, err
	}
	for pkg, n := range c.lines {
		dir := path.Join("app", strings.TrimPrefix(pkg, root))
		if n > maxPackageLines {
			c.add(dir, "package has %d lines, the limit is %d: would two nouns live better apart?", n, maxPackageLines)
		}
		if !known(pkg) {
			c.add(dir, "package is not in the import table of app/arch_test.go")
		}
	}
	slices.Sort(c.found)
	return c.found, nil
}

func (c *checker) add(place, rule string, args ...any) {
	c.found = append(c.found, place+": "+fmt.Sprintf(rule, args...))
}

// checkMain keeps main.go a shim.
func (c *checker) checkMain(tree fs.FS) error {
	source, err := fs.ReadFile(tree, "main.go")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if n := countLines(source); n >= maxMainLines {
		c.add(fmt.Sprintf("main.go:%d", n), "main.go stays under %d lines", maxMainLines)
	}
	return nil
}

// file is one parsed source and what the rules want to know of it.
type file struct {
	*ast.File
	set    *token.FileSet
	name   string
	pkg    string // path below app, or root
	isTest bool
}

func (f file) at(pos token.Pos) string { return fmt.Sprintf("%s:%d", f.name, f.set.Position(pos).Line) }

func (c *checker) checkFile(tree fs.FS, name string) error {
	source, err := fs.ReadFile(tree, name)
	if err != nil {
		return err
	}
	f := file{set: token.NewFileSet(), name: name, pkg: packageOf(name), isTest: strings.HasSuffix(name, "_test.go")}
	f.File, err = parser.ParseFile(f.set, name, source, parser.ParseComments)
	if err != nil {
		c.add(name, "does not parse: %v", err)
		return nil
	}
	c.checkImports(f)
	generated := ast.IsGenerated(f.File) || path.Base(f.pkg) == "gen"
	if f.isTest || isHelper(f.pkg) {
		return nil
	}
	c.lines[f.pkg] += 0
	c.checkBans(f)
	if generated {
		return nil
	}
	n := countLines(source)
	c.lines[f.pkg] += n
	if n > maxFileLines {
		c.add(fmt.Sprintf("%s:%d", name, n), "file has %d lines, the limit is %d", n, maxFileLines)
	}
	c.checkFunctions(f)
	return nil
}

func (c *checker) checkImports(f file) {
	for _, spec := range f.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		if spec.Name != nil && spec.Name.Name == "." {
			c.add(f.at(spec.Pos()), "dot imports hide where a name comes from")
		}
		switch {
		case imported == "noroshi/embed":
			if f.pkg != "api" && f.pkg != root {
				c.add(f.at(spec.Pos()), "%s may not import the embedded console", f.pkg)
			}
		case imported == modulePath || strings.HasPrefix(imported, modulePath+"/"):
			if to := packageOf(strings.TrimPrefix(imported, "noroshi/") + "/"); !mayImport(f, to) {
				c.add(f.at(spec.Pos()), "%s may not import %s", f.pkg, to)
			}
		case strings.Contains(strings.Split(imported, "/")[0], "."):
			c.checkDoor(f, spec, imported)
		case isGround(f.pkg) && !f.isTest:
			if allowed, ok := outside[imported]; ok && !slices.Contains(strings.Fields(allowed), f.pkg) {
				c.add(f.at(spec.Pos()), "%s may not import %s: ground is pure", f.pkg, imported)
			}
		}
	}
}

// checkDoor holds a library import against its door. The root is named by the empty list: it wires what others wrap.
func (c *checker) checkDoor(f file, spec *ast.ImportSpec, imported string) {
	for _, d := range doors {
		bare := strings.TrimSuffix(d.library, "/")
		if imported != bare && !strings.HasPrefix(imported, bare+"/") {
			continue
		}
		allowed := d.through
		if f.isTest || isHelper(f.pkg) {
			allowed += " " + d.tests
		}
		if listed(allowed, f.pkg) || (d.through == "" && d.tests == "" && f.pkg == root) {
			return
		}
		through := d.through
		if through == "" {
			through = "the composition root, or tests"
		}
		c.add(f.at(spec.Pos()), "%s may not import %s: it comes in through %s", f.pkg, imported, through)
		return
	}
	c.add(f.at(spec.Pos()), "%s has no door: decide in app/arch_test.go who may import it", imported)
}

// checkBans looks for the forbidden calls, and for the same functions used as values.
func (c *checker) checkBans(f file) {
	local := map[string]string{} // name in this file -> import path
	for _, spec := range f.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		name := path.Base(imported)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		local[name] = imported
	}
	ast.Inspect(f.File, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		// An identifier with an object is a variable of this file, not the package of that name.
		x, ok := sel.X.(*ast.Ident)
		if !ok || x.Obj != nil {
			return true
		}
		for _, ban := range bans {
			if local[x.Name] == ban.pkg && listed(ban.names, sel.Sel.Name) && !listed(ban.allowed, f.pkg) {
				c.add(f.at(sel.Pos()), "%s.%s is not allowed in %s: %s", ban.pkg, sel.Sel.Name, f.pkg, ban.why)
			}
		}
		return true
	})
}

func (c *checker) checkFunctions(f file) {
	for _, decl := range f.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if fn.Recv == nil && fn.Name.Name == "init" {
			c.add(f.at(fn.Pos()), "init() works at import time: build it where it is used")
		}
		// Lines between the line of func and the line of the closing brace, as funlen counts them.
		n := f.set.Position(fn.End()).Line - f.set.Position(fn.Pos()).Line - 1
		if n > maxFunctionLines {
			c.add(f.at(fn.Pos()), "function %s has %d lines, the limit is %d", fn.Name.Name, n, maxFunctionLines)
		}
	}
}

// packageOf returns the path below app of the package a file or directory (with a trailing slash) stands in.
func packageOf(name string) string {
	pkg := strings.TrimPrefix(strings.TrimPrefix(path.Dir(name), "app"), "/")
	if pkg == "" {
		return root
	}
	return pkg
}

// ruled returns the package whose rules hold for pkg: itself, or the nearest one above that is in the table.
func ruled(pkg string) (string, bool) {
	for p := pkg; p != "."; p = path.Dir(p) {
		if _, ok := edges[p]; ok || isGround(p) || p == root {
			return p, true
		}
	}
	return "", false
}

func known(pkg string) bool {
	_, ok := ruled(pkg)
	return ok
}

func isGround(pkg string) bool { return listed(ground, pkg) }

// isHelper tells packages of test helpers, which are named after what they help with: storetest, apptest.
func isHelper(pkg string) bool { return pkg != root && strings.HasSuffix(path.Base(pkg), "test") }

// mayImport answers for one edge. A package that is not in the table has the rights of the nearest one above it which
// is, and these share their insides.
func mayImport(f file, to string) bool {
	from, ok := ruled(f.pkg)
	target, _ := ruled(to)
	inTest := f.isTest || isHelper(f.pkg)
	switch {
	case to == root:
		return inTest && (f.pkg == root || isHelper(f.pkg))
	case isHelper(to):
		return inTest
	case from == root || from == target || isGround(target):
		return true
	case isHelper(f.pkg) && !ok:
		return true // apptest and its like hold the whole appliance
	case !ok:
		return true // told once, by the table
	case inTest && (listed(testsMayImport, target) || reaches(from, target)):
		return true
	}
	return !isGround(from) && listed(edges[from], target)
}

// reaches tells whether from gets to the package over one edge or several.
func reaches(from, to string) bool {
	seen := map[string]bool{}
	var walk func(string) bool
	walk = func(p string) bool {
		for _, next := range strings.Fields(edges[p]) {
			if next == to {
				return true
			}
			if !seen[next] {
				seen[next] = true
				if walk(next) {
					return true
				}
			}
		}
		return false
	}
	return walk(from)
}

// listed tells whether the space-separated list holds the word; "*" holds every word.
func listed(list, word string) bool {
	words := strings.Fields(list)
	return slices.Contains(words, word) || slices.Contains(words, "*")
}

func countLines(source []byte) int {
	n := bytes.Count(source, []byte{'\n'})
	if len(source) > 0 && source[len(source)-1] != '\n' {
		n++
	}
	return n
}
