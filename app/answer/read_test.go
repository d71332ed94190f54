package answer_test

import (
	"slices"
	"strings"
	"testing"

	"noroshi/app/answer"
	"noroshi/app/id"
)

// question makes an open question; choices are "A:label".
func question(b id.Broadcast, body string, choices ...string) answer.Asked {
	a := answer.Asked{Broadcast: b, Status: answer.Open}
	for _, c := range choices {
		code, label, _ := strings.Cut(c, ":")
		a.Codes = append(a.Codes, answer.Code{Code: code, Label: label})
	}
	a.Body = body + "\n" + answer.Lines(a.Codes)
	return a
}

func cooling(a answer.Asked) answer.Asked {
	a.Status = answer.Cooling
	return a
}

func multi(a answer.Asked) answer.Asked {
	a.MultiSelect = true
	return a
}

func japanese() answer.Asked {
	return question(1, "【訓練】地震が発生しました。状況を返信してください。", "A:無事", "B:軽傷", "C:重傷")
}

func english() answer.Asked {
	return question(1, "Drill: earthquake. Reply with one letter.", "A:Safe", "B:Minor injury", "C:Need help")
}

func attendance() answer.Asked {
	return question(2, "明日の出社", "D:出社", "E:在宅", "F:休み")
}

// short names of verdicts in the tables below: the codes accepted, marked by "~" when inferred and "late " when late,
// or the result and reason.
func summary(v answer.Verdict) string {
	var codes []string
	for _, a := range v.Answers {
		codes = append(codes, a.Codes...)
	}
	switch v.Result {
	case answer.Accept:
		return strings.Join(codes, " ")
	case answer.AcceptInferred:
		return "~" + strings.Join(codes, " ")
	case answer.Late:
		return "late " + strings.Join(codes, " ")
	case answer.Review:
		return string(v.Reason)
	case answer.Ignore, answer.OptOut, answer.OptIn, answer.HelpWord:
	}
	return string(v.Result)
}

type reading struct{ raw, want string }

func checkReadings(t *testing.T, asked []answer.Asked, readings []reading) {
	t.Helper()
	for _, r := range readings {
		t.Run(r.raw, func(t *testing.T) {
			t.Parallel()
			v := answer.Read(answer.Text{Raw: r.raw}, asked)
			if got := summary(v); got != r.want {
				t.Fatalf("Read(%q) = %q (%s), want %q", r.raw, got, v.Reason, r.want)
			}
		})
	}
}

func TestRead_Japanese(t *testing.T) {
	t.Parallel()
	checkReadings(t, []answer.Asked{japanese()}, []reading{
		{"ａ", "A"}, {"【Ａ】。", "A"}, {"Ⓐ", "A"}, {"🄱", "B"}, {"🇨", "C"}, {"A⃣", "A"}, {"👍🏽A", "A"}, {"A 🇯🇵", "A"},
		{"A\u00ad", "A"}, {"A\x00", "A"}, {"A\nA", "A"}, {"𝐁", "B"}, {"A m(_ _)m", "A"}, {"Bです m(__)m", "~B"}, {"A T_T", "A"},
		{"A 無事", "~A"}, {"A無事です", "~A"}, {"A-無事", "~A"}, {"Aー無事", "~A"}, {"Ａ：無事", "~A"}, {"Bでお願いします", "~B"},
		{"Bを選びます", "~B"}, {"Bだよ", "~B"}, {"A、家にいます", "~A"}, {"家にいます。A", "~A"}, {"答えＡ", "~A"},
		{"軽傷", "~B"}, {"あ", "~A"}, {"エー", "~A"}, {"ﾋﾞｰ", "~B"}, {"シー", "~C"}, {"B棟にいます A", "~A"}, {"C①", "~C"},
		{"熱が38℃です C", "~C"}, {"Aです。Aです", "~A"},
		{"無事です", "no_code"}, {"え", "no_code"}, {"0", "no_code"}, {"了解", "no_code"}, {"Ⅴ", "no_code"}, {"いい", "no_code"},
		{"38℃", "no_code"}, {"38°C", "no_code"}, {"AB", "no_code"}, {"ABC", "no_code"}, {"A1", "no_code"},
		{"👍", "empty"}, {"🇯🇵", "empty"}, {"ｰ", "no_code"},
		{"A B", "several_codes"}, {"A,B", "several_codes"}, {"AとB", "several_codes"}, {"AかB", "several_codes"},
		{"AまたはB", "several_codes"}, {"A 家族はB", "several_codes"}, {"Aです Bです", "several_codes"},
		{"B棟にいます", "code_part_of_word"}, {"Bさん", "code_part_of_word"}, {"Aだけ", "code_part_of_word"},
		{"Aかも", "code_part_of_word"}, {"B-1にいます", "code_part_of_word"}, {"1-A", "code_part_of_word"},
		{"A\uFFFD", "code_part_of_word"}, {"A\xff", "code_part_of_word"},
		{"回答:A です", "code_in_sentence"}, {"お疲れ様です。\nAです。\n山田", "code_in_sentence"},
		{"A以外", "code_denied"}, {"A 以外", "code_denied"}, {"Aじゃない", "code_denied"}, {"Aは違います", "code_denied"},
		{"A 違います", "code_denied"}, {"A無事ではない", "code_denied"}, {"A❌", "code_denied"}, {"×A", "code_denied"},
		{"Aです、Bではない", "code_denied"}, {"Bですか", "code_asked"}, {"B ですか？", "code_asked"},
		{"B 無事", "label_disagrees"},
	})
}

