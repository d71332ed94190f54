package autoreply

import (
	"encoding/binary"
	"time"

	"github.com/fxamacker/cbor/v2"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/phone"
	"noroshi/app/store"
)

// State is where a note is; the words are those of the parts of a message.
type State string

// The closed set of states.
const (
	Queued        State = "queued"
	Submitting    State = "submitting"
	Accepted      State = "accepted"
	Delivered     State = "delivered"
	Undeliverable State = "undeliverable"
	Expired       State = "expired"
	Rejected      State = "rejected"
	Unknown       State = "unknown"
)

// Note is an automatic answer to one reply.
type Note struct {
	Reply id.Reply     `cbor:"1,keyasint"`
	Route string       `cbor:"2,keyasint"` // the reply came by it
	To    phone.Number `cbor:"3,keyasint"`
	Text  string       `cbor:"4,keyasint"`
	State State        `cbor:"5,keyasint"`
	At    int64        `cbor:"6,keyasint"`           // Unix milliseconds when it came to this state
	Born  int64        `cbor:"7,keyasint"`           // Unix milliseconds when it was planned
	Due   int64        `cbor:"8,keyasint,omitempty"` // Unix milliseconds before which it is not tried again
	Tries int          `cbor:"9,keyasint,omitempty"`
	IDs   []string     `cbor:"10,keyasint,omitempty"` // the operator's, of its parts
	Parts int          `cbor:"11,keyasint,omitempty"` // that the operator took
}

// Pause is the least time between two notes to a number; a note that has not gone out after it never will.
const Pause = 10 * time.Minute

// kept is how long a note is kept once it is over, for its receipt and for people to see.
const kept = 72 * time.Hour

const recordVersion = 1

// The classes by which notes are found; the note moves from one to the next.
const (
	classQueued = iota
	classClaimed
	classOver
)

func (n *Note) class() byte {
	switch n.State {
	case Queued:
		return classQueued
	case Submitting:
		return classClaimed
	case Accepted, Delivered, Undeliverable, Expired, Rejected, Unknown:
	}
	return classOver
}

func keyOf(class byte, r id.Reply) []byte { return store.AutoReply.Key([]byte{class}, id.Bytes(r)) }

// Plan has a note go out, unless the number got one within Pause. It reports whether it will.
func Plan(tx *store.Tx, now time.Time, n Note) (bool, error) {
	last := store.AutoReplyLast.Key(binary.BigEndian.AppendUint64(nil, uint64(n.To)))
	value, ok, err := tx.Get(last)
	if err != nil {
		return false, err
	}
	if ok && !quietOver(now, value) {
		return false, nil
	}
	tx.Set(last, binary.BigEndian.AppendUint64([]byte{recordVersion}, uint64(now.UnixMilli())))
	n.State, n.Born = Queued, now.UnixMilli()
	return true, put(tx, now, nil, n)
}

// quietOver reports whether Pause has passed since the moment a record of AutoReplyLast names.
func quietOver(now time.Time, value []byte) bool {
	if len(value) != 9 {
		return true
	}
	since := now.Sub(time.UnixMilli(int64(binary.BigEndian.Uint64(value[1:]))))
	return since >= Pause || since < 0
}

// Of returns the note that answers a reply; ok is false when there is none.
func Of(tx *store.Tx, r id.Reply) (n Note, ok bool, err error) {
	for class := byte(classQueued); class <= classOver; class++ {
		value, found, err := tx.Get(keyOf(class, r))
		if err != nil || found {
			if err == nil {
				n, err = decode(value)
			}
			return n, err == nil, err
		}
	}
	return Note{}, false, nil
}

// put writes a note, and takes it away from where it was before.
func put(tx *store.Tx, now time.Time, before *Note, n Note) error {
	n.At = now.UnixMilli()
	body, err := cbor.Marshal(n)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "internal", "An automatic answer cannot be encoded.")
	}
	if before != nil && before.class() != n.class() {
		tx.Delete(keyOf(before.class(), n.Reply))
	}
	tx.Set(keyOf(n.class(), n.Reply), store.WithVersion(recordVersion, body))
	return nil
}

func decode(value []byte) (n Note, err error) {
	_, rest, err := store.CheckVersion(value, recordVersion)
	if err != nil {
		return n, err
	}
	if err := cbor.Unmarshal(rest, &n); err != nil {
		return n, fault.Wrap(err, fault.Internal, "damaged_record", "An automatic answer in the ledger is damaged.")
	}
	return n, nil
}

// inClass hands out the notes of a class, oldest first, until fn returns false.
func inClass(tx *store.Tx, class byte, fn func(n Note) bool) error {
	scan := store.Scan{Prefix: store.AutoReply.Key([]byte{class})}
	return tx.Each(scan, func(_, value []byte) (bool, error) {
		n, err := decode(value)
		return err == nil && fn(n), err
	})
}

// change decides about a note as it is now; decide returns false to leave it alone.
func change(tx *store.Tx, now time.Time, r id.Reply, decide func(n *Note) bool) (Note, bool, error) {
	n, ok, err := Of(tx, r)
	if err != nil || !ok {
		return n, false, err
	}
	before := n
	if !decide(&n) {
		return before, false, nil
	}
	return n, true, put(tx, now, &before, n)
}
