package bench

import (
	"context"

	"noroshi/app/audience"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/phone"
	"noroshi/app/simulator"
	"noroshi/app/simulator/apart"
)

// Account is the outcome of a broadcast by number: the ledger's word against the operator's.
type Account struct {
	Reached  int `json:"reached"`  // people whose number had a submit
	Shown    int `json:"shown"`    // people without one who are shown as unknown, failed or unreachable
	Lost     int `json:"lost"`     // people without one who are not: must be 0
	Doubled  int `json:"doubled"`  // numbers that had the same text more than once
	Unmarked int `json:"unmarked"` // of these, shown as if once: must be 0
	Marked   int `json:"marked"`   // people marked as perhaps having got two
	Strange  int `json:"strange"`  // numbers that are not in the audience: must be 0
}

// Compare walks the audience and holds each person's standing against what the operator has for their number.
func Compare(ctx context.Context, b id.Broadcast, list *audience.Service, book *message.Book, sim *apart.Process) (
	a Account, err error,
) {
	counts := make(map[phone.Number]simulator.Count)
	err = sim.EachNumber(ctx, func(c simulator.Count) {
		n, err := phone.ParseE164(c.Number)
		if err != nil {
			a.Strange++
			return
		}
		c.Number = ""
		counts[n] = c
	})
	if err != nil {
		return a, err
	}
	served := 0
	err = list.EachFrozen(b, 0, func(place uint32, r audience.Row) (bool, error) {
		a.add(book.Person(place), r.Numbers, counts, &served)
		return ctx.Err() == nil, ctx.Err()
	})
	a.Strange += len(counts) - served
	return a, err
}

func (a *Account) add(p message.Reached, numbers []phone.Number, counts map[phone.Number]simulator.Count, served *int) {
	submits, surplus := 0, 0
	for _, n := range numbers {
		if c, ok := counts[n]; ok {
			*served++
			submits, surplus = submits+c.Submits, surplus+c.Surplus
		}
	}
	switch group := p.Standing.Group(); {
	case submits > 0:
		a.Reached++
	case group == "unknown" || group == "failed" || group == "unreachable":
		a.Shown++
	default:
		a.Lost++
	}
	if p.Uncertain {
		a.Marked++
	}
	if surplus > 0 {
		a.Doubled++
		if !p.Uncertain {
			a.Unmarked++
		}
	}
}
