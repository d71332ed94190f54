package app

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"noroshi/app/api/gen"
	"noroshi/app/directory"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/phone"
	"noroshi/app/scope"
	"noroshi/app/simulator"
	"noroshi/app/simulator/people"
)

// handsets shows the simulated phones to the console.
type handsets struct {
	sim  *simulator.SMSC
	core *core

	mu     sync.Mutex
	paused bool // nobody answers by himself
	share  float64
}

// maxNamed is how many people of the directory a name may stand for.
const maxNamed = 200

// named returns the numbers of the people whom a search finds; nil for one that is a number.
func (h *handsets) named(ctx context.Context, q string) (map[string]bool, error) {
	if strings.IndexFunc(q, unicode.IsLetter) < 0 {
		return nil, nil
	}
	found, err := h.core.directory.List(ctx, scope.Everything(),
		directory.Query{Search: q, Page: id.Page{Limit: maxNamed}})
	if err != nil {
		return nil, err
	}
	numbers := map[string]bool{}
	for _, r := range found.Items {
		for _, p := range r.Phones {
			numbers[p.Number.Digits()] = true
		}
	}
	return numbers, nil
}

// List returns phones that got something, the one with the newest text first. q is a part of a number, or what finds
// people in the directory.
func (h *handsets) List(ctx context.Context, q string, page id.Page) (gen.HandsetPage, error) {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, q)
	if digits != "" && q[0] == '0' {
		digits = digits[1:] // as people write a number at home
	}
	numbers, err := h.named(ctx, q)
	if err != nil {
		return gen.HandsetPage{}, err
	}
	if numbers != nil {
		digits = "" // what is a name is no number
	}
	got := h.sim.Handsets(simulator.HandsetQuery{Search: digits, Numbers: numbers, Newest: true},
		simulator.Page{After: string(page.After), Limit: page.Size()})
	out := gen.HandsetPage{Items: []gen.Handset{}, Total: got.Total}
	if got.Next != "" {
		out.Next = &got.Next
	}
	for _, one := range got.Handsets {
		out.Items = append(out.Items, h.view(ctx, one))
	}
	return out, nil
}

// Answer sends a text from a phone.
func (h *handsets) Answer(ctx context.Context, number, text string) (gen.Handset, error) {
	if err := h.sim.Answer(digitsOf(number), text); err != nil {
		return gen.Handset{}, err
	}
	return h.get(ctx, number)
}

// SetPower switches a phone on or off.
func (h *handsets) SetPower(ctx context.Context, number string, on bool) (gen.Handset, error) {
	if err := h.sim.SwitchOff(digitsOf(number), !on); err != nil {
		return gen.Handset{}, err
	}
	return h.get(ctx, number)
}

func digitsOf(number string) string { return strings.TrimPrefix(number, "+") }

func (h *handsets) get(ctx context.Context, number string) (gen.Handset, error) {
	got, err := h.sim.Handset(digitsOf(number))
	if err != nil {
		return gen.Handset{}, fault.New(fault.NotFound, "handset_not_found", "There is no such phone.")
	}
	return h.view(ctx, got), nil
}

func (h *handsets) view(ctx context.Context, s simulator.Handset) gen.Handset {
	out := gen.Handset{Number: "+" + s.Number, On: !s.Off, Basic: s.TwoG, Bubbles: []gen.Bubble{}}
	if n, err := phone.ParseE164(s.Number); err == nil {
		out.Name = h.nameOf(ctx, n)
	}
	for _, b := range s.Bubbles {
		with, parts := b.With, b.Parts
		bubble := gen.Bubble{At: b.At.UTC(), Text: b.Text, Peer: &with, Parts: &parts, Direction: "in", State: "waiting"}
		switch b.State {
		case simulator.Delivered:
			bubble.State = "delivered"
		case simulator.Failed:
			bubble.State = "failed"
		case simulator.Waiting:
		}
		if b.Direction == simulator.Wrote {
			bubble.Direction, bubble.State = "out", "sent"
		} else if codes := codesIn(b.Text); len(codes) > 0 {
			bubble.Choices = &codes
		}
		out.Bubbles = append(out.Bubbles, bubble)
	}
	return out
}

func (h *handsets) nameOf(ctx context.Context, n phone.Number) *string {
	owners, err := h.core.directory.ByNumber(ctx, n)
	if err != nil || len(owners) == 0 {
		return nil
	}
	r, err := h.core.directory.Get(ctx, scope.Everything(), owners[0])
	if err != nil {
		return nil
	}
	return &r.Name
}

// choiceLine is how a choice is printed in a text.
var choiceLine = regexp.MustCompile(`(?m)^([A-Z]{1,2}):`)

func codesIn(text string) []string {
	var codes []string
	for _, m := range choiceLine.FindAllStringSubmatch(text, 22) {
		if !slices.Contains(codes, m[1]) {
			codes = append(codes, m[1])
		}
	}
	return codes
}

// Population returns how the simulated people behave, in the few figures the page shows.
func (h *handsets) Population(context.Context) (gen.Population, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.sim.Population()
	share := p.Answers.Share
	if h.paused {
		share = h.share
	}
	return gen.Population{
		Answering:     float32(share),
		AnswerSeconds: float32(p.Answers.Delay.Median.Seconds()), Clear: clearShare(p.Answers.Styles),
		Failing: float32(p.Receipts.Failed), Silent: float32(p.Receipts.Never),
		ReceiptSeconds: float32(p.Receipts.Delay.Median.Seconds()), Throttled: float32(p.Network.Throttle.Share),
		Paused: h.paused,
	}, nil
}

func clearShare(s people.Styles) float32 {
	all := s.Plain + s.Lower + s.FullWidth + s.Bracket + s.Polite + s.Comment + s.Long +
		s.NoCode + s.WrongCode + s.TwoCodes + s.OptOut
	if all == 0 {
		return 1
	}
	return float32((s.Plain + s.Lower) / all)
}

// SetPopulation changes how they behave from now on.
func (h *handsets) SetPopulation(ctx context.Context, in gen.Population) (gen.Population, error) {
	h.mu.Lock()
	p := h.sim.Population()
	p.Answers.Share = float64(in.Answering)
	h.share = p.Answers.Share
	if h.paused = in.Paused; h.paused {
		p.Answers.Share = 0
	}
	p.Answers.Delay = around(in.AnswerSeconds)
	p.Answers.Styles = stylesFor(float64(in.Clear))
	p.Receipts.Failed, p.Receipts.Never = float64(in.Failing), float64(in.Silent)
	p.Receipts.Delay = around(in.ReceiptSeconds)
	p.Network.Throttle.Share = float64(in.Throttled)
	err := h.sim.Set(p)
	h.mu.Unlock()
	if err != nil {
		return gen.Population{}, err
	}
	return h.Population(ctx)
}

// around spreads a median the way people and networks do: a few much later than most.
func around(seconds float32) people.Spread {
	median := time.Duration(float64(seconds) * float64(time.Second))
	return people.Spread{Min: median / 5, Median: median, Max: median * 4}
}

// stylesFor keeps how people write beside a plain code, for the share that does not.
func stylesFor(plain float64) people.Styles {
	rest := 1 - plain
	return people.Styles{
		Plain: plain * 0.8, Lower: plain * 0.2, FullWidth: rest * 0.22, Bracket: rest * 0.06, Polite: rest * 0.22,
		Comment: rest * 0.28, Long: rest * 0.03, NoCode: rest * 0.1, WrongCode: rest * 0.05, TwoCodes: rest * 0.04,
	}
}
