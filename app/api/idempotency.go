package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"noroshi/app/fault"
)

const (
	headerKey    = "Idempotency-Key"
	headerReplay = "Idempotency-Replayed"

	rememberFor  = 24 * time.Hour
	rememberMost = 512 << 10        // octets of an answer; a larger one is not kept
	patience     = 15 * time.Second // for a first request with the same key that is still running
)

// remembered is an answer that was given.
type remembered struct {
	Request []byte `json:"r"` // SHA-256 of path and body
	Status  int    `json:"s"`
	Type    string `json:"t"`
	ETag    string `json:"e,omitempty"`
	Body    []byte `json:"b"`
}

// replays knows which keys are in use by running requests.
type replays struct {
	mu      sync.Mutex
	running map[string]chan struct{}
}

func newReplays() *replays { return &replays{running: map[string]chan struct{}{}} }

// enter takes the key, waiting for whoever has it. Returns Conflict (request_in_progress) when that takes long.
func (r *replays) enter(ctx context.Context, key string) (leave func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		r.mu.Lock()
		busy, ok := r.running[key]
		if !ok {
			done := make(chan struct{})
			r.running[key] = done
			r.mu.Unlock()
			return func() {
				r.mu.Lock()
				delete(r.running, key)
				r.mu.Unlock()
				close(done)
			}, nil
		}
		r.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
			return nil, fault.New(fault.Conflict, codeKeyBusy, "The first request with this key is still running.")
		}
	}
}

// once runs the handler, or gives the answer again that a request with the same key has got.
func (s *Server) once(c *fiber.Ctx, r route) error {
	key := c.Get(headerKey)
	if key == "" && r.needsKey || key != "" && (len(key) < 8 || len(key) > 100 || !utf8.ValidString(key)) {
		return fault.New(fault.Invalid, codeKeyInvalid, "This request needs an Idempotency-Key of 8 to 100 characters.")
	}
	if key == "" || safe(r.method) || r.upload || r.permission == public {
		return r.handle(c)
	}
	// Account and route stand before the key, so nobody meets the requests of others.
	name := sha256.Sum256([]byte(key))
	place := "api/" + sessionOf(c).Account.ID.String() + "/" + r.operation + "/" + hex.EncodeToString(name[:])
	leave, err := s.replays.enter(c.UserContext(), place)
	if err != nil {
		return err
	}
	defer leave()
	request := digest(c)
	kept, ok, err := s.o.Requests.Seen(place)
	if err != nil {
		return err
	}
	if ok {
		return replay(c, kept, request)
	}
	if err := r.handle(c); err != nil {
		return err
	}
	s.remember(c, place, request)
	return nil
}

// digest is what tells two requests with one key apart.
func digest(c *fiber.Ctx) []byte {
	body, _ := c.Locals(localBody).([]byte)
	h := sha256.New()
	h.Write([]byte(c.Path()))
	h.Write([]byte{0})
	h.Write(body)
	return h.Sum(nil)
}

func replay(c *fiber.Ctx, kept, request []byte) error {
	var was remembered
	if err := json.Unmarshal(kept, &was); err != nil {
		return fault.Wrap(err, fault.Internal, codeInternal, "A remembered answer is damaged.")
	}
	if string(was.Request) != string(request) {
		return fault.New(fault.Conflict, codeKeyReused, "This key was used for another request.")
	}
	if was.ETag != "" {
		c.Set(fiber.HeaderETag, was.ETag)
	}
	c.Set(headerReplay, "true")
	c.Set(fiber.HeaderContentType, was.Type)
	return c.Status(was.Status).Send(was.Body)
}

// remember keeps the answer. The effect is there already: when the answer cannot be kept it is given all the same.
func (s *Server) remember(c *fiber.Ctx, place string, request []byte) {
	res := c.Response()
	if res.StatusCode() >= 300 || len(res.Body()) > rememberMost {
		return
	}
	kept, err := json.Marshal(remembered{
		Request: request, Status: res.StatusCode(), Type: string(res.Header.ContentType()),
		ETag: string(res.Header.Peek(fiber.HeaderETag)), Body: res.Body(),
	})
	if err == nil {
		err = s.o.Requests.Remember(c.UserContext(), place, kept, s.o.Now().Add(rememberFor))
	}
	if err != nil {
		s.o.Log.Warn("answer not remembered", "error", err, "operation", c.Locals(localOperation))
	}
}
