package phone

import "strings"

// Type of number of an SMPP address (SMPP 3.4 §5.2.5).
const (
	tonInternational = 1
	tonNational      = 2
	tonAlphanumeric  = 5
)

// FromAddress reads the source address of an inbound short message. International addresses are taken as they are,
// national ones in the route's country; of the others the international reading is preferred when such a number
// exists. ok is false for names, short codes and whatever else is not a telephone number: nobody can be answered there.
func FromAddress(addr string, ton byte, routeCountry string) (n Number, ok bool) {
	if ton == tonAlphanumeric || hasLetter(addr) {
		return 0, false
	}
	if ton != tonNational {
		res := Read("+"+strings.TrimPrefix(addr, "+"), routeCountry)
		if res.Status != Invalid {
			return res.Number, true
		}
		// A network may deliver from ranges the metadata does not have yet. When it says "international", believe it.
		if ton == tonInternational {
			if n, err := ParseE164(addr); err == nil {
				return n, true
			}
		}
	}
	res := Read(addr, routeCountry)
	return res.Number, res.Status != Invalid
}
