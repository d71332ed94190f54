package words_test

import (
	"testing"

	"noroshi/app/directory/words"
)

func TestFold(t *testing.T) {
	t.Parallel()
	cases := [][2]string{
		{"Nakamura-San", "nakamurasan"}, {"ﾅｶﾑﾗ", "ナカムラ"}, {"なかむら", "ナカムラ"}, {"ガギ", "ガギ"}, {"髙﨑", "高崎"},
		{"Nguyễn Đức", "nguyenduc"}, {"Ａ　Ｂ・Ｃ", "abc"}, {"　 -", ""}, {"สมชาย", "สมชาย"}, {"がぎ", "ガギ"},
	}
	for _, c := range cases {
		if got := words.Fold(c[0]); got != c[1] {
			t.Errorf("words.Fold(%q) = %q, want %q", c[0], got, c[1])
		}
	}
}

func FuzzFold(f *testing.F) {
	f.Add("髙橋 ﾐｻｷ")
	f.Add("\xff\x00é́ゞ")
	f.Fuzz(func(t *testing.T, s string) {
		once := words.Fold(s)
		if again := words.Fold(once); again != once {
			t.Fatalf("words.Fold(%q) = %q, folded again %q", s, once, again)
		}
		for _, key := range append(words.Rotations(s), words.Cut(once)) {
			for i := range len(key) {
				if key[i] == 0 {
					t.Fatalf("%q has the separator of keys", key)
				}
			}
		}
	})
}
