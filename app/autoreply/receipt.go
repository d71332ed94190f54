package autoreply

import (
	"strings"
	"time"

	"noroshi/app/gateway"
	"noroshi/app/id"
	"noroshi/app/smstext"
	"noroshi/app/store"
)

// Receipts takes those receipts in that speak of notes and returns the others.
func (s *Service) Receipts(tx *store.Tx, all []gateway.Receipt) (others []gateway.Receipt, err error) {
	s.mu.Lock()
	none := len(s.taken) == 0
	s.mu.Unlock()
	if none {
		return all, nil
	}
	now := s.o.Now()
	for i := range all {
		which, ok := s.find(&all[i])
		if !ok {
			others = append(others, all[i])
			continue
		}
		to := stateOf(all[i].State)
		if to == "" || !all[i].Final {
			continue
		}
		_, _, err := change(tx, now, which, func(n *Note) bool {
			if n.State == Delivered || n.State == to {
				return false // delivered is for good
			}
			n.State = to
			return true
		})
		if err != nil {
			return nil, err
		}
	}
	return others, nil
}

func stateOf(r gateway.ReceiptState) State {
	switch r {
	case gateway.Delivered:
		return Delivered
	case gateway.Expired:
		return Expired
	case gateway.Deleted, gateway.Undeliverable:
		return Undeliverable
	case gateway.Rejected:
		return Rejected
	case gateway.UnknownState:
		return Unknown
	case gateway.Enroute, gateway.AcceptedState:
	}
	return ""
}

func (s *Service) remember(n Note) {
	for _, one := range n.IDs {
		s.register(n, one)
	}
}

func (s *Service) register(n Note, messageID string) {
	if messageID == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken[name(n.Route, smstext.IDKey(messageID))] = place{
		reply: n.Reply, to: n.To.Digits(), exact: messageID, until: s.o.Now().Add(kept).UnixMilli(),
	}
}

func name(route, key string) string { return route + "\x00" + key }

// find returns the note of a receipt. The number has to be the note's as well, because ids are given anew some day, and
// because hexadecimal 10 is somebody's decimal 16. A receipt without any number is believed when the id is the same
// letter by letter.
func (s *Service) find(r *gateway.Receipt) (id.Reply, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.o.Now()
	for _, messageID := range r.IDs {
		for _, key := range smstext.ReceiptKeys(messageID, smstext.IDAuto) {
			p, ok := s.taken[name(r.Route, key)]
			switch {
			case !ok || time.UnixMilli(p.until).Before(now):
			case sameNumber(p.to, r.From) || sameNumber(p.to, r.To):
				return p.reply, true
			case r.From == "" && r.To == "" && p.exact == messageID:
				return p.reply, true
			}
		}
	}
	return 0, false
}

// leastDigits is how many digits of a number at least make it that number.
const leastDigits = 7

// sameNumber compares with a number as operators write it: with its country, or as it is dialled at home.
func sameNumber(digits, written string) bool {
	written = strings.TrimLeft(written, "+0")
	return digits == written || len(written) >= leastDigits && strings.HasSuffix(digits, written)
}
