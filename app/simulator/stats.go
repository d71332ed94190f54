package simulator

import "time"

// Stats is what the SMSC has counted since the start or Reset. A consistent copy: no message is half in it.
type Stats struct {
	Attempts  uint64            `json:"attempts"`  // submits that came
	Accepted  uint64            `json:"accepted"`  // answered with status 0, or meant to be
	Throttled uint64            `json:"throttled"` // answered with ESME_RTHROTTLED
	Refused   map[uint32]uint64 `json:"refused"`   // by any other status
	Numbers   uint64            `json:"numbers"`   // distinct, with an accepted submit
	Parts     uint64            `json:"parts"`     // distinct messages or parts, summed over the numbers
	Twice     uint64            `json:"twice"`     // numbers that got the same message or part more than once
	Surplus   uint64            `json:"surplus"`   // accepted submits beyond the first of each message or part

	Delivered    uint64 `json:"delivered"` // to the phone
	Failed       uint64 `json:"failed"`    // undeliverable or rejected
	Expired      uint64 `json:"expired"`
	Held         uint64 `json:"held"`         // now waiting for a phone that is off
	Unreported   uint64 `json:"unreported"`   // ended without a receipt, as set or as asked
	Lies         uint64 `json:"lies"`         // receipts that said the opposite of what happened
	Unrepliable  uint64 `json:"unrepliable"`  // people who would have answered, had the sender been a number
	Receipts     Sent   `json:"receipts"`     // final ones, duplicates among them
	Intermediate Sent   `json:"intermediate"` // notifications
	Answers      Sent   `json:"answers"`      // in parts
	Replies      uint64 `json:"replies"`      // answers as people gave them, whole

	FirstSubmit      time.Time `json:"firstSubmit,omitzero"` // of the accepted ones, by the outer clock
	LastSubmit       time.Time `json:"lastSubmit,omitzero"`
	SubmitsPerSecond float64   `json:"submitsPerSecond"` // between these two
	LastAcknowledged time.Time `json:"lastAcknowledged,omitzero"`

	Binds       int     `json:"binds"`       // up now
	BindsEver   uint64  `json:"bindsEver"`   // accepted
	BindRefused uint64  `json:"bindRefused"` //
	Drops       uint64  `json:"drops"`       // connections the SMSC cut on purpose
	Malformed   uint64  `json:"malformed"`   // PDUs no strict SMSC would take
	Pending     int     `json:"pending"`     // events and deliver_sm not yet done with; Held is not in it
	Handsets    int     `json:"handsets"`    // phones whose texts are kept
	Down        bool    `json:"down"`
	Trouble     string  `json:"trouble"` // the kind of the storm's turn; empty when all is as the population says
	Turns       int     `json:"turns"`   // of trouble begun since the storm was set
	Paused      bool    `json:"paused"`
	Scale       float64 `json:"scale"`
	Revision    uint64  `json:"revision"` // grows whenever a handset shows something new
}

// Sent counts deliver_sm of a kind.
type Sent struct {
	Sent         uint64 `json:"sent"`         // first time on the wire
	Again        uint64 `json:"again"`        // sent again after a cut, a refusal or silence
	Acknowledged uint64 `json:"acknowledged"` // answered with status 0
	Refused      uint64 `json:"refused"`      // given up after a permanent refusal or too many passing ones
}

// Stats returns the counts of now.
func (s *SMSC) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.stats
	st.Refused = make(map[uint32]uint64, len(s.refused))
	for status, n := range s.refused {
		st.Refused[uint32(status)] = n
	}
	st.Numbers, st.Twice, st.Surplus = uint64(len(s.book.Phones)), s.book.Twice, s.book.Surplus
	st.Parts = st.Accepted - st.Surplus
	if span := st.LastSubmit.Sub(st.FirstSubmit).Seconds(); span > 0 {
		st.SubmitsPerSecond = float64(st.Accepted-1) / span
	}
	for _, c := range s.conns {
		if c.account != nil {
			st.Binds++
		}
	}
	st.Pending = s.pending()
	st.Handsets, st.Revision = len(s.handsets.order), s.handsets.revision
	st.Trouble, st.Turns = string(s.trouble()), (s.phase+1)/2
	st.Down, st.Paused, st.Scale = s.listener == nil, s.clock.Paused(), s.clock.Scale()
	return st
}

// pending counts what is still to happen by itself: events, queued deliver_sm, and deliver_sm without a response.
func (s *SMSC) pending() int {
	n := s.wheel.Len() - s.background
	for _, a := range s.accounts {
		n += a.queue.Len()
	}
	for _, c := range s.conns {
		n += c.flight.open
	}
	return n
}

// Submits returns how many accepted submits a number had.
func (s *SMSC) Submits(number string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	row, ok := s.book.Find(number)
	if !ok {
		return 0
	}
	return int(s.book.Phones[row].Submits)
}

// Count is what one number got.
type Count struct {
	Number  string
	Submits int // accepted
	Parts   int // distinct messages or parts
	Surplus int // submits beyond the first of each
}

// EachNumber calls yield for every number with an accepted submit, in the order of arrival, until it returns false. The
// SMSC goes on meanwhile; numbers that come during the walk may be missing.
func (s *SMSC) EachNumber(yield func(Count) bool) {
	const run = 4096
	counts := make([]Count, 0, run)
	for from := 0; ; from += run {
		counts = counts[:0]
		s.mu.Lock()
		phones := s.book.Phones
		if from < len(phones) {
			for _, p := range phones[from:min(from+run, len(phones))] {
				number := s.book.Number(p.Number)
				counts = append(counts, Count{number, int(p.Submits), int(p.Parts), int(p.Surplus)})
			}
		}
		s.mu.Unlock()
		for _, c := range counts {
			if !yield(c) {
				return
			}
		}
		if len(counts) < run {
			return
		}
	}
}

// Reset forgets all counts, numbers, handsets and everything that was still to happen. Binds stay up. Message ids go
// on.
func (s *SMSC) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget()
	s.schedulePopulation()
	s.poke()
}
