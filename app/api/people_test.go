package api

import (
	"fmt"
	"strings"
	"testing"

	"noroshi/app/api/gen"
	"noroshi/app/id"
)

func TestPeopleOfABroadcast(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	r.people(600) // three pages of the audience; 599 have a phone
	b := r.launched()
	which, _ := id.Parse[id.Broadcast](b.Id)
	r.accept(which, 0, 1, 2, 300, 598)
	for i, words := range map[int]string{1: "A", 2: "B", 300: "ｂ", 301: "B 脚を怪我しました"} {
		r.text(fmt.Sprintf("81901234%04d", i), words)
	}
	people := "/broadcasts/" + b.Id + "/people"
	list := func(query string) gen.PersonPage {
		t.Helper()
		return into[gen.PersonPage](t, r.do("GET", people+"?"+query, nil), 200)
	}
	cases := []struct {
		query string
		total int
	}{
		{"", 600}, {"filter=all", 600}, {"filter=unreachable", 1}, {"filter=answered", 4}, {"filter=unanswered", 596},
		{"filter=need_help", 3}, {"code=B", 3}, {"code=A", 1}, {"code=Z", 0}, {"filter=waiting", 594},
		{"filter=delivered", 0}, {"filter=failed", 0}, {"filter=uncertain", 0}, {"filter=commented", 1},
		{"department=%E5%96%B6%E6%A5%AD%E9%83%A8", 300}, {"department=Nowhere", 0},
		{"filter=need_help&department=%E5%96%B6%E6%A5%AD%E9%83%A8", 1},
		{"q=" + "%E7%A4%BE%E5%93%A1%20301", 1}, {"q=shain", 0}, {"q=1234-0300", 1},
		{"q=%E5%96%B6%E6%A5%AD", 300}, {"q=%E7%A4%BE%E5%93%A1&filter=need_help", 3},
	}
	for _, c := range cases {
		if page := list(c.query); page.Total != c.total || len(page.Items) != min(50, c.total) {
			t.Errorf("people?%s = %d of %d, want %d", c.query, len(page.Items), page.Total, c.total)
		}
	}
	// Every person once, in order, over all pages, whether by memory or by reading.
	for _, query := range []string{"filter=waiting&limit=100", "limit=500", "q=%E7%A4%BE%E5%93%A1&limit=130"} {
		seen, after := -1, ""
		n := 0
		for {
			page := list(query + after)
			for _, p := range page.Items {
				if p.Ordinal <= seen {
					t.Fatalf("%s: %d comes after %d", query, p.Ordinal, seen)
				}
				seen = p.Ordinal
				n++
			}
			if page.Next == nil {
				if n != page.Total {
					t.Fatalf("%s: %d people on all pages, want %d", query, n, page.Total)
				}
				break
			}
			after = "&after=" + *page.Next
		}
	}
	problem(t, r.do("GET", people+"?after=x", nil), 400, "bad_cursor")
	problem(t, r.do("GET", people+"?filter=x", nil), 400, "bad_parameter")
	hurt := list("filter=commented").Items[0]
	if hurt.State != "waiting" || hurt.Answer == nil || hurt.Answer.Codes[0] != "B" || hurt.Answer.Tone != "bad" ||
		hurt.Answer.Comment == nil || !strings.Contains(*hurt.Answer.Comment, "脚") || hurt.Answer.Source != "sms" {
		t.Fatalf("the person = %+v %+v", hurt, hurt.Answer)
	}
	if gone := list("filter=unreachable").Items[0]; gone.State != "unreachable" || *gone.Reason != "no_phone" {
		t.Fatalf("the unreachable = %+v", gone)
	}
	problem(t, r.do("GET", people+"/600", nil), 404, "person_not_found")
	problem(t, r.do("GET", people+"/x", nil), 404, "not_found")
}

func TestOnePersonWithEverythingThatHappened(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	r.people(3)
	b := r.launched()
	which, _ := id.Parse[id.Broadcast](b.Id)
	r.accept(which, 0)
	r.text("819012340000", "A")
	at := "/broadcasts/" + b.Id + "/people/0"
	d := into[gen.PersonDetail](t, r.do("GET", at, nil), 200)
	kinds := []string{}
	for _, e := range d.Timeline {
		kinds = append(kinds, string(e.Kind))
	}
	if !strings.HasPrefix(d.Text, "社員 000さん、無事ですか。") || *d.Encoding != "ucs2" || *d.Parts != 1 ||
		d.Person.State != "accepted" || d.Person.At == nil || d.Person.Answer.Label != "無事" {
		t.Fatalf("detail = %+v", d)
	}
	if strings.Join(kinds, " ") != "submitted accepted reply answer" {
		t.Fatalf("timeline = %v", kinds)
	}
	note := "電話で確認"
	problem(t, r.do("POST", at+"/answer", gen.AnswerInput{Codes: []string{"Z"}}), 400, "code_not_offered")
	d = into[gen.PersonDetail](t, r.do("POST", at+"/answer", gen.AnswerInput{Codes: []string{"B"}, Comment: &note}), 200)
	last := d.Timeline[len(d.Timeline)-1]
	if d.Person.Answer.Source != "admin" || *d.Person.Answer.Count != 2 || last.Kind != "recorded" ||
		*last.By != "佐藤 美咲" {
		t.Fatalf("after recording = %+v, last %+v", d.Person.Answer, last)
	}
}

