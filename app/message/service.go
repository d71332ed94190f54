package message

import (
	"context"
	"encoding/binary"
	"slices"
	"sync"
	"time"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/message/leaf"
	"noroshi/app/message/part"
	"noroshi/app/message/partids"
	"noroshi/app/store"
)

// Service keeps the copies. Its methods that take a transaction run inside store.Update; the others read memory or open
// a view of their own.
type Service struct {
	store *store.Store
	now   func() time.Time
	ids   *partids.Index

	mu      sync.RWMutex
	books   map[id.Broadcast]*Book
	slots   []*row // table that the id index points into
	orphans orphans
}

// New returns a service over a ledger. Load brings in the broadcasts whose copies can still change.
func New(st *store.Store, now func() time.Time) *Service {
	return &Service{store: st, now: now, ids: partids.New(), books: map[id.Broadcast]*Book{}, orphans: newOrphans()}
}

// Load rebuilds the book of a broadcast from the ledger, unless it is in memory already. Broadcasts that are open, or
// were closed lately, are loaded at start; others when somebody looks at them.
func (s *Service) Load(ctx context.Context, b id.Broadcast) (*Book, error) {
	if book := s.Book(b); book != nil {
		return book, nil
	}
	var book *Book
	// An update without writes: it runs in the writer's goroutine, so nothing can happen to the book meanwhile.
	_, err := s.store.UpdateEssential(ctx, func(tx *store.Tx) (err error) {
		book, err = s.bookFor(tx, b)
		return err
	})
	return book, err
}

// Book returns the book of a broadcast that is in memory; nil when it is not.
func (s *Service) Book(b id.Broadcast) *Book {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.books[b]
}

// Unload drops the book of a broadcast that can no longer change; receipts for it become orphans.
func (s *Service) Unload(ctx context.Context, b id.Broadcast) error {
	_, err := s.store.UpdateEssential(ctx, func(*store.Tx) error {
		if book := s.Book(b); book != nil {
			s.drop(book)
		}
		return nil
	})
	return err
}

// drop takes a book out of memory with everything that points into it, so that nothing is folded into rows nobody sees.
func (s *Service) drop(book *Book) {
	slots := map[uint16]bool{}
	s.mu.Lock()
	delete(s.books, book.broadcast)
	for _, w := range book.rows {
		s.slots[w.slot] = nil
		slots[w.slot] = true
	}
	s.mu.Unlock()
	s.ids.Drop(slots)
}

// bookFor returns the book, loading it inside the transaction if needed.
func (s *Service) bookFor(tx *store.Tx, b id.Broadcast) (*Book, error) {
	if book := s.Book(b); book != nil {
		return book, nil
	}
	book := newBook(b)
	tx.OnRollback(func() { s.drop(book) })
	if err := s.read(tx, book); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.books[b] = book
	s.mu.Unlock()
	return book, nil
}

