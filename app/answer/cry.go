package answer

import (
	"slices"
	"strings"
)

// cries are parts of words, in writings without spaces between words or with endings, that a person in danger may use.
var cries = folded(
	"助けて", "たすけて", "タスケテ", "助けに", "助け求", "助けを", "たすけに", "救助", "救出", "救急", "閉じ込め", "閉じこめ", "とじこめ",
	"下敷き", "生き埋め", "動けな", "動けま", "うごけな", "出られな", "出られま", "逃げられ", "死にそう", "死ぬ", "しにそう", "血が止ま", "息ができ",
	"息が出来", "歩けな", "意識が",
	"살려", "도와", "구해", "구조", "갇혔", "갇혀", "갇힌", "위험해", "응급", "숨을못", "움직일수없",
	"救命", "救我", "救救", "求救", "求助", "救援", "帮我", "幫我", "帮帮", "幫幫", "帮助", "幫助", "被困", "受困", "被埋", "动不了", "動不了",
	"ช่วยด้วย", "ช่วยที", "ช่วยฉัน", "ช่วยผม", "ช่วยเรา", "ช่วยหนู",
	"ขอความช่วย", "ต้องการความช่วย", "ติดอยู่", "กู้ภัย", "หายใจไม่ออก",
)

// cryWords are Latin words, without diacritics and with letters that repeat written once.
var cryWords = []string{
	"HELP", "HELPME", "SOS", "MAYDAY", "RESCUE", "TRAPED", "STUCK", "BLEDING", "EMERGENCY", "AMBULANCE", "DYING",
	"UNCONSCIOUS", "DROWNING",
	"CU", "GIUP", // Vietnamese: cứu, giúp
	"TOLONG", "TOLONGLAH", "BANTU", "BANTUAN", "SELAMATKAN", "TERJEBAK", "TERPERANGKAP", "DARURAT", "KECEMASAN", "LEMAS",
	"SOCORO", "AYUDA", "AIDEZ", "SECOURS", "HILFE", "AIUTO",
	"TASUKETE",
}

// cryPhrases are rows of such Latin words.
var cryPhrases = [][]string{
	{"CAN'T", "BREATHE"}, {"CANT", "BREATHE"}, {"CANOT", "BREATHE"}, {"CAN", "NOT", "BREATHE"},
	{"CAN'T", "MOVE"}, {"CANT", "MOVE"}, {"CANOT", "MOVE"}, {"CAN", "NOT", "MOVE"},
	{"MAC", "KET"}, // Vietnamese: mắc kẹt
}

// CryForHelp reports whether the text may be a call for help, so that it is read first. It would rather be wrong ten
// times than miss one, and is for sorting only: nothing is counted or sent by it.
func CryForHelp(text string) bool {
	m := newMessage(fold(text))
	for _, word := range cries {
		if strings.Contains(m.compact, word) {
			return true
		}
	}
	words := make([]string, len(m.tokens))
	for i, t := range m.tokens {
		if t.text == "119" || t.text == "911" {
			return true
		}
		words[i] = once(plain(t.text))
	}
	for i, word := range words {
		if slices.Contains(cryWords, word) {
			return true
		}
		for _, phrase := range cryPhrases {
			if len(words)-i >= len(phrase) && slices.Equal(words[i:i+len(phrase)], phrase) {
				return true
			}
		}
	}
	return false
}

// once writes letters that repeat once: HEEELP is HELP.
func once(word string) string {
	var b strings.Builder
	last := rune(-1)
	for _, r := range word {
		if r != last {
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}
