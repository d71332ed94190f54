package people

import (
	"strings"
	"unicode"
)

// Choice is one line of a text that offers an answer.
type Choice struct{ Code, Label string }

// Menu is what a text offers and the language it speaks.
type Menu struct {
	Choices  []Choice
	Language string // ja, ko, zh, th, vi or en
}

// Read returns the choices of a text as a person reads them: the lines that begin with one or two Latin letters and a
// colon, in order, each code once.
func Read(text string) Menu {
	m := Menu{Language: language(text)}
	for line := range strings.Lines(text) {
		code, label, ok := choice(strings.TrimSpace(line))
		if !ok || m.has(code) {
			continue
		}
		m.Choices = append(m.Choices, Choice{code, label})
	}
	return m
}

// Key returns what two menus have in common when they are equal, so that a million texts can share one.
func (m *Menu) Key() string {
	var b strings.Builder
	b.WriteString(m.Language)
	for _, c := range m.Choices {
		b.WriteByte('\n')
		b.WriteString(c.Code)
		b.WriteByte(':')
		b.WriteString(c.Label)
	}
	return b.String()
}

func (m *Menu) has(code string) bool {
	for _, c := range m.Choices {
		if c.Code == code {
			return true
		}
	}
	return false
}

func choice(line string) (code, label string, ok bool) {
	n := 0
	for n < len(line) && n < 3 && (line[n]|0x20 >= 'a' && line[n]|0x20 <= 'z') {
		n++
	}
	if n == 0 || n > 2 {
		return "", "", false
	}
	label, ok = strings.CutPrefix(line[n:], ":")
	if !ok {
		label, ok = strings.CutPrefix(line[n:], "：")
	}
	label = strings.TrimSpace(label)
	return strings.ToUpper(line[:n]), label, ok && label != "" && !strings.HasPrefix(label, "//")
}

// language guesses by the script, which is enough to answer in it.
func language(text string) string {
	han := false
	for _, r := range text {
		switch {
		case r < 0x80:
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			return "ja"
		case unicode.Is(unicode.Hangul, r):
			return "ko"
		case unicode.Is(unicode.Thai, r):
			return "th"
		case unicode.Is(unicode.Han, r):
			han = true
		case strings.ContainsRune("ơưđăƠƯĐĂ", r), r >= 0x1EA0 && r <= 0x1EF9:
			return "vi"
		}
	}
	if han {
		return "zh"
	}
	return "en"
}

// words are what people of a language write around a code.
type words struct {
	polite   string   // after the code; empty where people repeat the label instead
	calm     []string // comments to the first choice
	hurt     []string // comments to the others
	noCode   []string
	optOut   string
	sorry    string // before the second thought
	between  string // two codes
	sentence string // repeated in long comments
}

func wordsOf(language string) words {
	switch language {
	case "ja":
		return words{
			polite: "です", calm: []string{"家族も無事です", "自宅にいます", "会社に向かっています"},
			hurt:   []string{"けが人が2人います", "電車が止まっています", "エレベーターの中です"},
			noCode: []string{"大丈夫です", "わかりました。", "今は話せません"}, optOut: "配信停止", sorry: "やっぱり", between: "か",
			sentence: "建物の3階にいます。停電していますが、けが人はいません。水と食べ物は足りています。",
		}
	case "ko":
		return words{
			polite: "입니다", calm: []string{"집에 있습니다"}, hurt: []string{"두 명이 다쳤습니다"},
			noCode: []string{"괜찮습니다"}, optOut: "수신거부", sorry: "아니요 ", between: ", ",
			sentence: "건물 3층에 있습니다. 정전이지만 다친 사람은 없습니다. ",
		}
	case "zh":
		return words{
			polite: "，谢谢", calm: []string{"家人都平安"}, hurt: []string{"两个人受伤"},
			noCode: []string{"我没事"}, optOut: "退订", sorry: "改为", between: "或",
			sentence: "我在大楼三层。停电了，没有人受伤。",
		}
	case "th":
		return words{
			polite: " ครับ", calm: []string{"อยู่บ้าน"}, hurt: []string{"มีคนเจ็บ 2 คน"},
			noCode: []string{"ปลอดภัยครับ", "ไม่เป็นไรค่ะ"}, optOut: "ยกเลิก", sorry: "ขอโทษ ", between: " หรือ ",
			sentence: "อยู่ชั้นสามของอาคาร ไฟดับ ไม่มีคนเจ็บ ",
		}
	case "vi":
		return words{
			polite: " ạ", calm: []string{"ở nhà"}, hurt: []string{"hai người bị thương"},
			noCode: []string{"tôi ổn"}, optOut: "HUY", sorry: "xin lỗi ", between: " ",
			sentence: "Tôi ở tầng ba. Mất điện nhưng không ai bị thương. ",
		}
	}
	return words{
		calm:   []string{"at home with my family", "on my way to the office"},
		hurt:   []string{"2 people hurt", "trains have stopped", "stuck in the lift"},
		noCode: []string{"I am fine", "ok, got it"}, optOut: "STOP", sorry: "sorry, ", between: " or ",
		sentence: "We are on the third floor. The power is out but nobody is hurt, and we have water and food. ",
	}
}

// Write returns the answer as the person types it. The same arguments always give the same text.
func (m *Menu) Write(pick int, style Style, k Key) string {
	if len(m.Choices) == 0 {
		return ""
	}
	d := newDraw(0, k, uint64(style), purposeWords)
	c, w := m.Choices[pick%len(m.Choices)], wordsOf(m.Language)
	switch style {
	case Lower:
		return strings.ToLower(c.Code)
	case FullWidth:
		return fullWidth(c.Code)
	case Bracket:
		return "「" + c.Code + "」"
	case Polite:
		if w.polite == "" {
			return c.Code + " " + c.Label
		}
		return c.Code + w.polite
	case Comment, Long:
		return m.comment(c, w, pick, style, &d)
	case NoCode:
		return w.noCode[d.next()%uint64(len(w.noCode))]
	case WrongCode:
		return m.unknown()
	case TwoCodes:
		return c.Code + w.between + m.Choices[(pick+1)%len(m.Choices)].Code
	case OptOut:
		return w.optOut
	case Change:
		return w.sorry + c.Code
	case Plain:
	}
	return c.Code
}

func (m *Menu) comment(c Choice, w words, pick int, style Style, d *draw) string {
	list := w.hurt
	if pick == 0 {
		list = w.calm
	}
	text := c.Code + " "
	if w.polite == "" && pick == 0 {
		text += c.Label + ", " // "A at home" would not read as a code in English
	}
	text += list[d.next()%uint64(len(list))]
	if style == Long {
		text += "\n" + strings.Repeat(w.sentence, 2+int(d.next()%3)) //nolint:gosec // below three
	}
	return strings.TrimSpace(text)
}

// unknown returns a letter the menu does not have.
func (m *Menu) unknown() string {
	for c := 'Z'; c >= 'A'; c-- {
		if !m.has(string(c)) {
			return string(c)
		}
	}
	return "ZZZ"
}

func fullWidth(code string) string {
	return strings.Map(func(r rune) rune { return r - 'A' + 'Ａ' }, code)
}
