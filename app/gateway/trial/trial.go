package trial

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"noroshi/app/config"
	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/phone"
	"noroshi/app/smstext"
)

// The texts of tests. GSM7 has what goes wrong first: @ is 0x00 and $ is 0x02 in GSM 03.38, brackets and the euro take
// two septets (3GPP TS 23.038 §6.2.1), and letters with accents differ from Latin-1.
//
// Latin1 and ASCII leave out what these alphabets do not have: a text with a euro would go as UCS-2 on such a route,
// and prove nothing about data_coding 0.
const (
	GSM7   = "@£$_{}[]~€ñÄ¡¿"
	Latin1 = "@£$_{}[]~ñÄ¡¿"
	ASCII  = "@$_{}[]~"
	UCS2   = "試験 Тест ทดสอบ 😀"
)

// TextOf returns the text of a name, gsm7 or ucs2, that goes over the route as the name says. gsm7 is what goes under
// data_coding 0, in the alphabet that the route has for it.
func TextOf(name string, r *config.Route) (string, bool) {
	switch name {
	case "", "gsm7":
		switch r.DefaultAlphabet {
		case smstext.AlphabetLatin1.String():
			return Latin1, true
		case smstext.AlphabetASCII.String():
			return ASCII, true
		}
		return GSM7, true
	case "ucs2":
		return UCS2, true
	}
	return "", false
}

// Part is what came of one part of a test.
type Part struct {
	Class     gateway.Class // Accepted when the operator took it
	Status    uint32        // command_status of a refusal
	MessageID string
	Answered  time.Time // zero while there is no answer
	Receipts  []gateway.Receipt
}

// ended reports whether nothing more will be heard of the part.
func (p *Part) ended() bool {
	if p.Answered.IsZero() {
		return false
	}
	return p.Class != gateway.Accepted || slices.ContainsFunc(p.Receipts, func(r gateway.Receipt) bool { return r.Final })
}

// Result is what came of a test until now.
type Result struct {
	Route    string
	To       phone.Number
	Text     string // as it went out, with prefix and suffix of the route
	Encoding string // gsm7 or ucs2, as it went out
	Sent     time.Time
	Parts    []Part
	// Strays are message ids of receipts that name the number and none of the parts: the operator writes ids in a form
	// that msg_id_form does not expect, or they are of another text. At most maxStrays, each once.
	Strays []string
}

const maxStrays = 5

// Ended reports whether nothing more will be heard.
func (r *Result) Ended() bool {
	return !slices.ContainsFunc(r.Parts, func(p Part) bool { return !p.ended() })
}

// Answered reports whether the operator, or our own side, has said something about each part.
func (r *Result) Answered() bool {
	return !slices.ContainsFunc(r.Parts, func(p Part) bool { return p.Answered.IsZero() })
}

// Accepted reports whether the operator took each part.
func (r *Result) Accepted() bool {
	refused := func(p Part) bool { return p.Answered.IsZero() || p.Class != gateway.Accepted }
	return !slices.ContainsFunc(r.Parts, refused)
}

// Desk sends tests, and stands in the way of what comes back. It remembers the last test of each route.
type Desk struct {
	inner gateway.Sink
	now   func() time.Time

	mu      sync.Mutex
	last    map[string]*test // by route
	changed chan struct{}    // closed and renewed when something came
}

// test is a Result that still grows.
type test struct {
	Result
	form  smstext.IDForm
	early []gateway.Receipt // came for the number before all parts had their answer
}

var _ gateway.Sink = (*Desk)(nil)

// NewDesk returns a desk in front of a sink. With nil for inner, what does not belong to a test is refused, so that the
// operator keeps it for whom it is meant.
func NewDesk(inner gateway.Sink, now func() time.Time) *Desk {
	return &Desk{inner: inner, now: now, last: map[string]*test{}, changed: make(chan struct{})}
}

// Send sends a text to a number over a route and returns when the operator has answered each part, or the context ends;
// parts without an answer then have none. What comes later is in Last. Returns Invalid when the text cannot be encoded
// for the route.
func (d *Desk) Send(
	ctx context.Context, sender gateway.Sender, r *config.Route, to phone.Number, text string,
) (Result, error) {
	profile, err := gateway.ProfileOf(r)
	if err != nil {
		return Result{}, err
	}
	form, err := smstext.ParseIDForm(r.MsgIDForm)
	if err != nil {
		return Result{}, err
	}
	text = gateway.Dress(r, text)
	m, err := smstext.Encode(text, profile, smstext.OtherReference(uint64(d.now().Unix())))
	if err != nil {
		return Result{}, err
	}
	t := &test{form: form, Result: Result{
		Route: r.Name, To: to, Text: text, Encoding: m.Encoding.String(), Sent: d.now(), Parts: make([]Part, len(m.Parts)),
	}}
	d.mu.Lock()
	d.last[r.Name] = t
	d.mu.Unlock()
	parts := make([]gateway.Part, len(m.Parts))
	for i := range parts {
		parts[i] = gateway.Part{To: to, Wire: m.Parts[i]}
	}
	sender.Submit(ctx, gateway.Slice{Parts: parts, Done: func(i int, o gateway.Outcome) { d.answer(t, i, o) }})
	err = d.wait(ctx, t, (*Result).Answered)
	return d.copy(t), err
}

