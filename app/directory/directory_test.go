package directory_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"noroshi/app/directory"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/phone"
	"noroshi/app/scope"
	"noroshi/app/store"
)

type house struct {
	*directory.Service
	store *store.Store
	lines atomic.Int64 // of the audit log
}

var everything = scope.Everything()

func openStore(t testing.TB, dir string) *store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{Dir: dir, Key: bytes.Repeat([]byte{7}, 32), Now: clock()})
	if err != nil {
		t.Fatalf("Open = %v", err)
	}
	t.Cleanup(func() { _ = st.Close() })
	return st
}

// clock returns a clock that moves a millisecond each time it is read.
func clock() func() time.Time {
	var n atomic.Int64
	start := time.Date(2026, 11, 22, 3, 11, 0, 0, time.UTC)
	return func() time.Time { return start.Add(time.Duration(n.Add(1)) * time.Millisecond) }
}

func newHouse(t testing.TB) *house {
	t.Helper()
	return houseOn(openStore(t, t.TempDir()))
}

func houseOn(st *store.Store) *house {
	now := clock()
	r := rand.New(rand.NewPCG(1, 2))
	h := &house{store: st}
	h.Service = directory.New(directory.Options{
		Store: st, IDs: id.NewSource(now, r.Uint32), Now: now, Country: func() string { return "JP" },
		Audit: func(context.Context, *store.Tx, string, string, any, any) error { h.lines.Add(1); return nil },
	})
	return h
}

func (h *house) create(t testing.TB, d directory.Draft) directory.Recipient {
	t.Helper()
	r, err := h.Create(t.Context(), everything, d)
	if err != nil {
		t.Fatalf("Create(%+v) = %v", d, err)
	}
	return r
}

func (h *house) names(t testing.TB, sc scope.Scope, q directory.Query) []string {
	t.Helper()
	var out []string
	for {
		l, err := h.List(t.Context(), sc, q)
		if err != nil {
			t.Fatalf("List(%+v) = %v", q, err)
		}
		for _, r := range l.Items {
			out = append(out, r.Name)
		}
		if l.Next == "" {
			if l.Exact && l.Total != len(out) {
				t.Fatalf("List(%+v).Total = %d, the pages have %d", q, l.Total, len(out))
			}
			return out
		}
		q.Page.After = l.Next
	}
}

func phones(raw ...string) []directory.PhoneDraft {
	var out []directory.PhoneDraft
	for _, r := range raw {
		out = append(out, directory.PhoneDraft{Raw: r})
	}
	return out
}

func wantCode(t *testing.T, what string, err error, kind fault.Kind, code string) {
	t.Helper()
	if fault.KindOf(err) != kind || fault.CodeOf(err) != code || err == nil {
		t.Fatalf("%s = %v, want %v %s", what, err, kind, code)
	}
}

func TestCreateCleansAndReadsBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.create(t, directory.Draft{
		ExternalID: " Ａ－０1 ", Name: "髙橋　 美咲\x00", Reading: "タカハシ ミサキ", Department: "横浜工場 保全課",
		Language: "ja-jp", Zone: "Asia/Tokyo", Note: "一行目\r\n二行目",
		Phones:     phones("03-1234-5678", "090-1234-5678", "０９０１２３４５６７８"),
		Mails:      []directory.Mail{{Address: "misaki＠Aomine.Example"}},
		Attributes: map[string]string{"拠点": "横浜", "空": ""},
	})
	got, err := h.Get(t.Context(), everything, r.ID)
	if err != nil {
		t.Fatalf("Get = %v", err)
	}
	if fmt.Sprint(got) != fmt.Sprint(r) {
		t.Fatalf("Get = %+v\nCreate = %+v", got, r)
	}
	switch p, _ := got.Primary(); {
	case got.ExternalID != "A-01", got.Name != "髙橋 美咲", got.Language != "ja-JP", got.Note != "一行目\n二行目":
		t.Fatalf("not cleaned: %+v", got)
	case len(got.Phones) != 2 || got.Phones[0].Status != phone.NotMobile || p.Number.String() != "+819012345678":
		t.Fatalf("phones = %+v", got.Phones)
	case got.Mails[0].Address != "misaki@aomine.example":
		t.Fatalf("mails = %+v", got.Mails)
	case got.Attributes.Get("拠点") != "横浜" || len(got.Attributes) != 1:
		t.Fatalf("attributes = %+v", got.Attributes)
	}
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.create(t, directory.Draft{Name: "A", ExternalID: "007"})
	cases := []struct {
		name string
		d    directory.Draft
		path string
		code string
	}{
		{"no name", directory.Draft{Name: " 　"}, "name", "required"},
		{"a wrong phone", directory.Draft{Name: "A", Phones: phones("090-1234-567")}, "phones[0]", "phone_invalid"},
		{"a bad zone", directory.Draft{Name: "A", Zone: "Asia/Edo"}, "zone", "bad_zone"},
		{"a bad language", directory.Draft{Name: "A", Language: "日本語"}, "language", "bad_language"},
		{"a cut domain", directory.Draft{Name: "A", Mails: []directory.Mail{{Address: "tanaka＠aomine"}}},
			"mails[0]", "mail_domain_cut"},
		{"no at", directory.Draft{Name: "A", Mails: []directory.Mail{{Address: "tanaka"}}}, "mails[0]", "mail_no_at"},
		{"a header in a mail address", directory.Draft{Name: "A",
			Mails: []directory.Mail{{Address: "a@b.example\r\nBcc: x@y.example"}}}, "mails[0]", "mail_invalid"},
		{"a long name", directory.Draft{Name: string(bytes.Repeat([]byte("あ"), 101))}, "name", "too_long"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := h.Create(context.Background(), everything, c.d)
			var e *fault.Error
			if !errors.As(err, &e) || e.Kind != fault.Invalid || e.Fields[0].Path != c.path || e.Fields[0].Code != c.code {
				t.Fatalf("Create = %v, want %s %s", err, c.path, c.code)
			}
		})
	}
	_, err := h.Create(t.Context(), everything, directory.Draft{Name: "B", ExternalID: "００７"})
	wantCode(t, "Create with a taken external id", err, fault.Conflict, "duplicate_external_id")
	_, err = h.Create(t.Context(), everything, directory.Draft{Name: "B", Groups: []id.Group{1}})
	wantCode(t, "Create with an unknown group", err, fault.Invalid, "no_such_group")
	_, err = h.Create(t.Context(), scope.Departments("x"), directory.Draft{Name: "B", Department: "y"})
	wantCode(t, "Create outside of the scope", err, fault.Forbidden, "out_of_scope")
}

func TestUpdateGuardsAgainstAnotherAdmin(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.create(t, directory.Draft{Name: "中村 太郎", Department: "x"})
	d := r.Draft("JP")
	d.Department = "y"
	u, err := h.Update(t.Context(), everything, r.ID, r.Version, d)
	if err != nil || u.Version != 2 || u.Department != "y" || !u.Updated.After(r.Updated) {
		t.Fatalf("Update = %+v, %v", u, err)
	}
	_, err = h.Update(t.Context(), everything, r.ID, r.Version, d)
	wantCode(t, "Update of an old version", err, fault.Conflict, "recipient_changed")
	before := h.lines.Load()
	if u, err = h.Update(t.Context(), everything, r.ID, 2, d); err != nil || u.Version != 2 || h.lines.Load() != before {
		t.Fatalf("Update without a change = version %d, %v", u.Version, err)
	}
	_, err = h.Update(t.Context(), scope.Departments("x"), r.ID, 2, d)
	wantCode(t, "Update outside of the scope", err, fault.NotFound, "recipient_not_found")
	d.Department = "z"
	_, err = h.Update(t.Context(), scope.Departments("y"), r.ID, 2, d)
	wantCode(t, "Update out of the scope", err, fault.Forbidden, "out_of_scope")
}

func TestPhonesAreFoundByTheirEndingWithinTheScope(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i, department := range []string{"x", "y", "x"} {
		h.create(t, directory.Draft{
			Name: fmt.Sprint(department, i), Department: department, Phones: phones(fmt.Sprintf("090-1%03d-7788", i)),
		})
	}
	// Found by its beginning and by its ending: it is listed once.
	h.create(t, directory.Draft{Name: "z", Phones: phones("+1 212 555 7788", "090-7788-1111")})
	for _, c := range []struct {
		sc   scope.Scope
		want []string
	}{{everything, []string{"x0", "x2", "y1", "z"}}, {scope.Departments("x"), []string{"x0", "x2"}}} {
		for _, limit := range []int{1, 50} {
			got := h.names(t, c.sc, directory.Query{Search: "7788", Page: id.Page{Limit: limit}})
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("search within %v, %d a page = %q, want %q", c.sc, limit, got, c.want)
			}
		}
	}
}

