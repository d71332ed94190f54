package expansion

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"noroshi/app/directory/group"
	"noroshi/app/message"
	"noroshi/app/phone"
)

// people draws an audience on few numbers, so that many of them are shared.
func people(t *rapid.T) []addressed {
	var list []addressed
	for person := range uint32(rapid.IntRange(0, 40).Draw(t, "people")) {
		class := rapid.SampledFrom(group.Priorities).Draw(t, "class")
		for range rapid.IntRange(1, 2).Draw(t, "phones") {
			list = append(list, addressed{
				number: phone.Number(819000000000 + rapid.IntRange(0, 30).Draw(t, "number")), person: person, class: class,
			})
		}
	}
	return list
}

// Everybody has a copy to each of their numbers, nobody two to one of them, and nobody comes after somebody of a later
// class.
func TestCopiesStandInTheOrderOfSending(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := people(t)
		best, meant := map[phone.Number]group.Priority{}, map[addressedTo]bool{}
		for _, a := range list {
			if had, ok := best[a.number]; !ok || a.class < had {
				best[a.number] = a.class
			}
			meant[addressedTo{a.number, a.person}] = true
		}
		w := &writer{nameAt: -1}
		w.order(list)
		copies, segments := merged(w, list)

		if len(copies) != len(best) {
			t.Fatalf("%d copies to %d numbers", len(copies), len(best))
		}
		got := map[addressedTo]bool{}
		for at, c := range copies {
			for _, person := range c.People {
				got[addressedTo{c.Number, person}] = true
			}
			if at == 0 {
				continue
			}
			before := copies[at-1].Number
			if best[before] > best[c.Number] || best[before] == best[c.Number] && before >= c.Number {
				t.Fatalf("copy %d to %v of %v comes after %v of %v", at, c.Number, best[c.Number], before, best[before])
			}
		}
		if !reflect.DeepEqual(got, meant) {
			t.Fatalf("copies serve %v, want %v", got, meant)
		}
		checkSegments(t, copies, segments, best)
	})
}

// merged makes all copies at once.
func merged(w *writer, list []addressed) (copies []message.Copy, segments []message.Segment) {
	for i := 0; i < len(list); {
		end := sameNumber(list, i)
		copies, i = append(copies, w.merge(list[i:end])), end
	}
	return copies, segmentsOf(list)
}

func TestValuesComeBackAsTheyWereKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var v values
		text := rapid.OneOf(rapid.String(), rapid.Just(strings.Repeat("長", valuesChunk/5)), rapid.Just(""))
		all := rapid.SliceOfN(rapid.SliceOfN(text, 0, 3), 1, 20).Draw(t, "all")
		var at []uint64
		for _, vars := range all {
			at = append(at, v.keep(vars))
		}
		for i, vars := range all {
			if got := v.get(at[i]); !slices.Equal(got, vars) {
				t.Fatalf("values %d are not what was kept", i)
			}
		}
	})
}

type addressedTo struct {
	number phone.Number
	person uint32
}

// checkSegments compares with what a walk over the copies finds.
func checkSegments(t *rapid.T, copies []message.Copy, segments []message.Segment,
	best map[phone.Number]group.Priority,
) {
	var want []message.Segment
	for at, c := range copies {
		if class := int8(best[c.Number]); at == 0 || want[len(want)-1].Class != class {
			want = append(want, message.Segment{Class: class, First: uint32(at)})
		}
	}
	if !slices.Equal(segments, want) {
		t.Fatalf("segments = %v, want %v", segments, want)
	}
}

// A crash in the middle has the copies made anew: they must be the ones whose first pages are there already, in
// whatever order the rows came.
func TestCopiesAreTheSameEachTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := people(t)
		other := slices.Clone(list)
		r := rand.New(rand.NewPCG(1, rapid.Uint64().Draw(t, "seed")))
		r.Shuffle(len(other), func(i, j int) { other[i], other[j] = other[j], other[i] })
		w := &writer{nameAt: -1}
		w.order(list)
		copies, segments := merged(w, list)
		again := &writer{nameAt: -1, exists: true, head: message.Head{Segments: segments}}
		again.order(other)
		copiesAgain, segmentsAgain := merged(again, other)
		if !reflect.DeepEqual(copies, copiesAgain) || !slices.Equal(segments, segmentsAgain) {
			t.Fatalf("made again: %v %v, want %v %v", copiesAgain, segmentsAgain, copies, segments)
		}
	})
}

// A run that an earlier release began by number alone ends so.
func TestARunWithoutClassesGoesOnByNumber(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := people(t)
		w := &writer{nameAt: -1, exists: true}
		w.order(list)
		copies, _ := merged(w, list)
		if !slices.IsSortedFunc(copies, func(a, b message.Copy) int { return int(a.Number) - int(b.Number) }) {
			t.Fatalf("copies of a run without classes are not sorted by number: %v", copies)
		}
	})
}
