package people

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"noroshi/app/fault"
	"noroshi/app/simulator/wire"
)

func TestReadFindsTheChoicesOfAText(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, text, language string
		want                 []Choice
	}{
		{
			"japanese", "【訓練】青嶺精機 安否確認\n記号1文字で返信してください。\nA:無事\nB：軽傷\n C: 救助が必要 \nD:出社不可", "ja",
			[]Choice{{"A", "無事"}, {"B", "軽傷"}, {"C", "救助が必要"}, {"D", "出社不可"}},
		},
		{"two letters, lower case", "Reply:\nga:Yes\ngb:No", "en", []Choice{{"GA", "Yes"}, {"GB", "No"}}},
		{"windows lines", "Reply\r\nA:Yes\r\nB:No\r\n", "en", []Choice{{"A", "Yes"}, {"B", "No"}}},
		{"a code twice", "A:Yes\nA:No", "en", []Choice{{"A", "Yes"}}},
		{"thai", "[DRILL] กรุณาตอบ\nA:ปลอดภัย", "th", []Choice{{"A", "ปลอดภัย"}}},
		{"korean", "안부 확인\nA:무사", "ko", []Choice{{"A", "무사"}}},
		{"chinese", "平安确认\nA:平安", "zh", []Choice{{"A", "平安"}}},
		{"vietnamese", "Trả lời\nA:An toàn", "vi", []Choice{{"A", "An toàn"}}},
		{"nothing to choose", "The office is closed.\nTEL:03-0000-0000\nhttp://example.test/\nA:\n1:one\n: x", "en", nil},
		{"empty", "", "en", nil},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			m := Read(tc.text)
			if !reflect.DeepEqual(m.Choices, tc.want) || m.Language != tc.language {
				t.Fatalf("Read() = %+v, want %+v in %s", m, tc.want, tc.language)
			}
		})
	}
}

func TestWriteInEveryStyle(t *testing.T) {
	t.Parallel()
	ja, en := Read("安否確認です\nA:無事\nB:軽傷"), Read("Reply\nA:Safe\nB:Hurt")
	cases := []struct {
		menu  Menu
		style Style
		pick  int
		want  string // ends in … when anything may follow
	}{
		{ja, Plain, 0, "A"}, {ja, Lower, 1, "b"}, {ja, FullWidth, 0, "Ａ"}, {ja, Bracket, 1, "「B」"}, {ja, Polite, 0, "Aです"},
		{ja, Comment, 1, "B …"}, {ja, WrongCode, 0, "Z"}, {ja, TwoCodes, 0, "AかB"}, {ja, OptOut, 0, "配信停止"},
		{ja, Change, 1, "やっぱりB"}, {en, Polite, 0, "A Safe"}, {en, Comment, 0, "A Safe, …"}, {en, Comment, 1, "B …"},
		{en, TwoCodes, 1, "B or A"}, {en, OptOut, 0, "STOP"}, {en, Change, 1, "sorry, B"}, {en, Plain, 7, "B"},
		{Menu{}, Plain, 0, ""},
	}
	for _, tc := range cases {
		got := tc.menu.Write(tc.pick, tc.style, 1)
		want, more := strings.CutSuffix(tc.want, "…")
		if more && (!strings.HasPrefix(got, want) || len(got) == len(want)) || !more && got != want {
			t.Errorf("style %d of choice %d = %q, want %q", tc.style, tc.pick, got, tc.want)
		}
	}
	for _, m := range []Menu{ja, en} {
		if got := m.Write(0, NoCode, 1); got == "" || strings.ContainsAny(got, "AB") {
			t.Errorf("without a code = %q", got)
		}
		if n := len(wire.Cut(wire.GSM7, m.Write(0, Long, 1), wire.UDH8, 1)); n < 2 {
			t.Errorf("the long answer in %s has %d parts, want several", m.Language, n)
		}
	}
}

func TestSpreadLiesBetweenItsBounds(t *testing.T) {
	t.Parallel()
	s := Spread{time.Second, 3 * time.Second, 60 * time.Second}
	for u, want := range map[float64]time.Duration{0: time.Second, 0.25: 2 * time.Second, 0.5: 3 * time.Second} {
		if got := s.At(u); got != want {
			t.Errorf("At(%v) = %v, want %v", u, got, want)
		}
	}
	if got := s.At(0.999999999); got > s.Max || got < s.Max-time.Second {
		t.Errorf("At(just below 1) = %v, want nearly %v", got, s.Max)
	}
	if got := (Spread{}).At(0.7); got != 0 {
		t.Errorf("no delay = %v", got)
	}
}

func TestFateDependsOnSeedNumberAndCountOnly(t *testing.T) {
	t.Parallel()
	p := Hostile()
	k := KeyOf("819012345678")
	if k != KeyOf("+819012345678") || k != KeyOf([]byte("819012345678")) {
		t.Fatal("a plus makes another person")
	}
	same := p.Fate(1, k, 0)
	p.Answers.Share, p.Phones.Off = 0.1, 0.5 // of no concern
	if got := p.Fate(1, k, 0); got != same {
		t.Fatalf("Fate changed from %+v to %+v", same, got)
	}
	differ := 0
	for n := range uint32(50) {
		if p.Fate(1, k, n) != same && p.Fate(2, k, n) != same {
			differ++
		}
	}
	if differ < 40 {
		t.Fatalf("only %d of 50 fates differ", differ)
	}
}

