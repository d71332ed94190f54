package disk_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"noroshi/app/store/disk"
)

func TestLockIsHeldByOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f, err := disk.Lock(dir, "lock")
	if err != nil {
		t.Fatalf("Lock: %v", err)
	}
	if _, err := disk.Lock(dir, "lock"); !errors.Is(err, disk.ErrLocked) {
		t.Fatalf("the second Lock = %v, want ErrLocked", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	f, err = disk.Lock(dir, "lock")
	if err != nil {
		t.Fatalf("Lock after release: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := disk.Lock(filepath.Join(dir, "missing"), "lock"); err == nil || errors.Is(err, disk.ErrLocked) {
		t.Fatalf("Lock in no directory = %v, want another error", err)
	}
}

func TestUsageCountsBlocksAndNotHoles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "full"), bytes.Repeat([]byte{1}, 100_000), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, "hole"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Truncate(1<<30), f.Sync(), f.Close()); err != nil {
		t.Fatal(err)
	}
	used, err := disk.Usage(dir)
	if err != nil || used < 100_000 || used > 1<<20 {
		t.Fatalf("Usage = %d, %v, want about 100,000", used, err)
	}
	if free, err := disk.Free(dir); err != nil || free == 0 {
		t.Fatalf("Free = %d, %v", free, err)
	}
}

func TestRoomEndsBeforeTheDiskDoes(t *testing.T) {
	t.Parallel()
	free, failing, measured := uint64(100<<20), false, 0
	var log bytes.Buffer
	p := disk.NewSpace(func() (uint64, error) {
		measured++
		if failing {
			return 0, errors.New("gone")
		}
		return free, nil
	}, disk.Limits{Ample: 80 << 20, Least: 40 << 20}, slog.New(slog.NewTextHandler(&log, nil)))
	want := func(ordinary, essential bool) {
		t.Helper()
		if p.Room(false) != ordinary || p.Room(true) != essential {
			t.Errorf("Room = %v, %v, want %v, %v", p.Room(false), p.Room(true), ordinary, essential)
		}
	}
	want(true, true)
	failing = true
	p.Wrote(10 << 20)
	want(true, true)
	p.Wrote(15 << 20) // what cannot be measured is counted
	want(false, true)
	p.Wrote(40 << 20)
	want(false, false)
	failing, free = false, 90<<20
	want(true, true) // so much was written that it looked again
	free = 79 << 20
	if p.Refresh() != 79<<20 {
		t.Error("Refresh did not measure")
	}
	want(false, true)
	free = 81 << 20
	p.Refresh()
	want(true, true)
	if got := log.String(); !strings.Contains(got, "nearly full") || !strings.Contains(got, "room again") {
		t.Errorf("the log says %s", got)
	}
}

func TestMarkSaysHowFarItCame(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, _, ok, err := disk.ReadMark(dir, "mark"); ok || err != nil {
		t.Fatalf("ReadMark of none = %v, %v", ok, err)
	}
	m, err := disk.OpenMark(dir, "mark")
	if err != nil {
		t.Fatal(err)
	}
	for seq := range uint64(5) {
		hash := [32]byte{byte(seq), 1}
		if err := m.Set(seq, hash); err != nil {
			t.Fatal(err)
		}
		got, h, ok, err := disk.ReadMark(dir, "mark")
		if seq > 0 && (got != seq || h != hash || !ok || err != nil) {
			t.Fatalf("ReadMark = %d, %x, %v, %v, want %d", got, h, ok, err, seq)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "mark")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	torn := bytes.Clone(whole)
	torn[3] ^= 1
	for _, b := range [][]byte{nil, whole[:10], torn} { // a crash may leave these; they say nothing
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, ok, err := disk.ReadMark(dir, "mark"); ok || err != nil {
			t.Errorf("ReadMark of %d octets = %v, %v, want nothing", len(b), ok, err)
		}
	}
}
