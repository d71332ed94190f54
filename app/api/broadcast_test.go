package api

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"noroshi/app/api/gen"
	"noroshi/app/api/replay"
	"noroshi/app/audience"
	"noroshi/app/broadcast"
	"noroshi/app/directory"
	"noroshi/app/gateway"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/question"
	"noroshi/app/reply"
	"noroshi/app/scope"
	"noroshi/app/smstext"
	"noroshi/app/store"
)

var quake = gen.BroadcastContent{
	Title: "地震 安否確認", Mode: "live", Urgency: "urgent",
	Bodies:  []gen.Body{{Language: "ja", Text: "{{name}}さん、無事ですか。"}},
	Choices: []gen.Choice{{Label: "無事", Tone: "ok"}, {Label: "救助が必要", Tone: "bad"}},
}

func everyone() gen.BroadcastContent {
	c := quake
	yes := true
	c.Audience = gen.AudienceSelection{Everyone: &yes}
	return c
}

// people registers n people in two departments; the last has no phone.
func (r *rig) people(n int) {
	r.t.Helper()
	ctx := context.Background()
	for i := range n {
		d := directory.Draft{
			Name: fmt.Sprintf("社員 %03d", i), Reading: fmt.Sprintf("シャイン %03d", i), Department: "総務部", Country: "JP",
			Phones: []directory.PhoneDraft{{Raw: fmt.Sprintf("090-1234-%04d", i)}},
		}
		if i%2 == 1 {
			d.Department = "営業部"
		}
		if i == n-1 {
			d.Phones = nil
		}
		if _, err := r.o.Directory.Create(ctx, scope.Everything(), d); err != nil {
			r.t.Fatal(err)
		}
	}
}

// launched makes a broadcast and does by hand what expansion does: it freezes the audience and writes the copies.
func (r *rig) launched() gen.Broadcast {
	r.t.Helper()
	draft := into[gen.Broadcast](r.t, r.do("POST", "/broadcasts", everyone()), 201)
	review := into[gen.Review](r.t, r.do("POST", "/broadcasts/"+draft.Id+"/review", nil), 200)
	in := gen.LaunchRequest{Codes: review.Preview.Codes, People: review.Preview.People}
	key := header{replay.HeaderKey, "launch-" + draft.Id}
	b := into[gen.Broadcast](r.t, r.do("POST", "/broadcasts/"+draft.Id+"/launch", in, key), 202)
	which, err := id.Parse[id.Broadcast](b.Id)
	if err != nil {
		r.t.Fatal(err)
	}
	r.expand(which)
	return b
}

