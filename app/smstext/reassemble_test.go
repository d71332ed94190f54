package smstext_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"noroshi/app/smstext"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

func fragment(from string, ref uint16, total, seq uint8, text string) smstext.Fragment[int] {
	return smstext.Fragment[int]{From: from, To: "100", Value: int(seq), Body: smstext.Body{
		Octets: []byte(text), Concat: smstext.Concat{Ref: ref, Total: total, Seq: seq},
	}}
}

// describe writes what came out in short: "sender:text" and the number of missing parts.
func describe(joined []smstext.Joined[int]) string {
	s := ""
	for _, j := range joined {
		s += fmt.Sprintf("%s:%s-%d ", j.From, j.Text(smstext.DecodeOptions{}), j.Missing)
	}
	return s
}

func TestReassembler_joins_parts_in_any_order(t *testing.T) {
	t.Parallel()
	r := smstext.NewReassembler[int](time.Minute, 10)
	steps := []struct {
		name string
		f    smstext.Fragment[int]
		at   time.Duration
		want string
	}{
		{"whole text", fragment("1", 0, 0, 0, "A"), 0, "1:A-0 "},
		{"one part of one", fragment("1", 5, 1, 1, "B"), 0, "1:B-0 "},
		{"second part first", fragment("1", 7, 2, 2, "lo"), 0, ""},
		{"another sender, same reference", fragment("2", 7, 2, 1, "x"), 0, ""},
		{"repeated part", fragment("1", 7, 2, 2, "lo"), time.Second, ""},
		{"first part", fragment("1", 7, 2, 1, "hel"), time.Second, "1:hello-0 "},
		{"repeated after the end", fragment("1", 7, 2, 1, "hel"), 2 * time.Second, ""},
		{"same reference, new message", fragment("1", 7, 2, 1, "new "), 3 * time.Second, ""},
		{"its end", fragment("1", 7, 2, 2, "one"), 4 * time.Second, "1:new one-0 "},
		{"a contradiction gives the old one out", fragment("2", 7, 2, 1, "y"), 5 * time.Second, "2:x-1 "},
		{"time over for the rest", fragment("3", 0, 0, 0, "C"), 66 * time.Second, "2:y-1 3:C-0 "},
	}
	for _, s := range steps {
		if got := describe(r.Add(s.f, noon.Add(s.at))); got != s.want {
			t.Errorf("%s: %q, want %q", s.name, got, s.want)
		}
	}
	if at, ok := r.Next(); ok {
		t.Errorf("Next = %s, want nothing held", at)
	}
}

func TestReassembler_gives_out_what_came_when_the_time_is_over(t *testing.T) {
	t.Parallel()
	r := smstext.NewReassembler[int](time.Minute, 10)
	r.Add(fragment("1", 1, 4, 4, "d"), noon)
	r.Add(fragment("1", 1, 4, 1, "a"), noon.Add(30*time.Second))
	if at, ok := r.Next(); !ok || !at.Equal(noon.Add(time.Minute)) {
		t.Fatalf("Next = %s, %v", at, ok)
	}
	if got := r.Expire(noon.Add(59 * time.Second)); got != nil {
		t.Fatalf("Expire before the time = %s", describe(got))
	}
	got := r.Expire(noon.Add(time.Minute))
	if describe(got) != "1:ad-2 " || got[0].Parts[0].Value != 1 || got[0].Parts[1].Value != 4 {
		t.Fatalf("Expire = %s", describe(got))
	}
}

func TestReassembler_joins_octets_before_it_decodes(t *testing.T) {
	t.Parallel()
	r := smstext.NewReassembler[int](time.Minute, 10)
	first, second := fragment("1", 1, 2, 1, "\x00A\xd8\x3d"), fragment("1", 1, 2, 2, "\xdc\x4d")
	first.Body.DataCoding, second.Body.DataCoding = 8, 8
	r.Add(first, noon)
	if got := describe(r.Add(second, noon)); got != "1:A👍-0 " {
		t.Errorf("a character cut in two = %q", got)
	}
	mixed, rest := fragment("1", 2, 2, 1, "A "), fragment("1", 2, 2, 2, "\x71\x21")
	rest.Body.DataCoding = 8
	r.Add(mixed, noon)
	if got := describe(r.Add(rest, noon)); got != "1:A 無-0 " {
		t.Errorf("parts of two data codings = %q", got)
	}
}