func TestTheTray(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	r.people(3)
	b := r.launched()
	r.text("819012340000", "いま電車の中です")
	r.text("819012340001", "助けて 動けない")
	r.text("818055556666", "だれですか")
	page := into[gen.UnreadPage](t, r.do("GET", "/unread?broadcast="+b.Id, nil), 200)
	if page.Total != 2 || !page.Items[0].CryForHelp || len(page.Items[0].Candidates) != 1 {
		t.Fatalf("tray = %+v, want the cry for help first", page)
	}
	who := page.Items[0].Candidates[0]
	if who.Name != "社員 001" || who.SentText == nil || len(who.Choices) != 2 || *who.Department != "営業部" {
		t.Fatalf("candidate = %+v", who)
	}
	if unknown := into[gen.UnreadPage](t, r.do("GET", "/unread?kind=unknown_sender", nil), 200); unknown.Total != 1 {
		t.Fatalf("unknown senders = %+v", unknown)
	}
	at := "/unread/" + page.Items[0].Id
	assign := gen.AssignRequest{BroadcastId: b.Id, Ordinal: who.Ordinal, Codes: []string{"B"}}
	got := into[gen.UnreadReply](t, r.do("POST", at+"/assign", assign), 200)
	if got.Kind != "assigned" || *got.DecidedBy != "佐藤 美咲" || got.Candidates[0].Current.Source != "tray" {
		t.Fatalf("assigned = %+v", got)
	}
	problem(t, r.do("POST", at+"/set-aside", nil), 409, "reply_decided")
	got = into[gen.UnreadReply](t, r.do("POST", at+"/undo", nil), 200)
	if got.Kind != "unread" || got.Candidates[0].Current != nil {
		t.Fatalf("undone = %+v", got)
	}
	if got = into[gen.UnreadReply](t, r.do("POST", at+"/set-aside", nil), 200); got.Kind != "set_aside" {
		t.Fatalf("set aside = %+v", got)
	}
	if page = into[gen.UnreadPage](t, r.do("GET", "/unread?kind=decided", nil), 200); page.Total != 1 {
		t.Fatalf("decided = %+v", page)
	}
}

func TestResultAndHome(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	r.people(5) // four have a phone
	b := r.launched()
	which, _ := id.Parse[id.Broadcast](b.Id)
	r.accept(which, 0, 1)
	r.text("819012340000", "A")
	r.text("819012340001", "B")
	r.settled()
	got := into[gen.BroadcastResult](t, r.do("GET", "/broadcasts/"+b.Id+"/result", nil), 200)
	want := gen.Tally{
		Audience: 5, Unreachable: 1, Waiting: 2, Accepted: 2, Answered: 2, NeedHelp: 1, Parts: 4, PartsSent: 2,
	}
	if got.Tally != want {
		t.Fatalf("tally = %+v, want %+v", got.Tally, want)
	}
	if got.Answers[0].Count != 1 || got.Answers[1].Count != 1 || got.Milestones[0].At == nil ||
		got.Milestones[1].At != nil || len(got.Curve) == 0 || got.Failures[0].Reason != "no_phone" ||
		got.Progress.Percent != 50 {
		t.Fatalf("result = %+v", got)
	}
	for _, d := range got.Departments {
		if d.Name == "総務部" && d != (gen.DepartmentCount{Name: "総務部", Audience: 3, Answered: 1}) ||
			d.Name == "営業部" && d != (gen.DepartmentCount{Name: "営業部", Audience: 2, Answered: 1, NeedHelp: 1}) {
			t.Fatalf("departments = %+v", got.Departments)
		}
	}
	home := into[gen.Home](t, r.do("GET", "/home", nil), 200)
	if home.Signals.NeedHelp != 1 || *home.Signals.NeedHelpBroadcast != b.Id || home.Signals.Running != 1 ||
		len(home.Running) != 1 || home.Recipients != 5 || home.Unreachable != 1 {
		t.Fatalf("home = %+v", home)
	}
}

