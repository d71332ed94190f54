package intake_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/text/encoding/japanese"

	"noroshi/app/directory"
	"noroshi/app/directory/intake"
	"noroshi/app/directory/sheet"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/scope"
	"noroshi/app/store"
)

var everything = scope.Everything()

// house is a directory with its intake on a ledger of its own.
type house struct {
	*intake.Service
	people *directory.Service
	store  *store.Store
	late   atomic.Int64 // nanoseconds the clock is ahead
	stop   func()
}

func openStore(t testing.TB, dir string) *store.Store {
	t.Helper()
	st, err := store.Open(context.Background(), store.Options{Dir: dir, Key: bytes.Repeat([]byte{7}, 32), Now: time.Now})
	if err != nil {
		t.Fatalf("Open = %v", err)
	}
	return st
}

func newHouse(t testing.TB) *house {
	t.Helper()
	st := openStore(t, t.TempDir())
	t.Cleanup(func() { _ = st.Close() })
	return houseOn(t, st)
}

func houseOn(t testing.TB, st *store.Store) *house {
	t.Helper()
	h := &house{store: st}
	now := func() time.Time { return time.Now().Add(time.Duration(h.late.Load())) }
	ids := id.NewSource(now, rand.Uint32)
	jp := func() string { return "JP" }
	h.people = directory.New(directory.Options{Store: st, IDs: ids, Now: now, Country: jp})
	h.Service = intake.New(intake.Options{Store: st, Directory: h.people, IDs: ids, Now: now, Country: jp})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	h.stop = func() { cancel(); <-done }
	t.Cleanup(h.stop)
	go func() {
		defer close(done)
		_ = h.Run(ctx)
	}()
	return h
}

func (h *house) upload(t testing.TB, file string) (intake.Job, intake.Report) {
	t.Helper()
	j, r, err := h.Upload(t.Context(), everything, "people.csv", []byte(file))
	if err != nil {
		t.Fatalf("Upload = %v", err)
	}
	return j, r
}

// settled waits until the import is committed no more.
func (h *house) settled(t testing.TB, which id.Import) intake.Job {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		j, _, err := h.Get(t.Context(), everything, which)
		if err != nil {
			t.Fatalf("Get = %v", err)
		}
		if j.State != intake.Committing {
			return j
		}
		if time.Now().After(deadline) {
			t.Fatalf("the import is still committing: %+v", j)
		}
	}
	return intake.Job{}
}

func (h *house) commit(t testing.TB, which id.Import) intake.Job {
	t.Helper()
	if _, err := h.Commit(t.Context(), everything, which, -1); err != nil {
		t.Fatalf("Commit = %v", err)
	}
	return h.settled(t, which)
}

func (h *house) bring(t testing.TB, file string) intake.Job {
	t.Helper()
	j, r := h.upload(t, file)
	if j.Problem != nil || j.Counts.Wrong > 0 {
		t.Fatalf("Upload = %+v, %+v", j, r.Rejects)
	}
	if j = h.commit(t, j.ID); j.State != intake.Done || j.Processed != j.Total {
		t.Fatalf("after Commit: %+v", j)
	}
	return j
}

func (h *house) all(t testing.TB) []directory.Recipient {
	t.Helper()
	var out []directory.Recipient
	err := h.people.Each(t.Context(), everything, directory.Selection{Everyone: true}, func(r directory.Recipient) error {
		out = append(out, r)
		return nil
	})
	if err != nil {
		t.Fatalf("Each = %v", err)
	}
	return out
}

