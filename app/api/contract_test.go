package api

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"noroshi/app/access"
	"noroshi/app/api/replay"
)

// operation is what the contract says of one.
type operation struct {
	ID         string `yaml:"operationId"`
	Permission string `yaml:"x-permission"`
	Parameters []struct {
		Ref      string `yaml:"$ref"`
		Name     string
		In       string
		Required bool
	}
	RequestBody *struct {
		Content map[string]any
	} `yaml:"requestBody"`
}

// contract reads openapi.yaml: operations by "METHOD path".
func contract(t *testing.T) map[string]operation {
	t.Helper()
	raw, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]yaml.Node
	}
	if err := yaml.NewDecoder(bytes.NewReader(raw)).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	found := map[string]operation{}
	for path, item := range doc.Paths {
		for method, node := range item {
			if method == "parameters" {
				continue
			}
			var op operation
			if err := node.Decode(&op); err != nil {
				t.Fatal(err)
			}
			found[strings.ToUpper(method)+" "+path] = op
		}
	}
	return found
}

func TestRoutesAreTheContract(t *testing.T) {
	t.Parallel()
	want := contract(t)
	routes := newRig(t).routes()
	for _, r := range routes {
		name := r.method + " " + r.path
		op, ok := want[name]
		if !ok {
			t.Errorf("%s is not in the contract", name)
			continue
		}
		delete(want, name)
		if r.operation != op.ID || string(r.permission) != op.Permission {
			t.Errorf("%s is %s with %s, want %s with %s", name, r.operation, r.permission, op.ID, op.Permission)
		}
		if hasBody := op.RequestBody != nil; hasBody != (r.body || r.upload) {
			t.Errorf("%s: body = %v, want %v", name, r.body || r.upload, hasBody)
		}
		key := slices.IndexFunc(op.Parameters, func(p struct {
			Ref      string `yaml:"$ref"`
			Name     string
			In       string
			Required bool
		}) bool {
			return p.Name == replay.HeaderKey && p.Required
		})
		if r.needsKey != (key >= 0) {
			t.Errorf("%s: an Idempotency-Key is needed = %v, want %v", name, r.needsKey, key >= 0)
		}
		if p := r.permission; p != public && p != signedIn && !slices.Contains(access.Permissions(), p) {
			t.Errorf("%s names %s, which access does not know", name, p)
		}
	}
	for name := range want {
		t.Errorf("%s of the contract has no route", name)
	}
	for _, p := range access.Permissions() {
		if !slices.ContainsFunc(routes, func(r route) bool { return r.permission == p }) {
			t.Errorf("no route needs %s", p)
		}
	}
}
