package api

import (
	"github.com/gofiber/fiber/v2"

	"noroshi/app/api/ask"
	"noroshi/app/api/gen"
	"noroshi/app/api/view"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/reply"
)

func (s *Server) listUnread(c *fiber.Ctx) error {
	page, err := ask.Page(c)
	if err != nil {
		return err
	}
	kind, err := ask.Word(c, "kind", "unread", "unknown_sender", "late", "decided")
	if err != nil {
		return err
	}
	q := reply.Query{Kind: reply.Kind(kind), Page: page}
	if kind == "decided" {
		q.Kind = reply.Assigned
	}
	if q.Broadcast, err = ask.QueryID[id.Broadcast](c, "broadcast"); err != nil {
		return err
	}
	replies, total, next, err := s.o.Replies.List(q)
	if err != nil {
		return err
	}
	out := gen.UnreadPage{Items: []gen.UnreadReply{}, Total: total, Next: view.Next(next)}
	desk := s.roster.Desk(s.scopeOf(c))
	for _, r := range replies {
		one, err := desk.Reply(c.UserContext(), r)
		if err != nil {
			return err
		}
		out.Items = append(out.Items, one)
	}
	return c.JSON(out)
}

func (s *Server) decided(c *fiber.Ctx, r reply.Reply) error {
	out, err := s.roster.Desk(s.scopeOf(c)).Reply(c.UserContext(), r)
	if err != nil {
		return err
	}
	return c.JSON(out)
}

func (s *Server) assignUnread(c *fiber.Ctx) error {
	which, err := ask.PathID[id.Reply](c, "replyId")
	if err != nil {
		return err
	}
	in, err := ask.JSON[gen.AssignRequest](c)
	if err != nil {
		return err
	}
	ids, err := view.IDs[id.Broadcast]("broadcastId", []string{in.BroadcastId})
	if err != nil {
		return err
	}
	if in.Ordinal < 0 || in.Ordinal > 1<<31-1 {
		return fault.InvalidFields([]fault.Field{{Path: "ordinal", Code: "out_of_range"}})
	}
	r, err := s.o.Replies.Assign(c.UserContext(), ask.Actor(c), which, ids[0], uint32(in.Ordinal), in.Codes)
	if err != nil {
		return err
	}
	return s.decided(c, r)
}

func (s *Server) setUnreadAside(c *fiber.Ctx) error {
	which, err := ask.PathID[id.Reply](c, "replyId")
	if err != nil {
		return err
	}
	r, err := s.o.Replies.SetAside(c.UserContext(), ask.Actor(c), which)
	if err != nil {
		return err
	}
	return s.decided(c, r)
}

func (s *Server) undoUnread(c *fiber.Ctx) error {
	which, err := ask.PathID[id.Reply](c, "replyId")
	if err != nil {
		return err
	}
	r, err := s.o.Replies.Undo(c.UserContext(), ask.Actor(c), which)
	if err != nil {
		return err
	}
	return s.decided(c, r)
}
