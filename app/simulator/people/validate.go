package people

import (
	"strconv"
	"time"

	"noroshi/app/fault"
	"noroshi/app/simulator/wire"
)

// longest bounds delays, so that sums of them stay far from overflow.
const longest = 366 * 24 * time.Hour

type validation struct{ fields []fault.Field }

func (v *validation) add(path, code string) {
	v.fields = append(v.fields, fault.Field{Path: path, Code: code})
}

func (v *validation) share(path string, x float64) {
	if !(x >= 0 && x <= 1) { // the form also refuses NaN
		v.add(path, "not_a_share")
	}
}

func (v *validation) spread(path string, s Spread) {
	if s.Min < 0 || s.Median < s.Min || s.Max < s.Median || s.Max > longest {
		v.add(path, "not_a_spread")
	}
}

func (v *validation) windows(path string, ws []Window) {
	for i, w := range ws {
		if w.After < 0 || w.For <= 0 || w.After > longest || w.For > longest {
			v.add(path+"["+strconv.Itoa(i)+"]", "not_a_window")
		}
	}
}

func (v *validation) network(n *Network) {
	v.spread("network.responseDelay", n.ResponseDelay)
	v.share("network.throttle.share", n.Throttle.Share)
	if n.Throttle.PerSecond < 0 {
		v.add("network.throttle.perSecond", "negative")
	}
	v.windows("network.throttle.windows", n.Throttle.Windows)
	v.windows("network.outages", n.Outages)
	for i, r := range n.Rejections {
		at := "network.rejections[" + strconv.Itoa(i) + "]"
		v.share(at+".share", r.Share)
		if r.Status == wire.OK {
			v.add(at+".status", "required")
		}
	}
	v.share("network.lostResponses", n.LostResponses)
	v.share("network.oddCodings", n.OddCodings)
	v.share("network.poison", n.Poison)
	if n.DropAfter < 0 || n.DropTimes < 0 {
		v.add("network.dropAfter", "negative")
	}
	switch n.LongAnswers {
	case "", wire.UDH8, wire.UDH16, wire.SAR, wire.InOneTLV:
	default:
		v.add("network.longAnswers", "unknown_value")
	}
}

func (v *validation) receipts(r *Receipts) {
	v.spread("receipts.delay", r.Delay)
	if !(r.Failed >= 0 && r.Expired >= 0 && r.Rejected >= 0 && r.Failed+r.Expired+r.Rejected <= 1) {
		v.add("receipts.failed", "shares_exceed_one")
	}
	for _, s := range []struct {
		name string
		x    float64
	}{
		{"never", r.Never}, {"duplicate", r.Duplicate}, {"early", r.Early}, {"otherBind", r.OtherBind},
		{"intermediate", r.Intermediate}, {"wrongState", r.WrongState}, {"unknownId", r.UnknownID},
	} {
		v.share("receipts."+s.name, s.x)
	}
	for _, c := range r.FailCodes {
		if c > 999 {
			v.add("receipts.failCodes", "too_long")
			break
		}
	}
	switch r.Form {
	case "", TextAndTLVs, TextOnly, TLVsOnly:
	default:
		v.add("receipts.form", "unknown_value")
	}
	for _, n := range []Notation{r.IDs.Resp, r.IDs.Text, r.IDs.TLV} {
		switch n {
		case "", Decimal, Hex, HexUpper, DecimalPadded, HexPadded:
		default:
			v.add("receipts.ids", "unknown_value")
			return
		}
	}
}

func (v *validation) answers(a *Answers) {
	v.share("answers.share", a.Share)
	v.share("answers.changeOfMind", a.ChangeOfMind)
	v.spread("answers.delay", a.Delay)
	v.spread("answers.changeDelay", a.ChangeDelay)
	sum := 0.0
	for _, x := range a.Picks {
		if !(x >= 0) {
			v.add("answers.picks", "not_a_share")
			return
		}
		sum += x
	}
	if sum > 1.000001 {
		v.add("answers.picks", "shares_exceed_one")
	}
	for _, w := range a.Styles.weights() {
		if !(w >= 0 && w <= 1e9) {
			v.add("answers.styles", "negative")
			return
		}
	}
}
