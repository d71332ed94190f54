package smstext_test

import (
	"testing"

	"noroshi/app/smstext"
)

func TestReference_does_not_come_again_while_parts_live(t *testing.T) {
	t.Parallel()
	const alive = 40 // launches while parts of the first may still be on their way
	for _, launch := range []uint64{1, 100, 127, 255, 65_535, 1 << 40} {
		seen := map[byte]string{}
		for next := range uint64(alive) {
			low := byte(smstext.Reference(launch+next, 0))
			if other, twice := seen[low]; twice || low >= 0x80 {
				t.Fatalf("launch %d and %s have the reference %d", launch+next, other, low)
			}
			seen[low] = "another launch"
		}
		rounds := map[byte]bool{}
		for round := range uint8(10) {
			low := byte(smstext.Reference(launch, round))
			if rounds[low] {
				t.Fatalf("two rounds of launch %d have the reference %d", launch, low)
			}
			rounds[low] = true
		}
		for n := range uint64(128) {
			low := byte(smstext.OtherReference(launch + n))
			if _, twice := seen[low]; twice || low < 0x80 {
				t.Fatalf("a text that is no broadcast has the reference %d", low)
			}
			seen[low] = "another text"
		}
	}
	if a, b := smstext.Reference(1, 0), smstext.Reference(129, 0); a == b {
		t.Fatalf("16 bits are not used: %d and %d", a, b)
	}
}
