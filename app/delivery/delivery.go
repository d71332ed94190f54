package delivery

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"noroshi/app/broadcast"
	"noroshi/app/bus"
	"noroshi/app/config"
	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/store"
)

// Way is a route with what sends on it.
type Way struct {
	Route  config.Route
	Sender gateway.Sender
}

// Options are what the service needs.
type Options struct {
	Store      *store.Store
	Bus        *bus.Bus
	Broadcasts *broadcast.Service
	Messages   *message.Service
	Ways       []Way
	// Routes returns the routes as they are configured now, and which of them a broadcast of that mode may use; nil
	// means all that have a line.
	Routes func(mode broadcast.Mode) (routes []config.Route, allowed []bool)
	Now    func() time.Time
	Log    *slog.Logger
	// Settle is how long late receipts may prove that an uncertain part was taken; 0 means 8 s.
	Settle time.Duration
	// Watch is how often it is looked whether a route is to be given up; 0 means 1 s.
	Watch time.Duration
}

// Service carries copies to the gateways.
type Service struct {
	o        Options
	lineup   lineup
	outcomes *collector
	clock    *clock
	offers   atomic.Uint64
	orphans  atomic.Int64

	mu      sync.Mutex
	texts   map[id.Broadcast]*job
	planned map[message.Pending]time.Time // when a page is offered again
	sending map[id.Broadcast]sending      // what ends when a broadcast is stopped

	stop context.CancelFunc
	done sync.WaitGroup
}

// sending is the life of what is handed over for one broadcast.
type sending struct {
	ctx  context.Context
	stop context.CancelFunc
}

// job is what the workers need to know of a broadcast.
type job struct {
	b     broadcast.Broadcast
	texts broadcast.Texts
	book  *message.Book
}

// New returns a service; Start begins its work.
func New(o Options) *Service {
	if o.Settle == 0 {
		o.Settle = 8 * time.Second
	}
	if o.Watch == 0 {
		o.Watch = time.Second
	}
	s := &Service{
		o: o, texts: map[id.Broadcast]*job{}, planned: map[message.Pending]time.Time{}, sending: map[id.Broadcast]sending{},
	}
	s.clock = newClock(o.Now)
	s.outcomes = newCollector(s)
	for i := range o.Ways {
		s.lineup.list = append(s.lineup.list, newLine(s, &o.Ways[i]))
	}
	return s
}

// Start loads what can still change, puts what a crash left into order, fills the queue and begins to send.
func (s *Service) Start(ctx context.Context) error {
	running := context.WithoutCancel(ctx)
	running, s.stop = context.WithCancel(running)
	if err := s.recover(ctx); err != nil {
		s.stop()
		return err
	}
	s.done.Go(func() { s.clock.run(running) })
	s.done.Go(func() { s.outcomes.run(running) })
	s.done.Go(func() { s.sweep(running) })
	s.done.Go(func() { newWatcher(s).run(running) })
	s.startLines(running)
	return nil
}

// Close stops claiming, waits until what was claimed has an outcome or the context ends, and records it. The gateways
// must still be running; what stays without an outcome is uncertain at the next start.
func (s *Service) Close(ctx context.Context) error {
	s.stopLines(ctx)
	err := s.outcomes.drain(ctx)
	s.stop()
	s.done.Wait()
	return err
}

// launched are the states whose copies can still change. Of closed ones only the newest matter: receipts for others are
// too late for anybody.
var launched = []broadcast.State{
	broadcast.Expanding, broadcast.Sending, broadcast.Open, broadcast.Stopped, broadcast.Closed,
}

