package answer_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"noroshi/app/answer"
	"noroshi/app/fault"
)

// FuzzRead holds the promises that no octets may break: no panic, the same verdict every time, and answers only with
// codes of questions in the right state.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"A", "ａ", "🅰️", "Aです", "A D", "N", "G H", "STOP", "> A\nB", "Liked “A”", "A\xff", "\u0301A", "K A", "A'B", "a-b",
		"ー", "Aー",
		"İ", "Ⅴ", "🇯🇵🇦", "A：無事", "不是A", "エー", "A\u0e33", "゛A", "A ไม่", "ﾋﾞｰ", "A\nA\nB",
	} {
		f.Add(seed, "CN", true)
		f.Add(seed, "", false)
	}
	asked := []answer.Asked{
		japanese(), attendance(), multi(question(3, "必要な物", "G:水", "H:食料")), question(4, "x", "KA:はい", "AB:"),
		cooling(question(9, "以前の確認", "M:はい", "N:いいえ", "A:無事")),
	}
	f.Fuzz(func(t *testing.T, raw, country string, mail bool) {
		text := answer.Text{Raw: raw, Country: country, Mail: mail}
		v := answer.Read(text, asked)
		if again := answer.Read(text, asked); !reflect.DeepEqual(v, again) {
			t.Fatalf("Read(%q) = %+v, then %+v", raw, v, again)
		}
		checkAnswers(t, v, asked)
		if a, ok := answer.Likely(text, asked); ok && (len(a.Codes) != 1 || a.Broadcast == 0) {
			t.Fatalf("Likely(%q) = %+v", raw, a)
		}
		_ = answer.CryForHelp(raw)
		_ = answer.KeywordOf(raw, country)
	})
}

func checkAnswers(t *testing.T, v answer.Verdict, asked []answer.Asked) {
	t.Helper()
	want := answer.Open
	switch v.Result {
	case answer.Accept, answer.AcceptInferred:
	case answer.Late:
		want = answer.Cooling
	default:
		if len(v.Answers) != 0 || v.Reason == answer.NoReason {
			t.Fatalf("%v has answers %v, reason %q", v.Result, v.Answers, v.Reason)
		}
		return
	}
	if len(v.Answers) == 0 {
		t.Fatalf("%v has no answer", v.Result)
	}
	for _, a := range v.Answers {
		at := slices.IndexFunc(asked, func(q answer.Asked) bool { return q.Broadcast == a.Broadcast })
		if at < 0 || asked[at].Status != want || len(a.Codes) == 0 || len(a.Codes) > 1 && !asked[at].MultiSelect {
			t.Fatalf("%v answers %+v", v.Result, a)
		}
		for _, code := range a.Codes {
			if !slices.ContainsFunc(asked[at].Codes, func(c answer.Code) bool { return c.Code == code }) {
				t.Fatalf("%v answers with %q, which broadcast %v does not offer", v.Result, code, a.Broadcast)
			}
		}
	}
}

// drawCode draws a code that Allocate could make or an administrator could type.
func drawCode(t *rapid.T) string { return rapid.StringMatching(`[A-Z]{1,2}`).Draw(t, "code") }

func TestRead_accepts_every_form_of_a_live_code_alone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		code := drawCode(t)
		var raw strings.Builder
		for _, letter := range code {
			forms := []rune{
				letter, letter + 0x20, letter + 0xFEE0, letter + 0xFEE0 + 0x20, letter - 'A' + 0x24B6, letter - 'A' + 0x1D400,
			}
			raw.WriteRune(rapid.SampledFrom(forms).Draw(t, "form"))
			raw.WriteString(rapid.SampledFrom([]string{"", "\u200b", "\ufe0f", "\u2060"}).Draw(t, "invisible"))
		}
		outer := []string{"", " ", "\n", "「", "」", "。", "(", ")", "!", "😀", "👍🏽", "\u3000", "*"}
		text := rapid.SampledFrom(outer).Draw(t, "before") + raw.String() + rapid.SampledFrom(outer).Draw(t, "after")

		v := answer.Read(answer.Text{Raw: text, Country: "CN"}, []answer.Asked{question(1, "x", code+":はい")})
		if summary(v) != code || v.Result != answer.Accept {
			t.Fatalf("Read(%q) = %+v, want accept %s", text, v, code)
		}
	})
}

