package smstext

import (
	"strings"
	"unicode/utf8"
)

// field is one of the fields of a receipt's text (SMPP 3.4 appendix B).
type field uint8

const (
	fieldID field = iota
	fieldSub
	fieldDlvrd
	fieldSubmitted
	fieldDone
	fieldStat
	fieldErr
	fieldText
)

// labelNames are the forms that SMSCs write, the longer of two before the shorter it begins with. A space stands for
// spaces or an underscore.
var labelNames = []struct {
	name  string
	field field
	long  bool // another word than the standard's
}{
	{"id", fieldID, false},
	{"submit date", fieldSubmitted, false},
	{"sub", fieldSub, false},
	{"status", fieldStat, true},
	{"stat", fieldStat, false},
	{"dlvrd", fieldDlvrd, false},
	{"done date", fieldDone, false},
	{"error", fieldErr, true},
	{"err", fieldErr, false},
	{"text", fieldText, false},
}

// label is a place in the text where a field begins.
type label struct {
	field      field
	long       bool
	start, end int // of the label with its colon
}

// maxLabels is more than any SMSC writes; a text with more is a person's joke.
const maxLabels = 24

// findLabels lists the labels in the order of the text. Behind stat, the label text ends the search: what follows is
// part of somebody's message, and may look like anything.
func findLabels(t receiptText) []label {
	var labels []label
	status := false
	for i := 0; i < len(t.raw) && len(labels) < maxLabels; {
		l, ok := labelAt(t.raw, i)
		if !ok {
			i++
			continue
		}
		if labels == nil {
			labels = make([]label, 0, 10)
		}
		labels = append(labels, l)
		if l.field == fieldText && status {
			break
		}
		status = status || l.field == fieldStat
		i = l.end
	}
	return labels
}

func labelAt(s string, i int) (label, bool) {
	if i > 0 && wordByte(s[i-1]) {
		return label{}, false
	}
	initial := s[i] | 0x20
	for j := range labelNames {
		n := &labelNames[j]
		if n.name[0] != initial {
			continue
		}
		end := matchName(s, i, n.name)
		if end < 0 {
			continue
		}
		for end < len(s) && s[end] == ' ' {
			end++
		}
		if end < len(s) && s[end] == ':' {
			return label{field: n.field, long: n.long, start: i, end: end + 1}, true
		}
	}
	return label{}, false
}

// matchName returns the end of the name at i, in any case; -1 when it is not there.
func matchName(s string, i int, name string) int {
	for j := 0; j < len(name); j++ {
		if i >= len(s) {
			return -1
		}
		if name[j] == ' ' {
			start := i
			for i < len(s) && (s[i] == ' ' || s[i] == '_') {
				i++
			}
			if i == start {
				return -1
			}
			continue
		}
		if s[i]|0x20 != name[j] {
			return -1
		}
		i++
	}
	return i
}

func wordByte(b byte) bool {
	return b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z' || b == '_'
}

// receiptText is the text of a receipt. Labels and most values are ASCII, so Latin-1 octets are searched as they are
// and turned into characters value by value.
type receiptText struct {
	raw    string
	octets bool // raw holds Latin-1 octets
}

// receiptText reads UCS-2 as that, everything else as octets; and UCS-2 that makes no sense as octets too, because some
// SMSCs repeat the data_coding of the message over a plain receipt.
func (d *Deliver) receiptText() receiptText {
	octets := d.octets()
	if d.DataCoding == 8 {
		t := receiptText{raw: utf16Text(octets)}
		if len(findLabels(t)) > 0 {
			return t
		}
		if o := (receiptText{raw: string(octets), octets: true}); len(findLabels(o)) > 0 {
			return o
		}
		return t
	}
	return receiptText{raw: string(octets), octets: true}
}

// value returns what stands between the first label of the field and the next label.
func (t receiptText) value(labels []label, f field) string {
	for i, l := range labels {
		if l.field != f {
			continue
		}
		end := len(t.raw)
		if i+1 < len(labels) {
			end = labels[i+1].start
		}
		return t.raw[l.end:end]
	}
	return ""
}

// token returns the first word of a field's value; "" when there is none.
func (t receiptText) token(labels []label, f field) string {
	v := strings.TrimLeft(t.value(labels, f), " \t\r\n\x00")
	if end := strings.IndexAny(v, " \t\r\n\x00"); end >= 0 {
		v = v[:end]
	}
	v = v[:min(len(v), 4*maxID)]
	return t.characters(v)
}

// rest returns the value of the text field.
func (t receiptText) rest(labels []label) string {
	return strings.Trim(t.characters(t.value(labels, fieldText)), " \t\r\n\x00")
}

func (t receiptText) characters(v string) string {
	for i := 0; t.octets && i < len(v); i++ {
		if v[i] >= utf8.RuneSelf {
			return latin1Text([]byte(v))
		}
	}
	return v
}
