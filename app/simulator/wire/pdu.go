package wire

import "encoding/binary"

// Command is a command_id (SMPP 3.4 §5.1.2.1). The top bit marks a response.
type Command uint32

// The commands the simulator understands.
const (
	BindReceiver     Command = 0x00000001
	BindTransmitter  Command = 0x00000002
	SubmitSM         Command = 0x00000004
	DeliverSM        Command = 0x00000005
	Unbind           Command = 0x00000006
	BindTransceiver  Command = 0x00000009
	EnquireLink      Command = 0x00000015
	DataSM           Command = 0x00000103
	GenericNack      Command = 0x80000000
	SubmitSMResp     Command = 0x80000004
	DeliverSMResp    Command = 0x80000005
	UnbindResp       Command = 0x80000006
	EnquireLinkResp  Command = 0x80000015
	DataSMResp       Command = 0x80000103
	BindReceiverResp Command = 0x80000001

	response Command = 0x80000000
)

// Response returns the command that answers c.
func (c Command) Response() Command { return c | response }

// Status is a command_status (SMPP 3.4 §5.1.3); 0 is success.
type Status uint32

// The statuses the simulator gives by itself. Populations may ask for any other.
const (
	OK                 Status = 0x00
	InvalidLength      Status = 0x01 // ESME_RINVMSGLEN
	InvalidCommandLen  Status = 0x02 // ESME_RINVCMDLEN
	InvalidCommand     Status = 0x03 // ESME_RINVCMDID
	WrongBindState     Status = 0x04 // ESME_RINVBNDSTS
	AlreadyBound       Status = 0x05 // ESME_RALYBND
	SystemError        Status = 0x08 // ESME_RSYSERR
	InvalidSource      Status = 0x0A // ESME_RINVSRCADR
	InvalidDestination Status = 0x0B // ESME_RINVDSTADR
	BindFailed         Status = 0x0D // ESME_RBINDFAIL
	InvalidPassword    Status = 0x0E // ESME_RINVPASWD
	InvalidSystemID    Status = 0x0F // ESME_RINVSYSID
	QueueFull          Status = 0x14 // ESME_RMSGQFUL
	InvalidESMClass    Status = 0x43 // ESME_RINVESMCLASS
	Throttled          Status = 0x58 // ESME_RTHROTTLED
	TryLater           Status = 0x64 // ESME_RX_T_APPN
	InvalidTLVs        Status = 0xC0 // ESME_RINVOPTPARSTREAM
	InvalidTLVLength   Status = 0xC2 // ESME_RINVPARLEN
)

// Sizes of a PDU in octets. A peer that announces more than MaxPDU has lost its framing.
const (
	HeaderLen = 16
	MaxPDU    = 64 << 10
)

// Header is the head of a PDU.
type Header struct {
	Command  Command
	Status   Status
	Sequence uint32
}

// Next cuts the first whole PDU off b. It returns a nil pdu when more octets are needed, and ok false when the length
// field cannot be right: then the framing is lost and the connection must be closed.
func Next(b []byte) (pdu, rest []byte, ok bool) {
	if len(b) < 4 {
		return nil, b, true
	}
	n := binary.BigEndian.Uint32(b)
	if n < HeaderLen || n > MaxPDU {
		return nil, b, false
	}
	if uint32(len(b)) < n { //nolint:gosec // a buffer is far below 4 GiB
		return nil, b, true
	}
	return b[:n:n], b[n:], true
}

// Split returns the head and the body of a whole PDU as Next gives it.
func Split(pdu []byte) (Header, []byte) {
	return Header{
		Command:  Command(binary.BigEndian.Uint32(pdu[4:])),
		Status:   Status(binary.BigEndian.Uint32(pdu[8:])),
		Sequence: binary.BigEndian.Uint32(pdu[12:]),
	}, pdu[HeaderLen:]
}

// Begin appends a head whose length End fills in; at is what End needs.
func Begin(dst []byte, c Command, s Status, seq uint32) (out []byte, at int) {
	at = len(dst)
	dst = append(dst, 0, 0, 0, 0)
	dst = binary.BigEndian.AppendUint32(dst, uint32(c))
	dst = binary.BigEndian.AppendUint32(dst, uint32(s))
	return binary.BigEndian.AppendUint32(dst, seq), at
}

// End completes the PDU that began at at.
func End(dst []byte, at int) []byte {
	binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at)) //nolint:gosec // bounded by MaxPDU
	return dst
}

// AppendBare appends a PDU without a body.
func AppendBare(dst []byte, c Command, s Status, seq uint32) []byte {
	dst, at := Begin(dst, c, s, seq)
	return End(dst, at)
}

// AppendID appends a response that carries a message id, such as submit_sm_resp. With a status other than OK it has
// no body (SMPP 3.4 §4.4.2).
func AppendID(dst []byte, c Command, s Status, seq uint32, id []byte) []byte {
	dst, at := Begin(dst, c, s, seq)
	if s == OK {
		dst = append(dst, id...)
		dst = append(dst, 0)
	}
	return End(dst, at)
}

// AppendBindResp appends the response to a bind: a refusal has no body, a success names the SMSC and its version.
func AppendBindResp(dst []byte, c Command, s Status, seq uint32, systemID string) []byte {
	dst, at := Begin(dst, c.Response(), s, seq)
	if s == OK {
		dst = append(dst, systemID...)
		dst = append(dst, 0)
		dst = appendTLV(dst, tagInterfaceVersion, []byte{0x34})
	}
	return End(dst, at)
}

// Bind is what a peer says when it binds (SMPP 3.4 §4.1).
type Bind struct {
	SystemID, Password, SystemType []byte
	Version                        byte
}

// ParseBind reads the body of a bind_transmitter, bind_receiver or bind_transceiver.
func ParseBind(body []byte) (Bind, Status) {
	c := cursor{b: body}
	b := Bind{SystemID: c.text(16), Password: c.text(9), SystemType: c.text(13), Version: c.octet()}
	c.octet()
	c.octet()
	c.text(41)
	if c.bad {
		return b, InvalidCommandLen
	}
	return b, OK
}

// AppendBind appends a bind, for tests and tools that play the client.
func AppendBind(dst []byte, c Command, seq uint32, systemID, password string) []byte {
	dst, at := Begin(dst, c, OK, seq)
	dst = append(append(dst, systemID...), 0)
	dst = append(append(dst, password...), 0)
	dst = append(dst, 0, 0x34, 0, 0, 0)
	return End(dst, at)
}

// cursor reads a body from the front and remembers that it ran over the end.
type cursor struct {
	b   []byte
	bad bool
}

func (c *cursor) octet() byte {
	if len(c.b) == 0 {
		c.bad = true
		return 0
	}
	v := c.b[0]
	c.b = c.b[1:]
	return v
}

func (c *cursor) take(n int) []byte {
	if n > len(c.b) {
		c.bad = true
		return nil
	}
	v := c.b[:n:n]
	c.b = c.b[n:]
	return v
}

// text reads a C-octet string of at most size octets including its NUL.
func (c *cursor) text(size int) []byte {
	for i := 0; i < len(c.b) && i < size; i++ {
		if c.b[i] == 0 {
			v := c.b[:i:i]
			c.b = c.b[i+1:]
			return v
		}
	}
	c.bad = true
	return nil
}
