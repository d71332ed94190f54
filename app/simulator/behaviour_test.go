package simulator_test

import (
	"strconv"
	"testing"
	"time"

	"noroshi/app/simulator"
	"noroshi/app/simulator/people"
	"noroshi/app/simulator/wire"
)

func with(r people.Receipts) simulator.Options {
	return simulator.Options{FirstID: 0xABC, Population: simulator.Population{Receipts: r}}
}

func TestDuplicateReceiptsComeTwice(t *testing.T) {
	t.Parallel()
	s := start(t, with(people.Receipts{Duplicate: 1}))
	c := bound(t, s)
	c.submit("8190", "x")
	got := c.waitFor(wire.DeliverSM, 2)
	if string(got[0].msg.Text) != string(got[1].msg.Text) {
		t.Fatalf("receipts differ: %q and %q", got[0].msg.Text, got[1].msg.Text)
	}
	if st := settle(t, s); st.Receipts.Acknowledged != 2 || st.Delivered != 1 {
		t.Fatalf("Stats() = %+v", st)
	}
}

func TestEarlyReceiptOvertakesTheResponse(t *testing.T) {
	t.Parallel()
	c := bound(t, start(t, with(people.Receipts{Early: 1})))
	c.submit("8190", "x")
	got := c.wait("a receipt", func(got []pdu) bool { return len(of(got, wire.DeliverSM)) == 1 })
	if got[1].Command != wire.DeliverSM || got[2].Command != wire.SubmitSMResp {
		t.Fatalf("order = %#x, %#x, want the receipt first", got[1].Command, got[2].Command)
	}
}

func TestEarlyReceiptOnAnotherBindOvertakesTheResponseToo(t *testing.T) {
	t.Parallel()
	s := start(t, with(people.Receipts{Early: 1, OtherBind: 1}))
	one, two := bound(t, s), bound(t, s)
	sent := time.Now()
	one.send(submission(one.next(), "8190", "x"))
	two.waitFor(wire.DeliverSM, 1)
	one.waitFor(wire.SubmitSMResp, 1)
	if took := time.Since(sent); took < 25*time.Millisecond {
		t.Fatalf("the response came after %v, it should have waited for the receipt", took)
	}
}

func TestReceiptsOnOtherBinds(t *testing.T) {
	t.Parallel()
	s := start(t, with(people.Receipts{OtherBind: 1}))
	one, two, stranger := bound(t, s), bound(t, s), dial(t, s)
	stranger.bind(wire.BindTransceiver, "somebody else", "")
	for i := range 20 {
		one.submit(strconv.Itoa(8190+i), "x")
	}
	two.waitFor(wire.DeliverSM, 20)
	settle(t, s)
	if a, b := len(of(one.all(), wire.DeliverSM)), len(of(stranger.all(), wire.DeliverSM)); a != 0 || b != 0 {
		t.Fatalf("the bind of the submits got %d, another account %d, want none", a, b)
	}
}

func TestIntermediateNotificationComesFirst(t *testing.T) {
	t.Parallel()
	c := bound(t, start(t, with(people.Receipts{Intermediate: 1})))
	c.submit("8190", "x")
	got := c.waitFor(wire.DeliverSM, 2)
	if got[0].msg.ESMClass != wire.ESMIntermediate || field(string(got[0].msg.Text), "stat") != "ENROUTE" {
		t.Fatalf("first = class %#x %q", got[0].msg.ESMClass, got[0].msg.Text)
	}
	if got[1].msg.ESMClass != wire.ESMReceipt {
		t.Fatalf("second = class %#x", got[1].msg.ESMClass)
	}
}

