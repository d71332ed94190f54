package api

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"noroshi/app/api/ask"
	"noroshi/app/api/gen"
	"noroshi/app/api/view"
	"noroshi/app/directory"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/scope"
)

func (s *Server) listRecipients(c *fiber.Ctx) error {
	q, err := recipientQuery(c)
	if err != nil {
		return err
	}
	sc := s.scopeOf(c)
	list, err := s.o.Directory.List(c.UserContext(), sc, q)
	if err != nil {
		return err
	}
	page := gen.RecipientPage{Items: []gen.Recipient{}, Total: list.Total, Next: view.Next(list.Next)}
	names := s.groupNames(c.UserContext(), sc)
	for _, r := range list.Items {
		page.Items = append(page.Items, view.Recipient(r, names))
	}
	return c.JSON(page)
}

func recipientQuery(c *fiber.Ctx) (q directory.Query, err error) {
	if q.Page, err = ask.Page(c); err != nil {
		return q, err
	}
	if q.Search, err = ask.Search(c); err != nil {
		return q, err
	}
	if q.Group, err = ask.QueryID[id.Group](c, "group"); err != nil {
		return q, err
	}
	q.Department = c.Query("department")
	reachable, err := ask.Word(c, "reachable", "", "false", "true")
	if err != nil || reachable == "true" {
		return q, ask.ErrParameter("reachable") // only people who are not can be listed
	}
	if reachable == "false" {
		q.Reach = directory.NoPhone
	}
	return q, nil
}

// groupNames returns a function that names groups, each read once; "" for one that is gone.
func (s *Server) groupNames(ctx context.Context, sc scope.Scope) func(id.Group) string {
	known := map[id.Group]string{}
	return func(which id.Group) string {
		name, ok := known[which]
		if !ok {
			if g, err := s.o.Directory.GetGroup(ctx, sc, which); err == nil {
				name = g.Name
			}
			known[which] = name
		}
		return name
	}
}

func (s *Server) recipient(c *fiber.Ctx, status int, r directory.Recipient) error {
	return tagged(c, status, r.Version, view.Recipient(r, s.groupNames(c.UserContext(), s.scopeOf(c))))
}

func (s *Server) createRecipient(c *fiber.Ctx) error {
	in, err := ask.JSON[gen.RecipientInput](c)
	if err != nil {
		return err
	}
	draft, err := view.ToDraft(in, directory.Recipient{})
	if err != nil {
		return err
	}
	r, err := s.o.Directory.Create(c.UserContext(), s.scopeOf(c), draft)
	if err != nil {
		return err
	}
	return s.recipient(c, fiber.StatusCreated, r)
}

func (s *Server) getRecipient(c *fiber.Ctx) error {
	who, err := ask.PathID[id.Recipient](c, "recipientId")
	if err != nil {
		return err
	}
	r, err := s.o.Directory.Get(c.UserContext(), s.scopeOf(c), who)
	if err != nil {
		return err
	}
	return s.recipient(c, fiber.StatusOK, r)
}

func (s *Server) updateRecipient(c *fiber.Ctx) error {
	who, err := ask.PathID[id.Recipient](c, "recipientId")
	if err != nil {
		return err
	}
	version, err := ask.Version(c)
	if err != nil {
		return err
	}
	in, err := ask.JSON[gen.RecipientInput](c)
	if err != nil {
		return err
	}
	old, err := s.o.Directory.Get(c.UserContext(), s.scopeOf(c), who)
	if err != nil {
		return err
	}
	draft, err := view.ToDraft(in, old)
	if err != nil {
		return err
	}
	r, err := s.o.Directory.Update(c.UserContext(), s.scopeOf(c), who, version, draft)
	if err != nil {
		return err
	}
	return s.recipient(c, fiber.StatusOK, r)
}

func (s *Server) removeRecipient(c *fiber.Ctx) error {
	who, err := ask.PathID[id.Recipient](c, "recipientId")
	if err != nil {
		return err
	}
	n, err := s.o.Directory.Remove(c.UserContext(), s.scopeOf(c), []id.Recipient{who})
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.NotFound, "recipient_not_found", "There is no such recipient.")
	}
	return c.SendStatus(fiber.StatusNoContent)
}

