package delivery

import (
	"slices"
	"sync"

	"noroshi/app/id"
	"noroshi/app/message"
)

// turns keeps the order of sending on one line: the pages of a run that wait in the queue, ascending. The queue hands
// out in the order of offers; but a page that comes again, broken off or with parts that are due for another try, goes
// before those behind it in the run, whose people are less urgent. So whoever takes a job off the queue works on the
// first page of its run, whichever page the job names. A page that was broken off waits here before it has a job of its
// own, so a job may be spent on it and leave another page without one: what is left when the queue is empty is offered.
type turns struct {
	mu      sync.Mutex
	waiting map[message.Run]row
}

// row is what waits of one run.
type row struct {
	priority uint8
	pages    []uint32
}

// offered takes note of an offer.
func (t *turns) offered(p message.Pending) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.waiting == nil {
		t.waiting = map[message.Run]row{}
	}
	r := t.waiting[p.Run]
	if at, known := slices.BinarySearch(r.pages, p.Page); !known {
		t.waiting[p.Run] = row{priority: p.Priority, pages: slices.Insert(r.pages, at, p.Page)}
	}
}

// left returns the pages that wait.
func (t *turns) left() []message.Pending {
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []message.Pending
	for run, r := range t.waiting {
		for _, n := range r.pages {
			list = append(list, message.Pending{Run: run, Page: n, Priority: r.priority})
		}
	}
	return list
}

// first returns the page to work on with a job: its own when nothing waits, as when a job is handed out twice.
func (t *turns) first(job message.Pending) message.Pending {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.waiting[job.Run]
	if len(r.pages) == 0 {
		return job
	}
	job.Page = r.pages[0]
	if r.pages = r.pages[1:]; len(r.pages) == 0 {
		delete(t.waiting, job.Run)
	} else {
		t.waiting[job.Run] = r
	}
	return job
}

// forget drops what is known of a broadcast that sends nothing more.
func (t *turns) forget(b id.Broadcast) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for run := range t.waiting {
		if run.Broadcast == b {
			delete(t.waiting, run)
		}
	}
}
