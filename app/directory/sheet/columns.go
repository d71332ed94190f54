package sheet

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Field is what a column means: one of the constants, or an attribute.
type Field string

// The closed set of fields beside attributes. Name and Reading may stand twice, for surname and given name; Phone and
// Mail as often as there are columns of them, each label after the column it belongs to.
const (
	Ignore     Field = "ignore"
	ExternalID Field = "external_id"
	Name       Field = "name"
	Reading    Field = "reading"
	Department Field = "department"
	Language   Field = "language"
	Zone       Field = "timezone"
	Phone      Field = "phone"
	PhoneLabel Field = "phone_label"
	Mail       Field = "email"
	MailLabel  Field = "email_label"
	Group      Field = "group"
	Note       Field = "note"
)

// Keys of Headers for the columns that a table of wrong rows has beside its own. They are ignored when it is read.
const (
	HeaderLine   Field = "line"
	HeaderReason Field = "reason"
)

const attributePrefix = "attribute:"

// Attribute returns the field of a free attribute.
func Attribute(name string) Field { return Field(attributePrefix + name) }

// Attribute returns the name of the free attribute; ok is false for other fields.
func (f Field) Attribute() (name string, ok bool) {
	return strings.CutPrefix(string(f), attributePrefix)
}

// Valid reports whether the field is one of the set, or an attribute with a name.
func (f Field) Valid() bool {
	if name, ok := f.Attribute(); ok {
		return name != ""
	}
	switch f {
	case Ignore, ExternalID, Name, Reading, Department, Language, Zone, Phone, PhoneLabel, Mail, MailLabel, Group, Note:
		return true
	default:
		return false
	}
}

// Column is one column of a table.
type Column struct {
	Index  int // 0 is the first
	Header string
	Field  Field
	Sample string // the first text in it
}

// Letter returns the column as a spreadsheet names it: A, B … Z, AA.
func Letter(index int) string {
	s := ""
	for index++; index > 0; index = (index - 1) / 26 {
		s = string(rune('A'+(index-1)%26)) + s
	}
	return s
}

// Suggest says what each column means by its header, in Japanese or English. A header nobody knows is an attribute, an
// empty one is ignored. The same single field twice is an attribute the second time.
func Suggest(header []string) []Column {
	out := make([]Column, 0, len(header))
	used := map[Field]int{}
	for i, h := range header {
		h = strings.Join(strings.Fields(Plain(h)), " ")
		f := fieldOf(h)
		if !mayRepeat(f, h) && used[f] > 0 || used[f] > 1 && (f == Name || f == Reading) {
			if _, attribute := f.Attribute(); attribute {
				f = Ignore
			} else if f = Attribute(h); used[f] > 0 {
				f = Ignore
			}
		}
		used[f]++
		if !mayRepeat(f, h) {
			used[f]++ // a whole name leaves no room for another
		}
		out = append(out, Column{Index: i, Header: h, Field: f})
	}
	return out
}

// mayRepeat reports whether a field may stand in two columns: addresses, and names in two parts.
func mayRepeat(f Field, header string) bool {
	switch f {
	case Ignore, Phone, PhoneLabel, Mail, MailLabel:
		return true
	case Name, Reading:
		_, part := partHeaders[headerKey(header)]
		return part
	default:
		return false
	}
}

func fieldOf(header string) Field {
	if strings.TrimSpace(header) == "" {
		return Ignore
	}
	for _, prefix := range []string{"属性:", "属性：", "Attribute:", "attribute:"} {
		if name, ok := strings.CutPrefix(header, prefix); ok && strings.TrimSpace(name) != "" {
			return Attribute(strings.TrimSpace(name))
		}
	}
	key := headerKey(header)
	if f, ok := partHeaders[key]; ok {
		return f
	}
	if f, ok := headers[key]; ok {
		return f
	}
	bare := strings.TrimFunc(key, unicode.IsDigit)
	for _, suffix := range []string{"ラベル", "種別", "label", "type"} {
		if rest, ok := strings.CutSuffix(bare, suffix); ok {
			switch headers[strings.TrimFunc(rest, unicode.IsDigit)] {
			case Phone:
				return PhoneLabel
			case Mail:
				return MailLabel
			default:
			}
		}
	}
	if f := headers[bare]; f == Phone || f == Mail {
		return f
	}
	return Attribute(header)
}

// headerKey brings a header into the form of the table: half width, lower case, without spaces, marks and remarks in
// brackets such as （必須）.
func headerKey(h string) string {
	h = strings.ToLower(norm.NFKC.String(h))
	if i := strings.IndexAny(h, "([【<"); i > 0 {
		h = h[:i]
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("_-.・:*※/", r) {
			return -1
		}
		return r
	}, h)
}

