package store

import (
	"log/slog"
	"sync"

	"noroshi/app/fault"
)

// The free space that the ledger insists on. Write-ahead files are mapped with holes: a disk that is full to the last
// block kills the process in the middle of a write, so refusing early is the only clean way.
const (
	defaultMinFree = 512 << 20
	// remeasure is how much may be written before the free space is looked at again.
	remeasure = 16 << 20
)

var errDiskFull = fault.New(fault.Unavailable, "disk_full",
	"The disk of the ledger is nearly full; free some space.")

// space decides whether the disk has room for a write.
type space struct {
	measure func() (uint64, error)
	ample   uint64 // free octets below which ordinary updates are refused
	least   uint64 // free octets below which all are
	log     *slog.Logger

	mu      sync.Mutex
	free    uint64
	written uint64 // since free was measured
	full    bool   // as last logged
}

// admit returns errDiskFull when there is no room.
func (p *space) admit(essential bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.written >= remeasure {
		p.look()
	}
	need := p.ample
	if essential {
		need = p.least
	}
	if p.free < need+p.written {
		return errDiskFull
	}
	return nil
}

func (p *space) wrote(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.written += uint64(n)
}

// refresh measures and returns the free space.
func (p *space) refresh() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.look()
	return p.free
}

// look measures; a measurement that fails leaves the last one, which what is written since then eats up.
func (p *space) look() {
	free, err := p.measure()
	if err != nil {
		p.log.Error("free space of the ledger unknown", "error", err)
		return
	}
	p.free, p.written = free, 0
	if full := free < p.ample; full != p.full {
		p.full = full
		if full {
			p.log.Error("disk of the ledger nearly full, changes are refused", "free_bytes", free, "needed_bytes", p.ample)
		} else {
			p.log.Info("disk of the ledger has room again", "free_bytes", free)
		}
	}
}
