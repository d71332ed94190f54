package gateway_test

import (
	"testing"
	"time"

	"noroshi/app/gateway"
)

func TestForesee(t *testing.T) {
	t.Parallel()
	up := func(route string, pending int, rate, limit float64) gateway.Queue {
		return gateway.Queue{Route: route, Pending: pending, State: gateway.Bound, Rate: rate, Limit: limit, Cut: 1}
	}
	in := func(q gateway.Queue, s gateway.State, cut float64) gateway.Queue {
		q.State, q.Cut = s, cut
		return q
	}
	cases := []struct {
		name   string
		queues []gateway.Queue
		want   gateway.Forecast
	}{
		{"the slowest route is the last", []gateway.Queue{up("a", 1000, 100, 0), up("b", 100, 1, 0)},
			gateway.Forecast{PerSecond: 101, Left: 100 * time.Second}},
		{"a route that is not used does not count", []gateway.Queue{up("a", 1000, 10, 0), up("b", 0, 500, 0)},
			gateway.Forecast{PerSecond: 10, Left: 100 * time.Second}},
		{"one that is not used and down is no reason", []gateway.Queue{
			up("a", 10, 10, 0), in(up("b", 0, 0, 0), gateway.Down, 1),
		}, gateway.Forecast{PerSecond: 10, Left: time.Second}},
		{"nothing was measured: the limit in use", []gateway.Queue{in(up("a", 100, 0, 20), gateway.Throttling, 0.5)},
			gateway.Forecast{PerSecond: 10, Left: 10 * time.Second, Reason: "throttled", Route: "a"}},
		{"neither measured nor limited: unknown", []gateway.Queue{up("a", 100, 0, 0), up("b", 10, 10, 0)},
			gateway.Forecast{PerSecond: 10}},
		{"a route is down: it is the reason, the others are foreseen", []gateway.Queue{
			in(up("a", 50, 0, 10), gateway.Throttling, 1), in(up("b", 900, 90, 100), gateway.Refused, 1),
			in(up("c", 9, 0, 10), gateway.Paused, 1),
		}, gateway.Forecast{PerSecond: 10, Left: 5 * time.Second, Reason: "route_down", Route: "b"}},
		{"paused", []gateway.Queue{in(up("a", 50, 0, 10), gateway.Paused, 1)},
			gateway.Forecast{Reason: "paused", Route: "a"}},
	}
	for _, c := range cases {
		if got := gateway.Foresee(c.queues); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}
