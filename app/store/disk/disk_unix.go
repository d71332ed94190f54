//go:build unix

// Package disk is in charge of what the ledger asks of its file system: the lock of its directory, the room that is
// left, the octets in use, and the high-water mark of the last entry. It knows nothing of what is written.
package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// ErrLocked says that another process holds the lock.
var ErrLocked = errors.New("the directory is locked by another process")

// Lock takes the lock file of that name in the directory, and makes it if it is missing. The lock goes with the file
// that is returned, or with the process, however that ends. Returns ErrLocked when another process has it.
func Lock(dir, name string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, ErrLocked
		}
		return nil, err
	}
	return f, nil
}

// Free returns the octets that an ordinary user can still write on the file system of dir.
func Free(dir string) (uint64, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return uint64(st.Bavail) * uint64(st.Bsize), nil //nolint:unconvert // the types differ between systems
}

// Usage returns the octets that the files of dir occupy. Files are preallocated with holes, so their length says
// nothing.
func Usage(dir string) (uint64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	var total uint64
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // compaction removed it meanwhile
		}
		if err != nil {
			return 0, err
		}
		if st, ok := info.Sys().(*syscall.Stat_t); ok {
			total += uint64(st.Blocks) * 512
		}
	}
	return total, nil
}
