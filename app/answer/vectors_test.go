package answer_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"noroshi/app/answer"
	"noroshi/app/id"
)

// readVectors decodes a vector file of testdata, or of the folder that NOROSHI_VECTORS names.
func readVectors(t *testing.T, name string, into any) {
	t.Helper()
	dir := os.Getenv("NOROSHI_VECTORS")
	if dir == "" {
		dir = "testdata"
	}
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatalf("reading vectors: %v", err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("decoding %s: %v", name, err)
	}
}

type replyVector struct {
	N       int    `json:"n"`
	Raw     string `json:"raw"`
	Context []struct {
		ID     string          `json:"id"`
		Status string          `json:"status"`
		Body   string          `json:"body"`
		Codes  json.RawMessage `json:"codes"`
		Multi  bool            `json:"multi"`
	} `json:"context"`
	Expected struct {
		Result  answer.Result `json:"result"`
		Answers []struct {
			Broadcast string `json:"broadcast"`
			Code      string `json:"code"`
		} `json:"answers"`
		Comment string `json:"comment_hint"`
	} `json:"expected"`
	Why string `json:"why"`
}

// asked returns the questions of the vector; a broadcast's identifier is the number in its name.
func (v replyVector) asked(t *testing.T) []answer.Asked {
	t.Helper()
	var asked []answer.Asked
	for _, c := range v.Context {
		a := answer.Asked{Broadcast: broadcastOf(t, c.ID), Status: answer.Open, Body: c.Body, MultiSelect: c.Multi}
		if c.Status != "open" {
			a.Status = answer.Cooling
		}
		a.Codes = orderedCodes(t, c.Codes)
		asked = append(asked, a)
	}
	return asked
}

func broadcastOf(t *testing.T, name string) id.Broadcast {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimLeft(name, "b"), 10, 64)
	if err != nil {
		t.Fatalf("broadcast %q: %v", name, err)
	}
	return id.Broadcast(n)
}

// orderedCodes reads an object as the list it is printed from.
func orderedCodes(t *testing.T, raw json.RawMessage) []answer.Code {
	t.Helper()
	byCode := map[string]string{}
	if err := json.Unmarshal(raw, &byCode); err != nil {
		t.Fatalf("codes %s: %v", raw, err)
	}
	var codes []answer.Code
	for code, label := range byCode {
		codes = append(codes, answer.Code{Code: code, Label: label})
	}
	slices.SortFunc(codes, func(a, b answer.Code) int {
		return strings.Index(string(raw), `"`+a.Code+`"`) - strings.Index(string(raw), `"`+b.Code+`"`)
	})
	return codes
}

func TestRead_vectors(t *testing.T) {
	t.Parallel()
	var file struct {
		Vectors []replyVector `json:"vectors"`
	}
	readVectors(t, "replies.json", &file)
	if len(file.Vectors) == 0 {
		t.Fatal("no vectors")
	}
	for _, v := range file.Vectors {
		t.Run(strconv.Itoa(v.N), func(t *testing.T) {
			t.Parallel()
			got := answer.Read(answer.Text{Raw: v.Raw}, v.asked(t))
			if got.Result != v.Expected.Result {
				t.Fatalf("Read(%q) = %v (%v), want %v: %s", v.Raw, got.Result, got.Reason, v.Expected.Result, v.Why)
			}
			var want []string
			for _, a := range v.Expected.Answers {
				want = append(want, broadcastOf(t, a.Broadcast).String()+" "+a.Code)
			}
			if flat := flatten(got.Answers); !slices.Equal(flat, want) {
				t.Fatalf("Read(%q) answers = %v, want %v: %s", v.Raw, flat, want, v.Why)
			}
			if v.Expected.Comment != "" && essence(got.Comment) != essence(v.Expected.Comment) {
				t.Fatalf("Read(%q) comment = %q, want %q in any case", v.Raw, got.Comment, v.Expected.Comment)
			}
		})
	}
}

func flatten(answers []answer.Answer) []string {
	var flat []string
	for _, a := range answers {
		for _, code := range a.Codes {
			flat = append(flat, a.Broadcast.String()+" "+code)
		}
	}
	return flat
}

// essence drops what the hints of the vectors leave open: case, spaces, punctuation.
func essence(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, norm.NFKC.String(s))
}

func TestAllocate_vectors(t *testing.T) {
	t.Parallel()
	var file struct {
		Alphabet string   `json:"alphabet"`
		Reserved []string `json:"reserved_two_letter"`
		Cases    []struct {
			Name     string   `json:"name"`
			Choices  int      `json:"choices"`
			InUse    []string `json:"codes_in_use_or_cooling"`
			Reserved []string `json:"reserved_by_country"`
			Expected []string `json:"expected"`
		} `json:"cases"`
	}
	readVectors(t, "code_allocation.json", &file)
	if answer.Alphabet != file.Alphabet {
		t.Fatalf("Alphabet = %v, want %v", answer.Alphabet, file.Alphabet)
	}
	if got := answer.ReservedPairs(); !slices.Equal(got, file.Reserved) {
		t.Fatalf("ReservedPairs() = %v, want %v", got, file.Reserved)
	}
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			inUse := func(code string) bool { return slices.Contains(c.InUse, code) }
			got, err := answer.Allocate(c.Choices, inUse, c.Reserved)
			if (err != nil) != (c.Expected == nil) || !slices.Equal(got, c.Expected) {
				t.Fatalf("Allocate(%d) = %v, %v, want %v", c.Choices, got, err, c.Expected)
			}
		})
	}
}
