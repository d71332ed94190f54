package main

import (
	"errors"
	"fmt"
	"time"
)

// incoming is a text that a peer sends to Noroshi.
type incoming struct {
	name    string
	account string // empty: udh
	dcs     int
	charset string
	text    string
	by      string // whole when empty
	size    int    // octets in a part; for packed septets, characters
	reverse bool   // the last part comes first
	ton     int    // type of the sender's number; 1 when 0
}

// incomings are the data codings of SMPP 3.4 §5.2.19 and 3GPP TS 23.038 §4, and every way to join parts. Parts are
// cut by octets, in the middle of a character too: an SMSC does not look.
var incomings = []incoming{
	{name: "0, GSM-7", charset: "gsm7", text: "A @£$_{}[]~€ñÄ¡¿ \\^|"},
	{name: "0, GSM-7, every character", charset: "gsm7", text: texts[2].body},
	{name: "0, Latin-1 that nobody announced", charset: "latin1", text: "Où êtes-vous? Grüße"},
	{name: "0 on a Latin-1 account", account: "latin1", charset: "latin1", text: "@ $ _ [ok] ça va ÿ"},
	{name: "0 on an ASCII account", account: "ascii", charset: "ascii", text: "@ $ _ [ok] {x} ~"},
	{name: "0 on a packed account", account: "packed", charset: "gsm7_packed", text: "A €{} packed @"},
	{name: "0 on a packed account, 7 septets", account: "packed", charset: "gsm7_packed", text: "1234567"},
	{name: "0 on a packed account, 8 septets", account: "packed", charset: "gsm7_packed", text: "123456@@"},
	{name: "1, ASCII", dcs: 1, charset: "ascii", text: "A safe @home $5 _x [y] {z} ~"},
	{name: "1, in fact GSM-7", dcs: 1, charset: "gsm7", text: "A safe @home $5 Ä"},
	{name: "3, Latin-1", dcs: 3, charset: "latin1", text: "A ça va, Müller ÀÿÐþ ¦"},
	{name: "8, UCS-2", dcs: 8, charset: "ucs2", text: "無事です。家族も全員無事です"},
	{name: "8, emoji", dcs: 8, charset: "ucs2", text: "👍🏽 家族👨‍👩‍👧‍👦 🇯🇵 𠮷"},
	{name: "8, with byte order mark", dcs: 8, charset: "ucs2_bom", text: "無事です"},
	{name: "8, little-endian with its mark", dcs: 8, charset: "ucs2_le", text: "無事です"},
	{name: "8, one octet", dcs: 8, charset: "ascii", text: "A"},
	{name: "0x18, UCS-2", dcs: 0x18, charset: "ucs2", text: "안전합니다 ปลอดภัย"},
	{name: "0x10, class 0, GSM-7", dcs: 0x10, charset: "gsm7", text: "class 0 @ €"},
	{name: "0xF1, class 1, GSM-7", dcs: 0xF1, charset: "gsm7", text: "class 1 @ €"},
	{name: "0xF5, class 1, octets", dcs: 0xF5, charset: "utf8", text: "octets ✓"},
	{name: "5, ISO-2022-JP", dcs: 5, charset: "iso2022_jp", text: "A 無事です。カタカナ"},
	{name: "10, ISO-2022-JP", dcs: 10, charset: "iso2022_jp", text: "Bです。負傷 1名"},
	{name: "9, Shift_JIS", dcs: 9, charset: "shift_jis", text: "A 無事です。ｶﾅ 表示"},
	{name: "13, JIS X 0212", dcs: 13, charset: "jis_x0212", text: "丂丄丅丌丒"},
	{name: "14, EUC-KR", dcs: 14, charset: "euc_kr", text: "A 안전합니다"},
	{name: "6, ISO 8859-5", dcs: 6, charset: "iso8859_5", text: "A всё в порядке"},
	{name: "7, ISO 8859-8", dcs: 7, charset: "iso8859_8", text: "A שלום"},
	{name: "2, octets that are UTF-8", dcs: 2, charset: "utf8", text: "無事 ✓"},
	{name: "4, octets that are UTF-8", dcs: 4, charset: "utf8", text: "ça va"},
	{name: "4, octets that are Latin-1", dcs: 4, charset: "latin1", text: "ça va très bien"},
	{name: "overridden: 0 as Shift_JIS", account: "charsets", charset: "shift_jis", text: "無事です"},
	{name: "overridden: 11 as Big5", account: "charsets", dcs: 11, charset: "big5", text: "我很安全"},
	{name: "overridden: 12 as GBK", account: "charsets", dcs: 12, charset: "gbk", text: "我很安全"},
	{name: "overridden: 13 as EUC-JP", account: "charsets", dcs: 13, charset: "euc_jp", text: "無事です"},
	{name: "overridden: 15 as TIS-620", account: "charsets", dcs: 15, charset: "tis620", text: "ปลอดภัย"},
	{name: "8-bit reference, GSM-7", charset: "gsm7", by: "udh", size: 153, text: fit(words+"€[] ", 400)},
	{
		name: "8-bit reference, last part first", charset: "gsm7", by: "udh", size: 153, reverse: true,
		text: fit(words, 400),
	},
	{name: "8-bit reference, cut inside €", charset: "gsm7", by: "udh", size: 5, text: "abcd€ and {more} [of] it"},
	{name: "8-bit reference, UCS-2", dcs: 8, charset: "ucs2", by: "udh", size: 134, text: fit(japanese, 300)},
	{name: "8-bit reference, cut inside an emoji", dcs: 8, charset: "ucs2", by: "udh", size: 6, text: "無事👍です👍👍"},
	{name: "8-bit reference, Shift_JIS, cut inside", dcs: 9, charset: "shift_jis", by: "udh", size: 7, text: "無事です。全員"},
	{name: "8-bit reference behind ports", charset: "gsm7", by: "udh_ports", size: 140, text: fit(words, 300)},
	{
		name: "8-bit reference, packed", account: "packed", charset: "gsm7_packed", by: "udh", size: 140,
		text: fit(words, 300),
	},
	{name: "16-bit reference, GSM-7", charset: "gsm7", by: "udh16", size: 152, text: fit(words, 400)},
	{
		name: "16-bit reference, UCS-2, last first", dcs: 8, charset: "ucs2", by: "udh16", size: 132, reverse: true,
		text: fit(japanese, 300),
	},
	{
		name: "16-bit reference, packed", account: "packed16", charset: "gsm7_packed", by: "udh16", size: 140,
		text: fit(words, 300),
	},
	{name: "sar parameters, GSM-7", charset: "gsm7", by: "sar", size: 153, text: fit(words, 400)},
	{name: "sar parameters, UCS-2", dcs: 8, charset: "ucs2", by: "sar", size: 134, text: fit(japanese, 300)},
	{name: "message_payload, GSM-7", charset: "gsm7", by: "payload", text: fit(words+"€ ", 1000)},
	{name: "message_payload, UCS-2", dcs: 8, charset: "ucs2", by: "payload", text: fit(japanese, 1000)},
	{name: "data_sm, GSM-7", charset: "gsm7", by: "data_sm", text: fit(words+"€ ", 500)},
	{name: "data_sm, UCS-2", dcs: 8, charset: "ucs2", by: "data_sm", text: fit(japanese, 50)},
	{name: "data_sm, 8-bit reference", dcs: 8, charset: "ucs2", by: "data_sm_udh", size: 100, text: fit(japanese, 200)},
	{name: "header with a language table", charset: "gsm7", by: "udh_shift", text: "A plain text @ €"},
	{name: "from a number without its type", charset: "gsm7", ton: -1, text: "no type"},
	{name: "to the receiver of tx+rx", account: "tx+rx", charset: "gsm7", text: "by the other session"},
}

