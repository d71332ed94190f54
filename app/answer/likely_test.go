package answer_test

import (
	"testing"

	"noroshi/app/answer"
	"noroshi/app/id"
)

func TestLikely_is_the_one_reading_that_comes_to_mind(t *testing.T) {
	t.Parallel()
	ja := question(1, "安否確認", "A:無事", "B:軽傷", "C:救助が必要")
	en := question(2, "Safety check", "A:Safe", "B:Injured", "C:Need help")
	for _, c := range []struct {
		text  string
		asked []answer.Asked
		want  string // the code; "" for none
	}{
		{"B棟にいます。けがはありません", []answer.Asked{ja}, "B"},
		{"Aではないです、足が痛い", []answer.Asked{ja}, ""},
		{"家族は全員無事でいます", []answer.Asked{ja}, "A"},
		{"無事ではありません", []answer.Asked{ja}, ""},
		{"夜勤のCさんと一緒です", []answer.Asked{ja}, "C"},
		{"AかBか迷います", []answer.Asked{ja}, ""},
		{"だれですか", []answer.Asked{ja}, ""},
		{"無事ですが弟が軽傷です", []answer.Asked{ja}, ""},
		{"we are all safe here", []answer.Asked{en}, "A"},
		{"this is not safe", []answer.Asked{en}, ""},
		{"unsafe", []answer.Asked{en}, ""},
		{"A friend of mine came", []answer.Asked{en}, ""},
		{"Is it B?", []answer.Asked{en}, "B"},
		{"Liked “A:Safe”", []answer.Asked{en}, ""},
		{"私は軽傷なのですが", []answer.Asked{cooling(ja)}, "B"},
	} {
		got, ok := answer.Likely(answer.Text{Raw: c.text}, c.asked)
		code := ""
		if ok {
			code = got.Codes[0]
		}
		if code != c.want || ok && got.Broadcast != c.asked[0].Broadcast {
			t.Errorf("Likely(%q) = %+v, want %q", c.text, got, c.want)
		}
	}
	// The open question is meant, not the one that has closed.
	got, ok := answer.Likely(answer.Text{Raw: "B棟です"}, []answer.Asked{ja, cooling(question(7, "x", "B:はい"))})
	if !ok || got.Broadcast != id.Broadcast(1) {
		t.Errorf("Likely beside a closed question = %+v, %v", got, ok)
	}
}
