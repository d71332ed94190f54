package smstext

// Reference numbers join the parts of a text on the phone (TS 23.040 §9.2.3.24.1): two texts of one sender whose parts
// are on their way to one phone at the same time must not have the same. Most routes have 8 bits of them. Broadcasts
// count through one half, all other texts through the other, so that a number comes again after 128 texts of its kind
// to the same phone, which is more than a phone gets while parts live (three days).

// Reference returns the number of a round of a broadcast, for the broadcast's count of launches. Every part of every
// copy has it, also a part that is sent again.
func Reference(launch uint64, round uint8) uint16 {
	const stride = 43 // rounds of a broadcast lie far from those of its neighbours
	n := launch + stride*uint64(round)
	return uint16(n>>7<<8 | n&0x7F)
}

// OtherReference returns the number of a text that is no broadcast, such as a test or a confirmation; n should grow by
// one with each of them.
func OtherReference(n uint64) uint16 { return uint16(n>>7<<8 | 0x80 | n&0x7F) }
