package timing

import "time"

// Stamp writes moments as receipts do (SMPP 3.4 appendix B), and remembers how the last minute was written.
type Stamp struct {
	minute int64
	text   []byte
}

// Append appends the moment as YYMMDDhhmm in UTC.
func (st *Stamp) Append(b []byte, unix int64) []byte {
	if m := unix / 60; m != st.minute || st.text == nil {
		st.minute = m
		st.text = time.Unix(unix, 0).UTC().AppendFormat(st.text[:0], "0601021504")
	}
	return append(b, st.text...)
}