// read folds everything the ledger holds of a broadcast's copies.
func (s *Service) read(tx *store.Tx, book *Book) error {
	prefix := store.MessageRun.Key(id.Bytes(book.broadcast))
	err := tx.Each(store.Scan{Prefix: prefix}, func(key, value []byte) (bool, error) {
		run, ok := runFrom(key[1:])
		if !ok {
			return false, errBadPage("bad key of a run")
		}
		head, err := decodeHead(value)
		if err != nil {
			return false, err
		}
		s.addRow(book, run, head)
		return true, nil
	})
	if err != nil {
		return err
	}
	for _, w := range book.rows {
		if err := s.readRow(tx, book, w); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) readRow(tx *store.Tx, book *Book, w *row) error {
	scan := store.Scan{Prefix: store.MessagePage.Key(w.run.key())}
	err := tx.Each(scan, func(_, value []byte) (bool, error) {
		p, err := leaf.Parse(value)
		if err == nil {
			_, err = book.addPage(w, p, nil)
		}
		return err == nil, err
	})
	if err != nil {
		return err
	}
	scan = store.Scan{Prefix: store.MessageLog.Key(w.run.key())}
	return tx.Each(scan, func(key, value []byte) (bool, error) {
		w.next = binary.BigEndian.Uint64(key[1+runLen:]) + 1
		err := part.DecodeBatch(value, func(at time.Time, e part.Event) {
			book.apply(w, e, at, nil, nil)
			if e.Kind == part.EvTaken && int(e.Copy) < len(w.numbers) {
				s.ids.Add(w.head.RouteName(e.Route), e.Text, partids.Place{Slot: w.slot, Copy: e.Copy, Part: e.Part})
			}
		})
		return err == nil, err
	})
}

func (s *Service) addRow(book *Book, run Run, head Head) {
	w := &row{
		run: run, head: head, place: uint8(len(book.rows)), shared: map[uint32][]uint32{}, first: []uint32{0},
		due: map[Ref]int64{}, moved: map[uint32]moved{},
	}
	s.mu.Lock()
	at := slices.Index(s.slots, nil)
	if at < 0 {
		at, s.slots = len(s.slots), append(s.slots, nil)
	}
	w.slot, s.slots[at] = uint16(at), w
	s.mu.Unlock()
	book.rows = append(book.rows, w)
}

// CreateRun starts a run. Returns Conflict (code run_exists) when there is one.
func (s *Service) CreateRun(tx *store.Tx, run Run, head Head) error {
	book, err := s.bookFor(tx, run.Broadcast)
	if err != nil {
		return err
	}
	if book.row(run) != nil {
		return fault.New(fault.Conflict, "run_exists", "These messages have been started already.")
	}
	value, err := head.encode()
	if err != nil {
		return err
	}
	tx.Set(store.MessageRun.Key(run.key()), value)
	book.mu.Lock()
	s.addRow(book, run, head)
	book.mu.Unlock()
	tx.OnRollback(func() {
		book.mu.Lock()
		defer book.mu.Unlock()
		last := book.rows[len(book.rows)-1]
		book.rows = book.rows[:len(book.rows)-1]
		s.mu.Lock()
		defer s.mu.Unlock()
		s.slots[last.slot] = nil
	})
	return nil
}

// Pages returns how many pages the run has, and 0 when there is no run: where expansion goes on after a crash.
func (s *Service) Pages(b *Book, run Run) (pages int, exists bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if w := b.row(run); w != nil {
		return len(w.open), true
	}
	return 0, false
}

// AddPage appends a page of 1 to 256 copies, sorted by number inside of each segment of the head; only the last page
// of a run may be short. It also makes the page pending. People are counted as waiting by Place, not here; but who
// stood worse with the copies there were (all of them failed, say) waits again.
func (s *Service) AddPage(tx *store.Tx, run Run, copies []Copy) (pageNo uint32, err error) {
	book, err := s.bookFor(tx, run.Broadcast)
	if err != nil {
		return 0, err
	}
	w := book.row(run)
	if w == nil || len(copies) == 0 || len(copies) > PageSize || len(w.numbers)%PageSize != 0 {
		return 0, fault.New(fault.Internal, "internal", "A page of messages does not fit its run.")
	}
	encoded := leaf.Encode(copies)
	pageNo = uint32(len(w.open))
	tx.Set(store.MessagePage.Key(run.key(), be32(pageNo)), encoded)
	tx.Set(pendingKey(w.head.Priority, run, pageNo), []byte{1})
	p, err := leaf.Parse(encoded)
	if err != nil {
		return 0, err
	}
	var ld ledgerDelta
	book.mu.Lock()
	undo, err := book.addPage(w, p, &ld)
	book.mu.Unlock()
	if err != nil {
		return 0, err
	}
	tx.OnRollback(func() {
		book.mu.Lock()
		defer book.mu.Unlock()
		undo()
	})
	for _, c := range copies {
		ld.parts += int64(max(1, c.Parts))
	}
	d, _ := ld.delta(run.Broadcast, s.now())
	tx.Change(store.TopicMessage, d.encode())
	return pageNo, nil
}

// Place counts people into the tally when the audience is frozen: those who will get a copy as Waiting, the others with
// the reason why not.
func (s *Service) Place(tx *store.Tx, b id.Broadcast, people map[Standing]int) {
	d := Delta{Broadcast: b, At: s.now()}
	for to := range NumStandings {
		if n := people[to]; n > 0 {
			d.Moves = append(d.Moves, Move{From: NoStanding, To: to, N: uint32(n)})
		}
	}
	tx.Change(store.TopicMessage, d.encode())
}

// Pending is a page that still has something to send.
type Pending struct {
	Run      Run
	Page     uint32
	Priority uint8
}

// EachPending hands out the pending index in the order of sending: urgent first, then by broadcast and page.
func (s *Service) EachPending(fn func(Pending) error) error {
	return s.store.View(func(tx *store.Tx) error {
		scan := store.Scan{Prefix: store.MessagePending.Key(), KeysOnly: true}
		return tx.Each(scan, func(key, _ []byte) (bool, error) {
			if len(key) != 2+runLen+4 {
				return false, errBadPage("bad key of the pending index")
			}
			run, _ := runFrom(key[2:])
			err := fn(Pending{Run: run, Priority: key[1], Page: binary.BigEndian.Uint32(key[2+runLen:])})
			return err == nil, err
		})
	})
}

func pendingKey(priority uint8, run Run, pageNo uint32) []byte {
	return store.MessagePending.Key([]byte{priority}, run.key(), be32(pageNo))
}

func be32(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

// append writes a batch of events to a run's log and folds it into memory and the feed.
func (s *Service) append(tx *store.Tx, book *Book, w *row, events []part.Event) {
	if len(events) == 0 {
		return
	}
	at := s.now()
	tx.Set(store.MessageLog.Key(w.run.key(), binary.BigEndian.AppendUint64(nil, w.next)),
		part.Batch{At: at, Events: events}.Encode())
	var ld ledgerDelta
	j := &journal{book: book}
	book.mu.Lock()
	w.next++
	j.undo = append(j.undo, func() { w.next-- })
	touched := map[uint32]bool{}
	for _, e := range events {
		book.apply(w, e, at, &ld, j)
		touched[e.Copy/PageSize] = true
	}
	for pageNo := range touched {
		if int(pageNo) < len(w.open) && w.open[pageNo] == 0 {
			tx.Delete(pendingKey(w.head.Priority, w.run, pageNo))
		}
	}
	book.mu.Unlock()
	tx.OnRollback(j.rollback)
	if d, changed := ld.delta(book.broadcast, at); changed {
		tx.Change(store.TopicMessage, d.encode())
	}
}
