package apptest_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"noroshi/app/apptest"
	"noroshi/app/autoreply"
	"noroshi/app/broadcast"
	"noroshi/app/directory"
	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/question"
	"noroshi/app/reply"
	"noroshi/app/simulator"
	"noroshi/app/store"
)

// A text that came before the close counts whenever it is read; one that came after it is late.
func TestTrayAfterTheClose(t *testing.T) {
	t.Parallel()
	a := ask(t, apptest.Everybody(3))
	ctx := t.Context()
	codes := a.b.Content.TypedCodes()
	a.w.Say(t, apptest.Number(0), "my leg hurts a bit")
	a.pass(time.Minute)
	if _, err := a.w.Broadcasts.Close(ctx, apptest.Admin, a.b.ID, "over"); err != nil {
		t.Fatalf("Close: %v", err)
	}
	a.pass(time.Minute)
	a.w.Say(t, apptest.Number(1), "my arm hurts a bit")
	a.w.Say(t, apptest.Number(2), "B")
	waiting := a.tray(t, reply.Unread)
	if len(waiting) != 2 {
		t.Fatalf("%d in the tray, want 2", len(waiting))
	}
	for i, r := range waiting {
		if _, err := a.w.Replies.Assign(ctx, apptest.Admin, r.ID, a.b.ID, uint32(i), codes[1:2]); err != nil {
			t.Fatalf("Assign: %v", err)
		}
	}
	a.want(t, 0, 2, question.ByTray|question.Commented)
	a.want(t, 1, 0, 0)
	a.want(t, 2, 0, 0)
	if got := a.tray(t, reply.Late); len(got) != 1 || got[0].Text != "B" {
		t.Errorf("late replies: %v, want the one that was read", got)
	}
	l, err := a.w.Replies.CountLate(ctx, apptest.Admin, a.b.ID, true)
	if err != nil || l.Late != 2 || !l.Counted {
		t.Fatalf("CountLate = %+v, %v", l, err)
	}
	a.want(t, 1, 2, question.ByTray|question.Commented|question.LateOne)
	a.want(t, 2, 2, question.LateOne)
	for _, r := range waiting {
		if _, err := a.w.Replies.Undo(ctx, apptest.Admin, r.ID); err != nil {
			t.Fatalf("Undo: %v", err)
		}
	}
	a.want(t, 0, 0, 0)
	a.want(t, 1, 0, 0)
	if _, err = a.w.Replies.CountLate(ctx, apptest.Admin, a.b.ID, false); err != nil {
		t.Fatalf("CountLate: %v", err)
	}
	a.want(t, 2, 0, 0)
}

