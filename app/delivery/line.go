package delivery

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"noroshi/app/broadcast"
	"noroshi/app/bus"
	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/message"
	"noroshi/app/smstext"
	"noroshi/app/store"
)

// line is the way of parts to one route: a feeder that takes pages off the queue, renders and claims slices, and
// submitters that hand claimed slices to the gateway.
type line struct {
	s       *Service
	way     *Way
	profile smstext.Profile
	ready   chan *slice
	tokens  chan struct{} // one for each slice that may be claimed and not handed over yet
	urgent  atomic.Int64  // urgent pages that wait in the queue
	missed  atomic.Bool   // the queue was full: some pages are not in it
	turns   turns
	quit    context.CancelFunc
	feeding sync.WaitGroup
	claims  sync.WaitGroup // claims that are being written
	sending sync.WaitGroup
	over    chan struct{} // closed when nothing more comes into ready
	closing sync.Once
}

// slice is a run of parts of one page.
type slice struct {
	run   message.Run
	refs  []message.Ref
	parts []gateway.Part
	work  *pageWork
	j     *job
	route uint8 // place in the run's table of routes
	ahead int   // slices that may be claimed before this one is handed over, itself included
}

// pageWork counts what is on its way of one page; the queue's job ends with the last outcome.
type pageWork struct {
	s    *Service
	page message.Pending
	job  *bus.Job
	mu   sync.Mutex
	out  int  // parts without a recorded outcome
	fed  bool // the feeder is done with the page
	fail bool // something must be offered again
}

const (
	maxAhead  = 3    // slices claimed ahead on a fast route
	slowRate  = 2000 // parts per second below which nothing is claimed ahead
	slowSlice = 50 * time.Millisecond
	maxSlice  = 256
	wholePage = message.PageSize * 255 // parts of a page, at most
)

func newLine(s *Service, w *Way) *line {
	profile, err := gateway.ProfileOf(&w.Route)
	if err != nil {
		s.o.Log.Error("route settings do not fit", "route", w.Route.Name, "error", err)
	}
	return &line{
		s: s, way: w, profile: profile, ready: make(chan *slice, maxAhead), tokens: make(chan struct{}, maxAhead),
		over: make(chan struct{}),
	}
}

func (l *line) start(ctx context.Context, done *sync.WaitGroup) {
	feed, quit := context.WithCancel(ctx)
	l.quit = quit
	l.feeding.Go(func() { l.feed(feed) })
	for range max(1, l.way.Route.Binds) {
		l.sending.Go(func() { l.send(ctx) })
	}
	done.Go(func() {
		l.feeding.Wait()
		l.sending.Wait()
	})
}

// halt stops claiming.
func (l *line) halt() {
	if l.quit != nil {
		l.quit()
	}
}

// drain waits until the feeder has stopped and what it claimed is handed over. A claim that is written later than the
// context allows stays where it is, and is uncertain at the next start.
func (l *line) drain(ctx context.Context) {
	l.feeding.Wait()
	await(ctx, &l.claims)
	l.closing.Do(func() { close(l.over) })
	await(ctx, &l.sending)
}

