package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/store/disk"
	"noroshi/app/store/memory"
)

const (
	lockName        = "noroshi.lock"
	markName        = "noroshi.ledger" // stands in a directory whose ledger has been made to the end
	headName        = "noroshi.head"   // says how far the ledger has come, see disk.Mark
	defaultMemTable = 16 << 20
	leastMemTable   = 8 << 20 // an entry of MaxBytes must fit 15 % of it
	defaultMinFree  = 512 << 20
)

// Open opens the ledger in the directory, or makes a new one in an empty directory, and runs the migrations that are
// due. Errors carry a code: key_missing and key_wrong, ledger_missing (MustExist), ledger_locked, ledger_unreadable,
// ledger_newer with the release that is needed, ledger_damaged with what to do, disk_full. It never deletes data; the
// only files it removes are write-ahead files of length zero, which a crash may leave and which hold nothing.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Now == nil {
		return nil, fault.New(fault.Internal, "internal", "The ledger was given no clock.")
	}
	if len(o.Key) != KeySize {
		return nil, fault.New(fault.Invalid, "key_missing",
			"The ledger needs its key of 32 octets; give the key file that was made with it.")
	}
	setDefaults(&o)
	if o.MemTableSize < leastMemTable {
		return nil, fault.New(fault.Invalid, "bad_option", "The ledger's memory table must be 8 MB at least.")
	}
	lock, made, err := prepare(o)
	if err != nil {
		return nil, err
	}
	s, err := openLocked(ctx, o, lock, made)
	if err != nil {
		return nil, err
	}
	if err := s.migrate(ctx, o.migrations); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

func setDefaults(o *Options) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.MemTableSize == 0 {
		o.MemTableSize = defaultMemTable
	}
	if o.MinFree == 0 {
		o.MinFree = defaultMinFree
	}
	if o.freeSpace == nil {
		o.freeSpace = disk.Free
	}
	if o.migrations == nil {
		o.migrations = migrations
	}
}

// prepare takes the directory's lock and looks at its files before the database does: the database would make a new,
// empty ledger over tables whose list is lost, and remove them.
func prepare(o Options) (lock *os.File, made bool, err error) {
	if _, err := os.Stat(o.Dir); errors.Is(err, fs.ErrNotExist) && o.MustExist {
		return nil, false, errMissing(o.Dir)
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, false, fault.Wrap(err, fault.Unavailable, "ledger_unreadable",
			"The ledger's directory cannot be made; check its owner and permissions.", "dir", o.Dir)
	}
	lock, err = disk.Lock(o.Dir, lockName)
	if errors.Is(err, disk.ErrLocked) {
		return nil, false, fault.Wrap(err, fault.Unavailable, "ledger_locked",
			"Another Noroshi has this ledger open; stop it first.", "dir", o.Dir)
	}
	if err != nil {
		return nil, false, fault.Wrap(err, fault.Unavailable, "ledger_unreadable",
			"The ledger's directory cannot be written; check its owner and permissions.", "dir", o.Dir)
	}
	made, err = inspect(o)
	if err != nil {
		_ = lock.Close()
		return nil, false, err
	}
	return lock, made, nil
}

func errMissing(dir string) error {
	return fault.New(fault.NotFound, "ledger_missing", "There is no ledger in the directory. If there should be one, "+
		"check that its disk is mounted; for a new one run noroshi init.", "dir", dir)
}

// inspect removes write-ahead files of length zero and reports whether a ledger has been made here before.
func inspect(o Options) (made bool, err error) {
	entries, err := os.ReadDir(o.Dir)
	if err != nil {
		return false, fault.Wrap(err, fault.Unavailable, "ledger_unreadable", "The ledger's directory cannot be read.",
			"dir", o.Dir)
	}
	have, data := map[string]bool{}, false
	for _, e := range entries {
		have[e.Name()] = true
		ext := filepath.Ext(e.Name())
		if ext != ".mem" && ext != ".vlog" && ext != ".sst" {
			continue
		}
		info, err := e.Info()
		if err != nil {
			return false, readError(err)
		}
		if info.Size() > 0 || ext == ".sst" {
			data = true
			continue
		}
		// A crash between making a file and writing its first octets leaves it empty, and the database then refuses to
		// open. Nothing that was acknowledged can be in it.
		if err := os.Remove(filepath.Join(o.Dir, e.Name())); err != nil {
			return false, readError(err)
		}
		o.Log.Warn("empty write-ahead file removed", "file", e.Name())
	}
	whole := have[badger.ManifestFilename] && have[badger.KeyRegistryFileName]
	switch made = have[markName]; {
	case (data || made) && !whole:
		return made, errDamaged("its list of tables or of keys is missing", nil)
	case !made && o.MustExist:
		return made, errMissing(o.Dir)
	}
	return made, nil
}

func openLocked(ctx context.Context, o Options, lock *os.File, made bool) (s *Store, err error) {
	defer func() {
		if err != nil {
			_ = lock.Close()
		}
	}()
	s = &Store{
		dir: o.Dir, now: o.Now, log: o.Log, lock: lock, notices: newNotices(),
		written: make(chan struct{}), closing: make(chan struct{}), commitTxn: (*badger.Txn).Commit,
	}
	s.queue.wake = make(chan struct{}, 1)
	least := max(o.MinFree/4, 3*uint64(o.MemTableSize))
	s.space = disk.NewSpace(func() (uint64, error) { return o.freeSpace(o.Dir) },
		disk.Limits{Ample: max(o.MinFree, least), Least: least}, o.Log)
	if !s.space.Room(true) {
		return nil, errDiskFull
	}
	if s.db, err = openDatabase(o); err != nil {
		return nil, err
	}
	if err = s.begin(ctx, o, made); err != nil {
		_ = s.db.Close()
		return nil, err
	}
	s.start(ctx)
	return s, nil
}