func (h *house) names(t testing.TB) string {
	t.Helper()
	var out []string
	for _, r := range h.all(t) {
		out = append(out, r.Name)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func (h *house) get(t testing.TB, external string) directory.Recipient {
	t.Helper()
	r, err := h.people.ByExternal(t.Context(), everything, external)
	if err != nil {
		t.Fatalf("ByExternal(%q) = %v", external, err)
	}
	return r
}

func counts(j intake.Job) string {
	c := j.Counts
	return fmt.Sprintf("rows %d new %d changed %d same %d wrong %d missing %d", c.Rows, c.New, c.Changed, c.Same, c.Wrong,
		c.Missing)
}

const roster = "社員番号,氏名,フリガナ,部署,言語,携帯電話,電話番号2,メール,グループ,拠点\n" +
	"0001,髙橋 美咲,タカハシ ミサキ,横浜工場,日本語,090-1234-5678,03-1234-5678,m@aomine.example,消防隊;救護,横浜\n" +
	"0002,Somchai Prasert,,Bangkok,タイ語,+66 80 000 4471,,,,\n" +
	"0003,中村 太郎,ナカムラ タロウ,横浜工場,,080-1234-5678,,,消防隊,横浜\n"

func TestImportBringsPeopleIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	j, r := h.upload(t, roster)
	if counts(j) != "rows 3 new 3 changed 0 same 0 wrong 0 missing 0" || len(r.Samples) != 3 || j.Total != 3 ||
		!slices.Equal(r.Groups, []string{"消防隊", "救護"}) || j.Evidence != sheet.ByValidity {
		t.Fatalf("Upload = %+v, %+v", j, r)
	}
	if len(h.all(t)) != 0 {
		t.Fatal("the check changed the directory")
	}
	if j = h.commit(t, j.ID); j.State != intake.Done || j.Processed != 3 {
		t.Fatalf("Commit = %+v", j)
	}
	p := h.get(t, "0001")
	if p.Name != "髙橋 美咲" || p.Language != "ja" || len(p.Phones) != 2 || len(p.Groups) != 2 ||
		p.Attributes.Get("拠点") != "横浜" || p.Mails[0].Address != "m@aomine.example" {
		t.Fatalf("0001 = %+v", p)
	}
	if p = h.get(t, "0002"); p.Phones[0].Number.String() != "+66800004471" || p.Language != "th" {
		t.Fatalf("0002 = %+v", p)
	}
	if j, _ = h.upload(t, roster); counts(j) != "rows 3 new 0 changed 0 same 3 wrong 0 missing 0" {
		t.Fatalf("the same file again: %s", counts(j))
	}
	if _, err := h.Commit(t.Context(), everything, id.Import(9), 0); fault.CodeOf(err) != "import_not_found" {
		t.Fatalf("Commit of nothing = %v", err)
	}
}

func TestCheckShowsWhatChanges(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.bring(t, roster)
	j, r := h.upload(t, "社員番号,氏名,部署,言語\n0001,髙橋 美咲,本社,英語\n0002,Somchai Prasert,Bangkok,タイ語\n9,新人 一,,\n")
	if counts(j) != "rows 3 new 0 changed 1 same 1 wrong 1 missing 1" {
		t.Fatalf("%s", counts(j))
	}
	want := []directory.FieldChange{
		{Field: "department", Before: "横浜工場", After: "本社"}, {Field: "language", Before: "ja", After: "en"},
	}
	if c := r.Changes[0]; c.Line != 2 || c.ExternalID != "0001" || !slices.Equal(c.Fields, want) {
		t.Fatalf("changes = %+v", r.Changes)
	}
	if r.Fields["department"] != 1 || r.Rejects[0].Reason.Code != sheet.NoContact || len(r.Missing) != 1 {
		t.Fatalf("report = %+v", r)
	}
	h.commit(t, j.ID)
	if p := h.get(t, "0001"); p.Department != "本社" || len(p.Phones) != 2 || len(p.Groups) != 2 || p.Reading == "" {
		t.Fatalf("fields without a column did not stay: %+v", p)
	}
	if len(h.all(t)) != 3 {
		t.Fatal("missing people did not stay")
	}
}

func TestWrongRowsSayWhy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.bring(t, "ID,氏名,電話番号\n50,先任 一,090-1234-0000\n")
	cases := []struct{ row, column, code, value, param string }{
		{"1,,090-1234-5678,,,,", "B", sheet.NoName, "", ""},
		{"2,A,,,,,", "C", sheet.NoContact, "", ""},
		{"3,A,03-1234-5678,,,,", "C", sheet.NoContact, "03-1234-5678", ""},
		{"4,A,090-0000-12,,,,", "C", sheet.PhoneInvalid, "090-0000-12", ""},
		{"5,A,090-1234-5678 / 080-1234-5678,,,,", "C", sheet.TwoNumbers, "090-1234-5678 / 080-1234-5678", ""},
		{"6,A,9.01E+10,,,,", "C", sheet.SpreadsheetNumber, "9.01E+10", ""},
		{"7,A,,tanaka＠aomine,,,", "D", sheet.MailDomainCut, "tanaka＠aomine", ""},
		{"8,A,,tanaka,,,", "D", sheet.MailNoAt, "tanaka", ""},
		{"50,A,090-1234-5678,,,,", "", "", "", ""},
		{"５０,B,090-1234-5679,,,,", "A", sheet.DuplicateID, "５０", "10"},
		{"9,A,090-1234-5678,,火星語,,", "E", sheet.BadLanguage, "火星語", ""},
		{"10,A,090-1234-5678,,,Asia/Edo,", "F", sheet.BadZone, "Asia/Edo", ""},
		{"11," + strings.Repeat("あ", 101) + ",090-1234-5678,,,,", "B", sheet.TooLong, strings.Repeat("あ", 101), ""},
		{"12,A,090-1234-5678", "", sheet.WrongColumns, "12", ""},
		{"13,A,090-1234-5678,,,,,x", "", sheet.WrongColumns, "13", ""},
		{"14,A\ufffd,090-1234-5678,,,,", "B", sheet.Undecodable, "A\ufffd", ""},
		{"15,A,090-1234-5678,,,," + strings.Repeat("g", 101), "G", sheet.BadGroup, strings.Repeat("g", 101), ""},
		{",C,090-1234-1111,,,,", "", "", "", ""},
		{",C,09012341111,,,,", "B", sheet.DuplicateKey, "C", "19"},
		{",先任 一,090-1234-0000,,,,", "B", sheet.DuplicateKey, "先任 一", ""},
		{"16,\"A,090-1234-5678,,,,", "", string(sheet.UnclosedQuote), "16", ""},
	}
	file := "ID,氏名,電話番号,メール,言語,タイムゾーン,グループ\n"
	for _, c := range cases {
		file += c.row + "\n"
	}
	file = strings.Replace(file, ",先任 一,090-1234-0000,,,,\n", "", 1)
	j, r := h.upload(t, file)
	byLine := map[int]intake.Reject{}
	for _, reject := range r.Rejects {
		byLine[reject.Line] = reject
	}
	line := 1
	for _, c := range cases {
		if strings.HasPrefix(c.row, ",先任") {
			continue
		}
		line++
		got, refused := byLine[line]
		if !refused {
			if c.code != "" {
				t.Errorf("%q is not refused", c.row)
			}
			continue
		}
		column := ""
		if got.Column >= 0 {
			column = sheet.Letter(got.Column)
		}
		if got.Reason.Code != c.code || column != c.column || got.Value != c.value && len(c.value) < 200 ||
			c.param != "" && got.Reason.Params["line"] != c.param {
			t.Errorf("%.60q: %+v", c.row, got)
		}
	}
	if sum := j.Counts; sum.New+sum.Changed+sum.Same+sum.Wrong != sum.Rows || sum.Rows != len(cases)-1 {
		t.Errorf("counts do not add up: %s", counts(j))
	}
	var b bytes.Buffer
	if err := h.Rejects(t.Context(), everything, j.ID, &b, "ja"); err != nil {
		t.Fatalf("Rejects = %v", err)
	}
	text := b.String()
	for _, want := range []string{
		"\ufeffID,氏名,電話番号,メール,言語,タイムゾーン,グループ,取り込み行,取り込めない理由\r\n",
		"4,A,090-0000-12,,,,,5,電話番号: 電話番号として読めません。", "５０,B,090-1234-5679,,,,,11,ID: 10行目と同じ社員番号です。",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the CSV of wrong rows has no %q:\n%s", want, text)
		}
	}
	if n := strings.Count(text, "\r\n") - 1; n != j.Counts.Wrong {
		t.Errorf("the CSV of wrong rows has %d rows, want %d", n, j.Counts.Wrong)
	}
	_, again := h.upload(t, strings.ReplaceAll(text, "090-0000-12,", "090-1234-0012,"))
	if !slices.ContainsFunc(again.Samples, func(c intake.Change) bool {
		return c.ExternalID == "4" && !slices.ContainsFunc(c.Fields, func(f directory.FieldChange) bool {
			return strings.HasPrefix(f.Field, "attribute")
		})
	}) {
		t.Errorf("the corrected row is not taken: %+v", again.Samples)
	}
}

