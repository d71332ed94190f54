package wire_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"noroshi/app/gateway/smpp/wire"
)

func frame(n int, seq uint32) []byte {
	return append(wire.AppendHeader(nil, n, wire.Header{ID: 1, Seq: seq}), make([]byte, n-wire.HeaderLen)...)
}

func TestFramer_cuts_any_stream_where_it_was_joined(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		sizes := rapid.SliceOfN(rapid.OneOf(rapid.IntRange(wire.HeaderLen, 200),
			rapid.IntRange(wire.MaxPDU-200, wire.MaxPDU)), 1, 30).Draw(rt, "sizes")
		var stream []byte
		for i, n := range sizes {
			stream = append(stream, frame(n, uint32(i))...)
		}
		var r io.Reader = bytes.NewReader(stream)
		switch rapid.IntRange(0, 2).Draw(rt, "reader") {
		case 1:
			r = iotest.HalfReader(r)
		case 2:
			r = iotest.DataErrReader(r)
		}
		f := wire.NewFramer(r)
		for i, n := range sizes {
			got, err := f.Next()
			if err != nil || len(got) != n || wire.ParseHeader(got).Seq != uint32(i) {
				rt.Fatalf("frame %d = %d octets, %v, want %d", i, len(got), err, n)
			}
		}
		if _, err := f.Next(); !errors.Is(err, io.EOF) {
			rt.Fatalf("Next() at the end = %v, want EOF", err)
		}
	})
}

func TestFramer_refuses_lengths_out_of_range(t *testing.T) {
	t.Parallel()
	for _, head := range []string{"\x00\x00\x00\x0f", "\x00\x00\x00\x00", "\x00\x01\x00\x01", "\xff\xff\xff\xff", "HTTP"} {
		f := wire.NewFramer(bytes.NewReader([]byte(head + "more")))
		if _, err := f.Next(); !errors.Is(err, wire.ErrFrame) {
			t.Errorf("Next() after %q = %v, want ErrFrame", head, err)
		}
	}
}

func TestFramer_More_tells_whether_Next_would_read(t *testing.T) {
	t.Parallel()
	f := wire.NewFramer(bytes.NewReader(append(append(frame(20, 1), frame(16, 2)...), 0, 0, 0)))
	for i, want := range []bool{true, false} {
		if _, err := f.Next(); err != nil {
			t.Fatal(err)
		}
		if got := f.More(); got != want {
			t.Errorf("More() after frame %d = %v, want %v", i, got, want)
		}
	}
}

// FuzzFramer reads any stream to its end: no frame is shorter than its header, and nothing panics.
func FuzzFramer(f *testing.F) {
	f.Add(append(frame(20, 1), frame(16, 2)...))
	f.Add([]byte("\x00\x00\x00\x0f"))
	f.Fuzz(func(t *testing.T, b []byte) {
		in := wire.NewFramer(iotest.OneByteReader(bytes.NewReader(b)))
		total := 0
		for {
			got, err := in.Next()
			if err != nil {
				break
			}
			if len(got) < wire.HeaderLen || !bytes.Equal(got, b[total:total+len(got)]) {
				t.Fatalf("frame at %d = %x", total, got)
			}
			total += len(got)
			if h := wire.ParseHeader(got); h.ID == wire.DeliverSM || h.ID == wire.DataSM {
				_, _ = wire.ParseDeliver(got)
			}
		}
	})
}
