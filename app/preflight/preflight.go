package preflight

import (
	"context"
	"slices"
	"time"

	"noroshi/app/answer"
	"noroshi/app/audience"
	"noroshi/app/broadcast"
	"noroshi/app/config"
	"noroshi/app/country"
	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/scope"
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
	// Cards returns the country cards; nil looks at no country.
	Cards func() (country.Cards, error)
	// Health returns how a route is now; ok is false when nothing is known of it. Nil counts with the contract alone.
	Health func(route string) (h gateway.Health, ok bool)
	Now    func() time.Time
}

// Service makes sheets.
type Service struct{ o Options }

// New returns a service.
func New(o Options) *Service { return &Service{o: o} }

// Preview returns the sheet of a content. A content that cannot be sent yields a sheet with blocking warnings, not an
// error; errors are failures of our own.
func (s *Service) Preview(ctx context.Context, sc scope.Scope, c broadcast.Content) (Sheet, error) {
	var taken []string
	if s.o.Taken != nil {
		taken = s.o.Taken(c.Mode)
	}
	c = c.WithCodes(propose(c, taken))
	sh, err := s.open(c)
	if err != nil {
		return Sheet{}, err
	}
	sh.content()
	sh.texts, err = c.Texts()
	if err != nil {
		// content has said which body it is.
		return sh.Sheet, nil //nolint:nilerr // a body that cannot be read is a warning of the sheet
	}
	sh.begin()
	if !c.Selection.Empty() {
		want := audience.Want{Selection: c.Selection.Directory(), AllPhones: c.AllPhones, Vars: sh.texts.Vars()}
		err = s.o.Audiences.Each(ctx, sc, want, func(r audience.Row, _ string) error {
			sh.person(&r)
			return nil
		})
		if err != nil {
			return Sheet{}, err
		}
	}
	sh.measureAll()
	sh.finish()
	return sh.Sheet, nil
}

// open starts a sheet with what is the same for everybody.
func (s *Service) open(c broadcast.Content) (*sheet, error) {
	sh := newSheet(c, s.o.Language())
	sh.routes, sh.allowed = s.o.Routes(c.Mode)
	for i := range sh.routes {
		p, err := gateway.ProfileOf(&sh.routes[i])
		if err != nil {
			return nil, err
		}
		sh.profiles = append(sh.profiles, p)
		now := speed{PerSecond: contracted(&sh.routes[i], 0), Up: true}
		if s.o.Health != nil {
			if h, ok := s.o.Health(sh.routes[i].Name); ok {
				now = speedOf(&sh.routes[i], h)
			}
		}
		sh.speeds = append(sh.speeds, now)
	}
	if s.o.Cards != nil {
		cards, err := s.o.Cards()
		if err != nil {
			return nil, err
		}
		sh.cards, sh.now = cards, s.o.Now()
	}
	return sh, nil
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
			sh.warn(Warning{Code: f.Code, Params: f.Params, Path: f.Path, Blocking: true})
		}
		return
	}
	sh.warn(Warning{Code: fault.CodeOf(err), Blocking: true})
}
