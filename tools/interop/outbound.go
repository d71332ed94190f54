package main

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// text is one text that goes out to every account.
type text struct {
	name, body string
	parts      int // with an 8-bit reference; 0 when it is not worth counting
	parts16    int // with a 16-bit reference
}

const (
	gsmLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	words      = "Earthquake, level 6. Leave by the stairs, and tell us how you are. "
	japanese   = "地震が発生しました。階段で外へ出て、安否を知らせてください。"
)

// texts are chosen by where implementations go wrong; the numbers of parts follow from 3GPP TS 23.038 and 23.040 and
// are counted by hand: 160 septets, or 153 and 152 in a part; 70 units, or 67 and 66.
var texts = []text{
	{"GSM-7, plain", "Earthquake drill: are you safe? Answer A or B.", 1, 1},
	{"GSM-7, extension table", `^{}\[~]|€ and again €|]~[\}{^ without a gap: {[~]}€€`, 1, 1},
	{"GSM-7, every character", "@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡" + gsmLetters +
		"ÄÖÑÜ§¿" + strings.ToLower(gsmLetters) + "äöñüà", 1, 1},
	{"GSM-7, 7 septets (spare bits when packed)", "1234567", 1, 1},
	{"GSM-7, 8 septets, the last is @", "mail: a@", 1, 1},
	{"GSM-7, 15 septets", "fifteen septets", 1, 1},
	{"GSM-7, 160 septets", fit(words, 160), 1, 1},
	{"GSM-7, 161 septets", fit(words, 161), 2, 2},
	{"GSM-7, € where the part ends", strings.Repeat("a", 152) + "€" + strings.Repeat("b", 60), 2, 2},
	{"GSM-7, 459 septets with @ [ ] and €", strings.Repeat("@ 100 € [test] ", 25) + "four or 3", 0, 0},
	{"GSM-7, 1,530 septets", fit(words, 1530), 10, 11},
	{"GSM-7, the letters of Latin-1", "£¥è é ù ì ò Ç Ø ø Å å Æ æ ß É ¤ ¡ Ä Ö Ñ Ü § ¿ ä ö ñ ü à @_$[]{}~|^\\", 1, 1},
	{"Latin-1 beyond GSM-7", "Grüße, señor: ça va? Où êtes-vous, à côté?", 1, 1},
	{"UCS-2, Japanese", "地震が発生しました。無事ですか？", 1, 1},
	{"UCS-2, 70 units", fit(japanese, 70), 1, 1},
	{"UCS-2, 71 units", fit(japanese, 71), 2, 2},
	{"UCS-2, 670 units", fit(japanese, 670), 10, 11},
	{"UCS-2, Korean, Thai, Arabic, Hindi", "안전합니까 ปลอดภัยไหม هل أنت بخير क्या आप सुरक्षित हैं", 1, 1},
	{"UCS-2, line ends and full-width", "回答してください\nＡ：無事\nＢ：負傷\n「＠」", 1, 1},
	{"emoji, families, flags, skin", "無事👍🏽 家族👨‍👩‍👧‍👦 🇯🇵 ❤️ 𠮷野家", 1, 1},
	{"emoji where the part ends", fit(japanese, 66) + "👍" + fit(japanese, 20), 2, 2},
}

// fit repeats a text until it has n characters.
func fit(s string, n int) string {
	rs := []rune(strings.Repeat(s, n/len([]rune(s))+1))[:n]
	if rs[n-1] == ' ' {
		rs[n-1] = '.'
	}
	return string(rs)
}

// sendTexts sends each text as a broadcast over all accounts of all peers and compares what arrives.
func (t *trial) sendTexts() error {
	for _, txt := range texts {
		if err := t.sendText(txt, "Texts, by account", "Texts, by text"); err != nil {
			return err
		}
	}
	return nil
}

