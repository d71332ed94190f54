package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	badger "github.com/dgraph-io/badger/v4"

	"noroshi/app/id"
	"noroshi/app/store/disk"
)

// Options are what Open needs.
type Options struct {
	Dir          string           // the ledger's own directory; made if it is missing
	Key          []byte           // 32 octets, see ReadKeyFile
	Now          func() time.Time // required
	Random       io.Reader        // names a new ledger; nil means the system's
	Log          *slog.Logger     // nil discards
	MemTableSize int64            // octets; 0 means 16 MB, less than 8 MB is refused
	MinFree      uint64           // free octets below which Update is refused; 0 means 512 MB
	MustExist    bool             // refuse to make a new ledger: an empty directory may be a disk that is not mounted

	freeSpace  func(dir string) (uint64, error) // tests
	migrations []Migration                      // tests; nil means the list of this release
}

// Store is an open ledger. It is safe for concurrent use.
type Store struct {
	dir        string
	now        func() time.Time
	log        *slog.Logger
	db         *badger.DB
	lock       *os.File
	generation uint64

	last      header                 // of the last entry; the writer's own
	lastTold  atomic.Pointer[header] // a copy of last for other goroutines
	head      atomic.Uint64          // sequence of the last entry that was told to everybody
	failed    atomic.Pointer[error]
	queue     jobQueue
	commitTxn func(*badger.Txn) error // (*badger.Txn).Commit, but for tests of a disk that fails
	notices   *notices
	bell      bell
	space     *disk.Space
	mark      *disk.Mark
	counts    counts
	written   chan struct{} // closed when the writer has ended

	closing   chan struct{}
	life      context.Context // of the house-keeping; ends when Close begins
	end       context.CancelFunc
	closeOnce sync.Once
	closeErr  error
	tending   sync.WaitGroup
	readers   readers
}

// View runs fn over a consistent snapshot of what is durable and returns its error. A write in it makes View fail.
// Returns Unavailable, code store_closed, once Close has begun.
func (s *Store) View(fn func(tx *Tx) error) error {
	if !s.enter() {
		return errClosed
	}
	defer s.leave()
	read := s.db.NewTransaction(false)
	defer read.Discard()
	tx := &Tx{s: s, read: read}
	err := fn(tx)
	tx.over = true
	if err == nil {
		err = tx.err
	}
	return err
}

// Head returns the sequence of the last durable entry; 0 when there is none.
func (s *Store) Head() id.Seq { return id.Seq(s.head.Load()) }

// Generation tells this ledger from others with the same sequences: a restore makes a greater one.
func (s *Store) Generation() uint64 { return s.generation }

// StreamID returns the name of a place in the feed that stays right over a restore: "generation.sequence".
func (s *Store) StreamID(seq id.Seq) string { return fmt.Sprintf("%d.%d", s.generation, seq) }

// Stamp returns the mark of the directory, such as "demo"; empty when it has none.
func (s *Store) Stamp() (stamp string) {
	err := s.View(func(tx *Tx) error {
		b, ok, err := tx.Get(metaKey(metaStamp))
		if err != nil || !ok {
			return err
		}
		_, rest, err := CheckVersion(b, 1)
		stamp = string(rest)
		return err
	})
	if err != nil {
		s.log.Error("stamp of the ledger cannot be read", "error", err)
	}
	return stamp
}

// SetStamp marks the directory.
func (s *Store) SetStamp(ctx context.Context, stamp string) error {
	_, err := s.Update(ctx, func(tx *Tx) error {
		tx.privately(func() { tx.Set(metaKey(metaStamp), WithVersion(1, []byte(stamp))) })
		return nil
	})
	return err
}

// Close refuses new work, commits what waits, calls what is to be called, waits for open Views and closes the database.
// Further calls return the first one's result. It must not be called from a function that the store runs.
func (s *Store) Close() error {
	s.closeOnce.Do(func() {
		close(s.closing)
		s.end()
		s.tending.Wait()
		s.queue.close()
		<-s.written
		s.notices.close()
		s.readers.close()
		s.noteMark()
		s.closeErr = errors.Join(s.db.Close(), s.mark.Close(), s.lock.Close())
	})
	return s.closeErr
}

// readers counts open Views, so that Close can wait for them.
type readers struct {
	mu     sync.Mutex
	open   int
	closed bool
	none   chan struct{} // closed when the last one leaves after close; nil before
}

func (s *Store) enter() bool {
	s.readers.mu.Lock()
	defer s.readers.mu.Unlock()
	if s.readers.closed {
		return false
	}
	s.readers.open++
	return true
}

func (s *Store) leave() {
	s.readers.mu.Lock()
	defer s.readers.mu.Unlock()
	s.readers.open--
	if s.readers.open == 0 && s.readers.none != nil {
		close(s.readers.none)
		s.readers.none = nil
	}
}

func (r *readers) close() {
	r.mu.Lock()
	r.closed = true
	var wait chan struct{}
	if r.open > 0 {
		wait = make(chan struct{})
		r.none = wait
	}
	r.mu.Unlock()
	if wait != nil {
		<-wait
	}
}
