package simulator_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"noroshi/app/fault"
	"noroshi/app/simulator"
	"noroshi/app/simulator/people"
	"noroshi/app/simulator/wire"
)

const question = "安否確認 青嶺精機\n記号1文字で返信してください。\nA:無事\nB:軽傷\nC:救助が必要"

// sendText submits a text of any length in a form and returns the responses.
func (c *client) sendText(to, text string, form wire.LongForm, ref uint16) []pdu {
	c.t.Helper()
	var out []pdu
	for _, p := range wire.Cut(wire.GSM7, text, form, ref) {
		seq := c.next()
		out = append(out, c.answer(seq, submitPiece(seq, to, p)))
	}
	return out
}

// said joins the answers a client got, by number in the order of arrival.
func said(t testing.TB, got []pdu) map[string][]string {
	t.Helper()
	type key struct {
		from  string
		ref   uint16
		total byte
	}
	parts, out := map[key][][]byte{}, map[string][]string{}
	for _, d := range of(got, wire.DeliverSM) {
		if d.msg.ESMClass&0x3C != 0 {
			continue
		}
		from, text, part, header := string(d.msg.Source.Addr), d.msg.Text, d.msg.Part, 0
		if d.msg.ESMClass&wire.ESMUDHI != 0 {
			var ok bool
			if text, part, ok = wire.CutHeader(d.msg.Text); !ok {
				continue // poison
			}
			header = len(d.msg.Text) - len(text)
		}
		bodies := [][]byte{text}
		if part.Total > 1 {
			k := key{from, part.Ref, part.Total}
			if parts[k] == nil {
				parts[k] = make([][]byte, part.Total)
			}
			parts[k][part.Seq-1] = text
			if bodies = parts[k]; missing(bodies) {
				continue
			}
		}
		out[from] = append(out[from], wire.Join(wire.GSM7, d.msg.DataCoding, bodies, header))
	}
	return out
}

func missing(bodies [][]byte) bool {
	for _, b := range bodies {
		if b == nil {
			return true
		}
	}
	return false
}

func answering(style people.Styles) simulator.Population {
	return simulator.Population{Answers: people.Answers{Share: 1, Picks: []float64{1}, Styles: style}}
}

func TestPeopleAnswerWithTheCodesOfTheText(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		style people.Styles
		want  string
	}{
		"plain":      {people.Styles{}, "A"},
		"lower":      {people.Styles{Lower: 1}, "a"},
		"full width": {people.Styles{FullWidth: 1}, "Ａ"},
		"bracket":    {people.Styles{Bracket: 1}, "「A」"},
		"polite":     {people.Styles{Polite: 1}, "Aです"},
		"two codes":  {people.Styles{TwoCodes: 1}, "AかB"},
		"wrong code": {people.Styles{WrongCode: 1}, "Z"},
		"opt-out":    {people.Styles{OptOut: 1}, "配信停止"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, simulator.Options{Population: answering(tc.style)})
			c := bound(t, s)
			c.submit("819012345678", question)
			m := c.waitFor(wire.DeliverSM, 2)[1].msg
			if got := said(t, c.all())["819012345678"]; len(got) != 1 || got[0] != tc.want {
				t.Fatalf("answers = %q, want %q", got, tc.want)
			}
			if string(m.Dest.Addr) != "818000000110" || m.ESMClass&0x3C != 0 {
				t.Fatalf("the answer goes to %s with class %#x", m.Dest.Addr, m.ESMClass)
			}
			if st := settle(t, s); st.Answers.Acknowledged != 1 || st.Replies != 1 {
				t.Fatalf("Stats() = %+v", st)
			}
		})
	}
}

func TestEverybodyAnswersAsTheSeedSays(t *testing.T) {
	t.Parallel()
	p := simulator.Hostile()
	p.Network = people.Network{OddCodings: 0.5, Poison: 0.1}
	p.Receipts, p.Phones = people.Receipts{}, people.Phones{}
	p.Answers.Delay, p.Answers.ChangeDelay = people.Spread{}, people.Spread{}
	for _, form := range []wire.LongForm{wire.UDH8, wire.UDH16, wire.SAR, wire.InOneTLV} {
		t.Run(string(form), func(t *testing.T) {
			t.Parallel()
			p := p
			p.Network.LongAnswers = form
			s := start(t, simulator.Options{Seed: 5, Population: p})
			c := bound(t, s)
			const n = 300
			for i := range n {
				c.send(submission(c.next(), strconv.Itoa(819000000000+i), question))
			}
			c.waitFor(wire.SubmitSMResp, n)
			settle(t, s)
			got, menu := said(t, c.all()), people.Read(question)
			for i := range n {
				number := strconv.Itoa(819000000000 + i)
				k := people.KeyOf(number)
				var want []string
				for _, r := range p.Replies(5, k, 0, 3, false) {
					want = append(want, menu.Write(r.Pick, r.Style, k))
				}
				if fmt.Sprint(got[number]) != fmt.Sprint(want) {
					t.Fatalf("a person said %q, want %q", got[number], want)
				}
			}
		})
	}
}

