package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"time"

	"noroshi/app/fault"
	"noroshi/app/id"
)

const (
	requestVersion = 1
	maxRequest     = 512 // octets of a request id
	forgetChunk    = 500 // requests forgotten in one entry
)

// Seen returns what Remember stored under the request id; ok is false when there is nothing or it has expired.
func (tx *Tx) Seen(request string) (result []byte, ok bool, err error) {
	b, ok, err := tx.Get(prefixRequest.Key([]byte(request)))
	if err != nil || !ok {
		return nil, false, err
	}
	until, result, err := decodeRequest(b)
	if err != nil || !tx.s.now().Before(until) {
		return nil, false, err
	}
	return result, true, nil
}

// Remember stores the result of a request in the same entry as its effect, so that a repeat is recognised, until the
// moment given. Returns, by way of Update, Invalid (code bad_request_id) when the id is empty or over 512 octets.
func (tx *Tx) Remember(request string, result []byte, until time.Time) {
	if len(request) == 0 || len(request) > maxRequest {
		if tx.err == nil {
			tx.err = fault.New(fault.Invalid, "bad_request_id", "A request id must have 1 to 512 octets.")
		}
		return
	}
	key := prefixRequest.Key([]byte(request))
	old, ok, err := tx.Get(key)
	if err != nil && tx.err == nil {
		tx.err = err
	}
	tx.privately(func() {
		if before, _, err := decodeRequest(old); ok && err == nil {
			tx.Delete(expiryKey(before, request))
		}
		b := append(make([]byte, 0, 9+len(result)), requestVersion)
		b = binary.BigEndian.AppendUint64(b, uint64(until.UnixMilli()))
		tx.Set(key, append(b, result...))
		tx.Set(expiryKey(until, request), []byte{requestVersion})
	})
}

func expiryKey(until time.Time, request string) []byte {
	return prefixExpiry.Key(id.Bytes(uint64(until.UnixMilli())), []byte(request))
}

func decodeRequest(record []byte) (until time.Time, result []byte, err error) {
	_, b, err := CheckVersion(record, requestVersion)
	if err != nil {
		return until, nil, err
	}
	ms, ok := id.FromBytes[uint64](b)
	if !ok {
		return until, nil, errDamaged("a remembered request cannot be read", nil)
	}
	return time.UnixMilli(int64(ms)), b[8:], nil
}

// forgetRequests deletes expired requests, in chunks.
func (s *Store) forgetRequests(ctx context.Context) error {
	for more := true; more; {
		forget := func(tx *Tx) (err error) { more, err = s.forgetSome(tx); return err }
		if _, err := s.UpdateEssential(ctx, forget); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) forgetSome(tx *Tx) (more bool, err error) {
	now := uint64(s.now().UnixMilli())
	var keys [][]byte
	err = tx.Each(Scan{Prefix: prefixExpiry.Key(), KeysOnly: true}, func(key, _ []byte) (bool, error) {
		until, ok := id.FromBytes[uint64](key[1:])
		if !ok || until > now {
			return false, nil
		}
		more = len(keys) == forgetChunk
		if !more {
			keys = append(keys, bytes.Clone(key))
		}
		return !more, nil
	})
	tx.privately(func() {
		for _, key := range keys {
			tx.Delete(key)
			tx.Delete(prefixRequest.Key(key[9:]))
		}
	})
	return more, err
}
