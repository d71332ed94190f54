package smstext

// AppendPacked packs septets eight to seven octets (TS 23.038 §6.1.2.1) behind fill zero bits, and appends them to dst.
func AppendPacked(dst, septets []byte, fill int) []byte {
	var acc uint
	bits := uint(fill)
	for _, s := range septets {
		acc |= uint(s&0x7F) << bits
		bits += 7
		if bits >= 8 {
			dst = append(dst, byte(acc))
			acc >>= 8
			bits -= 8
		}
	}
	if bits > 0 {
		dst = append(dst, byte(acc))
	}
	return dst
}

// AppendUnpacked takes the septets out of packed octets, after fill bits, and appends them to dst one per octet. When
// the octets leave seven bits over, the last septet is there to fill the octet or is a character: a carriage return is
// taken for filling and left out.
func AppendUnpacked(dst, packed []byte, fill int) []byte {
	start := len(dst)
	var acc uint
	bits := -fill
	for _, b := range packed {
		if bits < 0 {
			acc = uint(b) >> uint(-bits)
			bits += 8
		} else {
			acc |= uint(b) << uint(bits)
			bits += 8
		}
		for bits >= 7 {
			dst = append(dst, byte(acc&0x7F))
			acc >>= 7
			bits -= 7
		}
	}
	if bits == 0 && len(dst) > start && dst[len(dst)-1] == '\r' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// fillBits is how many bits stand between a header of so many octets and the first septet, so that septets begin at a
// multiple of seven bits (TS 23.040 §9.2.3.24).
func fillBits(header int) int { return (7 - header*8%7) % 7 }

// spareBits is how many bits so many septets leave in their last octet.
func spareBits(septets, fill int) int { return (8 - (septets*7+fill)%8) % 8 }
