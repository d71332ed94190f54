package api

import (
	"github.com/gofiber/fiber/v2"

	"noroshi/app/access"
	"noroshi/app/api/ask"
	"noroshi/app/api/gen"
	"noroshi/app/api/view"
	"noroshi/app/lang"
)

func (s *Server) getSetup(c *fiber.Ctx) error {
	needed, err := s.o.Access.SetupNeeded()
	if err != nil {
		return err
	}
	state := gen.SetupState{Needed: needed, Demo: s.o.Demo, Version: s.o.Version, Languages: lang.Languages()}
	if needed {
		routes := s.snapshots.System().Routes
		state.Routes = &routes
	}
	return c.JSON(state)
}

func (s *Server) completeSetup(c *fiber.Ctx) error {
	in, err := ask.JSON[gen.SetupRequest](c)
	if err != nil {
		return err
	}
	session, token, err := s.o.Access.CompleteSetup(c.UserContext(), access.Setup{
		Token: in.Token, Organisation: view.ToOrganisation(in.Organisation),
		Account: access.NewAccount{Name: in.Name, Email: in.Email, Password: in.Password},
	}, ask.Address(c))
	if err != nil {
		return err
	}
	s.setCookie(c, token)
	return s.session(c, fiber.StatusCreated, session)
}

// session answers with a session, what it may do, and its CSRF token.
func (s *Server) session(c *fiber.Ctx, status int, session access.Session) error {
	organisation, err := s.o.Access.Organisation()
	if err != nil {
		return err
	}
	return c.Status(status).JSON(gen.Session{
		Account: view.Account(session.Account), Organisation: view.Organisation(organisation),
		Permissions: view.Permissions(s.o.Access.PermissionsOf(session.Account)), CsrfToken: session.CSRF,
		Demo: s.o.Demo, Version: s.o.Version, ExpiresAt: session.Expires.UTC(),
	})
}

func (s *Server) getSession(c *fiber.Ctx) error { return s.session(c, fiber.StatusOK, ask.Session(c)) }

func (s *Server) signIn(c *fiber.Ctx) error {
	in, err := ask.JSON[gen.SignInRequest](c)
	if err != nil {
		return err
	}
	session, token, err := s.o.Access.SignIn(c.UserContext(), in.Email, in.Password, ask.Address(c), s.tokenOf(c))
	if err != nil {
		return err
	}
	s.setCookie(c, token)
	return s.session(c, fiber.StatusCreated, session)
}

func (s *Server) signOut(c *fiber.Ctx) error {
	if err := s.o.Access.SignOut(c.UserContext(), s.tokenOf(c), ask.Address(c)); err != nil {
		return err
	}
	s.setCookie(c, "")
	return c.SendStatus(fiber.StatusNoContent)
}

func (s *Server) updateAccount(c *fiber.Ctx) error {
	in, err := ask.JSON[gen.AccountUpdate](c)
	if err != nil {
		return err
	}
	change := access.AccountChange{
		Name: in.Name, CurrentPassword: view.Or(in.CurrentPassword), NewPassword: in.NewPassword,
	}
	if in.Language != nil {
		language := string(*in.Language)
		change.Language = &language
	}
	a, err := s.o.Access.UpdateAccount(c.UserContext(), ask.Actor(c), ask.Session(c).Account.ID, change, s.tokenOf(c))
	if err != nil {
		return err
	}
	return c.JSON(view.Account(a))
}

func (s *Server) getOrganisation(c *fiber.Ctx) error {
	o, err := s.o.Access.Organisation()
	if err != nil {
		return err
	}
	return c.JSON(view.Organisation(o))
}

func (s *Server) updateOrganisation(c *fiber.Ctx) error {
	in, err := ask.JSON[gen.Organisation](c)
	if err != nil {
		return err
	}
	o, err := s.o.Access.SetOrganisation(c.UserContext(), ask.Actor(c), view.ToOrganisation(in))
	if err != nil {
		return err
	}
	return c.JSON(view.Organisation(o))
}
