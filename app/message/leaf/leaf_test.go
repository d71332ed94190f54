package leaf_test

import (
	"reflect"
	"testing"

	"noroshi/app/message/leaf"
)

func FuzzPage(f *testing.F) {
	f.Add(leaf.Encode([]leaf.Copy{
		{Number: 819012345678, People: []uint32{3, 9, 70000}, Text: 1, Parts: 2, Route: 1, Vars: []string{"Hana", ""}},
		{Number: 819012345679, People: []uint32{4}, Parts: 1, Route: leaf.NoRoute, Vars: []string{"Ken", "x"}},
	}))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := leaf.Parse(b)
		if err != nil {
			return
		}
		var copies []leaf.Copy
		for i := range p.Count() {
			c, err := p.CopyAt(i, 2)
			if err != nil {
				return
			}
			copies = append(copies, c)
		}
		again, err := leaf.Parse(leaf.Encode(copies))
		if err != nil {
			t.Fatalf("a page that was read cannot be read again: %v", err)
		}
		for i, want := range copies {
			if got, err := again.CopyAt(i, 2); err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("copy %d is %+v, read again %+v, %v", i, want, got, err)
			}
		}
	})
}

func TestDamagedPagesAreRefused(t *testing.T) {
	t.Parallel()
	good := leaf.Encode([]leaf.Copy{{Number: 1, People: []uint32{1}, Parts: 1, Vars: []string{"a"}}})
	for n := range good {
		p, err := leaf.Parse(good[:n])
		if err == nil {
			_, err = p.CopyAt(0, 1)
		}
		if err == nil {
			t.Errorf("a page cut at %d of %d octets is read", n, len(good))
		}
	}
}
