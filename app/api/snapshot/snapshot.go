// Package snapshot is in charge of what consoles are shown of broadcasts at one moment: counts, results, signals and
// the state of the system. What many ask for at once is worked out once and held for a moment, so that fifty consoles
// cost as much as one.
package snapshot

import (
	"cmp"
	"context"
	"encoding/json"
	"hash/maphash"
	"slices"
	"sync"
	"time"

	"noroshi/app/api/gen"
	"noroshi/app/api/roster"
	"noroshi/app/api/view"
	"noroshi/app/broadcast"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/tally"
)

// Most is how many running broadcasts are shown at once.
const Most = 20

// Options are what Snapshots are made of. All fields are needed.
type Options struct {
	Broadcasts *broadcast.Service
	Messages   *message.Service
	Tally      *tally.Service
	Roster     *roster.Roster
	System     func() gen.System
	Now        func() time.Time
}

// Snapshots makes and holds them. It is safe for concurrent use.
type Snapshots struct {
	o       Options
	results *results
	pulse   shared[Pulse]
	health  shared[gen.System]
}

// New returns an empty set.
func New(o Options) *Snapshots { return &Snapshots{o: o, results: newResults()} }

// Glance is what lists and signals show of a broadcast: its counts alone.
func (s *Snapshots) Glance(b broadcast.Broadcast) view.Measured {
	return view.Measured{Broadcast: b, Counts: s.o.Tally.Get(b.ID), At: s.o.Now()}
}

// Measure is everything the page of a broadcast shows.
func (s *Snapshots) Measure(ctx context.Context, b broadcast.Broadcast) (view.Measured, error) {
	m := s.Glance(b)
	if !b.State.Launched() {
		return m, nil
	}
	var err error
	if m.Departments, err = s.o.Roster.Departments(ctx, b.ID); err != nil {
		return m, err
	}
	if book := s.o.Messages.Book(b.ID); book != nil {
		m.Pending, m.Total, m.Classes, m.Waiting = book.Pending(), book.Total(), book.Classes(), book.PendingByRoute()
	}
	if b.State.Running() {
		m.Routes = s.System().Routes
	}
	return m, nil
}

// runningStates are those in which something is sent or answers count.
var runningStates = []broadcast.State{broadcast.Expanding, broadcast.Sending, broadcast.Open}

