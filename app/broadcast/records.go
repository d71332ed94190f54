package broadcast

import (
	"slices"

	"github.com/fxamacker/cbor/v2"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/store"
)

const recordVersion = 1

func key(b id.Broadcast) []byte { return store.Broadcast.Key(id.Bytes(b)) }

func stateKey(s State, b id.Broadcast) []byte {
	return store.BroadcastByState.Key([]byte{byte(slices.Index(states, s))}, id.Bytes(b))
}

// put writes the record, its place in the index of states, and a change for those who follow broadcasts.
func put(tx *store.Tx, before State, b Broadcast) error {
	body, err := cbor.Marshal(b)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "internal", "A broadcast cannot be encoded.")
	}
	tx.Set(key(b.ID), store.WithVersion(recordVersion, body))
	if before != b.State {
		if before != "" {
			tx.Delete(stateKey(before, b.ID))
		}
		tx.Set(stateKey(b.State, b.ID), nil)
	}
	tx.Change(store.TopicBroadcast, id.Bytes(b.ID))
	return nil
}

// Read returns a broadcast. Returns NotFound (code broadcast_not_found).
func Read(tx *store.Tx, which id.Broadcast) (Broadcast, error) {
	value, ok, err := tx.Get(key(which))
	if err != nil {
		return Broadcast{}, err
	}
	if !ok {
		return Broadcast{}, fault.New(fault.NotFound, "broadcast_not_found", "There is no such broadcast.")
	}
	return decode(value)
}

func decode(value []byte) (Broadcast, error) {
	_, rest, err := store.CheckVersion(value, recordVersion)
	if err != nil {
		return Broadcast{}, err
	}
	var b Broadcast
	if err := cbor.Unmarshal(rest, &b); err != nil {
		return Broadcast{}, fault.Wrap(err, fault.Internal, "damaged_record", "A broadcast in the ledger is damaged.")
	}
	return b, nil
}

// Sends reports whether parts of the broadcast may go out: it is expanding or sending. It reads an index only, so that
// every claim can ask: what is stopped in an entry of the ledger is not claimed in a later one.
func Sends(tx *store.Tx, which id.Broadcast) (bool, error) {
	for _, s := range []State{Sending, Expanding} {
		if _, ok, err := tx.Get(stateKey(s, which)); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}
