package store

import (
	"context"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"

	badger "github.com/dgraph-io/badger/v4"

	"noroshi/app/fault"
	"noroshi/app/id"
)

// MaxWaiting is how many functions may wait for the writer before further ones are refused.
const MaxWaiting = 100_000

var (
	errClosed   = fault.New(fault.Unavailable, "store_closed", "The ledger is closed.")
	errDiskFull = fault.New(fault.Unavailable, "disk_full", "The disk of the ledger is nearly full; free some space.")
	errBusy     = fault.New(fault.Unavailable, "store_busy", "Too many changes wait for the ledger; try again.")
)

// Update runs fn in the writer goroutine and returns once its entry is durable, with the sequence of the entry; a fn
// that writes nothing gets the sequence it has read. When fn fails or panics, nothing of it is written and its error
// comes back; functions that share its entry are not disturbed. fn must not block and must not call Update or Wait; it
// may be run again for a later entry (see Tx.Seq and Tx.OnRollback), never after Update has returned.
//
// The context ends the wait only while fn has not begun: an error of the context means that nothing was written.
// Returns Invalid (entry_too_large) for more than MaxWrites or MaxBytes, Unavailable (disk_full, store_closed,
// store_busy, store_failed) when the ledger takes no writes.
func (s *Store) Update(ctx context.Context, fn func(tx *Tx) error) (id.Seq, error) {
	return s.update(ctx, fn, false)
}

// UpdateEssential is Update for what must be kept as long as possible: receipts, replies, outcomes. It is still taken
// when the disk is too full for Update.
func (s *Store) UpdateEssential(ctx context.Context, fn func(tx *Tx) error) (id.Seq, error) {
	return s.update(ctx, fn, true)
}

func (s *Store) update(ctx context.Context, fn func(tx *Tx) error, essential bool) (id.Seq, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	type outcome struct {
		seq id.Seq
		err error
	}
	result := make(chan outcome, 1)
	j := &job{fn: fn, essential: essential, finish: func(seq id.Seq, err error) { result <- outcome{seq, err} }}
	if err := s.queue.add(j); err != nil {
		return 0, err
	}
	select {
	case o := <-result:
		return o.seq, o.err
	case <-ctx.Done():
		if j.state.CompareAndSwap(jobWaiting, jobAbandoned) {
			return 0, ctx.Err()
		}
	}
	o := <-result // it has begun: only the disk can make this long, and only the outcome is the truth
	return o.seq, o.err
}

// Submit is Update without the wait: done is called exactly once, after the entry is durable or fn has failed, from a
// goroutine that calls the done functions one after the other in the order of commits. done may block briefly and may
// call Submit. Submits of one goroutine are committed in their order.
func (s *Store) Submit(fn func(tx *Tx) error, done func(id.Seq, error)) { s.submit(fn, done, false) }

// SubmitEssential is to Submit what UpdateEssential is to Update.
func (s *Store) SubmitEssential(fn func(tx *Tx) error, done func(id.Seq, error)) {
	s.submit(fn, done, true)
}

func (s *Store) submit(fn func(tx *Tx) error, done func(id.Seq, error), essential bool) {
	j := &job{fn: fn, essential: essential}
	j.finish = func(seq id.Seq, err error) { s.notices.add(func() { done(seq, err) }) }
	if err := s.queue.add(j); err != nil {
		// Closed: the goroutine of the notices may be gone already.
		if !s.notices.add(func() { done(0, err) }) {
			done(0, err)
		}
	}
}

const (
	jobWaiting int32 = iota
	jobBegun
	jobAbandoned
)

// job is one function that waits for the writer.
type job struct {
	fn        func(tx *Tx) error
	essential bool
	finish    func(id.Seq, error) // must not block
	state     atomic.Int32
	tx        *Tx   // after fn has run
	err       error // of fn
}

// jobQueue hands waiting functions to the writer, all at once.
type jobQueue struct {
	mu     sync.Mutex
	jobs   []*job
	closed bool
	err    error // why further functions are refused
	wake   chan struct{}
}

func (q *jobQueue) add(j *job) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.err != nil:
		return q.err
	case q.closed:
		return errClosed
	case len(q.jobs) >= MaxWaiting:
		return errBusy
	}
	q.jobs = append(q.jobs, j)
	select {
	case q.wake <- struct{}{}:
	default:
	}
	return nil
}

// take waits for functions and returns all of them; nil when the queue is closed and empty. spare is reused.
func (q *jobQueue) take(spare []*job) []*job {
	for {
		q.mu.Lock()
		jobs, closed := q.jobs, q.closed
		if len(jobs) > 0 {
			q.jobs = spare[:0]
		}
		q.mu.Unlock()
		if len(jobs) > 0 || closed {
			return jobs
		}
		<-q.wake
	}
}

func (q *jobQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// refuse makes all further adds fail.
func (q *jobQueue) refuse(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.err = err
}

func (q *jobQueue) waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.jobs)
}

// batch is what becomes one entry.
type batch struct {
	jobs    []*job // in the order in which they ran, failed ones among them
	writes  *overlay
	changes []Change
	bytes   int // octets of changes
}

func (b *batch) fits(tx *Tx) bool {
	return b.writes.len()+tx.own.len() <= MaxWrites && b.writes.size+b.bytes+tx.own.size+tx.bytes <= MaxBytes
}

func (b *batch) add(j *job) {
	b.jobs = append(b.jobs, j)
	if j.err != nil {
		return
	}
	if b.writes.len() == 0 {
		b.writes = j.tx.own
	} else {
		b.writes.merge(j.tx.own)
	}
	b.changes = append(b.changes, j.tx.changes...)
	b.bytes += j.tx.bytes
}