func (t *trial) sendText(txt text, byAccount, byText string) error {
	marks := t.marks()
	id, err := t.noroshi.launch(txt.name, txt.body, nil, "texts")
	if err != nil {
		return fmt.Errorf("%s: %q: %w", txt.name, txt.body, err)
	}
	for _, p := range t.peers {
		for _, a := range accounts {
			if a.texts && p.has(a.name) {
				why := arrived(p, marks[p], a, txt)
				t.report.note(t.column(p), byAccount, a.name+tlsMark(p), why == "", "%s: %s", txt.name, why)
				t.report.note(t.column(p), byText, txt.name, why == "", "account %s: %s", a.name, why)
			}
		}
	}
	t.delivered(id, "texts")
	return nil
}

func tlsMark(p *peer) string {
	if p.tls {
		return ", over TLS"
	}
	return ""
}

// arrived waits for a text at an account and returns what is wrong with it; empty when nothing is.
func arrived(p *peer, mark int, a account, txt text) string {
	to := p.number(a.name, 0)
	if a.long == "numbered" {
		return arrivedNumbered(p, mark, to, txt)
	}
	e, ok := p.awaitAfter(mark, 20*time.Second, func(e event) bool { return e.Event == "text" && e.To == to })
	if !ok {
		return "it did not arrive in 20 s"
	}
	if e.Text != txt.body {
		return fmt.Sprintf("%q arrived, %q was sent", e.Text, txt.body)
	}
	if dcs := txt.dataCoding(a); e.DCS != dcs {
		return fmt.Sprintf("data_coding is %d, not %d", e.DCS, dcs)
	}
	submits := submitsTo(p, mark, to)
	if parts := txt.expect(a); parts > 0 && len(submits) != parts {
		return fmt.Sprintf("it took %d parts, not %d", len(submits), parts)
	}
	return onTheWire(a, e, submits)
}

// expect is the number of submit_sm for accounts that are read by the tables; 0 when it depends on the alphabet.
func (txt text) expect(a account) int {
	_, other := a.smsc["alphabet"]
	if _, forced := a.route["force_encoding"]; other || forced {
		return 0
	}
	switch a.long {
	case "payload":
		return 1
	case "udh16":
		return txt.parts16
	}
	return txt.parts
}

// dataCoding is what the text must come under. Where data_coding 0 is Latin-1 or ASCII, an operator still has to bring
// the text to GSM-7 on the air: what is in both goes under 0, and the rest as UCS-2.
func (txt text) dataCoding(a account) int {
	gsm := strings.HasPrefix(txt.name, "GSM-7")
	most := map[any]rune{"latin1": 'ÿ', "ascii": '~'}[a.smsc["alphabet"]]
	switch {
	case a.name == "always UCS-2":
		return 8
	case most > 0 && strings.ContainsFunc(txt.body, func(r rune) bool { return r > most }):
		return 8
	case a.name == "codings" && gsm:
		return 1
	case a.name == "latin1 under 3" && gsm:
		return 3
	case a.name == "codings":
		return 0x18
	case gsm:
		return 0
	}
	return 8
}

func submitsTo(p *peer, mark int, to string) []event {
	var out []event
	for _, e := range p.since(mark) {
		if e.Event == "submit" && e.To == to && e.Status == 0 {
			out = append(out, e)
		}
	}
	return out
}

// onTheWire checks the raw octets for what a decoder would forgive.
func onTheWire(a account, whole event, submits []event) string {
	refs := map[string]bool{}
	for i, e := range submits {
		octets, err := hex.DecodeString(e.Octets)
		if err != nil {
			return err.Error()
		}
		if e.Dest != [2]int{1, 1} || (a.name == "letters") != (e.Source == [2]int{5, 0}) {
			return fmt.Sprintf("addresses of type %v to %v", e.Source, e.Dest)
		}
		if len(octets) > 160 || (e.DCS&8 != 0 && len(octets) > 140) ||
			(a.smsc["alphabet"] == "gsm7_packed" && len(octets) > 140) {
			return fmt.Sprintf("a short_message of %d octets", len(octets))
		}
		if a.name == "parameters" && (e.TLVs["1400"] != hex.EncodeToString([]byte("1101000013520000001")) ||
			e.TLVs["1401"] != hex.EncodeToString([]byte("template\x00"))) {
			return fmt.Sprintf("parameters %v", e.TLVs)
		}
		if len(submits) == 1 {
			if a.long == "payload" && whole.By == "payload" {
				if len(octets) != 0 || e.ESM != 0 {
					return "message_payload beside a short_message"
				}
			} else if e.ESM != 0 || whole.By != "whole" {
				return fmt.Sprintf("a text of one part came by %q with esm_class %#x", whole.By, e.ESM)
			}
			continue
		}
		if why := placed(a, octets, e.ESM, len(submits), i+1); why != "" {
			return why
		}
		switch a.long {
		case "sar":
		case "udh16":
			refs[e.Octets[6:10]] = true
		default:
			refs[e.Octets[6:8]] = true
		}
	}
	if len(refs) > 1 {
		return "parts of one text have several reference numbers"
	}
	return ""
}

