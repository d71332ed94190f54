package smpp

import (
	"testing"
	"time"

	"noroshi/app/gateway"
)

func TestSubmit_tells_the_outcome_of_each_part(t *testing.T) {
	t.Parallel()
	s := newSMSC(t, accept)
	c := start(t, routeTo(s.ln.Addr()), &sink{})
	y := newTally(2500)
	c.Submit(t.Context(), gateway.Slice{Parts: parts(2500), Done: y.Done})
	if got := y.wait(t, 20*time.Second); got[gateway.Accepted] != 2500 {
		t.Fatalf("outcomes = %v, want 2500 accepted", got)
	}
	if h := c.Health(); h.State != gateway.Bound || h.Submitted != 2500 || h.InFlight != 0 {
		t.Fatalf("Health() = %+v", h)
	}
}
