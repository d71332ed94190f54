package smpp

import (
	"bytes"
	"strconv"
	"time"

	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp/wire"
	"noroshi/app/smstext"
)

// maxErr is the longest err a receipt keeps.
const maxErr = 16

// incoming is what a deliver_sm turned out to be: a receipt, a text, or, with neither, something to answer and drop.
type incoming struct {
	receipt *gateway.Receipt
	text    *gateway.Text
	flaw    string // what could not be read; empty when nothing is wrong
}

// read makes a receipt or a text of a deliver_sm. A stranger's octets that make a reader panic are an incoming like
// any other that is broken: they end here.
func (c *Client) read(d *wire.Deliver, seq uint32, now time.Time) (in incoming) {
	defer func() {
		if recover() != nil {
			in = incoming{flaw: "the reader failed"}
		}
	}()
	r := smstext.ParseReceipt(&d.Deliver, smstext.ReceiptOptions{Zone: c.zone, Received: now})
	switch r.Kind {
	case smstext.KindReceipt, smstext.KindIntermediate:
		return incoming{receipt: c.receiptOf(d, &r, now)}
	case smstext.KindUnparsed:
		// Nothing names the part, but the addresses may, and the route's log should show that it came.
		return incoming{receipt: c.receiptOf(d, &r, now), flaw: "the receipt cannot be read"}
	case smstext.KindText:
		return c.textOf(d, seq, now)
	case smstext.KindAck:
	}
	return incoming{}
}

func (c *Client) receiptOf(d *wire.Deliver, r *smstext.Receipt, now time.Time) *gateway.Receipt {
	failure := r.Err
	if failure == "" && r.Network != nil {
		failure = strconv.Itoa(int(r.Network.Code))
	}
	return &gateway.Receipt{
		Route: c.route.Name, IDs: r.IDs, From: digits(d.From), To: digits(d.To), State: gateway.ReceiptState(r.State),
		Final: r.Final, Err: failure[:min(len(failure), maxErr)], Sub: max(r.Sub, 0), Dlvrd: max(r.Dlvrd, 0),
		Done: r.Done, Received: now,
	}
}

func (c *Client) textOf(d *wire.Deliver, seq uint32, now time.Time) incoming {
	in := incoming{}
	body, err := d.Text(c.decode)
	if err != nil {
		// The header stays in the text, so that a person can see what came.
		in.flaw = "the user data header cannot be read"
		body = smstext.Body{Octets: d.ShortMessage, DataCoding: d.DataCoding}
		if len(body.Octets) == 0 {
			body.Octets = d.Payload
		}
	}
	from := string(d.From)
	if d.FromTON == wire.International && from != "" && from[0] != '+' {
		from = "+" + from
	}
	in.text = &gateway.Text{
		Route: c.route.Name, From: from, FromTON: d.FromTON, To: digits(d.To), Octets: bytes.Clone(body.Octets),
		DCS: body.DataCoding, SMSCID: string(bytes.TrimRight(d.ReceiptedID, "\x00")), Sequence: seq, Received: now,
	}
	if body.Concat.IsPart() {
		in.text.Ref, in.text.Total, in.text.Seq = body.Concat.Ref, body.Concat.Total, body.Concat.Seq
	}
	return in
}

// digits returns an address without its plus.
func digits(address []byte) string { return string(bytes.TrimPrefix(address, []byte("+"))) }
