package country_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"noroshi/app/config"
	"noroshi/app/country"
)

func card(t *testing.T, cc string) country.Card {
	t.Helper()
	for _, c := range country.Delivered() {
		if c.Country == cc {
			return c
		}
	}
	t.Fatalf("no card of %s is delivered", cc)
	return country.Card{}
}

// noon in Japan: quiet nowhere east of India.
var noon = time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)

// facts are those of a text that nobody has anything against in Japan.
func facts(text string) country.Facts {
	return country.Facts{
		Route:       &config.Route{Name: "asia", Sender: "818000000110", ReplyMode: "sender"},
		ReplyNumber: "818000000110", Asks: true, Codes: []string{"A", "B"}, Now: noon,
		Texts: []country.Text{{Sent: text, Parts: 1}},
	}
}

func codesOf(list []country.Warning) (codes []string) {
	for _, w := range list {
		codes = append(codes, w.Code)
	}
	return codes
}

// TestCheck holds each warning against a text that earns it and one that does not.
func TestCheck(t *testing.T) {
	t.Parallel()
	type edit func(*country.Facts)
	letters := func(f *country.Facts) { f.Route.Sender = "AOMINE" }
	number := func(n string) edit {
		return func(f *country.Facts) { f.Route.ReplyMode, f.Route.ReplyNumber, f.ReplyNumber = "number", n, n }
	}
	parts := func(n, units int) edit {
		return func(f *country.Facts) { f.Texts[0].Parts, f.Texts[0].Units, f.Texts[0].Room = n, units, 67 }
	}
	cases := []struct {
		name, cc, text string
		edit           edit
		code           string
		not            edit // what makes it go away
	}{
		{"nobody answers on an international route to Korea", "KR", "답장", nil, "country_cannot_answer",
			func(f *country.Facts) { f.Asks = false }},
		{"a route without replies", "JP", "返信", func(f *country.Facts) { f.ReplyNumber = "" }, "country_cannot_answer",
			func(f *country.Facts) { f.ReplyNumber = "818000000110" }},
		{"the number for answers is missing", "TH", "ตอบ", number("66800000001"), "country_number_missing",
			func(f *country.Facts) { f.Texts[0].Sent = "ตอบ 66800000001" }},
		{"the words for the number are missing", "TH", "ตอบ", func(f *country.Facts) {
			number("66800000001")(f)
			f.Texts[0].Told = "สายด่วน"
		}, "country_number_missing", func(f *country.Facts) { f.Texts[0].Sent = "ตอบ สายด่วน" }},
		{"the number must be in the template", "IN", "Reply", number("919800000001"), "country_number_missing_template",
			func(f *country.Facts) { f.Texts[0].Sent = "Reply to +91 98000 00001" }},
		{"the number is told separately", "MY", "RM0.00 Reply", number("60120000001"), "country_number_separately",
			func(f *country.Facts) { f.Asks = false }},
		{"a number where numbers are blocked", "MY", "RM0.00 Call 03-2000 0000", nil, "country_number_blocked",
			func(f *country.Facts) { f.Texts[0].Sent = "RM0.00 Meet at 10:30 on 2026-11-22" }},
		{"the reply number where numbers are blocked", "MY", "RM0.00 Reply to 32080", number("32080"),
			"country_number_blocked", func(f *country.Facts) { f.Texts[0].Sent = "RM0.00 Reply" }},
		{"a number that is not in the template", "IN", "Call 011 2345 6789", nil, "country_number_registered",
			func(f *country.Facts) { f.Texts[0].Sent = "Call us" }},
		{"a link where links are blocked", "CN", "【青岭】见 https://a.example/x", nil, "country_link_blocked",
			func(f *country.Facts) { f.Texts[0].Sent = "【青岭】请回复" }},
		{"a link that is not registered", "TH", "ดู bit.ly/x", nil, "country_link_registered",
			func(f *country.Facts) { f.Texts[0].Sent = "ดู Reply.Now" }},
		{"a character Korea does not carry", "KR", "안녕 😀", nil, "country_charset",
			func(f *country.Facts) { f.Texts[0].Sent = "안녕 ㈜ 漢" }},
		{"more parts than the country takes", "TH", "ก", parts(4, 213), "country_too_long", parts(3, 201)},
		{"parts that are not joined", "KR", "가", parts(2, 75), "country_not_joined",
			func(f *country.Facts) { f.Route.LongMode = "none" }},
		{"letters without diacritics would be fewer", "VN", "Động đất", func(f *country.Facts) {
			f.Texts[0].Parts, f.Texts[0].UCS2, f.Texts[0].Plain = 2, true, true
		}, "country_plain_letters", parts(1, 0)},
		{"the route counts with wider limits", "CN", "【青岭】请", func(f *country.Facts) { f.Texts[0].UCS2 = true },
			"country_limits", func(f *country.Facts) { f.Route.SingleLimit, f.Route.PartLimit = 65, 62 }},
		{"a number as the sender where letters are registered", "TH", "ก", nil, "country_sender_letters", letters},
		{"letters as the sender where numbers are registered", "KR", "가", letters, "country_sender_numeric",
			func(f *country.Facts) { f.Route.Sender = "8221234567890" }},
		{"a long number where short codes are kept", "MY", "RM0.00 x", nil, "country_sender_short_code",
			func(f *country.Facts) { f.Route.Sender = "32080" }},
		{"a parameter of India", "IN", "x", nil, "country_parameter_missing", func(f *country.Facts) {
			f.Route.TLVs = []config.TLV{{Tag: "0x1400"}, {Tag: "0x1401"}}
		}},
		{"the prefix of Malaysia", "MY", "Reply", nil, "country_prefix_missing",
			func(f *country.Facts) { f.Texts[0].Sent = "RM0.00 Reply" }},
		{"the sender's name in the text", "VN", "Dong dat", letters, "country_brand_missing",
			func(f *country.Facts) { f.Texts[0].Sent = "Aomine: dong dat" }},
		{"the signature of China", "CN", "请回复", nil, "country_signature_missing",
			func(f *country.Facts) { f.Texts[0].Sent = "请回复【青岭】" }},
		{"a text that must match a template", "CN", "【青岭】请", nil, "country_template",
			func(f *country.Facts) { f.Texts = nil }},
		{"a code that means stop", "CN", "【青岭】请", func(f *country.Facts) { f.Codes = []string{"A", "T"} },
			"country_code_reserved", func(f *country.Facts) { f.Codes = []string{"A", "B"} }},
		{"the evening there", "JP", "返信", func(f *country.Facts) { f.Now = noon.Add(8 * time.Hour) }, "country_quiet",
			func(f *country.Facts) { f.Urgent = true }},
		{"the hours of the route", "JP", "返信", func(f *country.Facts) { f.Route.QuietHours = "14:00-16:00" },
			"country_quiet", func(f *country.Facts) { f.Route.QuietHours = "16:00-17:00" }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := facts(c.text)
			if c.edit != nil {
				c.edit(&f)
			}
			if got := codesOf(card(t, c.cc).Check(f)); !slices.Contains(got, c.code) {
				t.Errorf("Check(%s) = %v, want %s", c.cc, got, c.code)
			}
			c.not(&f)
			if got := codesOf(card(t, c.cc).Check(f)); slices.Contains(got, c.code) {
				t.Errorf("Check(%s) = %v, still with %s", c.cc, got, c.code)
			}
		})
	}
}

