package country_test

import (
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"noroshi/app/audit"
	"noroshi/app/country"
	"noroshi/app/fault"
	"noroshi/app/store"
)

type vectors struct {
	Sources   map[string]string `json:"sources"`
	Countries []struct {
		CC          string     `json:"cc"`
		Sender      string     `json:"sender"`
		Reply       string     `json:"reply"`
		MaxSegments int        `json:"max_segments"`
		Concat      bool       `json:"concat"`
		Prefix      string     `json:"prefix"`
		ValidityH   int        `json:"validity_h"`
		Single      int        `json:"single_limit_units"`
		Part        int        `json:"part_limit_units"`
		Quiet       string     `json:"quiet"`
		TLVs        [][]string `json:"tlvs"`
		Src         []string   `json:"src"`
	} `json:"countries"`
}

func readVectors(t *testing.T) vectors {
	t.Helper()
	dir := os.Getenv("NOROSHI_VECTORS")
	if dir == "" {
		dir = "testdata"
	}
	body, err := os.ReadFile(filepath.Join(dir, "countries.json"))
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestCardsAgreeWithTheirSources holds what is delivered against the table it was taken from.
func TestCardsAgreeWithTheirSources(t *testing.T) {
	t.Parallel()
	v := readVectors(t)
	if len(v.Countries) == 0 {
		t.Fatal("the table is empty")
	}
	for _, want := range v.Countries {
		got := card(t, want.CC)
		if got.MaxParts != want.MaxSegments || got.Joined != want.Concat || got.Prefix != want.Prefix ||
			got.ValidityHours != want.ValidityH || got.SingleLimit != want.Single || got.PartLimit != want.Part {
			t.Errorf("%s = %+v, want %+v", want.CC, got, want)
		}
		if quiet := got.QuietFrom + "-" + got.QuietTo; !strings.HasPrefix(want.Quiet, quiet) {
			t.Errorf("%s is quiet %s, want %s", want.CC, quiet, want.Quiet)
		}
		var tags, sources []string
		for _, tlv := range want.TLVs {
			tags = append(tags, tlv[0])
		}
		for _, src := range want.Src {
			sources = append(sources, v.Sources[src])
		}
		if !slices.Equal(got.Parameters, tags) || !slices.Equal(got.Sources, sources) {
			t.Errorf("%s has %v from %v, want %v from %v", want.CC, got.Parameters, got.Sources, tags, sources)
		}
		if none := strings.Contains(want.Reply, "international A2P: none") ||
			strings.Contains(want.Reply, "not via international route"); none != (got.Replies == country.Nowhere) {
			t.Errorf("%s replies %s, the table says %q", want.CC, got.Replies, want.Reply)
		}
	}
	if got := len(country.Delivered()); got != len(v.Countries) {
		t.Errorf("%d cards are delivered, the table has %d", got, len(v.Countries))
	}
}

// TestCardsAreWrittenInBothLanguages reads every delivered card through the rules for edited ones.
func TestCardsAreWrittenInBothLanguages(t *testing.T) {
	t.Parallel()
	s := service(t)
	for _, c := range country.Delivered() {
		if !strings.ContainsFunc(c.Notes.JA, func(r rune) bool { return unicode.Is(unicode.Hiragana, r) }) ||
			c.Notes.EN == "" || len(c.Sources) == 0 || len(c.Languages) == 0 {
			t.Errorf("%s has no notes in both languages", c.Country)
		}
		if _, err := s.Put(t.Context(), audit.Actor{Name: "nakamura"}, 1, c); err != nil {
			t.Errorf("Put(%s as delivered) = %v", c.Country, err)
		}
	}
}

func service(t *testing.T) *country.Service {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{
		Dir: t.TempDir(), Key: make([]byte, 32), Now: time.Now, Random: rand.Reader,
	})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { _ = st.Close() })
	now := func() time.Time { return noon }
	s := country.New(country.Options{Store: st, Audit: audit.New(now, rand.Reader), Now: now})
	t.Cleanup(func() {
		_ = st.View(func(tx *store.Tx) error {
			if _, err := audit.New(now, rand.Reader).Verify(tx); err != nil {
				t.Errorf("audit: %v", err)
			}
			return nil
		})
	})
	return s
}

func TestACardIsChangedAndPutBack(t *testing.T) {
	t.Parallel()
	s := service(t)
	by := audit.Actor{Name: "nakamura"}
	th, err := s.Get("th")
	if err != nil || th.Version != 1 || !th.Delivered() {
		t.Fatalf("Get = %+v, %v", th, err)
	}
	th.MaxParts, th.Reserved = 5, []string{" x ", "X", ""}
	changed, err := s.Put(t.Context(), by, 1, th)
	if err != nil || changed.Version != 2 || changed.Delivered() || changed.ChangedBy != "nakamura" ||
		!slices.Equal(changed.Reserved, []string{"X"}) {
		t.Fatalf("Put = %+v, %v", changed, err)
	}
	if _, err := s.Put(t.Context(), by, 1, th); fault.CodeOf(err) != "country_changed" {
		t.Errorf("Put on an old version = %v, want country_changed", err)
	}
	cards, err := s.Cards()
	if err != nil || cards["TH"].MaxParts != 5 || cards["JP"].MaxParts != 10 {
		t.Errorf("Cards = %+v, %v", cards["TH"], err)
	}
	back, err := s.Restore(t.Context(), by, "TH", 2)
	if err != nil || back.MaxParts != 3 || !back.Delivered() || back.Version != 3 {
		t.Errorf("Restore = %+v, %v", back, err)
	}
	list, err := s.List()
	if err != nil || len(list) != len(cards) || list[1].Country != "TH" || !reflect.DeepEqual(list[1], back) {
		t.Errorf("List = %+v, %v", list[1], err)
	}
	if _, err := s.Get("XX"); fault.CodeOf(err) != "country_not_known" {
		t.Errorf("Get(XX) = %v, want country_not_known", err)
	}
	if _, err := s.Restore(t.Context(), by, "XX", 0); fault.CodeOf(err) != "country_not_known" {
		t.Errorf("Restore(XX) = %v, want country_not_known", err)
	}
}

func TestAWrongCardIsRefusedWithItsFields(t *testing.T) {
	t.Parallel()
	s := service(t)
	bad := card(t, "JP")
	bad.Replies, bad.MaxParts, bad.QuietTo, bad.Zones = "maybe", 0, "8 am", []string{"Mars/Base"}
	bad.Reserved, bad.Parameters, bad.Prefix = []string{"ABC"}, []string{"1400"}, strings.Repeat("x", 31)
	_, err := s.Put(t.Context(), audit.Actor{}, 0, bad)
	e, ok := err.(*fault.Error) //nolint:errorlint // Put returns it unwrapped
	if !ok {
		t.Fatalf("Put = %v, want fields", err)
	}
	var paths []string
	for _, f := range e.Fields {
		paths = append(paths, f.Path)
	}
	want := []string{"maxParts", "parameters", "prefix", "quietTo", "replies", "reserved", "zones"}
	if !slices.Equal(paths, want) {
		t.Errorf("wrong fields = %v, want %v", paths, want)
	}
}