func TestRead_English(t *testing.T) {
	t.Parallel()
	checkReadings(t, []answer.Asked{english()}, []reading{
		{"b.", "B"}, {"(c)", "C"}, {"©", "C"}, {"safe", "~A"}, {"Need help!", "~C"}, {"A: safe", "~A"}, {"A, safe", "~A"},
		{"B:Minor injury", "~B"}, {"B-minor injury", "~B"}, {"I'm safe A", "~A"}, {"my answer: b", "~B"},
		{"C not breathing", "~C"}, {"C please hurry", "~C"}, {"no, B", "~B"}, {"T-shirt C", "~C"}, {"Liked it. B", "~B"},
		{"A colleague is hurt", "code_maybe_word"}, {"A minor injury", "code_maybe_word"},
		{"A safety first", "code_maybe_word"}, {"a thanks", "code_maybe_word"},
		{"not A", "code_denied"}, {"NO B", "code_denied"}, {"B not", "code_denied"}, {"B is not right", "code_denied"},
		{"B not minor injury", "code_denied"}, {"B isn't it", "code_denied"}, {"isn’t B", "code_denied"},
		{"A or B", "several_codes"}, {"B and C", "several_codes"}, {"Is it B?", "code_asked"},
		{"B-1", "code_part_of_word"}, {"b@example.com", "no_code"}, {"C'est bon", "no_code"}, {"I am fine", "no_code"},
	})
}