func openDatabase(o Options) (*badger.DB, error) {
	opt := badger.DefaultOptions(o.Dir).
		WithSyncWrites(true).
		WithEncryptionKey(o.Key).
		WithIndexCacheSize(16 << 20). // encryption needs it; without, the first flush panics days later
		WithBlockCacheSize(32 << 20).
		WithCompression(options.None).
		WithMemTableSize(o.MemTableSize).
		WithNumMemtables(2).
		WithNumCompactors(2).
		WithValueLogFileSize(64 << 20).
		WithBlockSize(8 << 10).
		WithBaseTableSize(memory.TableSize(o.Dir)).
		WithMetricsEnabled(false).
		WithDetectConflicts(false). // there is one writer
		// Not OnTableRead: a table that fails its check is then left out at start as if its data had never been.
		WithChecksumVerificationMode(options.OnBlockRead).
		WithLogger(databaseLog{o.Log})
	opt.TableSizeMultiplier = 1
	db, err := badger.Open(opt)
	switch {
	case err == nil:
		return db, nil
	case errors.Is(err, badger.ErrEncryptionKeyMismatch):
		return nil, fault.Wrap(err, fault.Invalid, "key_wrong",
			"The key does not open this ledger; give the key file that was made with it.", "dir", o.Dir)
	case strings.Contains(err.Error(), "Cannot acquire directory lock"):
		return nil, fault.Wrap(err, fault.Unavailable, "ledger_locked",
			"Another program has this ledger open; stop it first.", "dir", o.Dir)
	case errors.Is(err, fs.ErrPermission):
		return nil, fault.Wrap(err, fault.Unavailable, "ledger_unreadable",
			"The ledger's files cannot be opened; check their owner and permissions.", "dir", o.Dir)
	}
	return nil, errDamaged("its files cannot be opened", err)
}

// begin reads what the ledger says about itself and checks it.
func (s *Store) begin(ctx context.Context, o Options, made bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.create(o, made); err != nil {
		return err
	}
	if err := s.View(s.verify); err != nil {
		return err
	}
	if err := s.View(func(tx *Tx) error { return checkSchema(tx, o.migrations) }); err != nil {
		return err
	}
	mark, err := disk.OpenMark(o.Dir, headName)
	if err != nil {
		return readError(err)
	}
	s.mark = mark
	return nil
}

func (s *Store) start(ctx context.Context) {
	s.life, s.end = context.WithCancel(context.WithoutCancel(ctx))
	go s.write()
	go s.notices.run(s.guard)
	s.tending.Add(1)
	go s.tend()
}

// verify checks that the last entries are whole and takes over the head and the generation.
func (s *Store) verify(tx *Tx) (err error) {
	if s.last, err = readHead(tx); err != nil {
		return err
	}
	if err := checkChain(tx, s.last); err != nil {
		return err
	}
	if err := s.checkMark(tx); err != nil {
		return err
	}
	s.head.Store(uint64(s.last.seq))
	if s.generation, err = readNumber(tx, metaGeneration); err != nil {
		return err
	}
	if s.generation == 0 {
		return errDamaged("the record of its generation is missing", nil)
	}
	return tx.Each(Scan{Prefix: prefixChange.Key(), KeysOnly: true, Reverse: true}, func(key, _ []byte) (bool, error) {
		if string(key) > string(changeKey(s.last.seq)) {
			return false, errDamaged("its change feed is ahead of its last entry", nil)
		}
		return false, nil
	})
}

// checkMark refuses a ledger that has been further than it is now: a write-ahead file that is damaged in its middle
// ends there for the database, as if later entries had never been.
func (s *Store) checkMark(tx *Tx) error {
	seq, hash, ok, err := disk.ReadMark(s.dir, headName)
	if err != nil {
		return readError(err)
	}
	if !ok || seq == 0 {
		return nil
	}
	if seq > uint64(s.last.seq) {
		return errDamaged("its last entries are missing", nil)
	}
	if uint64(s.last.seq)-seq >= ringSize {
		return nil
	}
	b, _, err := tx.Get(ringKey(id.Seq(seq)))
	if err != nil {
		return err
	}
	h, err := decodeHeader(b)
	if err == nil && h.hash != hash {
		err = errDamaged("its entries are not those that were written", nil)
	}
	return err
}

// databaseLog passes on what the database warns of, with errors, texts and numbers only: other arguments may be keys.
type databaseLog struct{ log *slog.Logger }

func (l databaseLog) Errorf(format string, args ...any)   { l.log.Error(databaseText(format, args)) }
func (l databaseLog) Warningf(format string, args ...any) { l.log.Warn(databaseText(format, args)) }
func (l databaseLog) Infof(string, ...any)                {}
func (l databaseLog) Debugf(string, ...any)               {}

func databaseText(format string, args []any) string {
	plain := make([]any, len(args))
	for i, arg := range args {
		switch arg.(type) {
		case error, string, int, int64, uint32, uint64, time.Duration:
			plain[i] = arg
		default:
			plain[i] = "(left out)"
		}
	}
	return "ledger database: " + strings.TrimSpace(fmt.Sprintf(format, plain...))
}
