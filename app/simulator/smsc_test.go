package simulator_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"noroshi/app/fault"
	"noroshi/app/simulator"
	"noroshi/app/simulator/people"
	"noroshi/app/simulator/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestBind(t *testing.T) {
	t.Parallel()
	accounts := map[string]string{"esme": "secret"}
	cases := []struct {
		name     string
		cmd      wire.Command
		system   string
		password string
		force    wire.Status
		want     wire.Status
	}{
		{"transceiver", wire.BindTransceiver, "esme", "secret", 0, wire.OK},
		{"transmitter", wire.BindTransmitter, "esme", "secret", 0, wire.OK},
		{"receiver", wire.BindReceiver, "esme", "secret", 0, wire.OK},
		{"wrong password", wire.BindTransceiver, "esme", "guess", 0, wire.InvalidPassword},
		{"unknown system", wire.BindTransceiver, "nobody", "secret", 0, wire.InvalidSystemID},
		{"refused by the population", wire.BindTransceiver, "esme", "secret", wire.BindFailed, wire.BindFailed},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, simulator.Options{Accounts: accounts, Population: simulator.Population{
				Network: people.Network{BindStatus: tc.force},
			}})
			c := dial(t, s)
			if got := c.bind(tc.cmd, tc.system, tc.password); got != tc.want {
				t.Fatalf("bind status = %#x, want %#x", got, tc.want)
			}
			if tc.want != wire.OK {
				c.waitClosed()
			}
		})
	}
}

func TestBindTwiceOnOneConnectionIsRefusedAndTheFirstStays(t *testing.T) {
	t.Parallel()
	c := bound(t, start(t, simulator.Options{}))
	if got := c.bind(wire.BindTransceiver, "esme", "secret"); got != wire.AlreadyBound {
		t.Fatalf("second bind = %#x, want %#x", got, wire.AlreadyBound)
	}
	if got := c.submit("819012345678", "still here"); got.Status != wire.OK {
		t.Fatalf("submit after it = %#x, want 0", got.Status)
	}
}

func TestSubmitIsAnsweredAndReported(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{FirstID: 1000})
	c := bound(t, s)
	resp := c.submit("819012345678", "hello")
	if resp.Status != wire.OK || resp.id() != "1000" {
		t.Fatalf("response = %#x %q, want 0 and 1000", resp.Status, resp.id())
	}
	m := c.waitFor(wire.DeliverSM, 1)[0].msg
	if m.ESMClass != wire.ESMReceipt || string(m.Source.Addr) != "819012345678" || string(m.Dest.Addr) != "818000000110" {
		t.Fatalf("receipt = class %#x from %s to %s", m.ESMClass, m.Source.Addr, m.Dest.Addr)
	}
	text := string(m.Text)
	if field(text, "id") != "1000" || field(text, "stat") != "DELIVRD" || field(text, "err") != "000" {
		t.Fatalf("receipt text = %q", text)
	}
	if string(m.MessageID) != "1000" || m.State != 2 {
		t.Fatalf("receipt parameters = %q, %d, want 1000 and 2", m.MessageID, m.State)
	}
	st := settle(t, s)
	if st.Accepted != 1 || st.Receipts.Sent != 1 || st.Receipts.Acknowledged != 1 || st.Numbers != 1 {
		t.Fatalf("Stats() = %+v", st)
	}
	if s.Submits("+819012345678") != 1 || s.Submits("819000000000") != 0 {
		t.Fatalf("Submits() = %d and %d, want 1 and 0", s.Submits("+819012345678"), s.Submits("819000000000"))
	}
}

