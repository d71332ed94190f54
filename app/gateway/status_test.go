package gateway_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"noroshi/app/fault"
	"noroshi/app/gateway"
)

func vectors(t *testing.T, file string) []byte {
	t.Helper()
	dir := os.Getenv("NOROSHI_VECTORS")
	if dir == "" {
		dir = "testdata"
	}
	b, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatalf("vectors %s: %v", file, err)
	}
	return b
}

type statusVectors struct {
	Codes []struct {
		Dec   uint32 `json:"dec"`
		Name  string `json:"name"`
		Class string `json:"class"`
	} `json:"codes"`
	Ranges []struct {
		Range string `json:"range"`
		Class string `json:"class"`
	} `json:"ranges"`
}

func TestStatusClass(t *testing.T) {
	t.Parallel()
	var v statusVectors
	if err := json.Unmarshal(vectors(t, "command_status.json"), &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Codes) == 0 || len(v.Ranges) == 0 {
		t.Fatal("no vectors")
	}
	for _, c := range v.Codes {
		want := c.Class
		if want == "n/a" { // answers to requests we never make: an unknown code to us
			want = "retry"
		}
		if got := gateway.StatusClass(c.Dec).String(); got != want {
			t.Errorf("StatusClass(0x%X) = %s, want %s", c.Dec, got, want)
		}
		if got := gateway.StatusName(c.Dec); got != c.Name {
			t.Errorf("StatusName(0x%X) = %s, want %s", c.Dec, got, c.Name)
		}
	}
	// the codes at the edges of each range, and next to them
	ranges := map[string][]uint32{
		"0x0400-0x04FF":     {0x400, 0x401, 0x40A, 0x432, 0x4FF},
		"any other unknown": {0x09, 0x10, 0x3FF, 0x500, 0x105, 0xFFFFFFFF},
	}
	for _, r := range v.Ranges {
		codes := ranges[r.Range]
		if len(codes) == 0 {
			t.Errorf("range %q has no samples in this test", r.Range)
		}
		for _, code := range codes {
			if got := gateway.StatusClass(code).String(); got != r.Class {
				t.Errorf("StatusClass(0x%X) = %s, want %s", code, got, r.Class)
			}
		}
	}
}

func TestStatusName_writes_unknown_codes_in_hexadecimal(t *testing.T) {
	t.Parallel()
	if got := gateway.StatusName(0x401); got != "0x00000401" {
		t.Fatalf("StatusName(0x401) = %s", got)
	}
}

func TestStatuses_overrides(t *testing.T) {
	t.Parallel()
	s, err := gateway.NewStatuses(map[string]string{"0x401": "route_config", "69": "retry"})
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[uint32]gateway.Class{
		0x401: gateway.RouteConfig, 0x45: gateway.Retry, 0x402: gateway.RecipientPermanent, 0: gateway.Accepted,
		0x58: gateway.Throttled,
	} {
		if got := s.Class(code); got != want {
			t.Errorf("Class(0x%X) = %v, want %v", code, got, want)
		}
	}
}

func TestNewStatuses_refuses(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]map[string]string{
		"a code that is no number":   {"x401": "retry"},
		"status 0":                   {"0": "retry"},
		"a class that is a success":  {"0x401": "ok"},
		"a class the peer can't say": {"0x401": "uncertain"},
		"an unknown class":           {"0x401": "maybe"},
	} {
		if _, err := gateway.NewStatuses(m); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: NewStatuses = %v, want Invalid", name, err)
		}
	}
}
