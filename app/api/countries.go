package api

import (
	"github.com/gofiber/fiber/v2"

	"noroshi/app/api/ask"
	"noroshi/app/api/gen"
	"noroshi/app/api/view"
	"noroshi/app/config"
	"noroshi/app/country"
)

func (s *Server) listCountries(c *fiber.Ctx) error {
	cards, err := s.o.Countries.List()
	if err != nil {
		return err
	}
	out := []gen.CountryCard{}
	for _, card := range cards {
		out = append(out, view.Country(card))
	}
	return c.JSON(out)
}

func (s *Server) getCountry(c *fiber.Ctx) error {
	card, err := s.o.Countries.Get(c.Params("country"))
	if err != nil {
		return err
	}
	return tagged(c, fiber.StatusOK, card.Version, view.Country(card))
}

func (s *Server) updateCountry(c *fiber.Ctx) error {
	version, err := ask.Version(c)
	if err != nil {
		return err
	}
	in, err := ask.JSON[gen.CountryInput](c)
	if err != nil {
		return err
	}
	card, err := s.o.Countries.Put(c.UserContext(), ask.Actor(c), version, view.ToCountry(c.Params("country"), in))
	if err != nil {
		return err
	}
	return tagged(c, fiber.StatusOK, card.Version, view.Country(card))
}

func (s *Server) restoreCountry(c *fiber.Ctx) error {
	version, err := ask.Version(c)
	if err != nil {
		return err
	}
	card, err := s.o.Countries.Restore(c.UserContext(), ask.Actor(c), c.Params("country"), version)
	if err != nil {
		return err
	}
	return tagged(c, fiber.StatusOK, card.Version, view.Country(card))
}

// noticeLetter stands as the example on a notice: the first letter that a question usually gets.
const noticeLetter = "A"

func (s *Server) getCountryNotice(c *fiber.Ctx) error {
	card, err := s.o.Countries.Get(c.Params("country"))
	if err != nil {
		return err
	}
	organisation, err := s.o.Access.Organisation()
	if err != nil {
		return err
	}
	// What only a drill uses is no number to hang up.
	var routes []config.Route
	for _, r := range s.o.Routes.Now().List {
		if s.o.Demo == r.Simulator {
			routes = append(routes, r)
		}
	}
	numbers := country.NumbersFor(routes, card.Country)
	return c.JSON(view.Notice(card, organisation.Name, noticeLetter, numbers))
}