func TestSubmitThatNoNetworkCarriesIsRefused(t *testing.T) {
	t.Parallel()
	c := bound(t, start(t, simulator.Options{}))
	long := make([]byte, 161)
	for i := range long {
		long[i] = 'a'
	}
	cases := []struct {
		name  string
		to    string
		piece wire.Piece
		want  wire.Status
	}{
		{"no number", "", wire.Piece{Text: []byte("a")}, wire.InvalidDestination},
		{"161 septets", "8190", wire.Piece{Text: long}, wire.InvalidLength},
		{"141 octets of UCS-2", "8190", wire.Piece{DataCoding: 8, Text: long[:141]}, wire.InvalidLength},
		{"154 septets behind a header", "8190", wire.Piece{
			ESMClass: wire.ESMUDHI, Text: append([]byte{5, 0, 3, 1, 2, 1}, long[:154]...),
		}, wire.InvalidLength},
		{"header longer than the text", "8190", wire.Broken(), wire.InvalidESMClass},
		{"160 septets", "8190", wire.Piece{Text: long[:160]}, wire.OK},
		{"153 septets behind a header", "8190", wire.Piece{
			ESMClass: wire.ESMUDHI, Text: append([]byte{5, 0, 3, 1, 2, 1}, long[:153]...),
		}, wire.OK},
		{"anything in message_payload", "8190", wire.Piece{Text: append(long, long...), Payload: true}, wire.OK},
	}
	for _, tc := range cases {
		seq := c.next()
		if got := c.answer(seq, submitPiece(seq, tc.to, tc.piece)); got.Status != tc.want {
			t.Errorf("%s: status = %#x, want %#x", tc.name, got.Status, tc.want)
		}
	}
}

func TestReceiverMayNotSubmitAndTransmitterGetsNoReceipt(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{})
	tx, rx := dial(t, s), dial(t, s)
	tx.bind(wire.BindTransmitter, "esme", "")
	rx.bind(wire.BindReceiver, "esme", "")
	if got := rx.submit("8190", "no"); got.Status != wire.WrongBindState {
		t.Fatalf("submit on a receiver = %#x, want %#x", got.Status, wire.WrongBindState)
	}
	tx.submit("8190", "yes")
	rx.waitFor(wire.DeliverSM, 1)
	settle(t, s)
	if n := len(of(tx.all(), wire.DeliverSM)); n != 0 {
		t.Fatalf("the transmitter got %d receipts, want 0", n)
	}
}

func TestUnbindUnknownCommandAndEnquireLinkAreAnswered(t *testing.T) {
	t.Parallel()
	c := bound(t, start(t, simulator.Options{}))
	if got := c.answer(90, wire.AppendBare(nil, wire.EnquireLink, 0, 90)); got.Command != wire.EnquireLinkResp {
		t.Fatalf("enquire_link is answered by %#x", got.Command)
	}
	unknown := c.answer(91, wire.AppendBare(nil, 0x77, 0, 91))
	if unknown.Command != wire.GenericNack || unknown.Status != wire.InvalidCommand {
		t.Fatalf("an unknown command is answered by %#x %#x", unknown.Command, unknown.Status)
	}
	if got := c.answer(92, wire.AppendBare(nil, wire.Unbind, 0, 92)); got.Command != wire.UnbindResp {
		t.Fatalf("unbind is answered by %#x", got.Command)
	}
	c.waitClosed()
}

func TestGarbageEndsTheConnection(t *testing.T) {
	t.Parallel()
	c := bound(t, start(t, simulator.Options{}))
	c.send([]byte("GET / HTTP/1.1\r\n\r\n"))
	c.waitClosed()
}

func TestSilentPeerIsAskedAndThenCut(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{EnquireEvery: 20 * time.Millisecond})
	c := bound(t, s)
	c.waitFor(wire.EnquireLink, 2) // answered, so the bind lives
	if st := s.Stats(); st.Binds != 1 {
		t.Fatalf("Binds = %d, want 1", st.Binds)
	}
}

func TestPeerThatIsNotThereAnyMoreIsCut(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{EnquireEvery: 20 * time.Millisecond})
	c := bound(t, s)
	c.mu.Lock() // the reader cannot answer any more
	deadline := time.Now().Add(patience)
	for s.Stats().Binds != 0 && time.Now().Before(deadline) {
		<-time.After(time.Millisecond)
	}
	c.mu.Unlock()
	if n := s.Stats().Binds; n != 0 {
		t.Fatalf("Binds = %d, want 0", n)
	}
}

// burst sends n messages to n numbers in one go and returns the numbers.
func (c *client) burst(n int) []string {
	c.t.Helper()
	var b []byte
	numbers := make([]string, n)
	for i := range n {
		numbers[i] = strconv.Itoa(819000000000 + i)
		b = append(b, submission(c.next(), numbers[i], "the same to all")...)
	}
	c.send(b)
	return numbers
}

