package api

import (
	"strconv"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"noroshi/app/api/ask"
	"noroshi/app/api/gen"
	"noroshi/app/api/roster"
	"noroshi/app/api/view"
)

func (s *Server) listBroadcastPeople(c *fiber.Ctx) error {
	b, err := s.broadcastOf(c)
	if err != nil {
		return err
	}
	q := roster.Query{
		Scope: s.scopeOf(c), Filter: roster.Filter(c.Query("filter", string(roster.All))), Code: c.Query("code"),
		Department: c.Query("department"),
	}
	if !q.Filter.Valid() {
		return ask.ErrParameter("filter")
	}
	if q.Search, err = ask.Search(c); err != nil {
		return err
	}
	if q.Page, err = ask.Page(c); err != nil {
		return err
	}
	page, err := s.roster.List(c.UserContext(), b.ID, q)
	if err != nil {
		return err
	}
	return c.JSON(page)
}

func ordinalOf(c *fiber.Ctx) (uint32, error) {
	n, err := strconv.ParseUint(c.Params("ordinal"), 10, 31)
	if err != nil {
		return 0, ask.ErrNoRoute()
	}
	return uint32(n), nil
}

func (s *Server) getBroadcastPerson(c *fiber.Ctx) error {
	b, err := s.broadcastOf(c)
	if err != nil {
		return err
	}
	ordinal, err := ordinalOf(c)
	if err != nil {
		return err
	}
	detail, err := s.roster.Detail(c.UserContext(), s.scopeOf(c), b, ordinal)
	if err != nil {
		return err
	}
	return c.JSON(detail)
}

func (s *Server) recordAnswer(c *fiber.Ctx) error {
	b, err := s.broadcastOf(c)
	if err != nil {
		return err
	}
	ordinal, err := ordinalOf(c)
	if err != nil {
		return err
	}
	in, err := ask.JSON[gen.AnswerInput](c)
	if err != nil {
		return err
	}
	comment := view.Or(in.Comment)
	if utf8.RuneCountInString(comment) > maxComment {
		return ask.ErrTooLong("comment", maxComment)
	}
	ctx, sc := c.UserContext(), s.scopeOf(c)
	if _, err := s.roster.Detail(ctx, sc, b, ordinal); err != nil {
		return err // nobody answers for somebody they may not see
	}
	if err := s.o.Replies.Record(ctx, ask.Actor(c), b.ID, ordinal, in.Codes, comment); err != nil {
		return err
	}
	detail, err := s.roster.Detail(ctx, sc, b, ordinal)
	if err != nil {
		return err
	}
	return c.JSON(detail)
}

// maxComment is the longest comment to an answer, in characters.
const maxComment = 500
