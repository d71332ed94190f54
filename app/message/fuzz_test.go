package message

import (
	"reflect"
	"testing"
	"time"
)

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
