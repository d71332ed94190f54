package api

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"noroshi/app/api/ask"
	"noroshi/app/api/gen"
	"noroshi/app/api/snapshot"
	"noroshi/app/api/view"
	"noroshi/app/id"
)

// How much the first page shows.
const (
	homeRunning = snapshot.Most
	homeRecent  = 5
)

func (s *Server) getHome(c *fiber.Ctx) error {
	running, err := s.snapshots.Running()
	if err != nil {
		return err
	}
	signals, err := s.snapshots.Signals(running)
	if err != nil {
		return err
	}
	count, err := s.o.Directory.Count(c.UserContext(), s.scopeOf(c))
	if err != nil {
		return err
	}
	home := gen.Home{
		Signals: signals, Running: []gen.BroadcastSummary{}, Recent: []gen.BroadcastSummary{}, Recipients: count.People,
		Unreachable: count.NoPhone, Routes: s.snapshots.System().Routes,
	}
	for _, b := range running[:min(len(running), homeRunning)] {
		home.Running = append(home.Running, s.summary(b))
	}
	newest, _, err := s.o.Broadcasts.List("", "", id.Page{Limit: homeRecent + homeRunning})
	if err != nil {
		return err
	}
	for _, b := range newest {
		if !b.State.Running() && len(home.Recent) < homeRecent {
			home.Recent = append(home.Recent, s.summary(b))
		}
	}
	return c.JSON(home)
}

func (s *Server) getSystem(c *fiber.Ctx) error { return c.JSON(s.snapshots.System()) }

// routeOf reads the name of a route from the path, where it may have any characters.
func routeOf(c *fiber.Ctx) (string, error) {
	name, err := url.PathUnescape(c.Params("route"))
	if err != nil {
		return "", ask.ErrParameter("route")
	}
	return name, nil
}

func (s *Server) getRouteTest(c *fiber.Ctx) error {
	name, err := routeOf(c)
	if err != nil {
		return err
	}
	test, err := s.o.Tests.Last(name)
	if err != nil {
		return err
	}
	return c.JSON(test)
}

func (s *Server) sendRouteTest(c *fiber.Ctx) error {
	name, err := routeOf(c)
	if err != nil {
		return err
	}
	in, err := ask.JSON[gen.RouteTestInput](c)
	if err != nil {
		return err
	}
	test, err := s.o.Tests.Send(c.UserContext(), name, in)
	if err != nil {
		return err
	}
	return c.JSON(test)
}

func (s *Server) listAudit(c *fiber.Ctx) error {
	page, err := ask.Page(c)
	if err != nil {
		return err
	}
	before := uint64(0)
	if page.After != "" {
		if before, err = strconv.ParseUint(string(page.After), 10, 64); err != nil {
			return ask.ErrParameter("after")
		}
	}
	object := c.Query("object")
	if len(object) > ask.MaxSearch {
		return ask.ErrParameter("object")
	}
	entries, err := s.o.Audit.List(object, before, page.Size()+1)
	if err != nil {
		return err
	}
	out := gen.AuditPage{Items: []gen.AuditLine{}}
	for i, e := range entries {
		if i == page.Size() {
			out.Next = view.Next(strconv.FormatUint(entries[i-1].Number, 10))
			break
		}
		out.Items = append(out.Items, view.AuditLine(e))
	}
	return c.JSON(out)
}
