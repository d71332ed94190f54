package memory

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// resident returns how many octets of mapped files are counted as this process's memory.
func resident() uint64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b)) // size resident shared …, in pages; see proc(5)
	if len(f) < 3 {
		return 0
	}
	pages, _ := strconv.ParseUint(f[2], 10, 64)
	return pages * uint64(os.Getpagesize())
}

// giveBackTables gives back the pages of the tables in a directory. The kernel is asked with MADV_PAGEOUT, which loses
// nothing whatever the addresses mean by the time it looks: a table may go while its place is being read here. Where
// the kernel knows no such thing, nothing happens.
func giveBackTables(dir string) {
	if target, err := filepath.EvalSymlinks(dir); err == nil {
		dir = target
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return
	}
	lines := bufio.NewScanner(bytes.NewReader(maps))
	for lines.Scan() {
		line := lines.Text()
		if !strings.HasSuffix(line, ".sst") || !strings.Contains(line, dir+"/") {
			continue
		}
		first, rest, _ := strings.Cut(line, "-")
		end, _, _ := strings.Cut(rest, " ")
		from, err1 := strconv.ParseUint(first, 16, 64)
		to, err2 := strconv.ParseUint(end, 16, 64)
		if err1 != nil || err2 != nil || to <= from {
			continue
		}
		// An error is of no consequence: a table that went, a kernel that does not know it.
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, uintptr(from), uintptr(to-from), unix.MADV_PAGEOUT)
	}
}
