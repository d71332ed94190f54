package reply

import (
	"encoding/binary"
	"time"

	"github.com/fxamacker/cbor/v2"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/phone"
	"noroshi/app/question"
	"noroshi/app/store"
)

// Kind is where a reply is.
type Kind string

// The closed set of kinds.
const (
	Answered      Kind = "answered"       // read by the rules; counts
	Unread        Kind = "unread"         // waits in the tray
	UnknownSender Kind = "unknown_sender" // from a number nobody has
	Assigned      Kind = "assigned"       // a person counted it as an answer
	SetAside      Kind = "set_aside"      // a person put it aside
	Late          Kind = "late"           // for a question that was closed; kept with it
	Ignored       Kind = "ignored"        // no reply of a person
	OptedOut      Kind = "opted_out"
	OptedIn       Kind = "opted_in"
)

// Candidate is somebody a reply may be from, and a broadcast it may be for.
type Candidate struct {
	Broadcast id.Broadcast `cbor:"1,keyasint"`
	Person    uint32       `cbor:"2,keyasint"`
	Inferred  bool         `cbor:"3,keyasint,omitempty"` // found by the directory: another phone of the person
}

// Reply is a text that came in.
type Reply struct {
	ID         id.Reply     `cbor:"1,keyasint"`
	Kind       Kind         `cbor:"2,keyasint"`
	At         time.Time    `cbor:"3,keyasint"`
	Route      string       `cbor:"4,keyasint"`
	From       phone.Number `cbor:"5,keyasint"` // 0 when it is no phone number
	FromRaw    string       `cbor:"6,keyasint"`
	To         string       `cbor:"7,keyasint"`
	Text       string       `cbor:"8,keyasint"`
	Result     string       `cbor:"9,keyasint"`
	Reason     string       `cbor:"10,keyasint"` // stable code of why no rule read it, or of how it was inferred
	Comment    string       `cbor:"11,keyasint"`
	Cry        bool         `cbor:"12,keyasint"` // may be a call for help
	Missing    int          `cbor:"13,keyasint"` // parts of a long text that never came
	Candidates []Candidate  `cbor:"14,keyasint"`
	Decision   *Decision    `cbor:"15,keyasint,omitempty"`
	SMSCID     string       `cbor:"16,keyasint,omitempty"`
	Maybe      []Suggestion `cbor:"17,keyasint,omitempty"` // of a text in the tray: what it would most likely mean
}

// Suggestion is a reading of a text that nobody should rely on.
type Suggestion struct {
	Broadcast id.Broadcast `cbor:"1,keyasint"`
	Code      string       `cbor:"2,keyasint"`
}

// Decision is what a person made of a reply in the tray.
type Decision struct {
	By        string       `cbor:"1,keyasint"`
	At        time.Time    `cbor:"2,keyasint"`
	Broadcast id.Broadcast `cbor:"3,keyasint"`
	Person    uint32       `cbor:"4,keyasint"`
	Codes     []string     `cbor:"5,keyasint"`
	// What counted before, so that the decision can be taken back.
	Before question.Given `cbor:"6,keyasint"`
	// BeforeAt is when that was given, in Unix milliseconds; 0 when nothing counted.
	BeforeAt int64 `cbor:"7,keyasint,omitempty"`
	Was      Kind  `cbor:"8,keyasint,omitempty"` // where the reply was; empty for Unread
}

const recordVersion = 1

// encoding writes times with their fractions. Records of earlier releases have whole seconds; both read the same way.
func encoding() (cbor.EncMode, error) { return cbor.EncOptions{Time: cbor.TimeUnixMicro}.EncMode() }

func encode(r Reply) ([]byte, error) {
	mode, err := encoding()
	if err != nil {
		return nil, err
	}
	body, err := mode.Marshal(r)
	return store.WithVersion(recordVersion, body), err
}

func decode(value []byte) (Reply, error) {
	_, rest, err := store.CheckVersion(value, recordVersion)
	if err != nil {
		return Reply{}, err
	}
	var r Reply
	if err := cbor.Unmarshal(rest, &r); err != nil {
		return Reply{}, fault.Wrap(err, fault.Internal, "damaged_record", "A reply in the ledger is damaged.")
	}
	r.At = r.At.Round(time.Microsecond) // the fraction was a floating-point number
	if r.Decision != nil {
		r.Decision.At = r.Decision.At.Round(time.Microsecond)
	}
	return r, nil
}

