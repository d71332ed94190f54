package habit

import (
	"context"
	"strconv"

	"noroshi/app/config"
	"noroshi/app/gateway"
	"noroshi/app/smstext"
)

// Facts are what else is known of a route.
type Facts struct {
	Receipts  uint64 // that came since the start
	Unmatched int64  // of them, that never fitted a part
}

// Conclusion is what the habits of a route's operator are.
type Conclusion struct {
	IDForm string // exact, hex_dec or dec_hex; empty while unknown
	Advice []Advice
}

// Of returns what was learned about a route, in the light of its settings.
func (w *Watch) Of(r *config.Route, f Facts) Conclusion {
	seen := w.route(r.Name)
	seen.mu.Lock()
	defer seen.mu.Unlock()
	seen.age(w.now())
	var c Conclusion
	add := func(code Code, pairs ...string) {
		a := Advice{Code: code, Params: map[string]string{}}
		for i := 0; i < len(pairs); i += 2 {
			a.Params[pairs[i]] = pairs[i+1]
		}
		c.Advice = append(c.Advice, a)
	}
	asked := r.Registered == nil || *r.Registered != 0
	if asked && len(seen.reported.last) == manyParts && seen.reported.yes == 0 && seen.last.Before(seen.reported.since()) {
		add(NeverCome, "parts", strconv.Itoa(manyParts))
	}
	if all := r.DLRParts == "" || r.DLRParts == "all"; all && seen.onePart.yes == manyLong {
		add(OfOnePart, "messages", strconv.Itoa(manyLong), "setting", "dlr_parts: any")
	}
	if c.IDForm = seen.form(); c.IDForm != "" && c.IDForm != r.MsgIDForm && !autoWillDo(r.MsgIDForm, c.IDForm) {
		add(FormLearned, "form", c.IDForm, "setting", "msg_id_form: "+c.IDForm)
	}
	if f.Unmatched > 0 {
		add(Unmatched, "count", strconv.FormatInt(f.Unmatched, 10), "receipts", strconv.FormatUint(f.Receipts, 10))
	}
	return c
}

// autoWillDo reports whether nothing is won by saying how ids are written: auto tries letter by letter first.
func autoWillDo(setting, learned string) bool {
	return (setting == "" || setting == smstext.IDAuto.String()) && learned == smstext.IDExact.String()
}

// form returns how ids are written, when the receipts agree.
func (r *route) form() string {
	sum := r.forms[0] + r.forms[1] + r.forms[2]
	if sum < manyForms {
		return ""
	}
	for i, form := range []smstext.IDForm{smstext.IDExact, smstext.IDHexDec, smstext.IDDecHex} {
		if float64(r.forms[i]) >= sureOfForm*float64(sum) {
			return form.String()
		}
	}
	return ""
}

// listening is a sink that tells the watch of receipts.
type listening struct {
	gateway.Sink
	watch *Watch
}

// Receipts hands them on, and looks at them when they are safe.
func (l listening) Receipts(ctx context.Context, rs []gateway.Receipt) error {
	if err := l.Sink.Receipts(ctx, rs); err != nil {
		return err
	}
	for i := range rs {
		l.watch.route(rs[i].Route).receipt(&rs[i])
	}
	return nil
}

// watched is a sender that tells the watch of what was taken.
type watched struct {
	gateway.Sender
	route *route
}

// Submit hands the slice on, and watches the first whole message of it for which there is room in the sample.
func (w watched) Submit(ctx context.Context, s gateway.Slice) {
	m, from := w.choose(s.Parts)
	if m == nil {
		w.Sender.Submit(ctx, s)
		return
	}
	done := s.Done
	s.Done = func(i int, o gateway.Outcome) {
		if at := i - from; at >= 0 && at < len(m.parts) {
			id := ""
			if o.Class == gateway.Accepted {
				id = o.MessageID
			}
			w.route.outcome(m, at, id)
		}
		done(i, o)
	}
	w.Sender.Submit(ctx, s)
}

// choose takes the first whole message of a slice into the sample that it wants. The parts of one message stand next to
// each other; one that was sent alone, because it is tried again, belongs to no whole message.
func (w watched) choose(parts []gateway.Part) (m *sample, from int) {
	r := w.route
	r.mu.Lock()
	defer r.mu.Unlock()
	r.age(r.now())
	if r.full(1) && r.full(2) {
		return nil, 0
	}
	for i := range parts {
		total, seq := place(&parts[i])
		if total = max(total, 1); r.full(total) || seq > 1 || i+total > len(parts) || !together(parts[i:i+total]) {
			continue
		}
		return r.begin(parts[i].To.Digits(), total), i
	}
	return nil, 0
}

func together(parts []gateway.Part) bool {
	for k := range parts {
		if _, seq := place(&parts[k]); max(seq, 1) != k+1 || parts[k].To != parts[0].To {
			return false
		}
	}
	return true
}

// headerBit says that a text begins with a user data header (SMPP 3.4 §5.2.12).
const headerBit = 0x40

// place returns of how many parts a part is, and which.
func place(p *gateway.Part) (total, seq int) {
	switch {
	case p.Wire.SAR != nil:
		return int(p.Wire.SAR.Total), int(p.Wire.SAR.Seq)
	case p.Wire.ESMClass&headerBit != 0:
		if c, _, err := smstext.SplitHeader(p.Wire.ShortMessage); err == nil {
			return int(c.Total), int(c.Seq)
		}
	}
	return 1, 1
}
