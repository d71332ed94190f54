package habit

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"noroshi/app/config"
	"noroshi/app/gateway"
	"noroshi/app/phone"
	"noroshi/app/smstext"
)

// operator is a far side that takes everything and reports as the test says.
type operator struct {
	t     *testing.T
	now   time.Time
	watch *Watch
	route config.Route
	form  func(n int) string // id as it is given
	sent  []gateway.Part
	ids   []string
	sink  gateway.Sink
}

func (o *operator) Pace() gateway.Pace { return gateway.Pace{} }

func (o *operator) Health() gateway.Health { return gateway.Health{} }

func (o *operator) Submit(_ context.Context, s gateway.Slice) {
	for i, p := range s.Parts {
		o.sent = append(o.sent, p)
		o.ids = append(o.ids, o.form(len(o.sent)))
		s.Done(i, gateway.Outcome{MessageID: o.ids[len(o.ids)-1]})
	}
}

// ledger takes receipts in.
type ledger struct{ gateway.Sink }

func (ledger) Receipts(context.Context, []gateway.Receipt) error { return nil }

func newOperator(t *testing.T) *operator {
	o := &operator{t: t, now: time.Unix(1_800_000_000, 0), route: config.RouteDefaults()}
	o.route.Name = "line"
	o.form = func(n int) string { return "id-" + strconv.Itoa(n) }
	o.watch = New(func() time.Time { return o.now })
	o.sink = o.watch.Sink(ledger{})
	return o
}

// send hands over messages of so many parts each, every one in a slice of its own, and reports on the parts that
// report picks, with the ids as written turns them.
func (o *operator) send(messages, parts int, report func(part int) bool, written func(id string) string) {
	o.t.Helper()
	text := strings.Repeat("a", 1+(parts-1)*160)
	profile, err := gateway.ProfileOf(&o.route)
	if err != nil {
		o.t.Fatalf("ProfileOf: %v", err)
	}
	m, err := smstext.Encode(text, profile, 7)
	if err != nil || len(m.Parts) != parts {
		o.t.Fatalf("Encode: %d parts, %v", len(m.Parts), err)
	}
	sender := o.watch.Sender(&o.route, o)
	for range messages {
		to := phone.Number(819000000000 + len(o.sent))
		first := len(o.sent)
		var s gateway.Slice
		for _, wire := range m.Parts {
			s.Parts = append(s.Parts, gateway.Part{To: to, Wire: wire})
		}
		s.Done = func(int, gateway.Outcome) {}
		sender.Submit(o.t.Context(), s)
		for i := range parts {
			if !report(i) {
				continue
			}
			rc := gateway.Receipt{
				Route: "line", From: to.Digits(), IDs: []string{written(o.ids[first+i])}, State: gateway.Delivered, Final: true,
			}
			if err := o.sink.Receipts(o.t.Context(), []gateway.Receipt{rc}); err != nil {
				o.t.Fatalf("Receipts: %v", err)
			}
		}
	}
}

func (o *operator) want(form string, codes ...Code) {
	o.t.Helper()
	c := o.watch.Of(&o.route, Facts{Receipts: 10})
	var got []Code
	for _, a := range c.Advice {
		got = append(got, a.Code)
	}
	if c.IDForm != form || len(got) != len(codes) || len(got) > 0 && got[0] != codes[0] {
		o.t.Errorf("form %q and advice %v, want %q and %v", c.IDForm, c.Advice, form, codes)
	}
}

func all(int) bool           { return true }
func none(int) bool          { return false }
func first(part int) bool    { return part == 0 }
func same(id string) string  { return id }
func hexed(id string) string { n, _ := strconv.ParseInt(id, 10, 64); return strconv.FormatInt(n, 16) }

func TestReceiptsThatNeverCome(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	o.send(manyParts, 1, none, same)
	o.want("")
	o.now = o.now.Add(patience - time.Second)
	o.want("")
	o.now = o.now.Add(time.Second)
	o.want("", NeverCome)
	o.send(1, 1, all, same)
	o.want("")
}

func TestReceiptsOfOnePartOfLongMessages(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	o.send(manyLong, 3, first, same)
	o.want("exact")
	o.now = o.now.Add(patience)
	o.want("exact", OfOnePart)
	o.route.DLRParts = "any"
	o.want("exact")
	o.route.DLRParts = "all"
	o.send(1, 3, all, same)
	o.want("exact")
}

func TestReceiptsThatComeSayNothing(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	o.send(manyParts, 2, all, same)
	o.send(manyParts, 1, all, same)
	o.now = o.now.Add(time.Hour)
	o.want("exact")
}

// An operator who reports before he answers cannot be watched, and must not be accused.
func TestReceiptsBeforeTheResponseAreNoProofOfSilence(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	o.send(2*manyParts, 1, all, func(string) string { return "unheard-of" })
	o.send(manyLong, 2, first, func(string) string { return "unheard-of" })
	o.now = o.now.Add(patience)
	o.want("")
}

func TestTheFormOfIdsIsLearned(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	o.form = func(n int) string { return strconv.Itoa(123_450 + n) }
	o.send(manyForms, 1, all, hexed)
	o.want("dec_hex", FormLearned)
	o.route.MsgIDForm = "dec_hex"
	o.want("dec_hex")
	o.send(manyForms, 1, all, same)
	o.want("")
}

func TestTheSampleIsBounded(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	o.send(10*manyParts, 1, none, same)
	o.send(10*manyLong, 4, none, same)
	r := o.watch.route("line")
	if len(r.open) > manyParts+4*manyLong || len(r.queue) > manyParts+manyLong || len(r.numbers) > manyParts+manyLong {
		t.Errorf("%d ids, %d messages, %d numbers in memory", len(r.open), len(r.queue), len(r.numbers))
	}
	o.now = o.now.Add(patience)
	o.want("", NeverCome)
	if len(r.open)+len(r.queue)+len(r.numbers)+r.short+r.long != 0 {
		t.Error("messages stay in memory after they were decided")
	}
	if len(o.sent) != 10*manyParts+40*manyLong {
		t.Errorf("%d parts were handed on", len(o.sent))
	}
}

func TestReceiptsThatFitNothingAreTold(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	c := o.watch.Of(&o.route, Facts{Receipts: 9, Unmatched: 3})
	if len(c.Advice) != 1 || c.Advice[0].Code != Unmatched || c.Advice[0].Params["count"] != "3" ||
		c.Advice[0].Params["receipts"] != "9" {
		t.Errorf("advice = %v", c.Advice)
	}
}

func TestTheSameSenderIsTheSame(t *testing.T) {
	t.Parallel()
	o := newOperator(t)
	if o.watch.Sender(&o.route, o) != o.watch.Sender(&o.route, o) {
		t.Error("a sender that is watched twice looks like another one")
	}
	none := 0
	o.route.Registered = &none
	if o.watch.Sender(&o.route, o) != gateway.Sender(o) {
		t.Error("a route without receipts is watched")
	}
}
