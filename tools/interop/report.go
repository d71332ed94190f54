package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// report is the table of what was tried: a row for each case, a column for each peer.
type report struct {
	columns []string
	rows    []*row
	index   map[string]*row
	failed  int
	checks  int
}

type row struct {
	group, name string
	cells       map[string]*cell
}

type cell struct {
	tried, failed int
	first         string // why the first one failed
}

func newReport() *report { return &report{index: map[string]*row{}} }

// note enters one check. Several checks of one name share a cell, which is ok when all of them are.
func (r *report) note(p *peer, group, name string, ok bool, detail string, args ...any) {
	key := group + "\x00" + name
	line := r.index[key]
	if line == nil {
		line = &row{group: group, name: name, cells: map[string]*cell{}}
		r.index[key] = line
		r.rows = append(r.rows, line)
	}
	c := line.cells[p.title]
	if c == nil {
		c = &cell{}
		line.cells[p.title] = c
	}
	c.tried++
	r.checks++
	if ok {
		return
	}
	r.failed++
	if c.failed++; c.failed == 1 {
		c.first = fmt.Sprintf(detail, args...)
	}
}

// write prints the table as Markdown, and below it what failed.
func (r *report) write(w io.Writer) {
	place := map[string]int{}
	for i, line := range r.rows {
		if _, known := place[line.group]; !known {
			place[line.group] = i
		}
	}
	slices.SortStableFunc(r.rows, func(a, b *row) int { return place[a.group] - place[b.group] })
	group := ""
	for _, line := range r.rows {
		if line.group != group {
			group = line.group
			fmt.Fprintf(w, "\n%s", pad(group))
			for _, c := range r.columns {
				fmt.Fprintf(w, " | %-16s", c)
			}
			fmt.Fprintf(w, "\n%s%s\n", strings.Repeat("-", nameWidth), strings.Repeat(" | ----------------", len(r.columns)))
		}
		fmt.Fprint(w, pad(line.name))
		for _, c := range r.columns {
			fmt.Fprintf(w, " | %-16s", line.cells[c])
		}
		fmt.Fprintln(w)
	}
	for _, line := range r.rows {
		for _, c := range r.columns {
			if cell := line.cells[c]; cell != nil && cell.failed > 0 {
				fmt.Fprintf(w, "\nFAILED %s / %s, %s: %s\n", line.group, line.name, c, cell.first)
			}
		}
	}
	fmt.Fprintf(w, "\n%d checks, %d failed\n", r.checks, r.failed)
}

const nameWidth = 46

func pad(s string) string {
	return s + strings.Repeat(" ", max(0, nameWidth-utf8.RuneCountInString(s)))
}

// String is what stands in the table.
func (c *cell) String() string {
	switch {
	case c == nil:
		return "-"
	case c.failed > 0:
		return fmt.Sprintf("FAILED %d of %d", c.failed, c.tried)
	case c.tried > 1:
		return fmt.Sprintf("ok (%d)", c.tried)
	}
	return "ok"
}