func TestLies(t *testing.T) {
	t.Parallel()
	s := start(t, with(people.Receipts{WrongState: 1, UnknownID: 1}))
	c := bound(t, s)
	c.submit("8190", "x")
	got := c.waitFor(wire.DeliverSM, 2)
	if st := field(string(got[0].msg.Text), "stat"); st != "UNDELIV" {
		t.Fatalf("state = %s, want UNDELIV for a delivered message", st)
	}
	if a, b := field(string(got[0].msg.Text), "id"), field(string(got[1].msg.Text), "id"); a != "2748" || a == b {
		t.Fatalf("ids = %s and %s, want 2748 and a stray one", a, b)
	}
}

func TestFormsOfIDsAndReceipts(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name               string
		form               people.Form
		ids                people.IDForm
		resp, inText, inID string
		state              byte
	}{
		{"decimal everywhere", "", people.IDForm{}, "2748", "2748", "2748", 2},
		{"hex, decimal in the text", "", people.IDForm{Resp: people.Hex, Text: people.Decimal}, "abc", "2748", "abc", 2},
		{
			"upper case, padded", "", people.IDForm{Resp: people.HexUpper, Text: people.DecimalPadded, TLV: people.HexPadded},
			"ABC", "0000000000002748", "0000000000000abc", 2,
		},
		{"text only", people.TextOnly, people.IDForm{}, "2748", "2748", "", 0},
		{"parameters only", people.TLVsOnly, people.IDForm{}, "2748", "", "2748", 2},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := bound(t, start(t, with(people.Receipts{Form: tc.form, IDs: tc.ids})))
			resp := c.submit("8190", "x")
			m := c.waitFor(wire.DeliverSM, 1)[0].msg
			inText := field(string(m.Text), "id")
			if resp.id() != tc.resp || inText != tc.inText || string(m.MessageID) != tc.inID || m.State != tc.state {
				t.Fatalf("ids = %q, %q, %q, state %d", resp.id(), m.Text, m.MessageID, m.State)
			}
		})
	}
}

func TestFailureCarriesItsCode(t *testing.T) {
	t.Parallel()
	c := bound(t, start(t, with(people.Receipts{Failed: 1, FailCodes: []uint16{27}})))
	c.submit("8190", "x")
	m := c.waitFor(wire.DeliverSM, 1)[0].msg
	text := string(m.Text)
	if field(text, "stat") != "UNDELIV" || field(text, "err") != "027" || string(m.NetworkError) != "\x03\x00\x1b" {
		t.Fatalf("receipt = %q, network error %x", m.Text, m.NetworkError)
	}
}

func TestRegisteredDeliveryIsObeyed(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{})
	c := bound(t, s)
	for _, registered := range []byte{0, 2, 1} {
		seq := c.next()
		c.answer(seq, wire.AppendMessage(nil, wire.SubmitSM, seq, &wire.Message{
			Source: wire.Address{Addr: []byte("1")}, Dest: wire.Address{Addr: []byte("8190")}, Text: []byte("x"),
			Registered: registered,
		}))
	}
	c.waitFor(wire.DeliverSM, 1)
	if st := settle(t, s); st.Receipts.Sent != 1 || st.Unreported != 2 {
		t.Fatalf("receipts %d, unreported %d, want 1 and 2", st.Receipts.Sent, st.Unreported)
	}
}

func TestDelaysAreKept(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{Population: simulator.Population{
		Network:  people.Network{ResponseDelay: people.Fixed(30 * time.Millisecond)},
		Receipts: people.Receipts{Delay: people.Fixed(40 * time.Millisecond)},
	}})
	c := bound(t, s)
	sent := time.Now()
	c.submit("8190", "x")
	responded := time.Since(sent)
	c.waitFor(wire.DeliverSM, 1)
	reported := time.Since(sent)
	if responded < 29*time.Millisecond || reported < 69*time.Millisecond {
		t.Fatalf("response after %v, receipt after %v, want 30 and 70 ms", responded, reported)
	}
}

