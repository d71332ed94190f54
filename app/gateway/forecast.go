package gateway

import "time"

// Queue is what a broadcast has to hand over on one route, and how the route is.
type Queue struct {
	Route   string
	Pending int // parts that may still have to be handed over
	State   State
	Rate    float64 // parts per second, measured; 0 when nothing was
	Limit   float64 // contracted parts per second; 0 means none
	Cut     float64 // share of the limit in use, 0 to 1
}

// Forecast says how long a broadcast takes, and what holds it back.
type Forecast struct {
	PerSecond float64       // of the routes it waits for that can send
	Left      time.Duration // until the slowest of them is through; 0 when that is not known
	Reason    string        // route_down, paused, throttled; empty when nothing holds it back
	Route     string        // of which Reason speaks
}

// Foresee puts the queues of a broadcast together: the routes work side by side, so the last part goes out when the
// slowest of them is through. Routes that cannot send are left out, and are the reason; those with nothing to hand over
// do not count. A speed that was not measured yet is the limit that is in use; with neither, nothing is foreseen.
func Foresee(queues []Queue) Forecast {
	var f Forecast
	worst, known := 0, true
	for _, q := range queues {
		if q.Pending <= 0 {
			continue
		}
		if reason, weight := holdUp(q.State); weight > worst {
			f.Reason, f.Route, worst = reason, q.Route, weight
		}
		if !q.State.Serves() {
			continue
		}
		speed := q.Rate
		if speed <= 0 {
			speed = q.Limit * q.Cut
		}
		if speed <= 0 {
			known = false
			continue
		}
		f.PerSecond += speed
		f.Left = max(f.Left, time.Duration(float64(q.Pending)/speed*float64(time.Second)))
	}
	if !known {
		f.Left = 0
	}
	return f
}

// holdUp returns the word for what a route in that state does to a broadcast; the greater weight is told.
func holdUp(s State) (reason string, weight int) {
	switch s {
	case Connecting, Down, Refused, Stopped:
		return "route_down", 3
	case Paused:
		return "paused", 2
	case Throttling:
		return "throttled", 1
	case Bound:
	}
	return "", 0
}
