package directory_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"noroshi/app/directory"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/phone"
	"noroshi/app/scope"
)

// TestDirectoryAgreesWithAModel changes a directory at random and holds every list, count and stream against a plain
// map of people.
func TestDirectoryAgreesWithAModel(t *testing.T) {
	t.Parallel()
	st := openStore(t, t.TempDir())
	rapid.Check(t, func(rt *rapid.T) {
		h := houseOn(st)
		m := &model{rt: rt, h: h, people: map[id.Recipient]directory.Recipient{}}
		for _, name := range []string{"g1", "g2"} {
			g, err := h.CreateGroup(context.Background(), directory.GroupDraft{Name: name})
			m.must(err)
			m.groups = append(m.groups, g.ID)
		}
		rt.Repeat(map[string]func(*rapid.T){
			"create": m.create, "update": m.update, "remove": m.remove, "members": m.members, "": m.check,
		})
		all := []id.Recipient{}
		for who := range m.people {
			all = append(all, who)
		}
		_, err := h.Remove(context.Background(), everything, all)
		m.must(err)
		for _, g := range m.groups {
			m.must(h.RemoveGroup(context.Background(), g))
		}
		if c, err := h.Count(context.Background(), everything); err != nil || c != (directory.Count{}) {
			rt.Fatalf("Count of an emptied directory = %+v, %v", c, err)
		}
		if d, err := h.Departments(context.Background(), everything); err != nil || len(d) != 0 {
			rt.Fatalf("Departments of an emptied directory = %+v, %v", d, err)
		}
	})
}

type model struct {
	rt     *rapid.T
	h      *house
	people map[id.Recipient]directory.Recipient
	groups []id.Group
}

func (m *model) must(err error) {
	if err != nil {
		m.rt.Fatalf("unexpected: %v", err)
	}
}

var (
	someNames   = []string{"中村 太郎", "髙橋 美咲", "高橋 美", "Nguyễn Lan", "A B C D E", "中 中也", "x"}
	someReading = []string{"", "ナカムラ タロウ", "たかはし みさき", "Lan"}
	someWhere   = []string{"", "x", "y", "xy"}
	someNumbers = []string{"090-1234-5678", "080-1234-5678", "03-1234-5678", "+66 80 000 4471"}
)

func (m *model) draft(rt *rapid.T) directory.Draft {
	d := directory.Draft{
		Name:       rapid.SampledFrom(someNames).Draw(rt, "name"),
		Reading:    rapid.SampledFrom(someReading).Draw(rt, "reading"),
		Department: rapid.SampledFrom(someWhere).Draw(rt, "department"),
		ExternalID: rapid.SampledFrom([]string{"", "", "1", "2", "12"}).Draw(rt, "externalId"),
		Phones:     phones(rapid.SliceOfN(rapid.SampledFrom(someNumbers), 0, 3).Draw(rt, "phones")...),
		Groups:     rapid.SliceOfN(rapid.SampledFrom(m.groups), 0, 2).Draw(rt, "groups"),
		Attributes: map[string]string{},
	}
	if rapid.Bool().Draw(rt, "mail") {
		d.Mails = []directory.Mail{{Address: "a@b.example"}}
	}
	if rapid.Bool().Draw(rt, "attribute") {
		d.Attributes["拠点"] = "横浜"
	}
	return d
}

func (m *model) taken(external string, but id.Recipient) bool {
	for who, r := range m.people {
		if external != "" && r.ExternalID == external && who != but {
			return true
		}
	}
	return false
}

func (m *model) create(rt *rapid.T) {
	d := m.draft(rt)
	r, err := m.h.Create(context.Background(), everything, d)
	if m.taken(d.ExternalID, 0) {
		if !fault.Is(err, fault.Conflict) {
			rt.Fatalf("Create with a taken external id = %v", err)
		}
		return
	}
	m.must(err)
	m.people[r.ID] = r
}

func (m *model) pick(rt *rapid.T) (directory.Recipient, bool) {
	if len(m.people) == 0 {
		return directory.Recipient{}, false
	}
	return rapid.SampledFrom(m.sorted(func(directory.Recipient) bool { return true })).Draw(rt, "who"), true
}

func (m *model) update(rt *rapid.T) {
	old, ok := m.pick(rt)
	if !ok {
		return
	}
	d := m.draft(rt)
	r, err := m.h.Update(context.Background(), everything, old.ID, old.Version, d)
	if m.taken(d.ExternalID, old.ID) {
		if !fault.Is(err, fault.Conflict) {
			rt.Fatalf("Update to a taken external id = %v", err)
		}
		return
	}
	m.must(err)
	m.people[r.ID] = r
}

func (m *model) remove(rt *rapid.T) {
	r, ok := m.pick(rt)
	if !ok {
		return
	}
	n, err := m.h.Remove(context.Background(), everything, []id.Recipient{r.ID})
	if m.must(err); n != 1 {
		rt.Fatalf("Remove = %d", n)
	}
	delete(m.people, r.ID)
}

func (m *model) members(rt *rapid.T) {
	r, ok := m.pick(rt)
	if !ok {
		return
	}
	g := rapid.SampledFrom(m.groups).Draw(rt, "group")
	add, remove := []id.Recipient{r.ID}, []id.Recipient(nil)
	if rapid.Bool().Draw(rt, "out") {
		add, remove = remove, add
	}
	_, err := m.h.ChangeMembers(context.Background(), everything, g, add, remove)
	m.must(err)
	if r, err = m.h.Get(context.Background(), everything, r.ID); err != nil || r.In(g) != (len(add) == 1) {
		rt.Fatalf("after ChangeMembers: %+v, %v", r, err)
	}
	m.people[r.ID] = r
}

