package country

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"

	"noroshi/app/audit"
	"noroshi/app/fault"
	"noroshi/app/store"
)

const recordVersion = 1

func key(cc string) []byte { return store.CountryCard.Key([]byte(cc)) }

// Options are what the service needs.
type Options struct {
	Store *store.Store
	Audit *audit.Log
	Now   func() time.Time
}

// Service keeps the cards.
type Service struct{ o Options }

// New returns a service.
func New(o Options) *Service { return &Service{o: o} }

// Cards are the cards by country, as they were at one moment.
type Cards map[string]Card

// List returns all cards in the order in which they are delivered; changed ones keep their place.
func (s *Service) List() ([]Card, error) {
	cards, err := s.Cards()
	if err != nil {
		return nil, err
	}
	list := Delivered()
	for i := range list {
		list[i] = cards[list[i].Country]
	}
	return list, nil
}

// Cards returns all cards.
func (s *Service) Cards() (Cards, error) {
	cards := Cards{}
	for _, c := range Delivered() {
		cards[c.Country] = c
	}
	err := s.o.Store.View(func(tx *store.Tx) error {
		return tx.Each(store.Scan{Prefix: store.CountryCard.Key()}, func(_, value []byte) (bool, error) {
			c, err := decode(value)
			if err == nil {
				cards[c.Country] = c
			}
			return err == nil, err
		})
	})
	return cards, err
}

// Get returns the card of a country. Returns NotFound (country_not_known).
func (s *Service) Get(cc string) (c Card, err error) {
	err = s.o.Store.View(func(tx *store.Tx) error {
		c, err = read(tx, cc)
		return err
	})
	return c, err
}

func read(tx *store.Tx, cc string) (Card, error) {
	cc = strings.ToUpper(cc)
	at := slices.IndexFunc(Delivered(), func(c Card) bool { return c.Country == cc })
	if at < 0 {
		return Card{}, fault.New(fault.NotFound, "country_not_known", "There is no card of this country.")
	}
	value, ok, err := tx.Get(key(cc))
	if err != nil || !ok {
		return Delivered()[at], err
	}
	return decode(value)
}

// Put changes the card of a country, based on a version; 0 means whatever there is. Returns NotFound
// (country_not_known), Conflict (country_changed) and Invalid with the wrong fields.
func (s *Service) Put(ctx context.Context, by audit.Actor, version uint64, c Card) (Card, error) {
	c.Country = strings.ToUpper(c.Country)
	c, err := c.clean()
	if err != nil {
		return Card{}, err
	}
	return s.change(ctx, by, "country.updated", c.Country, version, func(old Card) Card {
		c.Sources = old.Sources
		c.Changed, c.ChangedBy = s.o.Now().UTC().Truncate(time.Millisecond), by.Name
		return c
	})
}

// Restore puts the card back as it was delivered. Returns as Put does.
func (s *Service) Restore(ctx context.Context, by audit.Actor, cc string, version uint64) (Card, error) {
	cc = strings.ToUpper(cc)
	return s.change(ctx, by, "country.restored", cc, version, func(Card) Card {
		list := Delivered()
		return list[slices.IndexFunc(list, func(c Card) bool { return c.Country == cc })]
	})
}

// change loads, decides and commits. The version grows even when a card is put back, so that nobody writes over it by
// what he has on his screen.
func (s *Service) change(ctx context.Context, by audit.Actor, action, cc string, version uint64,
	decide func(old Card) Card,
) (after Card, err error) {
	_, err = s.o.Store.Update(ctx, func(tx *store.Tx) error {
		old, err := read(tx, cc)
		if err != nil {
			return err
		}
		if version != 0 && version != old.Version {
			return fault.New(fault.Conflict, "country_changed", "Somebody changed this country card meanwhile.")
		}
		after = decide(old)
		after.Version = old.Version + 1
		body, err := cbor.Marshal(after)
		if err != nil {
			return fault.Wrap(err, fault.Internal, "internal", "A country card cannot be encoded.")
		}
		tx.Set(key(cc), store.WithVersion(recordVersion, body))
		tx.Change(store.TopicSystem, []byte("country"))
		return s.o.Audit.Write(tx, audit.Line{
			Actor: by, Action: action, Object: "country/" + cc, Label: cc, Before: old, After: after,
		})
	})
	return after, err
}

func decode(value []byte) (Card, error) {
	_, rest, err := store.CheckVersion(value, recordVersion)
	if err != nil {
		return Card{}, err
	}
	var c Card
	if err := cbor.Unmarshal(rest, &c); err != nil {
		return Card{}, fault.Wrap(err, fault.Internal, "damaged_record", "A country card is damaged.")
	}
	if !c.Delivered() {
		return c, nil
	}
	// Put back as delivered: what is delivered now counts, not what was at that time.
	for _, d := range Delivered() {
		if d.Country == c.Country {
			d.Version = cmp.Or(c.Version, d.Version)
			return d, nil
		}
	}
	return c, nil
}
