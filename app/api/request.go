package api

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"noroshi/app/audit"
	"noroshi/app/fault"
	"noroshi/app/id"
)

// decode reads the JSON body.
func decode[T any](c *fiber.Ctx) (T, error) {
	var v T
	body, _ := c.Locals(localBody).([]byte)
	if err := json.Unmarshal(body, &v); err != nil {
		// The cause may quote the body, so it is not kept.
		return v, fault.New(fault.Invalid, codeBadJSON, "The body is not the JSON that is needed.")
	}
	return v, nil
}

// pathID reads an identifier of the path. What is none cannot exist.
func pathID[T ~uint64](c *fiber.Ctx, name string) (T, error) {
	v, err := id.Parse[T](c.Params(name))
	if err != nil {
		return 0, errNoRoute()
	}
	return v, nil
}

func errParameter(name string) error {
	return fault.New(fault.Invalid, codeBadParameter, "A parameter of the address is not valid.", "name", name)
}

// errTooLong says that a field has more characters than it may.
func errTooLong(path string, most int) error {
	return fault.InvalidFields([]fault.Field{{
		Path: path, Code: "too_long", Params: map[string]string{"max": strconv.Itoa(most)},
	}})
}

// queryID reads an identifier of the query; 0 when it is left out.
func queryID[T ~uint64](c *fiber.Ctx, name string) (T, error) {
	text := c.Query(name)
	if text == "" {
		return 0, nil
	}
	v, err := id.Parse[T](text)
	if err != nil {
		return 0, errParameter(name)
	}
	return v, nil
}

// queryWord reads one of a closed set of words; the first one when it is left out.
func queryWord(c *fiber.Ctx, name string, words ...string) (string, error) {
	text := c.Query(name)
	if text == "" {
		return words[0], nil
	}
	for _, w := range words {
		if w == text {
			return w, nil
		}
	}
	return "", errParameter(name)
}

// maxSearch is the longest text to search for, in octets.
const maxSearch = 400

func querySearch(c *fiber.Ctx) (string, error) {
	q := strings.TrimSpace(c.Query("q"))
	if len(q) > maxSearch {
		return "", errParameter("q")
	}
	return q, nil
}

func pageOf(c *fiber.Ctx) (id.Page, error) {
	p := id.Page{After: id.Cursor(c.Query("after"))}
	if text := c.Query("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 500 {
			return p, errParameter("limit")
		}
		p.Limit = n
	}
	return p, nil
}

// versionOf reads the version that a change is based on, from If-Match; 0 for "*", whatever there is.
func versionOf(c *fiber.Ctx) (uint64, error) {
	text := strings.TrimSpace(c.Get(fiber.HeaderIfMatch))
	if text == "*" {
		return 0, nil
	}
	text = strings.Trim(strings.TrimPrefix(text, "W/"), `"`)
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n == 0 {
		return 0, fault.New(fault.Invalid, codeNoVersion, "A change needs the ETag it is based on, as If-Match.")
	}
	return n, nil
}

// tagged answers with a record and its version as the ETag.
func tagged(c *fiber.Ctx, status int, version uint64, v any) error {
	c.Set(fiber.HeaderETag, `"`+strconv.FormatUint(version, 10)+`"`)
	return c.Status(status).JSON(v)
}

// actorOf returns who acts, as the audit log names it.
func actorOf(c *fiber.Ctx) audit.Actor { return sessionOf(c).Account.Actor(addressOf(c)) }
