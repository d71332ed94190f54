package store

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"
)

// TestPrefixesAreUnique reads the registry itself: the compiler does not mind two names for one number.
func TestPrefixesAreUnique(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "keys.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	names := map[uint64]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); !ok || kind.Name != "Prefix" {
			return true
		}
		name, value := spec.Names[0].Name, spec.Values[0].(*ast.BasicLit).Value
		number, err := strconv.ParseUint(value, 0, 8)
		if err != nil {
			t.Fatalf("%s = %s: %v", name, value, err)
		}
		if other := names[number]; other != "" {
			t.Errorf("%s and %s are both %s", name, other, value)
		}
		if ast.IsExported(name) != (byte(number) >= firstPublic) || number == '!' {
			t.Errorf("%s = %s is not in its block", name, value)
		}
		if spec.Comment.Text() == "" {
			t.Errorf("%s does not say what is in it", name)
		}
		names[number] = name
		return true
	})
	if len(names) < 40 {
		t.Errorf("found %d prefixes, the registry has more", len(names))
	}
}

func TestKeyIsThePrefixAndItsParts(t *testing.T) {
	t.Parallel()
	a := []byte("ab")
	key := Settings.Key(a, nil, []byte("c"))
	if want := []byte("\x10abc"); !bytes.Equal(key, want) {
		t.Fatalf("Key = %q, want %q", key, want)
	}
	key[1] = 'x'
	if string(a) != "ab" || len(Settings.Key()) != 1 {
		t.Fatal("Key shares memory with its parts")
	}
}
