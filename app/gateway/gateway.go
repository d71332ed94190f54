package gateway

import (
	"context"
	"time"

	"noroshi/app/phone"
	"noroshi/app/smstext"
)

// Part is one submit_sm: one part of one copy of a message, addressed and encoded.
type Part struct {
	To   phone.Number
	Wire smstext.Part
	// Template is the operator's id of the approved text, for routes whose tlvs say {{template_id}}; else empty.
	Template string
}

// Slice is a run of parts that are claimed in the ledger and may go out now. All parts of one message stand next to
// each other, and go over the same session in order.
type Slice struct {
	Parts []Part
	// Done is told the outcome of part i, exactly once for each part. It is called from the goroutine that reads the
	// session, or the one that called Submit: it must be quick and must not block on the route.
	Done func(i int, o Outcome)
}

// Sender submits on one route.
type Sender interface {
	// Submit hands over a slice. It returns when each part has been written to a session or given up on, so the window
	// and the rate of the route hold the caller back; outcomes may come later. When ctx ends, what was not written is
	// reported NotSent. It may be called from several goroutines.
	Submit(ctx context.Context, s Slice)
	// Pace says how fast the route takes parts now; the caller claims no further ahead than it can use.
	Pace() Pace
	// Health returns the state of the route for people to read.
	Health() Health
}

// Pace is how fast a route takes parts now.
type Pace struct {
	Ready     bool    // at least one session can submit now
	PerSecond float64 // measured or limited parts per second; 0 means no limit is known
	Window    int     // parts that may be unanswered, over all sessions that are bound
	InFlight  int     // parts that are unanswered now
	Sessions  int     // sessions that can submit now
}

// Class says what an outcome means for the part (and for the route, which the gateway looks after by itself).
type Class uint8

// The closed set of classes. Do not reorder; outcomes are stored with these numbers.
const (
	Accepted           Class = iota // command_status 0: the SMSC took it
	Throttled                       // too fast or queue full: not an attempt, offer again
	Retry                           // temporary: try again after a pause, counted
	RecipientPermanent              // this number will never work
	MessagePermanent                // this text will never work on this route
	RouteConfig                     // the account or the route is wrongly set
	BindFatal                       // the account was refused for good
	BindRetry                       // the session was refused for now
	Protocol                        // the peers do not understand each other
	Uncertain                       // written, and nobody knows whether it was taken
	NotSent                         // never written: it is as if it had not been handed over
)

// String returns the class in snake_case, as in status_override.
func (c Class) String() string {
	names := [...]string{
		"ok", "throttle", "retry", "recipient_permanent", "message_permanent", "route_config", "bind_fatal",
		"bind_retry", "protocol", "uncertain", "not_sent",
	}
	if int(c) < len(names) {
		return names[c]
	}
	return "unknown"
}

// Outcome is what became of one part.
type Outcome struct {
	Class     Class
	Status    uint32 // command_status; 0 for Accepted, Uncertain and NotSent
	MessageID string // message_id of submit_sm_resp, at most 64 octets; empty unless Accepted
	At        time.Time
}

// ReceiptState is the state a receipt reports, numbered as the TLV message_state (SMPP 3.4 §5.2.28).
type ReceiptState uint8

// The states of SMPP 3.4.
const (
	Enroute       ReceiptState = 1
	Delivered     ReceiptState = 2
	Expired       ReceiptState = 3
	Deleted       ReceiptState = 4
	Undeliverable ReceiptState = 5
	AcceptedState ReceiptState = 6
	UnknownState  ReceiptState = 7
	Rejected      ReceiptState = 8
)

// Receipt is what the operator reports about a part (SMPP 3.4 appendix B).
type Receipt struct {
	Route      string
	IDs        []string // candidate ids in order of trust: receipted_message_id first, then the text's id
	From       string   // digits of the receipt's source_addr: the recipient's number, if the operator keeps to it
	To         string   // digits of the receipt's destination_addr
	State      ReceiptState
	Final      bool      // false for intermediate notifications and states that are not final
	Err        string    // the operator's err field or network_error_code, at most 16 characters
	Sub, Dlvrd int       // parts the text speaks of; 0 when absent
	Done       time.Time // the operator's time, for display only; zero when absent
	Received   time.Time
}

// Text is an incoming short message, or one part of one.
type Text struct {
	Route    string
	From     string // source_addr as digits with a plus when international, or as it came for letters and short codes
	FromTON  byte
	To       string // destination_addr, digits without plus
	Octets   []byte // user data without its header, as it came
	DCS      byte   // data_coding
	Ref      uint16 // concatenation reference; Total is 0 when the text is whole
	Total    uint8
	Seq      uint8 // 1-based part number
	SMSCID   string
	Sequence uint32 // sequence_number of the deliver_sm, to tell a repeated PDU after a reconnect
	Received time.Time
}

// MaxStrange is how many octets of a strange PDU are kept; texts and receipts are shorter.
const MaxStrange = 1024

// Strange is a PDU that could not be read, or that no peer should send. Its octets may hold a number and a text: they
// belong in the ledger, under retention, and nowhere else.
type Strange struct {
	Route    string
	Peer     string // host:port
	Command  uint32 // command_id; 0 when not even that could be read
	Sequence uint32
	Length   int    // octets that came
	Why      string // what is wrong, in plain English, without anything of the content
	Octets   []byte // the first MaxStrange of them
	Received time.Time
}

// Sink takes in what comes back. Each call returns after what it was given is durable, and only then the gateway
// answers the peer; after an error the peer is told to try again later.
type Sink interface {
	Receipts(ctx context.Context, rs []Receipt) error
	Text(ctx context.Context, t Text) error
	Strange(ctx context.Context, s Strange) error
}
