package access

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"noroshi/app/audit"
	"noroshi/app/fault"
	"noroshi/app/store"
)

// Organisation is the company that uses the appliance.
type Organisation struct {
	Name     string `cbor:"1,keyasint" json:"name"`
	Timezone string `cbor:"2,keyasint" json:"timezone"` // IANA
	Language string `cbor:"3,keyasint" json:"language"` // BCP 47; of people who have none of their own
	Country  string `cbor:"4,keyasint" json:"country"`  // ISO 3166 alpha-2; of phone numbers without one
}

// clean returns the organisation as it is kept, or what is wrong with it; path stands before the fields.
func (o Organisation) clean(path string) (Organisation, []fault.Field) {
	var wrong []fault.Field
	add := func(field, code string) { wrong = append(wrong, fault.Field{Path: path + field, Code: code}) }
	o.Name = cleanName(o.Name)
	if code := nameCode(o.Name); code != "" {
		add("name", code)
	}
	o.Timezone = strings.TrimSpace(o.Timezone)
	if _, err := time.LoadLocation(o.Timezone); err != nil || o.Timezone == "" || o.Timezone == "Local" {
		add("timezone", "unknown_zone")
	}
	if tag, err := language.Parse(strings.TrimSpace(o.Language)); err != nil || tag == language.Und {
		add("language", "unknown_language")
	} else {
		o.Language = tag.String()
	}
	o.Country = strings.ToUpper(strings.TrimSpace(o.Country))
	region, err := language.ParseRegion(o.Country)
	if err != nil || utf8.RuneCountInString(o.Country) != 2 || !region.IsCountry() ||
		strings.ContainsFunc(o.Country, func(r rune) bool { return !unicode.IsUpper(r) }) {
		add("country", "unknown_country")
	}
	return o, wrong
}

// Organisation returns the organisation. Returns NotFound (not_set_up) before there is one.
func (s *Service) Organisation() (o Organisation, err error) {
	err = s.o.Store.View(func(tx *store.Tx) error {
		ok, err := get(tx, organisationKey(), &o)
		if err == nil && !ok {
			err = fault.New(fault.NotFound, "not_set_up", "This appliance has not been set up yet.")
		}
		return err
	})
	return o, err
}

// SetOrganisation changes the organisation, or makes it. Returns Invalid with the wrong fields.
func (s *Service) SetOrganisation(ctx context.Context, by audit.Actor, o Organisation) (Organisation, error) {
	o, wrong := o.clean("")
	if e := fault.InvalidFields(wrong); e != nil {
		return Organisation{}, e
	}
	_, err := s.o.Store.Update(ctx, func(tx *store.Tx) error { return s.putOrganisation(tx, by, o) })
	return o, err
}

func (s *Service) putOrganisation(tx *store.Tx, by audit.Actor, o Organisation) error {
	var old Organisation
	had, err := get(tx, organisationKey(), &old)
	if err != nil || had && old == o {
		return err
	}
	if err := put(tx, organisationKey(), o); err != nil {
		return err
	}
	tx.Change(store.TopicSystem, []byte("organisation"))
	line := audit.Line{Actor: by, Action: "organisation.updated", Object: "organisation", Label: o.Name, After: o}
	if had {
		line.Before = old
	}
	return s.o.Audit.Write(tx, line)
}
