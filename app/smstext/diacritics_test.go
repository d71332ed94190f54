package smstext_test

import (
	"testing"

	"noroshi/app/smstext"
)

func TestWithoutDiacritics(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, want string
		whole      bool
	}{
		{"Động đất mạnh. Vui lòng trả lời.", "Dong dat manh. Vui long tra loi.", true},
		{"ĐỒNG NAI {{tên}}", "DONG NAI {{ten}}", true},
		{"café", "cafe", true},
		{"ガス ที่นี่", "ガス ที่นี่", false},
		{"đ’", "d’", false},
	} {
		if got, whole := smstext.WithoutDiacritics(c.text); got != c.want || whole != c.whole {
			t.Errorf("WithoutDiacritics(%q) = %q, %v, want %q, %v", c.text, got, whole, c.want, c.whole)
		}
	}
}
