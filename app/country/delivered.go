package country

import "slices"

// The sources of the cards as delivered.
var sources = map[string]string{
	"tw_th":  "twilio.com/guidelines/th/sms",
	"cs_th":  "help.clicksend.com Thailand",
	"lb_th":  "support.leadbyte.co.uk 360000913686",
	"tw_sg":  "twilio.com/en-us/guidelines/sg/sms",
	"ssir":   "sgnic.sg 2023-04-10 notice",
	"pl_sg":  "support.plivo.com SG sender id",
	"tw_id":  "twilio.com/en/guidelines/id/sms",
	"tw_id2": "support.twilio.com 360039779394",
	"tw_vn":  "twilio.com/en/guidelines/vn/sms",
	"cs_vn":  "help.clicksend.com Vietnam",
	"sd_vn":  "sent.dm vietnam-sms-guide",
	"sd_kr":  "s.dm kr_sms_guidance",
	"kr_law": "sms.posbank.co.kr notice citing 전기통신사업법 84-2; docs.nhncloud.com SMS console guide",
	"sd_tw":  "sent.dm tw_sms_guidance",
	"tw_cn":  "static1.twilio.com guidelines/cn/sms; support.twilio.com 360016612253",
	"bd_cn":  "docs.bird.com country restrictions China",
	"md_cn":  "help.mingdao.com sms-failure",
	"cs_my":  "help.clicksend.com Malaysia",
	"wh_my":  "help.whispir.com 33692483925145",
	"in1":    "help.bulkgate.com India; api.support.vonage.com 204017423",
	"in2": "python-smpplib issue 204; ProgressiveCoders/Spoke issue 1792; kneodev/ksmppd issue 135; " +
		"jasmin custom-tlv.rst",
	"tw_jp": "support.twilio.com 360059196573 (ja)",
	"fs_jp": "4sm.jp/service/faq.html",
	"dcm":   "docomo.ne.jp/service/sms/usage",
	"au":    "au.com online manual shv40",
	"xm_jp": "support.xmatters.com 13843435080859",
}

func from(keys ...string) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = sources[k]
	}
	return out
}

// Delivered returns the cards as they are delivered, in the order in which a list should show them. They are starting
// values: an operator's contract may say otherwise.
func Delivered() []Card {
	cards := slices.Concat(japan(), southEast(), northEast(), replyExceptions())
	for i := range cards {
		cards[i].Version = 1
	}
	return cards
}

func japan() []Card {
	return []Card{
		{
			Country: "JP", Replies: ToSender, Sender: AnySender, Registration: SenderFirst, Links: Allowed, Numbers: Allowed,
			MaxParts: 10, Joined: true, QuietFrom: "21:00", QuietTo: "08:00", Zones: []string{"Asia/Tokyo"},
			ValidityHours: 72, OptOut: []string{"停止", "配信停止", "解除"}, Languages: []string{"ja"},
			Sources: from("tw_jp", "fs_jp", "dcm", "au", "xm_jp"),
			Notes: Words{
				JA: "回答を受けられるのは国内の双方向契約だけです。表示される番号は携帯会社によって異なることがあります" +
					"（ソフトバンクは固定の5〜6桁）。経路には回答を受けるすべての番号を設定してください。" +
					"ドコモとauの端末は全角670文字まで、中継事業者は660文字までとするところがあります。不在時は72時間保管されます。",
				EN: "Answers need a domestic two-way contract. The number shown can differ by carrier (SoftBank shows a fixed " +
					"number of 5 or 6 digits), so list every number that takes replies on the route. Docomo and au handsets " +
					"take 670 full-width characters, some aggregators 660. Undelivered texts are kept for 72 hours.",
			},
		},
	}
}

