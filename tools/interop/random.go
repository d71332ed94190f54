package main

import (
	"math/rand/v2"
	"strings"
)

// repertoire is a data_coding with characters that all implementations agree on.
type repertoire struct {
	name    string
	account string
	dcs     int
	charset string
	letters string
	octets  int // most octets in a part
}

const (
	ascii = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_abcdefghijklmnopqrstuvwxyz{|}~"
	gsm   = "@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡" + gsmLetters +
		"ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
	latin1 = ascii + "¡¢£¤¥¦§¨©ª«¬®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ"
	kanji  = "地震発生階段外出安否知無事負傷会議室右足骨折動避難場所家族全員連絡先電話番号工場東京大阪名古屋仙台札幌" +
		"あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん" +
		"アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンーッャュョ" +
		"、。「」・？！０１２３４５６７８９ＡＢＣＤＥ○△□"
	hangul   = "안전합니다부상당했습니다도와주세요건물밖에있어요가나다라마바사아자차카타파하"
	cyrillic = "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюяЁё"
	hebrew   = "אבגדהוזחטיךכלםמןנסעףפץצקרשת"
	thai     = "กขคงจฉชซญดตถทธนบปผฝพฟภมยรลวศษสหอฮะาำเแโใไๆ"
	wide     = kanji + hangul + cyrillic + hebrew + thai + "👍👩🏽🎌𠮷😀🇯🇵❤️‍\u200d\ufe0f"
)

var repertoires = []repertoire{
	{name: "0, GSM-7", charset: "gsm7", letters: gsm, octets: 152},
	{name: "0, packed", account: "packed", charset: "gsm7_packed", letters: gsm, octets: 70},
	{name: "0, Latin-1 account", account: "latin1", charset: "latin1", letters: latin1, octets: 133},
	{name: "1, ASCII", dcs: 1, charset: "ascii", letters: ascii, octets: 133},
	{name: "3, Latin-1", dcs: 3, charset: "latin1", letters: latin1, octets: 133},
	{name: "8, UCS-2", dcs: 8, charset: "ucs2", letters: wide, octets: 132},
	{name: "0x18, UCS-2", dcs: 0x18, charset: "ucs2", letters: wide, octets: 132},
	{name: "5, ISO-2022-JP", dcs: 5, charset: "iso2022_jp", letters: ascii + kanji, octets: 133},
	{name: "10, ISO-2022-JP", dcs: 10, charset: "iso2022_jp", letters: ascii + kanji, octets: 133},
	{
		name: "9, Shift_JIS", dcs: 9, charset: "shift_jis", octets: 133,
		letters: strings.NewReplacer("\\", "", "~", "").Replace(ascii) + kanji, // yen and overline in some tables
	},
	{name: "14, EUC-KR", dcs: 14, charset: "euc_kr", letters: ascii + hangul, octets: 133},
	{name: "6, ISO 8859-5", dcs: 6, charset: "iso8859_5", letters: ascii + cyrillic, octets: 133},
	{name: "7, ISO 8859-8", dcs: 7, charset: "iso8859_8", letters: ascii + hebrew, octets: 133},
	{name: "4, UTF-8", dcs: 4, charset: "utf8", letters: wide, octets: 133},
}

// takeRandom has the peers send texts that nobody thought of, with every way to join, and compares what the console
// shows of them. The seed is printed: the same one gives the same texts.
func (t *trial) takeRandom(count int, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 0))
	peers := 0
	for _, p := range t.peers {
		if !p.tls {
			peers++
		}
	}
	joins := []string{"whole", "udh", "udh16", "sar", "payload", "udh_ports", "data_sm", "data_sm_udh"}
	for i := range count {
		p := t.peers[i%peers]
		r := repertoires[random.IntN(len(repertoires))]
		in := incoming{account: r.account, dcs: r.dcs, charset: r.charset, reverse: random.IntN(3) == 0}
		in.by = joins[random.IntN(len(joins))]
		most := 300
		switch {
		case in.by == "whole":
			most = min(r.octets/4, 33)
		case in.by == "payload" || in.by == "data_sm":
		default:
			in.size = 1 + random.IntN(r.octets)
			if r.charset == "gsm7_packed" {
				in.size = 1 + random.IntN(r.octets-5)
			}
			if in.by == "udh_ports" {
				in.size = min(in.size, 65)
			}
			most = min(300, in.size*50)
		}
		in.text = randomText(random, r.letters, 1+random.IntN(most))
		from := p.stranger(10000 + i)
		status, detail := p.do("text", in.command(p, from, random.IntN(1<<16)))
		t.expect(p, "Random incoming texts, by data_coding", r.name, from, in.text, status, detail)
	}
}

// sendRandom sends texts that nobody thought of over every account.
func (t *trial) sendRandom(count int, seed uint64) error {
	random := rand.New(rand.NewPCG(seed, 1))
	kinds := []struct{ name, letters string }{
		{"GSM-7, random", gsm}, {"GSM-7, random, of the extension table", "a^{}\\[~]|€"}, {"UCS-2, random", wide},
		{"UCS-2, random, with Latin-1", "é" + latin1 + "語"}, {"UCS-2, random, emoji", "あ👍👩🏽🎌𠮷😀🇯🇵"},
	}
	for i := range count {
		k := kinds[i%len(kinds)]
		body := randomText(random, k.letters, 1+random.IntN(500))
		if strings.HasPrefix(k.name, "UCS-2") {
			body += "語" // whatever came out, GSM-7 does not have it
		}
		// Two braces are a variable, and spaces around a text are taken off.
		for strings.Contains(body, "{{") || strings.Contains(body, "}}") {
			body = strings.NewReplacer("{{", "{|", "}}", "|}").Replace(body)
		}
		body = "a" + body + "z"
		err := t.sendText(text{name: k.name, body: body}, "Random texts, by account", "Random texts, by text")
		if err != nil {
			return err
		}
	}
	return nil
}

func randomText(random *rand.Rand, letters string, n int) string {
	from := []rune(letters)
	out := make([]rune, n)
	for i := range out {
		out[i] = from[random.IntN(len(from))]
	}
	return string(out)
}
