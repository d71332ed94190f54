package smpp

import (
	"time"

	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp/wire"
)

// write is the session's writer: it puts responses and, as window and pace allow, parts into one buffer and writes it
// with one call, until the session ends.
func (s *session) write() {
	timer := time.NewTimer(tick)
	defer timer.Stop()
	buf := make([]byte, 0, wire.MaxPDU)
	for {
		var wait time.Duration
		buf, wait = s.gather(buf[:0])
		if len(buf) > 0 {
			if !s.flush(buf) {
				return
			}
			continue
		}
		timer.Reset(wait)
		select {
		case <-s.wake:
		case <-timer.C:
		case <-s.dead:
			return
		}
	}
}

// gather fills the buffer with what can go out now: responses first, then requests outside the window, then parts.
// When it returns nothing, wait is how long there is nothing to do unless the writer is woken.
func (s *session) gather(b []byte) (out []byte, wait time.Duration) {
	now := s.c.now()
	s.mu.Lock()
	b = append(b, s.answers...)
	s.answers = s.answers[:0]
	b, lost := s.expire(b, now)
	b, why := s.clocks(b, now)
	s.mu.Unlock()
	for _, e := range lost {
		s.c.lost.Add(1)
		e.job.done(int(e.part), gateway.Outcome{Class: gateway.Uncertain, At: now})
	}
	if why != nil {
		s.fail(why)
	}
	s.writeState.chunks = s.writeState.chunks[:0]
	if s.mode.submits() && !s.c.holding() && s.c.queue.waiting(s.carry) {
		b, wait = s.submit(b, now)
	} else {
		s.writeState.pos += uint64(len(b))
	}
	if wait <= 0 || wait > tick {
		wait = tick
	}
	return b, wait
}

// submit appends as many parts as window, pace and queue allow, and enters them in the window.
func (s *session) submit(b []byte, now time.Time) ([]byte, time.Duration) {
	w := &s.writeState
	s.mu.Lock()
	may, wait := s.mayTake(now)
	s.mu.Unlock()
	granted := 0
	if may > 0 {
		if granted, wait = s.c.pace.Take(now, may); granted > 0 {
			wait = 0
		}
	}
	got := 0
	if granted > 0 {
		w.chunks, got = s.c.queue.take(s.carry, granted, w.chunks)
	}
	s.c.pace.GiveBack(granted - got)
	w.seqs, w.ends, w.texts = w.seqs[:0], w.ends[:0], w.texts[:0]
	s.mu.Lock()
	s.pace.GiveBack(may - got)
	for range got {
		w.seqs = append(w.seqs, s.win.reserve())
	}
	s.mu.Unlock()
	if got == 0 {
		w.pos += uint64(len(b))
		return b, wait
	}
	i := 0
	for _, ch := range w.chunks {
		for p := ch.from; p < ch.to; p++ {
			b = s.c.template.Append(b, w.seqs[i], &ch.job.parts[p])
			w.ends = append(w.ends, w.pos+uint64(len(b)))
			w.texts = append(w.texts, s.c.unwanted.Key(&ch.job.parts[p].Wire))
			i++
		}
	}
	s.enter(now)
	w.pos += uint64(len(b))
	return b, 0
}

// enter puts the batch into the window, before it is written: no answer can be too fast.
func (s *session) enter(now time.Time) {
	w := &s.writeState
	s.mu.Lock()
	defer s.mu.Unlock()
	i := 0
	for _, ch := range w.chunks {
		for p := ch.from; p < ch.to; p++ {
			s.win.put(w.seqs[i], ch.job, p, w.texts[i], w.ends[i], now)
			i++
		}
	}
}

// flush writes the buffer and tells the jobs of its parts that they are written. It returns false when the connection
// has failed; the session is then closed.
func (s *session) flush(b []byte) bool {
	_ = s.conn.SetWriteDeadline(s.c.now().Add(writeTimeout))
	n, err := s.conn.Write(b)
	s.mu.Lock()
	s.written += uint64(n)
	last := s.lastByte && len(s.answers) == 0
	s.mu.Unlock()
	if err != nil {
		s.countWritten()
		s.fail(&setback{reason: reasonCut, err: err})
		return false
	}
	for _, ch := range s.writeState.chunks {
		ch.job.wrote(ch.len())
	}
	if last {
		s.fail(nil)
		return false
	}
	return true
}

// countWritten tells the jobs which parts of a batch got out before the connection failed. Parts that are still in the
// window and were not written are left to settle.
func (s *session) countWritten() {
	w := &s.writeState
	s.mu.Lock()
	defer s.mu.Unlock()
	i := 0
	for _, ch := range w.chunks {
		n := 0
		for range ch.len() {
			e := &s.win.slots[w.seqs[i]&slotMask]
			waiting := e.live && e.gen == w.seqs[i]>>slotBits
			if w.ends[i] <= s.written || !waiting {
				n++
			}
			i++
		}
		ch.job.wrote(n)
	}
}
