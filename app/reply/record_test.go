package reply

import (
	"reflect"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"noroshi/app/store"
)

func TestTimesOfRepliesKeepTheirFractions(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 3, 16, 4, 987_654_000, time.UTC)
	r := Reply{ID: 7, Kind: Unread, At: at, Text: "A", Decision: &Decision{By: "x", At: at.Add(time.Millisecond)}}
	value, err := encode(r)
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	got, err := decode(value)
	if err != nil || !got.At.Equal(r.At) || !got.Decision.At.Equal(r.Decision.At) {
		t.Fatalf("decode = %v and %v, %v; want %v and %v", got.At, got.Decision, err, r.At, r.Decision.At)
	}
	got.At, got.Decision.At = r.At, r.Decision.At // only the zone may differ
	if !reflect.DeepEqual(got, r) {
		t.Errorf("decode = %+v, want %+v", got, r)
	}
}

// Records of earlier releases have whole seconds.
func TestOlderRecordsOpen(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 3, 16, 4, 987_654_000, time.UTC)
	body, err := cbor.Marshal(Reply{ID: 7, Kind: Answered, At: at, Text: "A"})
	if err != nil {
		t.Fatalf("Marshal: %v", err)
	}
	got, err := decode(store.WithVersion(1, body))
	if err != nil || !got.At.Equal(at.Truncate(time.Second)) || got.Text != "A" {
		t.Errorf("decode = %+v, %v", got, err)
	}
}