func TestRead_other_languages(t *testing.T) {
	t.Parallel()
	for name, group := range map[string]struct {
		asked    answer.Asked
		readings []reading
	}{
		"th": {question(1, "แผ่นดินไหว", "A:ปลอดภัย", "B:บาดเจ็บ", "C:ต้องการความช่วยเหลือ"), []reading{
			{"เลือก A", "~A"}, {"Aครับ", "~A"}, {"Aค่ะ", "~A"}, {"A ปลอดภัยครับ", "~A"}, {"ปลอดภัย", "~A"}, {"บี", "~B"},
			{"Cช่วย", "code_part_of_word"}, {"ไม่ใช่ A", "code_denied"}, {"A ไม่ใช่", "code_denied"},
			{"A หรือ B", "several_codes"}, {"AหรือB", "several_codes"}, {"ดี", "no_code"},
		}},
		"ko": {question(1, "지진", "A:안전", "B:부상", "C:도움 필요"), []reading{
			{"A입니다", "~A"}, {"A요", "~A"}, {"B번이요", "~B"}, {"선택 A", "~A"}, {"A안전합니다", "~A"}, {"도움 필요", "~C"}, {"에이", "~A"},
			{"A동에 있습니다", "code_part_of_word"}, {"A가 아닙니다", "code_part_of_word"}, {"A 아니에요", "code_denied"},
			{"A아님", "code_denied"}, {"A또는B", "several_codes"}, {"A인가요", "code_part_of_word"},
		}},
		"zh": {question(1, "地震", "A:平安", "B:輕傷", "C:需要帮助"), []reading{
			{"我选A", "~A"}, {"A，谢谢", "~A"}, {"平安", "~A"}, {"A平安", "~A"}, {"选择：B", "~B"},
			{"不是A", "code_denied"}, {"不选A", "code_denied"}, {"A不是", "code_denied"}, {"A 不平安", "code_denied"},
			{"A或B", "several_codes"}, {"A和B", "several_codes"}, {"B栋", "code_part_of_word"},
		}},
		"vi": {question(1, "Động đất", "A:An toàn", "B:Bị thương nhẹ", "C:Cần giúp", "E:Khác"), []reading{
			{"Chọn A", "~A"}, {"Em chọn B", "~B"}, {"B cảm ơn", "~B"}, {"An toàn", "~A"}, {"an toan", "~A"}, {"A an toan", "~A"},
			{"C cần giúp", "~C"}, {"không phải A", "code_denied"}, {"ko phai A", "code_denied"}, {"không A", "code_denied"},
			{"A khỏe", "code_maybe_word"}, {"E bị thương", "code_maybe_word"}, {"A hoặc B", "several_codes"},
		}},
		"id": {question(1, "Gempa", "A:Selamat", "B:Luka ringan", "C:Butuh bantuan"), []reading{
			{"jawab A", "~A"}, {"B terima kasih", "~B"}, {"A selamat", "~A"}, {"butuh bantuan", "~C"},
			{"bukan A", "code_denied"}, {"B bukan", "code_denied"}, {"A atau B", "several_codes"},
		}},
		"ru": {question(1, "Землетрясение", "A:Цел", "B:Ранен"), []reading{
			{"А", "A"}, {"в", "B"}, {"А цел", "~A"}, {"В доме", "code_maybe_word"}, {"не", "no_code"}, {"аб", "no_code"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkReadings(t, []answer.Asked{group.asked}, group.readings)
		})
	}
}

func TestRead_several_questions(t *testing.T) {
	t.Parallel()
	needs := multi(question(3, "必要な物", "G:水", "H:食料", "J:毛布"))
	pair := question(4, "x", "KA:はい", "AB:いいえ")
	past := cooling(question(9, "以前の確認", "M:はい", "N:いいえ", "A:無事"))
	for name, group := range map[string]struct {
		asked    []answer.Asked
		readings []reading
	}{
		"two open": {[]answer.Asked{japanese(), attendance()}, []reading{
			{"A D", "A D"}, {"A :D", "A"}, {"A:D", "A D"},
			{"d、a", "D A"}, {"A D A", "A D"}, {"AD", "no_code"}, {"A E D", "several_codes"},
			{"Aです Dです", "several_codes"}, {"出社", "~D"}, {"え", "~E"},
		}},
		"multi select": {[]answer.Asked{needs, japanese()}, []reading{
			{"G H", "G H"}, {"H,G,H", "H G"}, {"G A J", "G J A"}, {"GH", "no_code"}, {"GとHです", "several_codes"},
			{"G A B", "several_codes"},
		}},
		"two letters": {[]answer.Asked{japanese(), pair}, []reading{
			{"ka", "KA"}, {"K A", "KA"}, {"K.A.", "KA"}, {"AB", "AB"}, {"A B", "several_codes"}, {"K", "no_code"},
			{"KAです", "~KA"}, {"ケーエー", "~KA"}, {"🅰🅱", "AB"}, {"🇰🇦", "KA"},
		}},
		"closed lately": {[]answer.Asked{japanese(), past}, []reading{
			{"A", "A"}, {"N", "late N"}, {"Nです", "late N"}, {"はい", "late M"}, {"エム", "late M"}, {"無事", "~A"},
			{"M N", "several_codes"}, {"Nではない", "code_denied"}, {"A N", "code_maybe_word"}, {"Z", "no_code"},
		}},
		"only closed": {[]answer.Asked{past}, []reading{{"A", "late A"}, {"Z", "no_code"}}},
		"none":        {nil, []reading{{"A", "no_question"}, {"", "empty"}, {"STOP", "opt_out"}}},
		"one label twice": {[]answer.Asked{question(1, "x", "A:はい"), question(2, "y", "B:はい")}, []reading{
			{"はい", "label_shared"}, {"Aはい", "~A"},
		}},
		"codes inside labels": {[]answer.Asked{question(1, "x", "A:Plan B", "B:Plan C")}, []reading{
			{"A plan B", "~A"}, {"B: Plan C", "~B"}, {"plan B", "~A"}, {"A or plan B", "several_codes"},
		}},
		"admin-typed words": {[]answer.Asked{question(1, "x", "NO:いいえ", "AM:午前", "I:中")}, []reading{
			{"no", "NO"}, {"no problem", "code_maybe_word"}, {"I AM", "several_codes"}, {"い", "~I"},
			{"that is what I am", "several_codes"}, {"so do I", "code_maybe_word"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkReadings(t, group.asked, group.readings)
		})
	}
}

func TestRead_newest_question_has_a_shared_code_and_is_flagged(t *testing.T) {
	t.Parallel()
	asked := []answer.Asked{question(7, "new", "A:yes"), question(3, "old", "A:safe", "B:hurt")}
	v := answer.Read(answer.Text{Raw: "A"}, asked)
	if summary(v) != "A" || v.Answers[0].Broadcast != 7 || !v.Shared || v.Reason != answer.CodeOfTwoQuestions {
		t.Fatalf("Read(A) = %+v, want the newest broadcast and the flag", v)
	}
	if v := answer.Read(answer.Text{Raw: "B"}, asked); v.Shared {
		t.Fatalf("Read(B) = %+v, want no flag", v)
	}
}

func TestRead_ignores_reactions_but_not_people(t *testing.T) {
	t.Parallel()
	body := japanese().Body
	for _, raw := range []string{
		"Liked “" + body + "”", "Loved \"" + body + "\"", "Laughed at “A:無事”", "Emphasised “" + body[:40],
		"Disliked an image",
		"Reacted 👍 to “" + body + "”", "Reacted ❤️ to your message", "Removed a heart from “" + body + "”",
		"\u200a\u200b👍\u200b to “\u200a" + body + "\u200a”", "「" + body + "」にハートしました", "“" + body + "”を強調しました",
		"“" + body + "”に😂でリアクションしました", "‘" + body + "’에 좋아요를 표시함", "对“" + body + "”点赞", "ถูกใจ “" + body + "”",
		"Đã thích “" + body + "”", "Menyukai “" + body + "”", "A aimé « " + body + " »",
	} {
		if v := answer.Read(answer.Text{Raw: raw}, []answer.Asked{japanese()}); v.Result != answer.Ignore {
			t.Errorf("Read(%q) = %v %v, want ignore", raw, v.Result, v.Reason)
		}
	}
	checkReadings(t, []answer.Asked{japanese()}, []reading{
		{"「A」", "A"}, {"「A」にします", "~A"}, {"Loved B", "~B"}, {"Liked “the drill” A", "~A"},
	})
}

func TestRead_drops_quoted_lines(t *testing.T) {
	t.Parallel()
	body := japanese().Body
	first, _, _ := strings.Cut(body, "\n")
	checkReadings(t, []answer.Asked{japanese()}, []reading{
		{"> A:無事\n＞ C\nB", "B"}, {first + "\nB", "B"}, {"B\r\n\r\n" + first, "B"}, {first, "quoted_only"},
		{body + "\nA", "several_codes"}, {"> A", "quoted_only"},
	})
	long := question(1, "How are you now?", "A:Everything is fine", "B:Please send help")
	checkReadings(t, []answer.Asked{long}, []reading{
		{long.Body + "\nB", "B"}, {"B:Please send help", "~B"}, {"Everything is fine", "~A"}, {long.Body, "quoted_only"},
	})
}

func TestRead_opt_words_are_the_whole_message(t *testing.T) {
	t.Parallel()
	checkReadings(t, []answer.Asked{japanese()}, []reading{
		{"stop!", "opt_out"}, {"Stop all", "opt_out"}, {"opt-out", "opt_out"}, {"Arrêt", "opt_out"}, {"停止", "opt_out"},
		{"配信停止", "opt_out"}, {"解除。", "opt_out"}, {"수신거부", "opt_out"}, {"退订", "opt_out"}, {"退訂", "opt_out"},
		{"ยกเลิก", "opt_out"}, {"หยุด", "opt_out"}, {"HUỶ", "opt_out"}, {"huy", "opt_out"}, {"TC", "opt_out"},
		{"berhenti", "opt_out"},
		{"BATAL", "opt_out"}, {"Unreg", "opt_out"}, {"ＳＴＯＰ", "opt_out"}, {"start", "opt_in"}, {"UNSTOP", "opt_in"},
		{"Resume.", "opt_in"}, {"help?", "help"}, {"STOP PLEASE", "no_code"}, {"停止してください", "no_code"}, {"T", "no_code"},
		{"TD", "no_code"}, {"stop it A", "~A"},
	})
}

func TestRead_single_letters_opt_out_in_China_unless_they_are_codes(t *testing.T) {
	t.Parallel()
	with := question(5, "x", "T:是", "TC:否")
	for _, c := range []struct {
		raw, country string
		asked        []answer.Asked
		want         string
	}{
		{"T", "CN", []answer.Asked{japanese()}, "opt_out"},
		{"r", "cn", nil, "opt_out"},
		{"td", "CN", []answer.Asked{japanese()}, "opt_out"},
		{"N", "CN", []answer.Asked{japanese()}, "no_code"},
		{"T", "JP", []answer.Asked{japanese()}, "no_code"},
		{"T", "CN", []answer.Asked{with}, "T"},
		{"TC", "VN", []answer.Asked{with}, "TC"},
		{"T", "CN", []answer.Asked{cooling(with)}, "late T"},
	} {
		v := answer.Read(answer.Text{Raw: c.raw, Country: c.country}, c.asked)
		if got := summary(v); got != c.want {
			t.Errorf("Read(%q in %s) = %q, want %q", c.raw, c.country, got, c.want)
		}
	}
}

func TestRead_comment_is_what_the_person_wrote(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"B Thanks so much!":  "Thanks so much!",
		"(C) 動けない。3階":        "動けない。3階",
		"家にいます、A":            "家にいます",
		"C - please, hurry.": "please, hurry.",
		"Ａー無事":               "無事",
		"B":                  "",
		"無事":                 "",
	} {
		if got := answer.Read(answer.Text{Raw: raw}, []answer.Asked{japanese()}).Comment; got != want {
			t.Errorf("Read(%q) comment = %q, want %q", raw, got, want)
		}
	}
}

func TestRead_mail_line_by_line(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		raw, want, comment string
	}{
		{"A", "A", ""},
		{"A\n\nBest regards,\nJohn Smith", "~A", "Best regards,\nJohn Smith"},
		{"お疲れ様です。\nAです。\n山田", "~A", "お疲れ様です。\nです。\n山田"},
		{"Hello\nB\nA friend helps me", "~B", "Hello\n\nA friend helps me"},
		{"お疲れ様です。\nAです。\n家族はBです。", "several_codes", ""},
		{"Hello\nA\n\nor rather\nB", "lines_disagree", ""},
		{"Hello\nAではない\nB", "code_denied", ""},
		{"お世話になります。\n無事です。\n山田", "no_code", ""},
	} {
		v := answer.Read(answer.Text{Raw: c.raw, Mail: true}, []answer.Asked{japanese()})
		if got := summary(v); got != c.want || v.Comment != c.comment {
			t.Errorf("Read(mail %q) = %q, comment %q, want %q, %q", c.raw, got, v.Comment, c.want, c.comment)
		}
	}
	v := answer.Read(answer.Text{Raw: "Hi\nA\nSmith", Mail: false}, []answer.Asked{japanese()})
	if got := summary(v); got == "~A" {
		t.Errorf("Read of a short message = %q, want a person to read it", got)
	}
}

