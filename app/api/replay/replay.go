// Package replay answers a repeated request with what the first one got: Idempotency-Key, scoped by account and
// operation, remembered for 24 hours (draft-ietf-httpapi-idempotency-key-header).
package replay

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"noroshi/app/api/ask"
	"noroshi/app/fault"
)

// Codes of the problems found here. They are a promise of the API: the console translates each.
const (
	CodeReused  = "idempotency_conflict" // 409: the key was used for another request
	CodeBusy    = "request_in_progress"  // 409: the first request with the key has not ended yet
	CodeInvalid = "bad_idempotency_key"  // 400: missing where it is needed, or not 8 to 100 characters
)

// The header of a request that carries the key, and that of an answer which was given before.
const (
	HeaderKey    = "Idempotency-Key"
	HeaderReplay = "Idempotency-Replayed"
)

const (
	rememberFor  = 24 * time.Hour
	rememberMost = 512 << 10        // octets of an answer; a larger one is not kept
	patience     = 15 * time.Second // for a first request with the same key that is still running
)

// Requests remembers the answers of requests: store.Tx.Seen and store.Tx.Remember.
type Requests interface {
	// Seen returns what Remember kept under the key; ok is false when there is nothing or it has expired.
	Seen(key string) (result []byte, ok bool, err error)
	// Remember keeps a result, durably, until the moment given.
	Remember(ctx context.Context, key string, result []byte, until time.Time) error
}

// remembered is an answer that was given.
type remembered struct {
	Request []byte `json:"r"` // SHA-256 of path and body
	Status  int    `json:"s"`
	Type    string `json:"t"`
	ETag    string `json:"e,omitempty"`
	Body    []byte `json:"b"`
}

// Desk remembers, and knows which keys are in use by running requests.
type Desk struct {
	requests Requests
	now      func() time.Time
	log      *slog.Logger
	mu       sync.Mutex
	running  map[string]chan struct{}
}

// New returns a desk.
func New(requests Requests, now func() time.Time, log *slog.Logger) *Desk {
	return &Desk{requests: requests, now: now, log: log, running: map[string]chan struct{}{}}
}

// enter takes the key, waiting for whoever has it. Returns Conflict (request_in_progress) when that takes long.
func (d *Desk) enter(ctx context.Context, key string) (leave func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		d.mu.Lock()
		busy, ok := d.running[key]
		if !ok {
			done := make(chan struct{})
			d.running[key] = done
			d.mu.Unlock()
			return func() {
				d.mu.Lock()
				delete(d.running, key)
				d.mu.Unlock()
				close(done)
			}, nil
		}
		d.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
			return nil, fault.New(fault.Conflict, CodeBusy, "The first request with this key is still running.")
		}
	}
}

// Once runs the handler of an operation, or gives the answer again that a request with the same key has got. A request
// without a key runs, unless needed says that it must have one: Invalid (bad_idempotency_key). A key that was used for
// another request is a Conflict (idempotency_conflict).
func (d *Desk) Once(c *fiber.Ctx, operation string, needed bool, handle fiber.Handler) error {
	key := c.Get(HeaderKey)
	if key == "" && needed || key != "" && (len(key) < 8 || len(key) > 100 || !utf8.ValidString(key)) {
		return fault.New(fault.Invalid, CodeInvalid, "This request needs an Idempotency-Key of 8 to 100 characters.")
	}
	if key == "" {
		return handle(c)
	}
	// Account and route stand before the key, so nobody meets the requests of others.
	name := sha256.Sum256([]byte(key))
	place := "api/" + ask.Session(c).Account.ID.String() + "/" + operation + "/" + hex.EncodeToString(name[:])
	leave, err := d.enter(c.UserContext(), place)
	if err != nil {
		return err
	}
	defer leave()
	request := digest(c)
	kept, ok, err := d.requests.Seen(place)
	if err != nil {
		return err
	}
	if ok {
		return again(c, kept, request)
	}
	if err := handle(c); err != nil {
		return err
	}
	d.remember(c, operation, place, request)
	return nil
}

// digest is what tells two requests with one key apart.
func digest(c *fiber.Ctx) []byte {
	h := sha256.New()
	h.Write([]byte(c.Path()))
	h.Write([]byte{0})
	h.Write(ask.Body(c))
	return h.Sum(nil)
}

func again(c *fiber.Ctx, kept, request []byte) error {
	var was remembered
	if err := json.Unmarshal(kept, &was); err != nil {
		return fault.Wrap(err, fault.Internal, "internal", "A remembered answer is damaged.")
	}
	if string(was.Request) != string(request) {
		return fault.New(fault.Conflict, CodeReused, "This key was used for another request.")
	}
	if was.ETag != "" {
		c.Set(fiber.HeaderETag, was.ETag)
	}
	c.Set(HeaderReplay, "true")
	c.Set(fiber.HeaderContentType, was.Type)
	return c.Status(was.Status).Send(was.Body)
}

// remember keeps the answer. The effect is there already: when the answer cannot be kept it is given all the same.
func (d *Desk) remember(c *fiber.Ctx, operation, place string, request []byte) {
	res := c.Response()
	if res.StatusCode() >= 300 || len(res.Body()) > rememberMost {
		return
	}
	kept, err := json.Marshal(remembered{
		Request: request, Status: res.StatusCode(), Type: string(res.Header.ContentType()),
		ETag: string(res.Header.Peek(fiber.HeaderETag)), Body: res.Body(),
	})
	if err == nil {
		err = d.requests.Remember(c.UserContext(), place, kept, d.now().Add(rememberFor))
	}
	if err != nil {
		d.log.Warn("answer not remembered", "error", err, "operation", operation)
	}
}
