package pace

import (
	"slices"
	"time"
)

// Spans a rate is measured over, in seconds.
const (
	meterSeconds  = 10 // the rate that people see
	recentSeconds = 5  // what the peer takes these days
	keptSeconds   = 60 // what the peer is known to have taken
)

// Meter counts parts per second.
type Meter struct {
	Start time.Time // when it began to count
	count [keptSeconds + 1]uint32
	sec   int64 // the second of the last count
}

// Add counts one part.
func (m *Meter) Add(now time.Time) {
	m.roll(now)
	m.count[m.sec%int64(len(m.count))]++
}

func (m *Meter) roll(now time.Time) {
	sec := now.Unix()
	if sec-m.sec > int64(len(m.count)) {
		m.count, m.sec = [keptSeconds + 1]uint32{}, sec
	}
	for m.sec < sec {
		m.sec++
		m.count[m.sec%int64(len(m.count))] = 0
	}
}

// over returns the parts per second of the last seconds, or of the time since the start if that is shorter.
func (m *Meter) over(now time.Time, seconds int) float64 {
	m.roll(now)
	sum, n := 0, int64(len(m.count))
	for back := range int64(seconds + 1) { // the second that runs, and whole ones before it
		sum += int(m.count[((m.sec-back)%n+n)%n])
	}
	return float64(sum) / max(min(now.Sub(m.Start).Seconds(), float64(seconds)), 1)
}

// Rate returns the parts per second of the last ten seconds, or of the time since the start if that is shorter.
func (m *Meter) Rate(now time.Time) float64 { return m.over(now, meterSeconds) }

// Recent is the same over the last five seconds.
func (m *Meter) Recent(now time.Time) float64 { return m.over(now, recentSeconds) }

// Best returns the most parts that were counted in one second of the last minute.
func (m *Meter) Best(now time.Time) float64 {
	m.roll(now)
	best := uint32(0)
	for _, n := range m.count {
		best = max(best, n)
	}
	return float64(best)
}

// Delays keeps the last response times.
type Delays struct {
	ring [64]time.Duration
	n    int
}

// Add keeps a response time.
func (d *Delays) Add(v time.Duration) {
	d.ring[d.n%len(d.ring)] = v
	d.n++
}

// List returns a copy of them, in no order.
func (d *Delays) List() []time.Duration { return slices.Clone(d.ring[:min(d.n, len(d.ring))]) }

// Median returns the middle of the durations; 0 when there are none.
func Median(ds []time.Duration) time.Duration {
	if len(ds) == 0 {
		return 0
	}
	slices.Sort(ds)
	return ds[len(ds)/2]
}
