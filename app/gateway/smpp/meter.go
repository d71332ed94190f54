package smpp

import (
	"slices"
	"time"
)

// meterSeconds is the span a rate is measured over.
const meterSeconds = 10

// meter counts parts per second.
type meter struct {
	start time.Time // when it began to count
	count [meterSeconds + 1]uint32
	sec   int64 // the second of the last count
}

func (m *meter) add(now time.Time) {
	m.roll(now)
	m.count[m.sec%int64(len(m.count))]++
}

func (m *meter) roll(now time.Time) {
	sec := now.Unix()
	if sec-m.sec > int64(len(m.count)) {
		m.count, m.sec = [meterSeconds + 1]uint32{}, sec
	}
	for m.sec < sec {
		m.sec++
		m.count[m.sec%int64(len(m.count))] = 0
	}
}

// rate returns the parts per second of the last ten seconds, or of the time since the start if that is shorter.
func (m *meter) rate(now time.Time) float64 {
	m.roll(now)
	sum := 0
	for _, n := range m.count {
		sum += int(n)
	}
	over := min(now.Sub(m.start).Seconds(), float64(meterSeconds))
	return float64(sum) / max(over, 1)
}

// delays keeps the last response times.
type delays struct {
	ring [64]time.Duration
	n    int
}

func (d *delays) add(v time.Duration) {
	d.ring[d.n%len(d.ring)] = v
	d.n++
}

func (d *delays) list() []time.Duration { return slices.Clone(d.ring[:min(d.n, len(d.ring))]) }

// median returns the middle of the durations; 0 when there are none.
func median(ds []time.Duration) time.Duration {
	if len(ds) == 0 {
		return 0
	}
	slices.Sort(ds)
	return ds[len(ds)/2]
}
