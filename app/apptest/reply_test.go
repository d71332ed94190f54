package apptest_test

import (
	"sync/atomic"
	"testing"
	"time"

	"noroshi/app/apptest"
	"noroshi/app/broadcast"
	"noroshi/app/directory"
	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/question"
	"noroshi/app/reply"
	"noroshi/app/scope"
	"noroshi/app/simulator"
	"noroshi/app/store"
)

// people answers in tests: everybody was called and has the text.
type asked struct {
	w    *apptest.World
	sim  *simulator.SMSC
	b    broadcast.Broadcast
	who  []id.Recipient
	skew atomic.Int64
}

// ask starts a world in which people were asked; number i is the phone of person i.
func ask(t *testing.T, drafts []directory.Draft) *asked {
	t.Helper()
	a := &asked{sim: smsc(t, simulator.Options{Population: simulator.Perfect()})}
	now := func() time.Time { return time.Now().Add(time.Duration(a.skew.Load())) }
	a.w = apptest.Start(t, apptest.Options{Routes: routes(a.sim), Now: now})
	a.who = a.w.MustRegister(t, drafts)
	a.b = opened(t, a.w, a.sim, apptest.Safety(broadcast.Urgent))
	return a
}

func (a *asked) pass(d time.Duration) { a.skew.Add(int64(d)) }

// answer returns what counts of a person.
func (a *asked) answer(person uint32) question.Current {
	return a.w.Questions.Room(a.b.ID).Current(person)
}

// want checks the answer that counts, and that the tally agrees with everything.
func (a *asked) want(t *testing.T, person uint32, mask question.Mask, flags question.Flags) {
	t.Helper()
	if got := a.answer(person); got.Mask != mask || got.Flags != flags {
		t.Errorf("person %d: mask %b flags %b, want %b and %b", person, got.Mask, got.Flags, mask, flags)
	}
	a.w.CheckCounts(t, a.b.ID)
}

// tray returns the replies that wait, oldest first.
func (a *asked) tray(t *testing.T, kind reply.Kind) []reply.Reply {
	t.Helper()
	list, total, _, err := a.w.Replies.List(reply.Query{Kind: kind})
	if err != nil || total != len(list) {
		t.Fatalf("List(%s) = %d of %d, %v", kind, len(list), total, err)
	}
	if kind == reply.Unread {
		n, err := a.w.Replies.Unread()
		a.w.Counted(t, a.b.ID)
		if err != nil || n != total || a.w.Tally.Unread() != total {
			t.Errorf("%d unread by the list, %d by the index, %d by the tally (%v)", total, n, a.w.Tally.Unread(), err)
		}
	}
	return list
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	a := ask(t, apptest.Everybody(12))
	for i, c := range []struct {
		text  string
		mask  question.Mask
		flags question.Flags
	}{
		{"A", 1, 0},
		{" b ", 2, 0},
		{"Ｃ", 4, 0},
		{"C my leg is broken", 4, question.Inferred | question.Commented},
		{"Injured", 2, question.Inferred},
		{"A B", 0, 0},            // goes to a person
		{"I am fine", 0, 0},      // goes to a person
		{"Liked “A:Safe”", 0, 0}, // a phone's own words
	} {
		a.w.Say(t, apptest.Number(i), c.text)
		if got := a.answer(uint32(i)); got.Mask != c.mask || got.Flags != c.flags {
			t.Errorf("%q: mask %b flags %b, want %b and %b", c.text, got.Mask, got.Flags, c.mask, c.flags)
		}
	}
	if got := a.tray(t, reply.Unread); len(got) != 2 {
		t.Errorf("%d replies in the tray, want 2", len(got))
	}
	counts := a.w.CheckCounts(t, a.b.ID)
	if counts.Inferred != 2 || counts.Commented != 1 || counts.Unread != 2 || counts.Answered() != 5 {
		t.Errorf("inferred %d, commented %d, unread %d, answered %d; want 2, 1, 2, 5", counts.Inferred, counts.Commented,
			counts.Unread, counts.Answered())
	}
}