func (s *Service) recover(ctx context.Context) error {
	for _, state := range launched {
		var list []broadcast.Broadcast
		err := s.o.Broadcasts.InState(state, func(b broadcast.Broadcast) error {
			if state != broadcast.Closed || s.o.Now().Sub(b.Closed) < reportWait {
				list = append(list, b)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, b := range list {
			if err := s.recoverOne(ctx, b); err != nil {
				return fmt.Errorf("recover broadcast %s: %w", b.ID, err)
			}
		}
	}
	_, err := s.o.Store.UpdateEssential(ctx, s.o.Messages.LoadOrphans)
	if err != nil {
		return err
	}
	return s.refill()
}

// recoverOne turns claims without an outcome into uncertain parts and settles them after a while.
func (s *Service) recoverOne(ctx context.Context, b broadcast.Broadcast) error {
	book, err := s.o.Messages.Load(ctx, b.ID)
	if err != nil {
		return err
	}
	for _, run := range book.Runs() {
		for {
			refs := book.InState(run, message.Submitting, maxRefs)
			if len(refs) == 0 {
				break
			}
			_, err := s.o.Store.UpdateEssential(ctx, func(tx *store.Tx) error {
				return s.o.Messages.Doubt(tx, run, refs)
			})
			if err != nil {
				return err
			}
		}
		if refs := book.InState(run, message.SubmitUncertain, 1<<30); len(refs) > 0 {
			s.settleLater(run, refs)
		}
	}
	if b.State == broadcast.Stopped || b.State == broadcast.Closed {
		s.Halt(b.ID)
	}
	s.finishLater(b.ID)
	return nil
}

// maxRefs bounds the parts of one entry of the ledger.
const maxRefs = 4096

// Ready takes pages that were just written into the queue.
func (s *Service) Ready(pages []message.Pending) {
	now := s.o.Now()
	for _, p := range pages {
		s.offerAt(now, p)
	}
}

// offerAt has a page offered at a time, unless it is offered earlier anyway: whoever takes the page then sees what is
// due later and asks for that. Without this, every job of a page would make another one for each route.
func (s *Service) offerAt(t time.Time, p message.Pending) {
	s.mu.Lock()
	if was, ok := s.planned[p]; ok && !was.After(t) {
		s.mu.Unlock()
		return
	}
	s.planned[p] = t
	s.mu.Unlock()
	s.clock.at(t, func(ctx context.Context) {
		s.mu.Lock()
		mine := s.planned[p].Equal(t)
		if mine {
			delete(s.planned, p)
		}
		s.mu.Unlock()
		if mine {
			s.offer(ctx, p)
		}
	})
}

// Expanded is told that all copies of a broadcast are written.
func (s *Service) Expanded(b id.Broadcast) {
	s.forget(b)
	book := s.o.Messages.Book(b)
	if book == nil {
		return
	}
	if s.ended(b) {
		s.Halt(b)
		return
	}
	s.finishLater(b)
}

// ended reports whether nothing more may be sent of a broadcast although it was launched.
func (s *Service) ended(b id.Broadcast) bool {
	got, err := s.o.Broadcasts.Get(b)
	return err == nil && (got.State == broadcast.Stopped || got.State == broadcast.Closed)
}

// offer puts a page into the queue of each route that has something to hand over in it.
func (s *Service) offer(ctx context.Context, p message.Pending) {
	for _, l := range s.takers(p) {
		s.offerTo(ctx, l, p)
	}
}

// takers returns the lines that have work in a page. What has no line, or none any more, is the first one's affair.
func (s *Service) takers(p message.Pending) []*line {
	lines := s.lines()
	book := s.o.Messages.Book(p.Run.Broadcast)
	if book == nil {
		return lines
	}
	waiting, ok := book.WaitingFor(p.Run, p.Page)
	head, found := book.Head(p.Run)
	if !ok || !found {
		return lines
	}
	var out []*line
	for _, place := range waiting {
		at := slices.IndexFunc(lines, func(l *line) bool { return l.way.Route.Name == head.RouteName(place) })
		if l := lines[max(0, at):]; len(l) > 0 && !slices.Contains(out, l[0]) {
			out = append(out, l[0])
		}
	}
	return out
}

// offerTo puts a page into the queue of one route. What does not fit is offered when the queue is empty again.
func (s *Service) offerTo(ctx context.Context, l *line, p message.Pending) {
	priority := bus.Normal
	if p.Priority == 0 {
		priority = bus.Urgent
	}
	l.turns.offered(p)
	name := fmt.Sprintf("%v.%d.%d.%d.%d", p.Run.Broadcast, p.Run.Round, p.Run.Channel, p.Page, s.offers.Add(1))
	err := s.o.Bus.Offer(ctx, l.way.Route.Name, priority, name, encodePage(p))
	switch {
	case err == nil:
		if priority == bus.Urgent {
			l.urgent.Add(1)
		}
	case ctx.Err() != nil:
	case fault.CodeOf(err) == "queue_closed":
	case fault.CodeOf(err) == "queue_full":
		l.missed.Store(true)
	default:
		s.offerAt(s.o.Now().Add(time.Second), p)
	}
}

// refill offers everything that waits, because the queue of a line could not take all of it before.
func (s *Service) refill() error {
	return s.o.Messages.EachPending(func(p message.Pending) error {
		s.offerAt(s.o.Now(), p)
		return nil
	})
}

const pageLen = 15

func encodePage(p message.Pending) []byte {
	b := id.Append(make([]byte, 0, pageLen), p.Run.Broadcast)
	b = append(b, p.Run.Round, byte(p.Run.Channel), p.Priority)
	return binary.BigEndian.AppendUint32(b, p.Page)
}

func decodePage(b []byte) (message.Pending, bool) {
	if len(b) != pageLen {
		return message.Pending{}, false
	}
	which, _ := id.FromBytes[id.Broadcast](b)
	return message.Pending{
		Run:      message.Run{Broadcast: which, Round: b[8], Channel: message.Channel(b[9])},
		Priority: b[10], Page: binary.BigEndian.Uint32(b[11:]),
	}, true
}

// jobOf returns what is known of a broadcast, reading it once.
func (s *Service) jobOf(ctx context.Context, which id.Broadcast) (*job, error) {
	s.mu.Lock()
	j := s.texts[which]
	s.mu.Unlock()
	if j != nil {
		return j, nil
	}
	b, err := s.o.Broadcasts.Get(which)
	if err != nil {
		return nil, err
	}
	texts, err := b.Content.Texts()
	if err != nil {
		return nil, err
	}
	book, err := s.o.Messages.Load(ctx, which)
	if err != nil {
		return nil, err
	}
	j = &job{b: b, texts: texts, book: book}
	s.mu.Lock()
	s.texts[which] = j
	s.mu.Unlock()
	return j, nil
}

func (s *Service) forget(b id.Broadcast) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.texts, b)
}

// whileSending returns a context that ends with ctx and when the broadcast is stopped or done.
func (s *Service) whileSending(ctx context.Context, b id.Broadcast) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.sending[b]; !ok {
		one, stop := context.WithCancel(ctx)
		s.sending[b] = sending{ctx: one, stop: stop}
	}
	return s.sending[b].ctx
}

