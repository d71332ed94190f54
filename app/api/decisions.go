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

func (s *Server) decideUnread(c *fiber.Ctx) error {
	in, err := ask.JSON[gen.UnreadDecisions](c)
	if err != nil {
		return err
	}
	which, err := view.IDs[id.Reply]("replies", in.Replies)
	if err != nil {
		return err
	}
	ctx, by := c.UserContext(), ask.Actor(c)
	var done []reply.Reply
	var refused []reply.Refusal
	switch in.Action {
	case gen.UnreadDecisionsActionAssign:
		m := reply.Many{Replies: which, Codes: view.Or(in.Codes)}
		if in.BroadcastId != nil {
			ids, err := view.IDs[id.Broadcast]("broadcastId", []string{*in.BroadcastId})
			if err != nil {
				return err
			}
			m.Broadcast = ids[0]
		}
		done, refused, err = s.o.Replies.AssignMany(ctx, by, m)
	case gen.UnreadDecisionsActionSetAside:
		done, refused, err = s.o.Replies.SetAsideMany(ctx, by, which)
	case gen.UnreadDecisionsActionUndo:
		done, refused, err = s.o.Replies.UndoMany(ctx, by, which)
	default:
		return fault.InvalidFields([]fault.Field{{Path: "action", Code: "unknown_value"}})
	}
	if err != nil {
		return err
	}
	out := gen.UnreadDecided{Decided: []gen.UnreadReply{}, Refused: []gen.UnreadRefusal{}}
	desk := s.roster.Desk(s.scopeOf(c))
	for _, r := range done {
		one, err := desk.Reply(ctx, r)
		if err != nil {
			return err
		}
		out.Decided = append(out.Decided, one)
	}
	for _, r := range refused {
		out.Refused = append(out.Refused, gen.UnreadRefusal{Id: r.Reply.String(), Code: r.Code})
	}
	return c.JSON(out)
}

func lateAnswers(l reply.LateCount) gen.LateAnswers {
	return gen.LateAnswers{People: l.Late, Counted: l.Counted}
}

func (s *Server) getLateAnswers(c *fiber.Ctx) error {
	which, err := ask.PathID[id.Broadcast](c, "broadcastId")
	if err != nil {
		return err
	}
	l, err := s.o.Replies.Late(c.UserContext(), which)
	if err != nil {
		return err
	}
	return c.JSON(lateAnswers(l))
}

func (s *Server) countLateAnswers(c *fiber.Ctx) error {
	which, err := ask.PathID[id.Broadcast](c, "broadcastId")
	if err != nil {
		return err
	}
	in, err := ask.JSON[gen.LateAnswersInput](c)
	if err != nil {
		return err
	}
	l, err := s.o.Replies.CountLate(c.UserContext(), ask.Actor(c), which, in.Counted)
	if err != nil {
		return err
	}
	return c.JSON(lateAnswers(l))
}

func (s *Server) listOptOuts(c *fiber.Ctx) error {
	page, err := ask.Page(c)
	if err != nil {
		return err
	}
	list, total, next, err := s.o.Replies.OptOuts(page)
	if err != nil {
		return err
	}
	out := gen.OptOutPage{Items: []gen.OptOut{}, Total: total, Next: view.Next(next)}
	sc := s.scopeOf(c)
	for _, o := range list {
		one := gen.OptOut{Number: o.Number.String(), At: o.At.UTC(), Blocked: o.Blocked, People: []gen.OptOutPerson{}}
		owners, err := s.o.Directory.ByNumber(c.UserContext(), o.Number)
		if err != nil {
			return err
		}
		for _, who := range owners {
			r, err := s.o.Directory.Get(c.UserContext(), sc, who)
			if fault.Is(err, fault.NotFound) {
				continue // outside of the scope, or removed meanwhile
			}
			if err != nil {
				return err
			}
			one.People = append(one.People, gen.OptOutPerson{
				RecipientId: r.ID.String(), Name: r.Name, Department: view.Next(r.Department),
			})
		}
		out.Items = append(out.Items, one)
	}
	return c.JSON(out)
}
