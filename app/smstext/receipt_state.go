package smstext

import "strings"

// ReceiptState is what a receipt reports, with the numbers of message_state (SMPP 3.4 §5.2.28).
type ReceiptState uint8

// The closed set of states. 0 stands for no state at all.
const (
	StateEnroute       ReceiptState = 1
	StateDelivered     ReceiptState = 2
	StateExpired       ReceiptState = 3
	StateDeleted       ReceiptState = 4
	StateUndeliverable ReceiptState = 5
	StateAccepted      ReceiptState = 6
	StateUnknown       ReceiptState = 7
	StateRejected      ReceiptState = 8
)

// Values of message_state that SMPP 5.0 §4.7.15 adds.
const (
	tlvScheduled = 0
	tlvSkipped   = 9
)

var receiptStateNames = []string{
	"none", "enroute", "delivered", "expired", "deleted", "undeliverable", "accepted", "unknown", "rejected",
}

// String returns the word used everywhere for the state of a part.
func (s ReceiptState) String() string { return nameOf(receiptStateNames, int(s)) }

// Final reports whether the SMSC is done with the message. Accepted is not final: it says that somebody else has the
// message now. Unknown is not: a later receipt can know better.
func (s ReceiptState) Final() bool {
	switch s {
	case StateDelivered, StateExpired, StateDeleted, StateUndeliverable, StateRejected:
		return true
	default:
		return false
	}
}

// state decides between the parameter and the text. The parameter wins, unless it says that it does not know.
func (d *Deliver) state(word string, override map[string]ReceiptState) ReceiptState {
	word = strings.ToUpper(word)
	if s, ok := override[word]; ok && word != "" {
		return s
	}
	if d.HasState {
		switch s := ReceiptState(d.State); {
		case d.State == tlvScheduled:
			return StateEnroute
		case d.State == tlvSkipped:
			return StateUndeliverable
		case s <= StateRejected && s != StateUnknown:
			return s
		}
	}
	return stateOfWord(word)
}

// stateOfWord knows the abbreviations of SMPP 3.4 appendix B, the whole words, and what vendors write instead.
func stateOfWord(word string) ReceiptState {
	switch word {
	case "DELIVRD", "DELIVERED":
		return StateDelivered
	case "EXPIRED":
		return StateExpired
	case "DELETED":
		return StateDeleted
	case "UNDELIV", "UNDELIVERABLE", "UNDELIVERED", "FAILED", "SKIPPED":
		return StateUndeliverable
	case "ACCEPTD", "ACCEPTED":
		return StateAccepted
	case "ENROUTE", "ACKED", "BUFFRED", "BUFFERD", "BUFFERED", "SCHEDULED":
		return StateEnroute
	case "REJECTD", "REJECTED":
		return StateRejected
	}
	return StateUnknown
}
