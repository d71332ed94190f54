package api

import (
	"slices"
	"strings"
	"testing"

	"noroshi/app/api/gen"
	"noroshi/app/config"
)

func TestCountryCards(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	list := into[[]gen.CountryCard](t, r.do("GET", "/countries", nil), 200)
	if len(list) < 10 || list[0].Country != "JP" || !list[0].Delivered || len(list[0].Sources) == 0 {
		t.Fatalf("countries = %+v", list)
	}
	res := r.do("GET", "/countries/th", nil)
	th := into[gen.CountryCard](t, res, 200)
	if th.Replies != "number" || *th.Charset != "any" || res.Header.Get("ETag") != `"1"` {
		t.Fatalf("Thailand = %+v", th)
	}
	in := gen.CountryInput{
		Replies: "sender", Sender: "numeric", Registration: "none", Links: "allowed", Numbers: "allowed", MaxParts: 5,
		Joined: true, Zones: []string{"Asia/Bangkok"}, Notes: &gen.TwoLanguages{Ja: set("契約で確認済み")},
	}
	problem(t, r.do("PUT", "/countries/TH", in), 400, "if_match_required")
	changed := into[gen.CountryCard](t, r.do("PUT", "/countries/TH", in, header{"If-Match", `"1"`}), 200)
	if changed.MaxParts != 5 || changed.Delivered || changed.Version != 2 || *changed.ChangedBy != "佐藤 美咲" ||
		*changed.Notes.Ja != "契約で確認済み" || !slices.Equal(changed.Sources, th.Sources) {
		t.Fatalf("changed = %+v", changed)
	}
	problem(t, r.do("PUT", "/countries/TH", in, header{"If-Match", `"1"`}), 412, "country_changed")
	in.Zones, in.Replies = nil, "perhaps"
	wrong := problem(t, r.do("PUT", "/countries/TH", in, header{"If-Match", `"2"`}), 422, "invalid_fields")
	if wrong.Fields == nil || len(*wrong.Fields) != 2 {
		t.Errorf("fields = %+v, want replies and zones", wrong.Fields)
	}
	back := into[gen.CountryCard](t, r.do("POST", "/countries/TH/restore", nil, header{"If-Match", "*"}), 200)
	if back.MaxParts != th.MaxParts || !back.Delivered {
		t.Fatalf("restored = %+v", back)
	}
	lines := into[gen.AuditPage](t, r.do("GET", "/audit?object=country/TH", nil), 200)
	if len(lines.Items) != 2 || lines.Items[0].Action != "country.restored" || lines.Items[1].Action != "country.updated" {
		t.Errorf("audit = %+v", lines.Items)
	}
	problem(t, r.do("GET", "/countries/XX", nil), 404, "country_not_known")
}

func TestCountryNotice(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	r.o.Routes.Swap([]config.Route{
		{Name: "in", Sender: "AOMINE", ReplyMode: "number", ReplyNumber: "919800000001", Countries: []string{"IN"}},
		{Name: "simulator", Simulator: true, Sender: "917777777777", ReplyMode: "sender", Countries: []string{"IN"}},
	})
	notice := into[gen.CountryNotice](t, r.do("GET", "/countries/IN/notice", nil), 200)
	// The rig is a demo: what is no simulator carries nothing.
	if !slices.Equal(notice.Numbers, []string{"917777777777"}) || notice.Company != "火の見商事" ||
		notice.Texts[0].Language != "hi" || !strings.Contains(notice.Texts[2].Lead, "火の見商事") {
		t.Errorf("notice = %+v", notice)
	}
	problem(t, r.do("GET", "/countries/XX/notice", nil), 404, "country_not_known")
}

func TestPreviewShowsCountriesAndTheirWarnings(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	in := gen.RecipientInput{Name: "Somchai", Phones: &[]gen.PhoneInput{{Raw: "+66 81 234 5678"}}}
	into[gen.Recipient](t, r.do("POST", "/recipients", in), 201)
	content := gen.BroadcastContent{
		Title: "t", Mode: "live", Urgency: "urgent", Bodies: []gen.Body{{Language: "en", Text: "See bit.link/x “now”"}},
		Choices: []gen.Choice{}, Audience: gen.AudienceSelection{Everyone: set(true)},
	}
	sheet := into[gen.Preview](t, r.do("POST", "/broadcasts/preview", content), 200)
	if len(sheet.Groups) != 1 || sheet.Groups[0].Country != "TH" || sheet.Groups[0].People != 1 ||
		sheet.Groups[0].Encoding != "ucs2" || len(sheet.Stages) != 1 || sheet.Stages[0].Priority != "normal" {
		t.Fatalf("sheet = %+v", sheet)
	}
	if text := sheet.Texts[0]; text.Transliterated == nil || *text.Transliterated != `See bit.link/x "now"` ||
		text.Forced == nil || len(*text.Forced) != 2 {
		t.Errorf("text = %+v", sheet.Texts[0])
	}
	about := func(w gen.PreviewWarning) bool { return w.Code == "country_link_registered" }
	link := slices.IndexFunc(sheet.Warnings, about)
	if link < 0 {
		t.Fatalf("warnings = %+v", sheet.Warnings)
	}
	if w := sheet.Warnings[link]; *w.Country != "TH" || (*w.Ways)[0] != "remove_link" {
		t.Errorf("warning = %+v", w)
	}
}

func TestALaunchThatARouteWouldRefuseIsRefused(t *testing.T) {
	t.Parallel()
	r := newOffice(t)
	r.o.Routes.Swap([]config.Route{{Name: "main", Sender: "818000000110", ReplyMode: "sender", MaxSegments: 1}})
	in := gen.RecipientInput{Name: "森 舞", Phones: &[]gen.PhoneInput{{Raw: "090-1111-2222"}}}
	into[gen.Recipient](t, r.do("POST", "/recipients", in), 201)
	content := gen.BroadcastContent{
		Title: "t", Mode: "live", Urgency: "urgent", Bodies: []gen.Body{{Language: "ja", Text: strings.Repeat("あ", 71)}},
		Choices: []gen.Choice{}, Audience: gen.AudienceSelection{Everyone: set(true)},
	}
	draft := into[gen.Broadcast](t, r.do("POST", "/broadcasts", content), 201)
	review := into[gen.Review](t, r.do("POST", "/broadcasts/"+draft.Id+"/review", nil), 200)
	launch := gen.LaunchRequest{Codes: review.Preview.Codes, People: review.Preview.People}
	key := header{"Idempotency-Key", "0123456789abcdef"}
	refused := problem(t, r.do("POST", "/broadcasts/"+draft.Id+"/launch", launch, key), 409, "sms_too_many_parts")
	if refused.Params == nil || (*refused.Params)["max"] != "1" {
		t.Errorf("params = %v, want the limit of the route", refused.Params)
	}
}

func set[T any](v T) *T { return &v }