func TestTheNewestAnswerCounts(t *testing.T) {
	t.Parallel()
	a := ask(t, apptest.Everybody(2))
	for _, text := range []string{"A", "C", "what do you mean", "B"} {
		a.w.Say(t, apptest.Number(0), text)
	}
	a.want(t, 0, 2, 0)
	if got := a.answer(0).Count; got != 3 {
		t.Errorf("%d answers, want 3", got)
	}
	_, history, err := a.w.Questions.History(a.b.ID, 0)
	if err != nil || len(history) != 3 || history[0].Mask != 1 || history[1].Mask != 4 {
		t.Errorf("history = %v, %v", history, err)
	}
	said, err := a.w.Replies.Of(a.b.ID, 0)
	if err != nil || len(said) != 4 {
		t.Errorf("%d replies of the person, %v; want 4", len(said), err)
	}
}

func TestTrayAssignUndoAndSetAside(t *testing.T) {
	t.Parallel()
	a := ask(t, apptest.Everybody(3))
	a.w.Say(t, apptest.Number(1), "A")
	a.w.Say(t, apptest.Number(1), "or maybe not, who knows")
	a.w.Say(t, apptest.Number(2), "where should we go")
	codes := a.b.Content.TypedCodes()
	waiting := a.tray(t, reply.Unread)
	if len(waiting) != 2 {
		t.Fatalf("%d in the tray, want 2", len(waiting))
	}
	ctx := t.Context()
	_, err := a.w.Replies.Assign(ctx, apptest.Admin, waiting[0].ID, a.b.ID, 1, []string{"X"})
	if fault.CodeOf(err) != "code_not_offered" {
		t.Errorf("Assign of a foreign code: %v", err)
	}
	_, err = a.w.Replies.Assign(ctx, apptest.Admin, waiting[0].ID, a.b.ID, 9, codes[:1])
	if fault.CodeOf(err) != "code_not_offered" {
		t.Errorf("Assign to nobody: %v", err)
	}
	if _, err := a.w.Replies.Assign(ctx, apptest.Admin, waiting[0].ID, a.b.ID, 1, codes[1:2]); err != nil {
		t.Fatalf("Assign: %v", err)
	}
	a.want(t, 1, 2, question.ByTray|question.Commented)
	if _, err := a.w.Replies.SetAside(ctx, apptest.Admin, waiting[0].ID); fault.CodeOf(err) != "reply_decided" {
		t.Errorf("SetAside of a decided one: %v", err)
	}
	if _, err := a.w.Replies.SetAside(ctx, apptest.Admin, waiting[1].ID); err != nil {
		t.Fatalf("SetAside: %v", err)
	}
	if got := a.tray(t, reply.Unread); len(got) != 0 {
		t.Errorf("%d wait after all are decided", len(got))
	}
	if got := a.tray(t, reply.Assigned); len(got) != 2 {
		t.Errorf("%d are decided, want 2", len(got))
	}
	for _, r := range waiting {
		if _, err := a.w.Replies.Undo(ctx, apptest.Admin, r.ID); err != nil {
			t.Fatalf("Undo: %v", err)
		}
	}
	a.want(t, 1, 1, 0)
	a.want(t, 2, 0, 0)
	if got := a.tray(t, reply.Unread); len(got) != 2 {
		t.Errorf("%d wait after both decisions were taken back, want 2", len(got))
	}
	if _, err := a.w.Replies.Undo(ctx, apptest.Admin, waiting[0].ID); fault.CodeOf(err) != "reply_not_decided" {
		t.Errorf("Undo twice: %v", err)
	}
}

