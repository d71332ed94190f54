package smstext

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestPlainRanges_hold_only_characters_that_stand_alone(t *testing.T) {
	t.Parallel()
	neighbours := []rune{'\n', 'a', 'é', 'я', 'ก', 'あ', '漢', '한', 'Ａ'}
	count := 0
	for _, rng := range plainRanges {
		for r := rng.first; r <= rng.last; r++ {
			count++
			for _, n := range neighbours {
				s := string([]rune{n, r, n})
				if got := uniseg.GraphemeClusterCount(s); got != 3 {
					t.Fatalf("%U beside %U: %d clusters, want 3", r, n, got)
				}
				if !norm.NFC.IsNormalString(s) {
					t.Fatalf("%U beside %U is not NFC", r, n)
				}
			}
		}
	}
	if count < 30_000 {
		t.Fatalf("plainRanges hold %d characters", count)
	}
	for i := 1; i < len(plainRanges); i++ {
		if plainRanges[i].first <= plainRanges[i-1].last {
			t.Fatalf("plainRanges are not in order at %U", plainRanges[i].first)
		}
	}
}

// pieces that make boundaries hard: marks, joiners, flags, tones, jamo, a cluster without end.
var hardPieces = []string{
	"あ", "漢", "か\u3099", "\u3099", "a", "\u0301", "👍🏽", "👨‍👩‍👧", "🇯🇵", "🇯",
	"1️⃣", "ก็", "กำ", "क्ष", "ि", "한", "\u1112\u1161\u11ab",
	"\u200d", "\ufe0f", "\n", "\r\n", "\r", "葛\U000E0100", "𠮷", "\ufffd", "😀", strings.Repeat("\u0301", 80),
	"\u0600", "Ａ", "ﾊﾞ",
	strings.Repeat("👨\u200d", 40),
}

func hardText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		pieces := rapid.SliceOfN(rapid.SampledFrom(hardPieces), 0, 60).Draw(t, "pieces")
		repeat := rapid.IntRange(1, 4).Draw(t, "repeat")
		return strings.Repeat(strings.Join(pieces, ""), repeat)
	})
}

// plainCut is the rule written the slow and obvious way: greedy over clusters, over code points in those that are too
// long for a part.
func plainCut(text string, limit int) []string {
	var atoms []string
	state := -1
	for rest := text; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if countUTF16(cluster) <= limit {
			atoms = append(atoms, cluster)
			continue
		}
		for _, r := range cluster {
			atoms = append(atoms, string(r))
		}
	}
	var parts []string
	part := ""
	for _, a := range atoms {
		if countUTF16(part+a) > limit {
			parts = append(parts, part)
			part = ""
		}
		part += a
	}
	if part != "" {
		parts = append(parts, part)
	}
	return parts
}

func TestCutter_cuts_like_the_plain_rule(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := hardText().Draw(t, "text")
		limit := rapid.IntRange(leastLimit-11, 70).Draw(t, "limit")
		want := plainCut(text, limit)
		c := cutter{text: text, enc: UCS2}
		for i := 0; !c.done(); i++ {
			part, units := c.next(limit)
			if i >= len(want) || part != want[i] {
				t.Fatalf("part %d = %q, want %q", i, part, want)
			}
			if units != countUTF16(part) || units > limit || !utf8.ValidString(part) {
				t.Fatalf("part %d = %q with %d units, limit %d", i, part, units, limit)
			}
		}
	})
}