func TestLostResponsesAreAcceptedAllTheSame(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{Population: simulator.Population{Network: people.Network{LostResponses: 1}}})
	c := bound(t, s)
	c.send(submission(c.next(), "8190", "x"))
	c.waitFor(wire.DeliverSM, 1)
	if n := len(of(c.all(), wire.SubmitSMResp)); n != 0 || s.Stats().Accepted != 1 {
		t.Fatalf("%d responses, accepted %d, want 0 and 1", n, s.Stats().Accepted)
	}
}

func TestWindowOfReceiptsIsKeptAndNothingIsLost(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{Window: 10})
	c := bound(t, s)
	c.mu.Lock()
	c.silent = true
	c.mu.Unlock()
	c.burst(50)
	c.waitFor(wire.SubmitSMResp, 50)
	c.waitFor(wire.DeliverSM, 10)
	if st := s.Stats(); st.Receipts.Sent != 10 || st.Pending != 50 {
		t.Fatalf("sent %d, pending %d, want 10 and 50", st.Receipts.Sent, st.Pending)
	}
	_ = c.nc.Close()
	again := bound(t, s)
	again.waitFor(wire.DeliverSM, 50)
	if st := settle(t, s); st.Receipts.Acknowledged != 50 || st.Receipts.Again != 10 {
		t.Fatalf("acknowledged %d, again %d, want 50 and 10", st.Receipts.Acknowledged, st.Receipts.Again)
	}
}

func TestRefusedReceiptsComeAgainOrAreGivenUp(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{Scale: 100})
	c := bound(t, s)
	c.mu.Lock()
	c.refuse = func(n int) wire.Status {
		return []wire.Status{wire.TryLater, wire.OK, 0x65}[n]
	}
	c.mu.Unlock()
	c.submit("8190", "x")
	c.waitFor(wire.DeliverSM, 2)
	c.submit("8191", "x")
	c.waitFor(wire.DeliverSM, 3)
	if st := settle(t, s); st.Receipts.Acknowledged != 1 || st.Receipts.Again != 1 || st.Receipts.Refused != 1 {
		t.Fatalf("receipts = %+v, want one each of acknowledged, again, refused", st.Receipts)
	}
}

func TestOutageClosesThePortAndOpensItAgain(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{})
	c := bound(t, s)
	s.Down(0)
	c.waitClosed()
	if !s.Stats().Down {
		t.Fatal("the SMSC is not down")
	}
	s.Up()
	s.Down(20 * time.Millisecond)
	deadline := time.Now().Add(patience)
	for s.Stats().Down && time.Now().Before(deadline) {
		<-time.After(time.Millisecond)
	}
	bound(t, s).submit("8190", "back")
}

func TestScheduledOutage(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{})
	s.Pause()
	p := simulator.Perfect()
	p.Network.Outages = []people.Window{{After: time.Minute, For: time.Minute}}
	if err := s.Set(p); err != nil {
		t.Fatalf("Set() = %v", err)
	}
	for _, want := range []bool{false, true, false} {
		if got := s.Stats().Down; got != want {
			t.Fatalf("Down = %v, want %v", got, want)
		}
		s.Step(61 * time.Second)
	}
}

func TestStalledReaderStopsReadingAndGoesOn(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{})
	c := bound(t, s)
	p := simulator.Perfect()
	p.Network.Stalled = true
	if err := s.Set(p); err != nil {
		t.Fatalf("Set() = %v", err)
	}
	c.submit("8190", "still read") // the reader was waiting for it
	c.burst(200)
	if n := s.Stats().Accepted; n != 1 {
		t.Fatalf("accepted %d, want 1", n)
	}
	if err := s.Set(simulator.Perfect()); err != nil {
		t.Fatalf("Set() = %v", err)
	}
	c.waitFor(wire.SubmitSMResp, 201)
}

func TestMuteAnswersNothing(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{})
	c := bound(t, s)
	p := simulator.Perfect()
	p.Network.Mute = true
	if err := s.Set(p); err != nil {
		t.Fatalf("Set() = %v", err)
	}
	c.send(submission(c.next(), "8190", "x"))
	c.send(wire.AppendBare(nil, wire.EnquireLink, 0, 70))
	if n := s.Drop(); n != 1 {
		t.Fatalf("Drop() = %d, want 1", n)
	}
	c.waitClosed()
	if n := len(c.all()); n != 1 {
		t.Fatalf("got %d PDUs, want the bind response only", n)
	}
}

