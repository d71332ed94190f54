package api

import (
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"noroshi/app/api/ask"
	"noroshi/app/api/gen"
	"noroshi/app/api/view"
	"noroshi/app/broadcast"
	"noroshi/app/fault"
	"noroshi/app/id"
)

func (s *Server) listBroadcasts(c *fiber.Ctx) error {
	page, err := ask.Page(c)
	if err != nil {
		return err
	}
	state, mode := gen.BroadcastState(c.Query("state")), gen.BroadcastMode(c.Query("mode"))
	if state != "" && !state.Valid() {
		return ask.ErrParameter("state")
	}
	if mode != "" && !mode.Valid() {
		return ask.ErrParameter("mode")
	}
	list, next, err := s.o.Broadcasts.List(broadcast.State(state), broadcast.Mode(mode), page)
	if err != nil {
		return err
	}
	out := gen.BroadcastPage{Items: []gen.BroadcastSummary{}, Next: view.Next(next)}
	for _, b := range list {
		out.Items = append(out.Items, s.summary(b))
	}
	return c.JSON(out)
}

// summary returns a broadcast as it stands in a list.
func (s *Server) summary(b broadcast.Broadcast) gen.BroadcastSummary {
	m := s.snapshots.Glance(b)
	return m.Summary()
}

func (s *Server) createBroadcast(c *fiber.Ctx) error {
	content, err := contentOf(c)
	if err != nil {
		return err
	}
	b, err := s.o.Broadcasts.Create(c.UserContext(), ask.Actor(c), content)
	if err != nil {
		return err
	}
	return tagged(c, fiber.StatusCreated, b.Version, view.Broadcast(b))
}

func contentOf(c *fiber.Ctx) (broadcast.Content, error) {
	in, err := ask.JSON[gen.BroadcastContent](c)
	if err != nil {
		return broadcast.Content{}, err
	}
	return view.ToContent(in)
}

func (s *Server) previewBroadcast(c *fiber.Ctx) error {
	content, err := contentOf(c)
	if err != nil {
		return err
	}
	sheet, err := s.o.Preflight.Preview(c.UserContext(), s.scopeOf(c), content)
	if err != nil {
		return err
	}
	return c.JSON(view.Preview(sheet))
}

func broadcastID(c *fiber.Ctx) (id.Broadcast, error) {
	return ask.PathID[id.Broadcast](c, "broadcastId")
}

// broadcastOf reads the broadcast of the path.
func (s *Server) broadcastOf(c *fiber.Ctx) (broadcast.Broadcast, error) {
	which, err := broadcastID(c)
	if err != nil {
		return broadcast.Broadcast{}, err
	}
	return s.o.Broadcasts.Get(which)
}

func (s *Server) getBroadcast(c *fiber.Ctx) error {
	b, err := s.broadcastOf(c)
	if err != nil {
		return err
	}
	return tagged(c, fiber.StatusOK, b.Version, view.Broadcast(b))
}

func (s *Server) updateBroadcast(c *fiber.Ctx) error {
	which, err := broadcastID(c)
	if err != nil {
		return err
	}
	version, err := ask.Version(c)
	if err != nil {
		return err
	}
	content, err := contentOf(c)
	if err != nil {
		return err
	}
	b, err := s.o.Broadcasts.Update(c.UserContext(), ask.Actor(c), which, version, content)
	if err != nil {
		return err
	}
	return tagged(c, fiber.StatusOK, b.Version, view.Broadcast(b))
}

func (s *Server) discardBroadcast(c *fiber.Ctx) error {
	which, err := broadcastID(c)
	if err != nil {
		return err
	}
	if err := s.o.Broadcasts.Discard(c.UserContext(), ask.Actor(c), which); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

func (s *Server) reviewBroadcast(c *fiber.Ctx) error {
	which, err := broadcastID(c)
	if err != nil {
		return err
	}
	b, err := s.o.Broadcasts.Review(c.UserContext(), ask.Actor(c), s.scopeOf(c), which)
	if err != nil {
		return err
	}
	sheet, err := s.o.Preflight.Preview(c.UserContext(), s.scopeOf(c), b.Content)
	if err != nil {
		return err
	}
	preview := view.Preview(sheet)
	preview.Warnings = append(preview.Warnings, view.Cooling(b)...)
	return tagged(c, fiber.StatusOK, b.Version, gen.Review{
		Broadcast: view.Broadcast(b), Preview: preview, ReservedUntil: b.Reviewed.UTC(),
		TypedConfirmation: b.Content.Mode == broadcast.Live && sheet.People >= s.o.TypedFrom,
	})
}

func (s *Server) launchBroadcast(c *fiber.Ctx) error {
	b, err := s.broadcastOf(c)
	if err != nil {
		return err
	}
	in, err := ask.JSON[gen.LaunchRequest](c)
	if err != nil {
		return err
	}
	if b.State == broadcast.Draft {
		// Nothing goes to more or fewer people than somebody has seen.
		sheet, err := s.o.Preflight.Preview(c.UserContext(), s.scopeOf(c), b.Content)
		if err != nil {
			return err
		}
		if sheet.People != in.People {
			return fault.New(fault.Conflict, codePeopleChanged, "The number of people has changed since the review.",
				"people", sheet.People)
		}
		if err := sheet.Refusal(); err != nil {
			return err
		}
	}
	b, err = s.o.Broadcasts.Launch(c.UserContext(), ask.Actor(c), b.ID, uint64(max(0, view.Or(in.Version))), in.Codes)
	if err != nil {
		return err
	}
	return tagged(c, fiber.StatusAccepted, b.Version, view.Broadcast(b))
}

// maxReason is the longest reason for a stop or close, in characters.
const maxReason = 300

func reasonOf(c *fiber.Ctx) (string, error) {
	in, err := ask.JSON[gen.ReasonRequest](c)
	if err != nil {
		return "", err
	}
	reason := view.Or(in.Reason)
	if utf8.RuneCountInString(reason) > maxReason {
		return "", ask.ErrTooLong("reason", maxReason)
	}
	return reason, nil
}

func (s *Server) stopBroadcast(c *fiber.Ctx) error {
	which, err := broadcastID(c)
	if err != nil {
		return err
	}
	reason, err := reasonOf(c)
	if err != nil {
		return err
	}
	b, err := s.o.Broadcasts.Stop(c.UserContext(), ask.Actor(c), which, reason)
	if err != nil {
		return err
	}
	return tagged(c, fiber.StatusOK, b.Version, view.Broadcast(b))
}

func (s *Server) closeBroadcast(c *fiber.Ctx) error {
	which, err := broadcastID(c)
	if err != nil {
		return err
	}
	reason, err := reasonOf(c)
	if err != nil {
		return err
	}
	b, err := s.o.Broadcasts.Close(c.UserContext(), ask.Actor(c), which, reason)
	if err != nil {
		return err
	}
	return tagged(c, fiber.StatusOK, b.Version, view.Broadcast(b))
}

func (s *Server) getBroadcastResult(c *fiber.Ctx) error {
	b, err := s.broadcastOf(c)
	if err != nil {
		return err
	}
	m, err := s.snapshots.Measure(c.UserContext(), b)
	if err != nil {
		return err
	}
	return c.JSON(m.Result())
}
