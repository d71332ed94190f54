package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	badger "github.com/dgraph-io/badger/v4"

	"noroshi/app/fault"
)

// openError opens and wants it to fail with the code.
func openError(t *testing.T, o Options, code string) error {
	t.Helper()
	s, err := Open(t.Context(), o)
	if err == nil {
		_ = s.Close()
	}
	wantCode(t, err, code)
	return err
}

// files lists the directory: name -> octets.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // flushed meanwhile
		}
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = string(b)
	}
	return out
}

// ledgerDir makes a ledger with n entries in a directory.
func ledgerDir(t *testing.T, n int) Options {
	t.Helper()
	o := optionsFor(t.TempDir())
	s := open(t, o)
	for i := range n {
		update(t, s, put(fmt.Sprint("entry", i), "山田太郎 0312345678"))
	}
	closeStore(t, s)
	return o
}

func TestOpenWantsTheRightKey(t *testing.T) {
	t.Parallel()
	o := ledgerDir(t, 1)
	before := files(t, o.Dir)
	o.Key = append([]byte{1}, testKey[1:]...)
	openError(t, o, "key_wrong")
	o.Key = nil
	openError(t, o, "key_missing")
	o.Key = testKey[:16]
	openError(t, o, "key_missing")
	after := files(t, o.Dir)
	for name, was := range before {
		if now, ok := after[name]; !ok || (now != was && name != "LOCK") {
			t.Errorf("%s was touched by an Open with a wrong key", name)
		}
	}
	o.Key = testKey
	if got := value(t, open(t, o), "entry0"); got == "-" {
		t.Error("the record is gone after tries with wrong keys")
	}
}

func TestOpenRefusesALockedDirectory(t *testing.T) {
	t.Parallel()
	o := optionsFor(t.TempDir())
	s := open(t, o)
	openError(t, o, "ledger_locked")
	update(t, s, put("a", "1"))
	closeStore(t, s)
	open(t, o)
}

func TestOpenMakesALedgerOnlyWhereItMay(t *testing.T) {
	t.Parallel()
	o := optionsFor(filepath.Join(t.TempDir(), "missing"))
	o.MustExist = true
	openError(t, o, "ledger_missing")
	if _, err := os.Stat(o.Dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the directory was made: %v", err)
	}
	o.Dir = t.TempDir() // an empty one, as a mount point without its disk
	openError(t, o, "ledger_missing")
	o.MustExist = false
	closeStore(t, open(t, o))
	o.MustExist = true
	open(t, o)
}

func TestOpenNeedsAClock(t *testing.T) {
	t.Parallel()
	o := optionsFor(t.TempDir())
	o.Now = nil
	openError(t, o, "internal")
	o = optionsFor(t.TempDir())
	o.MemTableSize = 1 << 20
	openError(t, o, "bad_option")
}

func TestOpenRefusesADamagedDirectoryAndLeavesItAlone(t *testing.T) {
	t.Parallel()
	remove := func(pattern string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			names, err := filepath.Glob(filepath.Join(dir, pattern))
			if err != nil || len(names) == 0 {
				t.Fatalf("nothing to damage by %s: %v", pattern, err)
			}
			for _, name := range names {
				if err := os.Remove(name); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	everything := func(t *testing.T, dir string) {
		for name := range files(t, dir) {
			if !strings.HasPrefix(name, "noroshi.") {
				remove(name)(t, dir)
			}
		}
	}
	cases := map[string]func(t *testing.T, dir string){
		"no list of tables": remove(badger.ManifestFilename),
		"no list of keys":   remove(badger.KeyRegistryFileName),
		"no tables":         remove("*.sst"),
		"nothing at all":    everything,
	}
	for name, damage := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := ledgerDir(t, 3)
			damage(t, o.Dir)
			before := files(t, o.Dir)
			err := openError(t, o, "ledger_damaged")
			if !strings.Contains(err.Error(), "taken while Noroshi was stopped") {
				t.Errorf("the error does not say what to do: %v", err)
			}
			after := files(t, o.Dir)
			for name, was := range before {
				if now, ok := after[name]; !ok || (now != was && name != "LOCK") {
					t.Errorf("%s was touched", name)
				}
			}
		})
	}
}

