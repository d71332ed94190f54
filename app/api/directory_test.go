package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"noroshi/app/api/gen"
)

func TestImportAndExport(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.o.Imports.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	base, served := r.serve()
	t.Cleanup(func() {
		end, stop := context.WithTimeout(context.Background(), 10*time.Second)
		defer stop()
		if err := errors.Join(r.Shutdown(end), <-served); err != nil {
			t.Error(err)
		}
	})
	file := "氏名,部署,電話番号\n山田 太郎,総務部,090-1111-2222\n鈴木 花子,営業部,090-3333-4444\n,営業部,090-5555-6666\n"
	csv := header{"Content-Type", "text/csv"}
	job := into[gen.Import](t, r.do("POST", "/imports?filename=%E5%90%8D%E7%B0%BF.csv", file, csv), 201)
	if job.Counts.New != 2 || job.Counts.Wrong != 1 || job.Rejects[0].Code != "no_name" || job.Filename != "名簿.csv" ||
		job.State != "checked" {
		t.Fatalf("import = %+v", job)
	}
	at := "/imports/" + job.Id
	job = into[gen.Import](t, r.do("POST", at+"/check", job.Settings), 200)
	if job.Counts.New != 2 || len(*job.Settings.Columns) != 3 {
		t.Fatalf("checked again = %+v", job)
	}
	into[gen.Import](t, r.do("POST", at+"/commit", nil), 202)
	for job.State != "done" {
		if job = into[gen.Import](t, r.do("GET", at, nil), 200); job.State == "failed" {
			t.Fatalf("import = %+v", job.Error)
		}
	}
	fetch := func(path string) string {
		t.Helper()
		req, err := http.NewRequestWithContext(ctx, "GET", base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Cookie", r.cookie)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		raw, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != 200 || !strings.Contains(res.Header.Get("Content-Disposition"), "attachment") {
			t.Fatalf("%s = %d %s, %v", path, res.StatusCode, raw, err)
		}
		return string(raw)
	}
	if out := fetch("/recipients/export"); !strings.Contains(out, "山田 太郎") || strings.Count(out, "\n") != 3 {
		t.Fatalf("export = %q", out)
	}
	if out := fetch(at + "/rejects?language=en"); !strings.Contains(out, "090-5555-6666") {
		t.Fatalf("rejects = %q", out)
	}
	problem(t, r.do("GET", "/recipients/export?charset=ebcdic", nil), 400, "bad_parameter")
	problem(t, r.do("DELETE", at, nil), 409, "import_busy")
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	group := into[gen.Group](t, r.do("POST", "/groups", gen.GroupInput{Name: "防災班"}), 201)
	in := gen.RecipientInput{Name: "山田 太郎", Phones: &[]gen.PhoneInput{{Raw: "03-1234-5678"}}, Groups: &[]string{group.Id}}
	res := r.do("POST", "/recipients", in)
	one := into[gen.Recipient](t, res, 201)
	if one.Groups[0].Name != "防災班" || one.Phones[0].Status != "not_mobile" || *one.Phones[0].Reason != "fixed_line" ||
		res.Header.Get("ETag") != `"1"` {
		t.Fatalf("recipient = %+v", one)
	}
	at := "/recipients/" + one.Id
	in.Name = "山田 次郎"
	problem(t, r.do("PUT", at, in, header{"If-Match", `"7"`}), 412, "recipient_changed")
	changed := into[gen.Recipient](t, r.do("PUT", at, in, header{"If-Match", `"1"`}), 200)
	if changed.Version != 2 || changed.Name != "山田 次郎" {
		t.Fatalf("changed = %+v", changed)
	}
	r.people(5)
	page := into[gen.RecipientPage](t, r.do("GET", "/recipients?limit=4", nil), 200)
	if page.Total != 6 || len(page.Items) != 4 || page.Next == nil {
		t.Fatalf("page = %+v", page)
	}
	if page = into[gen.RecipientPage](t, r.do("GET", "/recipients?reachable=false", nil), 200); page.Total != 2 {
		t.Fatalf("without a usable phone = %+v", page)
	}
	if page = into[gen.RecipientPage](t, r.do("GET", "/recipients?group="+group.Id, nil), 200); page.Total != 1 {
		t.Fatalf("in the group = %+v", page)
	}
	problem(t, r.do("GET", "/recipients?group=x", nil), 400, "bad_parameter")
	departments := into[[]gen.Department](t, r.do("GET", "/departments", nil), 200)
	if len(departments) < 2 {
		t.Fatalf("departments = %+v", departments)
	}
	add := []string{page.Items[0].Id}
	group = into[gen.Group](t, r.do("POST", "/groups/"+group.Id+"/members", gen.MemberChange{Remove: &add}), 200)
	if group.Count != 0 {
		t.Fatalf("group = %+v", group)
	}
	twice := gen.Removal{Ids: []string{one.Id, one.Id}}
	if n := into[gen.Count](t, r.do("POST", "/recipients/removal", twice), 200); n.Count != 1 {
		t.Fatalf("removed = %+v, want one", n)
	}
	problem(t, r.do("DELETE", at, nil), 404, "recipient_not_found")
	problem(t, r.do("POST", "/recipients/removal", gen.Removal{Ids: []string{"x"}}), 422, "invalid_fields")
	page2 := into[gen.AuditPage](t, r.do("GET", "/audit?object=recipient/"+one.Id, nil), 200)
	if len(page2.Items) == 0 || page2.Items[len(page2.Items)-1].Action != "recipient.created" ||
		page2.Items[0].Who != "佐藤 美咲" {
		t.Fatalf("audit of the person = %+v", page2)
	}
}

func TestHandsetsAreOfADemo(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	for _, path := range []string{"/handsets", "/population"} {
		problem(t, r.do("GET", path, nil), 404, "not_a_demo")
	}
	h := &fakeHandsets{}
	r.o.Handsets = h
	into[gen.Handset](t, r.do("POST", "/handsets/+819012345678/answer", gen.HandsetText{Text: "A"}), 200)
	into[gen.Handset](t, r.do("PUT", "/handsets/%2B819012345678/power", gen.HandsetPower{On: true}), 200)
	if !slices.Equal(h.numbers, []string{"+819012345678", "+819012345678"}) {
		t.Fatalf("numbers = %q", h.numbers)
	}
	problem(t, r.do("POST", "/handsets/+81/answer", gen.HandsetText{}), 422, "invalid_fields")
	long := gen.HandsetText{Text: strings.Repeat("x", 1001)}
	problem(t, r.do("POST", "/handsets/+81/answer", long), 422, "invalid_fields")
}

type fakeHandsets struct {
	Handsets
	numbers []string
}

func (f *fakeHandsets) Answer(_ context.Context, number, _ string) (gen.Handset, error) {
	f.numbers = append(f.numbers, number)
	return gen.Handset{Number: number}, nil
}

func (f *fakeHandsets) SetPower(_ context.Context, number string, _ bool) (gen.Handset, error) {
	f.numbers = append(f.numbers, number)
	return gen.Handset{Number: number}, nil
}