func (s *Server) removeRecipients(c *fiber.Ctx) error {
	in, err := ask.JSON[gen.Removal](c)
	if err != nil {
		return err
	}
	who, err := view.IDs[id.Recipient]("ids", in.Ids)
	if err != nil {
		return err
	}
	n, err := s.o.Directory.Remove(c.UserContext(), s.scopeOf(c), who)
	if err != nil {
		return err
	}
	return c.JSON(gen.Count{Count: n})
}

func (s *Server) listDepartments(c *fiber.Ctx) error {
	list, err := s.o.Directory.Departments(c.UserContext(), s.scopeOf(c))
	if err != nil {
		return err
	}
	out := []gen.Department{}
	for _, d := range list {
		out = append(out, gen.Department{Name: d.Name, Count: d.People})
	}
	return c.JSON(out)
}

func (s *Server) listAttributes(c *fiber.Ctx) error {
	names, err := s.o.Directory.Attributes(c.UserContext(), s.scopeOf(c))
	if err != nil {
		return err
	}
	return c.JSON(append([]string{}, names...))
}

func (s *Server) listGroups(c *fiber.Ctx) error {
	groups, err := s.o.Directory.Groups(c.UserContext(), s.scopeOf(c))
	if err != nil {
		return err
	}
	out := []gen.Group{}
	for _, g := range groups {
		out = append(out, view.Group(g))
	}
	return c.JSON(out)
}

func (s *Server) createGroup(c *fiber.Ctx) error {
	in, err := ask.JSON[gen.GroupInput](c)
	if err != nil {
		return err
	}
	g, err := s.o.Directory.CreateGroup(c.UserContext(), view.ToGroup(in, directory.Group{}))
	if err != nil {
		return err
	}
	return tagged(c, fiber.StatusCreated, g.Version, view.Group(g))
}

func (s *Server) getGroup(c *fiber.Ctx) error {
	which, err := ask.PathID[id.Group](c, "groupId")
	if err != nil {
		return err
	}
	g, err := s.o.Directory.GetGroup(c.UserContext(), s.scopeOf(c), which)
	if err != nil {
		return err
	}
	return tagged(c, fiber.StatusOK, g.Version, view.Group(g))
}

func (s *Server) updateGroup(c *fiber.Ctx) error {
	which, err := ask.PathID[id.Group](c, "groupId")
	if err != nil {
		return err
	}
	version, err := ask.Version(c)
	if err != nil {
		return err
	}
	in, err := ask.JSON[gen.GroupInput](c)
	if err != nil {
		return err
	}
	old, err := s.o.Directory.GetGroup(c.UserContext(), s.scopeOf(c), which)
	if err != nil {
		return err
	}
	g, err := s.o.Directory.UpdateGroup(c.UserContext(), s.scopeOf(c), which, version, view.ToGroup(in, old))
	if err != nil {
		return err
	}
	return tagged(c, fiber.StatusOK, g.Version, view.Group(g))
}

func (s *Server) removeGroup(c *fiber.Ctx) error {
	which, err := ask.PathID[id.Group](c, "groupId")
	if err != nil {
		return err
	}
	if err := s.o.Directory.RemoveGroup(c.UserContext(), which); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

func (s *Server) changeGroupMembers(c *fiber.Ctx) error {
	which, err := ask.PathID[id.Group](c, "groupId")
	if err != nil {
		return err
	}
	in, err := ask.JSON[gen.MemberChange](c)
	if err != nil {
		return err
	}
	add, err := view.IDs[id.Recipient]("add", view.Or(in.Add))
	if err != nil {
		return err
	}
	out, err := view.IDs[id.Recipient]("remove", view.Or(in.Remove))
	if err != nil {
		return err
	}
	g, err := s.o.Directory.ChangeMembers(c.UserContext(), s.scopeOf(c), which, add, out)
	if err != nil {
		return err
	}
	return tagged(c, fiber.StatusOK, g.Version, view.Group(g))
}
