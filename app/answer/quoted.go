package answer

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Reactions of phones, as they arrive at a number that cannot show them. Each pattern needs the quotation marks and the
// words of the phone's own template, so that no sentence of a person falls under it.
const (
	openQuote  = `[“”„"「『«‹‘'《]`
	closeQuote = `[”“"」』»›’'》]`
	// To the end of the text; a message that lost its last part has no closing mark.
	quotation = openQuote + `(?:.*` + closeQuote + `|[^”"」』»›》]*)`
	thing     = `(?:an?|the|your) (?:image|photo|picture|movie|video|message|audio message|attachment|link|` +
		`location|contact|contact card|sticker|voice message)`
)

var reactions = []*regexp.Regexp{
	regexp.MustCompile(`(?is)^(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned)\s+` +
		`(?:` + quotation + `|` + thing + `)$`),
	regexp.MustCompile(`(?is)^reacted\s+\S{1,16}\s+to\s+(?:` + quotation + `|` + thing + `)$`),
	regexp.MustCompile(`(?is)^removed\s+(?:an?\s+)?[^“”"「]{1,30}\s+from\s+(?:` + quotation + `|` + thing + `)$`),
	// An emoji, "to", the quotation.
	regexp.MustCompile(`(?is)^[^\p{L}\p{N}]{1,16}\s*to\s+` + quotation + `$`),
	// Languages that put the quotation first.
	regexp.MustCompile(`(?s)^` + openQuote + `.{4,}` + closeQuote + `\s*(?:に|を|へ)[^A-Za-z]{0,16}` +
		`(?:いいね|よくないね|ハート|リアクション|反応|強調|疑問|ハテナ|はてな|ビックリ|びっくり|大笑い|爆笑|ダメ出し|` +
		`ラブ|取り消|削除|解除)[^A-Za-z]{0,24}$`),
	regexp.MustCompile(`(?s)^` + openQuote + `.{4,}` + closeQuote + `\s*(?:에|을|를|을\(를\)|에서)[^A-Za-z]{0,16}` +
		`(?:좋아|싫어|하트|반응|공감|강조|웃|물음표|느낌표|삭제|취소|표시)[^A-Za-z]{0,24}$`),
	// The verb first, the quotation last, or around it.
	regexp.MustCompile(`(?s)^(?:已)?(?:赞了|讚了|喜欢了|喜歡了|喜歡|点赞了|不喜欢|不喜歡|强调了|強調了|质疑了|質疑了|` +
		`大笑了|移除了|取消了)[^A-Za-z]{0,16}` + quotation + `$`),
	regexp.MustCompile(`(?s)^(?:已)?(?:对|對|为|為|给|給|从|從|在)\s*` + openQuote + `.{4,}` + closeQuote + `\s*[^A-Za-z]{0,12}` +
		`(?:赞|讚|喜欢|喜歡|回应|回應|反应|反應|表情|强调|強調|爱心|愛心|疑问|疑問|大笑)[^A-Za-z]{0,16}$`),
	regexp.MustCompile(`(?s)^(?:ถูกใจ|ไม่ถูกใจ|ชื่นชอบ|รักข้อความ|หัวเราะ|เน้น|สงสัย|` +
		`แสดงความรู้สึก|รีแอ็ก|แสดงปฏิกิริยา|ลบ)` +
		`[^A-Za-z]{0,40}` + quotation + `$`),
	regexp.MustCompile(`(?is)^(?:đã )(?:thích|yêu thích|không thích|cười|nhấn mạnh|hỏi|bày tỏ cảm xúc|thả|gỡ|xóa)` +
		`[^“”"]{0,40}` + quotation + `$`),
	regexp.MustCompile(`(?is)^(?:menyukai|menyayangi|mencintai|tidak menyukai|menertawakan|menekankan|mempertanyakan|` +
		`bereaksi|memberi reaksi|menghapus)[^“”"]{0,40}` + quotation + `$`),
	// French, Spanish, Portuguese, German, Italian phones.
	regexp.MustCompile(`(?is)^(?:a (?:aimé|adoré|réagi|ri)|le (?:gustó|encantó)|reaccionó|gostou de|adorou|reagiu|` +
		`gefällt|liebt|lacht über|ha (?:messo|risposto|reagito)|piace)[^“”"«]{0,40}` + quotation + `$`),
}

// isReaction reports whether the text is a reaction ("tapback") that a phone put in words.
func isReaction(raw string) bool {
	visible := strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || r == 0xFE0F {
			return -1
		}
		return r
	}, raw))
	for _, pattern := range reactions {
		if pattern.MatchString(visible) {
			return true
		}
	}
	return false
}

// quotedLine is the length in characters from which a line that stands in the sent message is a quotation. Shorter ones
// may well be typed: "A:無事".
const quotedLine = 12

// dropQuoted removes the lines that quote: those that begin with ">", and long lines that occur in a sent body. A reply
// of one line which is a choice as it was printed stays: that is how some people answer.
func dropQuoted(raw string, asked []Asked) string {
	lines := splitLines(raw)
	kept := make([]string, 0, len(lines))
	var sent []string
	filled := 0
	for _, line := range lines {
		bare := strings.TrimSpace(line)
		if bare == "" {
			continue
		}
		filled++
		if strings.HasPrefix(bare, ">") || strings.HasPrefix(bare, "＞") {
			continue
		}
		if utf8.RuneCountInString(bare) >= quotedLine {
			if sent == nil {
				sent = squeezeBodies(asked)
			}
			if occurs(squeeze(bare), sent) && !(isOnlyLine(lines) && isPrintedChoice(bare, asked)) {
				continue
			}
		}
		kept = append(kept, line)
	}
	if len(kept) == filled {
		return raw
	}
	return strings.Join(kept, "\n")
}

func splitLines(raw string) []string {
	return strings.FieldsFunc(raw, func(r rune) bool { return r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029' })
}

func isOnlyLine(lines []string) bool {
	n := 0
	for _, line := range lines {
		if strings.TrimSpace(line) != "" {
			n++
		}
	}
	return n == 1
}

func isPrintedChoice(line string, asked []Asked) bool {
	got := newMessage(fold(line)).compact
	for _, a := range asked {
		for _, c := range a.Codes {
			label := newMessage(fold(c.Label)).compact
			if label != "" && (got == label || got == strings.ToUpper(c.Code)+label) {
				return true
			}
		}
	}
	return false
}

func squeezeBodies(asked []Asked) []string {
	bodies := make([]string, len(asked))
	for i, a := range asked {
		bodies[i] = squeeze(a.Body)
	}
	return bodies
}

// squeeze removes what phones change when they quote: spaces, line ends, invisible characters and widths.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || invisible(r) {
			return -1
		}
		return r
	}, norm.NFKC.String(strings.ToValidUTF8(s, "\uFFFD")))
}

func occurs(line string, bodies []string) bool {
	if line == "" {
		return false
	}
	for _, body := range bodies {
		if strings.Contains(body, line) {
			return true
		}
	}
	return false
}
