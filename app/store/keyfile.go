package store

import (
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"noroshi/app/fault"
)

// KeySize is the length of a ledger's key in octets (AES-256).
const KeySize = 32

// NewKey returns a new key from the source of random.
func NewKey(random io.Reader) ([]byte, error) {
	key := make([]byte, KeySize)
	if _, err := io.ReadFull(random, key); err != nil {
		return nil, fault.Wrap(err, fault.Internal, "internal", "There is no random to make a key of.")
	}
	return key, nil
}

// EncodeKey returns the text of a key as it stands in a key file: 64 hexadecimal digits.
func EncodeKey(key []byte) string { return hex.EncodeToString(key) }

// ParseKey reads the text of a key, as a key file or the environment holds it; space around it does not matter. Returns
// Invalid, code key_invalid, for anything else. The text never appears in the error.
func ParseKey(text string) ([]byte, error) {
	key, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != KeySize {
		return nil, fault.New(fault.Invalid, "key_invalid", "A ledger key is 64 hexadecimal digits; this is not one.")
	}
	return key, nil
}

// WriteKeyFile writes the key to a new file that only its owner may read, durably. Returns Conflict, code key_exists,
// when the file is there already: overwriting a key loses the ledger.
func WriteKeyFile(path string, key []byte) (err error) {
	if len(key) != KeySize {
		return fault.New(fault.Invalid, "key_invalid", "A ledger key has 32 octets.")
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fault.Wrap(err, fault.Conflict, "key_exists", "There is a key file already; it is left as it is.",
			"path", path)
	}
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "key_unwritable", "The key file cannot be written.", "path", path)
	}
	_, err = f.WriteString(EncodeKey(key) + "\n")
	err = errors.Join(err, f.Sync(), f.Close(), syncDir(filepath.Dir(path)))
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "key_unwritable", "The key file cannot be written.", "path", path)
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// ReadKeyFile reads a key file. Returns NotFound (key_missing) when there is none, Forbidden (key_exposed) when others
// than its owner may read or write it, Unavailable (key_unreadable) when it cannot be read, Invalid (key_invalid) when
// it holds no key.
func ReadKeyFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Wrap(err, fault.NotFound, "key_missing",
			"There is no key file. If the ledger exists, put its key back; for a new one run noroshi init.", "path", path)
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "key_unreadable",
			"The key file cannot be read; check its owner and permissions.", "path", path)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "key_unreadable", "The key file cannot be read.", "path", path)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fault.New(fault.Forbidden, "key_exposed",
			"Others than its owner may use the key file; run chmod 600 on it.", "path", path, "mode", mode)
	}
	text, err := io.ReadAll(io.LimitReader(f, 1024))
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "key_unreadable", "The key file cannot be read.", "path", path)
	}
	return ParseKey(string(text))
}
