package template_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"noroshi/app/fault"
	"noroshi/app/template"
)

func TestParseAndRender(t *testing.T) {
	t.Parallel()
	b, err := template.Parse("{{name}}様 {{ 拠点 }}で地震。{{name}}様は返信を。")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(b.Vars(), ","); got != "name,拠点" {
		t.Errorf("Vars = %v", got)
	}
	values := map[string]string{"name": "高橋 {{name}}", "拠点": "横浜"}
	got := b.Render(func(n string) string { return values[n] })
	if want := "高橋 {{name}}様 横浜で地震。高橋 {{name}}様は返信を。"; got != want {
		t.Errorf("Render = %q, want %q", got, want)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ text, code, position string }{
		"an open variable": {"地震 {{name", "variable_not_closed", "4"},
		"an empty name":    {"a{{ }}", "variable_name_bad", "2"},
		"a bad name":       {"{{a<b}}", "variable_name_bad", "1"},
		"too many": {
			strings.Repeat("{{a}}", 3) + "{{b}}{{c}}{{d}}{{e}}{{f}}{{g}}{{h}}{{i}}{{j}}{{k}}{{l}}{{m}}{{n}}{{o}}{{p}}{{q}}",
			"too_many_variables", "",
		},
	}
	for name, c := range cases {
		_, err := template.Parse(c.text)
		if fault.CodeOf(err) != c.code {
			t.Errorf("%s: code = %q, want %q", name, fault.CodeOf(err), c.code)
			continue
		}
		if e := err.(*fault.Error); e.Params["position"] != c.position { //nolint:errorlint // made in this call
			t.Errorf("%s: position = %q, want %q", name, e.Params["position"], c.position)
		}
	}
}

func TestTextWithoutVariablesIsKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[^{}]*`).Draw(t, "text")
		b, err := template.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := b.Render(func(string) string { return "x" }); got != text {
			t.Fatalf("Render = %q, want %q", got, text)
		}
	})
}

func TestCompose(t *testing.T) {
	t.Parallel()
	got := template.Compose("【訓練】返信してください。\n", []template.Line{{"A", "無事"}, {"B", "軽傷"}})
	if want := "【訓練】返信してください。\nA:無事\nB:軽傷"; got != want {
		t.Errorf("Compose = %q, want %q", got, want)
	}
}
