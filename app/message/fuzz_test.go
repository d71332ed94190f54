package message

import (
	"reflect"
	"testing"
	"time"
)

func FuzzPage(f *testing.F) {
	f.Add(encodePage([]Copy{
		{Number: 819012345678, People: []uint32{3, 9, 70000}, Text: 1, Parts: 2, Route: 1, Vars: []string{"Hana", ""}},
		{Number: 819012345679, People: []uint32{4}, Parts: 1, Route: NoRoute, Vars: []string{"Ken", "x"}},
	}))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := parsePage(b)
		if err != nil {
			return
		}
		var copies []Copy
		for i := range p.count() {
			c, err := p.copyAt(i, 2)
			if err != nil {
				return
			}
			copies = append(copies, c)
		}
		again, err := parsePage(encodePage(copies))
		if err != nil {
			t.Fatalf("a page that was read cannot be read again: %v", err)
		}
		for i, want := range copies {
			if got, err := again.copyAt(i, 2); err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("copy %d is %+v, read again %+v, %v", i, want, got, err)
			}
		}
	})
}

func FuzzDelta(f *testing.F) {
	f.Add(Delta{
		Broadcast: 9, At: time.UnixMilli(5), Parts: 3, Sent: -1, Moves: []Move{{From: Waiting, To: Sending, N: 7}},
	}.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := DecodeDelta(b)
		if err != nil {
			return
		}
		again, err := DecodeDelta(d.encode())
		if err != nil || !reflect.DeepEqual(d, again) {
			t.Fatalf("%x reads as %+v, written and read again as %+v, %v", b, d, again, err)
		}
	})
}

func TestDamagedRecordsAreRefused(t *testing.T) {
	t.Parallel()
	good := encodePage([]Copy{{Number: 1, People: []uint32{1}, Parts: 1, Vars: []string{"a"}}})
	for n := range good {
		p, err := parsePage(good[:n])
		if err == nil {
			_, err = p.copyAt(0, 1)
		}
		if err == nil {
			t.Errorf("a page cut at %d of %d octets is read", n, len(good))
		}
	}
}
