package inbound

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"noroshi/app/autoreply"
	"noroshi/app/config"
	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/message"
	"noroshi/app/phone"
	"noroshi/app/reply"
	"noroshi/app/smstext"
	"noroshi/app/store"
	"noroshi/app/store/sweep"
)

// Options are what the sink needs.
type Options struct {
	Store    *store.Store
	Messages *message.Service
	Replies  *reply.Service
	Notes    *autoreply.Service // nil when there are no automatic answers
	Routes   *gateway.Table
	Log      *slog.Logger
}

// Sink takes in receipts and texts of all routes.
type Sink struct {
	o      Options
	known  known
	texts  chan waiting
	number atomic.Uint64 // of strange PDUs, so that two of one moment differ
	oldest atomic.Int64  // Unix seconds before which strange PDUs are removed
	sweep  *sweep.Sweeper
	stop   context.CancelFunc
	done   sync.WaitGroup
}

// settings are what the texts of a route need to be read.
type settings struct {
	country     string
	replyNumber string
	decode      smstext.DecodeOptions
}

// known are the settings of the routes, made once for each generation of the table.
type known struct {
	mu         sync.Mutex
	generation uint64
	byName     map[string]settings
	numbers    map[string][]string // a reply number -> all numbers of the routes that have it
}

// waiting is a text with the one who waits for its commit.
type waiting struct {
	in   reply.Incoming
	done chan error
}

// maxTexts bounds the texts of one commit; each may cause a dozen writes.
const maxTexts = 64

var _ gateway.Sink = (*Sink)(nil)

// New returns a sink; Start begins its work. Returns Invalid when a route's settings do not fit.
func New(o Options) (*Sink, error) {
	s := &Sink{o: o, texts: make(chan waiting, maxTexts)}
	s.sweep = sweep.New(o.Store, store.StrangePDU.Key(), s.strangeOver)
	s.known.byName = map[string]settings{}
	err := s.learn(o.Routes.Now())
	return s, err
}

// learn takes in the settings of new and changed routes. Those of a route that is gone stay: what comes in while its
// sessions end is still read as it should be.
func (s *Sink) learn(now *gateway.Routes) error {
	s.known.mu.Lock()
	defer s.known.mu.Unlock()
	if s.known.generation == now.Generation {
		return nil
	}
	for i := range now.List {
		set, err := settingsOf(&now.List[i])
		if err != nil {
			return err
		}
		s.known.byName[now.List[i].Name] = set
	}
	s.known.numbers = numbersOf(now.List)
	s.known.generation = now.Generation
	return nil
}

// settings returns how the texts of a route are read.
func (s *Sink) settings(route string) (settings, error) {
	if err := s.learn(s.o.Routes.Now()); err != nil {
		return settings{}, err
	}
	s.known.mu.Lock()
	defer s.known.mu.Unlock()
	return s.known.byName[route], nil
}

func settingsOf(r *config.Route) (settings, error) {
	set := settings{replyNumber: gateway.ReplyNumberOf(r)}
	switch {
	case len(r.Countries) == 1:
		set.country = r.Countries[0]
	default:
		// The sender's own country is the best guess for numbers that come without one.
		for _, own := range []string{r.ReplyNumber, r.Sender} {
			if n, err := phone.ParseE164(own); err == nil && set.country == "" {
				set.country = phone.Country(n)
			}
		}
	}
	p, err := gateway.ProfileOf(r)
	if err != nil {
		return set, err
	}
	set.decode.Alphabet = p.Alphabet
	for dcs, name := range r.DCSIn {
		charset, err := smstext.ParseCharset(name)
		if err != nil {
			return set, err
		}
		if set.decode.Charsets == nil {
			set.decode.Charsets = map[byte]smstext.Charset{}
		}
		set.decode.Charsets[byte(dcs)] = charset
	}
	return set, nil
}

// Start begins to take in texts.
func (s *Sink) Start(ctx context.Context) {
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	s.done.Go(func() { s.run(ctx) })
	s.done.Go(func() { s.expire(ctx) })
	s.done.Go(func() { s.tend(ctx) })
}

// Close ends the work; texts that still wait are refused, so that the operator sends them again.
func (s *Sink) Close() {
	s.stop()
	s.done.Wait()
}

// Receipts commits a batch of receipts.
func (s *Sink) Receipts(ctx context.Context, rs []gateway.Receipt) error {
	_, err := s.o.Store.UpdateEssential(ctx, func(tx *store.Tx) (err error) {
		others := rs
		if s.o.Notes != nil {
			if others, err = s.o.Notes.Receipts(tx, rs); err != nil || len(others) == 0 {
				return err
			}
		}
		return s.o.Messages.Receipts(tx, others)
	})
	return err
}

// Text commits a text together with others that come at the same time.
func (s *Sink) Text(ctx context.Context, t gateway.Text) error {
	set, err := s.settings(t.Route)
	if err != nil {
		return err
	}
	w := waiting{done: make(chan error, 1), in: reply.Incoming{
		Route: t.Route, Country: set.country, ReplyNumber: set.replyNumber, From: t.From, FromTON: t.FromTON, To: t.To,
		Body: smstext.Body{
			Octets: t.Octets, DataCoding: t.DCS, Concat: smstext.Concat{Ref: t.Ref, Total: t.Total, Seq: t.Seq},
		},
		Numbers: s.numbers(t.To), Decode: set.decode, SMSCID: t.SMSCID, Sequence: t.Sequence, Received: t.Received,
	}}
	select {
	case s.texts <- w:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run commits texts: whatever waits goes into one commit.
func (s *Sink) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			s.refuse()
			return
		case first := <-s.texts:
			batch := []waiting{first}
			for len(batch) < maxTexts && len(s.texts) > 0 {
				batch = append(batch, <-s.texts)
			}
			s.commit(ctx, batch)
		}
	}
}

func (s *Sink) refuse() {
	for len(s.texts) > 0 {
		w := <-s.texts
		w.done <- fault.New(fault.Unavailable, "stopping", "The appliance is stopping.")
	}
}

// commit takes a batch in; if it fails as a whole, each text is tried alone, so that one bad text costs no other.
func (s *Sink) commit(ctx context.Context, batch []waiting) {
	list := make([]reply.Incoming, len(batch))
	for i, w := range batch {
		list[i] = w.in
	}
	err := s.o.Replies.Receive(ctx, list)
	if err == nil || len(batch) == 1 {
		for _, w := range batch {
			w.done <- err
		}
		return
	}
	for _, w := range batch {
		w.done <- s.o.Replies.Receive(ctx, []reply.Incoming{w.in})
	}
}

// expire takes what there is of long texts that stay incomplete.
func (s *Sink) expire(ctx context.Context) {
	ticker := time.NewTicker(5 * time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			s.forgetStrange(ctx, now)
			if err := s.o.Replies.Expire(ctx); err != nil && ctx.Err() == nil {
				s.o.Log.Error("incomplete texts not taken in", "error", err)
			}
		}
	}
}
