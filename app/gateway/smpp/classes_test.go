package smpp

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp/wire"
	"noroshi/app/smstext"
)

// texted returns n parts for numbers of their own, all with the text.
func texted(n int, text string) []gateway.Part {
	ps := parts(n)
	for i := range ps {
		ps[i].Wire = smstext.Part{ShortMessage: []byte(text)}
	}
	return ps
}

// submitOne submits a part and returns its outcome.
func submitOne(t *testing.T, c *Client, p gateway.Part) gateway.Outcome {
	t.Helper()
	y := newTally(1)
	c.Submit(t.Context(), gateway.Slice{Parts: []gateway.Part{p}, Done: y.Done})
	y.wait(t, time.Minute)
	return y.got[0]
}

// TestStatuses_each_reaches_its_part answers one part with each code there is, as submit_sm_resp and as generic_nack.
func TestStatuses_each_reaches_its_part(t *testing.T) {
	dir := os.Getenv("NOROSHI_VECTORS")
	if dir == "" {
		dir = "../testdata"
	}
	raw, err := os.ReadFile(filepath.Join(dir, "command_status.json"))
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		Codes []struct {
			Dec         uint32
			Name, Class string
		}
	}
	if err := json.Unmarshal(raw, &v); err != nil || len(v.Codes) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	for _, nack := range []bool{false, true} {
		for _, code := range v.Codes {
			if code.Dec == 0 {
				continue
			}
			want := code.Class
			if want == "n/a" { // answers to requests we never make: an unknown code to us
				want = "retry"
			}
			bubble0(t, code.Name, func(t *testing.T) {
				_, through := pipes(t, func(p *peer, h wire.Header, _ []byte) bool {
					if h.ID != wire.SubmitSM {
						return true
					}
					if nack {
						p.send(wire.AppendHeader(nil, wire.HeaderLen, wire.Header{ID: wire.GenericNack, Status: code.Dec, Seq: h.Seq}))
						return true
					}
					p.respond(h, code.Dec, "")
					return true
				})
				c := start(t, routeTo(anywhere), &sink{}, through)
				o := submitOne(t, c, parts(1)[0])
				if o.Class.String() != want || o.Status != code.Dec {
					t.Errorf("outcome = %v with %#x, want %s", o.Class, o.Status, want)
				}
				h := c.Health()
				if h.LastStatus != code.Dec || gateway.StatusName(h.LastStatus) != code.Name || h.LastAt.IsZero() ||
					h.Refusals != 1 {
					t.Errorf("Health() = %+v, want the refusal in it", h)
				}
			})
		}
	}
}

func TestHealth_says_how_the_operator_throttles(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var busy atomic.Bool
		busy.Store(true)
		_, through := pipes(t, func(p *peer, h wire.Header, b []byte) bool {
			if h.ID == wire.SubmitSM && busy.Load() {
				p.respond(h, 0x58, "")
				return true
			}
			return accept(p, h, b)
		})
		r := routeTo(anywhere)
		r.Rate, r.BindRate = 100, 100
		c := start(t, r, &sink{}, through)
		if o := submitOne(t, c, parts(1)[0]); o.Class != gateway.Throttled {
			t.Fatalf("outcome = %v, want throttle", o.Class)
		}
		h := c.Health()
		if h.State != gateway.Throttling || h.Reason != reasonThrottle || h.Status != 0x58 || h.Detail != "ESME_RTHROTTLED" ||
			h.Cut != 0.5 || time.Until(h.RetryAt) != time.Second || h.Sessions[0].State != gateway.Throttling {
			t.Fatalf("Health() = %+v, want throttling by 0x58 for a second at half the rate", h)
		}
		if p := c.Pace(); p.PerSecond != 50 || !p.Ready {
			t.Fatalf("Pace() = %+v, want 50 a second", p)
		}
		busy.Store(false)
		begin := time.Now()
		if o := submitOne(t, c, parts(1)[0]); o.Class != gateway.Accepted || time.Since(begin) < time.Second {
			t.Fatalf("outcome = %v after %v, want accepted after the pause", o.Class, time.Since(begin))
		}
		if h := c.Health(); h.State != gateway.Throttling || !h.RetryAt.IsZero() {
			t.Fatalf("Health() = %+v, want throttling without a pause", h)
		}
		time.Sleep(time.Minute)
		if h := c.Health(); h.State != gateway.Bound || h.Cut != 1 || h.Status != 0 || h.LastStatus != 0x58 {
			t.Fatalf("Health() = %+v a minute later, want bound, and the last refusal", h)
		}
	})
}

