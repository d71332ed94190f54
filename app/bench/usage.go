package bench

import (
	"context"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// CPU returns the processor time this process has used, in seconds.
func CPU() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it cannot fail for ourselves
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

// Peak returns the most memory this process has held, in MB. Not the ru_maxrss of getrusage: that survives exec, so it
// would begin with the memory of whoever started us.
func Peak() float64 { return memory("VmHWM:") }

// Resident returns the memory this process holds, in MB.
func Resident() float64 { return memory("VmRSS:") }

func memory(field string) float64 {
	b, _ := os.ReadFile("/proc/self/status") // 0 where there is no such thing
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, field); ok {
			kb, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 64)
			return kb / 1024
		}
	}
	return 0
}

// Watch looks at the memory every so often until the returned function is called, which returns about most samples,
// evenly spread.
func Watch(ctx context.Context, every time.Duration, most int) (stop func() []float64) {
	ctx, cancel := context.WithCancel(ctx)
	var all []float64
	var done sync.WaitGroup
	done.Go(func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			all = append(all, Resident())
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	})
	return func() []float64 {
		cancel()
		done.Wait()
		step := (len(all) + most - 1) / most
		var some []float64
		for i := 0; i < len(all); i += step {
			some = append(some, all[i])
		}
		return some
	}
}
