package preflight

import (
	"context"
	"slices"
	"strconv"

	"noroshi/app/answer"
	"noroshi/app/audience"
	"noroshi/app/broadcast"
	"noroshi/app/config"
	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/message"
	"noroshi/app/phone"
	"noroshi/app/question"
	"noroshi/app/scope"
	"noroshi/app/smstext"
)

// Options are what the service needs.
type Options struct {
	Audiences *audience.Service
	// Routes returns the configured routes and whether each may carry a broadcast of that mode.
	Routes   func(broadcast.Mode) (routes []config.Route, allowed []bool)
	Language func() string // the organisation's
	// Taken returns the codes that other broadcasts hold or routes reserve, so that the proposed ones are those a review
	// will most likely give; nil for none.
	Taken func(broadcast.Mode) []string
}

// Service makes sheets.
type Service struct{ o Options }

// New returns a service.
func New(o Options) *Service { return &Service{o: o} }

// Sheet is what would happen.
type Sheet struct {
	Selected     int // people = Selected - Unreachable - OptedOut
	Unreachable  int
	OptedOut     int
	People       int
	Messages     int // texts; fewer than people where numbers are shared
	Parts        int
	Reasons      map[message.Standing]int // why people cannot be reached
	Texts        []Text
	Codes        []string // of the choices; proposed ones until the review reserves them
	Seconds      float64  // until the last person is served at the contracted speed; 0 when no limit is known
	PerSecond    float64
	ReplyNumbers []string
	Warnings     []Warning
}

// Text is what people of one language get.
type Text struct {
	Language   string
	People     int
	Counted    smstext.Counted // of the longest
	Parts      int             // of all people together
	PartsSaved int             // by taking Counted.ToSave units off everybody's text
	Sample     string          // the longest, as it would go out
	SampleName string
	Sender     string
	Safe       string // the body in safe characters, when that alone makes it GSM-7; "" otherwise
}

// Warning is something an admin should know; a blocking one keeps the broadcast from going out.
type Warning struct {
	Code     string
	Params   map[string]string
	People   int
	Blocking bool
	Path     string
}

// sheet gathers while people are read.
type sheet struct {
	Sheet
	c        broadcast.Content
	texts    broadcast.Texts
	routes   []config.Route
	allowed  []bool
	profiles []smstext.Profile
	per      []perText
	numbers  map[phone.Number]struct{}
	byRoute  []int // parts
	plain    map[[2]int]measured
	noRoute  int
	mute     int // people who cannot answer on their route
	organ    string
	byLang   map[string]int
}

type perText struct {
	Text
	savings map[[2]int]int // by parts and units to save: messages
	longest int            // place of the route of the sample
}

type measured struct {
	counted smstext.Counted
	text    string
}

// Preview returns the sheet of a content. A content that cannot be sent yields a sheet with blocking warnings, not an
// error; errors are failures of our own.
func (s *Service) Preview(ctx context.Context, sc scope.Scope, c broadcast.Content) (Sheet, error) {
	var taken []string
	if s.o.Taken != nil {
		taken = s.o.Taken(c.Mode)
	}
	c = c.WithCodes(propose(c, taken))
	sh := &sheet{
		c: c, numbers: map[phone.Number]struct{}{}, plain: map[[2]int]measured{}, organ: s.o.Language(),
		byLang: map[string]int{},
	}
	sh.Reasons = map[message.Standing]int{}
	sh.Codes = c.TypedCodes()
	sh.routes, sh.allowed = s.o.Routes(c.Mode)
	for i := range sh.routes {
		p, err := gateway.ProfileOf(&sh.routes[i])
		if err != nil {
			return Sheet{}, err
		}
		sh.profiles = append(sh.profiles, p)
	}
	sh.byRoute = make([]int, len(sh.routes))
	sh.content()
	texts, err := c.Texts()
	if err != nil {
		// content has said which body it is.
		return sh.Sheet, nil //nolint:nilerr // a body that cannot be read is a warning of the sheet
	}
	sh.texts = texts
	sh.per = make([]perText, len(c.Bodies))
	for i := range sh.per {
		sh.per[i].Language, sh.per[i].savings = c.Bodies[i].Language, map[[2]int]int{}
	}
	if !c.Selection.Empty() {
		want := audience.Want{Selection: c.Selection.Directory(), AllPhones: c.AllPhones, Vars: texts.Vars()}
		err = s.o.Audiences.Each(ctx, sc, want, func(r audience.Row, _ string) error {
			sh.person(&r)
			return nil
		})
		if err != nil {
			return Sheet{}, err
		}
	}
	sh.finish()
	return sh.Sheet, nil
}

