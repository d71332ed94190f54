package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
)

// The API takes 2,000 characters, and a text that is a table's proof of a length must have it.
func TestTextsHaveTheLengthTheirNamesSay(t *testing.T) {
	for name, units := range map[string]int{
		"GSM-7, 160 septets": 160, "GSM-7, 161 septets": 161, "GSM-7, 1,530 septets": 1530,
		"UCS-2, 70 units": 70, "UCS-2, 71 units": 71, "UCS-2, 670 units": 670, "GSM-7, 15 septets": 15,
	} {
		found := false
		for _, txt := range texts {
			if txt.name == name {
				found = true
				if n := len(utf16.Encode([]rune(txt.body))); n != units {
					t.Errorf("%s has %d units, want %d", name, n, units)
				}
			}
		}
		if !found {
			t.Errorf("there is no text %q", name)
		}
	}
	for _, txt := range texts {
		if n := len([]rune(txt.body)); n == 0 || n > 2000 || strings.TrimSpace(txt.body) != txt.body {
			t.Errorf("%s: %d characters, want 1 to 2000 without spaces around", txt.name, n)
		}
	}
}

func TestEveryPhoneIsAMobileOfItsOwn(t *testing.T) {
	mobile := regexp.MustCompile(`^8190[1-9]\d{7}$`)
	seen := map[string]string{}
	for digit := 1; digit <= 3; digit++ {
		p := &peer{digit: digit, title: "peer", tls: digit == 3}
		for _, h := range peopleOf(p) {
			if !mobile.MatchString(h.number) {
				t.Errorf("%s of %s is no Japanese mobile number", h.number, h.name)
			}
			if other, taken := seen[h.number]; taken {
				t.Errorf("%s belongs to %s and to %s", h.number, other, h.name)
			}
			seen[h.number] = h.name
		}
	}
}

func TestAccountsFitSystemID(t *testing.T) {
	for _, a := range accounts {
		if len(a.name) > 15 {
			t.Errorf("%q has %d octets, want at most 15 (SMPP 3.4 §5.2.1)", a.name, len(a.name))
		}
	}
}

func TestReportFailsACellWhenOneOfItsChecksFails(t *testing.T) {
	r := newReport()
	p := &peer{title: "x"}
	r.columns = []string{"x"}
	r.note(p, "g", "fine", true, "")
	r.note(p, "g", "half", true, "")
	r.note(p, "g", "half", false, "because of %d", 7)
	var out bytes.Buffer
	r.write(&out)
	for _, want := range []string{"FAILED 1 of 2", "FAILED g / half, x: because of 7", "3 checks, 1 failed"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, out.String())
		}
	}
}

func TestHeadersAreCheckedOctetByOctet(t *testing.T) {
	good := []byte{5, 0, 3, 9, 2, 1, 'a'}
	if why := placed(account{}, good, 0x40, 2, 1); why != "" {
		t.Fatalf("placed(good) = %q, want nothing", why)
	}
	for i := range 6 {
		if i == 3 {
			continue // the reference may be anything
		}
		bad := bytes.Clone(good)
		bad[i]++
		if placed(account{}, bad, 0x40, 2, 1) == "" {
			t.Errorf("placed(% x) finds nothing wrong", bad)
		}
	}
	if placed(account{}, good, 0, 2, 1) == "" {
		t.Error("a header without its bit in esm_class passes")
	}
}
