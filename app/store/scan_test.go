package store

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// model is what the ledger should hold: name -> value.
type model map[string]string

func (m model) clone() model {
	c := model{}
	for key, v := range m {
		c[key] = v
	}
	return c
}

// walk returns what Each should visit, as "key=value".
func (m model) walk(s Scan) (out []string) {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	if s.Reverse {
		slices.Reverse(keys)
	}
	for _, key := range keys {
		from := string(s.From)
		switch {
		case !strings.HasPrefix(key, string(s.Prefix)):
		case from != "" && !s.Reverse && key < from, from != "" && s.Reverse && key > from:
		case s.KeysOnly:
			out = append(out, key+"=")
		default:
			out = append(out, key+"="+m[key])
		}
	}
	return out
}

func walkTx(tx *Tx, s Scan) (out []string, err error) {
	err = tx.Each(s, func(key, value []byte) (bool, error) {
		out = append(out, string(key)+"="+string(value))
		return true, nil
	})
	return out, err
}

// smallKey draws from few keys that are prefixes of each other, with octets at both ends of the range.
func smallKey() *rapid.Generator[[]byte] {
	return rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]byte{0x00, 'a', 'b', 0xfe, 0xff}), 0, 3),
		func(tail []byte) []byte { return Counter.Key(tail) })
}

func drawScan(t *rapid.T) Scan {
	s := Scan{
		Prefix: Counter.Key(), Reverse: rapid.Bool().Draw(t, "reverse"), KeysOnly: rapid.Bool().Draw(t, "keysOnly"),
	}
	if rapid.Bool().Draw(t, "longer prefix") {
		s.Prefix = smallKey().Draw(t, "prefix")
	}
	if rapid.Bool().Draw(t, "from a key") {
		s.From = smallKey().Draw(t, "from")
	}
	return s
}

// drawWrites changes both the model and the transaction.
func drawWrites(t *rapid.T, tx *Tx, m model) {
	for range rapid.IntRange(0, 12).Draw(t, "writes") {
		key := smallKey().Draw(t, "key")
		if rapid.IntRange(0, 2).Draw(t, "delete") == 0 {
			tx.Delete(key)
			delete(m, string(key))
			continue
		}
		v := rapid.StringMatching(`[a-z]{0,3}`).Draw(t, "value")
		tx.Set(key, []byte(v))
		m[string(key)] = v
	}
}

// TestReadsAgreeWithAModel tries reads over the three places where a record may be (database, entry, function) against
// a plain map.
func TestReadsAgreeWithAModel(t *testing.T) {
	t.Parallel()
	s := open(t, optionsFor(t.TempDir()))
	rapid.Check(t, func(rt *rapid.T) {
		truth := model{}
		update(t, s, func(tx *Tx) error {
			return tx.Each(Scan{Prefix: Counter.Key()}, func(key, _ []byte) (bool, error) {
				tx.Delete(bytes.Clone(key))
				return true, nil
			})
		})
		update(t, s, func(tx *Tx) error { drawWrites(rt, tx, truth); return nil })
		compare := func(tx *Tx, m model) {
			scan := drawScan(rt)
			got, err := walkTx(tx, scan)
			if want := m.walk(scan); err != nil || !slices.Equal(got, want) {
				rt.Fatalf("Each(%+v) = %q, %v, want %q", scan, got, err, want)
			}
			key := smallKey().Draw(rt, "get")
			v, ok, err := tx.Get(key)
			if want, has := m[string(key)]; err != nil || ok != has || string(v) != want {
				rt.Fatalf("Get(%q) = %q, %v, %v, want %q, %v", key, v, ok, err, want, has)
			}
		}
		durable := truth.clone()
		failing := rapid.Bool().Draw(rt, "the second fails")
		out := together(t, s,
			func(tx *Tx) error { drawWrites(rt, tx, truth); compare(tx, truth); return nil },
			func(tx *Tx) error {
				if failing {
					drawWrites(rt, tx, model{})
					return errTest
				}
				drawWrites(rt, tx, truth)
				compare(tx, truth)
				return s.View(func(tx *Tx) error { compare(tx, durable); return nil })
			},
			func(tx *Tx) error { drawWrites(rt, tx, truth); compare(tx, truth); compare(tx, truth); return nil })
		for i, o := range out {
			if (o.err != nil) != (i == 1 && failing) {
				rt.Fatalf("function %d: %v", i, o.err)
			}
		}
		if err := s.View(func(tx *Tx) error { compare(tx, truth); return nil }); err != nil {
			rt.Fatal(err)
		}
	})
}

