package apptest_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"noroshi/app/apptest"
	"noroshi/app/broadcast"
	"noroshi/app/config"
	"noroshi/app/directory"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/preflight"
	"noroshi/app/scope"
	"noroshi/app/simulator"
)

// crowd is people of several countries and languages, some of whom share a number or have two.
func crowd(r *rand.Rand, n int) []directory.Draft {
	names := []string{"森", "高橋 美咲", "マリア・サントス・デ・ラ・クルス", "Somchai", "Nguyễn Văn An", "O’Brien", "Łukasz 😀"}
	languages := []string{"ja", "en", "th", ""}
	number := func() string {
		if r.IntN(3) == 0 {
			return fmt.Sprintf("66812%06d", r.IntN(n))
		}
		return apptest.Number(r.IntN(n))
	}
	drafts := make([]directory.Draft, n)
	for i := range drafts {
		drafts[i] = apptest.Person(names[r.IntN(len(names))], number(), number())
		drafts[i].Language = languages[r.IntN(len(languages))]
	}
	return drafts
}

// anyContent is a content of random length in two languages.
func anyContent(r *rand.Rand) broadcast.Content {
	c := apptest.Safety(broadcast.Urgent)
	c.AllPhones = r.IntN(2) == 0
	body := func(word string) string {
		pieces := []string{word}
		for range r.IntN(140 / len([]rune(word))) {
			pieces = append(pieces, word)
		}
		for _, variable := range []string{"{{name}}", "{{reply_number}}", "{{name}}"} {
			if r.IntN(2) == 0 {
				pieces = slices.Insert(pieces, r.IntN(len(pieces)+1), variable)
			}
		}
		return strings.Join(pieces, "")
	}
	c.Bodies = []broadcast.Body{{Language: "ja", Text: body("地震")}, {Language: "en", Text: body("quake [€] ")}}
	return c
}

// The sheet shows what expansion then writes: as many texts, parts and people, on the same routes.
func TestTheSheetIsWhatGoesOut(t *testing.T) {
	t.Parallel()
	sim := smsc(t, simulator.Options{Population: simulator.Perfect()})
	main, asia := apptest.Route("main", sim.Addr()), apptest.Route("asia", sim.Addr())
	main.Prefixes = []string{"81"}
	asia.Prefixes, asia.LongMode, asia.SingleLimit, asia.Prefix = []string{"66"}, "none", 65, "RM0.00 "
	asia.ReplyTexts = map[string]string{"TH-ja": "タイの番号 1234", "en": "1234"}
	lines := []config.Route{main, asia}
	w := apptest.Start(t, apptest.Options{Routes: lines})
	w.Expansion.Close()
	r := rand.New(rand.NewPCG(20261122, 7))
	w.MustRegister(t, crowd(r, 600))
	sheets := preflight.New(preflight.Options{
		Audiences: w.Audiences, Language: func() string { return "ja" },
		Routes: func(broadcast.Mode) ([]config.Route, []bool) { return lines, []bool{true, true} },
	})
	for range 12 {
		c := anyContent(r)
		b := w.MustLaunch(t, c)
		sheet, err := sheets.Preview(t.Context(), scope.Everything(), b.Content)
		if err != nil {
			t.Fatalf("Preview: %v", err)
		}
		if err := (desk{w, b}).expand(context.Background(), lines, func([]message.Pending) {}); err != nil {
			t.Fatalf("Expand: %v", err)
		}
		got, want := written(t, w, b.ID), promised(sheet)
		if len(want) != 2 || got["main"] != want["main"] || got["asia"] != want["asia"] || len(got) != len(want) {
			t.Errorf("the sheet of %q says %v, written are %v", c.Bodies[0].Text, want, got)
		}
		if parts := got["main"].parts + got["asia"].parts; parts != sheet.Submits || sheet.Submits != sheet.Parts {
			t.Errorf("%d parts are written, the sheet says %d on the air, %d submits", parts, sheet.Parts, sheet.Submits)
		}
		if frozen := len(w.Frozen(t, b.ID)); frozen != sheet.Selected {
			t.Errorf("%d people are frozen, the sheet says %d", frozen, sheet.Selected)
		}
	}
}

type sum struct{ texts, parts int }

func promised(s preflight.Sheet) map[string]sum {
	out := map[string]sum{}
	for _, g := range s.Groups {
		was := out[g.Route]
		out[g.Route] = sum{was.texts + g.Messages, was.parts + g.Submits}
	}
	return out
}

func written(t *testing.T, w *apptest.World, b id.Broadcast) map[string]sum {
	t.Helper()
	run, out := message.Run{Broadcast: b}, map[string]sum{}
	book := w.Messages.Book(b)
	head, _ := book.Head(run)
	pages, _ := w.Messages.Pages(book, run)
	for page := range uint32(pages) {
		err := w.Messages.EachCopy(run, head, page, func(_ uint32, c message.Copy) error {
			was := out[head.RouteName(c.Route)]
			out[head.RouteName(c.Route)] = sum{was.texts + 1, was.parts + int(c.Parts)}
			return nil
		})
		if err != nil {
			t.Fatalf("EachCopy: %v", err)
		}
	}
	return out
}
