package part_test

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"noroshi/app/message/part"
)

func batchOf(b []byte) (out part.Batch, err error) {
	err = part.DecodeBatch(b, func(at time.Time, e part.Event) { out.At, out.Events = at, append(out.Events, e) })
	return out, err
}

func FuzzBatch(f *testing.F) {
	f.Add(part.Batch{At: time.UnixMilli(7), Events: []part.Event{
		{Kind: part.EvClaimRange, Copy: 3, To: 9}, {Kind: part.EvClaim, Copy: 1, Part: 2},
		{Kind: part.EvTaken, Copy: 300, Text: "0A"}, {Kind: part.EvRefusedNow, Copy: 4, Class: 2, Status: 88, Wait: 30},
		{Kind: part.EvReceipt, Copy: 5, State: part.Delivered, Text: "000"}, {Kind: part.EvHaltPage, Copy: 256},
		{Kind: part.EvReroute, Copy: 70_000, Route: 2, Part: 3, Class: uint8(part.RefusedHere)},
		{Kind: part.EvGiveUp, Copy: 8},
	}}.Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		first, err := batchOf(b)
		if err != nil || len(first.Events) == 0 {
			return
		}
		again, err := batchOf(first.Encode())
		if err != nil || !reflect.DeepEqual(first, again) {
			t.Fatalf("%x reads as %+v, written and read again as %+v, %v", b, first, again, err)
		}
	})
}

func TestDamagedBatchesAreRefused(t *testing.T) {
	t.Parallel()
	for _, e := range []part.Event{
		{Kind: part.EvTaken, Copy: 1, Text: "abc"}, {Kind: part.EvReroute, Copy: 300, Route: 1, Part: 2, Class: 1},
	} {
		b := part.Batch{At: time.UnixMilli(1), Events: []part.Event{e}}.Encode()
		for n := range b {
			seen := 0
			err := part.DecodeBatch(b[:n], func(time.Time, part.Event) { seen++ })
			if (err == nil) != (n == 9) || seen > 0 {
				t.Errorf("a batch cut at %d of %d octets: %v, %d events", n, len(b), err, seen)
			}
		}
		if err := part.DecodeBatch(append(bytes.Clone(b[:9]), 99, 1), func(time.Time, part.Event) {}); err == nil {
			t.Error("an event of an unknown kind is read")
		}
	}
}

// A log of an appliance that knew no second route: its octets are what they were.
func TestLogsOfOldAreRead(t *testing.T) {
	t.Parallel()
	old := []byte{
		1, 0, 0, 0, 0, 0, 0, 0, 7, // version, milliseconds
		1, 3, 9, // claim of copies 3 to 9
		3, 4, 0, 1, 2, '0', 'A', // copy 4, part 0, route 1: taken as 0A
		12, 4, 0, 6, 3, '0', '0', '0', // its receipt
	}
	want := part.Batch{At: time.UnixMilli(7), Events: []part.Event{
		{Kind: part.EvClaimRange, Copy: 3, To: 9}, {Kind: part.EvTaken, Copy: 4, Route: 1, Text: "0A"},
		{Kind: part.EvReceipt, Copy: 4, State: part.Delivered, Text: "000"},
	}}
	if got, err := batchOf(old); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read as %+v, %v, want %+v", got, err, want)
	}
}

// Whatever happened to a part in whatever order: once it was with a route without a clear no, it never moves.
func TestOnlyUntouchedPartsMove(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var p part.Part
		open, doubtful := false, false // claimed without an outcome; may have been taken
		for range rapid.IntRange(0, 30).Draw(t, "events") {
			e := part.Event{
				Kind: rapid.SampledFrom([]part.Kind{
					part.EvClaim, part.EvTaken, part.EvRefusedNow, part.EvRefusedFinal, part.EvLost, part.EvNotWritten,
					part.EvResend, part.EvGiveUp, part.EvDeadline, part.EvHaltPage, part.EvReceipt, part.EvReroute,
				}).Draw(t, "kind"),
				State: rapid.SampledFrom(reports).Draw(t, "state"), Wait: uint32(rapid.IntRange(0, 2).Draw(t, "wait")),
			}
			was := p
			p = part.Fold(p, e)
			switch e.Kind {
			case part.EvClaim:
				open = open || was.Due()
			case part.EvTaken, part.EvReceipt:
				doubtful = true
			case part.EvLost:
				doubtful = doubtful || open
			case part.EvRefusedNow, part.EvRefusedFinal, part.EvNotWritten:
				open = open && p.State() == part.Submitting
			default:
			}
			if p.Movable() && (open || doubtful) {
				t.Fatalf("%v with flags %b may move although it may be with its route", p.State(), p)
			}
		}
	})
}
