package store

import (
	"bytes"
	"slices"
)

// write is one put or delete.
type write struct {
	key, value []byte
	gone       bool // the key is deleted; value is nil
}

// overlay holds writes that are not in the database yet, the last one of each key, in the order in which the keys were
// first written: so the same functions give the same entry, octet for octet.
type overlay struct {
	index  map[string]int // key -> place in writes
	writes []write
	size   int // octets of keys and values
	sorted []string
	tail   []string // keys not in sorted yet; walks are rarer than writes
}

func newOverlay() *overlay { return &overlay{index: map[string]int{}} }

func (o *overlay) len() int {
	if o == nil {
		return 0
	}
	return len(o.writes)
}

func (o *overlay) get(key []byte) (write, bool) {
	if o.len() == 0 {
		return write{}, false
	}
	i, ok := o.index[string(key)]
	if !ok {
		return write{}, false
	}
	return o.writes[i], true
}

func (o *overlay) put(w write) {
	if i, ok := o.index[string(w.key)]; ok {
		o.size += len(w.value) - len(o.writes[i].value)
		o.writes[i] = w
		return
	}
	key := string(w.key)
	o.index[key] = len(o.writes)
	o.writes = append(o.writes, w)
	o.tail = append(o.tail, key)
	o.size += len(w.key) + len(w.value)
}

// merge takes over the writes of a later overlay.
func (o *overlay) merge(later *overlay) {
	for _, w := range later.writes {
		o.put(w)
	}
}

// between returns the written keys from first up to, but not including, end, ascending; an empty end has no bound. The
// slice is not touched by later writes.
func (o *overlay) between(first, end []byte) []string {
	if o.len() == 0 {
		return nil
	}
	o.sort()
	search := func(key []byte) int {
		i, _ := slices.BinarySearchFunc(o.sorted, key, func(have string, want []byte) int {
			return bytes.Compare([]byte(have), want)
		})
		return i
	}
	i, j := search(first), len(o.sorted)
	if len(end) > 0 {
		j = search(end)
	}
	return o.sorted[i:max(i, j):max(i, j)]
}

// sort brings the tail into a new sorted slice; the old one may be in use by a walk.
func (o *overlay) sort() {
	if len(o.tail) == 0 {
		return
	}
	slices.Sort(o.tail)
	merged := make([]string, 0, len(o.sorted)+len(o.tail))
	a, b := o.sorted, o.tail
	for len(a) > 0 && len(b) > 0 {
		if a[0] < b[0] {
			merged, a = append(merged, a[0]), a[1:]
		} else {
			merged, b = append(merged, b[0]), b[1:]
		}
	}
	merged = append(append(merged, a...), b...)
	o.sorted, o.tail = merged, nil
}