// placed checks the user data header (TS 23.040 §9.2.3.24) octet by octet.
func placed(a account, octets []byte, esm, total, seq int) string {
	long := a.long
	if long == "" || long == "udh" {
		if esm != 0x40 || len(octets) < 6 || octets[0] != 5 || octets[1] != 0 || octets[2] != 3 ||
			int(octets[4]) != total || int(octets[5]) != seq {
			return fmt.Sprintf("part %d of %d begins % x with esm_class %#x", seq, total, octets[:min(7, len(octets))], esm)
		}
	}
	if long == "udh16" {
		if esm != 0x40 || len(octets) < 7 || octets[0] != 6 || octets[1] != 8 || octets[2] != 4 ||
			int(octets[5]) != total || int(octets[6]) != seq {
			return fmt.Sprintf("part %d of %d begins % x with esm_class %#x", seq, total, octets[:min(7, len(octets))], esm)
		}
	}
	if long == "sar" && esm != 0 {
		return fmt.Sprintf("esm_class %#x beside the sar parameters", esm)
	}
	return ""
}

var numberPrefix = regexp.MustCompile(`^\((\d+)/(\d+)\) `)

// arrivedNumbered joins texts that begin with "(1/3) ".
func arrivedNumbered(p *peer, mark int, to string, txt text) string {
	is := func(e event) bool { return e.Event == "text" && e.To == to }
	first, ok := p.awaitAfter(mark, 20*time.Second, is)
	if !ok {
		return "it did not arrive in 20 s"
	}
	m := numberPrefix.FindStringSubmatch(first.Text)
	if m == nil {
		if first.Text != txt.body || txt.parts > 1 {
			return fmt.Sprintf("%q arrived, %q was sent", first.Text, txt.body)
		}
		return ""
	}
	total, _ := strconv.Atoi(m[2])
	if err := until(20*time.Second, func() (bool, error) { return p.count(mark, is) >= total, nil }); err != nil {
		return fmt.Sprintf("%d of %d numbered texts arrived", p.count(mark, is), total)
	}
	joined, seq := "", 0
	for _, e := range p.since(mark) {
		if !is(e) {
			continue
		}
		seq++
		prefix := fmt.Sprintf("(%d/%d) ", seq, total)
		if !strings.HasPrefix(e.Text, prefix) || e.By != "whole" {
			return fmt.Sprintf("text %d came by %q and begins %.10q", seq, e.By, e.Text)
		}
		joined += strings.TrimPrefix(e.Text, prefix)
	}
	if joined != txt.body {
		return fmt.Sprintf("%q arrived, %q was sent", joined, txt.body)
	}
	return ""
}

// delivered waits until the console shows everybody of a broadcast as delivered.
func (t *trial) delivered(broadcast, department string) {
	var people map[string]person
	_ = until(20*time.Second, func() (bool, error) {
		var err error
		people, err = t.noroshi.people(broadcast)
		for _, who := range people {
			if who.State != "delivered" {
				return false, err
			}
		}
		return true, err
	})
	for _, p := range t.peers {
		for _, h := range t.people {
			if h.department == department && strings.HasPrefix(h.number, fmt.Sprintf("81901%d", p.digit)) {
				who := people[h.number]
				t.report.note(t.column(p), "Receipts", "each part of each text above", who.State == "delivered",
					"%s is %q", h.name, who.State)
			}
		}
	}
}