func TestReassembler_holds_no_more_than_it_may(t *testing.T) {
	t.Parallel()
	r := smstext.NewReassembler[int](time.Minute, 2)
	r.Add(fragment("1", 1, 2, 1, "a"), noon)
	r.Add(fragment("2", 1, 2, 1, "b"), noon)
	if got := describe(r.Add(fragment("3", 1, 2, 1, "c"), noon)); got != "1:a-1 " {
		t.Errorf("the third open message gave out %q, want the oldest", got)
	}
}

func TestReassembler_gives_every_part_out_exactly_once(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := smstext.NewReassembler[int](time.Minute, rapid.IntRange(1, 4).Draw(t, "most"))
		seen := map[int]int{}
		collect := func(joined []smstext.Joined[int]) {
			for _, j := range joined {
				for i, p := range j.Parts {
					seen[p.Value]++
					if i > 0 && p.Body.Concat.Seq <= j.Parts[i-1].Body.Concat.Seq {
						t.Fatalf("parts out of order: %+v", j.Parts)
					}
				}
			}
		}
		now := noon
		n := rapid.IntRange(0, 60).Draw(t, "fragments")
		for i := range n {
			now = now.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "seconds")) * time.Second)
			total := rapid.Uint8Range(0, 4).Draw(t, "total")
			seq := rapid.Uint8Range(1, max(total, 1)).Draw(t, "seq")
			from := rapid.SampledFrom([]string{"1", "2"}).Draw(t, "from")
			// Every text differs, so that none counts as a repetition.
			f := fragment(from, rapid.Uint16Range(0, 1).Draw(t, "ref"), total, seq, fmt.Sprint(i))
			f.Value = i
			collect(r.Add(f, now))
		}
		collect(r.Expire(now.Add(time.Hour)))
		for i := range n {
			if seen[i] != 1 {
				t.Fatalf("fragment %d came out %d times", i, seen[i])
			}
		}
		if _, ok := r.Next(); ok {
			t.Fatal("something is left")
		}
	})
}

func FuzzReassembler(f *testing.F) {
	f.Add([]byte{0, 1, 2, 1, 0, 1, 2, 2, 9, 3, 2, 2})
	f.Fuzz(func(t *testing.T, script []byte) {
		r := smstext.NewReassembler[int](time.Minute, 3)
		now := noon
		in, out := 0, 0
		count := func(joined []smstext.Joined[int]) {
			for _, j := range joined {
				out += len(j.Parts)
				if j.Missing < 0 {
					t.Fatalf("%d parts missing", j.Missing)
				}
				_ = j.Text(smstext.DecodeOptions{})
			}
		}
		for ; len(script) >= 4; script = script[4:] {
			now = now.Add(time.Duration(script[0]) * time.Second)
			d := smstext.Deliver{SAR: smstext.SAR{Ref: uint16(script[1]), Total: script[2] % 5, Seq: script[3] % 6}}
			d.ShortMessage = []byte(fmt.Sprint(in))
			body, err := d.Text(smstext.DecodeOptions{})
			if err != nil {
				t.Fatal(err)
			}
			count(r.Add(smstext.Fragment[int]{Body: body}, now))
			in++
		}
		count(r.Expire(now.Add(time.Hour)))
		if in != out {
			t.Fatalf("%d fragments in, %d out", in, out)
		}
	})
}

func TestHasTellsWhatAddWouldDrop(t *testing.T) {
	t.Parallel()
	r := smstext.NewReassembler[int](time.Minute, 10)
	now := time.Unix(1000, 0)
	part := func(seq uint8, text string) smstext.Fragment[int] {
		return smstext.Fragment[int]{From: "a", To: "b", Body: smstext.Body{
			Octets: []byte(text), Concat: smstext.Concat{Ref: 1, Total: 2, Seq: seq},
		}}
	}
	if r.Has(part(1, "x")) {
		t.Fatal("Has = true before anything came")
	}
	r.Add(part(1, "x"), now)
	if !r.Has(part(1, "x")) || r.Has(part(1, "y")) || r.Has(part(2, "x")) {
		t.Fatal("Has does not tell the repeated part from others")
	}
	r.Add(part(2, "y"), now)
	if !r.Has(part(2, "y")) {
		t.Fatal("Has = false for a part of a text that was completed a moment ago")
	}
}