func TestPhonesThatAreOffGetTheirMessagesLater(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{Population: simulator.Population{Phones: people.Phones{Off: 1}}})
	c := bound(t, s)
	c.submit("8190", "x")
	c.submit("8191", "x")
	if st := s.Stats(); st.Held != 2 || st.Receipts.Sent != 0 {
		t.Fatalf("held %d, receipts %d, want 2 and 0", st.Held, st.Receipts.Sent)
	}
	if err := s.SwitchOff("8190", false); err != nil {
		t.Fatalf("SwitchOff() = %v", err)
	}
	if st := field(string(c.waitFor(wire.DeliverSM, 1)[0].msg.Text), "stat"); st != "DELIVRD" {
		t.Fatalf("state = %s, want DELIVRD", st)
	}
	s.Step(72*time.Hour + time.Minute)
	if st := field(string(c.waitFor(wire.DeliverSM, 2)[1].msg.Text), "stat"); st != "EXPIRED" {
		t.Fatalf("state of the other = %s, want EXPIRED", st)
	}
	if st := settle(t, s); st.Delivered != 1 || st.Expired != 1 || st.Held != 0 {
		t.Fatalf("Stats() = %+v", st)
	}
}

func TestValidityPeriodEndsTheWait(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{Population: simulator.Population{Phones: people.Phones{Off: 1}}})
	c := bound(t, s)
	seq := c.next()
	c.answer(seq, wire.AppendMessage(nil, wire.SubmitSM, seq, &wire.Message{
		Source: wire.Address{Addr: []byte("1")}, Dest: wire.Address{Addr: []byte("8190")}, Text: []byte("x"), Registered: 1,
		Validity: []byte("000000020000000R"),
	}))
	s.Pause()
	s.Step(119 * time.Minute)
	if n := s.Stats().Expired; n != 0 {
		t.Fatalf("expired %d before two hours", n)
	}
	s.Step(2 * time.Minute)
	if n := s.Stats().Expired; n != 1 {
		t.Fatalf("expired %d after two hours, want 1", n)
	}
}

func TestPauseStopsReceiptsAndStepMovesToTheNext(t *testing.T) {
	t.Parallel()
	s := start(t, with(people.Receipts{Delay: people.Fixed(time.Hour)}))
	c := bound(t, s)
	s.Pause()
	c.submit("8190", "x")
	if !s.Step(0) {
		t.Fatal("Step() found nothing to wait for")
	}
	c.waitFor(wire.DeliverSM, 1)
	settle(t, s)
	if s.Step(0) {
		t.Fatal("Step() found something in an idle SMSC")
	}
}

func TestScaleMakesTimeRunFaster(t *testing.T) {
	t.Parallel()
	s := start(t, with(people.Receipts{Delay: people.Fixed(time.Minute)}))
	c := bound(t, s)
	s.SetScale(6000)
	c.submit("8190", "x")
	c.waitFor(wire.DeliverSM, 1)
}

func TestResetForgetsEverythingButTheBinds(t *testing.T) {
	t.Parallel()
	s := start(t, simulator.Options{Handsets: 10, Population: simulator.Population{
		Receipts: people.Receipts{Delay: people.Fixed(time.Hour)},
	}})
	c := bound(t, s)
	first := c.submit("8190", "x").id()
	s.Reset()
	st := s.Stats()
	if st.Accepted != 0 || st.Numbers != 0 || st.Pending != 0 || st.Handsets != 0 || st.Binds != 1 {
		t.Fatalf("Stats() = %+v", st)
	}
	if again := c.submit("8190", "x").id(); again == first {
		t.Fatalf("id %s was given twice", again)
	}
}
