package message

import (
	"bytes"
	"reflect"
	"testing"
	"time"
)

func FuzzBatch(f *testing.F) {
	f.Add(batch{at: time.UnixMilli(7), events: []event{
		{kind: evClaimRange, copy: 3, to: 9}, {kind: evClaimPart, copy: 1, part: 2}, {kind: evTaken, copy: 300, text: "0A"},
		{kind: evRefusedNow, copy: 4, class: 2, status: 88, wait: 30},
		{kind: evReceipt, copy: 5, state: Delivered, text: "000"},
		{kind: evHaltPage, copy: 256}, {kind: evGiveUp, copy: 8},
	}}.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		read := func(b []byte) (out batch, err error) {
			err = decodeBatch(b, func(at time.Time, e event) { out.at, out.events = at, append(out.events, e) })
			return out, err
		}
		first, err := read(b)
		if err != nil || len(first.events) == 0 {
			return
		}
		again, err := read(first.encode())
		if err != nil || !reflect.DeepEqual(first, again) {
			t.Fatalf("%x reads as %+v, written and read again as %+v, %v", b, first, again, err)
		}
	})
}

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
	b := batch{at: time.UnixMilli(1), events: []event{{kind: evTaken, copy: 1, text: "abc"}}}.encode()
	for n := range b {
		seen := 0
		if err := decodeBatch(b[:n], func(time.Time, event) { seen++ }); (err == nil) != (n == 9) || seen > 0 {
			t.Errorf("a batch cut at %d of %d octets: %v, %d events", n, len(b), err, seen)
		}
	}
	if err := decodeBatch(append(bytes.Clone(b[:9]), 99, 1), func(time.Time, event) {}); err == nil {
		t.Error("an event of an unknown kind is read")
	}
}
