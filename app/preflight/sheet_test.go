package preflight_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"noroshi/app/broadcast"
	"noroshi/app/config"
	"noroshi/app/country"
	"noroshi/app/directory"
	"noroshi/app/directory/group"
	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/preflight"
	"noroshi/app/scope"
)

// asia adds a slow second route with a tariff that serves Thailand and Malaysia by a name, and a number for answers.
func (o *office) asia() {
	r := config.RouteDefaults()
	r.Name, r.Sender, r.Rate, r.Countries = "asia", "AOMINE", 1, []string{"TH", "MY", "VN"}
	r.ReplyMode, r.ReplyNumber, r.CostPerPart, r.Currency = "number", "66800000001", 9, "JPY"
	o.routes = append(o.routes, r)
	o.routes[0].CostPerPart, o.routes[0].Currency = 4, "JPY"
}

func plainText(text string) broadcast.Content {
	c := content(text)
	c.Choices = nil
	return c
}

func find(s preflight.Sheet, code, cc string) (preflight.Warning, bool) {
	at := slices.IndexFunc(s.Warnings, func(w preflight.Warning) bool { return w.Code == code && w.Country == cc })
	if at < 0 {
		return preflight.Warning{}, false
	}
	return s.Warnings[at], true
}

func TestSheetIsByCountryAndRoute(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.asia()
	for i := range 3 {
		o.add(t, "森 舞", "ja", fmt.Sprintf("090-1111-000%d", i))
	}
	o.add(t, "Somchai", "th", "+66 81 234 5678")
	o.add(t, "Anong", "th", "+66 81 234 5679")
	s := o.sheet(t, plainText(strings.Repeat("あ", 71)))
	if len(s.Groups) != 2 {
		t.Fatalf("groups = %+v, want two", s.Groups)
	}
	jp, th := s.Groups[0], s.Groups[1]
	want := preflight.Group{
		Country: "JP", Route: "main", People: 3, Messages: 3, Parts: 6, Submits: 6, Each: 2, Most: 2, UCS2: 3, Seconds: 3,
		Cost: preflight.Money{Currency: "JPY", Minor: 24}, ReplyTo: "818000000110",
	}
	if jp != want {
		t.Errorf("Japan = %+v, want %+v", jp, want)
	}
	want = preflight.Group{
		Country: "TH", Route: "asia", People: 2, Messages: 2, Parts: 4, Submits: 4, Each: 2, Most: 2, UCS2: 2, Seconds: 4,
		Cost: preflight.Money{Currency: "JPY", Minor: 36}, ReplyTo: "66800000001",
	}
	if th != want {
		t.Errorf("Thailand = %+v, want %+v", th, want)
	}
	if !slices.Equal(s.Costs, []preflight.Money{{Currency: "JPY", Minor: 60}}) || s.Seconds != 4 || s.PerSecond != 3 {
		t.Errorf("costs %v, %v s at %v a second", s.Costs, s.Seconds, s.PerSecond)
	}
	if s.Parts != jp.Parts+th.Parts || s.People != jp.People+th.People {
		t.Errorf("the sheet has %d parts and %d people, its groups others", s.Parts, s.People)
	}
}

// A route whose operator carries registered texts only refuses each text that names no registration.
func TestSheetWantsTheIDOfARegisteredText(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.asia()
	o.routes[1].TLVs = []config.TLV{{Tag: "0x1401", Type: "cstring", Value: config.TemplateID}}
	o.add(t, "森 舞", "ja", "090-1111-0001")
	o.add(t, "Somchai", "th", "+66 81 234 5678")
	o.add(t, "Anong", "th", "+66 81 234 5679")
	c := plainText("Evacuate")
	at := slices.IndexFunc(o.sheet(t, c).Warnings, func(w preflight.Warning) bool {
		return w.Code == "template_id_missing" && w.Blocking && w.Route == "asia" && w.People == 2 &&
			w.Path == "bodies[0].templateId"
	})
	if at < 0 {
		t.Errorf("warnings = %+v, want the missing id of the text", o.sheet(t, c).Warnings)
	}
	c.Bodies[0].TemplateID = "1107160000000012345"
	for _, w := range o.sheet(t, c).Warnings {
		if w.Code == "template_id_missing" {
			t.Errorf("warning with an id: %+v", w)
		}
	}
}

