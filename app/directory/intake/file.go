package intake

import (
	"context"
	"encoding/binary"
	"io"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/store"
)

const (
	pieceBytes  = 256 << 10
	piecesAtaGo = 3 // pieces in one commit, with room for the rest of an entry
)

func pieceKey(j id.Import, n int) []byte {
	return store.ImportFile.Key(id.Bytes(j), binary.BigEndian.AppendUint32(nil, uint32(n)))
}

func storeFile(ctx context.Context, st *store.Store, which id.Import, file []byte) error {
	for n := 0; n*pieceBytes < len(file); n += piecesAtaGo {
		_, err := st.Update(ctx, func(tx *store.Tx) error {
			for i := n; i < n+piecesAtaGo && i*pieceBytes < len(file); i++ {
				tx.Set(pieceKey(which, i), file[i*pieceBytes:min((i+1)*pieceBytes, len(file))])
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// fileReader reads a stored file. Within a transaction it sees that snapshot; without one it opens one for each
// piece, so that a long commit holds no snapshot open.
type fileReader struct {
	ctx   context.Context
	st    *store.Store
	tx    *store.Tx // nil: a snapshot for each piece
	which id.Import
	left  int64
	next  int
	piece []byte
}

func (r *fileReader) Read(b []byte) (int, error) {
	if len(r.piece) == 0 {
		if r.left == 0 {
			return 0, io.EOF
		}
		if err := r.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(b, r.piece)
	r.piece = r.piece[n:]
	return n, nil
}

func (r *fileReader) fill() error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	get := func(tx *store.Tx) error {
		v, ok, err := tx.Get(pieceKey(r.which, r.next))
		if err != nil {
			return err
		}
		if !ok || len(v) == 0 || int64(len(v)) > r.left {
			return fault.New(fault.NotFound, "import_file_gone", "The file of this import is not kept any more.")
		}
		r.piece = append(r.piece[:0], v...)
		return nil
	}
	var err error
	if r.tx != nil {
		err = get(r.tx)
	} else {
		err = r.st.View(get)
	}
	if err != nil {
		return err
	}
	r.next++
	r.left -= int64(len(r.piece))
	return nil
}

// removeUnder deletes all keys with the prefix, in commits of bounded size.
func removeUnder(ctx context.Context, st *store.Store, prefix []byte) error {
	const atOnce = 1000
	for {
		n := 0
		_, err := st.Update(ctx, func(tx *store.Tx) error {
			n = 0
			return tx.Each(store.Scan{Prefix: prefix, KeysOnly: true}, func(key, _ []byte) (bool, error) {
				tx.Delete(append([]byte(nil), key...))
				n++
				return n < atOnce, nil
			})
		})
		if err != nil || n < atOnce {
			return err
		}
	}
}
