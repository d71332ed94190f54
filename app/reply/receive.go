package reply

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"sync"
	"time"

	"github.com/fxamacker/cbor/v2"

	"noroshi/app/audit"
	"noroshi/app/directory"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/phone"
	"noroshi/app/question"
	"noroshi/app/smstext"
	"noroshi/app/store"
	"noroshi/app/store/sweep"
)

// Incoming is a text, or one part of one, as a route hands it over.
type Incoming struct {
	Route       string                `cbor:"1,keyasint"`
	Country     string                `cbor:"2,keyasint"` // of the route, ISO 3166 alpha-2; empty when unknown
	ReplyNumber string                `cbor:"3,keyasint"` // as it is printed in texts on the route
	From        string                `cbor:"4,keyasint"`
	FromTON     byte                  `cbor:"5,keyasint"`
	To          string                `cbor:"6,keyasint"`
	Body        smstext.Body          `cbor:"7,keyasint"`
	Decode      smstext.DecodeOptions `cbor:"8,keyasint"`
	SMSCID      string                `cbor:"9,keyasint"`
	Sequence    uint32                `cbor:"10,keyasint"`
	Received    time.Time             `cbor:"11,keyasint"`
	// Numbers are the numbers, digits only, that To stands for: those on which answers arrive over the routes that have
	// it. Empty when no route has it.
	Numbers []string `cbor:"12,keyasint,omitempty"`
}

// Options are what the service needs.
type Options struct {
	Store     *store.Store
	Directory *directory.Service
	Questions *question.Service
	Messages  *message.Service
	Audit     *audit.Log
	IDs       *id.Source
	Now       func() time.Time
	// RecordOnly has a wish for no more messages written down, and nobody blocked by it.
	RecordOnly bool
	// Confirm is told after a commit that has automatic answers to send; nil when none are to be planned.
	Confirm func()
}

// Service takes in replies and keeps the tray.
type Service struct {
	o     Options
	mu    sync.Mutex // the joining of parts; held while they are committed, so that an answer never overtakes its part
	parts *smstext.Reassembler[stored]
	// overdue are texts whose time was over while the appliance stood still; Expire takes them in.
	overdue []smstext.Joined[stored]
	seen    *sweep.Sweeper
}

// stored is a part with the key it is kept under.
type stored struct {
	in  Incoming
	key []byte
}

const (
	joinWait   = 60 * time.Second
	joinMost   = 10_000
	repeatWait = 120 * time.Second
	maxExpired = 50 // texts of one entry of the ledger, each with up to a dozen writes of its own
)

// New returns a service; Load brings in what a stop left unfinished.
func New(o Options) *Service {
	s := &Service{o: o, parts: smstext.NewReassembler[stored](joinWait, joinMost)}
	s.seen = sweep.New(o.Store, store.InboundSeen.Key(), s.forgotten)
	return s
}

// Load reads the parts of long texts that were not complete.
func (s *Service) Load() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.load()
}

func (s *Service) load() error {
	var kept []stored
	err := s.o.Store.View(func(tx *store.Tx) error {
		return tx.Each(store.Scan{Prefix: store.InboundPart.Key()}, func(key, value []byte) (bool, error) {
			_, rest, err := store.CheckVersion(value, recordVersion)
			if err != nil {
				return false, err
			}
			var in Incoming
			if err := cbor.Unmarshal(rest, &in); err != nil {
				return false, fault.Wrap(err, fault.Internal, "damaged_record", "A part of a long text is damaged.")
			}
			kept = append(kept, stored{in: in, key: slices.Clone(key)})
			return true, nil
		})
	})
	if err != nil {
		return err
	}
	// In the order of time, because a part that is much later than another ends the wait for it.
	slices.SortStableFunc(kept, func(a, b stored) int { return a.in.Received.Compare(b.in.Received) })
	s.parts, s.overdue = smstext.NewReassembler[stored](joinWait, joinMost), nil
	for _, k := range kept {
		s.overdue = append(s.overdue, s.parts.Add(fragment(k.in, k.key), k.in.Received)...)
	}
	return nil
}

