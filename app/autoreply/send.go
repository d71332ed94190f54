package autoreply

import (
	"context"
	"sync"
	"time"

	"noroshi/app/config"
	"noroshi/app/gateway"
	"noroshi/app/id"
	"noroshi/app/smstext"
	"noroshi/app/store"
)

const (
	maxRound  = 64               // notes that one claim covers
	maxLook   = 1_000            // notes that are looked at for one claim
	maxTries  = 3                // of a note that the operator refused for now
	again     = 30 * time.Second // until the next try
	lookEvery = 5 * time.Second  // when nobody wakes the service
)

func (s *Service) run(ctx context.Context) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		more := true
		for more && ctx.Err() == nil {
			var err error
			if more, err = s.round(ctx); err != nil && ctx.Err() == nil {
				s.o.Log.Error("automatic answers not sent", "error", err)
				more = false
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-ticker.C:
		}
	}
}

// out is what goes out on one route in one round.
type out struct {
	route  config.Route
	sender gateway.Sender
	notes  []Note
	room   int
}

// round claims some notes, hands them over, and records what became of them; more is true when there was anything.
func (s *Service) round(ctx context.Context) (more bool, err error) {
	routes, late, err := s.due()
	if err != nil || len(routes)+len(late) == 0 {
		return false, err
	}
	if err := s.claim(ctx, routes, late); err != nil {
		return false, err
	}
	var done sync.WaitGroup
	for _, w := range routes {
		done.Go(func() { s.submit(ctx, w) })
	}
	done.Wait()
	return true, nil
}

// due returns the notes that may go out now by route, and those for which it is too late. A route takes no more than
// half of what its window has left, so that a broadcast is not held up by confirmations.
func (s *Service) due() (routes map[string]*out, late []id.Reply, err error) {
	now := s.o.Now()
	routes = map[string]*out{}
	looked, chosen := 0, 0
	err = s.o.Store.View(func(tx *store.Tx) error {
		return inClass(tx, classQueued, func(n Note) bool {
			looked++
			if now.Sub(time.UnixMilli(n.Born)) >= Pause {
				late = append(late, n.Reply)
				return len(late) < maxRound
			}
			w, known := routes[n.Route]
			if !known {
				w = s.way(n.Route)
				routes[n.Route] = w
			}
			if n.Due <= now.UnixMilli() && len(w.notes) < w.room {
				w.notes = append(w.notes, n)
				chosen++
			}
			return looked < maxLook && chosen < maxRound
		})
	})
	for name, w := range routes {
		if len(w.notes) == 0 {
			delete(routes, name)
		}
	}
	return routes, late, err
}

func (s *Service) way(name string) *out {
	route, sender, ok := s.o.Way(name)
	if !ok {
		return &out{}
	}
	w := &out{route: route, sender: sender}
	if pace := sender.Pace(); pace.Ready {
		w.room = min(maxRound, max(1, (pace.Window-pace.InFlight)/2))
	}
	return w
}

// claim writes down that the notes go out: from here on none of them is ever sent again after a crash.
func (s *Service) claim(ctx context.Context, routes map[string]*out, late []id.Reply) error {
	claimed := map[string][]Note{}
	_, err := s.o.Store.Update(ctx, func(tx *store.Tx) error {
		clear(claimed)
		now := s.o.Now()
		for name, w := range routes {
			for _, n := range w.notes {
				mine, ok, err := change(tx, now, n.Reply, func(n *Note) bool {
					if n.State != Queued {
						return false
					}
					n.State = Submitting
					n.Tries++
					return true
				})
				if err != nil {
					return err
				}
				if ok {
					claimed[name] = append(claimed[name], mine)
				}
			}
		}
		for _, r := range late {
			_, _, err := change(tx, now, r, func(n *Note) bool {
				was := n.State
				n.State = Expired
				return was == Queued
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	for name, w := range routes {
		w.notes = claimed[name]
	}
	return err
}

// submit hands the notes of one route over and records each as soon as all of its parts have an outcome.
func (s *Service) submit(ctx context.Context, w *out) {
	profile, err := gateway.ProfileOf(&w.route)
	if err != nil {
		s.o.Log.Error("route settings do not fit", "route", w.route.Name, "error", err)
	}
	var parts []gateway.Part
	var owner []int
	fates := make([]fate, len(w.notes))
	for i, n := range w.notes {
		m, err := smstext.Encode(gateway.Dress(&w.route, n.Text), profile, smstext.OtherReference(uint64(n.Reply)))
		if err != nil {
			fates[i].refused = true
			continue
		}
		fates[i].open = len(m.Parts)
		for _, wire := range m.Parts {
			parts = append(parts, gateway.Part{To: n.To, Wire: wire})
			owner = append(owner, i)
		}
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	all.Add(len(parts))
	if len(parts) > 0 {
		// A route that goes down now must not hold up the others: what is not written in time goes back.
		writing, cancel := context.WithTimeout(ctx, again)
		defer cancel()
		w.sender.Submit(writing, gateway.Slice{Parts: parts, Done: func(i int, o gateway.Outcome) {
			defer all.Done()
			mu.Lock()
			defer mu.Unlock()
			fates[owner[i]].add(o)
			if o.Class == gateway.Accepted {
				s.register(w.notes[owner[i]], o.MessageID) // a receipt may be faster than the record
			}
		}})
	}
	all.Wait()
	s.record(ctx, w, fates)
}

// fate is what became of the parts of one note.
type fate struct {
	open    int // parts without an outcome
	ids     []string
	taken   int
	later   bool // refused for now, or never written
	refused bool
	unknown bool
}

func (f *fate) add(o gateway.Outcome) {
	f.open--
	switch o.Class {
	case gateway.Accepted:
		f.taken++
		if o.MessageID != "" {
			f.ids = append(f.ids, o.MessageID)
		}
	case gateway.Uncertain:
		f.unknown = true
	case gateway.NotSent, gateway.Throttled, gateway.Retry, gateway.BindRetry:
		f.later = true
	default:
		f.refused = true
	}
}

// settle returns the note after its outcomes. It is tried again only when the operator has surely taken none of it.
func (f *fate) settle(n Note, now time.Time) Note {
	switch {
	case f.unknown:
		n.State = Unknown
	case f.taken > 0 && !f.later && !f.refused:
		n.State = Accepted
	case f.taken > 0: // a part of it is on its way, and the rest will not follow
		n.State = Rejected
	case f.later && !f.refused && n.Tries < maxTries:
		n.State, n.Due = Queued, now.Add(again).UnixMilli()
	default:
		n.State = Rejected
	}
	n.IDs, n.Parts = f.ids, f.taken
	return n
}

func (s *Service) record(ctx context.Context, w *out, fates []fate) {
	// Outcomes are kept also while the appliance stops.
	_, err := s.o.Store.UpdateEssential(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		now := s.o.Now()
		for i := range w.notes {
			_, _, err := change(tx, now, w.notes[i].Reply, func(n *Note) bool {
				if n.State != Submitting {
					// A receipt was faster: it knows better.
					n.IDs, n.Parts = fates[i].ids, fates[i].taken
					return true
				}
				*n = fates[i].settle(*n, now)
				return true
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.o.Log.Error("outcomes of automatic answers not recorded", "error", err)
	}
}
