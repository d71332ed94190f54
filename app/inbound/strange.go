package inbound

import (
	"context"
	"encoding/binary"
	"math"
	"slices"
	"time"

	"github.com/fxamacker/cbor/v2"

	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/store"
)

// How many strange PDUs are kept, and for how long. They may hold numbers and texts.
const (
	StrangePerRoute = 100
	StrangeKept     = 30 * 24 * time.Hour
	strangeVersion  = 1
)

// Strange keeps a PDU that nobody could read. Of each route the newest StrangePerRoute stay, for StrangeKept.
func (s *Sink) Strange(ctx context.Context, x gateway.Strange) error {
	x.Octets = x.Octets[:min(len(x.Octets), gateway.MaxStrange)]
	body, err := cbor.Marshal(x)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "internal", "A strange PDU cannot be encoded.")
	}
	prefix := strangePrefix(x.Route)
	key := binary.BigEndian.AppendUint64(slices.Clone(prefix), uint64(math.MaxInt64-x.Received.UnixNano()))
	key = binary.BigEndian.AppendUint64(key, math.MaxUint64-s.number.Add(1))
	_, err = s.o.Store.UpdateEssential(ctx, func(tx *store.Tx) error {
		tx.Set(key, store.WithVersion(strangeVersion, body))
		var surplus [][]byte
		kept := 0
		err := tx.Each(store.Scan{Prefix: prefix, KeysOnly: true}, func(key, _ []byte) (bool, error) {
			if kept++; kept > StrangePerRoute {
				surplus = append(surplus, slices.Clone(key))
			}
			return len(surplus) < StrangePerRoute, nil
		})
		for _, key := range surplus {
			tx.Delete(key)
		}
		return err
	})
	return err
}

// strangePrefix is where a route's strange PDUs are, the newest first.
func strangePrefix(route string) []byte { return store.StrangePDU.Key([]byte(route), []byte{0}) }

// Stranges returns up to limit strange PDUs of a route, the newest first.
func (s *Sink) Stranges(route string, limit int) ([]gateway.Strange, error) {
	var out []gateway.Strange
	err := s.o.Store.View(func(tx *store.Tx) error {
		return tx.Each(store.Scan{Prefix: strangePrefix(route)}, func(_, value []byte) (bool, error) {
			if len(out) >= limit {
				return false, nil
			}
			x, err := decodeStrange(value)
			out = append(out, x)
			return err == nil, err
		})
	})
	return out, err
}

func decodeStrange(value []byte) (x gateway.Strange, err error) {
	_, rest, err := store.CheckVersion(value, strangeVersion)
	if err != nil {
		return x, err
	}
	if err := cbor.Unmarshal(rest, &x); err != nil {
		return x, fault.Wrap(err, fault.Internal, "damaged_record", "A strange PDU in the ledger is damaged.")
	}
	return x, nil
}

// strangeOver reports whether a record's time is over. One that cannot be read is over too: nobody can use it.
func (s *Sink) strangeOver(value []byte) bool {
	x, err := decodeStrange(value)
	return err != nil || x.Received.Unix() < s.oldest.Load()
}

// forgetStrange removes strange PDUs whose time is over, some at a time.
func (s *Sink) forgetStrange(ctx context.Context, now time.Time) {
	s.oldest.Store(now.Add(-StrangeKept).Unix())
	if _, err := s.sweep.Step(ctx); err != nil && ctx.Err() == nil {
		s.o.Log.Error("strange pdus not removed", "error", err)
	}
}