func fragment(in Incoming, key []byte) smstext.Fragment[stored] {
	return smstext.Fragment[stored]{From: in.From, To: in.To, Body: in.Body, Value: stored{in: in, key: key}}
}

// Receive takes in texts. When it returns nil each of them is durable, with everything that follows from it.
func (s *Service) Receive(ctx context.Context, list []Incoming) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var whole []smstext.Joined[stored]
	var kept []stored
	for _, in := range list {
		if !in.Body.Concat.IsPart() {
			whole = append(whole, smstext.Joined[stored]{
				From: in.From, To: in.To, Parts: []smstext.Fragment[stored]{fragment(in, nil)},
			})
			continue
		}
		repeated := s.parts.Has(fragment(in, nil)) // a part that is kept already, or went into a text lately
		if !repeated {
			var err error
			if repeated, err = s.partSeen(in); err != nil {
				return err
			}
		}
		if repeated {
			continue
		}
		st := stored{in: in, key: partKey(in)}
		kept = append(kept, st)
		whole = append(whole, s.parts.Add(fragment(in, st.key), s.o.Now())...)
	}
	return s.commit(ctx, kept, whole)
}

// Expire takes what there is of long texts whose other parts did not come in time.
func (s *Service) Expire(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	whole := slices.Concat(s.overdue, s.parts.Expire(s.o.Now()))
	s.overdue = nil
	for len(whole) > 0 {
		some := whole[:min(len(whole), maxExpired)]
		if err := s.commit(ctx, nil, some); err != nil {
			return err
		}
		whole = whole[len(some):]
	}
	return nil
}

// commit writes parts and whole texts; after a failure the joining starts again from what is durable, so that the
// peer's repetition is not taken for one.
func (s *Service) commit(ctx context.Context, kept []stored, whole []smstext.Joined[stored]) error {
	_, err := s.o.Store.UpdateEssential(ctx, func(tx *store.Tx) error {
		for _, k := range kept {
			body, err := cbor.Marshal(k.in)
			if err != nil {
				return fault.Wrap(err, fault.Internal, "internal", "A part of a long text cannot be encoded.")
			}
			tx.Set(k.key, store.WithVersion(recordVersion, body))
		}
		for i := range whole {
			if err := s.text(ctx, tx, &whole[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil && (len(kept) > 0 || len(whole) > 0) {
		if lerr := s.load(); lerr != nil {
			return lerr
		}
	}
	return err
}

func partKey(in Incoming) []byte {
	h := sha256.New()
	for _, field := range []string{in.Route, in.From, in.To} {
		_, _ = h.Write(append([]byte(field), 0))
	}
	c := in.Body.Concat
	sum := h.Sum(binary.BigEndian.AppendUint16(nil, c.Ref))
	return store.InboundPart.Key(sum[:18], []byte{c.Total, c.Seq},
		binary.BigEndian.AppendUint64(nil, uint64(in.Received.UnixNano())))
}

// text handles one whole text inside the transaction.
func (s *Service) text(ctx context.Context, tx *store.Tx, j *smstext.Joined[stored]) error {
	for _, p := range j.Parts {
		if p.Value.key != nil {
			tx.Delete(p.Value.key)
			s.rememberPart(tx, p.Value.in)
		}
	}
	in := j.Parts[0].Value.in
	text := j.Text(in.Decode)
	repeated, err := s.repeated(tx, in, text)
	if err != nil || repeated {
		return err
	}
	r := Reply{
		ID: id.New[id.Reply](s.o.IDs), At: s.o.Now(), Route: in.Route, FromRaw: in.From, To: in.To, Text: text,
		Missing: j.Missing, SMSCID: in.SMSCID,
	}
	if n, ok := phone.FromAddress(in.From, in.FromTON, in.Country); ok {
		r.From = n
	}
	places, err := s.candidates(tx, r.From, in)
	if err != nil {
		return err
	}
	if len(places) == 0 {
		return s.stranger(ctx, tx, r, in)
	}
	return s.read(ctx, tx, r, in, places)
}