func (in incoming) command(p *peer, from string, ref int) map[string]any {
	account, by, ton := in.account, in.by, in.ton
	if account == "" {
		account = "udh"
	}
	if by == "" {
		by = "whole"
	}
	switch ton {
	case 0:
		ton = 1
	case -1:
		ton = 0
	}
	return map[string]any{
		"account": account, "dcs": in.dcs, "charset": in.charset, "text": in.text, "by": by, "size": in.size,
		"reverse": in.reverse, "ton": ton, "from": from, "to": p.sender(account), "ref": ref,
	}
}

// takeTexts has the peers send texts of strangers, and compares what the console shows of them.
func (t *trial) takeTexts() {
	for i, in := range incomings {
		for _, p := range t.peers {
			if p.tls {
				continue
			}
			from := p.stranger(i)
			status, detail := p.do("text", in.command(p, from, 0x1200+i))
			t.expect(p, "Incoming texts, by data_coding and join", in.name, from, in.text, status, detail)
		}
	}
}

// takeTwice has the peers repeat texts: with the id of the first one it is the same text, without it is another.
func (t *trial) takeTwice() {
	const group = "Incoming texts that come twice"
	for _, p := range t.peers {
		if p.tls {
			continue
		}
		for i, kind := range []struct {
			name, id string
			times    int
		}{{"with the same receipted_message_id: kept once", "7f3a01", 1}, {"without an id: kept twice", "", 2}} {
			from := p.stranger(8000 + i)
			in := incoming{charset: "gsm7", text: "twice"}
			for range 2 {
				command := in.command(p, from, 0)
				command["id"] = kind.id
				status, detail := p.do("text", command)
				t.report.note(p, group, kind.name, status == 0, "answered with %d %s", status, detail)
			}
			tray, err := t.noroshi.tray()
			got := tray[from]
			t.report.note(p, group, kind.name, err == nil && len(got) == kind.times, "the tray has %q (%v)", got, err)
		}
	}
}

