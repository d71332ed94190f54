package people

import (
	"time"

	"noroshi/app/simulator/wire"
)

// Preset returns the population of that name: perfect, demo or hostile.
func Preset(name string) (p Population, ok bool) {
	switch name {
	case "perfect":
		return Perfect(), true
	case "demo":
		return Demo(), true
	case "hostile":
		return Hostile(), true
	}
	return p, false
}

// Perfect is a network that takes everything at once and reports every message delivered, and people who stay silent.
func Perfect() Population { return Population{} }

// Demo is a pleasant afternoon: receipts within seconds, three of four people answer, nearly all within a minute.
func Demo() Population {
	return Population{
		Network: Network{ResponseDelay: Spread{5 * time.Millisecond, 20 * time.Millisecond, 120 * time.Millisecond}},
		Receipts: Receipts{
			Delay:  Spread{500 * time.Millisecond, 2 * time.Second, 12 * time.Second},
			Failed: 0.02, FailCodes: []uint16{1, 11, 27}, Expired: 0.005, Never: 0.01, Early: 0.01,
			IDs: IDForm{Resp: Hex, Text: Decimal, TLV: Hex},
		},
		Phones: Phones{Off: 0.03, TwoG: 0.06},
		Answers: Answers{
			Share: 0.76,
			Delay: Spread{4 * time.Second, 18 * time.Second, 60 * time.Second},
			Picks: []float64{0.90, 0.06, 0.01},
			Styles: Styles{
				Plain: 55, Lower: 12, FullWidth: 8, Bracket: 2, Polite: 8, Comment: 10, Long: 1,
				NoCode: 2, WrongCode: 1, TwoCodes: 1,
			},
			ChangeOfMind: 0.02,
			ChangeDelay:  Spread{5 * time.Second, 15 * time.Second, 40 * time.Second},
		},
	}
}

// Hostile is a bad day: everything an operator's gateway has been seen to do, in shares that a test notices.
func Hostile() Population {
	return Population{
		Network: Network{
			ResponseDelay: Spread{0, 2 * time.Millisecond, 80 * time.Millisecond},
			Throttle:      Throttle{Share: 0.05},
			Rejections: []Rejection{
				{Share: 0.01, Status: wire.InvalidDestination},
				{Share: 0.02, Status: wire.SystemError, PerAttempt: true},
				{Share: 0.01, Status: wire.QueueFull, PerAttempt: true},
			},
			DropAfter: 700, DropTimes: 3,
			LongAnswers: wire.UDH16, OddCodings: 0.3, Poison: 0.01,
		},
		Receipts: Receipts{
			Delay:  Spread{0, 20 * time.Millisecond, 3 * time.Second},
			Failed: 0.05, FailCodes: []uint16{1, 5, 11, 27, 31, 99}, Expired: 0.03, Rejected: 0.01, Never: 0.02,
			Duplicate: 0.10, Early: 0.10, OtherBind: 0.30, Intermediate: 0.10, UnknownID: 0.02,
			IDs: IDForm{Resp: HexUpper, Text: DecimalPadded, TLV: Hex},
		},
		Phones: Phones{Off: 0.02, TwoG: 0.10},
		Answers: Answers{
			Share: 0.80,
			Delay: Spread{0, 300 * time.Millisecond, 5 * time.Second},
			Picks: []float64{0.6, 0.2, 0.1},
			Styles: Styles{
				Plain: 30, Lower: 10, FullWidth: 10, Bracket: 5, Polite: 10, Comment: 10, Long: 5, NoCode: 5, WrongCode: 5,
				TwoCodes: 5, OptOut: 2,
			},
			ChangeOfMind: 0.10,
			ChangeDelay:  Spread{100 * time.Millisecond, 500 * time.Millisecond, 3 * time.Second},
		},
	}
}
