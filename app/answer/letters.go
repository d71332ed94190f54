package answer

import "strings"

// spokenLetters are the names of letters as people type them when the keyboard is in another writing: katakana, Hangul,
// Thai. Names that are everyday words are left out: 이 (two), 피 (blood), 오 (five), ดี (good), ที (time).
var spokenLetters = map[byte][]string{
	'A': folded("エー", "エイ", "에이", "เอ"),
	'B': folded("ビー", "ビイ", "비", "บี"),
	'C': folded("シー", "シイ", "씨", "ซี"),
	'D': folded("ディー", "デー", "ディ", "디"),
	'E': folded("イー"),
	'F': folded("エフ", "에프", "เอฟ"),
	'G': folded("ジー", "지", "จี"),
	'H': folded("エイチ", "エッチ", "에이치", "เอช"),
	'I': folded("アイ", "아이", "ไอ"),
	'J': folded("ジェー", "ジェイ", "제이", "เจ"),
	'K': folded("ケー", "ケイ", "케이", "เค"),
	'L': folded("エル", "엘", "แอล"),
	'M': folded("エム", "엠", "เอ็ม"),
	'N': folded("エヌ", "엔", "เอ็น"),
	'O': folded("オー", "โอ"),
	'P': folded("ピー", "พี"),
	'Q': folded("キュー", "큐", "คิว"),
	'R': folded("アール", "알", "아르", "อาร์"),
	'S': folded("エス", "에스", "เอส"),
	'T': folded("ティー", "テー", "티"),
	'U': folded("ユー", "유", "ยู"),
	'V': folded("ブイ", "ヴィー", "브이", "วี"),
	'W': folded("ダブリュー", "ダブル", "더블유", "ดับเบิลยู"),
	'X': folded("エックス", "엑스", "เอ็กซ์"),
	'Y': folded("ワイ", "와이", "วาย"),
	'Z': folded("ゼット", "ズィー", "제트", "แซด"),
}

// romajiVowels are what a Japanese keyboard makes of one vowel.
var romajiVowels = map[string]string{"あ": "A", "い": "I", "う": "U", "え": "E", "お": "O"}

// spellsCode reports whether the compact text is the spoken name of the code's letters.
func spellsCode(compact, code string) bool {
	if romajiVowels[compact] == code {
		return true
	}
	return spells(compact, code)
}

func spells(compact, code string) bool {
	if code == "" {
		return compact == ""
	}
	for _, name := range spokenLetters[code[0]] {
		if rest, ok := strings.CutPrefix(compact, name); ok && spells(rest, code[1:]) {
			return true
		}
	}
	return false
}
