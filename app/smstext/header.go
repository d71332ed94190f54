package smstext

import (
	"noroshi/app/fault"
)

// Information elements that concern a text (TS 23.040 §9.2.3.24).
const (
	ieConcat8  = 0x00
	ieConcat16 = 0x08
)

// Concat is the place of an incoming part in its message. Total 0 means that the text is whole.
type Concat struct {
	Ref   uint16
	Total uint8
	Seq   uint8 // from 1
}

// IsPart reports whether there are other parts.
func (c Concat) IsPart() bool { return c.Total > 1 }

// SplitHeader takes the user data header off octets whose esm_class has the header bit, and finds the part's place in
// its message. Elements that concern something else (ports, national language tables) are passed over, and so is a
// place that cannot be, such as part 3 of 2. Returns Invalid, code "sms_bad_header", when the header does not fit the
// octets; body is then nil.
func SplitHeader(octets []byte) (c Concat, body []byte, err error) {
	if len(octets) == 0 {
		return Concat{}, nil, errHeader()
	}
	end := 1 + int(octets[0])
	if end > len(octets) {
		return Concat{}, nil, errHeader()
	}
	for ie := octets[1:end]; len(ie) > 0; {
		if len(ie) < 2 || len(ie) < 2+int(ie[1]) {
			return Concat{}, nil, errHeader()
		}
		data := ie[2 : 2+int(ie[1])]
		switch {
		case ie[0] == ieConcat8 && len(data) == 3:
			c = place(c, Concat{Ref: uint16(data[0]), Total: data[1], Seq: data[2]})
		case ie[0] == ieConcat16 && len(data) == 4:
			c = place(c, Concat{Ref: uint16(data[0])<<8 | uint16(data[1]), Total: data[2], Seq: data[3]})
		}
		ie = ie[2+len(data):]
	}
	return c, octets[end:], nil
}

// place returns the newer place when it can be, as TS 23.040 §9.2.3.24.1 wants of repeated and of impossible elements.
func place(old, newer Concat) Concat {
	if newer.Total == 0 || newer.Seq == 0 || newer.Seq > newer.Total {
		return old
	}
	return newer
}

func errHeader() error {
	return fault.New(fault.Invalid, "sms_bad_header", "The user data header does not fit the text")
}

// Deliver is what a deliver_sm or data_sm brings, as far as this package reads it. Octets are as they came.
type Deliver struct {
	ESMClass     byte
	DataCoding   byte
	ShortMessage []byte
	Payload      []byte // message_payload; nil when absent
	// ReceiptedID is receipted_message_id (SMPP 3.4 §5.3.2.12), with or without its NUL; nil when absent.
	ReceiptedID []byte
	// State is message_state (SMPP 3.4 §5.3.2.35); HasState is false when it is absent.
	State    byte
	HasState bool
	// NetworkError is network_error_code (SMPP 3.4 §5.3.2.31); nil when absent.
	NetworkError []byte
	// SAR is the place the sar_* parameters give; its Total is 0 when they are absent.
	SAR SAR
}

// octets returns the short message, or the payload when there is no short message.
func (d *Deliver) octets() []byte {
	if len(d.ShortMessage) == 0 {
		return d.Payload
	}
	return d.ShortMessage
}

// Body is the user data of an incoming text, ready to be joined and decoded.
type Body struct {
	Octets     []byte
	DataCoding byte
	Concat     Concat // Total 0 when the text is whole
}

// Text takes an incoming text out of its PDU: payload or short message, without header, with its place in a longer
// message. Packed septets come out as UCS-2 with data_coding 8, because packed parts cannot be joined octet by octet.
// Returns Invalid, code "sms_bad_header", when a header is announced that is not there or does not fit; the caller
// keeps the raw octets and answers the SMSC as if all were well, because it would send the same again for ever.
func (d *Deliver) Text(o DecodeOptions) (Body, error) {
	b := Body{Octets: d.octets(), DataCoding: d.DataCoding}
	header := 0
	if d.ESMClass&esmUDHI != 0 {
		c, rest, err := SplitHeader(b.Octets)
		if err != nil {
			return Body{}, err
		}
		header = len(b.Octets) - len(rest)
		b.Concat, b.Octets = c, rest
	}
	if b.Concat.Total == 0 {
		b.Concat = place(Concat{}, Concat{Ref: d.SAR.Ref, Total: d.SAR.Total, Seq: d.SAR.Seq})
	}
	if o.charset(d.DataCoding) == CharsetGSM7Packed && (header > 0 || b.Concat.IsPart()) {
		e := encoder{enc: UCS2}
		e.utf16(CharsetGSM7Packed.text(b.Octets, fillBits(header)))
		b.Octets, b.DataCoding = e.buf, 8
	}
	return b, nil
}