func TestDecisionsAboutSeveralReplies(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	r.people(3)
	b := r.launched()
	r.text("819012340000", "B棟にいます")
	r.text("819012340001", "いま電車の中です")
	page := into[gen.UnreadPage](t, r.do("GET", "/unread", nil), 200)
	if page.Total != 2 || page.Items[0].Candidates[0].Suggested == nil || *page.Items[0].Candidates[0].Suggested != "B" ||
		page.Items[1].Candidates[0].Suggested != nil {
		t.Fatalf("tray = %+v, want B as the likely reading of the first only", page)
	}
	many := gen.UnreadDecisions{
		Replies: []string{page.Items[0].Id, page.Items[1].Id, "0000000000001"}, Action: "assign", Codes: &[]string{"A"},
	}
	got := into[gen.UnreadDecided](t, r.do("POST", "/unread/decisions", many), 200)
	if len(got.Decided) != 2 || got.Decided[0].Kind != "assigned" || len(got.Refused) != 1 ||
		got.Refused[0].Code != "reply_not_found" {
		t.Fatalf("assigned = %+v", got)
	}
	many.Action = "undo"
	if got = into[gen.UnreadDecided](t, r.do("POST", "/unread/decisions", many), 200); len(got.Decided) != 2 {
		t.Fatalf("undone = %+v", got)
	}
	many.Action = "set_aside"
	got = into[gen.UnreadDecided](t, r.do("POST", "/unread/decisions", many), 200)
	if len(got.Decided) != 2 || got.Decided[1].Kind != "set_aside" {
		t.Fatalf("set aside = %+v", got)
	}
	many.Action = "guess"
	problem(t, r.do("POST", "/unread/decisions", many), 422, "invalid_fields")
	many.Action, many.Replies = "undo", nil
	problem(t, r.do("POST", "/unread/decisions", many), 400, "count_out_of_range")
	problem(t, r.do("PUT", "/broadcasts/"+b.Id+"/late", gen.LateAnswersInput{Counted: true}), 409, "still_open")
}

func TestLateAnswersAndNumbersThatOptedOut(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	r.people(3)
	b := r.launched()
	into[gen.Broadcast](t, r.do("POST", "/broadcasts/"+b.Id+"/stop", gen.ReasonRequest{}), 200)
	into[gen.Broadcast](t, r.do("POST", "/broadcasts/"+b.Id+"/close", gen.ReasonRequest{}), 200)
	r.text("819012340000", "B")
	r.text("819012340001", "停止")
	at := "/broadcasts/" + b.Id + "/late"
	if got := into[gen.LateAnswers](t, r.do("GET", at, nil), 200); got.People != 1 || got.Counted {
		t.Fatalf("late answers = %+v", got)
	}
	page := into[gen.UnreadPage](t, r.do("GET", "/unread?kind=late&broadcast="+b.Id, nil), 200)
	if page.Total != 1 || page.Items[0].Kind != "late" || page.Items[0].Text != "B" {
		t.Fatalf("late replies = %+v", page)
	}
	r.settled()
	answered := func() int {
		r.settled()
		return into[gen.BroadcastResult](t, r.do("GET", "/broadcasts/"+b.Id+"/result", nil), 200).Tally.Answered
	}
	if n := answered(); n != 0 {
		t.Fatalf("%d answered before the late one counts", n)
	}
	if got := into[gen.LateAnswers](t, r.do("PUT", at, gen.LateAnswersInput{Counted: true}), 200); !got.Counted {
		t.Fatalf("late answers = %+v", got)
	}
	d := into[gen.PersonDetail](t, r.do("GET", "/broadcasts/"+b.Id+"/people/0", nil), 200)
	if n := answered(); n != 1 || d.Person.Answer == nil || d.Person.Answer.Codes[0] != "B" {
		t.Fatalf("the person's answer = %+v", d.Person.Answer)
	}
	out := into[gen.OptOutPage](t, r.do("GET", "/opt-outs", nil), 200)
	if out.Total != 1 || out.Items[0].Number != "+819012340001" || !out.Items[0].Blocked ||
		len(out.Items[0].People) != 1 || out.Items[0].People[0].Name != "社員 001" {
		t.Fatalf("numbers that opted out = %+v", out)
	}
	problem(t, r.do("GET", "/opt-outs?after=nowhere", nil), 400, "cursor_unknown")
	problem(t, r.do("GET", "/broadcasts/0000000000001/late", nil), 404, "question_not_found")
}