// expect enters a check for what the tray has from a number.
func (t *trial) expect(p *peer, group, name, from, text string, status int, detail string) {
	if status != 0 {
		t.report.note(p, group, name, false, "answered with %d %s", status, detail)
		return
	}
	t.awaited = append(t.awaited, awaited{p: p, group: group, name: name, from: from, text: text})
}

// awaited is a text that the tray must have.
type awaited struct {
	p                       *peer
	group, name, from, text string
}

// compareTray reads the tray until everything that was answered with 0 is there, and compares. What was answered is
// durable, so that the wait is a formality.
func (t *trial) compareTray() error {
	var tray map[string][]string
	err := until(20*time.Second, func() (bool, error) {
		var err error
		if tray, err = t.noroshi.tray(); err != nil {
			return false, err
		}
		for _, a := range t.awaited {
			if len(tray[a.from]) == 0 {
				return false, nil
			}
		}
		return true, nil
	})
	if err != nil && !errors.Is(err, errTooLate) {
		return err
	}
	for _, a := range t.awaited {
		got := tray[a.from]
		ok := len(got) == 1 && got[0] == a.text
		t.report.note(a.p, a.group, a.name, ok, "the tray has %q, sent was %q", got, a.text)
	}
	t.awaited = nil
	return nil
}

// answers are replies to a question, in the codings of handsets around the world.
var answers = []struct {
	in    incoming
	codes string
}{
	{incoming{name: "A, GSM-7", charset: "gsm7", text: "A"}, "A"},
	{incoming{name: "b, UCS-2", dcs: 8, charset: "ucs2", text: "b"}, "B"},
	{incoming{name: "full-width Ａ, UCS-2", dcs: 8, charset: "ucs2", text: "Ａ"}, "A"},
	{incoming{name: "full-width Ｂ, Shift_JIS", dcs: 9, charset: "shift_jis", text: "Ｂ"}, "B"},
	{incoming{name: "A in ISO-2022-JP", dcs: 5, charset: "iso2022_jp", text: "Ａ"}, "A"},
	{incoming{name: "the label, Latin-1", dcs: 3, charset: "latin1", text: "Blessé"}, "B"},
	{incoming{name: "B and a long comment, 2 parts", charset: "gsm7", by: "udh", size: 100, text: "B " + fit(words, 99)}, "B"},
	{incoming{
		name: "B and a comment, sar", dcs: 8, charset: "ucs2", by: "sar", size: 40,
		text: "B 右足を骨折しました。二階の会議室にいます。動けません",
	}, "B"},
	{incoming{name: "A in message_payload", charset: "gsm7", by: "payload", text: "A"}, "A"},
	{incoming{name: "A from a number without its type", charset: "gsm7", ton: -1, text: "A"}, "A"},
}

// ask sends a question, has the peers answer it, and reads from the console who said what.
func (t *trial) ask() error {
	marks := t.marks()
	id, err := t.noroshi.launch("Question", "Are you safe?", []string{"Sûr", "Blessé"}, "answers")
	if err != nil {
		return err
	}
	for _, p := range t.peers {
		for i, a := range answers {
			from := p.number("udh", 100+i)
			if p.tls {
				continue
			}
			is := func(e event) bool { return e.Event == "text" && e.To == from }
			if _, ok := p.awaitAfter(marks[p], 20*time.Second, is); !ok {
				t.report.note(p, "Answers to a question", a.in.name, false, "the question did not arrive")
				continue
			}
			if status, detail := p.do("text", a.in.command(p, from, 0x2200+i)); status != 0 {
				t.report.note(p, "Answers to a question", a.in.name, false, "answered with %d %s", status, detail)
			}
		}
	}
	people, err := t.noroshi.people(id)
	if err != nil {
		return err
	}
	for _, p := range t.peers {
		for i, a := range answers {
			if p.tls {
				continue
			}
			who := people[p.number("udh", 100+i)]
			ok := who.Answer != nil && fmt.Sprint(who.Answer.Codes) == "["+a.codes+"]" && who.Answer.Text == a.in.text
			t.report.note(p, "Answers to a question", a.in.name, ok, "counted as %+v", who.Answer)
		}
	}
	return nil
}
