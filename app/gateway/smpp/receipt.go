package smpp

import (
	"bytes"
	"fmt"
	"time"

	"noroshi/app/gateway"
)

// kinds of what a deliver_sm can be to us.
const (
	inNothing = iota // to be answered and dropped
	inReceipt
	inText
)

type incoming struct {
	kind    int
	receipt gateway.Receipt
	text    gateway.Text
}

// read makes a receipt or a text of a deliver_sm. Whatever goes wrong in reading a stranger's octets must end here.
func (c *Client) read(s *session, d *deliver, h header, now time.Time) (in incoming) {
	defer func() {
		if r := recover(); r != nil {
			c.bad(s, h, "reader failed")
			c.log.Error(evPanic, "panic", fmt.Sprintf("%T", r))
			in = incoming{kind: inNothing}
		}
	}()
	if d.esmClass&0x3C == 0x04 {
		c.receipts.Add(1)
		return incoming{kind: inReceipt, receipt: c.receiptOf(d, now)}
	}
	c.texts.Add(1)
	return incoming{kind: inText, text: c.textOf(d, now)}
}

func (c *Client) receiptOf(d *deliver, now time.Time) gateway.Receipt {
	r := gateway.Receipt{Route: c.route.Name, From: string(d.from), To: string(d.to), Received: now}
	if len(d.receiptID) > 0 {
		r.IDs = append(r.IDs, string(d.receiptID))
	}
	if d.state > 0 {
		r.State = gateway.ReceiptState(d.state)
	} else if bytes.Contains(d.octets(), []byte("stat:DELIVRD")) {
		r.State = gateway.Delivered
	}
	if _, after, ok := bytes.Cut(d.octets(), []byte("id:")); ok {
		id, _, _ := bytes.Cut(after, []byte(" "))
		r.IDs = append(r.IDs, string(id))
	}
	r.Final = r.State >= gateway.Delivered && r.State <= gateway.Undeliverable
	return r
}

func (c *Client) textOf(d *deliver, now time.Time) gateway.Text {
	from := string(d.from)
	if d.fromTON == tonInternational && from != "" && from[0] != '+' {
		from = "+" + from
	}
	return gateway.Text{
		Route: c.route.Name, From: from, FromTON: d.fromTON, To: trimPlus(d.to), Octets: bytes.Clone(d.octets()),
		DCS: d.dcs, Ref: d.ref, Total: d.total, Seq: d.nth, SMSCID: string(d.receiptID), Sequence: d.seq,
		Received: now,
	}
}

func trimPlus(b []byte) string { return string(bytes.TrimPrefix(b, []byte("+"))) }