// Await waits until nothing more will be heard of the last test of a route, or the context ends, and returns it.
func (d *Desk) Await(ctx context.Context, route string) (Result, error) {
	d.mu.Lock()
	t := d.last[route]
	d.mu.Unlock()
	if t == nil {
		return Result{}, errNone(route)
	}
	err := d.wait(ctx, t, (*Result).Ended)
	return d.copy(t), err
}

// Last returns the last test of a route as it is now. Returns NotFound, code no_route_test.
func (d *Desk) Last(route string) (Result, error) {
	d.mu.Lock()
	t := d.last[route]
	d.mu.Unlock()
	if t == nil {
		return Result{}, errNone(route)
	}
	return d.copy(t), nil
}

func errNone(route string) error {
	return fault.New(fault.NotFound, "no_route_test", "No test was sent over this route since the start.", "route", route)
}

func (d *Desk) wait(ctx context.Context, t *test, met func(*Result) bool) error {
	for {
		d.mu.Lock()
		done, changed := met(&t.Result), d.changed
		d.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (d *Desk) copy(t *test) Result {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := t.Result
	r.Parts, r.Strays = slices.Clone(r.Parts), slices.Clone(r.Strays)
	for i := range r.Parts {
		r.Parts[i].Receipts = slices.Clone(r.Parts[i].Receipts)
	}
	return r
}

// tell wakes who waits. The caller holds the mutex.
func (d *Desk) tell() {
	close(d.changed)
	d.changed = make(chan struct{})
}

func (d *Desk) answer(t *test, i int, o gateway.Outcome) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := &t.Parts[i]
	p.Class, p.Status, p.MessageID, p.Answered = o.Class, o.Status, o.MessageID, o.At
	if p.Answered.IsZero() {
		p.Answered = d.now()
	}
	// A receipt may overtake the answer it belongs to.
	t.early = slices.DeleteFunc(t.early, func(r gateway.Receipt) bool { return t.take(&r) })
	if t.Answered() {
		for i := range t.early {
			t.stray(&t.early[i])
		}
		t.early = nil
	}
	d.tell()
}

// Receipts implements gateway.Sink: it keeps those of tests and passes on the others.
func (d *Desk) Receipts(ctx context.Context, rs []gateway.Receipt) error {
	others := d.keep(rs)
	switch {
	case len(others) == 0:
		return nil
	case d.inner == nil:
		return errNotOurs()
	}
	return d.inner.Receipts(ctx, others)
}

func (d *Desk) keep(rs []gateway.Receipt) (others []gateway.Receipt) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.last) == 0 {
		return rs
	}
	for i := range rs {
		t := d.last[rs[i].Route]
		switch {
		case t == nil:
		case t.take(&rs[i]):
			d.tell()
			continue
		case !t.Answered() && t.numberIs(&rs[i]):
			// It may be ours, or of a broadcast: both get it, and the one to whom it means nothing forgets it.
			t.early = append(t.early, rs[i])
			if d.inner == nil {
				continue
			}
		case t.numberIs(&rs[i]):
			t.stray(&rs[i])
		}
		others = append(others, rs[i])
	}
	return others
}

// take puts a receipt to its part and reports whether it has one. An id that is not the same letter by letter needs
// the number as well.
func (t *test) take(r *gateway.Receipt) bool {
	for i := range t.Parts {
		p := &t.Parts[i]
		for _, candidate := range r.IDs {
			match := smstext.MatchID(p.MessageID, candidate, t.form)
			if match == smstext.MatchExact || match != smstext.NoMatch && t.numberIs(r) {
				p.Receipts = append(p.Receipts, *r)
				return true
			}
		}
	}
	return false
}

// stray remembers the ids of a receipt for the number that fits no part.
func (t *test) stray(r *gateway.Receipt) {
	for _, name := range r.IDs {
		if len(t.Strays) < maxStrays && !slices.Contains(t.Strays, name) {
			t.Strays = append(t.Strays, name)
		}
	}
}

func (t *test) numberIs(r *gateway.Receipt) bool {
	digits := t.To.Digits()
	return strings.TrimPrefix(r.From, "+") == digits || strings.TrimPrefix(r.To, "+") == digits
}

// Text implements gateway.Sink: texts are never part of a test.
func (d *Desk) Text(ctx context.Context, t gateway.Text) error {
	if d.inner == nil {
		return errNotOurs()
	}
	return d.inner.Text(ctx, t)
}

// Strange implements gateway.Sink.
func (d *Desk) Strange(ctx context.Context, s gateway.Strange) error {
	if d.inner == nil {
		return errNotOurs()
	}
	return d.inner.Strange(ctx, s)
}

func errNotOurs() error {
	return fault.New(fault.Unavailable, "not_of_the_test", "What came in belongs to the running appliance.")
}