func TestLongTextsAreReadWhole(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("大きな地震がありました。", 12) + question
	for _, form := range []wire.LongForm{wire.UDH8, wire.UDH16, wire.SAR, wire.InOneTLV} {
		t.Run(string(form), func(t *testing.T) {
			t.Parallel()
			s := start(t, simulator.Options{Handsets: 5, Population: answering(people.Styles{})})
			c := bound(t, s)
			parts := c.sendText("8190", long, form, 300)
			settle(t, s)
			h, err := s.Handset("8190")
			if err != nil || len(h.Bubbles) != 2 {
				t.Fatalf("Handset() = %+v, %v", h, err)
			}
			if b := h.Bubbles[0]; b.Text != long || b.Parts != len(parts) || b.State != simulator.Delivered {
				t.Fatalf("bubble = %+v", b)
			}
			if got := said(t, c.all())["8190"]; len(got) != 1 || got[0] != "A" {
				t.Fatalf("answers = %q, want A", got)
			}
		})
	}
}

func TestPartsMayComeInAnyOrderAndTwice(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{Population: answering(people.Styles{})})
	c := bound(t, s)
	pieces := wire.Cut(wire.GSM7, strings.Repeat("長い文章です。", 20)+question, wire.UDH8, 7)
	for _, i := range []int{2, 2, 0, 1} {
		seq := c.next()
		c.answer(seq, submitPiece(seq, "8190", pieces[i]))
	}
	settle(t, s)
	if got := said(t, c.all())["8190"]; len(got) != 1 {
		t.Fatalf("answers = %q, want one", got)
	}
	if st := s.Stats(); st.Surplus != 1 || st.Parts != 3 {
		t.Fatalf("surplus %d, parts %d, want 1 and 3", st.Surplus, st.Parts)
	}
}

func TestNobodyAnswersWhatCannotBeAnswered(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{Population: answering(people.Styles{})})
	c := bound(t, s)
	send := func(ton byte, from, to, text string) {
		seq := c.next()
		p := wire.Cut(wire.GSM7, text, wire.InOneTLV, 0)[0]
		c.answer(seq, wire.AppendMessage(nil, wire.SubmitSM, seq, &wire.Message{
			Source: wire.Address{TON: ton, Addr: []byte(from)}, Dest: wire.Address{TON: 1, NPI: 1, Addr: []byte(to)},
			DataCoding: p.DataCoding, Text: p.Text, Payload: p.Payload,
		}))
	}
	send(5, "AOMINE", "8190", question)                             // a name
	send(1, "818000000110", "8191", "no choices in here")           // nothing to choose
	send(5, "AOMINE", "8192", question+"\nReply to +66 2 000 0110") // a name, but a number in the text
	settle(t, s)
	got := said(t, c.all())
	if len(got) != 1 || len(got["8192"]) != 1 {
		t.Fatalf("answers = %v, want one of 8192", got)
	}
	if to := string(of(c.all(), wire.DeliverSM)[0].msg.Dest.Addr); to != "6620000110" {
		t.Fatalf("the answer goes to %s, want the number of the text", to)
	}
	if n := s.Stats().Unrepliable; n != 1 {
		t.Fatalf("Unrepliable = %d, want 1", n)
	}
	if err := s.Answer("8190", "A"); !fault.Is(err, fault.Conflict) {
		t.Fatalf("Answer() = %v, want conflict", err)
	}
}

func TestASecondCopyIsNotAnsweredAgainButANewTextIs(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{Population: answering(people.Styles{})})
	c := bound(t, s)
	c.submit("8190", question)
	c.submit("8190", question)
	c.submit("8190", "もう一度\nD:無事")
	settle(t, s)
	if got := said(t, c.all())["8190"]; fmt.Sprint(got) != "[A D]" {
		t.Fatalf("answers = %q, want A and D", got)
	}
}

