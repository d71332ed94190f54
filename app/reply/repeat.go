package reply

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"noroshi/app/store"
)

// A record of something that came in has the version, the time, the sequence number of its PDU, and the id of it.
const seenHead = 13

// repeated reports whether the same text came within two minutes with the same id or sequence number, and remembers it.
func (s *Service) repeated(tx *store.Tx, in Incoming, text string) (bool, error) {
	key := seenKey(in.Route, in.From, in.To, text)
	same, err := s.sameAsBefore(tx, key, in)
	if err == nil && !same {
		tx.Set(key, s.seenNow(in))
	}
	return same, err
}

// partSeen reports whether a part came before that has gone into a text already. The joining remembers that for a while
// as well, but not over a restart.
func (s *Service) partSeen(in Incoming) (same bool, err error) {
	err = s.o.Store.View(func(tx *store.Tx) error {
		same, err = s.sameAsBefore(tx, partSeenKey(in), in)
		return err
	})
	return same, err
}

func (s *Service) rememberPart(tx *store.Tx, in Incoming) { tx.Set(partSeenKey(in), s.seenNow(in)) }

func partSeenKey(in Incoming) []byte {
	c := in.Body.Concat
	place := binary.BigEndian.AppendUint16([]byte{c.Total, c.Seq}, c.Ref)
	return seenKey(in.Route, in.From, in.To, "part", string(place), string(in.Body.Octets))
}

func seenKey(fields ...string) []byte {
	h := sha256.New()
	for _, field := range fields {
		_, _ = h.Write(append([]byte(field), 0))
	}
	return store.InboundSeen.Key(h.Sum(nil)[:16])
}

func (s *Service) sameAsBefore(tx *store.Tx, key []byte, in Incoming) (bool, error) {
	value, ok, err := tx.Get(key)
	if err != nil || !ok || s.forgotten(value) {
		return false, err
	}
	sameID := in.SMSCID != "" && string(value[seenHead:]) == in.SMSCID
	return sameID || binary.BigEndian.Uint32(value[9:]) == in.Sequence, nil
}

func (s *Service) seenNow(in Incoming) []byte {
	seen := binary.BigEndian.AppendUint64([]byte{recordVersion}, uint64(s.o.Now().UnixMilli()))
	return append(binary.BigEndian.AppendUint32(seen, in.Sequence), in.SMSCID...)
}

// forgotten reports whether a record of something that came in is too old to make a repetition of anything.
func (s *Service) forgotten(value []byte) bool {
	if len(value) < seenHead {
		return true
	}
	return s.o.Now().Sub(time.UnixMilli(int64(binary.BigEndian.Uint64(value[1:])))) >= repeatWait
}

// Sweep does one bounded step of housekeeping: what came in is forgotten when it can no longer be repeated, and the
// questions let go of what is over. more is true when another step should follow soon.
func (s *Service) Sweep(ctx context.Context) (more bool, err error) {
	more, err = s.seen.Step(ctx)
	if err != nil {
		return false, err
	}
	again, err := s.o.Questions.Sweep(ctx)
	return more || again, err
}
