package wire

// Part says which part of a long message this is; Total 0 means that it is a whole one.
type Part struct {
	Ref        uint16
	Total, Seq byte
}

// Sizes of one short message on the air (3GPP TS 23.040 §9.2.3.24.1).
const (
	singleSeptets, partSeptets, widePartSeptets = 160, 153, 152
	singleOctets, partOctets, widePartOctets    = 140, 134, 132
	maxParts                                    = 255
)

// CutHeader takes the user data header off the text of a message whose UDHI bit is set and returns what it says about
// parts. ok is false when the header does not fit the text or an element does not fit the header.
func CutHeader(text []byte) (body []byte, p Part, ok bool) {
	if len(text) == 0 || int(text[0]) >= len(text) || text[0] == 0 {
		return text, p, false
	}
	header, body := text[1:int(text[0])+1], text[int(text[0])+1:]
	for len(header) > 0 {
		if len(header) < 2 || len(header) < 2+int(header[1]) {
			return text, p, false
		}
		v := header[2 : 2+int(header[1])]
		switch {
		case header[0] == 0x00 && len(v) == 3:
			p = Part{Ref: uint16(v[0]), Total: v[1], Seq: v[2]}
		case header[0] == 0x08 && len(v) == 4:
			p = Part{Ref: uint16(v[0])<<8 | uint16(v[1]), Total: v[2], Seq: v[3]}
		}
		header = header[2+len(v):]
	}
	if p.Total > 0 && (p.Seq == 0 || p.Seq > p.Total) {
		return text, p, false
	}
	return body, p, true
}

// FillBits returns how many bits lie between a header of n octets (its length octet included) and a packed text.
func FillBits(n int) int { return (7 - n*8%7) % 7 }

// Join returns the text of the bodies of all parts. header is the size of each one's user data header, its length octet
// included.
func Join(def Alphabet, dcs byte, bodies [][]byte, header int) string {
	if def == GSM7Packed && coding(dcs) == CodingDefault {
		var septets []byte
		for _, b := range bodies {
			septets = append(septets, unpack(b, FillBits(header))...)
		}
		return decodeGSM7(septets)
	}
	var all []byte
	for _, b := range bodies {
		all = append(all, b...)
	}
	return Decode(def, dcs, all, 0)
}

// FitsOneMessage reports whether the text, header included, can travel in one short message over the air. A strict SMSC
// refuses others, unless they come in message_payload.
func FitsOneMessage(def Alphabet, dcs byte, text []byte, header int) bool {
	if coding(dcs) == CodingDefault && def != GSM7Packed || coding(dcs) == CodingASCII {
		return (header*8+6)/7+len(text)-header <= singleSeptets
	}
	return len(text) <= singleOctets
}

// LongForm is how a long message is cut into several.
type LongForm string

// The ways of cutting.
const (
	UDH8     LongForm = "udh8"    // user data header with an 8-bit reference; the default
	UDH16    LongForm = "udh16"   // user data header with a 16-bit reference
	SAR      LongForm = "sar"     // sar_ parameters
	InOneTLV LongForm = "payload" // not cut: message_payload
)

// Piece is one short message of a text: what deliver_sm says beside the addresses.
type Piece struct {
	ESMClass, DataCoding byte
	Text                 []byte
	Payload              bool
	Part                 Part // the sar_ parameters; Total 0 when they are not used
}

// Cut encodes text in the smallest alphabet and cuts it. Characters are never torn apart; text beyond 255 parts is
// lost.
func Cut(def Alphabet, text string, form LongForm, ref uint16) []Piece {
	if b, ok := EncodeLatin1(text); ok && def == Latin1 {
		return cut(b, CodingDefault, form, ref, [3]int{singleOctets, partOctets, partOctets - 1})
	}
	if def == Latin1 || !FitsGSM7(text) {
		return cut(EncodeUCS2(text), CodingUCS2, form, ref, [3]int{singleOctets, partOctets, widePartOctets})
	}
	pieces := cut(EncodeGSM7(text), CodingDefault, form, ref, [3]int{singleSeptets, partSeptets, widePartSeptets})
	if def == GSM7Packed {
		for i := range pieces {
			p := &pieces[i]
			n := 0
			if p.ESMClass&ESMUDHI != 0 {
				n = int(p.Text[0]) + 1
			}
			p.Text = pack(p.Text[:n:n], p.Text[n:], FillBits(n))
		}
	}
	return pieces
}

func cut(b []byte, dcs byte, form LongForm, ref uint16, limits [3]int) []Piece {
	if len(b) <= limits[0] || form == InOneTLV {
		return []Piece{{DataCoding: dcs, Text: b, Payload: len(b) > limits[0]}}
	}
	limit := limits[1]
	if form == UDH16 {
		limit = limits[2]
	}
	var bodies [][]byte
	for len(b) > 0 && len(bodies) < maxParts {
		n := cutAt(b, limit, dcs)
		bodies = append(bodies, b[:n])
		b = b[n:]
	}
	pieces := make([]Piece, len(bodies))
	for i, body := range bodies {
		p := Part{Ref: ref, Total: byte(len(bodies)), Seq: byte(i + 1)} //nolint:gosec // at most 255
		pieces[i] = piece(body, dcs, form, p)
	}
	return pieces
}

func piece(body []byte, dcs byte, form LongForm, p Part) Piece {
	header := []byte{5, 0, 3, byte(p.Ref), p.Total, p.Seq} //nolint:gosec // the low half is meant
	switch form {
	case SAR:
		return Piece{DataCoding: dcs, Text: body, Part: p}
	case UDH16:
		header = []byte{6, 8, 4, byte(p.Ref >> 8), byte(p.Ref), p.Total, p.Seq} //nolint:gosec // two halves
	case UDH8, InOneTLV:
	}
	return Piece{ESMClass: ESMUDHI, DataCoding: dcs, Text: append(header, body...)}
}

// cutAt returns how much of b goes into a part: no escape pair and no surrogate pair is torn.
func cutAt(b []byte, limit int, dcs byte) int {
	if len(b) <= limit {
		return len(b)
	}
	if dcs == CodingUCS2 {
		if high := b[limit-2]; high >= 0xD8 && high < 0xDC {
			return limit - 2
		}
		return limit
	}
	if b[limit-1] == escape {
		return limit - 1
	}
	return limit
}

// pack appends septets to dst, eight in seven octets, after fill bits. A text that would leave room for a ghost '@' is
// padded with a carriage return (TS 23.038 §6.1.2.3.1).
func pack(dst, septets []byte, fill int) []byte {
	if (len(septets)*7+fill)%8 == 1 {
		septets = append(septets[:len(septets):len(septets)], '\r')
	}
	var bits uint32
	n := fill
	for _, c := range septets {
		bits |= uint32(c) << n
		for n += 7; n >= 8; n -= 8 {
			dst = append(dst, byte(bits)) //nolint:gosec // the low octet is meant
			bits >>= 8
		}
	}
	if n > 0 {
		dst = append(dst, byte(bits)) //nolint:gosec // the low octet is meant
	}
	return dst
}
