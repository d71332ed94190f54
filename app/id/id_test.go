package id_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"noroshi/app/id"
)

func TestFormatParse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64Range(1, 1<<64-1).Draw(t, "n")
		got, err := id.Parse[id.Recipient](id.Format(n))
		if err != nil || uint64(got) != n {
			t.Fatalf("Parse(Format(%d)) = %d, %v", n, got, err)
		}
	})
	for _, bad := range []string{"", "0000000000000", "zzzzzzzzzzzzz", "000000000000i", "0123"} {
		if _, err := id.Parse[id.Group](bad); err == nil {
			t.Errorf("Parse(%q) must fail", bad)
		}
	}
}

func TestSourceIsIncreasingWhenTheClockStepsBack(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_800_000_000_000)
	s := id.NewSource(func() time.Time { at = at.Add(-time.Second); return at }, func() uint32 { return 7 })
	first := s.Next()
	if second := s.Next(); second <= first {
		t.Errorf("second = %d, want more than %d", second, first)
	}
	if got := id.Time(id.Broadcast(first)); !got.Equal(time.UnixMilli(1_800_000_000_000 - 1000)) {
		t.Errorf("Time = %v", got)
	}
}