// stopSending has the gateways give back what they were handed of a broadcast and have not written.
func (s *Service) stopSending(b id.Broadcast) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, ok := s.sending[b]; ok {
		at.stop()
		delete(s.sending, b)
	}
	for _, l := range s.lines() {
		l.turns.forget(b)
	}
}

// Halt ends whatever of a stopped broadcast was not handed over yet.
func (s *Service) Halt(b id.Broadcast) {
	s.forget(b)
	s.stopSending(b)
	s.clock.at(s.o.Now(), func(ctx context.Context) {
		if err := s.halt(ctx, b); err != nil && ctx.Err() == nil {
			s.o.Log.Error("stopped broadcast not settled", "broadcast", b.String(), "error", err)
			s.clock.at(s.o.Now().Add(5*time.Second), func(context.Context) { s.Halt(b) })
		}
	})
}

// haltPages bounds the pages ended in one entry of the ledger.
const haltPages = 512

func (s *Service) halt(ctx context.Context, b id.Broadcast) error {
	book, err := s.o.Messages.Load(ctx, b)
	if err != nil {
		return err
	}
	for _, run := range book.Runs() {
		more := true
		for from := uint32(0); more; from += haltPages {
			_, err := s.o.Store.UpdateEssential(ctx, func(tx *store.Tx) (err error) {
				more, err = s.o.Messages.Halt(tx, run, from, from+haltPages)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// finishLater moves a broadcast to open once nothing is left to hand over.
func (s *Service) finishLater(b id.Broadcast) {
	s.clock.at(s.o.Now(), func(ctx context.Context) { s.finish(ctx, b) })
}

func (s *Service) finish(ctx context.Context, b id.Broadcast) {
	book := s.o.Messages.Book(b)
	if book == nil || book.Pending() > 0 {
		return
	}
	got, err := s.o.Broadcasts.Get(b)
	if err != nil || got.State != broadcast.Sending {
		return
	}
	s.stopSending(b)
	if _, err := s.o.Broadcasts.Advance(ctx, b, broadcast.Open); err != nil && ctx.Err() == nil {
		s.o.Log.Error("broadcast not moved on", "broadcast", b.String(), "error", err)
		s.clock.at(s.o.Now().Add(5*time.Second), func(ctx context.Context) { s.finish(ctx, b) })
	}
}

// Route returns the configured route of that name.
func (s *Service) Route(name string) (config.Route, bool) {
	lines := s.lines()
	i := slices.IndexFunc(lines, func(l *line) bool { return l.way.Route.Name == name })
	if i < 0 {
		return config.Route{}, false
	}
	return lines[i].way.Route, true
}