func southEast() []Card {
	return []Card{
		{
			Country: "TH", Replies: ToNumber, Sender: Letters, Registration: SenderFirst, Links: Registered, Numbers: Allowed,
			MaxParts: 3, Joined: true, QuietFrom: "21:00", QuietTo: "08:00", Zones: []string{"Asia/Bangkok"},
			OptOut: []string{"ยกเลิก", "หยุด"}, Languages: []string{"th"}, Sources: from("tw_th", "cs_th", "lb_th"),
			Notes: Words{
				JA: "送信者名は英字11文字まで、空白なしで、事前登録が必要です。6か月使わないと抹消されます。数字の送信者は書き換えられます。" +
					"リンクは登録が必要で、短縮URLは禁止です。AISの利用者は海外の番号を受信拒否していることがあります。",
				EN: "The sender's name has up to 11 letters without a space and is registered beforehand; after 6 months without " +
					"traffic it is removed. Numbers as senders are overwritten. Links must be registered, short links are " +
					"forbidden. AIS customers may have blocked numbers from abroad.",
			},
		},
		{
			Country: "SG", Replies: ToNumber, Sender: Letters, Registration: SenderFirst, Links: Allowed, Numbers: Allowed,
			MaxParts: 6, Joined: true, QuietFrom: "22:00", QuietTo: "08:00", Zones: []string{"Asia/Singapore"},
			OptOut: []string{"STOP", "UNSUBSCRIBE"}, Languages: []string{"en"}, Sources: from("tw_sg", "ssir", "pl_sg"),
			Notes: Words{
				JA: "送信者名はSSIRへの登録（UENが必要）がないと「Likely-SCAM」と表示されるか、遮断されます。" +
					"番号や短縮番号も登録を求められることがあります。IMDAの免許を持つ中継事業者だけが使えます。",
				EN: "A sender's name that is not in the SSIR (which needs a UEN) is shown as Likely-SCAM or blocked. Numbers and " +
					"short codes may need it too. Only aggregators licensed by the IMDA may be used.",
			},
		},
		{
			Country: "ID", Replies: ToNumber, Sender: Letters, Registration: SenderFirst, Links: Allowed, Numbers: Allowed,
			MaxParts: 6, Joined: true, Brand: true, QuietFrom: "21:00", QuietTo: "08:00",
			Zones:  []string{"Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"},
			OptOut: []string{"BERHENTI", "BATAL", "UNREG"}, Languages: []string{"id"}, Sources: from("tw_id", "tw_id2"),
			Notes: Words{
				JA: "送信者名は通信会社ごとに書類と押印で登録します。会社名を本文に入れてください。" +
					"回答は中継事業者の現地番号か短縮番号で受けます。",
				EN: "The sender's name is registered with each operator, with documents and a stamp. Put the company's name into " +
					"the text. Answers come to a local number or short code of an aggregator.",
			},
		},
		{
			Country: "VN", Replies: ToNumber, Sender: Letters, Registration: TextFirst, Links: Blocked, Numbers: Allowed,
			MaxParts: 4, Joined: true, Plain: true, Brand: true, QuietFrom: "20:00", QuietTo: "08:00",
			Zones: []string{"Asia/Ho_Chi_Minh"}, Reserved: []string{"TC"}, OptOut: []string{"HUY", "TC"},
			Languages: []string{"vi"}, Sources: from("tw_vn", "cs_vn", "sd_vn"),
			Notes: Words{
				JA: "送信者名（brandname）と文面のひな形を事前に登録します。未登録のものは拒否されます。2024年8月12日から会社名を本文に入れる決まりです。" +
					"一般的な名前は認められず、リンクは止められます。声調記号を除くとGSM-7に収まり、通数が減ります。" +
					"回答は、中継事業者の共用番号を本文に書いて受けます。",
				EN: "The brand name and the templates of the texts are registered beforehand; others are rejected. Since " +
					"2024-08-12 the brand name must be in the text. Generic names are refused and links filtered. Without " +
					"diacritics a text stays GSM-7 and takes fewer parts. Answers go to an aggregator's shared number, written " +
					"in the text.",
			},
		},
	}
}

