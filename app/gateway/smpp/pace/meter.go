package pace

import (
	"slices"
	"time"
)

// meterSeconds is the span a rate is measured over.
const meterSeconds = 10

// Meter counts parts per second.
type Meter struct {
	Start time.Time // when it began to count
	count [meterSeconds + 1]uint32
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
		m.count, m.sec = [meterSeconds + 1]uint32{}, sec
	}
	for m.sec < sec {
		m.sec++
		m.count[m.sec%int64(len(m.count))] = 0
	}
}

// Rate returns the parts per second of the last ten seconds, or of the time since the start if that is shorter.
func (m *Meter) Rate(now time.Time) float64 {
	m.roll(now)
	sum := 0
	for _, n := range m.count {
		sum += int(n)
	}
	over := min(now.Sub(m.Start).Seconds(), float64(meterSeconds))
	return float64(sum) / max(over, 1)
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
