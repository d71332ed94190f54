package answer

import (
	"slices"
	"strconv"
	"strings"

	"noroshi/app/fault"
)

// Alphabet has the letters that Allocate uses: A to Z without I, L, O and Q, which people mix up with 1 and 0.
const Alphabet = "ABCDEFGHJKMNPRSTUVWXYZ"

// MaxChoices is the largest number of choices of a broadcast.
const MaxChoices = len(Alphabet)

// reservedPairs are two-letter words that people write as a plain reply, or that operators take as opt-out.
var reservedPairs = []string{"BY", "FU", "GO", "HI", "KK", "ME", "NG", "NO", "OK", "SM", "TC", "TD"}

// ReservedPairs returns the two-letter words that Allocate never makes.
func ReservedPairs() []string { return slices.Clone(reservedPairs) }

// ReservedFor returns the codes that are not to be allocated on a route to the country (ISO 3166 alpha-2, any case),
// because operators or people there take them as opt-out or as an answer of their own. Nil for most countries.
func ReservedFor(country string) []string {
	switch strings.ToUpper(country) {
	case "CN":
		return []string{"N", "R", "T", "TD"}
	case "VN":
		return []string{"TC"}
	}
	return nil
}

// Allocate returns n codes in the order of the choices: the first n letters of Alphabet that are free or, when too few
// are free, two letters of which the first begins no code in use. inUse reports whether any broadcast that may still be
// answered on the same reply number uses the code; it is asked in upper case. reserved are further codes to avoid, such
// as those of ReservedFor, in any case. Returns Invalid (code too_few_choices or too_many_choices) for an n that is not
// within 1 to MaxChoices, and Conflict (code codes_exhausted) when every pair is taken.
func Allocate(n int, inUse func(code string) bool, reserved []string) ([]string, error) {
	if err := checkCount(n); err != nil {
		return nil, err
	}
	avoid := make(map[string]bool, len(reserved)+len(reservedPairs))
	for _, code := range reservedPairs {
		avoid[code] = true
	}
	for _, code := range reserved {
		avoid[strings.ToUpper(code)] = true
	}
	free := func(code string) bool { return !avoid[code] && !inUse(code) }

	if codes := firstFree("", n, free); codes != nil {
		return codes, nil
	}
	for _, g := range Alphabet {
		group := string(g)
		if beginsCodeInUse(group, inUse) {
			continue
		}
		if codes := firstFree(group, n, free); codes != nil {
			return codes, nil
		}
	}
	return nil, fault.New(fault.Conflict, "codes_exhausted",
		"Every code is in use by broadcasts that may still be answered; close some of them first.")
}

// firstFree returns the first n free codes of prefix and one letter, or nil when there are fewer.
func firstFree(prefix string, n int, free func(string) bool) []string {
	codes := make([]string, 0, n)
	for _, letter := range Alphabet {
		if code := prefix + string(letter); free(code) {
			codes = append(codes, code)
			if len(codes) == n {
				return codes
			}
		}
	}
	return nil
}

// beginsCodeInUse looks at all 26 letters, because an administrator may have typed those outside Alphabet.
func beginsCodeInUse(group string, inUse func(string) bool) bool {
	for letter := 'A'; letter <= 'Z'; letter++ {
		if inUse(group + string(letter)) {
			return true
		}
	}
	return false
}

func checkCount(n int) error {
	switch {
	case n < 1:
		return fault.New(fault.Invalid, "too_few_choices", "A question needs at least one choice.")
	case n > MaxChoices:
		return fault.New(fault.Invalid, "too_many_choices", "A question has at most 22 choices.",
			"max", MaxChoices, "count", n)
	}
	return nil
}

// Validate checks the codes an administrator typed and returns them trimmed and in upper case. Returns Invalid: code
// too_few_choices or too_many_choices, or invalid_fields with choices[i].code as path and code_malformed (not one or
// two letters A to Z) or code_repeated. Whether another broadcast uses a code is for the caller to find out.
func Validate(typed []string) ([]string, error) {
	if err := checkCount(len(typed)); err != nil {
		return nil, err
	}
	codes := make([]string, len(typed))
	var wrong []fault.Field
	for i, raw := range typed {
		raw = strings.TrimSpace(raw)
		codes[i] = strings.ToUpper(raw)
		switch {
		case !wellFormed(raw):
			wrong = append(wrong, fault.Field{Path: choicePath(i), Code: "code_malformed"})
		case slices.Contains(codes[:i], codes[i]):
			wrong = append(wrong, fault.Field{
				Path: choicePath(i), Code: "code_repeated", Params: map[string]string{"code": codes[i]},
			})
		}
	}
	if e := fault.InvalidFields(wrong); e != nil {
		return nil, e
	}
	return codes, nil
}

func choicePath(i int) string { return "choices[" + strconv.Itoa(i) + "].code" }

// wellFormed looks at the code before it is put in upper case, which would make an ASCII letter of a dotless i.
func wellFormed(code string) bool {
	if len(code) < 1 || len(code) > 2 {
		return false
	}
	for _, c := range []byte(code) {
		if c |= 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

// Lines returns the choices as they are printed at the end of a message: "A:label", each on its own line. There is no
// full stop after the code, because phones make links of things like "b.no".
func Lines(codes []Code) string {
	var b strings.Builder
	for i, c := range codes {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(c.Code)
		b.WriteByte(':')
		b.WriteString(c.Label)
	}
	return b.String()
}
