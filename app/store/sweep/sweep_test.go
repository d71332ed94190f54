package sweep_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"noroshi/app/store"
	"noroshi/app/store/sweep"
)

func TestSweeperRemovesWhatIsOverInBoundedSteps(t *testing.T) {
	t.Parallel()
	st, err := store.Open(t.Context(), store.Options{
		Dir: t.TempDir(), Key: bytes.Repeat([]byte{7}, store.KeySize), Now: time.Now, MinFree: 1, MemTableSize: 8 << 20,
	})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { _ = st.Close() })
	const records = 2*sweep.Step + 500
	for from := 0; from < records; from += 500 {
		_, err := st.Update(t.Context(), func(tx *store.Tx) error {
			for i := from; i < from+500; i++ {
				tx.Set(store.InboundSeen.Key(binary.BigEndian.AppendUint32(nil, uint32(i))), []byte{byte(i % 3)})
			}
			return nil
		})
		if err != nil {
			t.Fatalf("Update: %v", err)
		}
	}
	count := func() (n int) {
		_ = st.View(func(tx *store.Tx) error {
			return tx.Each(store.Scan{Prefix: store.InboundSeen.Key()}, func(_, _ []byte) (bool, error) {
				n++
				return true, nil
			})
		})
		return n
	}
	limit := byte(1)
	s := sweep.New(st, store.InboundSeen.Key(), func(value []byte) bool { return value[0] < limit })
	steps := 0
	for _, limit = range []byte{1, 1, 2, 3} {
		for more := true; more; steps++ {
			before := count()
			if more, err = s.Step(t.Context()); err != nil {
				t.Fatalf("Step: %v", err)
			}
			if gone := before - count(); gone > sweep.Step {
				t.Fatalf("%d records removed in one step", gone)
			}
		}
		want := 0
		for i := range records {
			if byte(i%3) >= limit {
				want++
			}
		}
		if got := count(); got != want {
			t.Errorf("%d records left, want %d", got, want)
		}
	}
	if steps < 8 {
		t.Errorf("%d steps, want several for each walk", steps)
	}
}