func (r *rig) update(fn func(tx *store.Tx) error) {
	r.t.Helper()
	if _, err := r.store.Update(context.Background(), fn); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) expand(b id.Broadcast) {
	r.t.Helper()
	var rows []audience.Row
	head := audience.Head{Done: true}
	want := audience.Want{Selection: directory.Selection{Everyone: true}, Vars: []string{"name"}}
	ctx := context.Background()
	err := r.o.Audiences.Each(ctx, scope.Everything(), want, func(row audience.Row, department string) error {
		at := slices.Index(head.Departments, department)
		if at < 0 {
			at = len(head.Departments)
			head.Departments = append(head.Departments, department)
		}
		row.Department = uint16(at)
		rows = append(rows, row)
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.write(b, head, rows)
}

// write freezes rows and writes a copy for everybody who has a number.
func (r *rig) write(b id.Broadcast, head audience.Head, rows []audience.Row) {
	r.t.Helper()
	head.Rows = uint32(len(rows))
	run := message.Run{Broadcast: b}
	if _, err := r.o.Messages.Load(context.Background(), b); err != nil {
		r.t.Fatal(err)
	}
	for at := 0; at < len(rows); at += audience.PageSize {
		page := rows[at:min(at+audience.PageSize, len(rows))]
		r.update(func(tx *store.Tx) error { return r.freeze(tx, b, uint32(at/audience.PageSize), page) })
	}
	r.update(func(tx *store.Tx) error {
		if err := audience.PutHead(tx, b, head); err != nil {
			return err
		}
		return r.o.Messages.CreateRun(tx, run, message.Head{
			Routes: []message.RouteUse{{Name: "main"}}, Vars: []string{"name"},
		})
	})
	var copies []message.Copy
	for i, row := range rows {
		if len(row.Numbers) > 0 {
			copies = append(copies, message.Copy{
				Number: row.Numbers[0], People: []uint32{uint32(i)}, Parts: 1, Vars: row.Vars,
			})
		}
	}
	slices.SortFunc(copies, func(a, b message.Copy) int { return cmp.Compare(a.Number, b.Number) })
	for page := range slices.Chunk(copies, message.PageSize) {
		r.update(func(tx *store.Tx) error {
			_, err := r.o.Messages.AddPage(tx, run, page)
			return err
		})
	}
	if _, err := r.o.Broadcasts.Advance(context.Background(), b, broadcast.Sending); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) freeze(tx *store.Tx, b id.Broadcast, page uint32, rows []audience.Row) error {
	people, seats := map[message.Standing]int{}, []question.Seat{}
	for _, row := range rows {
		people[row.Standing]++
		seats = append(seats, question.Seat{Recipient: row.Recipient, Department: row.Department})
	}
	r.o.Messages.Place(tx, b, people)
	if err := audience.PutPage(tx, b, page, rows); err != nil {
		return err
	}
	return r.o.Questions.Seat(tx, b, page, seats)
}

// accept has the operator take the copies with these places.
func (r *rig) accept(b id.Broadcast, copies ...uint32) {
	r.t.Helper()
	run := message.Run{Broadcast: b}
	r.update(func(tx *store.Tx) error {
		var refs []message.Ref
		var outcomes []message.PartOutcome
		for _, c := range copies {
			ref := message.Ref{Run: run, Copy: c}
			refs = append(refs, ref)
			outcomes = append(outcomes, message.PartOutcome{Ref: ref, Outcome: gateway.Outcome{
				Class: gateway.Accepted, MessageID: fmt.Sprint("m", c), At: time.Now(),
			}})
		}
		if _, err := r.o.Messages.Claim(tx, run, 0, refs); err != nil {
			return err
		}
		return r.o.Messages.Record(tx, run, outcomes)
	})
}

// text has a person write back.
func (r *rig) text(from, words string) {
	r.t.Helper()
	var octets []byte // UCS-2
	for _, unit := range utf16.Encode([]rune(words)) {
		octets = binary.BigEndian.AppendUint16(octets, unit)
	}
	err := r.o.Replies.Receive(context.Background(), []reply.Incoming{{
		Route: "main", Country: "JP", ReplyNumber: "0312345678", From: from, FromTON: 1, To: "0312345678",
		Body: smstext.Body{Octets: octets, DataCoding: 8}, Received: time.Now(), SMSCID: words + from,
	}})
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) settled() {
	r.t.Helper()
	for r.o.Tally.Folded() < r.store.Head() {
		changed := r.o.Tally.Changed()
		if r.o.Tally.Folded() >= r.store.Head() {
			return
		}
		select {
		case <-changed:
		case <-time.After(10 * time.Second):
			r.t.Fatal("the tally does not follow")
		}
	}
}

func TestFromADraftToALaunch(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	r.people(4)
	res := r.do("POST", "/broadcasts", quake)
	draft := into[gen.Broadcast](t, res, 201)
	if draft.State != "draft" || res.Header.Get("ETag") != `"1"` {
		t.Fatalf("draft = %+v", draft)
	}
	at := "/broadcasts/" + draft.Id
	problem(t, r.do("POST", at+"/review", nil), 422, "invalid_fields") // nobody is selected
	problem(t, r.do("PUT", at, everyone()), 400, "if_match_required")
	problem(t, r.do("PUT", at, everyone(), header{"If-Match", `"9"`}), 412, "version_changed")
	draft = into[gen.Broadcast](t, r.do("PUT", at, everyone(), header{"If-Match", `"1"`}), 200)
	if draft.Version != 2 || *draft.Content.Audience.Everyone != true {
		t.Fatalf("draft = %+v", draft)
	}
	preview := into[gen.Preview](t, r.do("POST", "/broadcasts/preview", everyone()), 200)
	if preview.Selected != 4 || preview.People != 3 || preview.Unreachable != 1 || len(preview.Texts) != 1 ||
		!strings.Contains(preview.Texts[0].Sample, "無事ですか") || preview.UnreachableReasons[0].Reason != "no_phone" {
		t.Fatalf("preview = %+v", preview)
	}
	launch := gen.LaunchRequest{Codes: []string{"A", "B"}, People: 3}
	problem(t, r.do("POST", at+"/launch", launch, header{replay.HeaderKey, "early-launch"}), 409, "codes_changed")
	review := into[gen.Review](t, r.do("POST", at+"/review", nil), 200)
	if len(review.Preview.Codes) != 2 || !review.TypedConfirmation || time.Until(review.ReservedUntil) < 10*time.Minute {
		t.Fatalf("review = %+v", review)
	}
	launch.Codes, launch.People = review.Preview.Codes, 2
	p := problem(t, r.do("POST", at+"/launch", launch, header{replay.HeaderKey, "wrong-number"}), 409, "people_changed")
	if (*p.Params)["people"] != "3" {
		t.Fatalf("params = %v, want the number now", p.Params)
	}
	launch.People = 3
	key := header{replay.HeaderKey, "the-launch"}
	b := into[gen.Broadcast](t, r.do("POST", at+"/launch", launch, key), 202)
	again := r.do("POST", at+"/launch", launch, key)
	if into[gen.Broadcast](t, again, 202).Version != b.Version || again.Header.Get(replay.HeaderReplay) != "true" {
		t.Fatal("the repeated launch is not the first one")
	}
	problem(t, r.do("POST", at+"/launch", launch, header{replay.HeaderKey, "another-key"}), 409, "already_launched")
	problem(t, r.do("DELETE", at, nil), 409, "not_draft")
	why := "間違い"
	b = into[gen.Broadcast](t, r.do("POST", at+"/stop", gen.ReasonRequest{Reason: &why}), 200)
	if b.State != "stopped" || *b.StopReason != why {
		t.Fatalf("stopped = %+v", b)
	}
	if b = into[gen.Broadcast](t, r.do("POST", at+"/close", gen.ReasonRequest{}), 200); b.State != "closed" {
		t.Fatalf("closed = %+v", b)
	}
	page := into[gen.AuditPage](t, r.do("GET", "/audit?object=broadcast/"+draft.Id, nil), 200)
	if page.Items[0].Action != "broadcast.closed" || page.Items[0].From == nil {
		t.Fatalf("audit = %+v", page.Items[0])
	}
}

func TestListsOfBroadcasts(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	for range 3 {
		into[gen.Broadcast](t, r.do("POST", "/broadcasts", quake), 201)
	}
	page := into[gen.BroadcastPage](t, r.do("GET", "/broadcasts?limit=2&state=draft&mode=live", nil), 200)
	if len(page.Items) != 2 || page.Next == nil {
		t.Fatalf("page = %+v", page)
	}
	rest := into[gen.BroadcastPage](t, r.do("GET", "/broadcasts?after="+*page.Next, nil), 200)
	if len(rest.Items) != 1 || rest.Next != nil || rest.Items[0].Broadcast.Id >= page.Items[1].Broadcast.Id {
		t.Fatalf("rest = %+v", rest)
	}
	for _, bad := range []string{"state=gone", "mode=both", "limit=0", "limit=501", "limit=x", "after=!"} {
		if res := r.do("GET", "/broadcasts?"+bad, nil); res.StatusCode != 400 {
			t.Errorf("%s = %d, want 400", bad, res.StatusCode)
		}
	}
	problem(t, r.do("GET", "/broadcasts/nothing", nil), 404, "not_found")
	problem(t, r.do("GET", "/broadcasts/0123456789abc", nil), 404, "broadcast_not_found")
	empty := into[gen.PersonPage](t, r.do("GET", "/broadcasts/"+page.Items[0].Broadcast.Id+"/people", nil), 200)
	if empty.Total != 0 || empty.Items == nil {
		t.Fatalf("people of a draft = %+v", empty)
	}
}