func northEast() []Card {
	return []Card{
		{
			Country: "KR", Replies: Nowhere, Sender: Numeric, Registration: SenderFirst, Links: Allowed, Numbers: Allowed,
			MaxParts: 1, Joined: false, Charset: EUCKR, QuietFrom: "21:00", QuietTo: "08:00", Zones: []string{"Asia/Seoul"},
			OptOut: []string{"수신거부"}, Languages: []string{"ko"}, Sources: from("sd_kr", "kr_law"),
			Notes: Words{
				JA: "送信者は事前登録した番号だけです（2015年10月16日からの法律）。国際経路では006や009が付きます。" +
					"回答は国内の登録番号でだけ受けられることがあります。先頭に[Web발신]や[국제발신]が付き、文字数に数えられます。" +
					"EUC-KRにない文字は届きません。国際経路では長い文面が別々のSMSになるため、(1/2)のように番号を付けます。",
				EN: "Only a number that was registered beforehand may send (law of 2015-10-16); international routes add 006 or " +
					"009. Only domestic registered numbers may receive. The network puts [Web발신] or [국제발신] in front, which " +
					"takes room. Only characters of EUC-KR pass. On international routes long texts arrive as separate messages: " +
					"number them (1/2).",
			},
		},
		{
			Country: "TW", Replies: ToNumber, Sender: Overwritten, Registration: NoRegistration, Links: Registered,
			Numbers: Allowed, MaxParts: 4, Joined: true, SingleLimit: 65, QuietFrom: "21:00", QuietTo: "09:00",
			Zones: []string{"Asia/Taipei"}, OptOut: []string{"退訂"}, Languages: []string{"zh-Hant"}, Sources: from("sd_tw"),
			Notes: Words{
				JA: "送信者は台湾の番号に書き換えられ、その番号には返信できません。回答用の番号を本文に書いてください。" +
					"リンクは許可リストへの登録が必要です。1通は65文字までとする資料があります。",
				EN: "The sender is overwritten with a random local number that takes no replies: write another number into the " +
					"text. Links must be on an allow-list. One source says 65 Chinese characters to a single text.",
			},
		},
		{
			Country: "CN", Replies: Nowhere, Sender: Overwritten, Registration: TextFirst, Links: Blocked, Numbers: Blocked,
			MaxParts: 8, Joined: true, SingleLimit: 65, PartLimit: 62, Signature: true, QuietFrom: "21:00", QuietTo: "08:00",
			Zones: []string{"Asia/Shanghai"}, Reserved: []string{"T", "R", "N", "TD"},
			OptOut:    []string{"退订", "T", "R", "TD"},
			Languages: []string{"zh-Hans"}, Sources: from("tw_cn", "bd_cn", "md_cn"),
			Notes: Words{
				JA: "承認済みのひな形と、実名登録した署名【…】が必要です。送信者は106番号に書き換えられます。" +
					"国際経路では回答を受けられません。本文の電話番号やリンクは遮断されることが多く、回答には国内の106経路かメールを使います。" +
					"同じ文面を同じ番号へ送れるのは24時間に2〜3回までです。T・R・N・TDは配信停止の合図に使われます。",
				EN: "Approved templates and a signature 【…】 registered by real name are needed; the sender becomes a 106 number. " +
					"International routes take no answers, and a telephone number or link in the text is likely blocked: use a " +
					"domestic 106 route or e-mail. One text goes to one number two or three times in 24 hours. T, R, N and TD are " +
					"customary ways to opt out.",
			},
		},
	}
}

func replyExceptions() []Card {
	return []Card{
		{
			Country: "MY", Replies: ToNumber, Sender: ShortCode, Registration: NoRegistration, Links: Blocked,
			Numbers: Blocked, MaxParts: 4, Joined: true, Prefix: "RM0.00 ", QuietFrom: "22:00", QuietTo: "08:00",
			Zones: []string{"Asia/Kuala_Lumpur"}, OptOut: []string{"BERHENTI", "BATAL", "STOP"},
			Languages: []string{"ms", "en"}, Sources: from("cs_my", "wh_my"),
			Notes: Words{
				JA: "本文の先頭に「RM0.00 」（7文字）が必要です。英字の送信者名は残りません。リンク、電話番号、ほかの短縮番号、個人情報を尋ねる文は、" +
					"許可リストにないと遮断されます。回答を受けられるのは国内企業の専用短縮番号だけで、共用番号ではMaxisの利用者が返信できません。" +
					"回答先は、印刷したお知らせで別に伝えてください。",
				EN: "Each text must begin with \"RM0.00 \" (7 characters). Letters as the sender are not kept. Links, telephone " +
					"numbers, other short codes and requests for personal data are blocked unless allow-listed. Only a dedicated " +
					"short code of a domestic company takes answers; on a shared one Maxis customers cannot reply. Tell the " +
					"number for answers separately, with the printed notice.",
			},
		},
		{
			Country: "IN", Replies: ToNumber, Sender: Letters, Registration: TextFirst, Links: Registered, Numbers: Registered,
			MaxParts: 5, Joined: true, QuietFrom: "21:00", QuietTo: "10:00", Zones: []string{"Asia/Kolkata"},
			Parameters: []string{"0x1400", "0x1401", "0x1402"}, OptOut: []string{"STOP"}, Languages: []string{"hi", "en"},
			Sources: from("in1", "in2"),
			Notes: Words{
				JA: "DLTに登録した6文字の送信者名とひな形が必要です（通信会社がXX-や-S/-T/-P/-Gを付けます）。国際経路では数字の送信者に変わります。" +
					"文面はひな形と一致させます。差し込みは2〜3か所、各30文字までで、選択肢はひな形に書いておきます。" +
					"回答用の番号もひな形に含めてください。PE_ID（0x1400）、TEMPLATE_ID（0x1401）、0x1402は経路の設定に書きます。",
				EN: "A header of 6 letters and the template are registered on DLT (the network adds XX- and -S, -T, -P or -G); on" +
					" international routes the sender becomes a number. The text must match the template: 2 or 3 variables of up " +
					"to 30 characters, choices literally in it. A number for answers must be in the template too. PE_ID " +
					"(0x1400), TEMPLATE_ID (0x1401) and 0x1402 are set on the route.",
			},
		},
	}
}
