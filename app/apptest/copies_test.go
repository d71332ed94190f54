package apptest_test

import (
	"strings"
	"testing"
	"time"

	"noroshi/app/apptest"
	"noroshi/app/broadcast"
	"noroshi/app/directory"
	"noroshi/app/message"
	"noroshi/app/question"
	"noroshi/app/simulator"
	"noroshi/app/simulator/people"
)

// received returns the texts on a phone.
func received(t *testing.T, sim *simulator.SMSC, number string) []string {
	t.Helper()
	h, err := sim.Handset(number)
	if err != nil {
		t.Fatalf("Handset(%s): %v", number, err)
	}
	var out []string
	for _, b := range h.Bubbles {
		if b.Direction == simulator.Received {
			out = append(out, b.Text)
		}
	}
	return out
}

// opened launches a broadcast and waits until everything is handed over and reported on.
func opened(t *testing.T, w *apptest.World, sim *simulator.SMSC, c broadcast.Content) broadcast.Broadcast {
	t.Helper()
	b := w.MustLaunch(t, c)
	tell(t, w, sim, b.ID)
	apptest.Within(t, "the broadcast is open", func() bool { return w.State(t, b.ID) == broadcast.Open })
	apptest.Within(t, "the network has nothing more to say", func() bool { return sim.Stats().Pending == 0 })
	return b
}

func TestTwoPeopleOnOnePhoneGetOneTextAndAnswerTogether(t *testing.T) {
	t.Parallel()
	sim := smsc(t, simulator.Options{Population: simulator.Perfect(), Handsets: 100})
	w := apptest.Start(t, apptest.Options{Routes: routes(sim)})
	w.MustRegister(t, []directory.Draft{
		apptest.Person("Hana", apptest.Number(1)), apptest.Person("Taro", apptest.Number(1)),
		apptest.Person("Ken", apptest.Number(2)),
	})
	c := apptest.Safety(broadcast.Urgent)
	c.Bodies[0].Text = "{{name}}, are you safe?"
	b := opened(t, w, sim, c)
	if got := sim.Submits(apptest.Number(1)); got != 1 {
		t.Errorf("the shared phone got %d texts, want 1", got)
	}
	text := received(t, sim, apptest.Number(1))[0]
	if !strings.Contains(text, "Hana") || !strings.Contains(text, "Taro") {
		t.Errorf("the shared phone got %q, want both names", text)
	}
	if text := received(t, sim, apptest.Number(2))[0]; !strings.HasPrefix(text, "Ken, are you safe?") {
		t.Errorf("Ken got %q", text)
	}
	w.Say(t, apptest.Number(1), "A")
	counts := w.CheckCounts(t, b.ID)
	if counts.Choice(0) != 2 || counts.Group("delivered") != 3 {
		t.Errorf("%d answered A and %d have it, want 2 and 3", counts.Choice(0), counts.Group("delivered"))
	}
	for person := range uint32(2) {
		if f := w.Questions.Room(b.ID).Current(person).Flags; f&question.Shared == 0 {
			t.Errorf("the answer of person %d is not marked as of a shared number", person)
		}
	}
}

func TestAllPhonesOfAPersonCountOnce(t *testing.T) {
	t.Parallel()
	const n = 600
	pop := simulator.Perfect()
	pop.Receipts.Failed, pop.Receipts.FailCodes = 0.5, []uint16{1}
	pop.Network.Rejections = []people.Rejection{{Share: 0.2, Status: 0x0B}}
	sim := smsc(t, simulator.Options{Population: pop, Seed: 3})
	w := apptest.Start(t, apptest.Options{Routes: routes(sim)})
	drafts := make([]directory.Draft, n)
	for i := range drafts {
		// Their phones lie far apart, so the first have their outcome before the last are written.
		drafts[i] = apptest.Person("Somebody", apptest.Number(i), apptest.Number(20_000+i), apptest.Number(10_000+i%50))
	}
	w.MustRegister(t, drafts)
	c := apptest.Safety(broadcast.Urgent)
	c.AllPhones = true
	b := w.MustLaunch(t, c)
	stop := w.Watch(t, b.ID)
	apptest.Within(t, "the broadcast is open", func() bool { return w.State(t, b.ID) == broadcast.Open })
	apptest.Within(t, "the network has nothing more to say", func() bool { return sim.Stats().Pending == 0 })
	stop()
	counts := w.CheckCounts(t, b.ID)
	if got := counts.Group("audience"); got != n {
		t.Errorf("audience = %d, want %d", got, n)
	}
	if got := counts.Parts; got != 2*n+50 {
		t.Errorf("parts = %d, want %d", got, 2*n+50)
	}
	if counts.Group("delivered") <= n/2 || counts.Group("failed") == 0 {
		t.Errorf("delivered %d, failed %d: the best of three phones should count",
			counts.Group("delivered"), counts.Group("failed"))
	}
}