func TestRowsWithoutAnIDAreFoundByNameAndPhone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.bring(t, "氏名,電話番号,部署\n中村 太郎,090-1234-5678,x\n")
	j, r := h.upload(t, "氏名,電話番号,部署\n中村　太郎,+81 90 1234 5678,y\n中村 太郎,080-1234-5678,x\n田中,m@x.example,\n")
	if counts(j) != "rows 3 new 1 changed 1 same 0 wrong 1 missing 0" {
		t.Fatalf("%s, %+v", counts(j), r)
	}
	if len(r.Warnings) != 1 || r.Warnings[0] != (intake.Warning{Code: intake.WarnNoKey, Count: 1, Line: 3}) {
		t.Fatalf("warnings = %+v", r.Warnings)
	}
	h.commit(t, j.ID)
	if n := len(h.all(t)); n != 2 {
		t.Fatalf("%d people, want 2", n)
	}
}

func TestShiftJISFromASpreadsheet(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	file, err := japanese.ShiftJIS.NewEncoder().String(strings.ReplaceAll(roster, "0003,中村", "0003,﨑山"))
	if err != nil {
		t.Fatal(err)
	}
	j, _ := h.upload(t, file)
	if j.Evidence != sheet.ByShiftJIS || j.Counts.New != 3 || !slices.Contains(j.Words, "髙橋 美咲") {
		t.Fatalf("Upload = %+v", j)
	}
	j, r, err := h.Check(t.Context(), everything, j.ID, intake.Settings{Charset: sheet.UTF8})
	if err != nil || j.Evidence != sheet.ByChoice || j.Problem == nil {
		t.Fatalf("Check as UTF-8 = %+v, %+v, %v", j, r, err)
	}
	if _, err := h.Commit(t.Context(), everything, j.ID, 0); fault.CodeOf(err) != intake.ProblemNoName {
		t.Fatalf("Commit of a file without names = %v", err)
	}
	set := intake.Settings{Charset: sheet.ShiftJIS, Columns: []sheet.Column{{Index: 9, Field: sheet.Note}}}
	if j, _, err = h.Check(t.Context(), everything, j.ID, set); err != nil || j.Counts.New != 3 {
		t.Fatalf("Check = %+v, %v", j, err)
	}
	h.commit(t, j.ID)
	if p := h.get(t, "0001"); p.Note != "横浜" || len(p.Attributes) != 0 {
		t.Fatalf("the chosen column was not taken: %+v", p)
	}
	set.Columns = []sheet.Column{{Index: 5, Field: sheet.ExternalID}}
	if _, _, err = h.Check(t.Context(), everything, j.ID, set); fault.CodeOf(err) != "import_busy" {
		t.Fatalf("Check of a done import = %v", err)
	}
}

