package lang

import (
	"slices"
	"strings"
)

// Notice is what is printed and hung up where the number for answers differs from the sender of a text. Company and
// Letter are filled in by Fill.
type Notice struct {
	Tag      string
	Title    string
	Lead     string // {company}
	AnswerTo string // stands above the number
	Steps    []string
	Cost     string
}

// Fill puts the name of the company and a letter as the example into the texts.
func (n Notice) Fill(company, letter string) Notice {
	put := strings.NewReplacer("{company}", company, "{letter}", letter)
	n.Lead = put.Replace(n.Lead)
	steps := make([]string, len(n.Steps))
	for i, s := range n.Steps {
		steps[i] = put.Replace(s)
	}
	n.Steps = steps
	return n
}

// NoticeFor returns the notice in the language that suits a tag; in English when there is none.
func NoticeFor(tag string) Notice {
	list := notices()
	tags := []string{"en"}
	for _, n := range list {
		tags = append(tags, n.Tag)
	}
	best := Best(tag, tags)
	for _, n := range list {
		if n.Tag == best {
			return n
		}
	}
	return list[1]
}

// notices are in the order of the catalogue, with Hindi at the end: a text is not written in it, a notice may be.
func notices() []Notice {
	return slices.Concat(noticesOfOffices(), noticesOfNorth(), []Notice{
		{
			Tag: "id", Title: "Ke nomor mana Anda membalas",
			Lead:     "{company} mengirim SMS kepada Anda untuk menanyakan keselamatan Anda. Balasan dikirim ke nomor lain.",
			AnswerTo: "Kirim balasan ke nomor ini",
			Steps: []string{
				"Jangan membalas ke pengirim SMS. Balasan ke sana tidak sampai.",
				"Tulis SMS baru ke nomor di atas dan kirim satu huruf saja, misalnya {letter}.",
				"Simpan nomor ini di ponsel Anda sekarang.",
			},
			Cost: "Biaya SMS balasan ditanggung pengirim balasan sesuai tarif operator.",
		},
		{
			Tag: "ms", Title: "Nombor untuk menghantar jawapan anda",
			Lead: "{company} menghantar SMS kepada anda untuk bertanyakan keselamatan anda. " +
				"Jawapan dihantar ke nombor lain.",
			AnswerTo: "Hantar jawapan ke nombor ini",
			Steps: []string{
				"Jangan balas kepada penghantar SMS itu. Jawapan ke sana tidak akan sampai.",
				"Tulis SMS baharu ke nombor di atas dan hantar satu huruf sahaja, contohnya {letter}.",
				"Simpan nombor ini dalam telefon anda sekarang.",
			},
			Cost: "Caj SMS jawapan ditanggung oleh anda mengikut kadar syarikat telefon.",
		},
		{
			Tag: "hi", Title: "जवाब किस नंबर पर भेजें",
			Lead:     "{company} आपकी कुशलता जानने के लिए आपको SMS भेजेगी। जवाब किसी दूसरे नंबर पर भेजना होता है।",
			AnswerTo: "जवाब इस नंबर पर भेजें",
			Steps: []string{
				"SMS भेजने वाले को सीधे जवाब न दें। वह जवाब हम तक नहीं पहुँचता।",
				"ऊपर लिखे नंबर पर नया SMS लिखें और केवल एक अक्षर भेजें, जैसे {letter}।",
				"यह नंबर अभी अपने फ़ोन में सहेज लें।",
			},
			Cost: "जवाबी SMS का शुल्क आपके ऑपरेटर की दर से आपको देना होगा।",
		},
	})
}

