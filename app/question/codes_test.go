package question

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/store"
)

type allocation struct {
	Name     string   `json:"name"`
	Choices  int      `json:"choices"`
	Used     []string `json:"codes_in_use_or_cooling"`
	Reserved []string `json:"reserved_by_country"`
	Expected []string `json:"expected"`
}

func readAllocations(t *testing.T) []allocation {
	t.Helper()
	dir := os.Getenv("NOROSHI_VECTORS")
	if dir == "" {
		dir = "testdata"
	}
	b, err := os.ReadFile(filepath.Join(dir, "code_allocation.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []allocation `json:"cases"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	return file.Cases
}

// What others hold in the ledger counts as the allocator's codes in use, whether they are open, reviewed, or cooling.
func TestReservationsAreTheVectors(t *testing.T) {
	t.Parallel()
	for _, c := range readAllocations(t) {
		w := newWorld(t)
		numbers := []string{"815012345678"}
		reserve := func(b id.Broadcast, typed, reserved []string) (codes []string, err error) {
			_, err = w.store.Update(context.Background(), func(tx *store.Tx) error {
				codes, err = Reserve(tx, w.now, Reservation{
					Broadcast: b, ReplyNumbers: numbers, Typed: typed, Reserved: reserved, Until: w.now.Add(time.Hour),
				})
				return err
			})
			return codes, err
		}
		holder := id.Broadcast(100)
		for used := range slices.Chunk(c.Used, 20) {
			holder++
			if _, err := reserve(holder, used, nil); err != nil {
				t.Fatalf("%s: what is in use: %v", c.Name, err)
			}
			if holder%2 == 0 {
				continue // only reviewed
			}
			w.do(func(tx *store.Tx) error {
				q := Question{Broadcast: holder, ReplyNumbers: numbers, Opened: w.now}
				for _, code := range used {
					q.Choices = append(q.Choices, Choice{Code: code, Label: code, Tone: OK})
				}
				return w.Open(tx, q)
			})
			w.do(func(tx *store.Tx) error { return w.Close(tx, holder) }) // cooling
		}
		got, err := reserve(7, make([]string, c.Choices), c.Reserved)
		switch {
		case c.Expected == nil && !fault.Is(err, fault.Invalid) && fault.CodeOf(err) != "codes_exhausted":
			t.Errorf("%s: %v, %v, want a refusal", c.Name, got, err)
		case c.Expected != nil && (err != nil || !slices.Equal(got, c.Expected)):
			t.Errorf("%s: %v, %v, want %v", c.Name, got, err, c.Expected)
		}
	}
}

// A typed code that means something else in the country of somebody is refused, whatever its case.
func TestReservedCodesAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, typed := range []string{"td", "N", "QQ"} {
		_, err := w.store.Update(t.Context(), func(tx *store.Tx) error {
			_, err := Reserve(tx, w.now, Reservation{
				Broadcast: 1, Typed: []string{typed}, Reserved: []string{"N", "TD"}, Until: w.now.Add(time.Hour),
			})
			return err
		})
		want := "code_reserved"
		if typed == "QQ" {
			want = ""
		}
		if got := codeOf(err); got != want {
			t.Errorf("typed %q: %q, want %q", typed, got, want)
		}
	}
}

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	return fault.CodeOf(err)
}
