package phone_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"noroshi/app/phone"
)

func readVectors(t testing.TB, file string, into any) {
	t.Helper()
	dir := os.Getenv("NOROSHI_VECTORS")
	if dir == "" {
		dir = "testdata"
	}
	data, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

type phoneVectors struct {
	Vectors []struct {
		DefaultCountry string `json:"default_country"`
		Input          string `json:"input"`
		Note           string `json:"note"`
		Cleaned        string `json:"cleaned"`
		Expected       struct {
			Status  string `json:"status"`
			E164    string `json:"e164"`
			Country string `json:"country"`
			Type    string `json:"type"`
		} `json:"expected"`
	} `json:"vectors"`
}

func TestRead_agrees_with_the_vectors(t *testing.T) {
	t.Parallel()
	reasons := map[string]string{
		"MOBILE": "", "FIXED_LINE_OR_MOBILE": "", "FIXED_LINE": phone.ReasonFixedLine,
		"TOLL_FREE": phone.ReasonTollFree, "PREMIUM_RATE": phone.ReasonPremiumRate,
		"SHARED_COST": phone.ReasonSharedCost, "VOIP": phone.ReasonVoIP, "PERSONAL_NUMBER": phone.ReasonPersonal,
		"PAGER": phone.ReasonPager, "UAN": phone.ReasonCompanyNumber, "VOICEMAIL": phone.ReasonVoicemail,
	}
	var file phoneVectors
	readVectors(t, "phones.json", &file)
	if len(file.Vectors) == 0 {
		t.Fatal("no vectors")
	}
	for _, v := range file.Vectors {
		t.Run(v.DefaultCountry+" "+v.Note, func(t *testing.T) {
			t.Parallel()
			if got := phone.Clean(v.Input); got != v.Cleaned {
				t.Errorf("Clean(%q) = %q, want %q", v.Input, got, v.Cleaned)
			}
			got := phone.Read(v.Input, v.DefaultCountry)
			if got.Status.String() != v.Expected.Status || got.Number.String() != v.Expected.E164 ||
				got.Country != v.Expected.Country || got.Raw != v.Input {
				t.Errorf("Read(%q, %s) = %+v (%s), want %+v", v.Input, v.DefaultCountry, got, got.Number, v.Expected)
			}
			if want, known := reasons[v.Expected.Type]; known && got.Reason != want {
				t.Errorf("Read(%q, %s).Reason = %q, want %q", v.Input, v.DefaultCountry, got.Reason, want)
			}
			if got.Status == phone.Invalid && got.Reason == "" {
				t.Errorf("Read(%q, %s) is invalid without a reason", v.Input, v.DefaultCountry)
			}
		})
	}
}
