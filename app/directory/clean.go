package directory

import (
	"strconv"
	"sync"
	"time"

	"noroshi/app/phone"
)

// Zones remembers which time zones exist; looking one up reads the zone database. The zero value is ready, nil works
// without remembering. It is safe for concurrent use.
type Zones struct {
	mu    sync.Mutex
	known map[string]bool
}

const maxZones = 4096 // more distinct texts than zones exist are nonsense, looked up each time

// Known reports whether the text is the name of an IANA zone.
func (z *Zones) Known(name string) bool {
	if name == "" || name == "Local" || len(name) > 64 {
		return false
	}
	if z == nil {
		return lookUpZone(name)
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if ok, have := z.known[name]; have {
		return ok
	}
	ok := lookUpZone(name)
	if z.known == nil {
		z.known = map[string]bool{}
	}
	if len(z.known) < maxZones {
		z.known[name] = ok
	}
	return ok
}

func lookUpZone(name string) bool {
	_, err := time.LoadLocation(name)
	return err == nil
}

// readPhone reads a number, or takes over what the person has when the text is the same.
func readPhone(raw, country string, had []Phone) (Phone, string) {
	for _, p := range had {
		if p.Raw == raw {
			return p, ""
		}
	}
	r := phone.Read(raw, country)
	return Phone{Raw: raw, Number: r.Number, Status: r.Status, Country: r.Country}, r.Reason
}

func itoa(n int) string { return strconv.Itoa(n) }
