package lang

// Texts are the texts of one language. "{}" is where the value goes that the comment names.
type Texts struct {
	Tag  string // BCP 47
	Name string // of the language, in itself

	DrillMark string // begins each message of a drill; nobody can take it away

	ReplyOneLetter  string // asks for an answer of one letter; a code
	ReplyTwoLetters string // asks for an answer of two letters; a code
	ReplyAll        string // asks for every letter that applies; two codes with a space between
	ReplyNumber     string // names the number to answer to; the number

	Received      string // answers a reply that counts; the choices
	NotUnderstood string // answers a reply that a person has to read; a code

	NameComma string // between two names of three and more, but the last
	NameAnd   string // before the last name
}

// catalogue has English, Indonesian and Malay in letters that fit the GSM alphabet, so that a message that is otherwise
// in it stays so.
var catalogue = []Texts{
	{
		Tag: "ja", Name: "日本語",
		DrillMark:       "【訓練】",
		ReplyOneLetter:  "当てはまる記号1文字だけを返信してください（例：{}）",
		ReplyTwoLetters: "当てはまる記号2文字だけを返信してください（例：{}）",
		ReplyAll:        "当てはまる記号をすべて返信してください（例：{}）",
		ReplyNumber:     "返信先：{}",
		Received:        "受付 {}",
		NotUnderstood:   "ご返信を自動で読み取れませんでした。記号だけを返信してください（例：{}）。担当者も確認します。",
		NameComma:       "、",
		NameAnd:         "、",
	},
	{
		Tag: "en", Name: "English",
		DrillMark:       "[DRILL]",
		ReplyOneLetter:  "Reply with one letter only, for example {}",
		ReplyTwoLetters: "Reply with two letters only, for example {}",
		ReplyAll:        "Reply with all letters that apply, for example {}",
		ReplyNumber:     "Reply to {}",
		Received:        "Received {}",
		NotUnderstood: "We could not read your reply. " +
			"Please send the letter only, for example {}. A person will read it too.",
		NameComma: ", ",
		NameAnd:   " and ",
	},
	{
		Tag: "th", Name: "ไทย",
		DrillMark:       "[ซ้อม]",
		ReplyOneLetter:  "โปรดตอบกลับด้วยตัวอักษรเพียง 1 ตัว เช่น {}",
		ReplyTwoLetters: "โปรดตอบกลับด้วยตัวอักษรเพียง 2 ตัว เช่น {}",
		ReplyAll:        "โปรดตอบกลับด้วยตัวอักษรทุกข้อที่ตรงกับคุณ เช่น {}",
		ReplyNumber:     "โปรดตอบกลับที่ {}",
		Received:        "ได้รับคำตอบแล้ว {}",
		NotUnderstood:   "ระบบอ่านคำตอบของคุณไม่ได้ โปรดส่งเฉพาะตัวอักษร เช่น {} เจ้าหน้าที่จะอ่านข้อความของคุณด้วย",
		NameComma:       ", ",
		NameAnd:         " และ ",
	},
	{
		Tag: "vi", Name: "Tiếng Việt",
		DrillMark:       "[DIỄN TẬP]",
		ReplyOneLetter:  "Vui lòng chỉ trả lời bằng một chữ cái, ví dụ {}",
		ReplyTwoLetters: "Vui lòng chỉ trả lời bằng hai chữ cái, ví dụ {}",
		ReplyAll:        "Vui lòng trả lời bằng tất cả các chữ cái phù hợp, ví dụ {}",
		ReplyNumber:     "Trả lời đến số {}",
		Received:        "Đã nhận {}",
		NotUnderstood: "Hệ thống chưa đọc được câu trả lời của bạn. " +
			"Vui lòng chỉ gửi chữ cái, ví dụ {}. Người phụ trách cũng sẽ đọc tin này.",
		NameComma: ", ",
		NameAnd:   " và ",
	},
	{
		Tag: "ko", Name: "한국어",
		DrillMark:       "[훈련]",
		ReplyOneLetter:  "해당하는 알파벳 한 글자만 회신해 주세요(예: {})",
		ReplyTwoLetters: "해당하는 알파벳 두 글자만 회신해 주세요(예: {})",
		ReplyAll:        "해당하는 알파벳을 모두 회신해 주세요(예: {})",
		ReplyNumber:     "회신 번호: {}",
		Received:        "접수 {}",
		NotUnderstood:   "회신 내용을 읽지 못했습니다. 알파벳만 보내 주세요(예: {}). 담당자도 확인하겠습니다.",
		NameComma:       ", ",
		NameAnd:         ", ",
	},
	{
		Tag: "zh-Hans", Name: "简体中文",
		DrillMark:       "【演练】",
		ReplyOneLetter:  "请只回复一个字母，例如 {}",
		ReplyTwoLetters: "请只回复两个字母，例如 {}",
		ReplyAll:        "请回复所有符合的字母，例如 {}",
		ReplyNumber:     "请回复至 {}",
		Received:        "已收到 {}",
		NotUnderstood:   "系统无法识别您的回复。请只发送字母，例如 {}。工作人员也会查看您的信息。",
		NameComma:       "、",
		NameAnd:         "和",
	},
	{
		Tag: "zh-Hant", Name: "繁體中文",
		DrillMark:       "【演練】",
		ReplyOneLetter:  "請只回覆一個字母，例如 {}",
		ReplyTwoLetters: "請只回覆兩個字母，例如 {}",
		ReplyAll:        "請回覆所有符合的字母，例如 {}",
		ReplyNumber:     "請回覆至 {}",
		Received:        "已收到 {}",
		NotUnderstood:   "系統無法辨識您的回覆。請只傳送字母，例如 {}。承辦人員也會查看您的訊息。",
		NameComma:       "、",
		NameAnd:         "和",
	},
	{
		Tag: "id", Name: "Bahasa Indonesia",
		DrillMark:       "[LATIHAN]",
		ReplyOneLetter:  "Balas dengan satu huruf saja, misalnya {}",
		ReplyTwoLetters: "Balas dengan dua huruf saja, misalnya {}",
		ReplyAll:        "Balas dengan semua huruf yang sesuai, misalnya {}",
		ReplyNumber:     "Balas ke {}",
		Received:        "Diterima {}",
		NotUnderstood: "Balasan Anda tidak terbaca. " +
			"Kirim hurufnya saja, misalnya {}. Petugas juga akan membaca pesan Anda.",
		NameComma: ", ",
		NameAnd:   " dan ",
	},
	{
		Tag: "ms", Name: "Bahasa Melayu",
		DrillMark:       "[LATIHAN]",
		ReplyOneLetter:  "Balas dengan satu huruf sahaja, contohnya {}",
		ReplyTwoLetters: "Balas dengan dua huruf sahaja, contohnya {}",
		ReplyAll:        "Balas dengan semua huruf yang berkenaan, contohnya {}",
		ReplyNumber:     "Balas kepada {}",
		Received:        "Diterima {}",
		NotUnderstood: "Balasan anda tidak dapat dibaca. " +
			"Hantar huruf sahaja, contohnya {}. Petugas juga akan membaca mesej anda.",
		NameComma: ", ",
		NameAnd:   " dan ",
	},
}
