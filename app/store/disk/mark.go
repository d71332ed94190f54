package disk

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// Mark is a file beside the database that says how far it has come: a sequence and the hash of that entry. It is
// written now and then after entries are durable, so a database that is behind its mark has lost entries. It is safe
// for concurrent use.
type Mark struct {
	mu  sync.Mutex
	f   *os.File
	seq uint64
}

const markSize = 8 + sha256.Size + 4 // sequence, hash, first octets of their checksum

// OpenMark opens the mark file of that name in the directory, and makes it if it is missing.
func OpenMark(dir, name string) (*Mark, error) {
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	return &Mark{f: f}, nil
}

// ReadMark returns what the mark file says; ok is false when it is missing or was not written to its end.
func ReadMark(dir, name string) (seq uint64, hash [sha256.Size]byte, ok bool, err error) {
	b, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, io.EOF) {
		return 0, hash, false, nil
	}
	if err != nil || len(b) != markSize {
		return 0, hash, false, err
	}
	body, check := b[:markSize-4], sha256.Sum256(b[:markSize-4])
	if !bytes.Equal(b[markSize-4:], check[:4]) {
		return 0, hash, false, nil
	}
	copy(hash[:], body[8:])
	return binary.BigEndian.Uint64(body), hash, true, nil
}

// Set writes the mark, unless it says as much already. It is not flushed: a mark that is late is only less strict.
func (m *Mark) Set(seq uint64, hash [sha256.Size]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if seq <= m.seq {
		return nil
	}
	b := binary.BigEndian.AppendUint64(make([]byte, 0, markSize), seq)
	b = append(b, hash[:]...)
	check := sha256.Sum256(b)
	if _, err := m.f.WriteAt(append(b, check[:4]...), 0); err != nil {
		return err
	}
	m.seq = seq
	return nil
}

// Close closes the file.
func (m *Mark) Close() error { return m.f.Close() }
