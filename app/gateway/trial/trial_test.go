package trial_test

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"noroshi/app/config"
	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp"
	"noroshi/app/gateway/trial"
	"noroshi/app/phone"
	"noroshi/app/simulator"
	"noroshi/app/simulator/people"
	"noroshi/app/smstext"
)

const patience = 20 * time.Second

// inner is the sink behind the desk.
type inner struct {
	mu    sync.Mutex
	ids   []string
	texts int
}

func (s *inner) Receipts(_ context.Context, rs []gateway.Receipt) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range rs {
		s.ids = append(s.ids, r.IDs...)
	}
	return nil
}

func (s *inner) Text(context.Context, gateway.Text) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts++
	return nil
}

func (s *inner) Strange(context.Context, gateway.Strange) error { return nil }

func (s *inner) got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.ids...)
}

func number(t *testing.T, e164 string) phone.Number {
	t.Helper()
	n, err := phone.ParseE164(e164)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// line is a real client to a simulated operator, with a desk in front of what comes back.
func line(t *testing.T, p simulator.Population, change func(*config.Route)) (
	*trial.Desk, *smpp.Client, *config.Route, *simulator.SMSC,
) {
	t.Helper()
	s := simulator.New(simulator.Options{Now: time.Now, Population: p, Handsets: 10})
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	host, port, _ := net.SplitHostPort(s.Addr())
	r := config.RouteDefaults()
	r.Name, r.Host, r.SystemID, r.Sender = "main", host, "noroshi", "815012345678"
	r.Port, _ = strconv.Atoi(port)
	if change != nil {
		change(&r)
	}
	desk := trial.NewDesk(nil, time.Now)
	c, err := smpp.New(smpp.Options{Route: r, Sink: desk, Now: time.Now, Random: func() float64 { return 0.03 }})
	if err != nil {
		t.Fatal(err)
	}
	c.Start(t.Context())
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := c.Close(ctx); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return desk, c, &r, s
}

func TestATestArrivesAsItWasMeantAndItsReceiptIsShown(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"gsm7": trial.GSM7, "ucs2": trial.UCS2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			desk, c, r, s := line(t, simulator.Perfect(), nil)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			got, err := desk.Send(ctx, c, r, number(t, "+819012345678"), text)
			if err != nil || got.Encoding != name || len(got.Parts) != 1 {
				t.Fatalf("Send = %+v, %v", got, err)
			}
			if p := got.Parts[0]; p.Class != gateway.Accepted || p.MessageID == "" || p.Answered.IsZero() {
				t.Errorf("part = %+v, want it accepted with an id", p)
			}
			got, err = desk.Await(ctx, "main")
			if err != nil || !got.Ended() {
				t.Fatalf("Await = %+v, %v", got, err)
			}
			if rs := got.Parts[0].Receipts; rs[len(rs)-1].State != gateway.Delivered {
				t.Errorf("receipts = %+v, want delivered", rs)
			}
			h, err := s.Handset("819012345678")
			if err != nil || h.Bubbles[0].Text != text {
				t.Errorf("the phone shows %+v (%v), want %q", h.Bubbles, err, text)
			}
		})
	}
}

func TestTheTextGoesInTheAlphabetOfTheRoute(t *testing.T) {
	t.Parallel()
	for _, alphabet := range []string{"", "gsm7", "gsm7_packed", "latin1", "ascii"} {
		r := config.RouteDefaults()
		r.DefaultAlphabet = alphabet
		profile, err := gateway.ProfileOf(&r)
		if err != nil {
			t.Fatal(err)
		}
		for name, dcs := range map[string]byte{"": 0, "gsm7": 0, "ucs2": 8} {
			text, ok := trial.TextOf(name, &r)
			if !ok {
				t.Fatalf("TextOf(%q) under %q = nothing, want a text", name, alphabet)
			}
			m, err := smstext.Encode(text, profile, 1)
			if err != nil {
				t.Fatal(err)
			}
			if len(m.Parts) != 1 || m.Parts[0].DataCoding != dcs || !strings.ContainsAny(text, "@試") {
				t.Errorf("TextOf(%q) under %q = %q, which goes as %+v, want one part under %d",
					name, alphabet, text, m.Parts, dcs)
			}
		}
	}
	if _, ok := trial.TextOf("utf8", &config.Route{}); ok {
		t.Error("TextOf(utf8) = a text, want none")
	}
}

func TestALongPrefixMakesPartsThatAreAllReported(t *testing.T) {
	t.Parallel()
	desk, c, r, _ := line(t, simulator.Perfect(), func(r *config.Route) { r.Prefix = strings.Repeat("RM0.00 ", 14) })
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := desk.Send(ctx, c, r, number(t, "+819012345678"), strings.Repeat(trial.GSM7, 5)); err != nil {
		t.Fatal(err)
	}
	got, err := desk.Await(ctx, "main")
	if err != nil || len(got.Parts) != 2 {
		t.Fatalf("Await = %+v, %v, want two parts that ended", got, err)
	}
}

