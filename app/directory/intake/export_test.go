package intake_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"noroshi/app/directory"
	"noroshi/app/directory/intake"
	"noroshi/app/directory/sheet"
	"noroshi/app/id"
	"noroshi/app/scope"
)

// TestExportReadsBack holds import(export(x)) == x: into an empty directory, and as "all the same" into its own.
func TestExportReadsBack(t *testing.T) {
	t.Parallel()
	from, to := newHouse(t), newHouse(t)
	ctx := context.Background()
	text := func(least int) *rapid.Generator[string] {
		return rapid.StringMatching(fmt.Sprintf("[a=+'@\",;、中ー -]{%d,5}", least))
	}
	attributes := []string{"拠点", "氏名", "属性:x", "Phone 2", "取り込み行", "=a", "'b"}
	rapid.Check(t, func(rt *rapid.T) {
		var groups []id.Group
		for i, name := range []string{"消防隊", "A、B", "=1+1, c"} {
			g, err := from.people.CreateGroup(ctx, directory.GroupDraft{Name: name})
			must(rt, err)
			groups = append(groups, g.ID)
			if i == 0 && rapid.Bool().Draw(rt, "other side has the group") {
				_, err = to.people.CreateGroup(ctx, directory.GroupDraft{Name: name})
				must(rt, err)
			}
		}
		for i := range rapid.IntRange(0, 4).Draw(rt, "people") {
			d := directory.Draft{
				ExternalID: fmt.Sprintf("%s%03d", text(0).Draw(rt, "id"), i), Name: "n" + text(0).Draw(rt, "name"),
				Reading: text(0).Draw(rt, "reading"), Department: text(0).Draw(rt, "department"),
				Language: rapid.SampledFrom([]string{"", "ja", "zh-Hant"}).Draw(rt, "language"),
				Zone:     rapid.SampledFrom([]string{"", "Asia/Bangkok"}).Draw(rt, "zone"),
				Note:     rapid.SampledFrom([]string{"", "=1", "'=1", "a\n\"b\"", "-"}).Draw(rt, "note"),
				Groups:   rapid.SliceOfNDistinct(rapid.SampledFrom(groups), 0, 3, rapid.ID[id.Group]).Draw(rt, "groups"),
				Phones:   []directory.PhoneDraft{{Raw: "+81 90 1234 5678", Label: text(0).Draw(rt, "label")}},
				Attributes: map[string]string{
					rapid.SampledFrom(attributes).Draw(rt, "attribute"): text(0).Draw(rt, "value"),
				},
			}
			if rapid.Bool().Draw(rt, "second phone") {
				d.Phones = append(d.Phones, directory.PhoneDraft{Raw: "03-1234-5678"})
				d.Mails = []directory.Mail{{Address: "+x@y.example", Label: "内"}, {Address: "z@y.example"}}
			}
			_, err := from.people.Create(ctx, everything, d)
			must(rt, err)
		}
		language := rapid.SampledFrom([]string{"ja", "en"}).Draw(rt, "language of the header")
		var file bytes.Buffer
		done, err := from.Export(ctx, everything, &file, sheet.UTF8, language)
		must(rt, err)
		want := plain(from.all(t), groupNames(t, from))
		if done.People != len(want) || done.Replaced != 0 {
			rt.Fatalf("Export = %+v of %d people", done, len(want))
		}
		j, r, err := from.Upload(ctx, everything, "x.csv", file.Bytes())
		must(rt, err)
		if j.Counts.Same != len(want) || j.Counts.Rows != len(want) || j.Counts.Missing != 0 {
			rt.Fatalf("into its own directory: %s, %+v\n%s", counts(j), r, file.String())
		}
		j, r, err = to.Upload(ctx, everything, "x.csv", file.Bytes())
		must(rt, err)
		if j.Counts.New != len(want) || j.Counts.Wrong != 0 {
			rt.Fatalf("into an empty directory: %s, %+v\n%s", counts(j), r, file.String())
		}
		if j = to.commit(t, j.ID); j.State != intake.Done {
			rt.Fatalf("Commit = %+v", j)
		}
		if got := plain(to.all(t), groupNames(t, to)); !slices.Equal(got, want) {
			rt.Fatalf("read back\n%q\nwant\n%q\n%s", got, want, file.String())
		}
		from.empty(t)
		to.empty(t)
	})
}