// The shares of a million draws lie within a tenth of a percent of what was asked.
func TestSharesAreMet(t *testing.T) {
	t.Parallel()
	p := Population{
		Receipts: Receipts{Failed: 0.02, Expired: 0.005, Never: 0.01, Duplicate: 0.1},
		Phones:   Phones{Off: 0.04},
		Answers: Answers{
			Share: 0.72, Picks: []float64{0.9, 0.06}, Styles: Styles{Plain: 3, Lower: 1}, ChangeOfMind: 0.1,
		},
	}
	const n = 1_000_000
	count := map[string]float64{}
	for i := range uint64(n) {
		k := KeyOf("8190" + string([]byte{byte('0' + i/100000%10), byte('0' + i/10000%10), byte('0' + i/1000%10)}) +
			string([]byte{byte('0' + i/100%10), byte('0' + i/10%10), byte('0' + i%10)}))
		f := p.Fate(9, k, 0)
		hit := map[string]bool{
			"failed": f.State == Undeliverable, "expired": f.State == Expired, "never": f.Never, "duplicate": f.Duplicate,
			"off": p.Off(9, k),
		}
		replies := p.Replies(9, k, 0, 4, false)
		if (len(replies) > 0) != p.WouldAnswer(9, k, 0) {
			t.Fatal("WouldAnswer and Replies disagree")
		}
		if len(replies) > 0 {
			hit["answer"] = true
			hit["first"], hit["second"] = replies[0].Pick == 0, replies[0].Pick == 1
			hit["third"], hit["lower"] = replies[0].Pick == 2, replies[0].Style == Lower
		}
		if len(replies) > 1 {
			hit["change"] = true
			if replies[1].Pick == replies[0].Pick {
				t.Fatal("somebody changed their mind to the same choice")
			}
		}
		for name, yes := range hit {
			if yes {
				count[name]++
			}
		}
	}
	for name, want := range map[string]float64{
		"failed": 0.02, "expired": 0.005, "never": 0.01, "duplicate": 0.1, "off": 0.04, "answer": 0.72,
		"first": 0.72 * 0.9, "second": 0.72 * 0.06, "third": 0.72 * 0.02, "lower": 0.72 / 4, "change": 0.72 * 0.1,
	} {
		if got := count[name] / n; got < want-0.002 || got > want+0.002 {
			t.Errorf("share of %s = %.4f, want %.4f", name, got, want)
		}
	}
}

func TestOldPhonesSendABareLetter(t *testing.T) {
	t.Parallel()
	p := Population{Answers: Answers{Share: 1, Styles: Styles{Comment: 1}}}
	if got := p.Replies(1, 5, 0, 3, true); len(got) != 1 || got[0].Style != Plain {
		t.Fatalf("Replies() = %+v, want one plain", got)
	}
	if got := p.Replies(1, 5, 0, 3, false); got[0].Style != Comment {
		t.Fatalf("Replies() = %+v, want a comment", got)
	}
}

func TestNotations(t *testing.T) {
	t.Parallel()
	for n, want := range map[Notation]string{
		"": "60331514", Decimal: "60331514", Hex: "39895fa", HexUpper: "39895FA",
		DecimalPadded: "0000000060331514", HexPadded: "00000000039895fa",
	} {
		if got := string(n.Append([]byte("x"), 60331514)); got != "x"+want {
			t.Errorf("%q = %q, want %q", n, got, "x"+want)
		}
	}
}

func TestPresetsAreValidAndSurviveJSON(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]Population{"perfect": Perfect(), "demo": Demo(), "hostile": Hostile()} {
		if err := p.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		p.Network.Outages = []Window{{time.Minute, time.Second}}
		b, err := json.Marshal(p)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var back Population
		if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(back, p) {
			t.Errorf("%s came back as %+v (%v)", name, back, err)
		}
	}
}

func TestValidateNamesEachWrongField(t *testing.T) {
	t.Parallel()
	p := Population{
		Network: Network{
			ResponseDelay: Spread{Min: 2, Median: 1, Max: 3}, LostResponses: 1.5, DropAfter: -1, LongAnswers: "smoke",
			Throttle: Throttle{Share: -1, PerSecond: -1}, Rejections: []Rejection{{Share: 0.1}}, Outages: []Window{{}},
			OddCodings: 2, Poison: 2,
		},
		Receipts: Receipts{
			Failed: 0.6, Expired: 0.6, Early: 3, Form: "song", FailCodes: []uint16{1000}, IDs: IDForm{TLV: "x"},
		},
		Phones:  Phones{Off: 2, TwoG: -1},
		Answers: Answers{Share: 2, Picks: []float64{0.8, 0.8}, Styles: Styles{Plain: -1}, ChangeOfMind: 2},
	}
	err := p.Validate()
	if !fault.Is(err, fault.Invalid) {
		t.Fatalf("Validate() = %v, want invalid", err)
	}
	for _, path := range []string{
		"network.responseDelay", "network.lostResponses", "network.dropAfter", "network.longAnswers",
		"network.throttle.share", "network.throttle.perSecond",
		"network.rejections[0].status", "network.outages[0]", "network.oddCodings",
		"network.poison", "receipts.failed", "receipts.early", "receipts.form", "receipts.failCodes", "receipts.ids",
		"phones.off", "phones.twoG", "answers.share", "answers.picks", "answers.styles", "answers.changeOfMind",
	} {
		if !strings.Contains(err.Error(), path+" ") {
			t.Errorf("%s is not named in %v", path, err)
		}
	}
}
