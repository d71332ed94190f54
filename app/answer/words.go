package answer

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Keyword is what a text that is one of the known words, and nothing else, asks for.
type Keyword string

// The closed set of keywords.
const (
	NoKeyword   Keyword = ""
	OptOutWord  Keyword = "opt_out"
	OptInWord   Keyword = "opt_in"
	HelpKeyword Keyword = "help"
)

// KeywordOf returns what the text asks for when it is a keyword and nothing else. Choices should not carry such labels:
// a person who answers with the label would opt out. Country is that of the route, ISO 3166 alpha-2, or "".
func KeywordOf(text, country string) Keyword {
	return keywordOf(newMessage(fold(text)).compact, country)
}

// The words are compared without spaces, punctuation, case and Latin diacritics. Sources: the industry's English set
// and native words; operators in China take single letters.
var keywords = map[Keyword][]string{
	OptOutWord: {
		"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE", "ARRET",
		"停止", "配信停止", "解除", "수신거부", "退订", "退訂", "ยกเลิก", "หยุด", "HUY", "TC",
		"BERHENTI", "BATAL", "UNREG",
	},
	OptInWord:   {"START", "UNSTOP", "RESUME", "配信再開"},
	HelpKeyword: {"HELP", "INFO", "ヘルプ"},
}

var optOutByCountry = map[string][]string{"CN": {"T", "R", "TD"}}

func keywordOf(compact, country string) Keyword {
	word := compact
	if strings.IndexFunc(word, func(r rune) bool { return r >= 0x250 }) < 0 || latinVietnamese(word) {
		word = plain(word)
	}
	for _, k := range []Keyword{OptOutWord, OptInWord, HelpKeyword} {
		if slices.ContainsFunc(keywords[k], func(w string) bool { return norm.NFKC.String(w) == word }) {
			return k
		}
	}
	if slices.Contains(optOutByCountry[strings.ToUpper(country)], compact) {
		return OptOutWord
	}
	return NoKeyword
}

// latinVietnamese reports whether the word is Latin with letters of the block that Vietnamese uses.
func latinVietnamese(word string) bool {
	return strings.IndexFunc(word, func(r rune) bool { return r >= 0x250 && (r < 0x1E00 || r > 0x1EFF) }) < 0
}

// deniesSign are signs that deny what stands beside them.
const deniesSign = "❌❎✖✕✗✘×🚫🙅⛔👎"

// deniesBefore are words of other writings that deny the code right after them; a token may end with one.
var deniesBefore = folded(
	"不是", "不选", "不選", "不要", "不", "并非", "並非", "别选", "別選", "别", "別", "没", "沒", "沒有", "没有", "除了",
	"ไม่ใช่", "ไม่", "ไม่เลือก", "ไม่เอา", "ยกเว้น", "มิใช่",
	"말고", "빼고", "제외",
)

// deniesBeforeWord are whole words, Latin ones without diacritics, that deny the code right after them.
var deniesBeforeWord = []string{
	"아니", "안",
	"NOT", "NO", "NON", "NEVER", "EXCEPT", "WITHOUT", "ISN'T", "ISNT", "AIN'T", "AINT", "NEITHER", "BUT",
	"KHONG", "KO", "KG", "CHANG", "TRU", // Vietnamese
	"BUKAN", "TIDAK", "TAK", "TDK", "JANGAN", "KECUALI", "SELAIN", "GAK", "NGGAK", "ENGGAK", // Indonesian, Malay
	"PAS", "SAUF", "NICHT", "KEIN", "NAO", "NIE",
}