func TestRead_never_accepts_a_code_nobody_offered(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		code := drawCode(t)
		v := answer.Read(answer.Text{Raw: code}, []answer.Asked{question(1, "x", "XY:はい")})
		if code != "XY" && (v.Result == answer.Accept || v.Result == answer.AcceptInferred) {
			t.Fatalf("Read(%q) = %+v", code, v)
		}
	})
}

func TestAllocate_gives_distinct_free_codes_that_Validate_takes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, answer.MaxChoices).Draw(t, "n")
		used := map[string]bool{}
		for _, code := range rapid.SliceOfN(rapid.StringMatching(`[A-Z]{1,2}`), 0, 200).Draw(t, "used") {
			used[code] = true
		}
		reserved := answer.ReservedFor(rapid.SampledFrom([]string{"JP", "CN", "VN", ""}).Draw(t, "country"))
		codes, err := answer.Allocate(n, func(c string) bool { return used[c] }, reserved)
		if err != nil {
			if fault.CodeOf(err) != "codes_exhausted" || !fault.Is(err, fault.Conflict) {
				t.Fatalf("Allocate(%d) = %v", n, err)
			}
			return
		}
		if len(codes) != n {
			t.Fatalf("Allocate(%d) = %v", n, codes)
		}
		for _, code := range codes {
			if used[code] || slices.Contains(reserved, code) || slices.Contains(answer.ReservedPairs(), code) {
				t.Fatalf("Allocate(%d) = %v, but %s is taken", n, codes, code)
			}
		}
		if valid, err := answer.Validate(codes); err != nil || !slices.Equal(valid, codes) {
			t.Fatalf("Validate(%v) = %v, %v", codes, valid, err)
		}
	})
}

func TestAllocate_refuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		n     int
		inUse bool
		want  string
	}{
		{"no choice", 0, false, "too_few_choices"},
		{"more than the alphabet", 23, false, "too_many_choices"},
		{"everything in use", 2, true, "codes_exhausted"},
	} {
		_, err := answer.Allocate(c.n, func(string) bool { return c.inUse }, nil)
		if got := fault.CodeOf(err); got != c.want {
			t.Errorf("%s: Allocate(%d) = %v, want %v", c.name, c.n, err, c.want)
		}
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	got, err := answer.Validate([]string{" a", "kB", "O"})
	if err != nil || !slices.Equal(got, []string{"A", "KB", "O"}) {
		t.Fatalf("Validate = %v, %v, want upper case", got, err)
	}
	_, err = answer.Validate([]string{"A", "a", "", "ABC", "1", "Ａ", "ı"})
	var e *fault.Error
	if !errors.As(err, &e) || len(e.Fields) != 6 || e.Fields[0].Code != "code_repeated" ||
		e.Fields[0].Path != "choices[1].code" || e.Fields[5].Code != "code_malformed" {
		t.Fatalf("Validate = %+v, want one repeated code and five malformed ones", err)
	}
	if _, err := answer.Validate(make([]string, 23)); fault.CodeOf(err) != "too_many_choices" {
		t.Fatalf("Validate of 23 = %v", err)
	}
}

func TestLines_prints_each_choice_on_its_own_line(t *testing.T) {
	t.Parallel()
	got := answer.Lines([]answer.Code{{Code: "A", Label: "無事"}, {Code: "B", Label: "軽傷"}})
	if want := "A:無事\nB:軽傷"; got != want {
		t.Fatalf("Lines = %q, want %q", got, want)
	}
}

func BenchmarkRead(b *testing.B) {
	asked := []answer.Asked{japanese(), attendance()}
	for _, raw := range []string{"A", "Aです", "無事です。家にいます"} {
		b.Run(raw, func(b *testing.B) {
			for b.Loop() {
				answer.Read(answer.Text{Raw: raw}, asked)
			}
		})
	}
}
