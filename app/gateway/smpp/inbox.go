package smpp

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
	maxReceipts   = 512   // receipts given to the Sink at once
	maxWaiting    = 16384 // receipts that wait for the Sink
	textWorkers   = 16    // texts given to the Sink at the same time; one sender's stay in order
	textsPerQueue = 256
	roomTimeout   = 5 * time.Second // how long a reader waits for room; then the peer is told to try later
	sinkTimeout   = 30 * time.Second
)

// asker is a request of the peer that waits for its response.
type asker struct {
	s        *session
	cmd, seq uint32
}

type incomingText struct {
	text gateway.Text
	who  asker
}

// inbox carries what comes in to the Sink, and answers the peer after the Sink has returned.
type inbox struct {
	sink gateway.Sink
	log  func(err error)
	seed maphash.Seed

	mu      sync.Mutex
	waiting []gateway.Receipt
	askers  []asker
	closed  bool
	more    chan struct{} // there are receipts, or the inbox is closed
	room    chan struct{} // there is room again

	texts []chan incomingText
	wg    sync.WaitGroup

	stuck    atomic.Bool // the last wait for room was in vain: nobody waits until there is room again
	failures atomic.Uint64
}

func newInbox(sink gateway.Sink, log func(error)) *inbox {
	b := &inbox{
		sink: sink, log: log, seed: maphash.MakeSeed(),
		more: make(chan struct{}, 1), room: make(chan struct{}, 1), texts: make([]chan incomingText, textWorkers),
	}
	for i := range b.texts {
		b.texts[i] = make(chan incomingText, textsPerQueue)
	}
	return b
}

// start begins to carry. It ends after close, when all that came in has been given to the Sink.
func (b *inbox) start(ctx context.Context) {
	b.wg.Go(func() { b.carryReceipts(ctx) })
	for _, ch := range b.texts {
		b.wg.Go(func() { b.carryTexts(ctx, ch) })
	}
}

// close is called when no session is left.
func (b *inbox) close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	signal(b.more)
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

// receipts takes the receipts in and returns true, or false when there was no room for too long.
func (b *inbox) receipts(rs []gateway.Receipt, from []asker) bool {
	var late *time.Timer
	defer func() {
		if late != nil {
			late.Stop()
		}
	}()
	for {
		b.mu.Lock()
		if len(b.waiting)+len(rs) <= maxWaiting {
			b.waiting = append(b.waiting, rs...)
			b.askers = append(b.askers, from...)
			spare := len(b.waiting) < maxWaiting
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
			late = time.NewTimer(roomTimeout)
		}
		select {
		case <-b.room:
		case <-late.C:
			b.stuck.Store(true)
			return false
		}
	}
}

// text takes a text in and returns true, or false when there was no room for too long.
func (b *inbox) text(t gateway.Text, who asker) bool {
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
	late := time.NewTimer(roomTimeout)
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
func (b *inbox) failed(err error) {
	if sparse(b.failures.Add(1)) {
		b.log(err)
	}
}

// carryReceipts gives what waits to the Sink, up to maxReceipts at once. While one batch is in the Sink the next one
// gathers, so that under load batches are large and at rest nobody waits.
func (b *inbox) carryReceipts(ctx context.Context) {
	for {
		b.mu.Lock()
		rs, from, closed := b.waiting, b.askers, b.closed
		b.waiting, b.askers = nil, nil
		b.mu.Unlock()
		if len(rs) > 0 {
			signal(b.room)
		}
		for len(rs) > 0 {
			n := min(len(rs), maxReceipts)
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
func (b *inbox) settle(ctx context.Context, rs []gateway.Receipt, from []asker) {
	ctx, cancel := context.WithTimeout(ctx, sinkTimeout)
	defer cancel()
	status := wire.OK
	if err := b.sink.Receipts(ctx, rs); err != nil {
		b.failed(err)
		status = wire.TryLater
	}
	for len(from) > 0 {
		n := 1
		for n < len(from) && from[n].s == from[0].s {
			n++
		}
		from[0].s.answerAll(from[:n], status)
		from = from[n:]
	}
}

func (b *inbox) carryTexts(ctx context.Context, ch chan incomingText) {
	for in := range ch {
		status := wire.OK
		call, cancel := context.WithTimeout(ctx, sinkTimeout)
		if err := b.sink.Text(call, in.text); err != nil {
			b.failed(err)
			status = wire.TryLater
		}
		cancel()
		in.who.s.answerAll([]asker{in.who}, status)
	}
}

// answerAll queues the responses to the requests in one go, and has them written.
func (s *session) answerAll(from []asker, status uint32) {
	s.mu.Lock()
	for _, a := range from {
		s.answers = wire.AppendAnswer(s.answers, a.cmd, status, a.seq)
	}
	tooMany := len(s.answers) > maxAnswers
	s.mu.Unlock()
	if tooMany {
		s.fail(&setback{reason: reasonStalled})
	}
	s.nudge()
}