func TestSheetSaysWhatRemovingCharactersSaves(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.asia()
	for i := range 9 {
		o.add(t, "森 舞", "ja", fmt.Sprintf("090-1111-000%d", i))
	}
	o.add(t, "マリア・サントス・デ・ラ・クルス・ペレイラ", "ja", "090-1111-0010")
	// 73 units for 森 舞: three too many. 91 for the longest name.
	s := o.sheet(t, plainText("{{name}}"+strings.Repeat("あ", 70)))
	got := s.Texts[0]
	if got.Shorten != (preflight.Saving{Characters: 3, Parts: 9, Cost: preflight.Money{Currency: "JPY", Minor: 36}}) {
		t.Errorf("shorten = %+v, want 3 characters for 9 parts and 36 yen", got.Shorten)
	}
	if got.TypicalUnits != 73 || got.TypicalParts != 2 || got.Counted.Units != 91 || got.PartsSaved != 10 {
		t.Errorf("typical %d units in %d parts, longest %d; %d saved", got.TypicalUnits, got.TypicalParts,
			got.Counted.Units, got.PartsSaved)
	}
}

func TestSheetNamesTheCharactersThatForceUCS2(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(t, "Lim Wei", "en", "+81 90 1111 0001")
	c := plainText("Don’t “panic” – don’t run")
	c.Bodies[0].Language = "en"
	got := o.sheet(t, c).Texts[0]
	want := []preflight.Forced{
		{Char: '’', At: 3, Count: 2}, {Char: '“', At: 6, Count: 1}, {Char: '”', At: 12, Count: 1},
		{Char: '–', At: 14, Count: 1},
	}
	if !slices.Equal(got.Forced, want) {
		t.Errorf("forced = %+v, want %+v", got.Forced, want)
	}
	if got.Safe.Text != `Don't "panic" - don't run` || got.Safe.Parts != 1 || got.Plain.Text != "" {
		t.Errorf("safe = %+v, plain = %+v", got.Safe, got.Plain)
	}
	// One letter more that no safe character replaces, and the offer would change nothing.
	c.Bodies[0].Text += " ž"
	if got := o.sheet(t, c).Texts[0]; got.Safe.Text != "" {
		t.Errorf("safe = %+v, want no offer", got.Safe)
	}
}

func TestLabelsAreTransliteratedWithTheText(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(t, "Lim Wei", "en", "+81 90 1111 0001")
	c := content("Reply")
	c.Bodies[0].Language = "en"
	c.Choices[0].Label, c.Choices[1].Label = "I’m safe", "Help"
	got := o.sheet(t, c).Texts[0]
	if got.Safe.Text != "Reply" || !slices.Equal(got.Safe.Labels, []string{"I'm safe", "Help"}) {
		t.Errorf("safe = %+v", got.Safe)
	}
}

func TestVietnameseIsOfferedWithoutDiacriticsByItself(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.asia()
	o.add(t, "An", "vi", "+84 91 234 5678")
	c := plainText("{{name}} {{tên}}: Động đất mạnh – trả lời")
	c.Bodies[0].Language = "vi"
	got := o.sheet(t, c).Texts[0]
	if got.Safe.Text != "" || got.Plain.Text != "{{name}} {{tên}}: Dong dat manh - tra loi" {
		t.Errorf("safe = %+v, plain = %+v", got.Safe, got.Plain)
	}
	c.Bodies[0].Language = "en"
	if got := o.sheet(t, c).Texts[0]; got.Plain.Text != "" {
		t.Errorf("plain = %+v for a text that is not Vietnamese", got.Plain)
	}
}

func TestSlowRoutesAreCountedAsTheyAreNow(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for i := range 10 {
		o.add(t, "森 舞", "ja", fmt.Sprintf("090-1111-00%02d", i))
	}
	two := []gateway.Session{{State: gateway.Bound}, {State: gateway.Down}}
	for _, c := range []struct {
		name   string
		edit   func(*config.Route)
		health gateway.Health
		want   float64
		down   bool
	}{
		{"at the contract", nil, gateway.Health{State: gateway.Bound, Cut: 1}, 5, false},
		{"slowed down", nil, gateway.Health{State: gateway.Throttling, Cut: 0.25}, 20, false},
		{"with one session of two", func(r *config.Route) { r.BindRate, r.Binds = 1, 2 },
			gateway.Health{State: gateway.Bound, Sessions: two}, 10, false},
		{"without a contract", func(r *config.Route) { r.Rate = 0 },
			gateway.Health{State: gateway.Bound, Window: 10, ResponseMS: 2000}, 2, false},
		{"nothing known", func(r *config.Route) { r.Rate = 0 }, gateway.Health{State: gateway.Bound}, 0, false},
		{"lost", nil, gateway.Health{State: gateway.Down}, 5, true},
	} {
		was := o.routes[0]
		if c.edit != nil {
			c.edit(&o.routes[0])
		}
		o.health = map[string]gateway.Health{"main": c.health}
		s := o.sheet(t, plainText("森"))
		o.routes[0] = was
		if s.Seconds != c.want {
			t.Errorf("%s: %v s, want %v", c.name, s.Seconds, c.want)
		}
		if _, down := find(s, "route_not_connected", ""); down != c.down {
			t.Errorf("%s: warned %v, want %v", c.name, down, c.down)
		}
	}
}

