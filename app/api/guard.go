package api

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"noroshi/app/access"
	"noroshi/app/api/ask"
	"noroshi/app/fault"
	"noroshi/app/scope"
)

const (
	headerCSRF   = "X-CSRF-Token"
	cookiePlain  = "noroshi_session"
	cookieSecure = "__Host-noroshi_session" // browsers keep it from being set by a neighbour (RFC 6265bis §4.1.3.2)
)

func safe(method string) bool { return method == fiber.MethodGet || method == fiber.MethodHead }

// guard returns what stands before a handler: origin, session, permission, CSRF token, the size of the body, a
// deadline, and the memory for repeated requests.
func (s *Server) guard(r route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Locals(localOperation, r.operation)
		c.Set(fiber.HeaderCacheControl, "no-store")
		timeout := callTimeout
		if r.upload {
			timeout = uploadTimeout
		}
		ctx, cancel := context.WithTimeout(s.o.Context, timeout)
		defer cancel()
		if !safe(r.method) {
			if err := checkOrigin(c); err != nil {
				return err
			}
		}
		c.SetUserContext(ctx)
		if err := s.enter(c, r); err != nil {
			return err
		}
		if err := checkBody(c, r); err != nil {
			return err
		}
		if safe(r.method) || r.upload || r.permission == public {
			return r.handle(c)
		}
		return s.replays.Once(c, r.operation, r.needsKey, r.handle)
	}
}

// enter finds out who asks, and whether they may.
func (s *Server) enter(c *fiber.Ctx, r route) error {
	if r.permission == public {
		return nil
	}
	session, err := s.o.Access.Resume(c.UserContext(), s.tokenOf(c))
	if err != nil {
		return err
	}
	if err := s.admit(c, r, session); err != nil {
		return err
	}
	ask.KeepSession(c, session)
	c.SetUserContext(access.WithActor(c.UserContext(), session.Account.Actor(ask.Address(c))))
	return nil
}

// admit checks what the session's account may do, and the CSRF token of an unsafe call.
func (s *Server) admit(c *fiber.Ctx, r route, session access.Session) error {
	if !safe(r.method) && !session.CheckCSRF(c.Get(headerCSRF)) {
		return fault.New(fault.Forbidden, codeCSRF, "The CSRF token is missing or is not the session's.")
	}
	if p := r.permission; p != signedIn && !s.o.Access.Allowed(session.Account, p) {
		return fault.New(fault.Forbidden, codeForbidden, "This account may not do this.", "permission", p)
	}
	return nil
}

// checkOrigin refuses unsafe calls that a browser makes for a page of somebody else. Programs send neither header.
func checkOrigin(c *fiber.Ctx) error {
	site := c.Get("Sec-Fetch-Site")
	origin := c.Get(fiber.HeaderOrigin)
	if site != "" && site != "same-origin" && site != "none" {
		return fault.New(fault.Forbidden, codeOrigin, "This request comes from another page.")
	}
	if origin == "" {
		return nil
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || !strings.EqualFold(u.Host, string(c.Context().Host())) {
		return fault.New(fault.Forbidden, codeOrigin, "This request comes from another page.")
	}
	return nil
}

// checkBody refuses bodies of the wrong type, which keeps plain forms out, and those that say they are too large.
func checkBody(c *fiber.Ctx, r route) error {
	size := c.Context().Request.Header.ContentLength()
	limit := maxBody
	if r.upload {
		limit = maxImport
	} else if r.limit > 0 {
		limit = r.limit
	}
	if size > limit {
		return ask.ErrTooLarge(limit)
	}
	if safe(r.method) {
		return nil
	}
	kind, _, _ := strings.Cut(strings.ToLower(c.Get(fiber.HeaderContentType)), ";")
	kind = strings.TrimSpace(kind)
	want := "application/json"
	if r.upload {
		want = "text/csv"
	}
	if kind != want && (r.body || r.upload || kind != "") {
		return fault.New(fault.Invalid, codeWrongType, "The body has the wrong media type.", "expected", want)
	}
	if r.upload {
		return nil // read by its handler, which waits its turn
	}
	body, err := ask.ReadBody(c, limit)
	ask.KeepBody(c, body)
	return err
}

// scopeOf returns the part of the directory that the caller may see.
func (s *Server) scopeOf(c *fiber.Ctx) scope.Scope { return s.o.Access.ScopeOf(ask.Session(c).Account) }

func (s *Server) cookieName() string {
	if s.secure() {
		return cookieSecure
	}
	return cookiePlain
}

func (s *Server) tokenOf(c *fiber.Ctx) string { return c.Cookies(s.cookieName()) }

// setCookie hands the session's token to the browser; "" takes it back.
func (s *Server) setCookie(c *fiber.Ctx, token string) {
	cookie := &fiber.Cookie{
		Name: s.cookieName(), Value: token, Path: "/", HTTPOnly: true, SameSite: fiber.CookieSameSiteStrictMode,
		Secure: s.secure(), MaxAge: int(access.SessionMost / time.Second),
	}
	if token == "" {
		cookie.MaxAge, cookie.Expires = 0, fasthttp.CookieExpireDelete
	}
	c.Cookie(cookie)
}
