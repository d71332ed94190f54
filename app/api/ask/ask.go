// Package ask reads requests: bodies, identifiers, words, pages and versions, each with the one problem that says what
// is wrong with it. It decides nothing and knows no capability but whose session a request belongs to.
package ask

import (
	"encoding/json"
	"io"
	"net"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"noroshi/app/access"
	"noroshi/app/audit"
	"noroshi/app/fault"
	"noroshi/app/id"
)

// Codes of the problems found here. They are a promise of the API: the console translates each.
const (
	CodeNotFound     = "not_found"         // 404: no such route
	CodeBadJSON      = "bad_json"          // 400: the body is not the JSON that is needed
	CodeBadParameter = "bad_parameter"     // 400: a parameter of the address; params: name
	CodeNoVersion    = "if_match_required" // 400: a change needs the ETag it is based on
	CodeTooLarge     = "body_too_large"    // 413: params: max (octets)
)

// What is known of a request before its handler runs.
const (
	localSession = "session"
	localBody    = "body"
)

// KeepSession leaves the session that a request belongs to.
func KeepSession(c *fiber.Ctx, s access.Session) { c.Locals(localSession, s) }

// Session returns the session that KeepSession left; the zero session when there is none.
func Session(c *fiber.Ctx) access.Session {
	session, _ := c.Locals(localSession).(access.Session)
	return session
}

// KeepBody leaves a body that was read.
func KeepBody(c *fiber.Ctx, body []byte) { c.Locals(localBody, body) }

// Body returns the body that KeepBody left.
func Body(c *fiber.Ctx) []byte {
	body, _ := c.Locals(localBody).([]byte)
	return body
}

// JSON decodes the body. Returns Invalid (bad_json).
func JSON[T any](c *fiber.Ctx) (T, error) {
	var v T
	if err := json.Unmarshal(Body(c), &v); err != nil {
		// The cause may quote the body, so it is not kept.
		return v, fault.New(fault.Invalid, CodeBadJSON, "The body is not the JSON that is needed.")
	}
	return v, nil
}

// ReadBody reads the body up to limit octets; a body of unknown length cannot be refused before.
func ReadBody(c *fiber.Ctx, limit int) ([]byte, error) {
	stream := c.Context().RequestBodyStream()
	if stream == nil {
		return append([]byte(nil), c.Body()...), nil
	}
	body, err := io.ReadAll(io.LimitReader(stream, int64(limit)+1))
	switch {
	case err != nil:
		return nil, fault.Wrap(err, fault.Invalid, CodeBadJSON, "The body could not be read to its end.")
	case len(body) > limit:
		return nil, ErrTooLarge(limit)
	}
	return body, nil
}

// ErrTooLarge says that a body has more than limit octets.
func ErrTooLarge(limit int) error {
	return fault.New(fault.Invalid, CodeTooLarge, "This is too large.", "max", limit)
}

// ErrNoRoute says that an address leads nowhere.
func ErrNoRoute() error { return fault.New(fault.NotFound, CodeNotFound, "There is nothing here.") }

// ErrParameter says that a parameter of the address is not valid.
func ErrParameter(name string) error {
	return fault.New(fault.Invalid, CodeBadParameter, "A parameter of the address is not valid.", "name", name)
}

// ErrTooLong says that a field has more than most characters.
func ErrTooLong(path string, most int) error {
	return fault.InvalidFields([]fault.Field{{
		Path: path, Code: "too_long", Params: map[string]string{"max": strconv.Itoa(most)},
	}})
}

// PathID reads an identifier of the path. What is none cannot exist: NotFound (not_found).
func PathID[T ~uint64](c *fiber.Ctx, name string) (T, error) {
	v, err := id.Parse[T](c.Params(name))
	if err != nil {
		return 0, ErrNoRoute()
	}
	return v, nil
}

// QueryID reads an identifier of the query; 0 when it is left out. Returns Invalid (bad_parameter).
func QueryID[T ~uint64](c *fiber.Ctx, name string) (T, error) {
	text := c.Query(name)
	if text == "" {
		return 0, nil
	}
	v, err := id.Parse[T](text)
	if err != nil {
		return 0, ErrParameter(name)
	}
	return v, nil
}

// Word reads one of a closed set of words; the first one when it is left out. Returns Invalid (bad_parameter).
func Word(c *fiber.Ctx, name string, words ...string) (string, error) {
	text := c.Query(name)
	if text == "" {
		return words[0], nil
	}
	for _, w := range words {
		if w == text {
			return w, nil
		}
	}
	return "", ErrParameter(name)
}

// MaxSearch is the longest text to search for, in octets.
const MaxSearch = 400

// Search reads what is searched for. Returns Invalid (bad_parameter) for more than 400 octets.
func Search(c *fiber.Ctx) (string, error) {
	q := strings.TrimSpace(c.Query("q"))
	if len(q) > MaxSearch {
		return "", ErrParameter("q")
	}
	return q, nil
}

// Page reads which page of a list is wanted. Returns Invalid (bad_parameter) for a limit outside 1 to 500.
func Page(c *fiber.Ctx) (id.Page, error) {
	p := id.Page{After: id.Cursor(c.Query("after"))}
	if text := c.Query("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 500 {
			return p, ErrParameter("limit")
		}
		p.Limit = n
	}
	return p, nil
}

// Version reads the version that a change is based on, from If-Match; 0 for "*", whatever there is. Returns Invalid
// (if_match_required).
func Version(c *fiber.Ctx) (uint64, error) {
	text := strings.TrimSpace(c.Get(fiber.HeaderIfMatch))
	if text == "*" {
		return 0, nil
	}
	text = strings.Trim(strings.TrimPrefix(text, "W/"), `"`)
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n == 0 {
		return 0, fault.New(fault.Invalid, CodeNoVersion, "A change needs the ETag it is based on, as If-Match.")
	}
	return n, nil
}

// Address returns the address of the peer.
func Address(c *fiber.Ctx) string {
	host, _, err := net.SplitHostPort(c.Context().RemoteAddr().String())
	if err != nil {
		return c.Context().RemoteAddr().String()
	}
	return host
}

// Actor returns who acts, as the audit log names it.
func Actor(c *fiber.Ctx) audit.Actor { return Session(c).Account.Actor(Address(c)) }