func TestOpenSurvivesEmptyWriteAheadFiles(t *testing.T) {
	t.Parallel()
	o := ledgerDir(t, 3)
	for _, name := range []string{"00099.mem", "000098.vlog"} {
		if err := os.WriteFile(filepath.Join(o.Dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, o)
	if s.Head() != 3 || value(t, s, "entry2") == "-" {
		t.Fatalf("Head = %d, entry2 = %s", s.Head(), value(t, s, "entry2"))
	}
	update(t, s, put("more", "1"))
}

func TestOpenFinishesALedgerThatWasHalfMade(t *testing.T) {
	t.Parallel()
	o := optionsFor(t.TempDir())
	s := open(t, o)
	closeStore(t, s)
	if err := os.Remove(filepath.Join(o.Dir, markName)); err != nil { // as a crash before the mark leaves it
		t.Fatal(err)
	}
	s = open(t, o)
	if s.Generation() == 0 {
		t.Fatal("no generation")
	}
	if _, err := os.Stat(filepath.Join(o.Dir, markName)); err != nil {
		t.Fatalf("the mark was not made up for: %v", err)
	}
}

// TestOpenSeesEntriesThatAreMissing takes entries away below the store, as damage in write-ahead files would.
func TestOpenSeesEntriesThatAreMissing(t *testing.T) {
	t.Parallel()
	alter := func(t *testing.T, o Options, change func(txn *badger.Txn) error) {
		t.Helper()
		setDefaults(&o)
		db, err := openDatabase(o)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(db.Update(change), db.Close()); err != nil {
			t.Fatal(err)
		}
	}
	header := func(txn *badger.Txn, key []byte) []byte {
		item, err := txn.Get(key)
		if err != nil {
			t.Fatal(err)
		}
		b, err := item.ValueCopy(nil)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	cases := map[string]struct {
		change func(txn *badger.Txn) error
		mark   bool // the mark file stays
	}{
		"one in the middle":   {func(txn *badger.Txn) error { return txn.Delete(ringKey(5)) }, false},
		"the last one's head": {func(txn *badger.Txn) error { return txn.Delete(headKey()) }, true},
		"the end, consistently": {
			func(txn *badger.Txn) error { return txn.Set(headKey(), header(txn, ringKey(7))) }, true,
		},
		"another one in its place": {
			func(txn *badger.Txn) error { return txn.Set(ringKey(5), header(txn, ringKey(6))) }, false,
		},
		"the schema":                 {func(txn *badger.Txn) error { return txn.Delete(metaKey(metaSchema)) }, false},
		"the generation":             {func(txn *badger.Txn) error { return txn.Delete(metaKey(metaGeneration)) }, false},
		"changes ahead of the entry": {func(txn *badger.Txn) error { return txn.Set(changeKey(99), []byte{1}) }, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := ledgerDir(t, 10)
			if !c.mark {
				if err := os.Remove(filepath.Join(o.Dir, headName)); err != nil {
					t.Fatal(err)
				}
			}
			alter(t, o, c.change)
			openError(t, o, "ledger_damaged")
		})
	}
	o := ledgerDir(t, ringSize+50) // the ring has gone round
	if s := open(t, o); s.Head() != ringSize+50 {
		t.Fatalf("Head = %d", s.Head())
	}
}

// TestOpenSeesADamagedWriteAheadFile turns one octet in the middle of what a crash left.
func TestOpenSeesADamagedWriteAheadFile(t *testing.T) {
	t.Parallel()
	o := optionsFor(t.TempDir())
	s := open(t, o)
	for i := range 200 {
		update(t, s, put(fmt.Sprint("entry", i), strings.Repeat("x", 1000)))
	}
	s.noteMark()
	dir := t.TempDir()
	for name, b := range files(t, o.Dir) { // a copy of the moment, as a crash leaves it
		if strings.HasSuffix(name, ".mem") {
			damaged := []byte(b)
			damaged[100_000] ^= 1
			b = string(damaged)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o.Dir = dir
	openError(t, o, "ledger_damaged")
}

func TestDataAtRestIsEncrypted(t *testing.T) {
	t.Parallel()
	o := optionsFor(t.TempDir())
	s := open(t, o)
	secret := "Q7hV2xkL9dPz"
	for i := range 30 {
		update(t, s, func(tx *Tx) error {
			tx.Set(k(secret+fmt.Sprint(i)), bytes.Repeat([]byte(secret), 40_000))
			tx.Change(TopicSystem, []byte(secret))
			return nil
		})
	}
	look := func() {
		t.Helper()
		for name, b := range files(t, o.Dir) {
			if strings.Contains(b, secret) {
				t.Errorf("%s holds plain text", name)
			}
		}
	}
	look()
	closeStore(t, s)
	look()
}

func TestStampStays(t *testing.T) {
	t.Parallel()
	o := optionsFor(t.TempDir())
	s := open(t, o)
	if s.Stamp() != "" {
		t.Fatalf("Stamp = %q, want none", s.Stamp())
	}
	if err := s.SetStamp(t.Context(), "demo"); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	if got := open(t, o).Stamp(); got != "demo" {
		t.Fatalf("Stamp = %q, want demo", got)
	}
}

// countTo is a migration that writes the numbers up to n, three in a step.
func countTo(name string, n int, trouble *bool) Migration {
	return Migration{ID: name, Release: "9." + name, Step: func(tx *Tx, cursor []byte) ([]byte, bool, error) {
		i := 0
		if len(cursor) > 0 {
			i = int(cursor[0])
		}
		for end := min(n, i+3); i < end; i++ {
			key := k(fmt.Sprint(name, "-", i))
			if _, ok, err := tx.Get(key); ok || err != nil {
				return nil, false, fmt.Errorf("step %d was done before: %w", i, err)
			}
			tx.Set(key, nil)
		}
		if *trouble && i > n/2 {
			return nil, false, errTest
		}
		return []byte{byte(i)}, i == n, nil
	}}
}

func TestMigrationsRunOnceAndGoOnWhereTheyStopped(t *testing.T) {
	t.Parallel()
	trouble := true
	o := optionsFor(t.TempDir())
	o.migrations = []Migration{countTo("new", 4, &trouble)}
	closeStore(t, open(t, o)) // a new ledger needs none
	o.migrations = append(o.migrations, countTo("first", 10, &trouble), countTo("second", 2, &trouble))
	if _, err := Open(t.Context(), o); !errors.Is(err, errTest) {
		t.Fatalf("Open = %v, want the step's error", err)
	}
	trouble = false
	s := open(t, o)
	if a, b, c := count(t, s, "new-"), count(t, s, "first-"), count(t, s, "second-"); a != 0 || b != 10 || c != 2 {
		t.Fatalf("steps done: %d, %d, %d, want 0, 10, 2", a, b, c)
	}
	head := s.Head()
	closeStore(t, s)
	s = open(t, o)
	if s.Head() != head {
		t.Fatalf("Head = %d, want %d: migrations ran again", s.Head(), head)
	}
	closeStore(t, s)
	o.migrations = o.migrations[:2]
	err := openError(t, o, "ledger_newer")
	if e, ok := errors.AsType[*fault.Error](err); !ok || e.Params["release"] != "9.second" {
		t.Fatalf("the error does not name the release: %v", err)
	}
}

func TestRecordsOfLaterReleasesAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		record []byte
		code   string
	}{
		{WithVersion(2, []byte("x")), ""}, {WithVersion(3, nil), "record_newer"},
		{nil, "record_damaged"}, {[]byte{0, 1}, "record_damaged"},
	} {
		version, rest, err := CheckVersion(c.record, 2)
		switch {
		case c.code != "":
			wantCode(t, err, c.code)
		case err != nil || version != 2 || string(rest) != "x":
			t.Errorf("CheckVersion = %d, %q, %v, want 2, x", version, rest, err)
		}
	}
}

func TestKeyFiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	_, err := ReadKeyFile(path)
	wantCode(t, err, "key_missing")
	key, err := NewKey(strings.NewReader("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteKeyFile(path, key); err != nil {
		t.Fatalf("WriteKeyFile: %v", err)
	}
	wantCode(t, WriteKeyFile(path, testKey), "key_exists")
	got, err := ReadKeyFile(path)
	if err != nil || !bytes.Equal(got, key) {
		t.Fatalf("ReadKeyFile = %x, %v, want the key", got, err)
	}
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o620} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err = ReadKeyFile(path)
		wantCode(t, err, "key_exposed")
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadKeyFile(path); err != nil {
		t.Fatalf("ReadKeyFile of a 0400 file: %v", err)
	}
	for _, text := range []string{"", "secret", EncodeKey(key)[1:], EncodeKey(key) + "00", strings.Repeat("z", 64)} {
		_, err := ParseKey(text)
		wantCode(t, err, "key_invalid")
		if text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("the error quotes the key")
		}
	}
	if got, err := ParseKey(" " + strings.ToUpper(EncodeKey(key)) + "\r\n"); err != nil || !bytes.Equal(got, key) {
		t.Errorf("ParseKey = %x, %v, want the key", got, err)
	}
	if _, err := NewKey(strings.NewReader("short")); err == nil {
		t.Error("NewKey made a key of too little random")
	}
}