// propose fills in letters for choices without a code, so that lengths are right before anything is reserved.
func propose(c broadcast.Content, taken []string) []string {
	codes := c.TypedCodes()
	free := 0
	for _, code := range codes {
		if code == "" {
			free++
		}
	}
	used := func(code string) bool { return slices.Contains(taken, code) || slices.Contains(codes, code) }
	chosen, err := answer.Allocate(free, used, nil)
	if err != nil {
		return codes // none to choose, or none left: the review says so
	}
	for i, code := range codes {
		if code == "" {
			codes[i], chosen = chosen[0], chosen[1:]
		}
	}
	return codes
}

// content warns of what is missing in the content itself.
func (sh *sheet) content() {
	err := sh.c.Ready()
	if err == nil {
		return
	}
	if e, ok := err.(*fault.Error); ok && len(e.Fields) > 0 { //nolint:errorlint // Ready returns it unwrapped
		for _, f := range e.Fields {
			sh.Warnings = append(sh.Warnings, Warning{Code: f.Code, Params: f.Params, Path: f.Path, Blocking: true})
		}
		return
	}
	sh.Warnings = append(sh.Warnings, Warning{Code: fault.CodeOf(err), Blocking: true})
}

func (sh *sheet) person(r *audience.Row) {
	sh.Selected++
	switch {
	case r.Standing == message.UnreachableOptedOut:
		sh.OptedOut++
		return
	case r.Standing != message.Waiting:
		sh.Unreachable++
		sh.Reasons[r.Standing]++
		return
	}
	sh.People++
	text, ok := sh.byLang[r.Language]
	if !ok {
		text = sh.texts.For(r.Language, sh.organ)
		sh.byLang[r.Language] = text
	}
	sh.per[text].People++
	for i, n := range r.Numbers {
		at := gateway.Choose(sh.routes, n, func(i int) bool { return sh.allowed[i] })
		if at < 0 {
			if i == 0 {
				sh.noRoute++
			}
			continue
		}
		if i == 0 && !sh.routes[at].Answers() {
			sh.mute++
		}
		if _, shared := sh.numbers[n]; !shared {
			sh.numbers[n] = struct{}{}
			sh.copy(r, n, text, at)
		}
	}
}

// copy measures one text on one route.
func (sh *sheet) copy(r *audience.Row, n phone.Number, text, route int) {
	key := [2]int{text, route}
	m, ok := sh.plain[key]
	if !ok {
		number := gateway.ReplyTextOf(&sh.routes[route], phone.Country(n), sh.texts.Languages()[text])
		body := sh.texts.Render(text, r.Vars, number)
		m.text = gateway.Dress(&sh.routes[route], body)
		m.counted = smstext.Count(m.text, sh.profiles[route])
		if sh.texts.Plain(text) && len(sh.routes[route].ReplyTexts) == 0 {
			sh.plain[key] = m
		}
	}
	parts := m.counted.AirParts
	t := &sh.per[text]
	sh.Messages++
	sh.Parts += parts
	sh.byRoute[route] += m.counted.Parts
	t.Parts += parts
	t.savings[[2]int{parts, m.counted.ToSave}]++
	if t.Sample == "" || m.counted.Units > t.Counted.Units ||
		m.counted.Units == t.Counted.Units && parts > t.Counted.AirParts {
		t.Counted, t.Sample, t.SampleName, t.longest = m.counted, m.text, r.Name, route
		t.Sender = sh.routes[route].Sender
	}
}