func TestSearchFinds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.create(t, directory.Draft{Name: "髙橋 美咲", Reading: "タカハシ ミサキ", ExternalID: "A-10442",
		Phones: phones("090-1234-5678")})
	h.create(t, directory.Draft{Name: "中村 太郎", Reading: "なかむら たろう", Department: "名古屋工場 組立1課"})
	h.create(t, directory.Draft{Name: "Nguyễn Thị Lan", Phones: phones("+66 80 000 4471")})
	h.create(t, directory.Draft{Name: "中 中也", Reading: "アタリ チュウヤ"})
	cases := []struct {
		q    string
		want []string
	}{
		{"高橋", []string{"髙橋 美咲"}},
		{"ﾀｶﾊｼ", []string{"髙橋 美咲"}},
		{"みさき", []string{"髙橋 美咲"}},
		{"髙橋　美", []string{"髙橋 美咲"}},
		{"美咲 髙橋", []string{"髙橋 美咲"}},
		{"a-104", []string{"髙橋 美咲"}},
		{"Ａ－１０４", []string{"髙橋 美咲"}},
		{"090-1234", []string{"髙橋 美咲"}},
		{"+8190", []string{"髙橋 美咲"}},
		{"0081901", []string{"髙橋 美咲"}},
		{"080000", []string{"Nguyễn Thị Lan"}},
		{"4471", []string{"Nguyễn Thị Lan"}},
		{"000-4471", []string{"Nguyễn Thị Lan"}},
		{"5678", []string{"髙橋 美咲"}},
		{"678", nil},
		{"+5678", nil},
		{"nguyen", []string{"Nguyễn Thị Lan"}},
		{"LAN", []string{"Nguyễn Thị Lan"}},
		{"thi lan", []string{"Nguyễn Thị Lan"}},
		{"中", []string{"中 中也", "中村 太郎"}},
		{"組立1", []string{"中村 太郎"}},
		{"橋", nil},
		{" 　", []string{"Nguyễn Thị Lan", "中 中也", "髙橋 美咲", "中村 太郎"}},
		{"-", nil},
	}
	for _, c := range cases {
		for _, limit := range []int{1, 50} {
			got := h.names(t, everything, directory.Query{Search: c.q, Page: id.Page{Limit: limit}})
			if !slices.Equal(got, c.want) {
				t.Errorf("search %q, %d a page = %q, want %q", c.q, limit, got, c.want)
			}
		}
	}
}

