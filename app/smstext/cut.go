package smstext

import (
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// cutter walks through a text part by part. It fills each part as far as it goes: by characters in GSM-7 and Latin-1,
// so that an escape pair stays whole; by grapheme clusters (UAX #29, Unicode 15.0) in UCS-2, so that a visible
// character stays whole. A cluster that is longer than a part is cut between code points.
type cutter struct {
	text string
	enc  Encoding
	at   int // bytes cut so far
	free int // before this byte cuts are free, because they lie in a cluster longer than a part
}

func (c *cutter) done() bool { return c.at >= len(c.text) }

// next cuts the following part of at most limit units. limit is at least 2, so each call makes progress.
func (c *cutter) next(limit int) (part string, units int) {
	start := c.at
	if c.enc == UCS2 {
		c.at, units = c.cutUnits(limit)
	} else {
		c.at, units = c.cutCharacters(limit)
	}
	return c.text[start:c.at], units
}

func (c *cutter) cutCharacters(limit int) (end, units int) {
	for end = c.at; end < len(c.text); {
		n, size := 1, 1
		if b := c.text[end]; b >= utf8.RuneSelf {
			var r rune
			r, size = utf8.DecodeRuneInString(c.text[end:])
			if c.enc == GSM7 {
				n += int(gsm.code(r) >> 7)
			}
		} else if c.enc == GSM7 {
			n += int(gsm.latin[b] >> 7)
		}
		if units+n > limit {
			break
		}
		units += n
		end += size
	}
	return end, units
}

func (c *cutter) cutUnits(limit int) (end, units int) {
	end = c.at
	var last rune
	for end < len(c.text) {
		r, size := utf8.DecodeRuneInString(c.text[end:])
		n := utf16Units(r)
		if units+n > limit {
			if end <= c.free || plainRune(last) && plainRune(r) {
				return end, units
			}
			return c.backToCluster(end, units, limit)
		}
		units += n
		end += size
		last = r
	}
	return end, units
}

// backToCluster moves a cut that may lie inside a cluster to that cluster's beginning. It asks the segmenter about no
// more of the text than it must: from the nearest place where a boundary is certain.
func (c *cutter) backToCluster(end, units, limit int) (int, int) {
	from := max(c.at, c.free)
	for after := rune(-1); end > from; {
		r, size := utf8.DecodeLastRuneInString(c.text[:end])
		if after >= 0 && plainRune(r) && plainRune(after) {
			break
		}
		units -= utf16Units(r)
		end -= size
		after = r
	}
	state := -1
	for rest := c.text[end:]; ; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		n := countUTF16(cluster)
		if units+n <= limit {
			units += n
			end += len(cluster)
			continue
		}
		if n > limit {
			c.free = end + len(cluster)
			return c.fill(end, units, limit)
		}
		return end, units
	}
}

// fill takes code points while they fit.
func (c *cutter) fill(end, units, limit int) (int, int) {
	for end < len(c.text) {
		r, size := utf8.DecodeRuneInString(c.text[end:])
		n := utf16Units(r)
		if units+n > limit {
			break
		}
		units += n
		end += size
	}
	return end, units
}

func utf16Units(r rune) int {
	if r >= 0x10000 {
		return 2
	}
	return 1
}

func countUTF16(s string) int {
	n := 0
	for _, r := range s {
		n += utf16Units(r)
	}
	return n
}

// plainRanges are characters between two of which there is always a boundary: each is a cluster of its own unless a
// mark follows, and none is a mark, joins, or extends backwards; nor do two of them compose under NFC. They hold most
// of what is sent, and are far cheaper to look up than the general rules.
var plainRanges = [...]struct{ first, last rune }{
	{'\n', '\n'}, {' ', '~'}, {0xC0, 0x24F}, {0x400, 0x481}, {0x48A, 0x52F},
	{0xE01, 0xE30}, {0xE32, 0xE32}, {0xE40, 0xE46}, {0xE4F, 0xE5B}, {0x1EA0, 0x1EFF},
	{0x3000, 0x3029}, {0x3041, 0x3096}, {0x309B, 0x30FF}, {0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, {0xAC00, 0xD7A3},
	{0xFF01, 0xFF9D},
}

func plainRune(r rune) bool {
	for i := range plainRanges {
		if r <= plainRanges[i].last {
			return r >= plainRanges[i].first
		}
	}
	return false
}
