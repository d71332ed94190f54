package config

import (
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"noroshi/app/smstext"
)

// check says what is wrong with a route.
func (r *Route) check(k *checker) {
	if n := utf8.RuneCountInString(r.Name); n < 1 || n > 40 || strings.ContainsFunc(r.Name, unnamable) {
		k.say("name", "give the route a name of 1 to 40 characters, without / and line breaks",
			"/や改行を含まない1〜40文字の名前を付けてください")
	}
	r.place(k)
	r.lengths(k)
	r.numbers(k)
	r.choices(k)
	r.sender(k)
	r.replies(k)
	r.texts(k)
	r.receipts(k)
	r.tlvs(k)
	r.money(k)
}

// unnamable are characters that a name may not have, because it stands in addresses and lines.
func unnamable(c rune) bool { return c == '/' || c == utf8.RuneError || unicode.IsControl(c) }

// place checks where the route leads and whom it serves.
func (r *Route) place(k *checker) {
	if r.Host == "" {
		k.say("host", "missing; write the name or address the operator gave you",
			"指定がありません。通信事業者から通知されたホスト名またはアドレスを書いてください")
	}
	if r.Port < 1 || r.Port > 65535 {
		k.say("port", "%d is not a TCP port; 2775 is usual, 3550 with TLS",
			"%d はTCPのポート番号ではありません（通常は2775、TLSでは3550）", r.Port)
	}
	for i, h := range r.Hosts {
		if _, port, err := net.SplitHostPort(h); err != nil || port == "" {
			k.say(at("hosts", i), "%q is not host:port", "%qは「ホスト:ポート」の形ではありません", h)
		}
	}
	if !r.TLS.Enabled && (r.TLS.CAFile != "" || r.TLS.CertFile != "" || r.TLS.KeyFile != "" || r.TLS.ServerName != "") {
		k.say("tls", "certificates are set, but enabled is not true: nothing would be protected",
			"証明書の設定がありますが、enabledがtrueではないため暗号化されません")
	}
	for i, c := range r.Countries {
		if len(c) != 2 || strings.Trim(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			k.say(at("countries", i), "%q is not a country of two capitals (ISO 3166), such as JP",
				"%qは国コード（ISO 3166の大文字2字、例：JP）ではありません", c)
		}
	}
	for i, p := range r.Prefixes {
		if !digits(strings.TrimPrefix(p, "+")) {
			k.say(at("prefixes", i), "%q has something else than digits; write it with its country code, such as 8190",
				"%qに数字以外が含まれています。国番号から書いてください（例：8190）", p)
		}
	}
}

func at(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }

// lengths checks C-octet strings against SMPP 3.4 §4 and §5.2, without their closing NUL.
func (r *Route) lengths(k *checker) {
	for _, f := range []struct {
		name, value string
		most        int
	}{
		{"system_id", r.SystemID, 15}, {"password", r.Password, 8}, {"system_type", r.SystemType, 12},
		{"service_type", r.ServiceType, 5}, {"sender", r.Sender, 20},
	} {
		if len(f.value) > f.most {
			k.say(f.name, "at most %d octets (SMPP 3.4)", "%dオクテット以内にしてください（SMPP 3.4）", f.most)
		}
		if strings.ContainsRune(f.value, 0) {
			k.say(f.name, "contains a NUL", "NUL文字が含まれています")
		}
	}
	if r.SystemID == "" {
		k.say("system_id", "missing; it is the account name the operator gave you",
			"指定がありません。通信事業者から通知されたアカウント名を書いてください")
	}
}

