package wire

import (
	"encoding/binary"
	"errors"
	"io"
)

// Sizes of PDUs (SMPP 3.4 §3.2): the header, and the longest we take.
const (
	HeaderLen = 16
	MaxPDU    = 64 << 10
)

// Command ids (SMPP 3.4 §5.1.2.1).
const (
	Response          uint32 = 0x80000000 // set in every response
	GenericNack       uint32 = 0x80000000
	BindReceiver      uint32 = 0x00000001
	BindTransmitter   uint32 = 0x00000002
	SubmitSM          uint32 = 0x00000004
	DeliverSM         uint32 = 0x00000005
	Unbind            uint32 = 0x00000006
	BindTransceiver   uint32 = 0x00000009
	Outbind           uint32 = 0x0000000B
	EnquireLink       uint32 = 0x00000015
	AlertNotification uint32 = 0x00000102
	DataSM            uint32 = 0x00000103
)

// Values of command_status that we give or look at (SMPP 3.4 §5.1.3).
const (
	OK                 uint32 = 0x00
	InvalidCommandLen  uint32 = 0x02
	InvalidCommand     uint32 = 0x03
	TryLater           uint32 = 0x64 // ESME_RX_T_APPN: the peer keeps it and delivers again
	InvalidLength      uint32 = 0x01
	InvalidDestination uint32 = 0x0B
	BindFailed         uint32 = 0x0D
	QueueFull          uint32 = 0x14
	MissingTLV         uint32 = 0xC3
	UnknownError       uint32 = 0xFF
)

// ErrFrame means that command_length is out of range: the stream has no known next PDU any more.
var ErrFrame = errors.New("command_length is out of range")

// Header is the head of every PDU.
type Header struct {
	ID, Status, Seq uint32
}

// ParseHeader reads the head of a frame, which is at least 16 octets long.
func ParseHeader(frame []byte) Header {
	return Header{
		ID:     binary.BigEndian.Uint32(frame[4:]),
		Status: binary.BigEndian.Uint32(frame[8:]),
		Seq:    binary.BigEndian.Uint32(frame[12:]),
	}
}

// AppendHeader appends the head of a PDU of length octets.
func AppendHeader(b []byte, length int, h Header) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(length))
	b = binary.BigEndian.AppendUint32(b, h.ID)
	b = binary.BigEndian.AppendUint32(b, h.Status)
	return binary.BigEndian.AppendUint32(b, h.Seq)
}

// AppendAnswer appends the response to a request of the peer. The responses to deliver_sm and data_sm carry an empty
// message_id (SMPP 3.4 §4.6.2), the others have no body.
func AppendAnswer(b []byte, request uint32, status, seq uint32) []byte {
	h := Header{ID: request | Response, Status: status, Seq: seq}
	if request == DeliverSM || request == DataSM {
		return append(AppendHeader(b, HeaderLen+1, h), 0)
	}
	return AppendHeader(b, HeaderLen, h)
}

// Framer cuts a stream into PDUs by their command_length.
type Framer struct {
	r          io.Reader
	buf        []byte
	start, end int
}

// NewFramer returns a framer with room for two of the longest PDUs, so that one always fits behind a rest.
func NewFramer(r io.Reader) *Framer {
	return &Framer{r: r, buf: make([]byte, 2*MaxPDU)}
}

// Next returns the next whole PDU, valid until the following call. It returns ErrFrame when command_length is out of
// range, and the reader's error when the stream ends.
func (f *Framer) Next() ([]byte, error) {
	for {
		if n := f.end - f.start; n >= 4 {
			length := binary.BigEndian.Uint32(f.buf[f.start:])
			if length < HeaderLen || length > MaxPDU {
				return nil, ErrFrame
			}
			if n >= int(length) {
				frame := f.buf[f.start : f.start+int(length) : f.start+int(length)]
				f.start += int(length)
				return frame, nil
			}
		}
		if err := f.fill(); err != nil {
			return nil, err
		}
	}
}

// Rest returns what has been read and not been returned, valid until the next call of Next.
func (f *Framer) Rest() []byte { return f.buf[f.start:f.end] }

// More reports whether Next returns at once, without reading.
func (f *Framer) More() bool {
	n := f.end - f.start
	if n < 4 {
		return false
	}
	length := binary.BigEndian.Uint32(f.buf[f.start:])
	return length < HeaderLen || length > MaxPDU || n >= int(length)
}

func (f *Framer) fill() error {
	if f.start == f.end {
		f.start, f.end = 0, 0
	} else if f.start > MaxPDU {
		f.end = copy(f.buf, f.buf[f.start:f.end])
		f.start = 0
	}
	n, err := f.r.Read(f.buf[f.end:])
	f.end += n
	if n > 0 {
		return nil
	}
	if err == nil {
		return io.ErrNoProgress
	}
	return err
}
