package part

import "noroshi/app/gateway"

// Part is what is known of one part: the low four bits are its State, then flags, then the tries counted.
type Part uint16

// The flags.
const (
	stateBits Part = 0x0f
	Resent    Part = 1 << 4 // offered again after an uncertain try: the person may have got it twice
	Doubted   Part = 1 << 5 // was uncertain once
	Halted    Part = 1 << 6 // ended because the broadcast was stopped
	BadNumber Part = 1 << 7 // refused because of the number
	Answered  Part = 1 << 8 // submit_sm_resp 0 was seen, or a receipt proves it
	triesAt        = 12
)

// State returns the state.
func (p Part) State() State { return State(p & stateBits) }

func (p Part) with(s State) Part { return p&^stateBits | Part(s) }

// Has reports whether the flag is set.
func (p Part) Has(flag Part) bool { return p&flag != 0 }

// Tries returns how many tries were counted, at most 15.
func (p Part) Tries() int { return int(p >> triesAt) }

func (p Part) tried() Part {
	if p.Tries() < 15 {
		p += 1 << triesAt
	}
	return p
}

// Due reports whether the part still has to be handed over: it waits, for the first time or for another try.
func (p Part) Due() bool { return p.State() == Queued || p.State() == RetryWait }

// Pending reports whether the part may still have to be handed over.
func (p Part) Pending() bool {
	return p.Due() || p.State() == Submitting || p.State() == SubmitUncertain
}

// Movable reports whether the part certainly never got anywhere, so that another route may have it: it waits, and there
// was never a doubt about a try.
func (p Part) Movable() bool { return p.Due() && p&(Resent|Doubted|Answered) == 0 }

// Movable reports whether a copy of these parts may go to another route: all of them may.
func Movable(parts []Part) bool {
	for _, p := range parts {
		if !p.Movable() {
			return false
		}
	}
	return len(parts) > 0
}

// Fold returns the part after an event that concerns it: the pure rule behind the log. EvReroute is of a whole copy and
// changes nothing here.
func Fold(p Part, e Event) Part {
	s := p.State()
	switch e.Kind {
	case EvClaimRange, EvClaim:
		return p.with(Next(s, Claim, 0))
	case EvTaken:
		return p.with(Next(s, TakenOver, 0)) | Answered
	case EvRefusedNow:
		return refusedNow(p, e)
	case EvRefusedFinal:
		next := Next(s, RefusedFinal, 0)
		if next != s && gateway.Class(e.Class) == gateway.RecipientPermanent {
			p |= BadNumber
		}
		return p.with(next)
	case EvLost:
		return flagged(p, Next(s, Lost, 0), Doubted)
	case EvNotWritten:
		return p.with(Next(s, NotWritten, 0))
	case EvResend:
		return flagged(p, Next(s, Resend, 0), Resent|Doubted)
	case EvGiveUp:
		return flagged(p, Next(s, GiveUp, 0), Doubted)
	case EvDeadline:
		return p.with(Next(s, Deadline, 0))
	case EvHaltPage:
		return flagged(p, Next(s, Halt, 0), Halted)
	case EvReceipt:
		return p.with(Next(s, Reported, e.State)) | Answered
	case EvReroute:
	}
	return p
}

// flagged returns the part in its next state, with flags when that is another one.
func flagged(p Part, next State, flags Part) Part {
	if next == p.State() {
		return p
	}
	return p.with(next) | flags
}

func refusedNow(p Part, e Event) Part {
	next := Next(p.State(), RefusedNow, 0)
	if next == p.State() {
		return p
	}
	if p = p.with(next); e.Wait > 0 && gateway.Class(e.Class) != gateway.Throttled {
		p = p.tried()
	}
	return p
}
