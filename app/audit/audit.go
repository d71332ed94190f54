package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"time"

	"github.com/fxamacker/cbor/v2"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/store"
)

// Actor is who acts. The zero Actor is the appliance itself.
type Actor struct {
	Account id.Account
	Name    string // as shown; personal, so it goes into the side record
	From    string // address the request came from; personal, likewise
}

// Line is what is written.
type Line struct {
	Actor  Actor
	Action string // stable, object.verb in the past tense: broadcast.launched
	Object string // object/id
	Label  string // name of the object at that time
	Before any    // values before, encoded as JSON; nil when there were none
	After  any
}

// Entry is a line as it is read back.
type Entry struct {
	Number uint64
	At     time.Time
	Actor  Actor
	Action string
	Object string
	Label  string
	Before json.RawMessage // nil when none, or erased
	After  json.RawMessage
	Erased bool
	Hash   string // of this line, in hexadecimal
}

// chained is the half that the hash covers.
type chained struct {
	Number  uint64 `cbor:"1,keyasint"`
	At      int64  `cbor:"2,keyasint"` // Unix milliseconds
	Account uint64 `cbor:"3,keyasint"`
	Action  string `cbor:"4,keyasint"`
	Object  string `cbor:"5,keyasint"`
	Commit  []byte `cbor:"6,keyasint"` // SHA-256 of salt and values
	Prev    []byte `cbor:"7,keyasint"` // hash of the line before; 32 zero octets at the first
}

// values is the half that can be erased.
type values struct {
	Salt   []byte `cbor:"1,keyasint"`
	Name   string `cbor:"2,keyasint"`
	From   string `cbor:"3,keyasint"`
	Label  string `cbor:"4,keyasint"`
	Before []byte `cbor:"5,keyasint"`
	After  []byte `cbor:"6,keyasint"`
}

type head struct {
	Number uint64 `cbor:"1,keyasint"`
	Hash   []byte `cbor:"2,keyasint"`
}

const recordVersion = 1

// Log writes and reads lines.
type Log struct {
	now    func() time.Time
	random io.Reader
}

// New returns a log over a clock and a source of random for salts.
func New(now func() time.Time, random io.Reader) *Log { return &Log{now: now, random: random} }

func headKey() []byte { return store.Counter.Key([]byte("audit")) }

func lineKey(n uint64) []byte { return store.Audit.Key(binary.BigEndian.AppendUint64(nil, n)) }

func sideKey(n uint64) []byte { return store.AuditSide.Key(binary.BigEndian.AppendUint64(nil, n)) }

// Write appends a line in the caller's transaction: the deed and its line are durable together or not at all.
func (l *Log) Write(tx *store.Tx, line Line) error {
	var h head
	if err := get(tx, headKey(), &h); err != nil {
		return err
	}
	if h.Hash == nil {
		h.Hash = make([]byte, sha256.Size)
	}
	v := values{Salt: make([]byte, 16), Name: line.Actor.Name, From: line.Actor.From, Label: line.Label}
	if _, err := io.ReadFull(l.random, v.Salt); err != nil {
		return fault.Wrap(err, fault.Internal, "internal", "No random for the audit log.")
	}
	var err error
	if v.Before, err = encode(line.Before); err != nil {
		return err
	}
	if v.After, err = encode(line.After); err != nil {
		return err
	}
	side, err := canonical.Marshal(v)
	if err != nil {
		return errEncode(err)
	}
	commit := sha256.Sum256(side)
	body, err := canonical.Marshal(chained{
		Number: h.Number + 1, At: l.now().UnixMilli(), Account: uint64(line.Actor.Account), Action: line.Action,
		Object: line.Object, Commit: commit[:], Prev: h.Hash,
	})
	if err != nil {
		return errEncode(err)
	}
	hash := sha256.Sum256(body)
	next, err := canonical.Marshal(head{Number: h.Number + 1, Hash: hash[:]})
	if err != nil {
		return errEncode(err)
	}
	tx.Set(lineKey(h.Number+1), store.WithVersion(recordVersion, body))
	tx.Set(sideKey(h.Number+1), store.WithVersion(recordVersion, side))
	tx.Set(headKey(), store.WithVersion(recordVersion, next))
	return nil
}

