package smpp

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// deliver is what we read of a deliver_sm or data_sm. Its slices point into the frame.
type deliver struct {
	seq        uint32
	from, to   []byte
	fromTON    byte
	esmClass   byte
	dcs        byte
	user       []byte // short_message, or message_payload when that is empty; with its user data header
	receiptID  []byte // receipted_message_id without its NUL
	state      int    // message_state; -1 when absent
	netError   []byte // network_error_code; nil when absent
	sarRef     uint16
	sarTotal   byte
	sarSeq     byte
	badHeader  bool // UDHI was set and the user data header cannot be read
	udhLen     int  // octets of user that are its header
	ref        uint16
	total, nth byte
}

// udhi is the bit of esm_class that says that user data begins with a header (SMPP 3.4 §5.2.12).
const udhi byte = 0x40

var errBody = errors.New("the body is shorter than its fields")

// parseDeliver reads the fields in their order (SMPP 3.4 §4.6.1, §4.7.1) without copying. It does not mind octets
// behind the last whole TLV.
func parseDeliver(frame []byte) (deliver, error) {
	h := parseHeader(frame)
	d := deliver{seq: h.seq, state: -1}
	r := scanner{b: frame[headerLen:]}
	r.cstring() // service_type
	d.fromTON = r.octet()
	r.octet()
	d.from = r.cstring()
	r.octet()
	r.octet()
	d.to = r.cstring()
	d.esmClass = r.octet()
	if h.id == cmdDataSM {
		r.octet() // registered_delivery
		d.dcs = r.octet()
	} else {
		r.octet() // protocol_id
		r.octet() // priority_flag
		r.cstring()
		r.cstring()
		r.octet() // registered_delivery
		r.octet() // replace_if_present_flag
		d.dcs = r.octet()
		r.octet() // sm_default_msg_id
		d.user = r.take(int(r.octet()))
	}
	if r.short {
		return d, errBody
	}
	for {
		tag, value, ok := r.tlv()
		if !ok {
			break
		}
		d.parameter(tag, value)
	}
	d.readHeader()
	return d, nil
}

// parameter keeps an optional parameter we know; one with a wrong length is as if it were absent.
func (d *deliver) parameter(tag uint16, value []byte) {
	switch {
	case tag == tagReceiptedID:
		d.receiptID, _, _ = bytes.Cut(value, []byte{0})
	case tag == tagMessageState && len(value) == 1:
		d.state = int(value[0])
	case tag == tagNetworkError && len(value) == 3:
		d.netError = value
	case tag == tagPayload && len(d.user) == 0:
		d.user = value
	case tag == tagSarRef && len(value) == 2:
		d.sarRef = binary.BigEndian.Uint16(value)
	case tag == tagSarTotal && len(value) == 1:
		d.sarTotal = value[0]
	case tag == tagSarSeq && len(value) == 1:
		d.sarSeq = value[0]
	}
}

// readHeader finds the user data header and what it says of concatenation (3GPP TS 23.040 §9.2.3.24); SAR parameters
// count where there is no such header. A header that cannot be read is left in the text, so that nothing is lost.
func (d *deliver) readHeader() {
	d.ref, d.total, d.nth = d.sarRef, d.sarTotal, d.sarSeq
	if d.esmClass&udhi != 0 && len(d.user) > 0 {
		n := int(d.user[0]) + 1
		if n == 1 || n > len(d.user) || !d.elements(d.user[1:n]) {
			d.badHeader = true
		} else {
			d.udhLen = n
		}
	}
	if d.total < 2 || d.nth == 0 || d.nth > d.total {
		d.ref, d.total, d.nth = 0, 0, 0 // whole: a part number out of range would wait for the others in vain
	}
}

// elements reads the information elements and reports whether they fill the header exactly.
func (d *deliver) elements(b []byte) bool {
	ref, total, nth := d.ref, d.total, d.nth
	for len(b) > 0 {
		if len(b) < 2 || len(b) < 2+int(b[1]) {
			return false
		}
		v := b[2 : 2+int(b[1])]
		switch {
		case b[0] == 0x00 && len(v) == 3:
			ref, total, nth = uint16(v[0]), v[1], v[2]
		case b[0] == 0x08 && len(v) == 4:
			ref, total, nth = binary.BigEndian.Uint16(v), v[2], v[3]
		}
		b = b[2+int(b[1]):]
	}
	d.ref, d.total, d.nth = ref, total, nth
	return true
}

// octets returns the user data without its header.
func (d *deliver) octets() []byte { return d.user[d.udhLen:] }

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
	v := r.take(n + 1)
	return v[:n:n]
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