// await waits for a group or the end of the context.
func await(ctx context.Context, wg *sync.WaitGroup) {
	done := make(chan struct{})
	go func() {
		wg.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// feed takes pages until the context ends.
func (l *line) feed(ctx context.Context) {
	for ctx.Err() == nil {
		if !l.way.Sender.Pace().Ready {
			// Nothing is claimed for a route that is down: its people are shown as waiting, not as in doubt.
			pause(ctx, 200*time.Millisecond)
			continue
		}
		j, err := l.s.o.Bus.Next(ctx, l.way.Route.Name, time.Second)
		if err != nil {
			if ctx.Err() == nil {
				l.s.o.Log.Error("work queue not readable", "route", l.way.Route.Name, "error", err)
				pause(ctx, time.Second)
			}
			continue
		}
		if j == nil {
			l.idle(ctx)
			continue
		}
		page, ok := decodePage(j.Data)
		if !ok {
			_ = j.Ack()
			continue
		}
		if page.Priority == 0 && l.urgent.Add(-1) < 0 {
			l.urgent.Store(0) // it was handed out a second time
		}
		page = l.turns.first(page)
		w := &pageWork{s: l.s, page: page, job: j}
		if err := l.page(ctx, w); err != nil && ctx.Err() == nil {
			l.s.o.Log.Error("page not sent", "broadcast", page.Run.Broadcast.String(), "page", page.Page, "error", err)
			w.again()
		}
		w.close()
	}
}

// idle looks after what waits although the queue is empty.
func (l *line) idle(ctx context.Context) {
	for _, p := range l.turns.left() {
		l.s.offerTo(ctx, l, p)
	}
	if !l.missed.Swap(false) {
		return
	}
	if err := l.s.refill(); err != nil {
		l.s.o.Log.Error("work queue not filled", "route", l.way.Route.Name, "error", err)
		l.missed.Store(true)
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// page claims everything of a page that is due on this route, slice by slice.
func (l *line) page(ctx context.Context, w *pageWork) error {
	j, err := l.s.jobOf(ctx, w.page.Run.Broadcast)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	refs, later := j.book.Due(w.page.Run, w.page.Page, l.s.o.Now(), wholePage)
	if later > 0 {
		l.s.offerAt(time.Unix(later, 0), w.page)
	}
	if len(refs) == 0 {
		return nil
	}
	head, ok := j.book.Head(w.page.Run)
	if !ok {
		return nil
	}
	r := &renderer{l: l, j: j, head: head, run: w.page.Run}
	if err := r.load(l.s.o.Messages, w.page.Page); err != nil {
		return err
	}
	ahead := maxAhead
	if j.b.Content.Policy() == broadcast.MarkUnknown {
		ahead = 1 // who is claimed and not sent to when the power fails is shown as unknown for good
	}
	for len(refs) > 0 && ctx.Err() == nil {
		n := l.cut(refs)
		part := refs[:n]
		refs = refs[n:]
		sl, refused := r.slice(part)
		if len(refused) > 0 {
			if err := l.s.refuse(ctx, w.page.Run, refused); err != nil {
				return err
			}
		}
		if len(sl.refs) == 0 {
			continue
		}
		sl.work, sl.ahead = w, ahead
		if err := l.claim(ctx, sl); err != nil {
			return err
		}
		if l.givesWay(w.page) {
			break
		}
	}
	if len(refs) > 0 {
		w.again()
		l.turns.offered(w.page) // it goes on with the next job of the run, before the people behind them
	}
	return nil
}

// givesWay reports whether the rest of a page has to wait: an urgent page does, or the route is down, which must not
// leave claims behind.
func (l *line) givesWay(p message.Pending) bool {
	return p.Priority != 0 && l.urgent.Load() > 0 || !l.way.Sender.Pace().Ready
}

// cut returns how many of the parts make the next slice: no more than the route can use at once, whole copies only.
func (l *line) cut(refs []message.Ref) int {
	pace := l.way.Sender.Pace()
	n := min(maxSlice, max(1, pace.Window))
	if pace.PerSecond > 0 && pace.PerSecond < slowRate {
		n = min(n, max(1, int(pace.PerSecond*slowSlice.Seconds())))
	}
	n = min(n, len(refs))
	for n < len(refs) && refs[n].Copy == refs[n-1].Copy {
		n++
	}
	return n
}

// claim writes the claim and hands the slice over once it is durable. It waits for a token, so that no more is claimed
// ahead than the route can use.
func (l *line) claim(ctx context.Context, sl *slice) error {
	ahead := sl.ahead
	if pace := l.way.Sender.Pace(); pace.PerSecond > 0 && pace.PerSecond < slowRate {
		ahead = 1
	}
	for len(l.tokens) >= ahead {
		// A slow route frees its token in its own time; looking again is cheap beside that.
		pause(ctx, time.Millisecond)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	select {
	case l.tokens <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	sl.work.add(len(sl.refs))
	asked := sl.refs
	var granted []message.Ref
	l.claims.Add(1)
	l.s.o.Store.SubmitEssential(func(tx *store.Tx) error {
		granted = nil
		sends, err := broadcast.Sends(tx, sl.run.Broadcast)
		if err != nil || !sends {
			return err // stopped meanwhile: Halt looks after them
		}
		granted, err = l.s.o.Messages.Claim(tx, sl.run, sl.route, asked)
		return err
	}, func(_ storeSeq, err error) {
		defer l.claims.Done()
		if err != nil {
			sl.work.again()
			sl.work.end(len(asked))
			<-l.tokens
			return
		}
		if len(granted) < len(asked) {
			sl.keep(granted)
			sl.work.end(len(asked) - len(granted))
		}
		l.s.outcomes.expect(len(granted))
		l.ready <- sl // there is room for every token
	})
	return nil
}

// keep drops parts that were halted or claimed by somebody else meanwhile.
func (sl *slice) keep(granted []message.Ref) {
	parts := make([]gateway.Part, 0, len(granted))
	at := 0
	for _, g := range granted {
		for sl.refs[at] != g {
			at++
		}
		parts = append(parts, sl.parts[at])
	}
	sl.refs, sl.parts = granted, parts
}

// send hands claimed slices to the gateway, until none can come any more.
func (l *line) send(ctx context.Context) {
	for {
		select {
		case sl := <-l.ready:
			l.submit(ctx, sl)
			continue
		case <-l.over:
		}
		select {
		case sl := <-l.ready:
			l.submit(ctx, sl)
		default:
			return
		}
	}
}

func (l *line) submit(ctx context.Context, sl *slice) {
	done := func(i int, o gateway.Outcome) { l.s.outcomes.take(l, sl, i, o) }
	l.way.Sender.Submit(l.s.whileSending(ctx, sl.run.Broadcast), gateway.Slice{Parts: sl.parts, Done: done})
	<-l.tokens
}

func (w *pageWork) add(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.out += n
}

// again has the page offered once more when the outcomes are in.
func (w *pageWork) again() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fail = true
}

// end counts outcomes that are recorded.
func (w *pageWork) end(n int) {
	w.mu.Lock()
	w.out -= n
	last := w.fed && w.out == 0
	w.mu.Unlock()
	if last {
		w.finish()
	}
}

// close says that the feeder is done with the page.
func (w *pageWork) close() {
	w.mu.Lock()
	w.fed = true
	last := w.out == 0
	w.mu.Unlock()
	if last {
		w.finish()
	}
}

func (w *pageWork) finish() {
	_ = w.job.Ack() // a job that cannot be acknowledged comes again and finds nothing to do
	if w.fail {
		w.s.offerAt(w.s.o.Now().Add(time.Second), w.page)
	}
}