// TestHeadersRoundTrip also pins the chain: a change of its making makes every ledger unreadable to its replicas.
func TestHeadersRoundTrip(t *testing.T) {
	t.Parallel()
	h := header{}.next([]write{{key: []byte("a"), value: []byte("1")}, {key: []byte("b"), gone: true}})
	got, err := decodeHeader(h.encode())
	if err != nil || got != h {
		t.Fatalf("decodeHeader = %+v, %v, want %+v", got, err, h)
	}
	const want = "28152f68edf22be2dd7154102f052c501b3b11e3cb8ec98bd469a72649392540"
	if text := fmt.Sprintf("%x", h.hash); text != want || h.seq != 1 {
		t.Fatalf("hash = %s, want %s", text, want)
	}
	other := []header{
		header{}.next([]write{{key: []byte("b"), gone: true}, {key: []byte("a"), value: []byte("1")}}),
		header{}.next([]write{{key: []byte("a1")}, {key: []byte("b"), gone: true}}),
		header{}.next([]write{{key: []byte("a"), value: []byte("1")}, {key: []byte("b")}}),
		{seq: 1}, h.next(nil), (header{seq: 1}).next(nil),
	}
	if slices.ContainsFunc(other, func(o header) bool { return o.hash == h.hash }) {
		t.Fatal("another entry has the same hash")
	}
	for _, bad := range [][]byte{nil, {1}, h.encode()[:headerSize-1], append([]byte{9}, h.encode()[1:]...)} {
		if _, err := decodeHeader(bad); err == nil {
			t.Errorf("decodeHeader(%x) did not fail", bad)
		}
	}
}