func (r *Route) numbers(k *checker) {
	for _, f := range []struct {
		name        string
		value       int
		least, most int
	}{
		{"binds", r.Binds, 1, 16}, {"window", r.Window, 1, 1000}, {"enquire_s", int(r.Enquire), 1, 3600},
		{"resp_timeout_s", int(r.RespTimeout), 1, 600}, {"max_segments", r.MaxSegments, 1, 255},
		{"validity_h", r.ValidityHours, 0, 24 * 30}, {"single_limit", r.SingleLimit, 0, 160},
		{"part_limit", r.PartLimit, 0, 153},
	} {
		k.between(f.name, f.value, f.least, f.most)
	}
	for _, f := range []struct {
		name  string
		value *int
		most  int
	}{
		{"sender_ton", r.SenderTON, 6}, {"dest_ton", r.DestTON, 6}, {"sender_npi", r.SenderNPI, 18},
		{"dest_npi", r.DestNPI, 18}, {"registered_delivery", r.Registered, 31},
		{"dcs_out.gsm7", r.DCSOut.GSM7, 255}, {"dcs_out.ucs2", r.DCSOut.UCS2, 255},
	} {
		if f.value != nil {
			k.between(f.name, *f.value, 0, f.most)
		}
	}
	if !(r.Rate >= 0) { // not "r.Rate < 0": YAML has a .nan
		k.say("rate_parts_per_s", "must be 0 or more", "0以上にしてください")
	}
	if !(r.BindRate >= 0) {
		k.say("bind_rate_parts_per_s", "must be 0 or more", "0以上にしてください")
	} else if r.Rate > 0 && r.BindRate > r.Rate {
		k.say("bind_rate_parts_per_s", "%v per session is more than the whole route may (rate_parts_per_s: %v)",
			"1セッションあたり %v は、経路全体の上限（rate_parts_per_s: %v）を超えています", r.BindRate, r.Rate)
	}
	if r.SingleLimit > 0 && r.PartLimit > r.SingleLimit {
		k.say("part_limit", "a part cannot hold more (%d) than a single text (single_limit: %d)",
			"分割後の1通（%d）が単独の1通（single_limit: %d）より長くなっています", r.PartLimit, r.SingleLimit)
	}
}

func (c *checker) between(field string, value, least, most int) {
	if value < least || value > most {
		c.say(field, "%d is not between %d and %d", "%d は %d から %d の範囲にありません", value, least, most)
	}
}

func (r *Route) choices(k *checker) {
	k.oneOf("bind_mode", r.BindMode, "trx", "tx+rx")
	k.oneOf("reply_mode", r.ReplyMode, "sender", "number", "none")
	k.oneOf("dlr_parts", r.DLRParts, "all", "last", "first", "any")
	k.oneOf("default_alphabet", r.DefaultAlphabet, "", "gsm7", "gsm7_packed", "latin1", "ascii")
	k.oneOf("long_mode", r.LongMode, "", "udh", "udh16", "sar", "payload", "none")
	k.oneOf("force_encoding", r.ForceEncoding, "", "gsm7", "ucs2")
	k.oneOf("msg_id_form", r.MsgIDForm, "", "auto", "exact", "hex_dec", "dec_hex")
	for _, dcs := range slices.Sorted(maps.Keys(r.DCSIn)) {
		if _, err := smstext.ParseCharset(r.DCSIn[dcs]); err != nil || dcs < 0 || dcs > 255 {
			k.say("dcs_in", "%d: %q is no character set we know", "%d: %qという文字コードには対応していません", dcs, r.DCSIn[dcs])
		}
	}
	switch {
	case r.ForceEncoding == "gsm7" && r.DCSOut.UCS2 != nil:
		k.say("dcs_out.ucs2", "force_encoding: gsm7 never sends UCS-2; take one of the two out",
			"force_encoding: gsm7 ではUCS-2は送られません。どちらかを外してください")
	case r.ForceEncoding == "ucs2" && r.DCSOut.GSM7 != nil:
		k.say("dcs_out.gsm7", "force_encoding: ucs2 never sends GSM-7; take one of the two out",
			"force_encoding: ucs2 ではGSM-7は送られません。どちらかを外してください")
	case r.DCSOut.GSM7 != nil && r.DCSOut.UCS2 != nil && *r.DCSOut.GSM7 == *r.DCSOut.UCS2:
		k.say("dcs_out", "GSM-7 and UCS-2 cannot have the same data_coding: phones could not tell them apart",
			"GSM-7とUCS-2に同じdata_codingは使えません。端末が区別できません")
	}
	r.joining(k)
}