func TestCryForHelp(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"助けて", "たすけてー", "help", "HEEELP!!", "please help me", "🆘", "ｓｏｓ", "ช่วยด้วย", "살려주세요", "살려", "救命", "救命啊",
		"cứu tôi với",
		"cuu", "Tolong!", "C 閉じ込められました 助けて", "I can't breathe", "we are trapped", "도와주세요", "giúp tôi", "119呼んで", "動けません",
	} {
		if !answer.CryForHelp(raw) {
			t.Errorf("CryForHelp(%q) = false, want true", raw)
		}
	}
	for _, raw := range []string{
		"", "A", "無事です", "了解しました", "Thanks", "helpful", "안전합니다", "ปลอดภัยครับ", "an toàn", "我很好", "明日は休みます",
	} {
		if answer.CryForHelp(raw) {
			t.Errorf("CryForHelp(%q) = true, want false", raw)
		}
	}
}

func TestRead_is_the_same_for_every_order_of_choices(t *testing.T) {
	t.Parallel()
	forward, backward := japanese(), japanese()
	slices.Reverse(backward.Codes)
	for _, raw := range []string{"A", "B 無事", "A,B", "エー", "重傷", "Cだ"} {
		a := answer.Read(answer.Text{Raw: raw}, []answer.Asked{forward})
		b := answer.Read(answer.Text{Raw: raw}, []answer.Asked{backward})
		if summary(a) != summary(b) {
			t.Errorf("Read(%q) = %q or %q, by the order of choices", raw, summary(a), summary(b))
		}
	}
}