func TestSharesOfFailureFollowTheSeed(t *testing.T) {
	t.Parallel()
	p := simulator.Population{Receipts: people.Receipts{
		Failed: 0.1, FailCodes: []uint16{27, 11}, Expired: 0.05, Rejected: 0.05, Never: 0.1,
	}}
	s := start(t, simulator.Options{Seed: 7, Population: p})
	c := bound(t, s)
	const n = 2000
	numbers := c.burst(n)
	c.waitFor(wire.SubmitSMResp, n)
	st := settle(t, s)
	told := map[string]string{}
	for _, d := range of(c.all(), wire.DeliverSM) {
		told[string(d.msg.Source.Addr)] = field(string(d.msg.Text), "stat") + field(string(d.msg.Text), "err")
	}
	words := map[people.State]string{
		people.Delivered: "DELIVRD", people.Undeliverable: "UNDELIV", people.Expired: "EXPIRED", people.Rejected: "REJECTD",
	}
	failed := 0
	for _, number := range numbers {
		f := p.Fate(7, people.KeyOf(number), 0)
		want := fmt.Sprintf("%s%03d", words[f.State], f.Code)
		if f.Never {
			want = ""
		}
		if told[number] != want {
			t.Fatalf("a number with fate %+v was told %q, want %q", f, told[number], want)
		}
		if f.State == people.Undeliverable {
			failed++
		}
	}
	if failed < n/10-60 || failed > n/10+60 {
		t.Fatalf("%d of %d failed, want about a tenth", failed, n)
	}
	if st.Accepted != n || st.Delivered+st.Failed+st.Expired != n || st.Unreported+st.Receipts.Acknowledged != n {
		t.Fatalf("Stats() = %+v", st)
	}
}

func TestRejectionAndThrottleAnswerWithTheirStatus(t *testing.T) {
	t.Parallel()
	p := simulator.Population{Network: people.Network{
		Throttle:   people.Throttle{Share: 0.2},
		Rejections: []people.Rejection{{Share: 0.1, Status: wire.InvalidDestination}},
	}}
	s := start(t, simulator.Options{Seed: 3, Population: p})
	c := bound(t, s)
	const n = 1000
	c.burst(n)
	count := map[wire.Status]uint64{}
	for _, r := range c.waitFor(wire.SubmitSMResp, n) {
		count[r.Status]++
	}
	st := s.Stats()
	invalid := count[wire.InvalidDestination]
	if st.Throttled != count[wire.Throttled] || st.Refused[0x0B] != invalid || st.Accepted != count[0] {
		t.Fatalf("Stats() = %+v, the client saw %v", st, count)
	}
	if count[wire.Throttled] < 150 || count[wire.Throttled] > 250 || count[wire.InvalidDestination] < 50 {
		t.Fatalf("shares are %v of %d", count, n)
	}
}

func TestThrottleAboveARate(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 11, 14, 46, 0, 0, time.UTC)
	s := start(t, simulator.Options{Now: func() time.Time { return at }, Population: simulator.Population{
		Network: people.Network{Throttle: people.Throttle{PerSecond: 30}},
	}})
	c := bound(t, s)
	c.burst(100)
	c.waitFor(wire.SubmitSMResp, 100)
	s.Step(time.Second)
	c.burst(10)
	c.waitFor(wire.SubmitSMResp, 110)
	if st := s.Stats(); st.Accepted != 40 || st.Throttled != 70 {
		t.Fatalf("accepted %d, throttled %d, want 40 and 70", st.Accepted, st.Throttled)
	}
}

func TestDropLosesResponsesButNotReceipts(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{Population: simulator.Population{
		Network:  people.Network{DropAfter: 50, DropTimes: 1},
		Receipts: people.Receipts{Delay: people.Fixed(50 * time.Millisecond)},
	}})
	c := bound(t, s)
	c.burst(80)
	c.waitClosed()
	if st := s.Stats(); st.Accepted != 50 || st.Drops != 1 {
		t.Fatalf("accepted %d, drops %d, want 50 and 1", st.Accepted, st.Drops)
	}
	if n := len(of(c.all(), wire.SubmitSMResp)); n >= 50 {
		t.Fatalf("%d responses came through the cut", n)
	}
	again := bound(t, s)
	again.waitFor(wire.DeliverSM, 50)
	st := settle(t, s)
	if st.Receipts.Acknowledged != 50 {
		t.Fatalf("receipts acknowledged = %d, want 50", st.Receipts.Acknowledged)
	}
	again.burst(60)
	again.waitFor(wire.SubmitSMResp, 60) // once only
}