func TestUndoLeavesALaterAnswerAlone(t *testing.T) {
	t.Parallel()
	a := ask(t, apptest.Everybody(1))
	a.w.Say(t, apptest.Number(0), "what is this about")
	r := a.tray(t, reply.Unread)[0]
	codes := a.b.Content.TypedCodes()
	if _, err := a.w.Replies.Assign(t.Context(), apptest.Admin, r.ID, a.b.ID, 0, codes[:1]); err != nil {
		t.Fatalf("Assign: %v", err)
	}
	a.w.Say(t, apptest.Number(0), "C")
	if _, err := a.w.Replies.Undo(t.Context(), apptest.Admin, r.ID); err != nil {
		t.Fatalf("Undo: %v", err)
	}
	a.want(t, 0, 4, 0)
}

func TestRecordedAnswers(t *testing.T) {
	t.Parallel()
	a := ask(t, apptest.Everybody(2))
	codes := a.b.Content.TypedCodes()
	if err := a.w.Replies.Record(t.Context(), apptest.Admin, a.b.ID, 1, codes[2:], "by phone: trapped"); err != nil {
		t.Fatalf("Record: %v", err)
	}
	a.want(t, 1, 4, question.ByAdmin|question.Commented)
}

func TestRepliesAfterTheClose(t *testing.T) {
	t.Parallel()
	a := ask(t, apptest.Everybody(3))
	a.w.Say(t, apptest.Number(0), "A")
	if _, err := a.w.Broadcasts.Close(t.Context(), apptest.Admin, a.b.ID, "over"); err != nil {
		t.Fatalf("Close: %v", err)
	}
	a.w.Say(t, apptest.Number(0), "C")
	a.w.Say(t, apptest.Number(1), "B")
	a.want(t, 0, 1, 0)
	a.want(t, 1, 0, 0)
	said, err := a.w.Replies.Of(a.b.ID, 1)
	if err != nil || len(said) != 1 || said[0].Kind != reply.Late {
		t.Errorf("the late reply is %v, %v", said, err)
	}
	if got := a.tray(t, reply.Unread); len(got) != 0 {
		t.Errorf("%d late answers in the tray", len(got))
	}
	a.pass(question.Cooling + time.Minute)
	a.w.Say(t, apptest.Number(2), "B")
	a.want(t, 2, 0, 0)
	if got := a.tray(t, reply.UnknownSender); len(got) != 1 {
		t.Errorf("%d replies to nothing, want 1", len(got))
	}
}

func TestCodesAreNotUsedAgainUntilTheyHaveCooled(t *testing.T) {
	t.Parallel()
	a := ask(t, apptest.Everybody(2))
	codes := func() []string {
		b := opened(t, a.w, a.sim, apptest.Safety(broadcast.Normal))
		return b.Content.TypedCodes()
	}
	if got := codes(); got[0] != "D" || got[1] != "E" || got[2] != "F" {
		t.Errorf("codes beside an open broadcast: %v, want D E F", got)
	}
	if _, err := a.w.Broadcasts.Close(t.Context(), apptest.Admin, a.b.ID, ""); err != nil {
		t.Fatalf("Close: %v", err)
	}
	a.pass(question.Cooling - time.Minute)
	if got := codes(); got[0] != "G" {
		t.Errorf("codes before the first have cooled: %v, want G first", got)
	}
	a.pass(2 * time.Minute)
	if got := codes(); got[0] != "A" {
		t.Errorf("codes after the first have cooled: %v, want A first", got)
	}
}

func TestTwoOpenQuestionsAreToldApart(t *testing.T) {
	t.Parallel()
	a := ask(t, apptest.Everybody(3))
	second := opened(t, a.w, a.sim, apptest.Safety(broadcast.Normal))
	a.w.Say(t, apptest.Number(0), "A")
	a.w.Say(t, apptest.Number(0), second.Content.TypedCodes()[1])
	a.w.Say(t, apptest.Number(1), "B "+second.Content.TypedCodes()[0])
	a.want(t, 0, 1, 0)
	a.want(t, 1, 2, 0)
	room := a.w.Questions.Room(second.ID)
	if room.Current(0).Mask != 2 || room.Current(1).Mask != 1 {
		t.Errorf("second question: %v and %v", room.Current(0), room.Current(1))
	}
	a.w.CheckCounts(t, second.ID)
}

