package wire

// Odd returns pieces of text, as Cut gives them, in a form that is lawful but rare. Long messages come in the wrong
// order; short ones by variant with class bits in data_coding, with a byte order mark, as Latin-1, as UCS-2 though the
// default alphabet would do, or in message_payload.
func Odd(pieces []Piece, text string, variant int) []Piece {
	if len(pieces) != 1 {
		turned := make([]Piece, len(pieces))
		for i, p := range pieces {
			turned[len(pieces)-1-i] = p
		}
		return turned
	}
	p := pieces[0]
	switch variant % 5 {
	case 0:
		if p.DataCoding == CodingUCS2 {
			p.DataCoding = 0x18 // TS 23.038 §4: UCS-2, class meaning given
		} else {
			p.DataCoding = 0xF1 // TS 23.038 §4: default alphabet, class 1
		}
	case 1:
		if p.DataCoding == CodingUCS2 && len(p.Text)+2 <= singleOctets {
			p.Text = append([]byte{0xFE, 0xFF}, p.Text...)
		}
	case 2:
		if b, ok := EncodeLatin1(text); ok && len(b) <= singleOctets {
			p.DataCoding, p.Text = CodingLatin1, b
		}
	case 3:
		if b := EncodeUCS2(text); len(b) <= singleOctets {
			p.DataCoding, p.Text = CodingUCS2, b
		}
	default:
		p.Payload = true
	}
	return []Piece{p}
}

// Broken returns a piece whose user data header claims more octets than there are. Networks do send such; a client must
// outlive it.
func Broken() Piece { return Piece{ESMClass: ESMUDHI, Text: []byte{9, 'A'}} }
