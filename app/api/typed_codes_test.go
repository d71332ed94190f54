package api

import (
	"fmt"
	"slices"
	"testing"

	"noroshi/app/api/gen"
	"noroshi/app/broadcast"
	"noroshi/app/id"
)

// An admin who types a code is told what is against it: refused while another broadcast is open, warned while it cools.
func TestTypedCodesAtReview(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	r.people(4)
	first := r.launched()
	in := everyone()
	in.Title = "続報"
	b, zz := "b", "ZZ"
	in.Choices = []gen.Choice{{Code: &b, Label: "はい", Tone: "ok"}, {Code: &zz, Label: "いいえ", Tone: "warn"}}
	draft := into[gen.Broadcast](t, r.do("POST", "/broadcasts", in), 201)
	at := "/broadcasts/" + draft.Id

	refused := problem(t, r.do("POST", at+"/review", nil), 409, "code_in_use")
	want := map[string]string{"code": "B", "title": first.Content.Title, "broadcast": first.Id, "people": "4"}
	for name, value := range want {
		if got := (*refused.Params)[name]; got != value {
			t.Errorf("the refusal says %s = %q, want %q", name, got, value)
		}
	}

	which, err := id.Parse[id.Broadcast](first.Id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.o.Broadcasts.Advance(t.Context(), which, broadcast.Open); err != nil {
		t.Fatal(err)
	}
	into[gen.Broadcast](t, r.do("POST", "/broadcasts/"+first.Id+"/close", gen.ReasonRequest{}), 200)
	review := into[gen.Review](t, r.do("POST", at+"/review", nil), 200)
	if !slices.Equal(review.Preview.Codes, []string{"B", "ZZ"}) {
		t.Errorf("codes = %v, want B and ZZ", review.Preview.Codes)
	}
	i := slices.IndexFunc(review.Preview.Warnings, func(w gen.PreviewWarning) bool { return w.Code == "code_cooling" })
	if i < 0 {
		t.Fatalf("warnings = %+v, want one of a code that cools", review.Preview.Warnings)
	}
	w := review.Preview.Warnings[i]
	if *w.People != 4 || (*w.Params)["code"] != "B" || (*w.Params)["title"] != first.Content.Title ||
		w.Blocking != nil && *w.Blocking {
		t.Errorf("warning = %+v of %v", w, *w.Params)
	}
}

func TestTwentyTwoChoicesAreTheMost(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	r.people(3)
	in := everyone()
	in.Choices = nil
	for i := range 22 {
		in.Choices = append(in.Choices, gen.Choice{Label: fmt.Sprint(i), Tone: "ok"})
	}
	draft := into[gen.Broadcast](t, r.do("POST", "/broadcasts", in), 201)
	review := into[gen.Review](t, r.do("POST", "/broadcasts/"+draft.Id+"/review", nil), 200)
	if n := len(review.Preview.Codes); n != 22 || review.Preview.Codes[21] != "Z" {
		t.Errorf("codes of 22 choices = %v", review.Preview.Codes)
	}
	// While all single letters are taken, the next one gets two.
	next := into[gen.Broadcast](t, r.do("POST", "/broadcasts", everyone()), 201)
	review = into[gen.Review](t, r.do("POST", "/broadcasts/"+next.Id+"/review", nil), 200)
	if !slices.Equal(review.Preview.Codes, []string{"AA", "AB"}) {
		t.Errorf("codes when the letters are gone = %v, want AA and AB", review.Preview.Codes)
	}
	in.Choices = append(in.Choices, gen.Choice{Label: "22", Tone: "ok"})
	problem(t, r.do("POST", "/broadcasts", in), 422, "invalid_fields")
}
