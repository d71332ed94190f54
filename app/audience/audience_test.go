package audience_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"noroshi/app/audience"
	"noroshi/app/directory"
	"noroshi/app/directory/group"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/phone"
	"noroshi/app/scope"
	"noroshi/app/store"
)

type house struct {
	store  *store.Store
	people *directory.Service
	*audience.Service
}

func open(t *testing.T) *house {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{
		Dir: t.TempDir(), Key: bytes.Repeat([]byte{7}, store.KeySize), Now: time.Now, MinFree: 1, MemTableSize: 8 << 20,
	})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { _ = st.Close() })
	people := directory.New(directory.Options{
		Store: st, IDs: id.NewSource(time.Now, rand.New(rand.NewPCG(1, 2)).Uint32), Now: time.Now,
		Country: func() string { return "JP" },
	})
	return &house{st, people, audience.New(st, people)}
}

func (h *house) group(t *testing.T, name string, p group.Priority) id.Group {
	t.Helper()
	g, err := h.people.CreateGroup(t.Context(), directory.GroupDraft{Name: name, Priority: p})
	if err != nil {
		t.Fatalf("CreateGroup: %v", err)
	}
	return g.ID
}

func (h *house) person(t *testing.T, name string, phones []string, groups ...id.Group) {
	t.Helper()
	d := directory.Draft{Name: name, Groups: groups}
	for _, raw := range phones {
		d.Phones = append(d.Phones, directory.PhoneDraft{Raw: raw})
	}
	if _, err := h.people.Create(t.Context(), scope.Everything(), d); err != nil {
		t.Fatalf("Create(%s): %v", name, err)
	}
}

var everyone = audience.Selection{Everyone: true}

// Who cannot be reached is in no class; a number of several people is in the best class of them.
func TestClassesAreInTheOrderOfSending(t *testing.T) {
	t.Parallel()
	h := open(t)
	first, later := h.group(t, "first", group.First), h.group(t, "later", group.Later)
	plain := h.group(t, "plain", group.Normal)
	h.person(t, "in two groups", []string{"090-1111-0001"}, first, later)
	h.person(t, "shares", []string{"090-1111-0001", "090-1111-0002"}, later)
	h.person(t, "alone", []string{"090-1111-0003"}, later)
	h.person(t, "in an ordinary one as well", []string{"090-1111-0004"}, later, plain)
	h.person(t, "in none", []string{"090-1111-0005"})
	h.person(t, "without a phone", nil, first)

	for _, c := range []struct {
		all  bool
		want []audience.Class
	}{
		{false, []audience.Class{{group.First, 1, 1}, {group.Normal, 2, 2}, {group.Later, 2, 1}}},
		{true, []audience.Class{{group.First, 1, 1}, {group.Normal, 2, 2}, {group.Later, 2, 2}}},
	} {
		got, err := h.Classes(t.Context(), scope.Everything(), everyone, c.all)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("Classes(all phones %v) = %v, %v, want %v", c.all, got, err, c.want)
		}
	}
	if got, err := h.Classes(t.Context(), scope.Everything(), audience.Selection{}, false); err != nil || got != nil {
		t.Errorf("Classes of nobody = %v, %v", got, err)
	}
}

// The directory may change after an audience was frozen; the row says what was.
func TestFrozenRowsKeepWhatWas(t *testing.T) {
	t.Parallel()
	h := open(t)
	g := h.group(t, "first", group.First)
	h.person(t, "美咲", []string{"090-1111-0001"}, g)
	want := audience.Want{Selection: everyone, Vars: []string{"name", "department"}}
	var rows []audience.Row
	err := h.Each(t.Context(), scope.Everything(), want, func(r audience.Row, _ string) error {
		rows = append(rows, r)
		return nil
	})
	if err != nil || len(rows) != 1 || rows[0].Priority != group.First || rows[0].Standing != message.Waiting {
		t.Fatalf("Each = %+v, %v", rows, err)
	}
	const b id.Broadcast = 5
	_, err = h.store.Update(t.Context(), func(tx *store.Tx) error {
		if err := audience.PutPage(tx, b, 0, rows); err != nil {
			return err
		}
		return audience.PutHead(tx, b, audience.Head{Rows: 1, Done: true})
	})
	if err != nil {
		t.Fatalf("PutPage: %v", err)
	}
	if err := h.people.RemoveGroup(t.Context(), g); err != nil {
		t.Fatalf("RemoveGroup: %v", err)
	}
	got, err := h.Row(b, 0)
	if err != nil || !reflect.DeepEqual(got, rows[0]) {
		t.Errorf("Row = %+v, %v, want %+v", got, err, rows[0])
	}
}

func TestWhyPeopleCannotBeReached(t *testing.T) {
	t.Parallel()
	h := open(t)
	for i, c := range []struct {
		phone string
		want  message.Standing
	}{
		{"090-1111-0001", message.Waiting}, {"03-1111-0001", message.UnreachableNotMobile}, {"", message.UnreachableNoPhone},
	} {
		var phones []string
		if c.phone != "" {
			phones = []string{c.phone}
		}
		h.person(t, fmt.Sprint(i), phones)
		last := audience.Row{}
		want := audience.Want{Selection: everyone}
		err := h.Each(t.Context(), scope.Everything(), want, func(r audience.Row, _ string) error {
			last = r
			return nil
		})
		if err != nil || last.Standing != c.want || (c.want == message.Waiting) != (len(last.Numbers) == 1) {
			t.Errorf("%q: %+v, %v, want %v", c.phone, last, err, c.want)
		}
	}
}

func TestRowsAreFoundByNameAndDigits(t *testing.T) {
	t.Parallel()
	number, err := phone.ParseE164("819012345678")
	if err != nil {
		t.Fatalf("ParseE164: %v", err)
	}
	r := audience.Row{Name: "Nakamura", Numbers: []phone.Number{number}}
	plain := func(s string) string { return s }
	for q, want := range map[string]bool{"": true, "kamu": true, "5678": true, "090-1234": true, "0000": false} {
		if got := r.Matches(plain, q); got != want {
			t.Errorf("Matches(%q) = %v, want %v", q, got, want)
		}
	}
}
