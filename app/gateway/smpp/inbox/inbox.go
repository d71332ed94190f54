package inbox

import (
	"context"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp/wire"
)

// Sizes of the way in. The peer's own window keeps far below them; one that has none is held back by not reading on.
const (
	MaxReceipts   = 512   // Receipts given to the Sink at once
	MaxWaiting    = 16384 // Receipts that wait for the Sink
	textWorkers   = 16    // texts given to the Sink at the same time; one sender's stay in order
	textsPerQueue = 256
	RoomTimeout   = 5 * time.Second // how long a reader waits for room; then the peer is told to try later
	sinkTimeout   = 30 * time.Second
)

// Session is what a request came over.
type Session interface {
	// Answer responds to the requests, all of which came over this session. It must not block.
	Answer(asked []Asker, status uint32)
}

// Asker is a request of the peer that waits for its response.
type Asker struct {
	Session  Session
	Cmd, Seq uint32
}

type incomingText struct {
	text gateway.Text
	who  Asker
}

// Inbox carries what comes in to the Sink, and answers the peer after the Sink has returned.
type Inbox struct {
	sink gateway.Sink
	log  func(err error)
	seed maphash.Seed

	mu      sync.Mutex
	waiting []gateway.Receipt
	askers  []Asker
	closed  bool
	more    chan struct{} // there are receipts, or the inbox is closed
	room    chan struct{} // there is room again

	texts   []chan incomingText
	strange chan strangePDU
	wg      sync.WaitGroup

	stuck    atomic.Bool // the last wait for room was in vain: nobody waits until there is room again
	failures atomic.Uint64

	second, inSecond atomic.Int64 // the second the last strange PDU came in, and how many did
}

// New returns an inbox that is not started; log is told, ever more seldom, that the Sink could not store.
func New(sink gateway.Sink, log func(error)) *Inbox {
	b := &Inbox{
		sink: sink, log: log, seed: maphash.MakeSeed(),
		more: make(chan struct{}, 1), room: make(chan struct{}, 1), texts: make([]chan incomingText, textWorkers),
		strange: make(chan strangePDU, strangeWaiting),
	}
	for i := range b.texts {
		b.texts[i] = make(chan incomingText, textsPerQueue)
	}
	return b
}

// Start begins to carry. It ends after Close, when all that came in has been given to the Sink.
func (b *Inbox) Start(ctx context.Context) {
	b.wg.Go(func() { b.carryReceipts(ctx) })
	b.wg.Go(func() { b.carryStrange(ctx) })
	for _, ch := range b.texts {
		b.wg.Go(func() { b.carryTexts(ctx, ch) })
	}
}

// Close is called when no session is left.
func (b *Inbox) Close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	signal(b.more)
	close(b.strange)
	for _, ch := range b.texts {
		close(ch)
	}
	b.wg.Wait()
}

func signal(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// Receipts takes the receipts in and returns true, or false when there was no room for too long.
func (b *Inbox) Receipts(rs []gateway.Receipt, from []Asker) bool {
	var late *time.Timer
	defer func() {
		if late != nil {
			late.Stop()
		}
	}()
	for {
		b.mu.Lock()
		if len(b.waiting)+len(rs) <= MaxWaiting {
			b.waiting = append(b.waiting, rs...)
			b.askers = append(b.askers, from...)
			spare := len(b.waiting) < MaxWaiting
			b.mu.Unlock()
			b.stuck.Store(false)
			signal(b.more)
			if spare {
				signal(b.room) // another reader may be waiting as well
			}
			return true
		}
		b.mu.Unlock()
		if b.stuck.Load() {
			return false
		}
		if late == nil {
			late = time.NewTimer(RoomTimeout)
		}
		select {
		case <-b.room:
		case <-late.C:
			b.stuck.Store(true)
			return false
		}
	}
}

// Text takes a text in and returns true, or false when there was no room for too long.
func (b *Inbox) Text(t gateway.Text, who Asker) bool {
	ch := b.texts[maphash.String(b.seed, t.From)%textWorkers]
	in := incomingText{t, who}
	select {
	case ch <- in:
		b.stuck.Store(false)
		return true
	default:
	}
	if b.stuck.Load() {
		return false
	}
	late := time.NewTimer(RoomTimeout)
	defer late.Stop()
	select {
	case ch <- in:
		return true
	case <-late.C:
		b.stuck.Store(true)
		return false
	}
}

// failed notes that the Sink could not take something in. A store that is down fails often: the log has the first
// times, and then ever fewer.
func (b *Inbox) failed(err error) {
	if n := b.failures.Add(1); n&(n-1) == 0 {
		b.log(err)
	}
}

// carryReceipts gives what waits to the Sink, up to MaxReceipts at once. While one batch is in the Sink the next one
// gathers, so that under load batches are large and at rest nobody waits.
func (b *Inbox) carryReceipts(ctx context.Context) {
	for {
		b.mu.Lock()
		rs, from, closed := b.waiting, b.askers, b.closed
		b.waiting, b.askers = nil, nil
		b.mu.Unlock()
		if len(rs) > 0 {
			signal(b.room)
		}
		for len(rs) > 0 {
			n := min(len(rs), MaxReceipts)
			b.settle(ctx, rs[:n:n], from[:n])
			rs, from = rs[n:], from[n:]
		}
		if closed {
			return
		}
		<-b.more
	}
}

// settle gives one batch to the Sink and answers it.
func (b *Inbox) settle(ctx context.Context, rs []gateway.Receipt, from []Asker) {
	ctx, cancel := context.WithTimeout(ctx, sinkTimeout)
	defer cancel()
	status := wire.OK
	if err := b.sink.Receipts(ctx, rs); err != nil {
		b.failed(err)
		status = wire.TryLater
	}
	for len(from) > 0 {
		n := 1
		for n < len(from) && from[n].Session == from[0].Session {
			n++
		}
		from[0].Session.Answer(from[:n], status)
		from = from[n:]
	}
}

func (b *Inbox) carryTexts(ctx context.Context, ch chan incomingText) {
	for in := range ch {
		status := wire.OK
		call, cancel := context.WithTimeout(ctx, sinkTimeout)
		if err := b.sink.Text(call, in.text); err != nil {
			b.failed(err)
			status = wire.TryLater
		}
		cancel()
		in.who.Session.Answer([]Asker{in.who}, status)
	}
}
