package directory

import (
	"bytes"
	"slices"
	"strings"

	"noroshi/app/directory/words"
	"noroshi/app/phone"
	"noroshi/app/scope"
	"noroshi/app/store"
)

// maxSearch bounds what is read of a search text, in octets.
const maxSearch = 200

// maxSearchDepartments bounds how many departments a search looks through.
const maxSearchDepartments = 50

// homes are the countries beside the organisation's own in whose national form a phone is looked for.
const homes = "JP TH SG ID VN KR TW CN IN MY"

// searchSources returns the ranges of the index in which people with the text are found.
func (s *Service) searchSources(tx *store.Tx, text string) ([]source, error) {
	text = words.ExternalID(text[:min(len(text), maxSearch)])
	folded := words.Cut(words.Fold(text))
	if folded == "" {
		return nil, nil
	}
	var out []source
	add := func(prefix []byte) { out = append(out, source{prefix: prefix}) }
	add(join(allPrefix(), []byte(folded)))
	add(join(wordPrefix(), []byte(folded)))
	for _, external := range variantsOf(text) {
		add(externalKey(external))
	}
	if digits, ok := words.Digits(text); ok {
		for _, prefix := range s.phonePrefixes(text, digits) {
			add(store.RecipientByNumber.Key([]byte(prefix)))
		}
		endings, err := phonesEnding(tx, text, digits)
		if err != nil {
			return nil, err
		}
		for _, key := range endings {
			add(key)
		}
	}
	found := 0
	err := eachTally(tx, tallyDepartment, func(name string, _ tally) error {
		if found < maxSearchDepartments && name != "" && strings.Contains(words.Fold(name), folded) {
			found++
			add(departmentPrefix(name))
		}
		return nil
	})
	return out, err
}

// Numbers are found by their last digits as well, which is what people know of each other's phones. There is no index
// for it: in a directory of up to so many people the keys of all numbers are read through instead.
const (
	endingDigits = 4
	endingPeople = 50_000
	endingMost   = 100 // phones that one search finds by their ending
)

// phonesEnding returns the keys of the phones that end with the digits.
func phonesEnding(tx *store.Tx, text, digits string) (keys [][]byte, err error) {
	if len(digits) < endingDigits || strings.HasPrefix(text, "+") {
		return nil, nil
	}
	everybody, err := scopeTally(tx, scope.Everything())
	if err != nil || everybody.people > endingPeople {
		return nil, err
	}
	ending := append([]byte(digits), 0)
	scan := store.Scan{Prefix: store.RecipientByNumber.Key(), KeysOnly: true}
	err = tx.Each(scan, func(key, _ []byte) (bool, error) {
		if bytes.HasSuffix(key[:max(0, len(key)-8)], ending) {
			keys = append(keys, bytes.Clone(key))
		}
		return len(keys) < endingMost, nil
	})
	return keys, err
}

// variantsOf returns the ways in which an external id may have been meant.
func variantsOf(text string) []string {
	out := []string{text}
	for _, v := range []string{strings.ToUpper(text), strings.ToLower(text)} {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// phonePrefixes returns the beginnings of E.164 numbers that the digits may be: international as they are, or
// national in a country people of the directory may have. One or two digits are too little for a national form.
func (s *Service) phonePrefixes(text, digits string) []string {
	const enough = 3
	if strings.HasPrefix(text, "+") {
		return []string{digits}
	}
	if rest, ok := strings.CutPrefix(digits, "00"); ok {
		return []string{rest}
	}
	national, trunk := strings.CutPrefix(digits, "0")
	var out []string
	if !trunk {
		out = append(out, digits)
	}
	if len(digits) < enough {
		return out
	}
	for _, country := range append([]string{s.country()}, strings.Fields(homes)...) {
		code := phone.CallingCode(country)
		if code == 0 {
			continue
		}
		if prefix := itoa(code) + national; !slices.Contains(out, prefix) {
			out = append(out, prefix)
		}
	}
	return out
}
