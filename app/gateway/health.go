package gateway

import "time"

// State is the state of a route or of one session, for people and metrics.
type State string

// The closed set of states.
const (
	Connecting State = "connecting" // no session yet, trying
	Bound      State = "bound"      // can submit
	Throttling State = "throttling" // bound, slowed down by the operator
	Paused     State = "paused"     // bound, held back after repeated configuration errors
	Down       State = "down"       // connection lost or refused; trying again at RetryAt
	Refused    State = "refused"    // the account was refused for good; waits for a new configuration or RetryAt
	Stopped    State = "stopped"    // closed by us
)

// Serves reports whether parts can go out in this state; Throttling is slow, but does.
func (s State) Serves() bool { return s == Bound || s == Throttling }

// Health is the state of a route. It carries no personal data.
type Health struct {
	Route     string
	State     State
	Since     time.Time
	Reason    string    // stable code of why it is not simply bound: connect_failed, bind_refused, throttled, …
	Status    uint32    // command_status behind Reason; 0 when none
	Detail    string    // the operating system's or operator's own words; safe to show
	Topic     string    // what lies behind Reason more closely, such as host_unknown or status_0e; empty when nothing does
	RetryAt   time.Time // when the next try is due, or a pause ends; zero when none
	Sessions  []Session
	Rate      float64 // parts per second over the last 10 s
	Limit     float64 // contracted parts per second; 0 means none
	Cut       float64 // share of the limit in use after throttling, 0 to 1; 1 when not cut
	Window    int     // parts that may be unanswered
	InFlight  int     // parts that are unanswered
	Submitted uint64  // parts accepted since start
	Refusals  uint64  // parts refused since start
	Receipts  uint64  // receipts since start
	Texts     uint64  // incoming texts since start
	BadPDUs   uint64  // PDUs since start that could not be read or were not expected
	Lost      uint64  // parts since start that were not answered in time
	Strays    uint64  // responses since start to nothing: late, repeated or invented
	// RefusedTexts are texts that the operator has refused again and again: parts with them are refused without being
	// sent, for a quarter of an hour.
	RefusedTexts int
	LastStatus   uint32 // command_status of the last part that was refused, for StatusName; 0 when none was
	LastAt       time.Time
	ResponseMS   float64 // median of the last responses, in milliseconds
}

// Session is the state of one bind.
type Session struct {
	Peer     string // host:port
	Mode     string // trx, tx or rx
	State    State
	Since    time.Time
	InFlight int
	Topic    string    // why it is not bound; empty when it is
	RetryAt  time.Time // when it is tried again
}