func TestLateAnswersCountAcrossARestart(t *testing.T) {
	t.Parallel()
	sim := smsc(t, simulator.Options{Population: simulator.Perfect()})
	o := apptest.Options{Dir: t.TempDir(), Routes: routes(sim)}
	w, err := apptest.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	w.MustRegister(t, apptest.Everybody(2))
	b := opened(t, w, sim, apptest.Safety(broadcast.Urgent))
	w.Say(t, apptest.Number(0), "A")
	if _, err := w.Broadcasts.Close(t.Context(), apptest.Admin, b.ID, "over"); err != nil {
		t.Fatalf("Close: %v", err)
	}
	w.Say(t, apptest.Number(0), "C")
	w.Say(t, apptest.Number(1), "B")
	if _, err := w.Replies.CountLate(t.Context(), apptest.Admin, b.ID, true); err != nil {
		t.Fatalf("CountLate: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	w = apptest.Start(t, o)
	room, err := w.Questions.Load(t.Context(), b.ID)
	if err != nil || room.Current(0).Mask != 4 || room.Current(1).Mask != 2 {
		t.Errorf("after the restart: %v and %v (%v)", room.Current(0), room.Current(1), err)
	}
	w.CheckCounts(t, b.ID)
}

// An older text that is read later does not put a newer answer away.
func TestAnOlderTextDoesNotReplaceANewerAnswer(t *testing.T) {
	t.Parallel()
	a := ask(t, apptest.Everybody(1))
	a.w.Say(t, apptest.Number(0), "wait a moment")
	a.pass(time.Second)
	a.w.Say(t, apptest.Number(0), "A")
	r := a.tray(t, reply.Unread)[0]
	codes := a.b.Content.TypedCodes()
	if _, err := a.w.Replies.Assign(t.Context(), apptest.Admin, r.ID, a.b.ID, 0, codes[2:]); err != nil {
		t.Fatalf("Assign: %v", err)
	}
	a.want(t, 0, 1, 0)
	if _, err := a.w.Replies.Undo(t.Context(), apptest.Admin, r.ID); err != nil {
		t.Fatalf("Undo: %v", err)
	}
	a.want(t, 0, 1, 0)
}

func TestSeveralRepliesAreDecidedAtOnce(t *testing.T) {
	t.Parallel()
	drafts := append(apptest.Everybody(3),
		apptest.Person("Mai", apptest.Number(50)), apptest.Person("Ryo", apptest.Number(50)))
	a := ask(t, drafts)
	for _, i := range []int{0, 1, 2, 50} {
		a.w.Say(t, apptest.Number(i), "I do not know yet")
	}
	ctx, codes := t.Context(), a.b.Content.TypedCodes()
	var which []id.Reply
	for _, r := range a.tray(t, reply.Unread) {
		which = append(which, r.ID)
	}
	if _, err := a.w.Replies.SetAside(ctx, apptest.Admin, which[2]); err != nil {
		t.Fatalf("SetAside: %v", err)
	}
	done, refused, err := a.w.Replies.AssignMany(ctx, apptest.Admin, reply.Many{Replies: which, Codes: codes[:1]})
	if err != nil || len(done) != 2 || len(refused) != 2 || refused[0].Code != "reply_decided" ||
		refused[1].Code != "several_people" {
		t.Fatalf("AssignMany = %d done, refused %v, %v", len(done), refused, err)
	}
	a.want(t, 0, 1, question.ByTray|question.Commented)
	done, refused, err = a.w.Replies.UndoMany(ctx, apptest.Admin, which[:3])
	if err != nil || len(done) != 3 || len(refused) != 0 {
		t.Fatalf("UndoMany = %d done, refused %v, %v", len(done), refused, err)
	}
	a.want(t, 0, 0, 0)
	done, _, err = a.w.Replies.SetAsideMany(ctx, apptest.Admin, which)
	if err != nil || len(done) != 4 || len(a.tray(t, reply.Unread)) != 0 {
		t.Fatalf("SetAsideMany = %d done, %v", len(done), err)
	}
	_, _, err = a.w.Replies.UndoMany(ctx, apptest.Admin, make([]id.Reply, reply.MaxMany+1))
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("UndoMany of too many: %v", err)
	}
}

func TestTheTraySuggestsTheLikelyReading(t *testing.T) {
	t.Parallel()
	a := ask(t, apptest.Everybody(3))
	codes := a.b.Content.TypedCodes()
	for i, c := range []struct{ text, want string }{
		{"is it " + codes[1] + "?", codes[1]}, {"please help, we cannot get out", codes[2]}, {"where are you", ""},
	} {
		a.w.Say(t, apptest.Number(i), c.text)
		said, err := a.w.Replies.Of(a.b.ID, uint32(i))
		if err != nil || len(said) != 1 || said[0].Kind != reply.Unread {
			t.Fatalf("%q became %v, %v", c.text, said, err)
		}
		got := ""
		if m := said[0].Maybe; len(m) == 1 && m[0].Broadcast == a.b.ID {
			got = m[0].Code
		}
		if got != c.want {
			t.Errorf("%q may mean %q, want %q", c.text, got, c.want)
		}
	}
	if got := a.tray(t, reply.Unread); !got[0].Cry || got[1].Cry {
		t.Error("the call for help does not stand first")
	}
}

// Codes are unique on one reply number: the number a text was sent to says which question is meant.
func TestTheNumberWrittenToSaysWhichQuestionIsMeant(t *testing.T) {
	t.Parallel()
	sim := smsc(t, simulator.Options{Population: simulator.Perfect()})
	o := apptest.Options{Dir: t.TempDir(), Routes: routes(sim)}
	w, err := apptest.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	w.MustRegister(t, apptest.Everybody(3))
	first := opened(t, w, sim, apptest.Safety(broadcast.Normal))
	if err := w.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	// The company gets a new number, and keeps the old one for answers.
	const number = "815099990000"
	o.Routes[0].Sender = number
	o.Routes[0].MONumbers = []string{number, apptest.Sender, "77001"}
	w = apptest.Start(t, o)
	second := opened(t, w, sim, apptest.Safety(broadcast.Normal))
	code := first.Content.TypedCodes()[0]
	if got := second.Content.TypedCodes()[0]; got != code {
		t.Fatalf("the second question has %s as its first code, want the same as the first, %s", got, code)
	}
	for i, c := range []struct {
		to            string
		first, second question.Mask
	}{{apptest.Sender, 1, 0}, {number, 0, 1}, {"+77001", 0, 1}} {
		heard := w.Heard(apptest.Number(i), code)
		heard.To = c.to
		w.Hand(t, heard)
		one, two := w.Questions.Room(first.ID).Current(uint32(i)), w.Questions.Room(second.ID).Current(uint32(i))
		if one.Mask != c.first || two.Mask != c.second {
			t.Errorf("a text to %s: %b and %b, want %b and %b", c.to, one.Mask, two.Mask, c.first, c.second)
		}
	}
}

func TestUnknownSendersCanBePutAside(t *testing.T) {
	t.Parallel()
	a := ask(t, apptest.Everybody(1))
	a.w.Say(t, apptest.Number(77), "who is this")
	r := a.tray(t, reply.UnknownSender)[0]
	ctx := t.Context()
	_, err := a.w.Replies.Assign(ctx, apptest.Admin, r.ID, a.b.ID, 0, a.b.Content.TypedCodes()[:1])
	if fault.CodeOf(err) != "unknown_sender" {
		t.Errorf("Assign of a stranger's text: %v", err)
	}
	if _, err := a.w.Replies.SetAside(ctx, apptest.Admin, r.ID); err != nil {
		t.Fatalf("SetAside: %v", err)
	}
	if got := a.tray(t, reply.UnknownSender); len(got) != 0 {
		t.Errorf("%d unknown senders are left", len(got))
	}
	back, err := a.w.Replies.Undo(ctx, apptest.Admin, r.ID)
	if err != nil || back.Kind != reply.UnknownSender || len(a.tray(t, reply.UnknownSender)) != 1 {
		t.Errorf("Undo = %v, %v", back, err)
	}
	if got := a.tray(t, reply.Unread); len(got) != 0 {
		t.Errorf("a stranger's text is in the tray: %v", got)
	}
}

func TestOptOutIsVisibleAndRecordOnlyBlocksNobody(t *testing.T) {
	t.Parallel()
	for _, recordOnly := range []bool{false, true} {
		sim := smsc(t, simulator.Options{Population: simulator.Perfect()})
		w := apptest.Start(t, apptest.Options{Routes: routes(sim), RecordOnly: recordOnly})
		w.MustRegister(t, apptest.Everybody(2))
		opened(t, w, sim, apptest.Safety(broadcast.Normal))
		w.Say(t, apptest.Number(1), "配信停止")
		w.Say(t, apptest.Number(9), "STOP")
		list, total, _, err := w.Replies.OptOuts(id.Page{})
		if err != nil || total != 2 || list[0].Number.Digits() != apptest.Number(1) || list[0].Blocked == recordOnly {
			t.Fatalf("OptOuts = %v of %d, %v", list, total, err)
		}
		_, _, next, _ := w.Replies.OptOuts(id.Page{Limit: 1})
		list, _, _, err = w.Replies.OptOuts(id.Page{Limit: 1, After: next})
		if err != nil || len(list) != 1 || list[0].Number.Digits() != apptest.Number(9) {
			t.Errorf("second page = %v, %v", list, err)
		}
		second := opened(t, w, sim, apptest.Safety(broadcast.Normal))
		want := 1
		if recordOnly {
			want = 0
		}
		if c := w.CheckCounts(t, second.ID); c.Standings[message.UnreachableOptedOut] != want {
			t.Errorf("record only %v: %d opted out, want %d", recordOnly, c.Standings[message.UnreachableOptedOut], want)
		}
		w.Say(t, apptest.Number(1), "start")
		if _, total, _, err = w.Replies.OptOuts(id.Page{}); err != nil || total != 1 {
			t.Errorf("%d numbers after START, %v; want 1", total, err)
		}
	}
}

// What came before a restart is known after it: whole texts, and parts of texts that were complete.
func TestRepetitionsAreKnownAfterARestart(t *testing.T) {
	t.Parallel()
	sim := smsc(t, simulator.Options{Population: simulator.Perfect()})
	var skew time.Duration
	o := apptest.Options{Dir: t.TempDir(), Routes: routes(sim), Now: func() time.Time { return time.Now().Add(skew) }}
	w, err := apptest.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	w.MustRegister(t, apptest.Everybody(3))
	b := opened(t, w, sim, apptest.Safety(broadcast.Urgent))
	heard := w.Heard(apptest.Number(0), "what shall I do now")
	long := parts(w, apptest.Number(1), "we are all on the roof and it is raining", 3, 20)
	left := parts(w, apptest.Number(2), "this one will never be complete", 4, 20)
	w.Hand(t, heard)
	w.Hand(t, long...)
	w.Hand(t, left[0])
	if err := w.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	w = apptest.Start(t, o)
	w.Hand(t, heard, long[0], long[1])
	said := func() (n int) {
		t.Helper()
		if err := w.Replies.Expire(t.Context()); err != nil {
			t.Fatalf("Expire: %v", err)
		}
		for person := range uint32(3) {
			list, err := w.Replies.Of(b.ID, person)
			if err != nil {
				t.Fatalf("Of: %v", err)
			}
			n += len(list)
		}
		return n
	}
	if got := said(); got != 2 {
		t.Errorf("%d texts after the repetitions, want 2", got)
	}
	skew += 61 * time.Second
	if got := said(); got != 3 {
		t.Errorf("%d texts after the wait, want 3", got)
	}
	skew += 121 * time.Second
	for more := true; more; {
		if more, err = w.Replies.Sweep(t.Context()); err != nil {
			t.Fatalf("Sweep: %v", err)
		}
	}
	for _, prefix := range []store.Prefix{store.InboundSeen, store.InboundPart} {
		kept := 0
		_ = w.Store.View(func(tx *store.Tx) error {
			return tx.Each(store.Scan{Prefix: prefix.Key(), KeysOnly: true}, func(_, _ []byte) (bool, error) {
				kept++
				return true, nil
			})
		})
		if kept != 0 {
			t.Errorf("%d records of %#x are kept for ever", kept, prefix)
		}
	}
}

// Parts of two texts that were cut off by a stop long apart are both taken in.
func TestPartsOfOldTextsAreNotLostAtAStart(t *testing.T) {
	t.Parallel()
	sim := smsc(t, simulator.Options{Population: simulator.Perfect()})
	o := apptest.Options{Dir: t.TempDir(), Routes: routes(sim)}
	w, err := apptest.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	w.MustRegister(t, apptest.Everybody(4))
	b := opened(t, w, sim, apptest.Safety(broadcast.Urgent))
	for i := range 4 {
		p := parts(w, apptest.Number(i), "somebody writes a long text and then", 9, 20)[0]
		p.Received = p.Received.Add(-time.Duration(i) * 90 * time.Second)
		w.Hand(t, p)
	}
	if err := w.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	o.Now = func() time.Time { return time.Now().Add(time.Hour) }
	w = apptest.Start(t, o)
	if err := w.Replies.Expire(t.Context()); err != nil {
		t.Fatalf("Expire: %v", err)
	}
	for i := range uint32(4) {
		if said, err := w.Replies.Of(b.ID, i); err != nil || len(said) != 1 || said[0].Missing != 1 {
			t.Errorf("person %d: %v, %v", i, said, err)
		}
	}
}

func TestReceiptsOfConfirmationsAreNotOrphans(t *testing.T) {
	t.Parallel()
	sim := smsc(t, simulator.Options{Population: simulator.Perfect(), Handsets: 100})
	a := &asked{sim: sim}
	now := func() time.Time { return time.Now().Add(time.Duration(a.skew.Load())) }
	w := apptest.Start(t, apptest.Options{Routes: routes(sim), Now: now})
	a.w = w
	w.MustRegister(t, []directory.Draft{
		apptest.Person("Aki", apptest.Number(0)), apptest.Person("Ben", apptest.Number(1)),
		apptest.Person("Chika", apptest.Number(2)),
	})
	c := apptest.Safety(broadcast.Urgent)
	c.AutoReply = true
	b := opened(t, w, sim, c)
	got := func(i, n int) []string {
		t.Helper()
		apptest.Within(t, "the phone has its texts", func() bool { return len(received(t, sim, apptest.Number(i))) >= n })
		return received(t, sim, apptest.Number(i))[1:]
	}
	w.Say(t, apptest.Number(0), "A")
	if text := got(0, 2); text[0] != "Received A:Safe" {
		t.Errorf("the confirmation is %q", text)
	}
	w.Say(t, apptest.Number(1), "what is going on")
	if text := got(1, 2); !strings.Contains(text[0], "for example A") {
		t.Errorf("the answer to a text that must be read is %q", text)
	}
	w.Say(t, apptest.Number(0), "B") // within ten minutes
	w.Say(t, apptest.Number(77), "A")
	a.pass(autoreply.Pause)
	w.Say(t, apptest.Number(1), "hello?") // the second that must be read
	w.Say(t, apptest.Number(2), "STOP")
	w.Say(t, apptest.Number(2), "C")
	w.Say(t, apptest.Number(0), "C")
	if text := got(0, 3); len(text) != 2 || text[1] != "Received C:Need help" {
		t.Errorf("the confirmations are %q", text)
	}
	if text := got(1, 2); len(text) != 1 {
		t.Errorf("a second text that must be read was answered: %q", text)
	}
	if n := sim.Submits(apptest.Number(77)) + len(got(2, 1)); n != 0 {
		t.Errorf("%d answers to a stranger or to somebody who opted out", n)
	}
	said, err := w.Replies.Of(b.ID, 0)
	if err != nil || len(said) != 3 {
		t.Fatalf("Of = %v, %v", said, err)
	}
	apptest.Within(t, "the confirmation is delivered", func() bool {
		n, ok, err := w.Replies.Note(said[0].ID)
		return err == nil && ok && n.State == autoreply.Delivered
	})
	if _, ok, err := w.Replies.Note(said[1].ID); ok || err != nil {
		t.Errorf("a second confirmation within ten minutes is planned (%v)", err)
	}
	left, _, err := orphans(w)
	if err != nil || left != 0 {
		t.Errorf("%d receipts of confirmations fit nothing (%v)", left, err)
	}
	w.CheckCounts(t, b.ID)
}

func orphans(w *apptest.World) (left int, more bool, err error) {
	_, err = w.Store.Update(context.Background(), func(tx *store.Tx) error {
		left, more, err = w.Messages.RetryOrphans(tx)
		return err
	})
	return left, more, err
}

// A drill's confirmation says that it is one.
func TestConfirmationsOfDrillsAreMarked(t *testing.T) {
	t.Parallel()
	sim := smsc(t, simulator.Options{Population: simulator.Perfect(), Handsets: 100})
	w := apptest.Start(t, apptest.Options{Routes: routes(sim)})
	w.MustRegister(t, apptest.Everybody(1))
	c := apptest.Safety(broadcast.Urgent)
	c.AutoReply, c.Mode = true, broadcast.Drill
	opened(t, w, sim, c)
	w.Say(t, apptest.Number(0), "B")
	apptest.Within(t, "the confirmation has come", func() bool { return len(received(t, sim, apptest.Number(0))) == 2 })
	if text := received(t, sim, apptest.Number(0))[1]; text != "[DRILL] Received B:Injured" {
		t.Errorf("the confirmation is %q", text)
	}
}

// What an alphanumeric sender, a short code or our own number writes is never answered: two machines would go on for
// ever.
func TestMachinesAreNotAnswered(t *testing.T) {
	t.Parallel()
	sim := smsc(t, simulator.Options{Population: simulator.Perfect(), Handsets: 100})
	w := apptest.Start(t, apptest.Options{Routes: routes(sim)})
	w.MustRegister(t, append(apptest.Everybody(1), apptest.Person("Loop", apptest.Sender)))
	c := apptest.Safety(broadcast.Urgent)
	c.AutoReply = true
	opened(t, w, sim, c)
	for i, from := range []struct {
		addr string
		ton  byte
	}{{"NOROSHI", 5}, {"77001", 3}, {"+" + apptest.Sender, 1}} {
		w.Hand(t, gateway.Text{
			Route: "line", From: from.addr, FromTON: from.ton, To: apptest.Sender, Octets: apptest.UCS2("A"), DCS: 8,
			Sequence: uint32(8_000_000 + i), Received: time.Now(),
		})
	}
	planned := 0
	_ = w.Store.View(func(tx *store.Tx) error {
		return tx.Each(store.Scan{Prefix: store.AutoReply.Key(), KeysOnly: true}, func(_, _ []byte) (bool, error) {
			planned++
			return true, nil
		})
	})
	if planned != 0 {
		t.Errorf("%d answers to machines are planned", planned)
	}
}