func TestCheckHasNothingAgainstAPlainTextAtHome(t *testing.T) {
	t.Parallel()
	if got := card(t, "JP").Check(facts("震度6弱。記号で返信してください。\nA:無事")); got != nil {
		t.Errorf("Check(JP) = %v", got)
	}
}

func TestCheckNamesTheWayOut(t *testing.T) {
	t.Parallel()
	f := facts("답장")
	f.Answerable = "korea-domestic"
	got := card(t, "KR").Check(f)
	if len(got) == 0 || !slices.Equal(got[0].Ways, []country.Way{country.OtherRoute, country.NotYet}) ||
		got[0].Params["route"] != "korea-domestic" {
		t.Errorf("Check(KR) = %+v, want the other route first", got)
	}
	f = facts("ดู https://a.example/x.")
	for _, w := range card(t, "TH").Check(f) {
		if w.Code == "country_link_registered" && w.Params["link"] != "https://a.example/x" {
			t.Errorf("link = %q, want what stands in the text", w.Params["link"])
		}
	}
}

func TestCheckLeavesSendersOfTheSimulatorAlone(t *testing.T) {
	t.Parallel()
	for _, c := range country.Delivered() {
		f := facts("text")
		f.Route.Simulator = true
		for _, code := range codesOf(c.Check(f)) {
			if strings.HasPrefix(code, "country_sender") || code == "country_parameter_missing" {
				t.Errorf("%s: %s on the simulator", c.Country, code)
			}
		}
	}
}

