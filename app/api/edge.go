package api

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"noroshi/app/api/ask"
	"noroshi/app/api/view"
	"noroshi/app/fault"
)

// What edge and guard leave for those behind them.
const (
	localRequest   = "request"
	localOperation = "operation"
)

const headerRequestID = "X-Request-Id"

// edge is around every request: its id, the headers of every answer, panics, the one place where errors become answers,
// and the access log.
func (s *Server) edge(c *fiber.Ctx) error {
	began := s.o.Now()
	requestID := s.requestID()
	c.Locals(localRequest, requestID)
	c.Set(headerRequestID, requestID)
	s.harden(c)
	err := s.protected(c)
	if err != nil {
		err = s.fail(c, err)
	}
	finishBody(c)
	operation, _ := c.Locals(localOperation).(string)
	if operation == "" && c.Response().StatusCode() < 400 {
		return err // files of the console
	}
	attrs := []any{
		"method", c.Method(), "operation", operation, "status", c.Response().StatusCode(),
		"duration_ms", s.o.Now().Sub(began).Milliseconds(), "request", requestID,
	}
	if session := ask.Session(c); session.Account.ID != 0 {
		attrs = append(attrs, "account", session.Account.ID.String())
	}
	s.o.Log.Info("request answered", attrs...)
	return err
}

// finishBody reads what is left of a body that was refused unread, or has the connection closed when that is much: what
// stays in the connection would be taken for the next request.
func finishBody(c *fiber.Ctx) {
	stream := c.Context().RequestBodyStream()
	if stream == nil {
		return
	}
	if n, err := io.CopyN(io.Discard, stream, drainMost); n == drainMost || !errors.Is(err, io.EOF) {
		c.Context().SetConnectionClose()
	}
}

const drainMost = 256 << 10

// protected turns a panic into an error. The value of a panic may hold anything, so only the runtime's own words are
// kept.
func (s *Server) protected(c *fiber.Ctx) (err error) {
	defer func() {
		if v := recover(); v != nil {
			words := fmt.Sprintf("%T", v)
			var e runtime.Error
			if thrown, ok := v.(error); ok && errors.As(thrown, &e) {
				words = e.Error()
			}
			s.o.Log.Error("request panicked", "panic", words, "request", c.Locals(localRequest), "stack", string(debug.Stack()))
			err = fault.New(fault.Internal, codeInternal, "Something went wrong.")
		}
	}()
	return c.Next()
}

func (s *Server) requestID() string {
	b := make([]byte, 8)
	if _, err := io.ReadFull(s.o.Random, b); err != nil {
		return ""
	}
	return hex.EncodeToString(b)
}

// harden sets the headers that narrow down what a browser does with any answer.
func (s *Server) harden(c *fiber.Ctx) {
	c.Set(fiber.HeaderContentSecurityPolicy, s.site.Policy())
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderXFrameOptions, "DENY")
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set(fiber.HeaderPermissionsPolicy, "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	if s.secure() {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000")
	}
}

// fail is the one place where an error becomes an answer. Faults of our own are logged here, with their cause, and show
// nothing but the request id.
func (s *Server) fail(c *fiber.Ctx, err error) error {
	requestID, _ := c.Locals(localRequest).(string)
	var e *fault.Error
	if !errors.As(err, &e) {
		e = foreign(err)
	}
	status := statusOf(e, c.Get(fiber.HeaderIfMatch) != "")
	if status == fiber.StatusInternalServerError {
		s.o.Log.Error("request failed", "error", err, "operation", c.Locals(localOperation), "request", requestID)
		e = fault.New(fault.Internal, codeInternal, "Something went wrong. The log has the cause under this request id.")
	}
	if status == fiber.StatusTooManyRequests || status == fiber.StatusServiceUnavailable {
		seconds, convErr := strconv.Atoi(e.Params["seconds"])
		if convErr != nil {
			seconds = 5
		}
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(seconds))
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	if err := c.Status(status).JSON(view.Problem(e, status, requestID)); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/problem+json")
	return nil
}

// foreign gives errors of the HTTP library and of contexts a kind.
func foreign(err error) *fault.Error {
	var f *fiber.Error
	switch {
	case errors.As(err, &f) && f.Code == fiber.StatusRequestEntityTooLarge:
		return fault.Wrap(err, fault.Invalid, ask.CodeTooLarge, "This is too large.", "max", maxImport)
	case errors.As(err, &f) && f.Code == fiber.StatusNotFound:
		return fault.Wrap(err, fault.NotFound, ask.CodeNotFound, "There is nothing here.")
	case errors.As(err, &f) && f.Code < 500:
		return fault.Wrap(err, fault.Invalid, ask.CodeBadParameter, "This request is not understood.")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return fault.Wrap(err, fault.Unavailable, codeTimeout, "This took too long.")
	}
	return fault.Wrap(err, fault.Internal, codeInternal, "Something went wrong.")
}

// statusOf returns the HTTP status of a fault; versioned says that the request named the version it is based on.
func statusOf(e *fault.Error, versioned bool) int {
	switch e.Code {
	case codeUnauthenticated, codeBadCredentials:
		return fiber.StatusUnauthorized
	case codeTooManyAttempts:
		return fiber.StatusTooManyRequests
	case ask.CodeTooLarge:
		return fiber.StatusRequestEntityTooLarge
	case codeWrongType:
		return fiber.StatusUnsupportedMediaType
	}
	switch e.Kind {
	case fault.Invalid:
		if len(e.Fields) > 0 {
			return fiber.StatusUnprocessableEntity
		}
		return fiber.StatusBadRequest
	case fault.NotFound:
		return fiber.StatusNotFound
	case fault.Conflict:
		if versioned && staleCodes[e.Code] {
			return fiber.StatusPreconditionFailed
		}
		return fiber.StatusConflict
	case fault.Forbidden:
		return fiber.StatusForbidden
	case fault.Unavailable:
		return fiber.StatusServiceUnavailable
	case fault.Internal:
	}
	return fiber.StatusInternalServerError
}

// tagged answers with a record and its version as the ETag.
func tagged(c *fiber.Ctx, status int, version uint64, v any) error {
	c.Set(fiber.HeaderETag, `"`+strconv.FormatUint(version, 10)+`"`)
	return c.Status(status).JSON(v)
}
