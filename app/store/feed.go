package store

import (
	"context"
	"encoding/binary"
	"sync"

	"noroshi/app/fault"
	"noroshi/app/id"
)

// Topic says what a change is about.
type Topic byte

// The topics. Numbers are forever.
const (
	TopicMessage   Topic = 1
	TopicAnswer    Topic = 2
	TopicBroadcast Topic = 3
	TopicUnread    Topic = 4
	TopicDirectory Topic = 5
	TopicSystem    Topic = 6
)

// Change is one line of the feed. Body is the encoding of the package that owns the topic.
type Change struct {
	Seq   id.Seq
	Topic Topic
	Body  []byte
}

const (
	changeVersion  = 1
	changeOverhead = 6 // topic and the longest length of a body
	// feedMargin is how many entries behind the slowest consumer the feed keeps, for those who only look: a console
	// stream that is a little late need not take a snapshot.
	feedMargin = 1024
	// feedKept is how many entries the feed keeps while no consumer is registered.
	feedKept = 1 << 16
	// trimChunk bounds the deletes of one trimming entry.
	trimChunk = 1000
)

func changeKey(seq id.Seq) []byte { return prefixChange.Key(id.Bytes(seq)) }

func encodeChanges(changes []Change) []byte {
	n := 1
	for _, c := range changes {
		n += changeOverhead + len(c.Body)
	}
	b := append(make([]byte, 0, n), changeVersion)
	for _, c := range changes {
		b = append(b, byte(c.Topic))
		b = binary.AppendUvarint(b, uint64(len(c.Body)))
		b = append(b, c.Body...)
	}
	return b
}

func decodeChanges(out []Change, seq id.Seq, record []byte) ([]Change, error) {
	_, b, err := CheckVersion(record, changeVersion)
	if err != nil {
		return nil, err
	}
	for len(b) > 0 {
		n, w := binary.Uvarint(b[1:])
		if w <= 0 || n > uint64(len(b)-1-w) {
			return nil, errDamaged("a record of the change feed cannot be read", nil)
		}
		body := make([]byte, n)
		copy(body, b[1+w:])
		out = append(out, Change{Seq: seq, Topic: Topic(b[0]), Body: body})
		b = b[1+w+int(n):]
	}
	return out, nil
}

// Changes returns the changes of the entries after the sequence, in order, at least limit of them if there are so many:
// entries are never split, so the last one may bring more. Returns Conflict, code feed_trimmed, when some of them are
// gone; the caller then takes a snapshot and goes on from its sequence.
func (s *Store) Changes(after id.Seq, limit int) (changes []Change, err error) {
	err = s.View(func(tx *Tx) error {
		start, err := readNumber(tx, metaFeedStart)
		if err != nil {
			return err
		}
		if after < id.Seq(start) {
			return fault.New(fault.Conflict, "feed_trimmed", "The changes asked for are no longer kept.",
				"after", after, "start", start)
		}
		return tx.Each(Scan{Prefix: prefixChange.Key(), From: changeKey(after + 1)},
			func(key, value []byte) (bool, error) {
				seq, ok := id.FromBytes[id.Seq](key[1:])
				if !ok {
					return false, errDamaged("a key of the change feed cannot be read", nil)
				}
				changes, err = decodeChanges(changes, seq, value)
				return len(changes) < limit, err
			})
	})
	return changes, err
}

// Wait returns once Head is above the sequence, with the context's error when that ends first, or with Unavailable,
// code store_closed, when the store is closed.
func (s *Store) Wait(ctx context.Context, after id.Seq) error {
	for {
		ring := s.bell.listen()
		if s.Head() > after {
			return nil
		}
		select {
		case <-ring:
		case <-ctx.Done():
			return ctx.Err()
		case <-s.closing:
			return errClosed
		}
	}
}

// bell wakes everybody who listens, once.
type bell struct {
	mu sync.Mutex
	ch chan struct{} // nil while nobody listens
}

func (b *bell) listen() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}

// Checkpoint records that the consumer has folded the feed up to the sequence, in the same entry as the fold. The first
// checkpoint of a consumer registers it: from then on the feed keeps what it has not folded.
func (tx *Tx) Checkpoint(consumer string, seq id.Seq) {
	tx.privately(func() { tx.Set(prefixCheckpoint.Key([]byte(consumer)), WithVersion(1, id.Bytes(seq))) })
}

// DropCheckpoint forgets the consumer, so that the feed no longer waits for it.
func (tx *Tx) DropCheckpoint(consumer string) {
	tx.privately(func() { tx.Delete(prefixCheckpoint.Key([]byte(consumer))) })
}

// CheckpointOf returns the consumer's checkpoint; 0 when it has none.
func (s *Store) CheckpointOf(consumer string) (seq id.Seq, err error) {
	err = s.View(func(tx *Tx) error {
		b, ok, err := tx.Get(prefixCheckpoint.Key([]byte(consumer)))
		if err != nil || !ok {
			return err
		}
		seq, err = decodeCheckpoint(b)
		return err
	})
	return seq, err
}

func decodeCheckpoint(record []byte) (id.Seq, error) {
	_, b, err := CheckVersion(record, 1)
	if err != nil {
		return 0, err
	}
	seq, ok := id.FromBytes[id.Seq](b)
	if !ok {
		return 0, errDamaged("a checkpoint of the change feed cannot be read", nil)
	}
	return seq, nil
}

// trimFeed deletes changes behind the slowest consumer, in chunks.
func (s *Store) trimFeed(ctx context.Context) error {
	for more := true; more; {
		trim := func(tx *Tx) (err error) { more, err = s.trimChunk(tx); return err }
		if _, err := s.UpdateEssential(ctx, trim); err != nil {
			return err
		}
	}
	return nil
}

// trimRange returns the last trimmed sequence and the one up to which the feed may be trimmed now.
func (s *Store) trimRange(tx *Tx) (start, limit id.Seq, err error) {
	n, err := readNumber(tx, metaFeedStart)
	if err != nil {
		return 0, 0, err
	}
	head := s.Head()
	slowest, found := head, false
	err = tx.Each(Scan{Prefix: prefixCheckpoint.Key()}, func(_, value []byte) (bool, error) {
		seq, err := decodeCheckpoint(value)
		found, slowest = true, min(slowest, seq)
		return true, err
	})
	margin := id.Seq(feedMargin)
	if !found {
		margin = feedKept
	}
	return id.Seq(n), slowest - min(slowest, margin), err
}

func (s *Store) trimChunk(tx *Tx) (more bool, err error) {
	start, limit, err := s.trimRange(tx)
	if err != nil || limit < start+trimChunk {
		return false, err // not worth an entry yet
	}
	last := limit
	var keys [][]byte
	err = tx.Each(Scan{Prefix: prefixChange.Key(), From: changeKey(start + 1), KeysOnly: true},
		func(key, _ []byte) (bool, error) {
			seq, ok := id.FromBytes[id.Seq](key[1:])
			if !ok || seq > limit {
				return false, nil
			}
			if len(keys) == trimChunk {
				more, last = true, seq-1
				return false, nil
			}
			keys = append(keys, append([]byte(nil), key...))
			return true, nil
		})
	if err != nil {
		return false, err
	}
	tx.privately(func() {
		for _, key := range keys {
			tx.Delete(key)
		}
		tx.Set(metaKey(metaFeedStart), WithVersion(1, id.Bytes(last)))
	})
	return more, nil
}