func TestOptOut(t *testing.T) {
	t.Parallel()
	a := ask(t, apptest.Everybody(3))
	a.w.Say(t, apptest.Number(1), "STOP")
	a.want(t, 1, 0, 0)
	second := opened(t, a.w, a.sim, apptest.Safety(broadcast.Normal))
	c := a.w.CheckCounts(t, second.ID)
	if c.Standings[message.UnreachableOptedOut] != 1 || c.Group("delivered") != 2 {
		t.Errorf("opted out %d, delivered %d; want 1 and 2", c.Standings[message.UnreachableOptedOut], c.Group("delivered"))
	}
	a.w.Say(t, apptest.Number(1), "START")
	third := opened(t, a.w, a.sim, apptest.Safety(broadcast.Normal))
	c = a.w.CheckCounts(t, third.ID)
	if c.Group("delivered") != 3 {
		t.Errorf("delivered %d after opting in again, want 3", c.Group("delivered"))
	}
}

// A number that opted out stays blocked when somebody else is registered with it.
func TestOptOutHoldsForTheNumber(t *testing.T) {
	t.Parallel()
	a := ask(t, apptest.Everybody(2))
	a.w.Say(t, apptest.Number(1), "STOP")
	a.w.MustRegister(t, []directory.Draft{apptest.Person("New", apptest.Number(1))})
	second := opened(t, a.w, a.sim, apptest.Safety(broadcast.Normal))
	c := a.w.CheckCounts(t, second.ID)
	if c.Standings[message.UnreachableOptedOut] != 2 || a.sim.Submits(apptest.Number(1)) != 1 {
		t.Errorf("opted out %d, texts to the number %d; want 2 and 1", c.Standings[message.UnreachableOptedOut],
			a.sim.Submits(apptest.Number(1)))
	}
}

func TestUnknownSendersStayApart(t *testing.T) {
	t.Parallel()
	a := ask(t, apptest.Everybody(2))
	a.w.Say(t, apptest.Number(77), "A")
	a.w.Say(t, apptest.Number(78), "help me please")
	a.w.Hand(t, gateway.Text{Route: "line", From: "BANK", FromTON: 5, To: apptest.Sender, Octets: []byte("A"),
		Sequence: 9e6,
		Received: time.Now()})
	if got := a.tray(t, reply.UnknownSender); len(got) != 2 {
		t.Errorf("%d replies of strangers, want 2", len(got))
	}
	if got := a.tray(t, reply.Unread); len(got) != 1 || !got[0].Cry {
		t.Errorf("a stranger's call for help: %v", got)
	}
	if c := a.w.CheckCounts(t, a.b.ID); c.Answered() != 0 {
		t.Errorf("%d answers of strangers counted", c.Answered())
	}
}

func TestRepliesFromAnotherPhone(t *testing.T) {
	t.Parallel()
	drafts := []directory.Draft{
		apptest.Person("Ken", apptest.Number(0), apptest.Number(50)),
		apptest.Person("Mai", apptest.Number(1), apptest.Number(51)),
		apptest.Person("Ryo", apptest.Number(2), apptest.Number(51)),
	}
	a := ask(t, drafts)
	a.w.Say(t, apptest.Number(50), "B")
	a.want(t, 0, 2, question.Inferred)
	a.w.Say(t, apptest.Number(51), "C")
	a.want(t, 1, 4, question.Inferred|question.Shared)
	a.want(t, 2, 4, question.Inferred|question.Shared)
}

