package disk

import (
	"log/slog"
	"sync"
)

// remeasure is how many octets may be written before the free space is looked at again.
const remeasure = 16 << 20

// Limits are the free octets that must be left.
type Limits struct {
	Ample uint64 // below it ordinary writes are refused
	Least uint64 // below it all writes are
}

// Space decides whether the disk has room for a write. Write-ahead files are mapped with holes: a disk that is full to
// the last block kills the process in the middle of a write, so refusing early is the only clean way. It is safe for
// concurrent use.
type Space struct {
	measure func() (uint64, error)
	limits  Limits
	log     *slog.Logger

	mu      sync.Mutex
	free    uint64
	written uint64 // since free was measured
	full    bool   // as last logged
}

// NewSpace returns a Space over a way to measure the free octets, after a first measurement.
func NewSpace(measure func() (uint64, error), limits Limits, log *slog.Logger) *Space {
	p := &Space{measure: measure, limits: limits, log: log}
	p.Refresh()
	return p
}

// Room reports whether a write may go on.
func (p *Space) Room(essential bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.written >= remeasure {
		p.look()
	}
	need := p.limits.Ample
	if essential {
		need = p.limits.Least
	}
	return p.free >= need+p.written
}

// Wrote counts octets that were written since the last measurement.
func (p *Space) Wrote(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.written += uint64(n)
}

// Refresh measures and returns the free octets.
func (p *Space) Refresh() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.look()
	return p.free
}

// look measures; a measurement that fails leaves the last one, which what is written since then eats up.
func (p *Space) look() {
	free, err := p.measure()
	if err != nil {
		p.log.Error("free space of the ledger unknown", "error", err)
		return
	}
	p.free, p.written = free, 0
	if full := free < p.limits.Ample; full != p.full {
		p.full = full
		if full {
			p.log.Error("disk of the ledger nearly full, changes are refused",
				"free_bytes", free, "needed_bytes", p.limits.Ample)
		} else {
			p.log.Info("disk of the ledger has room again", "free_bytes", free)
		}
	}
}