func TestQuiet(t *testing.T) {
	t.Parallel()
	day := func(hour, minute int) time.Time { return time.Date(2026, 11, 20, hour, minute, 0, 0, time.UTC) }
	for _, c := range []struct {
		cc   string
		at   time.Time
		want string // local time, or "" outside quiet hours
	}{
		{"JP", day(11, 59), ""},
		{"JP", day(12, 0), "21:00"},
		{"JP", day(22, 59), "07:59"},
		{"JP", day(23, 0), ""},
		{"IN", day(4, 29), "09:59"},
		{"IN", day(4, 30), ""},
		{"ID", day(12, 30), "21:30"}, // in Jayapura; half past seven in Jakarta
		{"TW", day(0, 30), "08:30"},
	} {
		got := ""
		if local, quiet := card(t, c.cc).Quiet(c.at); quiet {
			got = local.Format("15:04")
		}
		if got != c.want {
			t.Errorf("%s at %s: quiet %q, want %q", c.cc, c.at.Format("15:04"), got, c.want)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"見てください https://example.com/a?b=1。":   {"https://example.com/a?b=1", ""},
		"www.example.org, then":               {"www.example.org", ""},
		"safety.aomine.co.jp":                 {"safety.aomine.co.jp", ""},
		"A:safe B:b.no A.xx 3.14":             {"", ""},
		"Reply.Then go":                       {"", ""},
		"電話 ０３－１２３４－５６７８":                     {"", "03-1234-5678"},
		"Call +66 2 123 4567 now":             {"", "+66 2 123 4567"},
		"2026-11-22 03:11 M6.1 depth 10 km":   {"", ""},
		"12,480 people; 24387 parts; 3 of 12": {"", ""},
	} {
		if got := country.FindLink(text); got != want[0] {
			t.Errorf("FindLink(%q) = %q, want %q", text, got, want[0])
		}
		if got := country.FindNumber(text); got != want[1] {
			t.Errorf("FindNumber(%q) = %q, want %q", text, got, want[1])
		}
	}
}

func TestNumbersForACountry(t *testing.T) {
	t.Parallel()
	no := false
	routes := []config.Route{
		{Name: "all", Sender: "818000000110", ReplyMode: "sender"},
		{Name: "india", Sender: "AOMINE", ReplyMode: "number", ReplyNumber: "919800000001", Countries: []string{"IN"}},
		{Name: "prefix", Sender: "919800000002", ReplyMode: "sender", Prefixes: []string{"+9198"}},
		{Name: "mute", Sender: "66800000001", ReplyMode: "sender", Countries: []string{"TH"}, TwoWay: &no},
	}
	for cc, want := range map[string][]string{
		"IN": {"919800000001", "919800000002"}, "TH": {"818000000110"}, "JP": {"818000000110"},
	} {
		if got := country.NumbersFor(routes, cc); !slices.Equal(got, want) {
			t.Errorf("NumbersFor(%s) = %v, want %v", cc, got, want)
		}
	}
}

func TestNoticesSpeakTheLanguageOfTheCountryFirst(t *testing.T) {
	t.Parallel()
	for cc, want := range map[string]string{"IN": "hi en ja", "MY": "ms en ja", "JP": "ja en", "TH": "th ja en"} {
		var tags []string
		for _, n := range card(t, cc).Notices() {
			tags = append(tags, n.Tag)
		}
		if got := strings.Join(tags, " "); got != want {
			t.Errorf("notices of %s = %s, want %s", cc, got, want)
		}
	}
}
