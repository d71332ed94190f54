package numbers

import (
	"testing"

	"noroshi/app/simulator/wire"
	"pgregory.net/rapid"
)

func TestNumbersComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	b := New()
	rapid.Check(t, func(t *rapid.T) {
		numbers, names := rapid.StringMatching(`\+?[0-9]{1,20}`), rapid.StringMatching(`[A-Za-z0-9 ]{1,20}`)
		addr := rapid.OneOf(numbers, names).Draw(t, "addr")
		row := b.Row(wire.Address{Addr: []byte(addr)})
		bare, _ := CutPlus([]byte(addr))
		if got := b.Number(b.Phones[row].Number); got != string(bare) {
			t.Fatalf("Number() = %q, want %q", got, bare)
		}
		if again, ok := b.Find(addr); !ok || again != row {
			t.Fatalf("Find(%q) = %d %v, want %d", addr, again, ok, row)
		}
	})
}

func TestLeadingZerosMakeAnotherNumber(t *testing.T) {
	t.Parallel()
	b := New()
	if b.Row(wire.Address{Addr: []byte("090")}) == b.Row(wire.Address{Addr: []byte("90")}) {
		t.Fatal("090 and 90 share a row")
	}
	if b.Row(wire.Address{Addr: []byte("+8190")}) != b.Row(wire.Address{Addr: []byte("8190")}) {
		t.Fatal("a plus makes another number")
	}
}

func TestCountTellsRepeatsFromFurtherMessages(t *testing.T) {
	t.Parallel()
	b := New()
	row := b.Row(wire.Address{Addr: []byte("8190")})
	steps := []struct {
		text  string
		part  wire.Part
		again bool
	}{
		{"one", wire.Part{}, false},
		{"two", wire.Part{}, false},
		{"one", wire.Part{}, true},
		{"same", wire.Part{Ref: 1, Total: 2, Seq: 1}, false},
		{"same", wire.Part{Ref: 1, Total: 2, Seq: 2}, false},
		{"same", wire.Part{Ref: 9, Total: 2, Seq: 2}, true}, // sent anew with another reference
		{"two", wire.Part{}, true},
	}
	for i, st := range steps {
		if got := b.Count(row, []byte(st.text), st.part); got != st.again {
			t.Fatalf("step %d: again = %v, want %v", i, got, st.again)
		}
	}
	p := b.Phones[row]
	if p.Submits != 7 || p.Parts != 4 || p.Surplus != 3 || b.Surplus != 3 || b.Twice != 1 {
		t.Fatalf("row %+v, surplus %d, twice %d", p, b.Surplus, b.Twice)
	}
}

func TestOnlyNumbersCanBeAnswered(t *testing.T) {
	t.Parallel()
	for addr, want := range map[Sender]bool{
		{1, 1, "818000000110"}: true, {1, 1, "+818000000110"}: true, {3, 0, "12345"}: true,
		{5, 0, "AOMINE"}: false, {5, 0, "12345"}: false, {0, 0, ""}: false,
	} {
		if got := addr.Repliable(); got != want {
			t.Errorf("%+v repliable = %v, want %v", addr, got, want)
		}
	}
}
