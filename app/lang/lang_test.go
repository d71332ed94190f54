package lang_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"noroshi/app/lang"
)

func TestCatalogue_is_complete_in_every_language(t *testing.T) {
	t.Parallel()
	want := []string{"ja", "en", "th", "vi", "ko", "zh-Hans", "zh-Hant", "id", "ms"}
	if got := lang.Languages(); !slices.Equal(got, want) {
		t.Fatalf("Languages() = %v, want %v", got, want)
	}
	withSlot := []string{"ReplyOneLetter", "ReplyTwoLetters", "ReplyAll", "ReplyNumber", "Received", "NotUnderstood"}
	for _, tag := range want {
		texts := reflect.ValueOf(lang.For(tag))
		if got := lang.For(tag).Tag; got != tag {
			t.Fatalf("For(%s) is %s", tag, got)
		}
		for i := range texts.NumField() {
			name, text := texts.Type().Field(i).Name, texts.Field(i).String()
			slots := 0
			if slices.Contains(withSlot, name) {
				slots = 1
			}
			if strings.TrimSpace(text) == "" || strings.Count(text, "{}") != slots {
				t.Errorf("%s %s = %q, want a text with %d slots", tag, name, text, slots)
			}
		}
	}
}

func TestCatalogue_keeps_Latin_languages_in_the_GSM_alphabet(t *testing.T) {
	t.Parallel()
	for _, tag := range []string{"en", "id", "ms"} {
		texts := reflect.ValueOf(lang.For(tag))
		for i := range texts.NumField() {
			text := texts.Field(i).String()
			if at := strings.IndexFunc(text, func(r rune) bool { return r > unicode.MaxASCII || r == '`' }); at >= 0 {
				t.Errorf("%s %s = %q leaves the alphabet", tag, texts.Type().Field(i).Name, text)
			}
		}
	}
}

func TestBest(t *testing.T) {
	t.Parallel()
	all := lang.Languages()
	for _, c := range []struct {
		tag       string
		available []string
		want      string
	}{
		{"ja-JP", all, "ja"},
		{"en_GB", all, "en"},
		{"zh-TW", all, "zh-Hant"},
		{"zh-HK", all, "zh-Hant"},
		{"zh-CN", all, "zh-Hans"},
		{"zh", all, "zh-Hans"},
		{"vi-VN", all, "vi"},
		{"fr", all, "en"},
		{"xx", all, "ja"},
		{"", all, "ja"},
		{"no such tag!", all, "ja"},
		{"zh-TW", []string{"ja", "zh-Hans"}, "zh-Hans"},
		{"ms", []string{"ja", "id"}, "id"},
		{"ko", []string{"ja", "th", "en-US"}, "en-US"},
		{"ko", []string{"ja", "th"}, "ja"},
		{"TH", []string{"ja", "th"}, "th"},
		{"th", nil, ""},
	} {
		if got := lang.Best(c.tag, c.available); got != c.want {
			t.Errorf("Best(%q, %v) = %q, want %q", c.tag, c.available, got, c.want)
		}
	}
}

func TestFor_falls_back_to_English(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{"": "en", "sv": "en", "zh-SG": "zh-Hans", "ja": "ja", "!!": "en"} {
		if got := lang.For(tag).Tag; got != want {
			t.Errorf("For(%q) = %s, want %s", tag, got, want)
		}
	}
}

func TestMark_is_put_once_and_found_in_any_language(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{"ja": "【訓練】地震", "en": "[DRILL] 地震", "zh-Hant": "【演練】地震"} {
		texts := lang.For(tag)
		once := texts.Mark("地震")
		if once != want || texts.Mark(once) != want {
			t.Errorf("%s Mark = %q, then %q, want %q", tag, once, texts.Mark(once), want)
		}
		if !lang.Marked(once) {
			t.Errorf("Marked(%q) = false", once)
		}
	}
	if lang.Marked("地震【訓練】") {
		t.Error("Marked finds a mark that is not at the beginning")
	}
}

func TestReplyLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tag   string
		codes []string
		multi bool
		want  string
	}{
		{"en", []string{"A", "B"}, false, "Reply with one letter only, for example A"},
		{"en", []string{"KA", "KB"}, false, "Reply with two letters only, for example KA"},
		{"en", []string{"D", "E", "F"}, true, "Reply with all letters that apply, for example D E"},
		{"ja", []string{"A"}, true, "当てはまる記号1文字だけを返信してください（例：A）"},
		{"th", nil, false, ""},
	} {
		if got := lang.For(c.tag).ReplyLine(c.codes, c.multi); got != c.want {
			t.Errorf("%s ReplyLine(%v, %v) = %q, want %q", c.tag, c.codes, c.multi, got, c.want)
		}
	}
}

func TestAutomaticAnswers(t *testing.T) {
	t.Parallel()
	ja := lang.For("ja")
	if got, want := ja.Accepted("A:無事"), "受付 A:無事"; got != want {
		t.Errorf("Accepted = %q, want %q", got, want)
	}
	if got, want := ja.Accepted("G:水", "H:{}"), "受付 G:水 H:{}"; got != want {
		t.Errorf("Accepted = %q, want %q", got, want)
	}
	if got := ja.Unreadable("KA"); !strings.Contains(got, "（例：KA）") {
		t.Errorf("Unreadable = %q, want the example", got)
	}
	if got, want := ja.ReplyTo("+81312345678"), "返信先：+81312345678"; got != want {
		t.Errorf("ReplyTo = %q, want %q", got, want)
	}
}

func TestJoinNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		tag   string
		names []string
		want  string
	}{
		{"ja", []string{"山田太郎", "ジョン・スミス"}, "山田太郎、ジョン・スミス"},
		{"en", []string{"Ann", "Bob"}, "Ann and Bob"},
		{"en", []string{"Ann", "Bob", "Cy"}, "Ann, Bob and Cy"},
		{"zh-Hans", []string{"王", "李", "张"}, "王、李和张"},
		{"id", []string{"Ani"}, "Ani"},
		{"ko", nil, ""},
	} {
		if got := lang.For(c.tag).JoinNames(c.names...); got != c.want {
			t.Errorf("%s JoinNames(%v) = %q, want %q", c.tag, c.names, got, c.want)
		}
	}
}