// deniesAfter are beginnings of what follows a code directly and denies it.
var deniesAfter = folded(
	"ではな", "ではねえ", "ではあり", "ではござい", "じゃな", "じゃね", "じゃあり", "でな", "でもな", "でもあり", "にあらず",
	"以外", "なし", "無し", "とは違", "とはちが", "とは異", "違", "ちが", "は違", "はちが", "はな", "はあり", "は無", "は不", "は嫌",
	"は間違", "はまちが", "は誤", "はダメ", "はだめ", "は駄目", "は選ば", "を除", "を選ば", "を選びませ", "除く", "除外", "間違", "まちが",
	"にしな", "にしませ", "にはしな", "にはしませ", "を取り消", "を取消", "取り消", "取消", "は取消", "は取り消", "をやめ", "やめ",
	"不是", "不对", "不對", "不行", "不选", "不選", "不要", "以外", "之外", "错", "錯", "除外", "取消",
	"ไม่ใช่", "ไม่ถูก", "ไม่เอา", "ผิด", "ไม่เลือก",
	"아니", "아님", "아닙", "아닌", "가아니", "가아닙", "가아닌", "이아니", "는아니", "은아니", "는아닙", "은아닙", "도아니",
	"말고", "빼고", "제외", "외에", "외의",
)

// deniesAfterLatin are rows of Latin words, without diacritics, that deny the code right before them. Rows with $ do so
// only at the end: "C not breathing" is an answer C, and an urgent one.
var deniesAfterLatin = [][]string{
	{"IS", "NOT"}, {"ISN'T"}, {"ISNT"}, {"IS", "WRONG"}, {"WRONG"}, {"NOT", "$"}, {"NO", "$"}, {"IS", "NO", "$"},
	{"KHONG", "PHAI"}, {"KO", "PHAI"}, {"K", "PHAI"}, {"SAI"}, {"KHONG", "DUNG"}, {"KHONG", "$"},
	{"BUKAN"}, {"SALAH"}, {"TIDAK", "BENAR"}, {"TIDAK", "$"},
}

// copulas are endings that make a sentence of the code they are stuck to: "A is it". An ending that asks is no answer.
var copulas = folded(
	"です", "でした", "でございます", "でお願", "でおねが", "でよろ", "でいい", "お願い", "にします", "にしました", "にする", "にした",
	"になります", "を選", "をえら",
	"입니다", "입니당", "이에요", "예요", "에요", "이요", "로할", "로선택", "을선택", "를선택", "선택합", "선택했", "선택이", "번입니다", "번이요", "번요",
	"ครับ", "ค่ะ", "คะ", "คับ", "ค่า", "จ้ะ", "จ้า", "นะครับ", "นะคะ", "นะค่ะ",
)

// wholeCopulas are endings that must be all of what the code is stuck to.
var wholeCopulas = folded("で", "だ", "だよ", "だね", "だな", "だぜ", "だぞ", "だし", "だと思います", "だと思う", "だが", "だけど", "だけれど",
	"だった", "だから", "だってば", "요", "임", "번", "이다", "다")

// asks are ends of an ending that leave the answer open.
var asks = folded("か", "かな", "かね", "かも", "かもしれない", "かもしれません", "かしら", "でしょう", "だろう", "까", "까요", "나요", "가요",
	"หรือ", "หรือเปล่า", "ไหม", "มั้ย")

// joins are beginnings between two codes: "A or B", "A and B".
var joins = folded("か", "と", "や", "も", "または", "又は", "及び", "および", "もしくは", "ないし", "或", "和", "跟", "与", "與", "及", "、",
	"또는", "혹은", "이나", "나", "및", "랑", "이랑", "하고", "과", "와", "도", "หรือ", "และ", "กับ")

// wordCodes are codes that are words of a Latin language, so that the letter proves nothing among other words.
var wordCodes = []string{
	"A", "I", "AM", "AN", "AS", "AT", "BE", "BY", "DO", "GO", "HE", "HI", "IF", "IN", "IS", "IT", "ME", "MY", "NO", "OF",
	"ON", "OR", "SO", "TO", "UP", "US", "WE",
}

// vietnamesePronouns are codes that people write for "I" in Vietnamese: anh, em, chị.
var vietnamesePronouns = []string{"A", "C", "E"}

func folded(words ...string) []string {
	for i, w := range words {
		words[i] = norm.NFKC.String(w)
	}
	return words
}

func hasAnyPrefix(s string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}

func hasAnySuffix(s string, suffixes []string) bool {
	return slices.ContainsFunc(suffixes, func(p string) bool { return strings.HasSuffix(s, p) })
}
