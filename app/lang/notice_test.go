package lang_test

import (
	"strings"
	"testing"

	"noroshi/app/lang"
)

func TestNotices_are_complete(t *testing.T) {
	t.Parallel()
	for _, tag := range append(lang.Languages(), "hi") {
		n := lang.NoticeFor(tag)
		if n.Tag != tag {
			t.Fatalf("NoticeFor(%s) is %s", tag, n.Tag)
		}
		if n.Title == "" || n.AnswerTo == "" || n.Cost == "" || len(n.Steps) != 3 {
			t.Errorf("%s misses a text: %+v", tag, n)
		}
		filled := n.Fill("青嶺精機", "B")
		all := filled.Lead + strings.Join(filled.Steps, "")
		if !strings.Contains(filled.Lead, "青嶺精機") || !strings.Contains(filled.Steps[1], "B") || strings.Contains(all, "{") {
			t.Errorf("%s is not filled in: %q", tag, all)
		}
		if strings.Contains(n.Fill("x", "y").Steps[1], "{letter}") || !strings.Contains(n.Steps[1], "{letter}") {
			t.Errorf("%s: Fill changes the notice itself", tag)
		}
	}
	if got := lang.NoticeFor("sv").Tag; got != "en" {
		t.Errorf("NoticeFor(sv) is %s", got)
	}
}
