package smpp

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"noroshi/app/gateway"
)

// job is a slice that was handed over and is not wholly written yet.
type job struct {
	parts []gateway.Part
	index []int // position of each part in the caller's slice; nil when the same
	tell  func(i int, o gateway.Outcome)

	next      int  // first part no session has taken yet; guarded by the queue
	abandoned bool // what is not written is given up; guarded by the queue

	unwritten atomic.Int64
	written   chan struct{} // closed when each part is written or given up on
}

func newJob(parts []gateway.Part, index []int, tell func(int, gateway.Outcome)) *job {
	j := &job{parts: parts, index: index, tell: tell, written: make(chan struct{})}
	j.unwritten.Store(int64(len(parts)))
	return j
}

// done tells the outcome of a part. Whoever has removed the part from the queue or the window calls it, once.
func (j *job) done(part int, o gateway.Outcome) {
	if j.index != nil {
		part = j.index[part]
	}
	j.tell(part, o)
}

// wrote counts parts that are written or given up on.
func (j *job) wrote(n int) {
	if n > 0 && j.unwritten.Add(int64(-n)) == 0 {
		close(j.written)
	}
}

// joined reports whether part i belongs to the message of part i-1, so that it must follow on the same session.
func (j *job) joined(i int) bool {
	return i > 0 && i < len(j.parts) && j.parts[i].To == j.parts[i-1].To
}

// chunk is a run of parts of a job.
type chunk struct {
	job      *job
	from, to int
}

func (c chunk) len() int { return c.to - c.from }

// giveUp reports the chunk's parts as not sent. The caller is the only one who holds the chunk.
func (c chunk) giveUp(at time.Time) {
	for i := c.from; i < c.to; i++ {
		c.job.done(i, gateway.Outcome{Class: gateway.NotSent, At: at})
	}
	c.job.wrote(c.len())
}

// queue holds the slices that wait for a session, in the order they came.
type queue struct {
	mu       sync.Mutex
	jobs     []*job
	returned []chunk          // taken by a session that was cut before it could write them
	carries  map[*carry]chunk // rest of a message whose first parts a session has taken
}

// carry is a session's claim on the rest of the message it has begun.
type carry struct{ _ byte }

func newQueue() *queue { return &queue{carries: make(map[*carry]chunk)} }

func (q *queue) push(j *job) {
	q.mu.Lock()
	q.jobs = append(q.jobs, j)
	q.mu.Unlock()
}

// take appends up to n parts to out and returns it with their count. The session that owns c gets the rest of its
// message first.
func (q *queue) take(c *carry, n int, out []chunk) ([]chunk, int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	left := n
	if rest, ok := q.carries[c]; ok && left > 0 {
		delete(q.carries, c)
		out, left = q.cut(c, rest, left, out)
	}
	for left > 0 && len(q.returned) > 0 {
		rest := q.returned[0]
		q.returned = slices.Delete(q.returned, 0, 1)
		run := messageRun(rest, left)
		if run < rest.to {
			q.returned = slices.Insert(q.returned, 0, chunk{rest.job, run, rest.to})
		}
		out, left = q.cut(c, chunk{rest.job, rest.from, run}, left, out)
	}
	for left > 0 && len(q.jobs) > 0 {
		j := q.jobs[0]
		run := messageRun(chunk{j, j.next, len(j.parts)}, left)
		from := j.next
		j.next = run
		if j.next == len(j.parts) {
			q.jobs = slices.Delete(q.jobs, 0, 1)
		}
		out, left = q.cut(c, chunk{j, from, run}, left, out)
	}
	return out, n - left
}

// messageRun returns where a run of at least n parts of whole messages ends, or the chunk's end.
func messageRun(c chunk, n int) int {
	end := min(c.from+n, c.to)
	for end < c.to && c.job.joined(end) {
		end++
	}
	return end
}

// cut appends the first left parts of rest and keeps what is behind them for the session.
func (q *queue) cut(c *carry, rest chunk, left int, out []chunk) ([]chunk, int) {
	n := min(left, rest.len())
	if n < rest.len() {
		q.carries[c] = chunk{rest.job, rest.from + n, rest.to}
	}
	return append(out, chunk{rest.job, rest.from, rest.from + n}), left - n
}

// waiting reports whether a session that owns c could take a part now.
func (q *queue) waiting(c *carry) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	_, ok := q.carries[c]
	return ok || len(q.returned) > 0 || len(q.jobs) > 0
}

// giveBack puts the chunks a cut session did not write to the front, together with the rest the session had claimed.
// It returns those that cannot be taken by another: of abandoned jobs, or the rest of a message already begun.
func (q *queue) giveBack(c *carry, unwritten []chunk) []chunk {
	q.mu.Lock()
	defer q.mu.Unlock()
	if rest, ok := q.carries[c]; ok {
		delete(q.carries, c)
		unwritten = join(unwritten, rest)
	}
	var refused, kept []chunk
	for _, u := range unwritten {
		begun := u.from
		if u.job.abandoned {
			begun = u.to
		} else {
			for begun < u.to && u.job.joined(begun) {
				begun++
			}
		}
		if begun > u.from {
			refused = append(refused, chunk{u.job, u.from, begun})
		}
		if begun < u.to {
			kept = append(kept, chunk{u.job, begun, u.to})
		}
	}
	q.returned = append(kept, q.returned...)
	return refused
}

// join appends the chunk, to the last one if it goes on there.
func join(cs []chunk, c chunk) []chunk {
	if n := len(cs); n > 0 && cs[n-1].job == c.job && cs[n-1].to == c.from {
		cs[n-1].to = c.to
		return cs
	}
	return append(cs, c)
}

// abandon takes out of the queue what no session is writing, and returns it. What a session is writing is given up by
// giveBack, should it fail.
func (q *queue) abandon(j *job) []chunk {
	q.mu.Lock()
	defer q.mu.Unlock()
	j.abandoned = true
	var out []chunk
	for c, rest := range q.carries {
		if rest.job == j {
			out = append(out, rest)
			delete(q.carries, c)
		}
	}
	q.returned = slices.DeleteFunc(q.returned, func(r chunk) bool {
		if r.job == j {
			out = append(out, r)
		}
		return r.job == j
	})
	if i := slices.Index(q.jobs, j); i >= 0 {
		q.jobs = slices.Delete(q.jobs, i, i+1)
		out = append(out, chunk{j, j.next, len(j.parts)})
		j.next = len(j.parts)
	}
	return out
}