func TestARefusalIsTheResult(t *testing.T) {
	t.Parallel()
	p := simulator.Perfect()
	p.Network.Rejections = []people.Rejection{{Share: 1, Status: 0x0A}}
	desk, c, r, _ := line(t, p, nil)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	got, err := desk.Send(ctx, c, r, number(t, "+819012345678"), trial.GSM7)
	if err != nil || got.Parts[0].Class != gateway.RouteConfig || got.Parts[0].Status != 0x0A || !got.Ended() {
		t.Errorf("Send = %+v, %v, want refused with 0x0A and nothing to wait for", got, err)
	}
}

// sender answers what a test says.
type sender struct {
	answer func(done func(int, gateway.Outcome))
}

func (s sender) Submit(_ context.Context, sl gateway.Slice) { s.answer(sl.Done) }
func (s sender) Pace() gateway.Pace                         { return gateway.Pace{} }
func (s sender) Health() gateway.Health                     { return gateway.Health{} }

func TestReceiptsOfOthersArePassedOn(t *testing.T) {
	t.Parallel()
	behind := &inner{}
	desk := trial.NewDesk(behind, time.Now)
	r := config.RouteDefaults()
	r.Name = "main"
	receipt := func(route, id, from string) gateway.Receipt {
		return gateway.Receipt{Route: route, IDs: []string{id}, From: from, State: gateway.Delivered, Final: true}
	}
	give := func(rs ...gateway.Receipt) {
		t.Helper()
		if err := desk.Receipts(t.Context(), rs); err != nil {
			t.Fatal(err)
		}
	}
	give(receipt("main", "before", "819012345678"))
	early := sender{func(done func(int, gateway.Outcome)) {
		// The receipt overtakes the answer, and one of a broadcast to the same number comes between.
		give(receipt("main", "16", "819012345678"), receipt("main", "77", "819012345678"))
		done(0, gateway.Outcome{Class: gateway.Accepted, MessageID: "10"})
	}}
	got, err := desk.Send(t.Context(), early, &r, number(t, "+819012345678"), trial.GSM7)
	if err != nil || !got.Ended() || len(got.Parts[0].Receipts) != 1 {
		t.Fatalf("Send = %+v, %v, want one receipt", got, err)
	}
	give(receipt("main", "10", "819012345678"), receipt("main", "11", "819012345678"), receipt("other", "10", ""),
		receipt("main", "16", "819099999999"))
	want := "before 16 77 11 10 16"
	if got := strings.Join(behind.got(), " "); got != want {
		t.Errorf("passed on: %s, want %s", got, want)
	}
	if err := desk.Text(t.Context(), gateway.Text{}); err != nil || behind.texts != 1 {
		t.Errorf("Text = %v, %d passed on", err, behind.texts)
	}
	last, err := desk.Last("main")
	if err != nil || len(last.Parts[0].Receipts) != 2 {
		t.Errorf("Last = %+v, %v, want two receipts", last, err)
	}
	if got := strings.Join(last.Strays, " "); got != "77 11" {
		t.Errorf("Strays = %q, want the ids of the other receipts for the number, 77 and 11", got)
	}
}

func TestStraysAreKeptOnceAndNotWithoutEnd(t *testing.T) {
	t.Parallel()
	desk := trial.NewDesk(&inner{}, time.Now)
	r := config.RouteDefaults()
	r.Name, r.MsgIDForm = "main", "exact"
	taken := sender{func(done func(int, gateway.Outcome)) {
		done(0, gateway.Outcome{Class: gateway.Accepted, MessageID: "ff"})
	}}
	if _, err := desk.Send(t.Context(), taken, &r, number(t, "+819012345678"), trial.GSM7); err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		err := desk.Receipts(t.Context(), []gateway.Receipt{
			{Route: "main", IDs: []string{strconv.Itoa(255 + i/2)}, From: "819012345678", State: gateway.Delivered, Final: true},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	got, err := desk.Last("main")
	if err != nil || got.Ended() || strings.Join(got.Strays, " ") != "255 256 257 258 259" {
		t.Errorf("Last = %+v, %v, want five ids, each once, and no receipt", got, err)
	}
}

func TestWithoutAnApplianceWhatIsNotOursIsRefused(t *testing.T) {
	t.Parallel()
	desk := trial.NewDesk(nil, time.Now)
	ctx := t.Context()
	for _, err := range []error{
		desk.Receipts(ctx, []gateway.Receipt{{Route: "main", IDs: []string{"1"}}}), desk.Text(ctx, gateway.Text{}),
		desk.Strange(ctx, gateway.Strange{}),
	} {
		if !fault.Is(err, fault.Unavailable) {
			t.Errorf("error = %v, want Unavailable, so that it comes again", err)
		}
	}
}

func TestASilentOperatorIsNotWaitedForLongerThanAllowed(t *testing.T) {
	t.Parallel()
	desk := trial.NewDesk(nil, time.Now)
	r := config.RouteDefaults()
	r.Name = "main"
	ctx, cancel := context.WithCancel(t.Context())
	silent := sender{func(func(int, gateway.Outcome)) { cancel() }}
	got, err := desk.Send(ctx, silent, &r, number(t, "+819012345678"), trial.GSM7)
	if !errors.Is(err, context.Canceled) || got.Answered() {
		t.Errorf("Send = %+v, %v, want no answer", got, err)
	}
	if _, err := desk.Last("nowhere"); fault.CodeOf(err) != "no_route_test" {
		t.Errorf("Last of a route without a test = %v", err)
	}
}
