package api

import (
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"noroshi/app/api/ask"
	"noroshi/app/api/gen"
	"noroshi/app/fault"
)

// handsets returns the simulated phones. Returns NotFound (not_a_demo) where there are none.
func (s *Server) handsets() (Handsets, error) {
	if s.o.Handsets == nil {
		return nil, fault.New(fault.NotFound, codeNotADemo, "Simulated phones exist in a demo only.")
	}
	return s.o.Handsets, nil
}

// numberOf reads the number of the path; a plus that was not escaped arrives as a space.
func numberOf(c *fiber.Ctx) string {
	return "+" + strings.TrimLeft(c.Params("number"), "+ ")
}

func (s *Server) listHandsets(c *fiber.Ctx) error {
	h, err := s.handsets()
	if err != nil {
		return err
	}
	page, err := ask.Page(c)
	if err != nil {
		return err
	}
	q, err := ask.Search(c)
	if err != nil {
		return err
	}
	list, err := h.List(c.UserContext(), q, page)
	if err != nil {
		return err
	}
	return c.JSON(list)
}

// maxHandsetText is the longest text a simulated phone sends, in characters.
const maxHandsetText = 1000

func (s *Server) answerFromHandset(c *fiber.Ctx) error {
	h, err := s.handsets()
	if err != nil {
		return err
	}
	in, err := ask.JSON[gen.HandsetText](c)
	if err != nil {
		return err
	}
	if in.Text == "" {
		return fault.InvalidFields([]fault.Field{{Path: "text", Code: "required"}})
	}
	if utf8.RuneCountInString(in.Text) > maxHandsetText {
		return ask.ErrTooLong("text", maxHandsetText)
	}
	one, err := h.Answer(c.UserContext(), numberOf(c), in.Text)
	if err != nil {
		return err
	}
	return c.JSON(one)
}

func (s *Server) setHandsetPower(c *fiber.Ctx) error {
	h, err := s.handsets()
	if err != nil {
		return err
	}
	in, err := ask.JSON[gen.HandsetPower](c)
	if err != nil {
		return err
	}
	one, err := h.SetPower(c.UserContext(), numberOf(c), in.On)
	if err != nil {
		return err
	}
	return c.JSON(one)
}

func (s *Server) getPopulation(c *fiber.Ctx) error {
	h, err := s.handsets()
	if err != nil {
		return err
	}
	p, err := h.Population(c.UserContext())
	if err != nil {
		return err
	}
	return c.JSON(p)
}

func (s *Server) setPopulation(c *fiber.Ctx) error {
	h, err := s.handsets()
	if err != nil {
		return err
	}
	in, err := ask.JSON[gen.Population](c)
	if err != nil {
		return err
	}
	p, err := h.SetPopulation(c.UserContext(), in)
	if err != nil {
		return err
	}
	return c.JSON(p)
}
