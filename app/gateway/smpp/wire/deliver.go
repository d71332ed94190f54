package wire

import (
	"bytes"
	"encoding/binary"
	"errors"

	"noroshi/app/smstext"
)

// Deliver is what we read of a deliver_sm or data_sm. Its slices point into the frame.
type Deliver struct {
	smstext.Deliver

	From, To []byte // source_addr and destination_addr without their NUL
	FromTON  byte   // source_addr_ton
	Trailing bool   // octets follow the last whole optional parameter
}

// ErrBody means that a PDU is shorter than its fields.
var ErrBody = errors.New("the body is shorter than its fields")

// ParseDeliver reads a deliver_sm or data_sm (SMPP 3.4 §4.6.1, §4.7.1). It returns ErrBody when a mandatory field is
// missing. It does not mind octets behind the last whole TLV: the message itself is there.
func ParseDeliver(frame []byte) (Deliver, error) {
	var d Deliver
	r := scanner{b: frame[HeaderLen:]}
	r.cstring() // service_type
	d.FromTON = r.octet()
	r.octet()
	d.From = r.cstring()
	r.octet()
	r.octet()
	d.To = r.cstring()
	d.ESMClass = r.octet()
	if ParseHeader(frame).ID == DataSM {
		r.octet() // registered_delivery
		d.DataCoding = r.octet()
	} else {
		r.take(2)   // protocol_id, priority_flag
		r.cstring() // schedule_delivery_time
		r.cstring() // validity_period
		r.take(2)   // registered_delivery, replace_if_present_flag
		d.DataCoding = r.octet()
		r.octet() // sm_default_msg_id
		d.ShortMessage = r.take(int(r.octet()))
	}
	if r.short {
		return Deliver{}, ErrBody
	}
	for {
		tag, value, ok := r.tlv()
		if !ok {
			d.Trailing = len(r.b) > 0
			return d, nil
		}
		d.parameter(tag, value)
	}
}

// parameter keeps an optional parameter we know; one with a wrong length is as if it were absent.
func (d *Deliver) parameter(tag uint16, value []byte) {
	switch {
	case tag == tagReceiptedID:
		d.ReceiptedID = value
	case tag == tagMessageState && len(value) == 1:
		d.State, d.HasState = value[0], true
	case tag == tagNetworkError && len(value) == 3:
		d.NetworkError = value
	case tag == tagPayload:
		d.Payload = value
	case tag == tagSarRef && len(value) == 2:
		d.SAR.Ref = binary.BigEndian.Uint16(value)
	case tag == tagSarTotal && len(value) == 1:
		d.SAR.Total = value[0]
	case tag == tagSarSeq && len(value) == 1:
		d.SAR.Seq = value[0]
	}
}

// scanner reads fields from the front; once they do not suffice, short stays set and all that follows is zero.
type scanner struct {
	b     []byte
	short bool
}

func (r *scanner) take(n int) []byte {
	if r.short || n > len(r.b) {
		r.short, r.b = true, nil
		return nil
	}
	v := r.b[:n:n]
	r.b = r.b[n:]
	return v
}

func (r *scanner) octet() byte {
	if v := r.take(1); len(v) == 1 {
		return v[0]
	}
	return 0
}

func (r *scanner) cstring() []byte {
	n := bytes.IndexByte(r.b, 0)
	if n < 0 {
		r.short, r.b = true, nil
		return nil
	}
	return r.take(n + 1)[:n:n]
}

// tlv returns the next optional parameter; false at the end, or where the rest is not a whole one.
func (r *scanner) tlv() (tag uint16, value []byte, ok bool) {
	if len(r.b) < 4 {
		return 0, nil, false
	}
	n := int(binary.BigEndian.Uint16(r.b[2:]))
	if len(r.b) < 4+n {
		return 0, nil, false
	}
	tag = binary.BigEndian.Uint16(r.b)
	value = r.b[4 : 4+n : 4+n]
	r.b = r.b[4+n:]
	return tag, value, true
}