// write is the writer goroutine.
func (s *Store) write() {
	defer close(s.written)
	orderly := false
	var jobs, spare []*job
	var carried *job
	defer func() {
		if !orderly { // a function has ended this goroutine, as testing.T.FailNow does
			s.fail(fault.New(fault.Internal, "store_failed", "The ledger's writer was ended by one of its functions."))
			s.queue.close()
			s.finish(append([]*job{carried}, jobs...), 0, s.failure())
			s.finish(s.queue.take(nil), 0, s.failure())
		}
	}()
	for {
		jobs = s.queue.take(spare)
		if len(jobs) == 0 {
			orderly = true
			return
		}
		spare = jobs
		for len(jobs) > 0 || carried != nil {
			jobs, carried = s.runEntry(jobs, carried)
		}
		clear(spare)
	}
}

// runEntry runs functions until one does not fit any more, commits them, and returns those left. A function that has
// run but did not fit is carried into the next entry as it is, unless it has used its sequence and must run again.
func (s *Store) runEntry(jobs []*job, carried *job) (left []*job, carry *job) {
	b := &batch{writes: newOverlay()}
	if carried != nil {
		b.add(carried)
	}
	read := s.db.NewTransaction(false)
	for len(jobs) > 0 && carry == nil {
		j := jobs[0]
		if !j.state.CompareAndSwap(jobWaiting, jobBegun) && j.state.Load() == jobAbandoned {
			jobs = jobs[1:]
			continue
		}
		s.run(j, read, b.writes)
		if j.err != nil || b.fits(j.tx) {
			b.add(j)
			jobs = jobs[1:]
			continue
		}
		if j.tx.seqUsed {
			s.undo([]*job{j})
			break
		}
		carry, jobs = j, jobs[1:]
	}
	read.Discard()
	if err := s.commit(b); err != nil && carry != nil {
		carry.err = err
		s.undo([]*job{carry})
		s.finish([]*job{carry}, 0, nil)
		carry = nil
	}
	return jobs, carry
}

// run runs the function of j over what the entry holds so far.
func (s *Store) run(j *job, read *badger.Txn, base *overlay) {
	j.tx, j.err = nil, s.admit(j.essential)
	if j.err != nil {
		return
	}
	tx := &Tx{s: s, read: read, base: base, own: newOverlay(), seq: s.last.seq + 1}
	j.tx = tx
	j.err = s.guard(func() error { return j.fn(tx) })
	tx.over = true
	if j.err == nil {
		j.err = tx.err
	}
	if j.err != nil {
		s.undo([]*job{j})
	}
}

// guard runs f and makes an error of its panic. The panic's value stays out of the log: it may hold personal data.
func (s *Store) guard(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			s.log.Error("ledger function panicked", "stack", string(debug.Stack()))
			err = fault.New(fault.Internal, "internal", "A change of the ledger failed unexpectedly.")
		}
	}()
	return f()
}

// undo runs the rollback functions of the jobs, last one first, once.
func (s *Store) undo(jobs []*job) {
	for _, j := range slices.Backward(jobs) {
		if j.tx == nil {
			continue
		}
		for _, fn := range slices.Backward(j.tx.rollback) {
			_ = s.guard(func() error { fn(); return nil })
		}
		j.tx.rollback = nil
	}
}

// commit makes the batch durable and tells everybody in order: hooks, callers, listeners.
func (s *Store) commit(b *batch) error {
	if len(b.changes) > 0 {
		b.writes.put(write{key: changeKey(s.last.seq + 1), value: encodeChanges(b.changes)})
	}
	seq, err := s.last.seq, error(nil)
	if b.writes.len() > 0 {
		seq, err = s.commitEntry(b.writes)
	}
	if err != nil {
		s.undo(b.jobs)
		s.finish(b.jobs, 0, err)
		return err
	}
	for _, j := range b.jobs {
		if j.err != nil {
			continue
		}
		for _, fn := range j.tx.commit {
			_ = s.guard(func() error { fn(seq); return nil })
		}
	}
	advanced := s.Head() != seq
	s.head.Store(uint64(seq))
	s.finish(b.jobs, seq, nil)
	if advanced {
		s.bell.ring()
	}
	return nil
}

func (s *Store) commitEntry(o *overlay) (id.Seq, error) {
	begun := s.now()
	h, err := s.apply(o.writes)
	if err != nil {
		s.fail(fault.Wrap(err, fault.Unavailable, "store_failed",
			"The ledger could not write to its disk and takes no more changes. Check the disk, then restart Noroshi."))
		return 0, s.failure()
	}
	s.last = h
	s.lastTold.Store(&h)
	s.space.Wrote(o.size)
	s.counts.add(s.now().Sub(begun), len(o.writes))
	return h.seq, nil
}

// finish releases the callers: each with its own error, else with err, else with the sequence.
func (s *Store) finish(jobs []*job, seq id.Seq, err error) {
	for _, j := range jobs {
		switch {
		case j == nil:
		case j.err != nil:
			j.finish(0, j.err)
		case err != nil:
			j.finish(0, err)
		default:
			j.finish(seq, nil)
		}
	}
}

// fail makes the store refuse all further writes: after a failed write nobody knows what the disk holds.
func (s *Store) fail(err error) {
	s.failed.CompareAndSwap(nil, &err)
	s.queue.refuse(s.failure())
	s.log.Error("ledger refuses writes", "error", err)
}

func (s *Store) failure() error {
	if err := s.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// admit says whether a function may run now.
func (s *Store) admit(essential bool) error {
	if err := s.failure(); err != nil {
		return err
	}
	if !s.space.Room(essential) {
		return errDiskFull
	}
	return nil
}