func TestHandsetShowsWhatHappened(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{Handsets: 2, Bubbles: 3})
	c := bound(t, s)
	for i := range 3 {
		c.submit(strconv.Itoa(8190+i), question)
	}
	if err := s.Answer("8190", "C 2人"); err != nil {
		t.Fatalf("Answer() = %v", err)
	}
	settle(t, s)
	h, err := s.Handset("+8190")
	if err != nil {
		t.Fatalf("Handset() = %v", err)
	}
	if len(h.Bubbles) != 2 || !h.Answered || !h.Repliable || h.Language != "ja" || h.Submits != 1 {
		t.Fatalf("Handset() = %+v", h)
	}
	in, out := h.Bubbles[0], h.Bubbles[1]
	if in.With != "818000000110" || out.With != "818000000110" {
		t.Fatalf("with = %s and %s", in.With, out.With)
	}
	if in.Direction != simulator.Received || in.Text != question || in.State != simulator.Delivered {
		t.Fatalf("received = %+v", in)
	}
	if out.Direction != simulator.Wrote || out.Text != "C 2人" || out.State != simulator.Delivered {
		t.Fatalf("wrote = %+v", out)
	}
	if other, err := s.Handset("8192"); err != nil || len(other.Bubbles) != 0 {
		t.Fatalf("a phone beyond the bound = %+v, %v, want no bubbles", other, err)
	}
	if err := s.Answer("8192", "B"); err != nil {
		t.Fatalf("Answer() from it = %v", err)
	}
	for range 3 {
		c.submit("8191", "again")
	}
	settle(t, s)
	if h, _ := s.Handset("8191"); len(h.Bubbles) != 3 || h.Bubbles[0].Text != "again" || !h.Bubbles[2].Again {
		t.Fatalf("bubbles = %+v, want the newest three", h.Bubbles)
	}
}

func TestFailedAndWaitingBubbles(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{Handsets: 2, Population: simulator.Population{
		Receipts: people.Receipts{Failed: 1}, Phones: people.Phones{},
	}})
	c := bound(t, s)
	c.submit("8190", "x")
	settle(t, s)
	p := simulator.Perfect()
	p.Phones.Off = 1
	if err := s.Set(p); err != nil {
		t.Fatalf("Set() = %v", err)
	}
	c.submit("8190", "y")
	h, _ := s.Handset("8190")
	if h.Bubbles[0].State != simulator.Failed || h.Bubbles[1].State != simulator.Waiting || !h.Off {
		t.Fatalf("Handset() = %+v, want failed, waiting, off", h)
	}
	if err := s.Answer("8190", "A"); !fault.Is(err, fault.Conflict) {
		t.Fatalf("Answer() from a phone that is off = %v, want conflict", err)
	}
}

func TestLongAnswerByHandIsCut(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{Handsets: 1})
	c := bound(t, s)
	c.submit("8190", "how are you?")
	long := strings.Repeat("無事です。", 40)
	if err := s.Answer("8190", long); err != nil {
		t.Fatalf("Answer() = %v", err)
	}
	st := settle(t, s)
	if got := said(t, c.all())["8190"]; len(got) != 1 || got[0] != long || st.Answers.Acknowledged != 3 {
		t.Fatalf("answers = %q in %d parts, want 3", got, st.Answers.Acknowledged)
	}
	for err, want := range map[error]fault.Kind{
		s.Answer("8190", " "): fault.Invalid, s.Answer("999", "A"): fault.NotFound, s.SwitchOff("x", true): fault.NotFound,
	} {
		if !fault.Is(err, want) {
			t.Errorf("error = %v, want %v", err, want)
		}
	}
}