func TestEachStopsAndHandsOnErrors(t *testing.T) {
	t.Parallel()
	s := open(t, optionsFor(t.TempDir()))
	update(t, s, many("a", 5, 1))
	n := 0
	err := s.View(func(tx *Tx) error {
		err := tx.Each(Scan{Prefix: k("a")}, func(_, _ []byte) (bool, error) { n++; return n < 3, nil })
		if err != nil || n != 3 {
			t.Errorf("Each ended with %v after %d, want after 3", err, n)
		}
		return tx.Each(Scan{Prefix: k("a")}, func(_, _ []byte) (bool, error) { return true, errTest })
	})
	if !errors.Is(err, errTest) {
		t.Errorf("Each = %v, want its function's error", err)
	}
}

func TestEachMayReadWalkAndWriteWithin(t *testing.T) {
	t.Parallel()
	s := open(t, optionsFor(t.TempDir()))
	update(t, s, put("a1", "x", "a2", "x", "a3", "x", "a4", "x"))
	var seen []string
	update(t, s, func(tx *Tx) error {
		tx.Set(k("a25"), []byte("own"))
		return tx.Each(Scan{Prefix: k("a")}, func(key, value []byte) (bool, error) {
			seen = append(seen, string(key[1:])+"="+string(value))
			if string(key[1:]) == "a1" {
				tx.Delete(k("a2"))
				tx.Set(k("a3"), []byte("changed"))
				tx.Set(k("a25"), []byte("changed too"))
			}
			inner := 0
			err := tx.Each(Scan{Prefix: k("a"), Reverse: true, KeysOnly: true}, func(_, _ []byte) (bool, error) {
				inner++
				return true, nil
			})
			if inner != 4 {
				t.Errorf("the inner walk saw %d keys, want 4", inner)
			}
			return true, err
		})
	})
	want := []string{"a1=x", "a25=changed too", "a3=changed", "a4=x"}
	if !slices.Equal(seen, want) {
		t.Errorf("Each saw %q, want %q", seen, want)
	}
}

// TestEachFindsWhatWasFlushed walks records that are in tables, half of them overwritten or deleted since.
func TestEachFindsWhatWasFlushed(t *testing.T) {
	t.Parallel()
	o := optionsFor(t.TempDir())
	s := open(t, o)
	truth := model{}
	for i := range 40 { // about three memory tables
		update(t, s, func(tx *Tx) error {
			for j := range 60 {
				key := k(fmt.Sprintf("%02d-%02d", j, i))
				v := strings.Repeat(fmt.Sprint(j%10), 9000)
				tx.Set(key, []byte(v))
				truth[string(key)] = v
			}
			return nil
		})
	}
	update(t, s, func(tx *Tx) error {
		for j := range 60 {
			gone, changed := k(fmt.Sprintf("%02d-03", j)), k(fmt.Sprintf("%02d-04", j))
			tx.Delete(gone)
			tx.Set(changed, []byte("new"))
			delete(truth, string(gone))
			truth[string(changed)] = "new"
		}
		return nil
	})
	closeStore(t, s)
	s = open(t, o)
	err := s.View(func(tx *Tx) error {
		for _, scan := range []Scan{
			{Prefix: k("")}, {Prefix: k(""), Reverse: true}, {Prefix: k("31-"), Reverse: true},
			{Prefix: k("31-"), From: k("31-20")}, {Prefix: k(""), From: k("31-04"), Reverse: true, KeysOnly: true},
		} {
			got, err := walkTx(tx, scan)
			if err != nil || !slices.Equal(got, truth.walk(scan)) {
				t.Errorf("Each(%+v) found %d records, %v, want %d", scan, len(got), err, len(truth.walk(scan)))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSuccessor(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"a": "b", "a\xff": "b", "a\xfe\xff": "a\xff", "\xff\xff": "", "": ""} {
		if got := string(successor([]byte(in))); got != want {
			t.Errorf("successor(%q) = %q, want %q", in, got, want)
		}
	}
}
