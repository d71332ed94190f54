package expansion

import (
	"encoding/binary"
	"slices"
)

// valuesChunk is the size of a piece of memory that values share.
const valuesChunk = 1 << 20

// values keeps the variables of a whole audience without a pointer for each: a million people are then a few dozen
// pieces of memory for the collector, not ten million.
type values struct {
	chunks [][]byte
	last   []string // what was kept last, and where: often the same for everybody
	at     uint64
}

// keep stores the values and returns where; 0 when there are none.
func (v *values) keep(vars []string) uint64 {
	if len(vars) == 0 {
		return 0
	}
	if v.at != 0 && slices.Equal(vars, v.last) {
		return v.at
	}
	need := binary.MaxVarintLen64
	for _, s := range vars {
		need += binary.MaxVarintLen64 + len(s)
	}
	if n := len(v.chunks); n == 0 || cap(v.chunks[n-1])-len(v.chunks[n-1]) < need {
		v.chunks = append(v.chunks, make([]byte, 0, max(need, valuesChunk)))
	}
	n := len(v.chunks) - 1
	b := v.chunks[n]
	v.last, v.at = vars, uint64(n+1)<<32|uint64(len(b))
	b = binary.AppendUvarint(b, uint64(len(vars)))
	for _, s := range vars {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	v.chunks[n] = b
	return v.at
}

// get returns what was kept there.
func (v *values) get(at uint64) []string {
	if at == 0 {
		return nil
	}
	b := v.chunks[at>>32-1][uint32(at):]
	count, n := binary.Uvarint(b)
	vars := make([]string, count)
	for i := range vars {
		b = b[n:]
		size, k := binary.Uvarint(b)
		vars[i], n = string(b[k:k+int(size)]), k+int(size)
	}
	return vars
}