func TestHandsetsAreFilteredAndPaged(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{Handsets: 100})
	c := bound(t, s)
	for i := range 10 {
		text := question
		if i >= 7 {
			text = "Reply\nA:Safe"
		}
		c.submit(strconv.Itoa(8190+i), text)
	}
	settle(t, s)
	for _, err := range []error{s.Answer("8191", "A"), s.SwitchOff("8192", true), s.SetTwoG("8193", true)} {
		if err != nil {
			t.Fatalf("prepare: %v", err)
		}
	}
	yes, no := true, false
	for name, tc := range map[string]struct {
		q    simulator.HandsetQuery
		want int
	}{
		"all": {simulator.HandsetQuery{}, 10}, "answered": {simulator.HandsetQuery{Answered: &yes}, 1},
		"silent": {simulator.HandsetQuery{Answered: &no}, 9}, "off": {simulator.HandsetQuery{Off: &yes}, 1},
		"old": {simulator.HandsetQuery{TwoG: &yes}, 1}, "by number": {simulator.HandsetQuery{Search: "+8195"}, 1},
		"english": {simulator.HandsetQuery{Language: "en"}, 3},
	} {
		if got := s.Handsets(tc.q, simulator.Page{}); got.Total != tc.want || len(got.Handsets) != tc.want {
			t.Errorf("%s: %d of %d, want %d", name, len(got.Handsets), got.Total, tc.want)
		}
	}
	var numbers []string
	for after := ""; ; {
		page := s.Handsets(simulator.HandsetQuery{Off: &no}, simulator.Page{After: after, Limit: 4})
		for _, h := range page.Handsets {
			numbers = append(numbers, h.Number)
		}
		if after = page.Next; after == "" {
			break
		}
	}
	if got := strings.Join(numbers, " "); got != "8190 8191 8193 8194 8195 8196 8197 8198 8199" {
		t.Fatalf("pages gave %s", got)
	}
}

func TestHandsetsAreListedByTheirNewestText(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{Handsets: 100})
	c := bound(t, s)
	for _, number := range []string{"8190", "8191", "8192", "8193", "8190"} {
		c.submit(number, question)
		settle(t, s)
	}
	if err := s.Answer("8191", "A"); err != nil {
		t.Fatalf("Answer: %v", err)
	}
	list := func(q simulator.HandsetQuery, between func()) string {
		t.Helper()
		q.Newest = true
		var numbers []string
		for after := ""; ; {
			page := s.Handsets(q, simulator.Page{After: after, Limit: 2})
			for _, h := range page.Handsets {
				numbers = append(numbers, h.Number)
			}
			if after = page.Next; after == "" {
				return strings.Join(numbers, " ")
			}
			between()
		}
	}
	if got := list(simulator.HandsetQuery{}, func() {}); got != "8190 8193 8192 8191" {
		t.Errorf("pages gave %s", got)
	}
	named := simulator.HandsetQuery{Search: "93", Numbers: map[string]bool{"8191": true, "8199": true}}
	if got := list(named, func() {}); got != "8193 8191" {
		t.Errorf("a number or one of several gave %s", got)
	}
	if got := list(simulator.HandsetQuery{Numbers: map[string]bool{}}, func() {}); got != "" {
		t.Errorf("none of no numbers gave %s", got)
	}
	turned := list(simulator.HandsetQuery{}, func() {
		c.submit("8193", question)
		settle(t, s)
	})
	if turned != "8190 8193 8192 8191" {
		t.Errorf("pages that are turned while a text comes gave %s", turned)
	}
}

// Everything at once, with a client that sends again what the network did not take: nobody is left out.
func TestHostileNetworkTakesEverybodyInTheEnd(t *testing.T) {
	t.Parallel()
	p := simulator.Hostile()
	s := start(t, simulator.Options{Seed: 11, Scale: 20, Population: p, Handsets: 100})
	const n = 1500
	todo := map[string]bool{}
	for i := range n {
		todo[strconv.Itoa(819000000000+i)] = true
	}
	for round := 0; len(todo) > 0; round++ {
		if round > 60 {
			t.Fatalf("%d numbers are left after %d rounds", len(todo), round)
		}
		c := bound(t, s)
		sent := map[uint32]string{}
		for number := range todo {
			if len(sent) == 200 {
				break
			}
			seq := c.next()
			sent[seq] = number
			c.send(submission(seq, number, question))
		}
		got := c.wait("all responses or the end", func(got []pdu) bool {
			return c.closed || len(of(got, wire.SubmitSMResp)) == len(sent)
		})
		for _, r := range of(got, wire.SubmitSMResp) {
			if r.Status == wire.OK || r.Status == wire.InvalidDestination {
				delete(todo, sent[r.Sequence])
			}
		}
		_ = c.nc.Close()
	}
	bound(t, s)
	st := settle(t, s)
	refused := st.Refused[uint32(wire.InvalidDestination)]
	if st.Numbers+refused < n || st.Numbers > n || st.Parts != st.Numbers {
		t.Fatalf("numbers %d, refused %d, parts %d of %d", st.Numbers, refused, st.Parts, n)
	}
	if st.Delivered+st.Failed+st.Expired+st.Held != st.Accepted || st.Receipts.Acknowledged == 0 {
		t.Fatalf("Stats() = %+v", st)
	}
}
