package inbound

import (
	"context"
	"slices"
	"strings"
	"time"

	"noroshi/app/config"
)

// numbersOf returns for each number on which answers arrive all numbers of the routes that have it.
func numbersOf(routes []config.Route) map[string][]string {
	out := map[string][]string{}
	for i := range routes {
		all := routes[i].ReplyNumbers()
		for _, n := range all {
			for _, other := range all {
				if !slices.Contains(out[n], other) {
					out[n] = append(out[n], other)
				}
			}
		}
	}
	return out
}

// numbers returns the numbers a destination stands for; none when no route has it.
func (s *Sink) numbers(to string) []string {
	s.known.mu.Lock()
	defer s.known.mu.Unlock()
	return s.known.numbers[strings.TrimPrefix(to, "+")]
}

const (
	tendEvery = 30 * time.Second
	tendSteps = 20 // of housekeeping without a pause
)

// tend removes what is over: one bounded step after the other, so that a backlog of hours never becomes one great
// piece of work.
func (s *Sink) tend(ctx context.Context) {
	ticker := time.NewTicker(tendEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.sweepSome(ctx)
		}
	}
}

func (s *Sink) sweepSome(ctx context.Context) {
	sweeps := []func(context.Context) (bool, error){s.o.Replies.Sweep}
	if s.o.Notes != nil {
		sweeps = append(sweeps, s.o.Notes.Sweep)
	}
	for _, step := range sweeps {
		for range tendSteps {
			more, err := step(ctx)
			if err != nil && ctx.Err() == nil {
				s.o.Log.Error("what is over is not removed", "error", err)
			}
			if err != nil || !more {
				break
			}
		}
	}
}