// canonical encodes the same value to the same octets always (RFC 8949 §4.2.1), so that a hash can be checked later.
var canonical = mustMode()

func mustMode() cbor.EncMode {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic("impossible: the deterministic options of RFC 8949 are refused: " + err.Error())
	}
	return mode
}

func errEncode(err error) error {
	return fault.Wrap(err, fault.Internal, "internal", "An audit line cannot be encoded.")
}

func encode(v any) ([]byte, error) {
	if v == nil {
		return nil, nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, errEncode(err)
	}
	return b, nil
}

func get(tx *store.Tx, key []byte, into any) error {
	value, ok, err := tx.Get(key)
	if err != nil || !ok {
		return err
	}
	_, rest, err := store.CheckVersion(value, recordVersion)
	if err != nil {
		return err
	}
	if err := cbor.Unmarshal(rest, into); err != nil {
		return fault.Wrap(err, fault.Internal, "damaged_record", "A record of the audit log is damaged.")
	}
	return nil
}

// List returns up to limit lines with numbers below before (0 means from the newest), newest first, of one object when
// object is not empty.
func (l *Log) List(tx *store.Tx, object string, before uint64, limit int) ([]Entry, error) {
	var entries []Entry
	scan := store.Scan{Prefix: store.Audit.Key(), Reverse: true}
	if before > 1 {
		scan.From = lineKey(before - 1)
	} else if before == 1 {
		return nil, nil
	}
	err := tx.Each(scan, func(_, value []byte) (bool, error) {
		e, c, err := read(value)
		if err != nil {
			return false, err
		}
		if object != "" && e.Object != object {
			return true, nil
		}
		var v values
		if err := get(tx, sideKey(c.Number), &v); err != nil {
			return false, err
		}
		e.Erased = v.Salt == nil
		e.Actor.Name, e.Actor.From, e.Label = v.Name, v.From, v.Label
		e.Before, e.After = v.Before, v.After
		entries = append(entries, e)
		return len(entries) < limit, nil
	})
	return entries, err
}

func read(value []byte) (Entry, chained, error) {
	_, rest, err := store.CheckVersion(value, recordVersion)
	if err != nil {
		return Entry{}, chained{}, err
	}
	var c chained
	if err := cbor.Unmarshal(rest, &c); err != nil {
		return Entry{}, c, fault.Wrap(err, fault.Internal, "damaged_record", "A line of the audit log is damaged.")
	}
	hash := sha256.Sum256(rest)
	return Entry{
		Number: c.Number, At: time.UnixMilli(c.At), Actor: Actor{Account: id.Account(c.Account)}, Action: c.Action,
		Object: c.Object, Hash: hex.EncodeToString(hash[:]),
	}, c, nil
}

// Verify walks the whole chain and checks each link, and each side record that still exists against its commitment.
// Returns Internal (code audit_chain_broken, with the number of the first bad line).
func (l *Log) Verify(tx *store.Tx) (lines uint64, err error) {
	prev := make([]byte, sha256.Size)
	err = tx.Each(store.Scan{Prefix: store.Audit.Key()}, func(_, value []byte) (bool, error) {
		_, c, err := read(value)
		if err != nil {
			return false, err
		}
		if c.Number != lines+1 || string(c.Prev) != string(prev) {
			return false, errBroken(lines + 1)
		}
		side, ok, err := tx.Get(sideKey(c.Number))
		if err != nil {
			return false, err
		}
		if commit := sha256.Sum256(side[min(1, len(side)):]); ok && string(commit[:]) != string(c.Commit) {
			return false, errBroken(c.Number)
		}
		hash := sha256.Sum256(value[1:])
		prev, lines = hash[:], c.Number
		return true, nil
	})
	if err != nil {
		return lines, err
	}
	var h head
	if err := get(tx, headKey(), &h); err != nil {
		return lines, err
	}
	if h.Number != lines || (lines > 0 && string(h.Hash) != string(prev)) {
		return lines, errBroken(lines + 1)
	}
	return lines, nil
}

func errBroken(n uint64) error {
	return fault.New(fault.Internal, "audit_chain_broken", "The audit log was altered or is damaged.", "line", n)
}
