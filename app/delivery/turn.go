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
// first page of its run, whichever page the job names. There is a job for every page, so none is forgotten.
type turns struct {
	mu      sync.Mutex
	waiting map[message.Run][]uint32
}

// offered takes note of an offer.
func (t *turns) offered(p message.Pending) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.waiting == nil {
		t.waiting = map[message.Run][]uint32{}
	}
	list := t.waiting[p.Run]
	if at, known := slices.BinarySearch(list, p.Page); !known {
		t.waiting[p.Run] = slices.Insert(list, at, p.Page)
	}
}

// first returns the page to work on with a job: its own when nothing waits, as when a job is handed out twice.
func (t *turns) first(job message.Pending) message.Pending {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := t.waiting[job.Run]
	if len(list) == 0 {
		return job
	}
	job.Page = list[0]
	if list = list[1:]; len(list) == 0 {
		delete(t.waiting, job.Run)
	} else {
		t.waiting[job.Run] = list
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
