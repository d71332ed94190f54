package smpp

import (
	"encoding/binary"
	"errors"
	"io"
)

// Sizes of PDUs (SMPP 3.4 §3.2): the header, and the longest we take.
const (
	headerLen = 16
	maxPDU    = 64 << 10
)

// Command ids (SMPP 3.4 §5.1.2.1).
const (
	cmdResponse      uint32 = 0x80000000 // set in every response
	cmdGenericNack   uint32 = 0x80000000
	cmdBindReceiver  uint32 = 0x00000001
	cmdBindTransmit  uint32 = 0x00000002
	cmdSubmitSM      uint32 = 0x00000004
	cmdDeliverSM     uint32 = 0x00000005
	cmdUnbind        uint32 = 0x00000006
	cmdBindTransceiv uint32 = 0x00000009
	cmdOutbind       uint32 = 0x0000000B
	cmdEnquireLink   uint32 = 0x00000015
	cmdAlert         uint32 = 0x00000102
	cmdDataSM        uint32 = 0x00000103
)

// Values of command_status that we give or look at (SMPP 3.4 §5.1.3).
const (
	statusOK         uint32 = 0x00
	statusInvCmdID   uint32 = 0x03
	statusTryLater   uint32 = 0x64 // ESME_RX_T_APPN: the peer keeps it and delivers again
	statusInvMsgLen  uint32 = 0x01
	statusInvDest    uint32 = 0x0B
	statusBindFailed uint32 = 0x0D
	statusQueueFull  uint32 = 0x14
	statusNoTLV      uint32 = 0xC3
	statusUnknownErr uint32 = 0xFF
)

// errFrame means that command_length is out of range: the stream has no known next PDU any more.
var errFrame = errors.New("command_length is out of range")

// header is the head of every PDU.
type header struct {
	id, status, seq uint32
}

// parseHeader reads the head of a frame, which is at least 16 octets long.
func parseHeader(frame []byte) header {
	return header{
		id:     binary.BigEndian.Uint32(frame[4:]),
		status: binary.BigEndian.Uint32(frame[8:]),
		seq:    binary.BigEndian.Uint32(frame[12:]),
	}
}

// appendHeader appends the head of a PDU of length octets.
func appendHeader(b []byte, length int, h header) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(length))
	b = binary.BigEndian.AppendUint32(b, h.id)
	b = binary.BigEndian.AppendUint32(b, h.status)
	return binary.BigEndian.AppendUint32(b, h.seq)
}

// appendAnswer appends the response to a request of the peer. The responses to deliver_sm and data_sm carry an empty
// message_id (SMPP 3.4 §4.6.2), the others have no body.
func appendAnswer(b []byte, request uint32, status, seq uint32) []byte {
	h := header{id: request | cmdResponse, status: status, seq: seq}
	if request == cmdDeliverSM || request == cmdDataSM {
		return append(appendHeader(b, headerLen+1, h), 0)
	}
	return appendHeader(b, headerLen, h)
}

// framer cuts a stream into PDUs by their command_length.
type framer struct {
	r          io.Reader
	buf        []byte
	start, end int
}

// newFramer returns a framer with room for two of the longest PDUs, so that one always fits behind a rest.
func newFramer(r io.Reader) *framer {
	return &framer{r: r, buf: make([]byte, 2*maxPDU)}
}

// next returns the next whole PDU, valid until the following call. It returns errFrame when command_length is out of
// range, and the reader's error when the stream ends.
func (f *framer) next() ([]byte, error) {
	for {
		if n := f.end - f.start; n >= 4 {
			length := binary.BigEndian.Uint32(f.buf[f.start:])
			if length < headerLen || length > maxPDU {
				return nil, errFrame
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

// more reports whether next returns at once, without reading.
func (f *framer) more() bool {
	n := f.end - f.start
	if n < 4 {
		return false
	}
	length := binary.BigEndian.Uint32(f.buf[f.start:])
	return length < headerLen || length > maxPDU || n >= int(length)
}

func (f *framer) fill() error {
	if f.start == f.end {
		f.start, f.end = 0, 0
	} else if f.start > maxPDU {
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