func noticesOfOffices() []Notice {
	return []Notice{
		{
			Tag: "ja", Title: "安否確認SMSの返信先",
			Lead:     "{company}から安否確認などのSMSが届きます。返信先は、SMSの送信元とは別の番号です。",
			AnswerTo: "回答はこの番号へ送ってください",
			Steps: []string{
				"届いたSMSにそのまま返信しないでください。回答が届きません。",
				"上の番号あてに新しいSMSを作り、記号1文字だけを送ってください（例：{letter}）。",
				"この番号を、今のうちに電話帳へ登録してください。",
			},
			Cost: "返信の通信料は、ご契約の携帯電話会社の料金で受信者のご負担となります。",
		},
		{
			Tag: "en", Title: "Where to send your answer",
			Lead:     "{company} sends you text messages to ask whether you are safe. Answers go to another number.",
			AnswerTo: "Send your answer to this number",
			Steps: []string{
				"Do not reply to the sender of the text. Such a reply does not reach us.",
				"Write a new text to the number above and send one letter only, for example {letter}.",
				"Save this number in your phone now.",
			},
			Cost: "You pay for the reply at the rate of your operator.",
		},
		{
			Tag: "th", Title: "หมายเลขสำหรับส่งคำตอบ",
			Lead:     "{company} ส่ง SMS ถึงคุณเพื่อสอบถามความปลอดภัย โปรดส่งคำตอบไปยังหมายเลขอื่น",
			AnswerTo: "โปรดส่งคำตอบไปที่หมายเลขนี้",
			Steps: []string{
				"อย่าตอบกลับผู้ส่ง SMS โดยตรง เพราะคำตอบจะไม่ถึงเรา",
				"เขียน SMS ใหม่ถึงหมายเลขข้างต้น และส่งตัวอักษรเพียง 1 ตัว เช่น {letter}",
				"บันทึกหมายเลขนี้ไว้ในโทรศัพท์ของคุณตั้งแต่ตอนนี้",
			},
			Cost: "ผู้ตอบเป็นผู้ชำระค่า SMS ตามอัตราของเครือข่าย",
		},
		{
			Tag: "vi", Title: "Gửi câu trả lời đến số nào",
			Lead:     "{company} gửi SMS để hỏi bạn có an toàn không. Câu trả lời được gửi đến một số khác.",
			AnswerTo: "Vui lòng gửi câu trả lời đến số này",
			Steps: []string{
				"Đừng trả lời trực tiếp người gửi SMS. Câu trả lời sẽ không đến được chúng tôi.",
				"Soạn SMS mới đến số ở trên và chỉ gửi một chữ cái, ví dụ {letter}.",
				"Hãy lưu số này vào điện thoại ngay bây giờ.",
			},
			Cost: "Bạn trả cước SMS trả lời theo giá của nhà mạng.",
		},
	}
}

func noticesOfNorth() []Notice {
	return []Notice{
		{
			Tag: "ko", Title: "회신할 번호 안내",
			Lead:     "{company}에서 안부 확인 문자를 보냅니다. 회신은 다른 번호로 보내 주세요.",
			AnswerTo: "회신은 이 번호로 보내 주세요",
			Steps: []string{
				"받은 문자에 바로 회신하지 마세요. 회신이 전달되지 않습니다.",
				"위 번호로 새 문자를 작성해 알파벳 한 글자만 보내 주세요(예: {letter}).",
				"이 번호를 지금 휴대전화에 저장해 두세요.",
			},
			Cost: "회신 문자 요금은 가입하신 통신사 요금으로 본인이 부담합니다.",
		},
		{
			Tag: "zh-Hans", Title: "回复请发送到哪个号码",
			Lead:     "{company}会发送短信确认您是否平安。请将回复发送到另一个号码。",
			AnswerTo: "请将回复发送到此号码",
			Steps: []string{
				"请勿直接回复收到的短信，否则我们收不到。",
				"请新建短信发送到上方号码，只发送一个字母，例如 {letter}。",
				"请现在就把这个号码存入手机。",
			},
			Cost: "回复短信的费用按您的运营商资费由您承担。",
		},
		{
			Tag: "zh-Hant", Title: "回覆請傳送到哪個號碼",
			Lead:     "{company}會傳送簡訊確認您是否平安。請將回覆傳送到另一個號碼。",
			AnswerTo: "請將回覆傳送到此號碼",
			Steps: []string{
				"請勿直接回覆收到的簡訊，否則我們收不到。",
				"請新增簡訊傳送到上方號碼，只傳送一個字母，例如 {letter}。",
				"請現在就把這個號碼存入手機。",
			},
			Cost: "回覆簡訊的費用依您的電信業者資費由您負擔。",
		},
	}
}
