package broadcast

import (
	"slices"
	"time"

	"noroshi/app/audit"
	"noroshi/app/fault"
	"noroshi/app/id"
)

// State is a state in the life of a broadcast.
type State string

// The closed set of states.
const (
	Draft            State = "draft"
	AwaitingApproval State = "awaiting_approval"
	Scheduled        State = "scheduled"
	Expanding        State = "expanding"
	Sending          State = "sending"
	Open             State = "open"
	Closed           State = "closed"
	Stopped          State = "stopped"
)

// states numbers the states for keys; append only.
var states = []State{Draft, AwaitingApproval, Scheduled, Expanding, Sending, Open, Closed, Stopped}

// transitions is the whole table: what may follow what.
var transitions = map[State][]State{
	Draft:            {AwaitingApproval, Scheduled, Expanding},
	AwaitingApproval: {Draft, Scheduled, Expanding, Stopped},
	Scheduled:        {Expanding, Stopped},
	Expanding:        {Sending, Stopped},
	Sending:          {Open, Stopped, Closed},
	Open:             {Closed},
	Stopped:          {Closed},
	Closed:           nil,
}

// May reports whether a broadcast may go from one state to another.
func May(from, to State) bool { return slices.Contains(transitions[from], to) }

// Running reports whether something is still sent or answers still count.
func (s State) Running() bool { return s == Expanding || s == Sending || s == Open }

// Launched reports whether the broadcast has left the desk.
func (s State) Launched() bool {
	return s == Expanding || s == Sending || s == Open || s == Closed || s == Stopped
}

// Who is an account as a broadcast remembers it.
type Who struct {
	Account id.Account `cbor:"1,keyasint"`
	Name    string     `cbor:"2,keyasint"`
}

// Broadcast is one message to an audience.
type Broadcast struct {
	ID           id.Broadcast `cbor:"1,keyasint"`
	Version      uint64       `cbor:"2,keyasint"` // grows with each change
	State        State        `cbor:"3,keyasint"`
	Content      Content      `cbor:"4,keyasint"`
	Created      time.Time    `cbor:"5,keyasint"`
	CreatedBy    Who          `cbor:"6,keyasint"`
	Launched     time.Time    `cbor:"7,keyasint,omitempty"`
	LaunchedBy   Who          `cbor:"8,keyasint,omitempty"`
	Sent         time.Time    `cbor:"9,keyasint,omitempty"` // the last part had been handed over or given up
	Stopped      time.Time    `cbor:"10,keyasint,omitempty"`
	StopReason   string       `cbor:"11,keyasint,omitempty"`
	Closed       time.Time    `cbor:"12,keyasint,omitempty"`
	ReplyNumbers []string     `cbor:"13,keyasint,omitempty"` // digits without plus
	Reviewed     time.Time    `cbor:"14,keyasint,omitempty"` // until when the codes on the choices are reserved
	Serial       uint64       `cbor:"15,keyasint,omitempty"` // counts launches; makes concatenation references
	Chosen       []bool       `cbor:"16,keyasint,omitempty"` // by choice: its code is the allocator's, not the admin's
	Cooling      []Cooling    `cbor:"17,keyasint,omitempty"` // typed codes of the last review that late answers may use
}

// Cooling is a code that an admin typed although a broadcast which has closed lately used it: a late answer to that one
// will be taken for an answer to this.
type Cooling struct {
	Code      string       `cbor:"1,keyasint"`
	Broadcast id.Broadcast `cbor:"2,keyasint"`
	Title     string       `cbor:"3,keyasint"`
	People    int          `cbor:"4,keyasint"` // who got both
	Until     time.Time    `cbor:"5,keyasint"`
}

func errState(b Broadcast, code, msg string) error {
	return fault.New(fault.Conflict, code, msg, "state", b.State)
}