func TestSubmitsOfOneMessageTwiceAreCounted(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{})
	c := bound(t, s)
	for _, m := range []struct{ to, text string }{
		{"8190", "one"}, {"8190", "one"}, {"8190", "two"}, {"8190", "two"}, {"8191", "one"}, {"8191", "two"},
	} {
		c.submit(m.to, m.text)
	}
	st := s.Stats()
	if st.Numbers != 2 || st.Twice != 1 || st.Surplus != 2 || st.Parts != 4 {
		t.Fatalf("numbers %d, twice %d, surplus %d, parts %d, want 2, 1, 2, 4", st.Numbers, st.Twice, st.Surplus, st.Parts)
	}
	var got []simulator.Count
	s.EachNumber(func(c simulator.Count) bool { got = append(got, c); return true })
	if len(got) != 2 || got[0] != (simulator.Count{Number: "8190", Submits: 4, Parts: 2, Surplus: 2}) {
		t.Fatalf("EachNumber gave %+v", got)
	}
}

func TestStartRefusesNonsense(t *testing.T) {
	t.Parallel()
	if err := simulator.New(simulator.Options{}).Start(context.Background()); !fault.Is(err, fault.Invalid) {
		t.Fatalf("Start without a clock = %v, want invalid", err)
	}
	s := simulator.New(simulator.Options{Now: time.Now, Population: simulator.Population{
		Receipts: people.Receipts{Failed: 0.7, Expired: 0.7},
	}})
	if err := s.Start(context.Background()); !fault.Is(err, fault.Invalid) {
		t.Fatalf("Start with shares above one = %v, want invalid", err)
	}
}

func TestEndOfContextClosesTheSMSC(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	s := simulator.New(simulator.Options{Now: time.Now})
	if err := s.Start(ctx); err != nil {
		t.Fatalf("Start() = %v", err)
	}
	c := bound(t, s)
	cancel()
	c.waitClosed()
	if err := s.Close(); err != nil {
		t.Fatalf("Close() = %v", err)
	}
}

func TestDataSMIsTakenLikeASubmit(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{Handsets: 1})
	c := bound(t, s)
	seq := c.next()
	b, at := wire.Begin(nil, wire.DataSM, wire.OK, seq)
	b = append(b, 0, 1, 1, '8', '1', 0, 1, 1, '9', '0', 0, 0, 1, 0) // source 81, destination 90, receipt asked for
	b = append(b, 0x04, 0x24, 0, 5, 'h', 'e', 'l', 'l', 'o')
	if got := c.answer(seq, wire.End(b, at)); got.Command != wire.DataSMResp || got.Status != wire.OK || got.id() == "" {
		t.Fatalf("response = %#x %#x %q", got.Command, got.Status, got.id())
	}
	c.waitFor(wire.DeliverSM, 1)
	if h, err := s.Handset("90"); err != nil || len(h.Bubbles) != 1 || h.Bubbles[0].Text != "hello" {
		t.Fatalf("Handset() = %+v, %v", h, err)
	}
}

func TestServesOverTLS(t *testing.T) {
	t.Parallel()
	web := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate
	defer web.Close()
	s := start(t, simulator.Options{TLS: &tls.Config{Certificates: web.TLS.Certificates, MinVersion: tls.VersionTLS12}})
	pool := x509.NewCertPool()
	pool.AddCert(web.Certificate())
	nc, err := tls.Dial("tcp", s.Addr(), &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12})
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	c := serve(t, nc)
	if st := c.bind(wire.BindTransceiver, "esme", ""); st != wire.OK {
		t.Fatalf("bind = %#x, want 0", st)
	}
	c.submit("8190", "x")
	c.waitFor(wire.DeliverSM, 1)
	s.Drop()
	c.waitClosed()
}
