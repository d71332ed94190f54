package sheet

import (
	"sort"
	"strings"
)

// Reason says why a row cannot be brought in: a stable code and the values of its sentence.
type Reason struct {
	Code   string
	Params map[string]string
}

// Codes of reasons. Those of phones carry the phone's own reason in the parameter "reason".
const (
	NoName            = "no_name"
	NoContact         = "no_contact"    // neither a usable phone nor a mail address
	PhoneInvalid      = "phone_invalid" // see the parameter
	TwoNumbers        = "two_numbers"
	SpreadsheetNumber = "spreadsheet_number"
	MailNoAt          = "mail_no_at"
	MailDomainCut     = "mail_domain_cut"
	MailInvalid       = "mail_invalid"
	DuplicateID       = "duplicate_external_id"
	DuplicateKey      = "duplicate_key"
	TooLong           = "too_long"
	TooMany           = "too_many"
	BadLanguage       = "bad_language"
	BadZone           = "bad_zone"
	BadGroup          = "bad_group"
	WrongColumns      = "wrong_column_count"
	Undecodable       = "undecodable"
	OutOfScope        = "out_of_scope"
)

// Text returns the sentence of the reason in the language, "ja" or "en".
func (r Reason) Text(language string) string {
	texts := reasonsJA
	phones := phonesJA
	if language == "en" {
		texts, phones = reasonsEN, phonesEN
	}
	text, ok := texts[r.Code]
	if !ok {
		return r.Code
	}
	if p, ok := phones[r.Params["reason"]]; ok {
		text += " " + p
	}
	names := make([]string, 0, len(r.Params))
	for name := range r.Params {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		text = strings.ReplaceAll(text, "{"+name+"}", r.Params[name])
	}
	return text
}

var reasonsJA = map[string]string{
	NoName:                "氏名がありません。",
	NoContact:             "SMSを送れる電話番号もメールアドレスもありません。",
	PhoneInvalid:          "電話番号として読めません。",
	TwoNumbers:            "1つの欄に電話番号が2つあります。列を分けてください。",
	SpreadsheetNumber:     "表計算ソフトが番号を指数（9.01E+10など）に変えたため、元の番号がわかりません。",
	MailNoAt:              "メールアドレスに「@」がありません。",
	MailDomainCut:         "メールアドレスのドメインが途中で切れています。",
	MailInvalid:           "メールアドレスとして読めません。",
	DuplicateID:           "{line}行目と同じ社員番号です。",
	DuplicateKey:          "{line}行目と同じ人です。",
	TooLong:               "長すぎます。{max}文字までです。",
	TooMany:               "多すぎます。{max}件までです。",
	BadLanguage:           "言語として読めません。「日本語」や「ja」のように書いてください。",
	BadZone:               "タイムゾーンとして読めません。「Asia/Tokyo」のように書いてください。",
	BadGroup:              "グループ名として使えません。",
	WrongColumns:          "列が{have}個あります。見出しは{want}個です。",
	Undecodable:           "この文字コードでは読めない文字があります。",
	OutOfScope:            "担当する部署の外の人です。",
	string(UnclosedQuote): "引用符「\"」が閉じていません。",
	string(RowTooLong):    "1行が長すぎます。",
	string(TooManyCells):  "列が多すぎます。64列までです。",
}

var reasonsEN = map[string]string{
	NoName:                "There is no name.",
	NoContact:             "There is neither a phone number that takes SMS nor a mail address.",
	PhoneInvalid:          "This cannot be read as a phone number.",
	TwoNumbers:            "There are two phone numbers in one cell. Put them in two columns.",
	SpreadsheetNumber:     "A spreadsheet turned the number into an exponent (such as 9.01E+10); its digits are lost.",
	MailNoAt:              "The mail address has no @.",
	MailDomainCut:         "The domain of the mail address is cut off.",
	MailInvalid:           "This cannot be read as a mail address.",
	DuplicateID:           "Line {line} has the same employee ID.",
	DuplicateKey:          "Line {line} is the same person.",
	TooLong:               "This is too long: {max} characters are allowed.",
	TooMany:               "These are too many: {max} are allowed.",
	BadLanguage:           "This cannot be read as a language. Write it like \"Japanese\" or \"ja\".",
	BadZone:               "This cannot be read as a time zone. Write it like \"Asia/Tokyo\".",
	BadGroup:              "This cannot be the name of a group.",
	WrongColumns:          "There are {have} columns, the header has {want}.",
	Undecodable:           "Some characters cannot be read in this character set.",
	OutOfScope:            "This person is outside of your departments.",
	string(UnclosedQuote): "A quote (\") is not closed.",
	string(RowTooLong):    "The row is too long.",
	string(TooManyCells):  "There are too many columns: 64 are allowed.",
}

var phonesJA = map[string]string{
	"empty": "数字がありません。", "too_long": "桁が多すぎます。", "too_short": "桁が足りません。", "letter_inside": "文字が混ざっています。",
	"no_country": "国番号がなく、どの国の番号かわかりません。", "unknown_country": "国番号がありません。",
	"not_assigned": "この桁数や番号帯の電話番号はありません。日本の携帯電話は11桁です。",
}

var phonesEN = map[string]string{
	"empty": "It has no digits.", "too_long": "It has too many digits.", "too_short": "Digits are missing.",
	"letter_inside": "There is a letter inside.", "no_country": "It has no country code.",
	"unknown_country": "The country code does not exist.",
	"not_assigned":    "There is no number of this length or range. Japanese mobile numbers have 11 digits.",
}
