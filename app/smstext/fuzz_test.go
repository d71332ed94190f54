package smstext_test

import (
	"testing"

	"noroshi/app/smstext"
)

// FuzzSplitJoin sends any text with any profile and reads the parts as a peer would: nothing may be lost, no part may
// be too long, and Count must have said the same.
func FuzzSplitJoin(f *testing.F) {
	f.Add("地震です。無事ならAと送ってください。", byte(0), byte(0), byte(0), byte(0), uint16(0), 3)
	f.Add("a\u0301\u0301👨‍👩‍👧🇯🇵[€]\r\n\t", byte(1), byte(4), byte(0), byte(20), uint16(0xFFFF), 9)
	f.Add("\xff\xfe\x00@@@@@@@@", byte(1), byte(1), byte(1), byte(0), uint16(1), 40)
	f.Fuzz(func(t *testing.T, text string, alphabet, mode, force, limit byte, ref uint16, repeat int) {
		if len(text) > 2000 {
			return
		}
		long := text
		for i := 0; i < repeat && i < 20 && len(long) < 20_000; i++ {
			long += text
		}
		checkRoundTrip(t, long, smstext.Profile{
			Alphabet: smstext.Alphabet(alphabet % 4), LongMode: smstext.LongMode(mode % 5), MaxSegments: 255,
			SingleLimit: int(limit), PartLimit: int(limit), ForceEncoding: smstext.Encoding(force % 4),
		}, ref)
	})
}