func TestRepeatedTextsCountOnce(t *testing.T) {
	t.Parallel()
	a := ask(t, apptest.Everybody(2))
	heard := a.w.Heard(apptest.Number(0), "no idea")
	a.w.Hand(t, heard, heard)
	again := a.w.Heard(apptest.Number(0), "no idea") // said once more by the person
	a.w.Hand(t, again)
	if got := a.tray(t, reply.Unread); len(got) != 2 {
		t.Errorf("%d in the tray, want 2", len(got))
	}
}

// parts cuts a text into concatenated parts of n characters.
func parts(w *apptest.World, number, text string, ref uint16, n int) []gateway.Text {
	var out []gateway.Text
	runes := []rune(text)
	total := (len(runes) + n - 1) / n
	for i := range total {
		p := w.Heard(number, string(runes[i*n:min((i+1)*n, len(runes))]))
		p.Ref, p.Total, p.Seq = ref, uint8(total), uint8(i+1)
		out = append(out, p)
	}
	return out
}

func TestLongRepliesInParts(t *testing.T) {
	t.Parallel()
	a := ask(t, apptest.Everybody(4))
	text := "C we are five people on the third floor and the stairs are blocked by smoke"
	p := parts(a.w, apptest.Number(0), text, 7, 30)
	a.w.Hand(t, p[2], p[0], p[0], p[1], p[1], p[2]) // out of order, and repeated before and after the last one
	a.want(t, 0, 4, question.Inferred|question.Commented)
	said, err := a.w.Replies.Of(a.b.ID, 0)
	if err != nil || len(said) != 1 || said[0].Text != text || said[0].Missing != 0 {
		t.Fatalf("the long reply is %v, %v", said, err)
	}
	q := parts(a.w, apptest.Number(1), text, 7, 30)
	a.w.Hand(t, q[0], q[2])
	if err := a.w.Replies.Expire(t.Context()); err != nil {
		t.Fatalf("Expire: %v", err)
	}
	a.want(t, 1, 0, 0)
	a.pass(61 * time.Second)
	if err := a.w.Replies.Expire(t.Context()); err != nil {
		t.Fatalf("Expire: %v", err)
	}
	said, err = a.w.Replies.Of(a.b.ID, 1)
	if err != nil || len(said) != 1 || said[0].Missing != 1 {
		t.Fatalf("the cut reply is %v, %v", said, err)
	}
	left := 0
	err = a.w.Store.View(func(tx *store.Tx) error {
		return tx.Each(store.Scan{Prefix: store.InboundPart.Key(), KeysOnly: true}, func(_, _ []byte) (bool, error) {
			left++
			return true, nil
		})
	})
	if err != nil || left != 0 {
		t.Errorf("%d parts are left in the ledger (%v)", left, err)
	}
}

func TestPartsOfAReplySurviveARestart(t *testing.T) {
	t.Parallel()
	sim := smsc(t, simulator.Options{Population: simulator.Perfect()})
	o := apptest.Options{Dir: t.TempDir(), Routes: routes(sim)}
	w, err := apptest.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	w.MustRegister(t, apptest.Everybody(2))
	b := opened(t, w, sim, apptest.Safety(broadcast.Urgent))
	p := parts(w, apptest.Number(0), "C the bridge to the plant is gone, we need boats", 3, 20)
	w.Hand(t, p[0], p[2])
	w.Say(t, apptest.Number(1), "A")
	if err := w.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	w = apptest.Start(t, o)
	w.Hand(t, p[1])
	room := w.Questions.Room(b.ID)
	if room.Current(0).Mask != 4 || room.Current(1).Mask != 1 {
		t.Errorf("after the restart: %v and %v", room.Current(0), room.Current(1))
	}
	w.CheckCounts(t, b.ID)
	_, err = w.Broadcasts.Review(t.Context(), apptest.Admin, scope.Everything(), b.ID)
	if fault.CodeOf(err) != "not_draft" {
		t.Errorf("Review of an open one: %v", err)
	}
}