func TestOutOfCredit_by_the_vendors_code_pauses_the_route(t *testing.T) {
	t.Parallel()
	s := newSMSC(t, func(p *peer, h wire.Header, _ []byte) bool {
		if h.ID == wire.SubmitSM {
			p.respond(h, 0x401, "")
		}
		return true
	})
	r := routeTo(s.ln.Addr())
	r.Window, r.StatusOverride = 1, map[string]string{"0x401": "route_config"}
	c := start(t, r, &sink{})
	y := newTally(12)
	c.Submit(t.Context(), slice(y))
	if got := y.wait(t, 10*time.Second); got[gateway.RouteConfig] != 5 || got[gateway.NotSent] != 7 {
		t.Fatalf("outcomes = %v, want five refused and the rest kept back", got)
	}
	h := c.Health()
	if h.State != gateway.Paused || h.Status != 0x401 || h.Detail != "0x00000401" || h.RetryAt.IsZero() ||
		h.Since.IsZero() {
		t.Fatalf("Health() = %+v, want paused for the vendor's code", h)
	}
}

func TestRefusedText_is_not_sent_to_everybody(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var submits, mended atomic.Int32
		_, through := pipes(t, func(p *peer, h wire.Header, b []byte) bool {
			if h.ID != wire.SubmitSM {
				return true
			}
			submits.Add(1)
			if _, text := scanSubmit(b); strings.HasSuffix(text, "spam") && mended.Load() == 0 {
				p.respond(h, 0x432, "")
				return true
			}
			return accept(p, h, b)
		})
		r := routeTo(anywhere)
		r.StatusOverride = map[string]string{"0x432": "message_permanent"}
		c := start(t, r, &sink{}, through)
		spam := texted(10, "spam")
		for i, p := range spam {
			p.Wire = smstext.Part{ESMClass: 0x40, ShortMessage: append([]byte{5, 0, 3, byte(i), 1, 1}, "spam"...)}
			o := submitOne(t, c, p)
			if o.Class != gateway.MessagePermanent || o.Status != 0x432 {
				t.Fatalf("part %d = %+v, want message_permanent with the operator's code", i, o)
			}
		}
		if n := submits.Load(); n != refusalsOfAText {
			t.Fatalf("%d submits of a text that is always refused, want %d", n, refusalsOfAText)
		}
		if h := c.Health(); h.RefusedTexts != 1 || h.Refusals != 10 {
			t.Fatalf("Health() = %+v, want one refused text and ten refusals", h)
		}
		if o := submitOne(t, c, texted(1, "news")[0]); o.Class != gateway.Accepted {
			t.Fatalf("another text = %v, want accepted", o.Class)
		}
		mended.Store(1)
		time.Sleep(15*time.Minute + time.Second)
		if o := submitOne(t, c, spam[0]); o.Class != gateway.Accepted || c.Health().RefusedTexts != 0 {
			t.Fatalf("the text a quarter of an hour later = %v, want accepted", o.Class)
		}
	})
}

// refusalsOfAText is after how many refusals a text is not sent any more.
const refusalsOfAText = 3

func TestRefusedText_that_is_accepted_between_is_sent_on(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	s := newSMSC(t, func(p *peer, h wire.Header, b []byte) bool {
		if h.ID == wire.SubmitSM && n.Add(1)%3 != 0 {
			p.respond(h, 0x01, "")
			return true
		}
		return accept(p, h, b)
	})
	c := start(t, routeTo(s.ln.Addr()), &sink{})
	got := map[gateway.Class]int{}
	for _, p := range texted(12, "hello") {
		got[submitOne(t, c, p).Class]++
	}
	if got[gateway.Accepted] != 4 || got[gateway.MessagePermanent] != 8 || n.Load() != 12 {
		t.Fatalf("outcomes = %v of %d submits, want all sent", got, n.Load())
	}
}

func TestMisunderstanding_again_and_again_binds_anew(t *testing.T) {
	t.Parallel()
	s := newSMSC(t, nil)
	s.on = func(p *peer, h wire.Header, b []byte) bool {
		if h.ID == wire.SubmitSM && s.binds.Load() == 1 {
			p.respond(h, 0x02, "")
			return true
		}
		return accept(p, h, b)
	}
	r := routeTo(s.ln.Addr())
	r.Window = 1
	c := start(t, r, &sink{})
	y := newTally(6)
	c.Submit(t.Context(), slice(y))
	if got := y.wait(t, 10*time.Second); got[gateway.Protocol] != 3 || got[gateway.Accepted] != 3 || s.binds.Load() != 2 {
		t.Fatalf("outcomes = %v after %d binds, want three refused and the rest accepted on the second", got, s.binds.Load())
	}
}