func (sh *sheet) finish() {
	for i := range sh.per {
		t := &sh.per[i]
		if t.Sample == "" {
			sh.empty(i, t)
		}
		for k, n := range t.savings {
			if k[0] == t.Counted.AirParts && k[0] > 1 && k[1] <= t.Counted.ToSave {
				t.PartsSaved += n
			}
		}
		if t.Counted.Encoding == smstext.UCS2 && t.Counted.ForcedAt >= 0 {
			if _, whole := smstext.Suggest(t.Sample); whole {
				t.Safe, _ = smstext.Suggest(sh.c.Bodies[i].Text)
			}
		}
		if t.Counted.Problem != "" {
			sh.Warnings = append(sh.Warnings, Warning{
				Code: t.Counted.Problem, Blocking: true, Path: "bodies[" + strconv.Itoa(i) + "].text", People: t.People,
				Params: map[string]string{"parts": strconv.Itoa(t.Counted.AirParts)},
			})
		}
		sh.Texts = append(sh.Texts, t.Text)
	}
	sh.people()
	sh.time()
}

// empty measures a text nobody gets yet, so that the counter works before the audience is chosen.
func (sh *sheet) empty(i int, t *perText) {
	at := slices.Index(sh.allowed, true)
	if at < 0 {
		return
	}
	body := sh.texts.Render(i, sh.texts.Vars(), gateway.ReplyTextOf(&sh.routes[at], "", sh.texts.Languages()[i]))
	t.Sample = gateway.Dress(&sh.routes[at], body)
	t.Counted = smstext.Count(t.Sample, sh.profiles[at])
	t.Sender = sh.routes[at].Sender
}

func (sh *sheet) people() {
	if !slices.Contains(sh.allowed, true) {
		sh.Warnings = append(sh.Warnings, Warning{Code: "no_route", Blocking: true})
		return
	}
	if !sh.c.Selection.Empty() && sh.People == 0 {
		sh.Warnings = append(sh.Warnings, Warning{Code: "nobody_reachable", Blocking: true, Path: "audience"})
	}
	if sh.noRoute > 0 {
		sh.Warnings = append(sh.Warnings, Warning{
			Code: "no_route_for_some", People: sh.noRoute, Blocking: sh.noRoute == sh.People,
		})
	}
	if sh.mute > 0 && len(sh.c.Choices) > 0 {
		sh.Warnings = append(sh.Warnings, Warning{Code: "cannot_answer", People: sh.mute})
	}
	if n := sh.People - sh.noRoute - sh.Messages; n > 0 && !sh.c.AllPhones {
		sh.Warnings = append(sh.Warnings, Warning{Code: "shared_numbers", People: n})
	}
	for _, ch := range sh.c.Choices {
		if ch.Tone == question.Bad {
			return
		}
	}
	if len(sh.c.Choices) > 0 && sh.c.Urgency == broadcast.Urgent {
		sh.Warnings = append(sh.Warnings, Warning{Code: "no_choice_calls_for_help", Path: "choices"})
	}
}

// time says when the last person is served: the slowest route decides.
func (sh *sheet) time() {
	for i, parts := range sh.byRoute {
		r := &sh.routes[i]
		rate := r.Rate
		if r.BindRate > 0 && (rate == 0 || r.BindRate*float64(r.Binds) < rate) {
			rate = r.BindRate * float64(r.Binds)
		}
		if number := gateway.ReplyNumberOf(r); parts > 0 && number != "" && !slices.Contains(sh.ReplyNumbers, number) {
			sh.ReplyNumbers = append(sh.ReplyNumbers, number)
		}
		if parts == 0 || rate == 0 {
			continue
		}
		sh.PerSecond += rate
		sh.Seconds = max(sh.Seconds, float64(parts)/rate)
	}
}