// joining checks how the parts of long texts are put together.
func (r *Route) joining(k *checker) {
	switch {
	case r.RefBits != 0 && r.RefBits != 8 && r.RefBits != 16:
		k.say("ref_bits", "%d is neither 8 nor 16", "%d は8でも16でもありません", r.RefBits)
	case r.RefBits == 8 && r.LongMode == "udh16":
		k.say("ref_bits", "long_mode: udh16 has 16 bits; write long_mode: udh for 8",
			"long_mode: udh16 は16ビットです。8ビットにするには long_mode: udh としてください")
	case r.RefBits != 0 && r.LongMode != "udh" && r.LongMode != "udh16" && r.LongMode != "":
		k.say("ref_bits", "belongs to long_mode: udh; long_mode: %s writes no user data header, so take it out",
			"long_mode: udh の設定です。long_mode: %s ではヘッダーを付けないので、外してください", r.LongMode)
	}
}

// sender checks the address texts come from.
func (r *Route) sender(k *checker) {
	bare := strings.TrimPrefix(r.Sender, "+")
	letters := bare != "" && !digits(bare)
	switch {
	case r.Sender == "":
		k.say("sender", "missing; write the number, short code or letters the operator registered for you",
			"指定がありません。通信事業者に登録した電話番号、短縮番号、または英数字を書いてください")
	case letters && len(bare) > 11:
		k.say("sender", "at most 11 letters", "英数字の送信者名は11文字以内です")
	case letters && r.ReplyMode == "sender" && r.Answers():
		k.say("reply_mode", "nobody can answer a sender of letters; use number with reply_number, or none",
			"英数字の送信者名には返信できません。numberとreply_numberを指定するか、noneにしてください")
	case !letters && len(bare) > 15:
		k.say("sender", "a number has at most 15 digits", "電話番号は15桁以内です")
	}
	if r.SenderTON != nil && bare != "" && letters != (*r.SenderTON == 5) {
		k.say("sender_ton", "5 is for senders of letters, and letters need 5; left out, it fits by itself",
			"5は英数字の送信者名に使い、英数字には5が必要です。省略すれば自動で決まります")
	}
}

