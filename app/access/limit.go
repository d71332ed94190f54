package access

import (
	"net/netip"
	"sync"
	"time"

	"noroshi/app/fault"
)

// How many sign-ins may fail within window. One address against one account is stopped soonest; an account from
// anywhere only after many, so that a stranger can hardly lock its owner out; an address over all accounts in between.
const (
	window     = 15 * time.Minute
	pairMost   = 8
	fromMost   = 30
	nameMost   = 100
	maxTracked = 20_000 // entries over which the ones that end first are forgotten
)

// limits counts failed sign-ins in memory. A try counts from its beginning and is taken back when it succeeds, so many
// at once are not more than many after each other.
type limits struct {
	now func() time.Time
	mu  sync.Mutex
	m   map[string]attempts
}

type attempts struct {
	n    int
	ends time.Time
}

func newLimits(now func() time.Time) *limits {
	return &limits{now: now, m: map[string]attempts{}}
}

// try counts a try and returns what to call when it has succeeded. Returns Unavailable (too_many_attempts, with the
// seconds to wait).
func (l *limits) try(account, from string) (succeeded func(), err error) {
	net := network(from)
	keys := []struct {
		key  string
		most int
	}{{"p\x00" + account + "\x00" + net, pairMost}, {"f\x00" + net, fromMost}, {"n\x00" + account, nameMost}}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	for _, k := range keys {
		if a, ok := l.m[k.key]; ok && now.Before(a.ends) && a.n >= k.most {
			seconds := int64(a.ends.Sub(now)/time.Second) + 1
			return nil, fault.New(fault.Unavailable, "too_many_attempts", "Too many tries; wait a while.", "seconds", seconds)
		}
	}
	for _, k := range keys {
		a, ok := l.m[k.key]
		if !ok || !now.Before(a.ends) {
			l.makeRoom(now)
			a = attempts{ends: now.Add(window)}
		}
		a.n++
		l.m[k.key] = a
	}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.m, keys[0].key)
		for _, k := range keys[1:] {
			if a := l.m[k.key]; a.n > 1 {
				a.n--
				l.m[k.key] = a
			} else {
				delete(l.m, k.key)
			}
		}
	}, nil
}

// makeRoom forgets what has ended, and a tenth of the rest if that is not enough.
func (l *limits) makeRoom(now time.Time) {
	if len(l.m) < maxTracked {
		return
	}
	for k, a := range l.m {
		if !now.Before(a.ends) {
			delete(l.m, k)
		}
	}
	// The order of a map is random: an attacker cannot choose what is forgotten.
	for k := range l.m {
		if len(l.m) < maxTracked*9/10 {
			return
		}
		delete(l.m, k)
	}
}

// network returns what counts as one address: an IPv6 subscriber has a whole /64.
func network(from string) string {
	a, err := netip.ParseAddr(from)
	if err != nil {
		return from
	}
	if a = a.Unmap(); a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