// Running returns the running broadcasts, the newest first.
func (s *Snapshots) Running() ([]broadcast.Broadcast, error) {
	var list []broadcast.Broadcast
	for _, state := range runningStates {
		err := s.o.Broadcasts.InState(state, func(b broadcast.Broadcast) error {
			list = append(list, b)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(list, func(a, b broadcast.Broadcast) int { return cmp.Compare(b.ID, a.ID) })
	return list, nil
}

// Signals are the figures that stand on every page. People of a broadcast that was stopped may need help as well: it
// takes answers until it is closed. Nobody needs help in a drill: its answers are counted on its own page only.
func (s *Snapshots) Signals(running []broadcast.Broadcast) (gen.Signals, error) {
	out := gen.Signals{Running: len(running), Unread: s.o.Tally.Unread(), At: s.o.Now().UTC()}
	most := 0
	count := func(b broadcast.Broadcast) error {
		if b.Content.Mode == broadcast.Drill {
			return nil
		}
		m := s.Glance(b)
		if n := m.Tally().NeedHelp; n > 0 {
			out.NeedHelp += n
			if n > most {
				most = n
				which := b.ID.String()
				out.NeedHelpBroadcast = &which
			}
		}
		return nil
	}
	for _, b := range running {
		if err := count(b); err != nil {
			return out, err
		}
	}
	return out, s.o.Broadcasts.InState(broadcast.Stopped, count)
}

// resultsFor is how long an encoded result is good for everybody who follows the broadcast.
const resultsFor = 400 * time.Millisecond

// results holds encoded snapshots, so that fifty consoles cost as much as one.
type results struct {
	mu    sync.Mutex
	seed  maphash.Seed
	known map[id.Broadcast]*snapshot
}

// shared is a value that is made anew when it is older than resultsFor, once for everybody who asks.
type shared[T any] struct {
	mu sync.Mutex
	at time.Time
	v  T
}

func (c *shared[T]) get(now time.Time, fresh func() (T, error)) (T, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if age := now.Sub(c.at); age >= 0 && age < resultsFor {
		return c.v, nil
	}
	v, err := fresh()
	if err == nil {
		c.v, c.at = v, now
	}
	return v, err
}

// Pulse is what every live stream shows.
type Pulse struct {
	Running []id.Broadcast // the newest first
	Signals []byte         // encoded
	At      time.Time      // when it was made
}

// Pulse returns what every live stream shows, at most a moment old.
func (s *Snapshots) Pulse() (Pulse, error) {
	now := s.o.Now()
	return s.pulse.get(now, func() (Pulse, error) {
		p := Pulse{At: now}
		running, err := s.Running()
		if err != nil {
			return p, err
		}
		signals, err := s.Signals(running)
		if err != nil {
			return p, err
		}
		for _, b := range running[:min(len(running), Most)] {
			p.Running = append(p.Running, b.ID)
		}
		p.Signals, err = json.Marshal(signals)
		return p, err
	})
}

// System returns the state of the system, at most a moment old: it is asked often, and measuring the disk costs.
func (s *Snapshots) System() gen.System {
	v, _ := s.health.get(s.o.Now(), func() (gen.System, error) { return s.o.System(), nil }) // cannot fail
	return v
}

// snapshot is the last result of one broadcast.
type snapshot struct {
	mu sync.Mutex
	Result
}

func newResults() *results {
	return &results{seed: maphash.MakeSeed(), known: map[id.Broadcast]*snapshot{}}
}

func (r *results) of(b id.Broadcast, now time.Time) *snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	snap, ok := r.known[b]
	if !ok {
		for which, old := range r.known {
			if old.mu.TryLock() {
				if now.Sub(old.At) > time.Minute {
					delete(r.known, which)
				}
				old.mu.Unlock()
			}
		}
		snap = &snapshot{}
		r.known[b] = snap
	}
	return snap
}

// Result is an encoded result of a broadcast.
type Result struct {
	Body  []byte
	Print uint64    // the same for results that differ in their time only
	At    time.Time // when it was made
}

// Result returns the result of a broadcast, at most a moment old. Returns NotFound (broadcast_not_found).
func (s *Snapshots) Result(ctx context.Context, which id.Broadcast) (Result, error) {
	now := s.o.Now()
	snap := s.results.of(which, now)
	snap.mu.Lock()
	defer snap.mu.Unlock()
	if snap.Body != nil && now.Sub(snap.At) < resultsFor && !now.Before(snap.At) {
		return snap.Result, nil
	}
	b, err := s.o.Broadcasts.Get(which)
	if err != nil {
		return Result{}, err
	}
	m, err := s.Measure(ctx, b)
	if err != nil {
		return Result{}, err
	}
	full := m.Result()
	body, err := json.Marshal(full)
	if err != nil {
		return Result{}, err
	}
	snap.Result = Result{Body: body, Print: fingerprintOf(s.results.seed, full), At: now}
	return snap.Result, nil
}

// fingerprintOf is the same for results that differ in their time only.
func fingerprintOf(seed maphash.Seed, r gen.BroadcastResult) uint64 {
	r.At, r.Progress.LastPersonAt = time.Time{}, nil
	if r.Progress.Classes != nil {
		classes := slices.Clone(*r.Progress.Classes)
		for i := range classes {
			classes[i].LastPersonAt = nil
		}
		r.Progress.Classes = &classes
	}
	b, err := json.Marshal(r)
	if err != nil {
		return 0
	}
	return maphash.Bytes(seed, b)
}