func recordKey(r id.Reply) []byte { return store.ReplyRecord.Key(id.Bytes(r)) }

// The index of the tray: possible calls for help before others, each oldest first; decided and late ones apart.
const (
	trayCry     = 0
	trayOther   = 1
	trayDecided = 2
	trayLate    = 3
)

func trayKey(r Reply) []byte {
	class := byte(trayOther)
	switch {
	case r.Kind == Assigned || r.Kind == SetAside:
		class = trayDecided
	case r.Kind == Late:
		class = trayLate
	case r.Cry:
		class = trayCry
	}
	return store.UnreadReply.Key([]byte{class}, id.Bytes(r.ID))
}

func unknownKey(r id.Reply) []byte { return store.UnknownSender.Key(id.Bytes(r)) }

func personKey(b id.Broadcast, person uint32, r id.Reply) []byte {
	return store.ReplyByPerson.Key(id.Bytes(b), binary.BigEndian.AppendUint32(nil, person), id.Bytes(r))
}

// put writes a reply and its places in the indexes, taking away those of before.
func put(tx *store.Tx, before *Reply, r Reply) error {
	value, err := encode(r)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "internal", "A reply cannot be encoded.")
	}
	tx.Set(recordKey(r.ID), value)
	switch {
	case before == nil:
	case before.inTray() || before.Kind == Late:
		tx.Delete(trayKey(*before))
	case before.Kind == UnknownSender:
		tx.Delete(unknownKey(before.ID))
	}
	switch {
	case r.inTray() || r.Kind == Late:
		tx.Set(trayKey(r), []byte{1})
	case r.Kind == UnknownSender:
		tx.Set(unknownKey(r.ID), []byte{1})
	}
	return nil
}

func (r Reply) inTray() bool { return r.Kind == Unread || r.Kind == Assigned || r.Kind == SetAside }

// Read returns a reply. Returns NotFound (code reply_not_found).
func Read(tx *store.Tx, which id.Reply) (Reply, error) {
	value, ok, err := tx.Get(recordKey(which))
	if err != nil {
		return Reply{}, err
	}
	if !ok {
		return Reply{}, fault.New(fault.NotFound, "reply_not_found", "There is no such reply.")
	}
	return decode(value)
}

// TrayDelta is a change of the tray, as the feed carries it (topic Unread).
type TrayDelta struct {
	Broadcasts []id.Broadcast // the reply may belong to these
	Added      bool           // false: it has left the tray
	Cry        bool
}

const trayDeltaVersion = 1

func (d TrayDelta) encode() []byte {
	b := []byte{trayDeltaVersion, 0, 0}
	if d.Added {
		b[1] = 1
	}
	if d.Cry {
		b[2] = 1
	}
	for _, broadcast := range d.Broadcasts {
		b = id.Append(b, broadcast)
	}
	return b
}

// DecodeTrayDelta reads a change of topic Unread.
func DecodeTrayDelta(b []byte) (TrayDelta, error) {
	if len(b) < 3 || b[0] != trayDeltaVersion || (len(b)-3)%8 != 0 {
		return TrayDelta{}, fault.New(fault.Internal, "damaged_record", "A change of the feed is damaged.")
	}
	d := TrayDelta{Added: b[1] == 1, Cry: b[2] == 1}
	for b = b[3:]; len(b) > 0; b = b[8:] {
		broadcast, _ := id.FromBytes[id.Broadcast](b)
		d.Broadcasts = append(d.Broadcasts, broadcast)
	}
	return d, nil
}

func tell(tx *store.Tx, r Reply, added bool) {
	d := TrayDelta{Added: added, Cry: r.Cry}
	for _, c := range r.Candidates {
		if len(d.Broadcasts) == 0 || d.Broadcasts[len(d.Broadcasts)-1] != c.Broadcast {
			d.Broadcasts = append(d.Broadcasts, c.Broadcast)
		}
	}
	tx.Change(store.TopicUnread, d.encode())
}
