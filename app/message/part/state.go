package part

// State is the state of one part (one submit_sm). The words are the same in the API, the console and metrics.
type State uint8

// The closed set of states. Do not reorder: the log stores these numbers.
const (
	Queued          State = iota // not handed over yet
	Submitting                   // claimed; may be on the wire
	RetryWait                    // refused for now; another try is due
	SubmitUncertain              // was claimed or written, and nobody knows whether it was taken
	Accepted                     // submit_sm_resp said 0
	Enroute                      // the operator is trying
	Delivered                    // on the handset
	Undeliverable
	Expired
	Deleted
	Rejected
	Unknown // no report came in time, or the operator does not know
)

var stateNames = [...]string{
	"queued", "submitting", "retry_wait", "submit_uncertain", "accepted", "enroute", "delivered", "undeliverable",
	"expired", "deleted", "rejected", "unknown",
}

// String returns the state in snake_case.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "unknown"
}

// ParseState reads the word of a state; ok is false when there is no such state.
func ParseState(word string) (s State, ok bool) {
	for i, name := range stateNames {
		if name == word {
			return State(i), true
		}
	}
	return 0, false
}

// Failed reports whether the part certainly did not reach the handset.
func (s State) Failed() bool {
	return s == Undeliverable || s == Expired || s == Deleted || s == Rejected
}

// Final reports whether only a later Delivered can change the state.
func (s State) Final() bool { return s == Delivered || s.Failed() }

// Taken reports whether the operator is known to have taken the part.
func (s State) Taken() bool { return s >= Accepted && s != Rejected }

// Trigger is what can happen to a part.
type Trigger uint8

// The closed set of triggers. Do not reorder: the log stores these numbers.
const (
	Claim        Trigger = iota // about to be handed to a session
	TakenOver                   // submit_sm_resp 0
	RefusedNow                  // throttled or temporary: try again
	RefusedFinal                // never works
	Lost                        // written, no response
	NotWritten                  // claimed, but certainly never written
	Resend                      // uncertain, and policy says: again
	GiveUp                      // uncertain, and policy says: unknown
	Deadline                    // waited long enough
	Halt                        // the broadcast was stopped
	Reported                    // a receipt; the reported state comes with it
)

// Next returns the state after a trigger; reported is the state of a receipt and is used with Reported only. A trigger
// that does not fit the state changes nothing, so any order and any repetition of events is harmless.
func Next(s State, t Trigger, reported State) State {
	switch t {
	case Claim:
		if s == Queued || s == RetryWait {
			return Submitting
		}
	case TakenOver:
		if s < Accepted {
			return Accepted
		}
	case RefusedNow:
		if s == Submitting || s == SubmitUncertain {
			return RetryWait
		}
	case RefusedFinal:
		if s < Accepted {
			return Rejected
		}
	case Lost:
		if s == Submitting {
			return SubmitUncertain
		}
	case NotWritten:
		if s == Submitting {
			return Queued
		}
	case Resend, GiveUp:
		return decided(s, t)
	case Deadline, Halt:
		return ended(s, t)
	case Reported:
		return afterReceipt(s, reported)
	}
	return s
}

func decided(s State, t Trigger) State {
	if s != SubmitUncertain {
		return s // proven meanwhile, or on its way again
	}
	if t == Resend {
		return Queued
	}
	return Unknown
}

func ended(s State, t Trigger) State {
	switch s {
	case Queued, RetryWait:
		return Expired
	case Submitting, SubmitUncertain, Accepted, Enroute:
		if t == Deadline {
			return Unknown
		}
	case Delivered, Undeliverable, Expired, Deleted, Rejected, Unknown, PartiallyDelivered:
	}
	return s
}

// afterReceipt merges by rank: Delivered wins over all, the first failure wins over other failures and over Unknown,
// and what is not final never replaces what is final or Unknown.
func afterReceipt(s, reported State) State {
	switch {
	case reported == Delivered:
		return Delivered
	case s.Final():
		return s
	case reported.Failed(), reported == Unknown:
		return reported
	case s == Unknown:
		return s
	case reported == Enroute:
		return Enroute
	case s < Accepted:
		return Accepted
	}
	return s
}

// PartiallyDelivered is the one state a message has and a part has not: some parts arrived and some failed.
const PartiallyDelivered State = 12

// Name returns the word of a message's state.
func Name(s State) string {
	if s == PartiallyDelivered {
		return "partially_delivered"
	}
	return s.String()
}

// Reports says for which parts of a long text the operator reports.
type Reports uint8

// The closed set of a route's dlr_parts.
const (
	ReportsAll Reports = iota
	ReportsLast
	ReportsFirst
	ReportsAny
)

// Aggregate returns the state of a message from the states of its parts. Of no parts it is Queued.
func Aggregate(parts []State, reports Reports) State {
	if len(parts) == 0 {
		return Queued
	}
	if len(parts) == 1 && !parts[0].Failed() {
		return parts[0]
	}
	stands := representative(parts, reports)
	var failed, delivered, unknown int
	least := Unknown
	for _, p := range parts {
		if stands == Delivered && (p == Accepted || p == Enroute || p == Unknown) {
			p = Delivered
		}
		switch {
		case p.Failed():
			failed++
		case p == Delivered:
			delivered++
		case p == Unknown:
			unknown++
		case p < least:
			least = p
		}
	}
	switch {
	case delivered == len(parts):
		return Delivered
	case failed > 0 && delivered > 0:
		return PartiallyDelivered
	case failed > 0:
		return Undeliverable
	case delivered+unknown == len(parts):
		return Unknown
	}
	return least
}

// representative returns the state that speaks for silent parts; Queued when none does.
func representative(parts []State, reports Reports) State {
	switch reports {
	case ReportsLast:
		return parts[len(parts)-1]
	case ReportsFirst:
		return parts[0]
	case ReportsAny:
		for _, p := range parts {
			if p == Delivered {
				return p
			}
		}
	case ReportsAll:
	}
	return Queued
}