// replies checks how people answer.
func (r *Route) replies(k *checker) {
	if r.ReplyMode == "number" && r.ReplyNumber == "" {
		k.say("reply_number", "missing, reply_mode is number", "reply_mode: number には返信先の番号が必要です")
	}
	if r.ReplyMode == "none" && r.TwoWay != nil && *r.TwoWay {
		k.say("two_way", "true contradicts reply_mode: none; take one of the two out",
			"two_way: true と reply_mode: none は両立しません。どちらかを外してください")
	}
	if !r.Answers() && len(r.MONumbers) > 0 {
		k.say("mo_numbers", "people cannot answer here (reply_mode: none or two_way: false); take one of the two out",
			"この経路では返信できない設定（reply_mode: none または two_way: false）です。どちらかを外してください")
	}
	for i, n := range r.MONumbers {
		if !digits(strings.TrimPrefix(n, "+")) {
			k.say(at("mo_numbers", i), "%q is not a number", "%qは番号ではありません", n)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(r.ReplyTexts)) {
		if !placeKey(key) {
			k.say("reply_texts", "%q is none of a country (MY), a language (th), or both (MY-en)",
				"%qは国（MY）、言語（th）、その組み合わせ（MY-en）のいずれでもありません", key)
		}
		if text := r.ReplyTexts[key]; text == "" || utf8.RuneCountInString(text) > 100 {
			k.say("reply_texts", "%s: 1 to 100 characters", "%s：1〜100文字にしてください", key)
		}
	}
	for i, code := range r.ReservedCodes {
		if len(code) < 1 || len(code) > 2 || strings.Trim(strings.ToUpper(code), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			k.say(at("reserved_codes", i), "%q is not a code of 1 or 2 letters", "%qは1〜2文字の英字ではありません", code)
		}
	}
}

// placeKey reports whether a key of reply_texts is a country in capitals, a language, or both.
func placeKey(key string) bool {
	country, language, both := strings.Cut(key, "-")
	if upper := strings.ToUpper(country) == country; upper && len(country) == 2 && letters(country) {
		return !both || len(language) >= 2 && strings.ToLower(language[:2]) == language[:2] && letters(language[:2])
	}
	return len(country) >= 2 && len(country) <= 3 && strings.ToLower(country) == country && letters(country)
}

func letters(s string) bool {
	return strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz") == ""
}

// texts checks what goes around and into texts, and when they go.
func (r *Route) texts(k *checker) {
	if _, _, ok := parseQuiet(r.QuietHours); !ok && r.QuietHours != "" {
		k.say("quiet_hours", "%q is not a time of day to another, such as 21:00-08:00",
			"%qは時間帯ではありません（例：21:00-08:00）", r.QuietHours)
	}
	for _, f := range []struct{ name, value string }{{"prefix", r.Prefix}, {"suffix", r.Suffix}} {
		if utf8.RuneCountInString(f.value) > 100 || strings.ContainsRune(f.value, 0) {
			k.say(f.name, "at most 100 characters, without NUL", "NULを含まない100文字以内にしてください")
		}
	}
}

// receiptClasses are the classes a refusal may be given, as gateway.NewStatuses takes them.
var receiptClasses = []string{
	"throttle", "retry", "recipient_permanent", "message_permanent", "route_config", "bind_fatal", "bind_retry",
	"protocol",
}

// receipts checks how the operator's words are read.
func (r *Route) receipts(k *checker) {
	if r.DLRTimezone != "" {
		if _, err := time.LoadLocation(r.DLRTimezone); err != nil || r.DLRTimezone == "Local" {
			k.say("dlr_timezone", "%q is no IANA time zone, such as Asia/Tokyo",
				"%qはIANAのタイムゾーンではありません（例：Asia/Tokyo）", r.DLRTimezone)
		}
	}
	for _, code := range slices.Sorted(maps.Keys(r.StatusOverride)) {
		if n, err := strconv.ParseUint(code, 0, 32); err != nil || n == 0 {
			k.say("status_override", "%q is not a command_status, such as 0x401",
				"%qはcommand_statusではありません（例：0x401）", code)
		}
		if class := r.StatusOverride[code]; !slices.Contains(receiptClasses, class) {
			k.say("status_override", "%s: %q is none of %s", "%s：%qは %s のいずれでもありません", code, class,
				strings.Join(receiptClasses, ", "))
		}
	}
}

// tlvs checks optional parameters (SMPP 3.4 §5.3).
func (r *Route) tlvs(k *checker) {
	for i, t := range r.TLVs {
		if _, err := strconv.ParseUint(t.Tag, 0, 16); err != nil {
			k.say(at("tlvs", i)+".tag", "%q is no tag such as 0x1400", "%qはタグではありません（例：0x1400）", t.Tag)
		}
		k.oneOf(at("tlvs", i)+".type", t.Type, "octet", "cstring", "int")
		fixed := strings.ReplaceAll(t.Value, TemplateID, "0")
		_, err := strconv.ParseUint(fixed, 0, 32)
		switch {
		case fixed == "" || len(fixed) > 255 || strings.ContainsRune(fixed, 0):
			k.say(at("tlvs", i)+".value", "1 to 255 octets", "1〜255オクテットにしてください")
		case t.Type == "int" && err != nil:
			k.say(at("tlvs", i)+".value", "%q is not a whole number up to 32 bits; use cstring for digits as text",
				"%qは32ビットまでの整数ではありません。数字の文字列はcstringにしてください", t.Value)
		}
	}
}

func (r *Route) money(k *checker) {
	if r.CostPerPart < 0 || r.CostPerPart > 1_000_000_000 {
		k.say("cost_per_part", "%d is not between 0 and 1000000000 of the currency's smallest unit",
			"%d は通貨の最小単位で 0 から 1000000000 の範囲にありません", r.CostPerPart)
	}
	if r.CostPerPart > 0 && r.Currency == "" {
		k.say("currency", "missing; cost_per_part says nothing without it, such as JPY",
			"cost_per_partには通貨が必要です（例：JPY）")
	}
	if r.Currency != "" && (len(r.Currency) != 3 || strings.ToUpper(r.Currency) != r.Currency || !letters(r.Currency)) {
		k.say("currency", "%q is not three capitals (ISO 4217), such as JPY",
			"%qは通貨コード（ISO 4217の大文字3字、例：JPY）ではありません", r.Currency)
	}
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