func TestCommitRefusesWhatWasNotReviewed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.bring(t, roster)
	j, _ := h.upload(t, "社員番号,氏名,部署,電話番号\n0001,髙橋 美咲,本社,090-1234-5678\n7,新人,,080-1234-0007\n")
	p := h.get(t, "0001")
	d := p.Draft("JP")
	d.Note = "another field"
	p, err := h.people.Update(t.Context(), everything, p.ID, p.Version, d)
	if err != nil {
		t.Fatal(err)
	}
	d.Department = "神戸"
	if _, err = h.people.Update(t.Context(), everything, p.ID, p.Version, d); err != nil {
		t.Fatal(err)
	}
	j = h.commit(t, j.ID)
	if j.State != intake.Failed || j.Problem.Code != intake.ProblemChanged || j.Problem.Params["line"] != "2" ||
		j.Processed != 0 {
		t.Fatalf("Commit = %+v", j)
	}
	if h.get(t, "0001").Department != "神戸" || len(h.all(t)) != 3 {
		t.Fatal("something was written")
	}
	j, r, err := h.Check(t.Context(), everything, j.ID, intake.Settings{})
	if err != nil || r.Changes[0].Fields[0].Before != "神戸" {
		t.Fatalf("Check again = %+v, %+v, %v", j, r, err)
	}
	d.Note = "a field the file does not have"
	if _, err = h.people.Update(t.Context(), everything, p.ID, 0, d); err != nil {
		t.Fatal(err)
	}
	if j = h.commit(t, j.ID); j.State != intake.Done || h.get(t, "0001").Department != "本社" {
		t.Fatalf("Commit after a change elsewhere = %+v", j)
	}
}

func TestMissingPeopleAreRemovedOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.bring(t, roster)
	j, _ := h.upload(t, "社員番号,氏名\n0001,髙橋 美咲\n0003,\n")
	j, _, err := h.Check(t.Context(), everything, j.ID, intake.Settings{Missing: intake.Remove})
	if err != nil || counts(j) != "rows 2 new 0 changed 0 same 1 wrong 1 missing 1" || j.Total != 1 {
		t.Fatalf("Check = %s, %v", counts(j), err)
	}
	_, err = h.Commit(t.Context(), everything, j.ID, 0)
	if fault.CodeOf(err) != "confirm_missing" {
		t.Fatalf("Commit without the number = %v", err)
	}
	if _, err = h.Commit(t.Context(), everything, j.ID, 1); err != nil {
		t.Fatalf("Commit = %v", err)
	}
	if j = h.settled(t, j.ID); j.State != intake.Done || h.names(t) != "中村 太郎 髙橋 美咲" {
		t.Fatalf("after Commit: %+v, %s", j, h.names(t))
	}
	u, err := h.Undo(t.Context(), everything, j.ID)
	if err != nil || u != (intake.Undone{Restored: 1}) || len(h.all(t)) != 3 {
		t.Fatalf("Undo = %+v, %v, %s", u, err, h.names(t))
	}
	if p := h.get(t, "0002"); p.Department != "Bangkok" {
		t.Fatalf("restored as %+v", p)
	}
}

func TestUndoPutsPeopleBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.bring(t, roster)
	before := fmt.Sprint(h.all(t))
	j := h.bring(t, "社員番号,氏名,電話番号\n0001,別人,080-1111-2222\n0002,B,080-1111-2223\n8,新人,080-1234-0008\n9,新人,080-1234-0009\n")
	p := h.get(t, "9")
	d := p.Draft("JP")
	d.Note = "kept"
	if _, err := h.people.Update(t.Context(), everything, p.ID, 0, d); err != nil {
		t.Fatal(err)
	}
	u, err := h.Undo(t.Context(), everything, j.ID)
	if err != nil || u != (intake.Undone{Restored: 3, Kept: 1}) {
		t.Fatalf("Undo = %+v, %v", u, err)
	}
	if _, err := h.people.Remove(t.Context(), everything, []id.Recipient{p.ID}); err != nil {
		t.Fatal(err)
	}
	after := h.all(t)
	for i := range after {
		if after[i].Version == 3 {
			after[i].Version, after[i].Updated = 1, after[i].Created
		}
	}
	if fmt.Sprint(after) != before {
		t.Fatalf("people are\n%v, were\n%s", after, before)
	}
	if _, err := h.Undo(t.Context(), everything, j.ID); fault.CodeOf(err) != "not_undoable" {
		t.Fatalf("Undo twice = %v", err)
	}
	j = h.bring(t, "社員番号,氏名,電話番号\n10,新人,080-1234-0010\n")
	h.late.Store(int64(25 * time.Hour))
	if _, err := h.Undo(t.Context(), everything, j.ID); fault.CodeOf(err) != "not_undoable" {
		t.Fatalf("Undo after a day = %v", err)
	}
}

func TestScopeBoundsAnImport(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.bring(t, roster)
	sc := scope.Departments("横浜工場")
	file := "社員番号,氏名,部署,電話番号\n0001,髙橋 美咲,本社,090-1234-5678\n0002,X,横浜工場,090-1234-5678\n0003,中村 太郎,横浜工場,090-1234-9999\n"
	j, r, err := h.Upload(t.Context(), sc, "x.csv", []byte(file))
	if err != nil || counts(j) != "rows 3 new 0 changed 1 same 0 wrong 2 missing 0" {
		t.Fatalf("Upload = %s, %v, %+v", counts(j), err, r)
	}
	for _, reject := range r.Rejects {
		if reject.Reason.Code != sheet.OutOfScope {
			t.Errorf("reject = %+v", reject)
		}
	}
	if _, _, err := h.Get(t.Context(), scope.Departments("Bangkok"), j.ID); fault.CodeOf(err) != "import_not_found" {
		t.Fatalf("Get from another scope = %v", err)
	}
	if err := h.Discard(t.Context(), sc, j.ID); err != nil {
		t.Fatalf("Discard = %v", err)
	}
	if _, _, err := h.Get(t.Context(), sc, j.ID); fault.CodeOf(err) != "import_not_found" {
		t.Fatalf("Get after Discard = %v", err)
	}
}

func TestFilesThatCannotBeBroughtIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for file, want := range map[string]string{
		"":                               intake.ProblemEmpty,
		"\n\n":                           intake.ProblemEmpty,
		"a,b\n1,2\n":                     intake.ProblemNoName,
		strings.Repeat("氏名,", 65) + "\n": string(sheet.TooManyCells),
	} {
		j, _ := h.upload(t, file)
		if j.Problem == nil || j.Problem.Code != want {
			t.Errorf("Upload(%.20q).Problem = %+v, want %s", file, j.Problem, want)
		}
	}
	_, _, err := h.Upload(t.Context(), everything, "x", make([]byte, sheet.MaxBytes+1))
	if fault.CodeOf(err) != "file_too_large" {
		t.Errorf("Upload of 50 MB and one octet = %v", err)
	}
}
