package wire

import "encoding/binary"

// Tags of the optional parameters in use (SMPP 3.4 §5.3.2).
const (
	tagMessageID        = 0x001E // receipted_message_id
	tagUserReference    = 0x0204 // user_message_reference
	tagSARRef           = 0x020C // sar_msg_ref_num
	tagSARTotal         = 0x020E // sar_total_segments
	tagSARSeq           = 0x020F // sar_segment_seqnum
	tagInterfaceVersion = 0x0210 // sc_interface_version
	tagNetworkError     = 0x0423 // network_error_code
	tagPayload          = 0x0424 // message_payload
	tagState            = 0x0427 // message_state
)

// Bits of esm_class (SMPP 3.4 §5.2.12).
const (
	ESMReceipt      = 0x04 // the message is a delivery receipt
	ESMIntermediate = 0x20 // the message is an intermediate notification
	ESMUDHI         = 0x40 // the text starts with a user data header
)

// Address is a number or name with its type and plan.
type Address struct {
	TON, NPI byte
	Addr     []byte
}

// Message is a submit_sm, deliver_sm or data_sm. Its slices point into the PDU it was read from.
type Message struct {
	Source, Dest Address
	ESMClass     byte
	Registered   byte   // registered_delivery
	DataCoding   byte   //
	Validity     []byte // validity_period as it came, empty for the SMSC's own
	Text         []byte // short_message, or message_payload when Payload is set
	Payload      bool   // Text travels in message_payload
	Part         Part   // from the sar_ parameters; Total 0 when there are none
	MessageID    []byte // receipted_message_id; nil when absent
	State        byte   // message_state; 0 when absent
	NetworkError []byte // network_error_code, 3 octets; nil when absent
}

// ParseMessage reads the body of a submit_sm, deliver_sm or data_sm into m. A status other than OK says what a strict
// SMSC would answer.
func ParseMessage(cmd Command, body []byte, m *Message) Status {
	*m = Message{}
	c := cursor{b: body}
	c.text(6) // service_type
	m.Source = c.address()
	if c.bad {
		return InvalidSource
	}
	m.Dest = c.address()
	if c.bad {
		return InvalidDestination
	}
	m.ESMClass = c.octet()
	if cmd == DataSM {
		m.Registered = c.octet()
		m.DataCoding = c.octet()
	} else {
		c.octet()  // protocol_id
		c.octet()  // priority_flag
		c.text(17) // schedule_delivery_time
		m.Validity = c.text(17)
		m.Registered = c.octet()
		c.octet() // replace_if_present_flag
		m.DataCoding = c.octet()
		c.octet() // sm_default_msg_id
		n := int(c.octet())
		if n == 255 {
			return InvalidLength
		}
		m.Text = c.take(n)
	}
	if c.bad {
		return InvalidCommandLen
	}
	return m.parseTLVs(c.b)
}

func (c *cursor) address() Address {
	return Address{TON: c.octet(), NPI: c.octet(), Addr: c.text(21)}
}

func (m *Message) parseTLVs(b []byte) Status {
	for len(b) > 0 {
		if len(b) < 4 {
			return InvalidTLVs
		}
		tag, n := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		b = b[4:]
		if n > len(b) {
			return InvalidTLVLength
		}
		if !m.set(tag, b[:n:n]) {
			return InvalidTLVLength
		}
		b = b[n:]
	}
	return OK
}

// set stores an optional parameter; unknown ones are skipped (SMPP 3.4 §3.3). It returns false for a wrong length.
func (m *Message) set(tag uint16, v []byte) bool {
	switch tag {
	case tagPayload:
		if len(m.Text) == 0 {
			m.Text, m.Payload = v, true
		}
	case tagSARRef:
		if len(v) != 2 {
			return false
		}
		m.Part.Ref = binary.BigEndian.Uint16(v)
	case tagSARTotal, tagSARSeq, tagState:
		if len(v) != 1 {
			return false
		}
		switch tag {
		case tagSARTotal:
			m.Part.Total = v[0]
		case tagSARSeq:
			m.Part.Seq = v[0]
		case tagState:
			m.State = v[0]
		}
	case tagMessageID:
		for len(v) > 0 && v[len(v)-1] == 0 {
			v = v[:len(v)-1]
		}
		m.MessageID = v
	case tagNetworkError:
		if len(v) != 3 {
			return false
		}
		m.NetworkError = v
	}
	return true
}

// AppendMessage appends m as a submit_sm or deliver_sm.
func AppendMessage(dst []byte, cmd Command, seq uint32, m *Message) []byte {
	dst, at := Begin(dst, cmd, OK, seq)
	dst = append(dst, 0)
	dst = appendAddress(dst, m.Source)
	dst = appendAddress(dst, m.Dest)
	dst = append(dst, m.ESMClass, 0, 0, 0)
	dst = append(append(dst, m.Validity...), 0)
	dst = append(dst, m.Registered, 0, m.DataCoding, 0)
	if m.Payload {
		dst = append(dst, 0)
		dst = appendTLV(dst, tagPayload, m.Text)
	} else {
		dst = append(dst, byte(len(m.Text))) //nolint:gosec // callers split at 254 octets
		dst = append(dst, m.Text...)
	}
	if m.Part.Total > 0 {
		dst = appendTLV(dst, tagSARRef, []byte{byte(m.Part.Ref >> 8), byte(m.Part.Ref)}) //nolint:gosec // two halves
		dst = appendTLV(dst, tagSARTotal, []byte{m.Part.Total})
		dst = appendTLV(dst, tagSARSeq, []byte{m.Part.Seq})
	}
	if m.NetworkError != nil {
		dst = appendTLV(dst, tagNetworkError, m.NetworkError)
	}
	if m.MessageID != nil {
		dst = append(dst, 0, tagMessageID, 0, byte(len(m.MessageID)+1)) //nolint:gosec // at most 65 octets
		dst = append(append(dst, m.MessageID...), 0)
	}
	if m.State != 0 {
		dst = appendTLV(dst, tagState, []byte{m.State})
	}
	return End(dst, at)
}

func appendAddress(dst []byte, a Address) []byte {
	dst = append(dst, a.TON, a.NPI)
	return append(append(dst, a.Addr...), 0)
}

func appendTLV(dst []byte, tag uint16, v []byte) []byte {
	dst = binary.BigEndian.AppendUint16(dst, tag)
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(v))) //nolint:gosec // bounded by MaxPDU
	return append(dst, v...)
}