func TestScopeHidesOtherDepartments(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, err := h.CreateGroup(t.Context(), directory.GroupDraft{Name: "消防隊"})
	if err != nil {
		t.Fatalf("CreateGroup = %v", err)
	}
	x := h.create(t, directory.Draft{Name: "x 1", Department: "x", Groups: []id.Group{g.ID}, ExternalID: "1"})
	y := h.create(t, directory.Draft{Name: "y 1", Department: "y", Groups: []id.Group{g.ID}, ExternalID: "2"})
	h.create(t, directory.Draft{Name: "nobody's 1", Groups: []id.Group{g.ID}})
	h.create(t, directory.Draft{Name: "x 2", Department: "x", Phones: phones("090-1234-5678")})
	sc := scope.Departments("x", "z")
	for _, q := range []directory.Query{
		{}, {Search: "1"}, {Search: "x"}, {Group: g.ID}, {Department: "x"}, {Reach: directory.NoPhone},
		{Reach: directory.Unreachable}, {Department: "y"}, {Search: "2"},
	} {
		for _, limit := range []int{1, 50} {
			q.Page.Limit = limit
			for _, name := range h.names(t, sc, q) {
				if name[0] != 'x' {
					t.Errorf("List(%+v) shows %q", q, name)
				}
			}
			if got := h.names(t, scope.Scope{}, q); got != nil {
				t.Errorf("List(%+v) of no scope = %q", q, got)
			}
		}
	}
	if got := h.names(t, sc, directory.Query{}); !slices.Equal(got, []string{"x 1", "x 2"}) {
		t.Errorf("List = %q", got)
	}
	_, err = h.Get(t.Context(), sc, y.ID)
	wantCode(t, "Get", err, fault.NotFound, "recipient_not_found")
	_, err = h.ByExternal(t.Context(), sc, "2")
	wantCode(t, "ByExternal", err, fault.NotFound, "recipient_not_found")
	if c, err := h.Count(t.Context(), sc); err != nil || c != (directory.Count{People: 2, NoPhone: 1, Unreachable: 1}) {
		t.Errorf("Count = %+v, %v", c, err)
	}
	if d, err := h.Departments(t.Context(), sc); err != nil || len(d) != 1 || d[0].People != 2 {
		t.Errorf("Departments = %+v, %v", d, err)
	}
	if got, err := h.GetGroup(t.Context(), sc, g.ID); err != nil || got.Count != 1 {
		t.Errorf("GetGroup = %+v, %v", got, err)
	}
	if n, err := h.CountIn(t.Context(), sc, []id.Recipient{x.ID, y.ID}); err != nil || n != 1 {
		t.Errorf("CountIn = %d, %v", n, err)
	}
	if n, err := h.Remove(t.Context(), sc, []id.Recipient{x.ID, y.ID, x.ID, 7}); err != nil || n != 1 {
		t.Errorf("Remove = %d, %v", n, err)
	}
	if _, err := h.Get(t.Context(), everything, y.ID); err != nil {
		t.Errorf("Remove reached outside of the scope: %v", err)
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	g, err := h.CreateGroup(ctx, directory.GroupDraft{Name: "消防隊", Description: "当番"})
	if err != nil {
		t.Fatalf("CreateGroup = %v", err)
	}
	_, err = h.CreateGroup(ctx, directory.GroupDraft{Name: "消防 隊"})
	wantCode(t, "CreateGroup with a taken name", err, fault.Conflict, "duplicate_group")
	var people []id.Recipient
	for i := range 700 {
		people = append(people, h.create(t, directory.Draft{Name: fmt.Sprintf("person %03d", i)}).ID)
	}
	if g, err = h.ChangeMembers(ctx, everything, g.ID, append(people, 99), nil); err != nil || g.Count != 700 {
		t.Fatalf("ChangeMembers = %+v, %v", g, err)
	}
	if got := h.names(t, everything, directory.Query{Group: g.ID, Page: id.Page{Limit: 100}}); len(got) != 700 {
		t.Fatalf("List of the group = %d people", len(got))
	}
	if g, err = h.ChangeMembers(ctx, everything, g.ID, nil, people[:1]); err != nil || g.Count != 699 {
		t.Fatalf("ChangeMembers = %+v, %v", g, err)
	}
	g, err = h.UpdateGroup(ctx, everything, g.ID, g.Version, directory.GroupDraft{Name: "自衛消防隊"})
	if err != nil || g.Count != 699 {
		t.Fatalf("UpdateGroup = %+v, %v", g, err)
	}
	_, err = h.UpdateGroup(ctx, everything, g.ID, 1, directory.GroupDraft{Name: "x"})
	wantCode(t, "UpdateGroup of an old version", err, fault.Conflict, "group_changed")
	if err := h.RemoveGroup(ctx, g.ID); err != nil {
		t.Fatalf("RemoveGroup = %v", err)
	}
	if r, err := h.Get(ctx, everything, people[5]); err != nil || len(r.Groups) != 0 {
		t.Fatalf("a member after RemoveGroup = %+v, %v", r, err)
	}
	wantCode(t, "RemoveGroup twice", h.RemoveGroup(ctx, g.ID), fault.NotFound, "group_not_found")
}

func TestChangesAreTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.create(t, directory.Draft{Name: "A"})
	changes, err := h.store.Changes(0, 10)
	if err != nil || len(changes) != 1 || changes[0].Topic != store.TopicDirectory {
		t.Fatalf("Changes = %+v, %v", changes, err)
	}
	list, err := directory.DecodeChanges(changes[0].Body)
	if err != nil || len(list) != 1 || list[0] != (directory.Changed{Recipient: r.ID, Kind: directory.Created}) {
		t.Fatalf("DecodeChanges = %+v, %v", list, err)
	}
}
