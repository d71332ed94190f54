package preflight_test

import (
	"crypto/rand"
	"slices"
	"testing"
	"time"

	"noroshi/app/audience"
	"noroshi/app/broadcast"
	"noroshi/app/config"
	"noroshi/app/country"
	"noroshi/app/directory"
	"noroshi/app/gateway"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/preflight"
	"noroshi/app/question"
	"noroshi/app/scope"
	"noroshi/app/smstext"
	"noroshi/app/store"
)

// office is a directory of a few people behind a preview.
type office struct {
	*preflight.Service
	directory *directory.Service
	routes    []config.Route
	health    map[string]gateway.Health
	now       time.Time
}

func newOffice(t *testing.T) *office {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{
		Dir: t.TempDir(), Key: make([]byte, 32), Now: time.Now, Random: rand.Reader,
	})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { _ = st.Close() })
	route := config.RouteDefaults()
	route.Name, route.Sender, route.Rate = "main", "818000000110", 2
	o := &office{routes: []config.Route{route}, now: time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)}
	o.directory = directory.New(directory.Options{
		Store: st, IDs: id.NewSource(time.Now, func() uint32 { return 0 }), Now: time.Now,
		Country: func() string { return "JP" },
	})
	o.Service = preflight.New(preflight.Options{
		Audiences: audience.New(st, o.directory),
		Routes:    func(broadcast.Mode) ([]config.Route, []bool) { return o.routes, allOf(len(o.routes)) },
		Language:  func() string { return "ja" },
		Taken:     func(broadcast.Mode) []string { return []string{"A"} },
		Cards: func() (country.Cards, error) {
			cards := country.Cards{}
			for _, c := range country.Delivered() {
				cards[c.Country] = c
			}
			return cards, nil
		},
		Health: func(name string) (gateway.Health, bool) { h, ok := o.health[name]; return h, ok },
		Now:    func() time.Time { return o.now },
	})
	return o
}

func allOf(n int) []bool {
	all := make([]bool, n)
	for i := range all {
		all[i] = true
	}
	return all
}

func (o *office) add(t *testing.T, name, language string, phones ...string) {
	t.Helper()
	d := directory.Draft{Name: name, Language: language}
	for _, p := range phones {
		d.Phones = append(d.Phones, directory.PhoneDraft{Raw: p})
	}
	if _, err := o.directory.Create(t.Context(), scope.Everything(), d); err != nil {
		t.Fatalf("create: %v", err)
	}
}

func (o *office) sheet(t *testing.T, c broadcast.Content) preflight.Sheet {
	t.Helper()
	s, err := o.Preview(t.Context(), scope.Everything(), c)
	if err != nil {
		t.Fatalf("Preview: %v", err)
	}
	if s.Selected != s.Unreachable+s.OptedOut+s.People {
		t.Errorf("selected %d, but %d + %d + %d", s.Selected, s.Unreachable, s.OptedOut, s.People)
	}
	return s
}

func content(text string) broadcast.Content {
	return broadcast.Content{
		Title: "t", Mode: broadcast.Live, Urgency: broadcast.Normal, Bodies: []broadcast.Body{{Language: "ja", Text: text}},
		Choices:   []question.Choice{{Label: "無事", Tone: question.OK}, {Label: "救助", Tone: question.Bad}},
		Selection: broadcast.Selection{Everyone: true},
	}
}

func blocking(s preflight.Sheet) (codes []string) {
	for _, w := range s.Warnings {
		if w.Blocking {
			codes = append(codes, w.Code)
		}
	}
	return codes
}

func TestPreviewCountsEveryPersonsOwnText(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(t, "森 舞", "ja", "090-1111-0001")
	o.add(t, "マリア・サントス・デ・ラ・クルス", "ja", "090-1111-0002")
	o.add(t, "同じ 電話", "ja", "090-1111-0002")
	o.add(t, "電話 なし", "ja")
	o.add(t, "固定 電話", "ja", "045-681-1111")
	// 70 units for 森 舞 with the choices' lines, 83 for the longest name.
	text := "{{name}}様 " + string(slices.Repeat([]rune("あ"), 53))
	s := o.sheet(t, content(text))
	if s.People != 3 || s.Messages != 2 || s.Unreachable != 2 {
		t.Errorf("people %d, messages %d, unreachable %d; want 3, 2, 2", s.People, s.Messages, s.Unreachable)
	}
	if s.Reasons[message.UnreachableNoPhone] != 1 || s.Reasons[message.UnreachableNotMobile] != 1 {
		t.Errorf("reasons = %v", s.Reasons)
	}
	if s.Parts != 3 || s.Seconds != 1.5 {
		t.Errorf("parts %d in %v s, want 3 in 1.5 s at 2 a second", s.Parts, s.Seconds)
	}
	longest := s.Texts[0]
	if longest.SampleName != "マリア・サントス・デ・ラ・クルス" || longest.Counted.Encoding != smstext.UCS2 {
		t.Errorf("longest = %+v", longest)
	}
	if longest.Counted.ToSave != longest.Counted.Units-70 || longest.PartsSaved != 1 {
		t.Errorf("to save %d of %d units for %d parts", longest.Counted.ToSave, longest.Counted.Units, longest.PartsSaved)
	}
	if !slices.Equal(s.Codes, []string{"B", "C"}) {
		t.Errorf("codes = %v: A is in use elsewhere", s.Codes)
	}
	if got := blocking(s); got != nil {
		t.Errorf("blocking = %v", got)
	}
}

func TestPreviewSaysWhatKeepsItFromGoingOut(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(t, "電話 なし", "ja")
	cases := []struct {
		name string
		edit func(*broadcast.Content)
		code string
	}{
		{"nobody can be reached", func(*broadcast.Content) {}, "nobody_reachable"},
		{"nobody is selected", func(c *broadcast.Content) { c.Selection = broadcast.Selection{} }, "required"},
		{"a variable is not closed", func(c *broadcast.Content) { c.Bodies[0].Text = "{{name" }, "variable_not_closed"},
		{"a label is missing", func(c *broadcast.Content) { c.Choices[1].Label = " " }, "required"},
	}
	for _, c := range cases {
		edited := content("返信してください")
		c.edit(&edited)
		if got := blocking(o.sheet(t, edited)); !slices.Contains(got, c.code) {
			t.Errorf("%s: blocking = %v, want %s", c.name, got, c.code)
		}
	}
	o.routes = nil
	if got := blocking(o.sheet(t, content("返信"))); !slices.Contains(got, "no_route") {
		t.Errorf("without a route: blocking = %v", got)
	}
}

func TestPreviewOffersSafeCharacters(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(t, "Lim Wei", "en", "+65 9100 1367")
	c := content("Reply with “one” letter…")
	c.Bodies[0].Language = "en"
	c.Choices = nil
	s := o.sheet(t, c)
	if got := s.Texts[0]; got.Counted.ForcedBy != '“' || got.Safe.Text != `Reply with "one" letter...` {
		t.Errorf("forced by %q, safe %q", got.Counted.ForcedBy, got.Safe.Text)
	}
}