var headers = table(map[Field]string{
	Ignore: "取り込み行 取り込めない理由 importline importreason",
	ExternalID: "社員番号 社員コード 社員id 社員no 職員番号 職員コード 従業員番号 従業員コード 従業員id 学籍番号 会員番号 番号 id 識別番号 管理番号 個人コード " +
		"個人番号 外部id externalid employeeid employeenumber employeeno employeecode staffid staffnumber personid " +
		"personnelnumber userid memberid number no code",
	Name: "氏名 名前 お名前 姓名 漢字氏名 氏名漢字 社員名 従業員名 受信者 受信者名 name fullname employeename displayname recipient",
	Reading: "フリガナ ふりがな カナ かな 読み 読みがな 読み仮名 よみ よみがな ヨミ 氏名カナ カナ氏名 氏名フリガナ 氏名ふりがな 氏名かな シメイ " +
		"カナ名 ローマ字 reading kana furigana phonetic namereading namekana",
	Department: "部署 所属 部門 部課 部署名 所属名 部門名 所属部署 所属部門 組織 組織名 事業所 department departmentname dept division section " +
		"team organization organisation unit",
	Language: "言語 使用言語 希望言語 language lang locale preferredlanguage",
	Zone:     "タイムゾーン 時間帯 timezone tz zone",
	Phone: "電話 電話番号 携帯 携帯番号 携帯電話 携帯電話番号 ケータイ 携帯tel スマホ スマートフォン 連絡先電話番号 緊急連絡先 緊急連絡先電話番号 自宅電話 " +
		"自宅電話番号 tel telephone phone phonenumber mobile mobilephone mobilenumber cell cellphone sms msisdn",
	Mail:  "メール メールアドレス eメール eメールアドレス 電子メール mail email mailaddress emailaddress",
	Group: "グループ グループ名 班 group groups groupname",
	Note:  "備考 メモ 注記 note notes remark remarks comment comments memo",
})

var partHeaders = table(map[Field]string{
	Name:    "姓 名 苗字 名字 lastname familyname surname firstname givenname",
	Reading: "セイ メイ せい めい 姓カナ 名カナ 姓かな 名かな 姓フリガナ 名フリガナ 姓ふりがな 名ふりがな lastnamekana firstnamekana",
})

func table(fields map[Field]string) map[string]Field {
	m := map[string]Field{}
	for f, words := range fields {
		for _, w := range strings.Fields(words) {
			m[headerKey(w)] = f
		}
	}
	return m
}

// Headers returns the column names of an exported table in the language, "ja" or "en"; Suggest knows them all.
func Headers(language string) map[Field]string {
	if language == "en" {
		return map[Field]string{
			ExternalID: "Employee ID", Name: "Name", Reading: "Reading", Department: "Department", Language: "Language",
			Zone: "Time zone", Phone: "Phone ", PhoneLabel: "Phone label ", Mail: "Email ", MailLabel: "Email label ",
			Group: "Group", Note: "Note", attributePrefix: "Attribute:", HeaderLine: "Import line",
			HeaderReason: "Import reason",
		}
	}
	return map[Field]string{
		ExternalID: "社員番号", Name: "氏名", Reading: "フリガナ", Department: "部署", Language: "言語",
		Zone: "タイムゾーン", Phone: "電話番号", PhoneLabel: "電話番号ラベル", Mail: "メール", MailLabel: "メールラベル",
		Group: "グループ", Note: "備考", attributePrefix: "属性:", HeaderLine: "取り込み行", HeaderReason: "取り込めない理由",
	}
}

// AttributeHeader returns the column name of a free attribute: its own name, unless that would be read as another
// field.
func AttributeHeader(name, language string) string {
	if fieldOf(name) == Attribute(name) && Plain(name) == name {
		return name
	}
	return Headers(language)[attributePrefix] + name
}

// LanguageOf returns the BCP 47 tag that a cell of a language column means: languages may be written by name.
func LanguageOf(cell string) string {
	if tag, ok := languages[headerKey(cell)]; ok {
		return tag
	}
	return strings.ReplaceAll(strings.TrimSpace(norm.NFKC.String(cell)), "_", "-")
}

var languages = func() map[string]string {
	const list = "ja 日本語 japanese 和文 jp; en 英語 english; th タイ語 thai ไทย; vi ベトナム語 越語 vietnamese tiếngviệt; " +
		"id インドネシア語 indonesian bahasaindonesia; ko 韓国語 朝鮮語 korean 한국어; zh-Hans 中国語 簡体字 中国語簡体字 chinese 简体中文 zhcn; " +
		"zh-Hant 繁体字 中国語繁体字 台湾語 traditionalchinese 繁體中文 zhtw; ms マレー語 malay; hi ヒンディー語 hindi; ta タミル語 tamil; " +
		"pt ポルトガル語 portuguese; es スペイン語 spanish; tl タガログ語 フィリピノ語 tagalog filipino; my ミャンマー語 ビルマ語 burmese; " +
		"ne ネパール語 nepali; fr フランス語 french; de ドイツ語 german"
	m := map[string]string{}
	for _, line := range strings.Split(list, "; ") {
		words := strings.Fields(line)
		for _, w := range words[1:] {
			m[headerKey(w)] = words[0]
		}
	}
	return m
}()

// GroupNames returns the names in a cell of a group column. They stand with a semicolon or line break between, or,
// where there is none of these, with a comma or 、.
func GroupNames(cell string) []string {
	marks := "、,，"
	if strings.ContainsAny(cell, ";；\n") {
		marks = ";；\n"
	}
	var out []string
	for _, name := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(marks, r) }) {
		if name = strings.Join(strings.Fields(name), " "); name != "" {
			out = append(out, name)
		}
	}
	return out
}

// GroupCell returns the cell that GroupNames reads as the names, none of which has a semicolon.
func GroupCell(names []string) string {
	cell := strings.Join(names, "; ")
	if len(names) == 1 && strings.ContainsAny(cell, "、,，") {
		cell += ";"
	}
	return cell
}
