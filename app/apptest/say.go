package apptest

import (
	"context"
	"encoding/binary"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf16"

	"noroshi/app/gateway"
)

var sequence atomic.Uint32

// Say has a phone write to the first route's sender, as a gateway hands it over.
func (w *World) Say(t testing.TB, number, text string) {
	t.Helper()
	w.Hand(t, w.Heard(number, text))
}

// Heard returns a text from a number as a gateway hands it over, with a sequence number of its own.
func (w *World) Heard(number, text string) gateway.Text {
	return gateway.Text{
		Route: w.Routes[0].Name, From: "+" + number, FromTON: 1, To: Sender, Octets: UCS2(text), DCS: 8,
		Sequence: sequence.Add(1), Received: time.Now(),
	}
}

// Hand gives texts to the sink, which has them in the ledger when it returns.
func (w *World) Hand(t testing.TB, texts ...gateway.Text) {
	t.Helper()
	for _, text := range texts {
		if err := w.Sink.Text(context.Background(), text); err != nil {
			t.Fatalf("Text: %v", err)
		}
	}
}

// UCS2 encodes a text as UTF-16 in network order (data_coding 8).
func UCS2(text string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(text)) {
		b = binary.BigEndian.AppendUint16(b, u)
	}
	return b
}