// Edit returns the draft with another content. Returns Conflict (not_draft) when it has left the desk, and Invalid.
func (b Broadcast) Edit(c Content) (Broadcast, error) {
	if b.State != Draft {
		return b, errState(b, "not_draft", "This broadcast has been launched and cannot be changed.")
	}
	if b.Content.Mode == Drill && c.Mode == Live {
		return b, fault.New(fault.Conflict, "drill_stays_drill", "A drill cannot be turned into a live broadcast.")
	}
	if err := c.Check(); err != nil {
		return b, err
	}
	chosen := make([]bool, len(c.Choices))
	codes, before := c.TypedCodes(), b.Content.TypedCodes()
	for i := range chosen {
		chosen[i] = b.chose(i) && codes[i] == before[i] // sent back as it was shown
	}
	b.Content, b.Chosen, b.Reviewed, b.Cooling = c, chosen, time.Time{}, nil
	b.Version++
	return b, nil
}

// chose reports whether the code of a choice is the allocator's.
func (b Broadcast) chose(choice int) bool { return choice < len(b.Chosen) && b.Chosen[choice] }

// typed returns the codes to ask the allocator for: with free those of the admin only, else also those it chose before.
func (b Broadcast) typed(free bool) []string {
	codes := b.Content.TypedCodes()
	for i := range codes {
		if free && b.chose(i) {
			codes[i] = ""
		}
	}
	return codes
}

// Review returns the draft with its codes reserved until a time.
func (b Broadcast) Review(codes, replyNumbers []string, until time.Time) (Broadcast, error) {
	if b.State != Draft {
		return b, errState(b, "not_draft", "This broadcast has been launched already.")
	}
	chosen := make([]bool, len(b.Content.Choices))
	for i, code := range b.Content.TypedCodes() {
		chosen[i] = code == "" || b.chose(i)
	}
	b.Content, b.Chosen = b.Content.WithCodes(codes), chosen
	b.ReplyNumbers, b.Reviewed = replyNumbers, until
	b.Version++
	return b, nil
}

// Launch returns the broadcast on its way. Returns Conflict: already_launched, or codes_changed when the codes are not
// those that were reviewed.
func (b Broadcast) Launch(by audit.Actor, codes []string, serial uint64, now time.Time) (Broadcast, error) {
	if !May(b.State, Expanding) {
		return b, errState(b, "already_launched", "This broadcast has been launched already.")
	}
	if !slices.Equal(codes, b.Content.TypedCodes()) || slices.Contains(codes, "") {
		return b, fault.New(fault.Conflict, "codes_changed", "The codes have changed since they were reviewed.")
	}
	b.State, b.Launched, b.Serial = Expanding, now, serial
	b.LaunchedBy = Who{Account: by.Account, Name: by.Name}
	b.Version++
	return b, nil
}

// Advance returns the broadcast after its copies are written (Sending) or all parts are handed over (Open). It may be
// repeated; a broadcast that was stopped stays so.
func (b Broadcast) Advance(to State, now time.Time) (Broadcast, bool) {
	if to != Sending && to != Open || !May(b.State, to) {
		return b, false
	}
	b.State = to
	if to == Open {
		b.Sent = now
	}
	b.Version++
	return b, true
}

// Stop returns the broadcast with nothing more to be sent. Returns Conflict (not_sending) when nothing is.
func (b Broadcast) Stop(reason string, now time.Time) (Broadcast, error) {
	if !May(b.State, Stopped) {
		return b, errState(b, "not_sending", "Nothing of this broadcast is waiting to be sent.")
	}
	b.State, b.Stopped, b.StopReason = Stopped, now, reason
	b.Version++
	return b, nil
}

// Close returns the broadcast with no further answers counted. Returns Conflict (not_open) when it takes none.
func (b Broadcast) Close(now time.Time) (Broadcast, error) {
	if b.State == Sending || !May(b.State, Closed) {
		return b, errState(b, "not_open", "This broadcast takes no answers.")
	}
	b.State, b.Closed = Closed, now
	b.Version++
	return b, nil
}