func TestStagesAreServedOneAfterTheOther(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	g, err := o.directory.CreateGroup(t.Context(), directory.GroupDraft{Name: "wardens", Priority: group.First})
	if err != nil {
		t.Fatalf("CreateGroup: %v", err)
	}
	for i := range 6 {
		d := directory.Draft{Name: "森", Phones: []directory.PhoneDraft{{Raw: fmt.Sprintf("090-1111-000%d", i)}}}
		if i > 3 { // the highest numbers go first
			d.Groups = append(d.Groups, g.ID)
		}
		if _, err := o.directory.Create(t.Context(), scope.Everything(), d); err != nil {
			t.Fatalf("create: %v", err)
		}
	}
	s := o.sheet(t, plainText("森"))
	want := []preflight.Stage{
		{Priority: group.First, People: 2, Parts: 2, Seconds: 1}, {Priority: group.Normal, People: 4, Parts: 4, Seconds: 3},
	}
	if !slices.Equal(s.Stages, want) {
		t.Errorf("stages = %+v, want %+v", s.Stages, want)
	}
}

func TestTooManyPartsForARouteAreRefusedBeforeSending(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.asia()
	o.routes[1].MaxSegments = 2
	o.add(t, "森 舞", "ja", "090-1111-0001")
	o.add(t, "Somchai", "th", "+66 81 234 5678")
	s := o.sheet(t, plainText(strings.Repeat("あ", 140)))
	w, ok := find(s, "sms_too_many_parts", "")
	if !ok || !w.Blocking || w.Route != "asia" || w.People != 1 || w.Params["parts"] != "3" || w.Params["max"] != "2" ||
		w.Params["save"] != "6" {
		t.Errorf("warning = %+v, want 3 parts of 2, 6 characters too many", w)
	}
	if s.Parts != 6 {
		t.Errorf("parts = %d: nothing is cut", s.Parts)
	}
	if err := s.Refusal(); fault.CodeOf(err) != "sms_too_many_parts" || !fault.Is(err, fault.Conflict) {
		t.Errorf("Refusal = %v", err)
	}
	if err := o.sheet(t, plainText("森")).Refusal(); err != nil {
		t.Errorf("Refusal of a short text = %v", err)
	}
	if got := blocking(o.sheet(t, plainText(strings.Repeat("あ", 134)))); got != nil {
		t.Errorf("two parts: blocking = %v", got)
	}
}

func TestCountriesWarnWithTheirPeopleAndAWayOut(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.asia()
	o.add(t, "森 舞", "ja", "090-1111-0001")
	o.add(t, "Somchai", "th", "+66 81 234 5678")
	o.add(t, "Anong", "th", "+66 81 234 5679")
	o.add(t, "Aminah", "en", "+60 12-345 6789")
	c := content("返信 https://a.example")
	s := o.sheet(t, c)
	th, ok := find(s, "country_number_missing", "TH")
	if !ok || th.People != 2 || th.Blocking || !slices.Equal(th.Ways, []country.Way{country.InsertReplyNumber}) {
		t.Errorf("Thailand = %+v", th)
	}
	if my, ok := find(s, "country_link_blocked", "MY"); !ok || my.People != 1 || my.Params["link"] != "https://a.example" {
		t.Errorf("Malaysia = %+v", my)
	}
	for _, w := range s.Warnings {
		if w.Country == "JP" {
			t.Errorf("Japan = %+v", w)
		}
	}
	c.Bodies[0].Text = "返信先 {{reply_number}}"
	s = o.sheet(t, c)
	if _, ok := find(s, "country_number_missing", "TH"); ok {
		t.Error("the number is in the text and still missed")
	}
	if _, ok := find(s, "country_number_blocked", "MY"); !ok {
		t.Error("the number in the text is let through to Malaysia")
	}
	if got := blocking(s); got != nil {
		t.Errorf("blocking = %v: networks have the last word", got)
	}
}

func TestACountryWithoutACardIsSaid(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(t, "Ann", "en", "+44 7400 123456")
	s := o.sheet(t, plainText("森"))
	if w, ok := find(s, "country_no_card", "GB"); !ok || w.People != 1 {
		t.Errorf("warnings = %+v", s.Warnings)
	}
}

func TestPeopleNoRouteLeadsToAreNamedByCountry(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.routes[0].Countries = []string{"JP"}
	o.add(t, "森 舞", "ja", "090-1111-0001")
	o.add(t, "Somchai", "th", "+66 81 234 5678")
	s := o.sheet(t, plainText("森"))
	if w, ok := find(s, "no_route_for_some", "TH"); !ok || w.People != 1 || w.Blocking {
		t.Errorf("warning = %+v", w)
	}
	want := preflight.Group{Country: "TH", People: 1}
	if last := s.Groups[len(s.Groups)-1]; last != want {
		t.Errorf("last group = %+v, want %+v", last, want)
	}
}