func (m *model) sorted(keep func(directory.Recipient) bool) []directory.Recipient {
	out := []directory.Recipient{}
	for _, r := range m.people {
		if keep(r) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b directory.Recipient) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

func (m *model) check(rt *rapid.T) {
	if rapid.IntRange(0, 3).Draw(rt, "look") != 0 { // looking costs far more than changing
		return
	}
	ctx := context.Background()
	scopes := []scope.Scope{everything, everything, scope.Departments("x", ""), scope.Departments("y")}
	for _, sc := range []scope.Scope{rapid.SampledFrom(scopes).Draw(rt, "scope")} {
		queries := []directory.Query{
			{}, {Department: "x"}, {Group: m.groups[0]}, {Reach: directory.NoPhone}, {Reach: directory.Unreachable},
			{Search: "高橋"}, {Search: "中"}, {Search: "x"}, {Search: "1"}, {Search: "090"}, {Search: "b c"},
			{Search: "中", Group: m.groups[1]}, {Department: "x", Group: m.groups[0], Reach: directory.NoPhone},
		}
		for range 3 {
			m.checkList(rt, sc, rapid.SampledFrom(queries).Draw(rt, "query"))
		}
		m.checkEach(rt, sc)
		c, err := m.h.Count(ctx, sc)
		m.must(err)
		if want := len(m.sorted(func(r directory.Recipient) bool { return sc.Allows(r.Department) })); c.People != want {
			rt.Fatalf("Count = %+v, want %d people", c, want)
		}
	}
	for _, raw := range someNumbers {
		n := phone.Read(raw, "JP").Number
		got, err := m.h.ByNumber(ctx, n)
		m.must(err)
		want := m.sorted(func(r directory.Recipient) bool {
			return slices.ContainsFunc(r.Phones, func(p directory.Phone) bool { return p.Number == n })
		})
		if fmt.Sprint(got) != fmt.Sprint(idsOf(want)) {
			rt.Fatalf("ByNumber = %v, want %v", got, idsOf(want))
		}
	}
}

func (m *model) checkList(rt *rapid.T, sc scope.Scope, q directory.Query) {
	want := m.sorted(func(r directory.Recipient) bool {
		_, usable := r.Primary()
		return sc.Allows(r.Department) && (q.Department == "" || r.Department == q.Department) &&
			(q.Group == 0 || r.In(q.Group)) && (q.Search == "" || found(r, q.Search)) &&
			(q.Reach != directory.NoPhone || !usable) && (q.Reach != directory.Unreachable || !r.Reachable())
	})
	var got []directory.Recipient
	q.Page.Limit = 2
	for {
		l, err := m.h.List(context.Background(), sc, q)
		m.must(err)
		if !l.Exact || l.Total != len(want) {
			rt.Fatalf("List(%+v).Total = %d, want %d", q, l.Total, len(want))
		}
		got = append(got, l.Items...)
		if q.Page.After = l.Next; l.Next == "" {
			break
		}
	}
	slices.SortFunc(got, func(a, b directory.Recipient) int { return cmp.Compare(a.ID, b.ID) })
	if fmt.Sprint(got) != fmt.Sprint(want) {
		rt.Fatalf("List(%+v)\n= %v\nwant %v", q, got, want)
	}
}

// found is search written down plainly, for the few texts the check looks for.
func found(r directory.Recipient, q string) bool {
	name := strings.ReplaceAll(strings.ToLower(r.Name), "髙", "高")
	words := strings.Fields(name)
	for i := range min(len(words), 4) {
		if strings.HasPrefix(strings.Join(words[i:], " ")+strings.Join(words[:i], " "), q) {
			return true
		}
	}
	for _, p := range r.Phones {
		if q == "090" && p.Raw == someNumbers[0] || q == "1" && strings.HasPrefix(p.Number.Digits(), "1") {
			return true
		}
	}
	return q == "x" && strings.Contains(r.Department, "x") || strings.HasPrefix(r.ExternalID, q)
}

func (m *model) checkEach(rt *rapid.T, sc scope.Scope) {
	for _, sel := range []directory.Selection{
		{Everyone: true}, {Groups: m.groups[:1]}, {Departments: []string{"x"}, Groups: m.groups[1:]},
		{Recipients: idsOf(m.sorted(func(r directory.Recipient) bool { return r.ID%2 == 0 }))}, {},
	} {
		var got []directory.Recipient
		m.must(m.h.Each(context.Background(), sc, sel, func(r directory.Recipient) error {
			got = append(got, r)
			return nil
		}))
		want := m.sorted(func(r directory.Recipient) bool {
			return sc.Allows(r.Department) && (sel.Everyone || slices.Contains(sel.Departments, r.Department) ||
				slices.Contains(sel.Recipients, r.ID) || slices.ContainsFunc(sel.Groups, r.In))
		})
		if fmt.Sprint(got) != fmt.Sprint(want) {
			rt.Fatalf("Each(%+v)\n= %v\nwant %v", sel, got, want)
		}
	}
}

func idsOf(people []directory.Recipient) []id.Recipient {
	out := []id.Recipient{}
	for _, r := range people {
		out = append(out, r.ID)
	}
	return out
}
