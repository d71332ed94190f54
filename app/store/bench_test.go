package store

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"noroshi/app/id"
)

// BenchmarkGroupCommit has so many writers, each with one write a time, each waiting for its durable commit.
func BenchmarkGroupCommit(b *testing.B) {
	for _, writers := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			o := optionsFor(b.TempDir())
			o.MemTableSize = 0
			s := open(b, o)
			var next atomic.Int64
			var wg sync.WaitGroup
			b.ResetTimer()
			for range writers {
				wg.Go(func() {
					for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
						key, value := Counter.Key(id.Bytes(uint64(n))), make([]byte, 400)
						if _, err := s.Update(b.Context(), func(tx *Tx) error { tx.Set(key, value); return nil }); err != nil {
							b.Errorf("Update: %v", err)
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
		})
	}
}

// BenchmarkEntryOf500 commits entries of 500 writes of 400 octets, two in flight.
func BenchmarkEntryOf500(b *testing.B) {
	o := optionsFor(b.TempDir())
	o.MemTableSize = 0
	s := open(b, o)
	slots := make(chan struct{}, 2)
	n := 0
	for b.Loop() {
		slots <- struct{}{}
		first := n
		n += 500
		s.Submit(func(tx *Tx) error {
			for i := range 500 {
				tx.Set(Counter.Key(id.Bytes(uint64(first+i))), make([]byte, 400))
			}
			return nil
		}, func(_ id.Seq, err error) {
			if err != nil {
				b.Errorf("Submit: %v", err)
			}
			<-slots
		})
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "writes/s")
}

// BenchmarkScan100k walks 100,000 records of 400 octets.
func BenchmarkScan100k(b *testing.B) {
	o := optionsFor(b.TempDir())
	o.MemTableSize = 0
	s := open(b, o)
	for i := 0; i < 100_000; i += 2000 {
		update(b, s, func(tx *Tx) error {
			for j := range 2000 {
				tx.Set(Counter.Key(id.Bytes(uint64(i+j))), make([]byte, 400))
			}
			return nil
		})
	}
	for name, scan := range map[string]Scan{
		"values": {Prefix: Counter.Key()}, "keys": {Prefix: Counter.Key(), KeysOnly: true},
		"reverse": {Prefix: Counter.Key(), Reverse: true},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				n := 0
				err := s.View(func(tx *Tx) error {
					return tx.Each(scan, func(_, _ []byte) (bool, error) { n++; return true, nil })
				})
				if err != nil || n != 100_000 {
					b.Fatalf("walked %d, %v", n, err)
				}
			}
		})
	}
}

// BenchmarkGet reads single records at random places of 100,000.
func BenchmarkGet(b *testing.B) {
	s := open(b, optionsFor(b.TempDir()))
	for i := 0; i < 100_000; i += 1000 {
		update(b, s, func(tx *Tx) error {
			for j := range 1000 {
				tx.Set(Counter.Key(id.Bytes(uint64(i+j))), make([]byte, 400))
			}
			return nil
		})
	}
	n := uint64(0)
	for b.Loop() {
		n = (n*6364136223846793005 + 1442695040888963407) // a full-period walk over 64 bits
		key := Counter.Key(id.Bytes(n >> 33 % 100_000))
		err := s.View(func(tx *Tx) error {
			_, ok, err := tx.Get(key)
			if !ok {
				b.Error("a record is missing")
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
