package phone

import (
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// The short way may only ever say what the long way says.
func TestQuick_agrees_with_the_whole_rule(t *testing.T) {
	t.Parallel()
	accepted := 0
	compare := func(t *rapid.T) {
		p := rapid.SampledFrom(plans[:]).Draw(t, "plan")
		leads := []string{"9", "8", "7", "6", "1", "10", "13", "90", "80", "60", "12", "0", ""}
		lead := rapid.SampledFrom(leads).Draw(t, "lead")
		national := lead + rapid.StringMatching(`[0-9]{5,11}`).Draw(t, "rest")
		code := strconv.Itoa(p.code)
		before := rapid.SampledFrom([]string{"+" + code, "+" + code + " ", "0", "", code, "+" + code + "0"}).Draw(t, "before")
		text := before + national
		res, ok := quick(text, p.country)
		if !ok {
			return
		}
		accepted++
		if want := careful(text, p.country); res != want {
			t.Fatalf("quick(%q, %s) = %+v, careful says %+v", text, p.country, res, want)
		}
	}
	for range 20 { // one draw in about fifty is a number that the short way takes
		if rapid.Check(t, compare); accepted >= 20 {
			break
		}
	}
	if accepted == 0 {
		t.Fatal("no drawn number was accepted, so nothing was compared")
	}
}

func TestQuick_knows_every_mobile_vector_shape(t *testing.T) {
	t.Parallel()
	for text, country := range map[string]string{
		"090-1234-5678": "JP", "+81 90 1234 5678": "US", "(081) 234.5678": "TH", "8123 4567": "SG", "+886912345678": "JP",
	} {
		if res, ok := quick(text, country); !ok || res.Status != SMSOK {
			t.Errorf("quick(%q, %s) = %+v, %v, want a mobile number", text, country, res, ok)
		}
	}
}