func TestLongTextsInSeveralLanguages(t *testing.T) {
	t.Parallel()
	sim := smsc(t, simulator.Options{Population: simulator.Perfect(), Handsets: 1000})
	w := apptest.Start(t, apptest.Options{Routes: routes(sim)})
	drafts := apptest.Everybody(400)
	for i := range drafts {
		drafts[i].Language = []string{"en", "ja", "th", ""}[i%4]
	}
	w.MustRegister(t, drafts)
	c := apptest.Safety(broadcast.Urgent)
	long := strings.Repeat("All work stops until the line manager says otherwise. ", 7)
	japanese := strings.Repeat("係員の指示があるまで作業を中止してください。", 9)
	c.Bodies = []broadcast.Body{
		{Language: "en", Text: "{{name}} ({{department}}): " + long},
		{Language: "ja", Text: "{{name}}さん。" + japanese, Labels: []string{"無事", "けが", "助けて"}},
	}
	b := opened(t, w, sim, c)
	counts := w.CheckCounts(t, b.ID)
	if got := counts.Group("delivered"); got != 400 {
		t.Errorf("delivered = %d, want 400", got)
	}
	parts := 0
	for i, d := range drafts {
		text := received(t, sim, apptest.Number(i))
		want, label := d.Name+" ("+d.Department+"): "+long, "A:Safe"
		if i%2 == 1 { // Japanese, and the organisation's language for those who have none
			want, label = d.Name+"さん。"+japanese, "A:無事"
		}
		if len(text) != 1 || !strings.HasPrefix(text[0], strings.TrimRight(want, " ")) || !strings.Contains(text[0], label) {
			t.Fatalf("person %d (%s) got %q", i, d.Language, text)
		}
		parts += apptest.Submits(sim)[apptest.Number(i)].Parts
	}
	if counts.Parts != parts || counts.PartsSent != parts || parts < 3*400 {
		t.Errorf("parts %d, sent %d, by the simulator %d", counts.Parts, counts.PartsSent, parts)
	}
}

func TestLongTextsThroughTrouble(t *testing.T) {
	t.Parallel()
	const n = 1000
	p := trouble()
	p.Network.DropAfter, p.Network.DropTimes = 900, 3
	p.Network.LostResponses = 0
	p.Network.Throttle = people.Throttle{}
	sim := smsc(t, simulator.Options{Population: p, Seed: 11})
	w := apptest.Start(t, apptest.Options{Routes: routes(sim)})
	w.MustRegister(t, apptest.Everybody(n))
	c := apptest.Safety(broadcast.Urgent)
	c.Bodies[0].Text = "{{name}}: " + strings.Repeat("Leave the building by the north stairs. ", 9)
	b := w.MustLaunch(t, c)
	stop := w.Watch(t, b.ID)
	tell(t, w, sim, b.ID)
	apptest.Within(t, "the broadcast is open", func() bool { return w.State(t, b.ID) == broadcast.Open })
	apptest.Within(t, "the network has nothing more to say", func() bool { return sim.Stats().Pending == 0 })
	stop()
	if sim.Stats().Drops == 0 {
		t.Error("no session was cut")
	}
	w.CheckCounts(t, b.ID)
	book := w.Messages.Book(b.ID)
	w.EachReached(t, b.ID, apptest.Submits(sim), func(r apptest.Reach) {
		if r.Count.Surplus > 0 && !r.Reached.Uncertain {
			t.Errorf("person %d got %d parts too many and is not marked", r.Person, r.Count.Surplus)
		}
		if s := r.Reached.Standing; (s == message.StandDelivered || s == message.StandAccepted) && r.Count.Parts != 3 {
			t.Errorf("person %d stands at %s with %d of 3 parts", r.Person, s.Group(), r.Count.Parts)
		}
	})
	if book.Pending() != 0 {
		t.Errorf("%d parts are left", book.Pending())
	}
}

func TestMessageIDsInOtherNotations(t *testing.T) {
	t.Parallel()
	const n = 6000 // ids 1000 to 7000: 1000 to 1999 in decimal are also somebody's hexadecimal
	for _, c := range []struct {
		form string
		ids  people.IDForm
	}{
		{"auto", people.IDForm{Resp: people.Hex, Text: people.Decimal, TLV: people.Decimal}},
		{"auto", people.IDForm{Resp: people.Decimal, Text: people.HexUpper, TLV: people.HexUpper}},
		{"hex_dec", people.IDForm{Resp: people.HexPadded, Text: people.Decimal, TLV: people.Decimal}},
		{"exact", people.IDForm{Resp: people.Decimal}},
	} {
		t.Run(c.form+"_"+string(c.ids.Resp), func(t *testing.T) {
			t.Parallel()
			pop := simulator.Perfect()
			pop.Receipts = people.Receipts{
				IDs: c.ids, Failed: 0.3, FailCodes: []uint16{1},
				Delay: people.Spread{Median: 400 * time.Millisecond, Max: 600 * time.Millisecond},
			}
			sim := smsc(t, simulator.Options{Population: pop, FirstID: 1000, Seed: 5, Handsets: n})
			line := routes(sim)
			line[0].MsgIDForm = c.form
			w := apptest.Start(t, apptest.Options{Routes: line})
			w.MustRegister(t, apptest.Everybody(n))
			b := opened(t, w, sim, apptest.Safety(broadcast.Urgent))
			counts := w.CheckCounts(t, b.ID)
			st := sim.Stats()
			if counts.Group("delivered") != int(st.Delivered) || counts.Group("failed") != int(st.Failed) {
				t.Errorf("delivered %d, failed %d; the simulator has %d and %d", counts.Group("delivered"), counts.Group("failed"),
					st.Delivered, st.Failed)
			}
			w.EachReached(t, b.ID, nil, func(r apptest.Reach) {
				h, err := sim.Handset(r.Number)
				if err != nil || (h.Bubbles[0].State == simulator.Delivered) != (r.Reached.Standing == message.StandDelivered) {
					t.Errorf("person %d stands at %s, the phone at %v (%v)", r.Person, r.Reached.Standing.Group(), h.Bubbles, err)
				}
			})
			if l := w.Delivery.Load(); l.Orphans != 0 {
				t.Errorf("%d receipts found no part", l.Orphans)
			}
		})
	}
}