func must(rt *rapid.T, err error) {
	rt.Helper()
	if err != nil {
		rt.Fatalf("unexpected: %v", err)
	}
}

func groupNames(t *testing.T, h *house) map[id.Group]string {
	t.Helper()
	groups, err := h.people.Groups(context.Background(), everything)
	if err != nil {
		t.Fatal(err)
	}
	names := map[id.Group]string{}
	for _, g := range groups {
		names[g.ID] = g.Name
	}
	return names
}

// plain writes people down without identity, version and times, by external id.
func plain(people []directory.Recipient, groups map[id.Group]string) []string {
	var out []string
	for _, r := range people {
		var names []string
		for _, g := range r.Groups {
			names = append(names, groups[g])
		}
		slices.Sort(names)
		r.ID, r.Version, r.Created, r.Updated, r.Groups = 0, 0, time.Time{}, time.Time{}, nil
		out = append(out, fmt.Sprintf("%s %+v %q", r.ExternalID, r, names))
	}
	slices.Sort(out)
	return out
}

func (h *house) empty(t testing.TB) {
	t.Helper()
	var ids []id.Recipient
	for _, r := range h.all(t) {
		ids = append(ids, r.ID)
	}
	if _, err := h.people.Remove(context.Background(), everything, ids); err != nil {
		t.Fatal(err)
	}
	groups, err := h.people.Groups(context.Background(), everything)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		if err := h.people.RemoveGroup(context.Background(), g.ID); err != nil {
			t.Fatal(err)
		}
	}
}

func TestExportKeepsToTheScopeAndSaysWhatIsLost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.bring(t, roster)
	var b bytes.Buffer
	done, err := h.Export(t.Context(), scope.Departments("Bangkok"), &b, sheet.UTF8, "en")
	if err != nil || done.People != 1 || strings.Contains(b.String(), "髙橋") {
		t.Fatalf("Export = %+v, %v\n%s", done, err, b.String())
	}
	if !strings.Contains(b.String(), "0002,Somchai Prasert,,Bangkok,th,,'+66 80 000 4471,") {
		t.Fatalf("Export =\n%s", b.String())
	}
	h.bring(t, "ID,氏名,電話番号\n4,𠮷野 สมชาย,090-1234-0004\n")
	b.Reset()
	if done, err = h.Export(t.Context(), everything, &b, sheet.ShiftJIS, "ja"); err != nil || done.Replaced != 6 {
		t.Fatalf("Export as Shift_JIS = %+v, %v", done, err)
	}
	if d := sheet.Detect(b.Bytes()); d.Format.Charset != sheet.ShiftJIS {
		t.Fatalf("Detect(Export) = %+v", d)
	}
}

func TestBlankCells(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.bring(t, roster)
	file := "社員番号,氏名,部署,携帯電話,グループ,拠点\n0001,髙橋 美咲,,,,\n"
	j, r, err := h.Upload(t.Context(), everything, "x", []byte(file))
	if err != nil || j.Counts.Changed != 1 || len(r.Changes[0].Fields) != 4 {
		t.Fatalf("Upload = %+v, %+v, %v", j, r, err)
	}
	j, _, err = h.Check(t.Context(), everything, j.ID, intake.Settings{KeepBlank: true})
	if err != nil || j.Counts.Same != 1 {
		t.Fatalf("Check that keeps = %s, %v", counts(j), err)
	}
	if j, _, err = h.Check(t.Context(), everything, j.ID, intake.Settings{}); err != nil {
		t.Fatal(err)
	}
	h.commit(t, j.ID)
	p := h.get(t, "0001")
	if p.Department != "" || len(p.Groups) != 0 || len(p.Attributes) != 0 || len(p.Phones) != 1 ||
		p.Phones[0].Raw != "03-1234-5678" {
		t.Fatalf("after empty cells: %+v", p)
	}
}
