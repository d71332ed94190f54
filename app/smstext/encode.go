package smstext

import (
	"strconv"
	"unicode/utf8"

	"noroshi/app/fault"
)

// esmUDHI is the bit of esm_class that says a user data header begins the text (SMPP 3.4 §5.2.12).
const esmUDHI = 0x40

// Message is a text ready to be submitted.
type Message struct {
	Encoding Encoding
	Units    int // of the text, without headers and numbered prefixes
	Parts    []Part
}

// Part is what one submit_sm carries. The slices are the message's own: they may be kept, but not written to.
type Part struct {
	DataCoding   byte
	ESMClass     byte   // 0, or the header bit; a route may add its own bits
	ShortMessage []byte // at most 160 octets, with its header; empty when Payload carries the text
	Payload      []byte // message_payload; nil except with ModePayload
	SAR          *SAR   // nil except with ModeSAR
}

// SAR is a part's place in its message (SMPP 3.4 §5.3.2.22 to 24).
type SAR struct {
	Ref   uint16 // sar_msg_ref_num
	Total uint8  // sar_total_segments
	Seq   uint8  // sar_segment_seqnum, from 1
}

// Encode makes the parts of a text. It takes the text as it is: see Prepare. ref is the reference number of a message
// in several parts; modes with an 8-bit reference use its low octet. Returns Invalid with ProblemAlphabet or
// ProblemTooLong.
func Encode(text string, p Profile, ref uint16) (Message, error) {
	m := p.measure(text)
	if m.refused {
		return Message{}, m.errAlphabet()
	}
	msg := Message{Encoding: m.enc, Units: m.units}
	e := encoder{alphabet: p.Alphabet, enc: m.enc}
	if m.long() && p.LongMode != ModePayload {
		err := e.parts(&msg, text, &m, &p, ref)
		return msg, err
	}
	part := Part{DataCoding: p.dataCoding(m.enc)}
	e.buf = make([]byte, 0, e.size(m.units))
	body := e.body(text, 0)
	if m.long() {
		s := m.split(text, ModePayload)
		if parts, _ := s.rest(); parts > p.maxSegments() {
			return Message{}, errTooLong(parts, &p)
		}
		part.Payload = body
	} else {
		part.ShortMessage = body
	}
	msg.Parts = []Part{part}
	return msg, nil
}

func errTooLong(parts int, p *Profile) error {
	return fault.New(fault.Invalid, ProblemTooLong, "The text takes more parts than the route allows",
		"parts", parts, "max", p.maxSegments())
}

// encoder appends octets to one buffer for all parts of a message.
type encoder struct {
	buf      []byte
	alphabet Alphabet
	enc      Encoding
}

// size is the most octets that so many units take, with room for a pad septet.
func (e *encoder) size(units int) int {
	if e.enc == UCS2 {
		return 2 * units
	}
	return units + 1
}

func (e *encoder) parts(msg *Message, text string, m *measure, p *Profile, ref uint16) error {
	estimate := m.units/m.part + 2
	const headerMost = 11 // "(255/255) " and one more
	e.buf = make([]byte, 0, e.size(m.units)+estimate*headerMost*e.size(1)/2)
	msg.Parts = make([]Part, 0, estimate)
	var sars []SAR
	if p.LongMode == ModeSAR {
		sars = make([]SAR, 0, min(estimate, p.maxSegments())+1)
	}
	s := m.split(text, p.LongMode)
	total := 0
	if p.LongMode == ModeNumbered {
		whole := s
		total, _ = whole.rest()
	}
	for !s.done() {
		piece, _ := s.next()
		if s.part > p.maxSegments() {
			parts, _ := s.rest()
			*msg = Message{}
			return errTooLong(parts, p)
		}
		part := Part{DataCoding: p.dataCoding(m.enc)}
		switch {
		case p.LongMode == ModeSAR:
			sars = append(sars, SAR{Ref: ref, Seq: uint8(s.part)})
			part.ShortMessage = e.body(piece, 0)
		case p.LongMode == ModeNumbered:
			part.ShortMessage = e.numbered(piece, s.part, total)
		default:
			part.ESMClass = esmUDHI
			part.ShortMessage = e.withHeader(piece, ref, s.part, p.wideRef())
		}
		msg.Parts = append(msg.Parts, part)
	}
	finish(msg, sars, p)
	return nil
}

// finish writes what is known only at the end: the number of parts.
func finish(msg *Message, sars []SAR, p *Profile) {
	total := uint8(len(msg.Parts))
	for i := range msg.Parts {
		part := &msg.Parts[i]
		switch p.LongMode {
		case ModeUDH, ModeUDH16:
			part.ShortMessage[part.ShortMessage[0]-1] = total
		case ModeSAR:
			sars[i].Total = total
			part.SAR = &sars[i]
		case ModePayload, ModeNumbered:
		}
	}
}

// withHeader writes the concatenation header (TS 23.040 §9.2.3.24.1, .8) with a total of 0, then the piece. The total
// is the octet before the last of the header: at the header's length field minus 1.
func (e *encoder) withHeader(piece string, ref uint16, seq int, wide bool) []byte {
	start := len(e.buf)
	if wide {
		e.buf = append(e.buf, 6, 0x08, 4, byte(ref>>8), byte(ref), 0, byte(seq))
	} else {
		e.buf = append(e.buf, 5, 0x00, 3, byte(ref), 0, byte(seq))
	}
	e.body(piece, len(e.buf)-start)
	return e.buf[start:len(e.buf):len(e.buf)]
}

// body appends a text behind a header of so many octets and returns it.
func (e *encoder) body(text string, header int) []byte {
	start := len(e.buf)
	switch {
	case e.enc == UCS2:
		e.utf16(text)
	case e.enc == Latin1 || e.alphabet == AlphabetLatin1 || e.alphabet == AlphabetASCII:
		for _, r := range text {
			e.buf = append(e.buf, byte(r))
		}
	case e.alphabet == AlphabetGSM7Packed:
		var scratch [160]byte
		septets := appendSeptets(scratch[:0], text)
		fill := fillBits(header)
		if spareBits(len(septets), fill) == 7 {
			// Seven bits to spare would read as one more '@' (TS 23.038 §6.1.2.3.1).
			septets = append(septets, '\r')
		}
		e.buf = AppendPacked(e.buf, septets, fill)
	default:
		e.buf = appendSeptets(e.buf, text)
	}
	return e.buf[start:len(e.buf):len(e.buf)]
}

func (e *encoder) utf16(text string) {
	buf := e.buf
	for _, r := range text {
		if r < 0x10000 {
			buf = append(buf, byte(r>>8), byte(r))
			continue
		}
		r -= 0x10000
		high, low := 0xD800+r>>10, 0xDC00+r&0x3FF
		buf = append(buf, byte(high>>8), byte(high), byte(low>>8), byte(low))
	}
	e.buf = buf
}

func appendSeptets(buf []byte, text string) []byte {
	for i := 0; i < len(text); {
		code, size := byte(0), 1
		if c := text[i]; c < utf8.RuneSelf {
			code = gsm.latin[c]
		} else {
			var r rune
			r, size = utf8.DecodeRuneInString(text[i:])
			code = gsm.code(r)
		}
		if code&extBit != 0 {
			buf = append(buf, esc)
		}
		buf = append(buf, code&^extBit)
		i += size
	}
	return buf
}

// numbered appends "(2/3) " and the piece.
func (e *encoder) numbered(piece string, seq, total int) []byte {
	return e.body("("+strconv.Itoa(seq)+"/"+strconv.Itoa(total)+") "+piece, 0)
}
