package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// point is what the chart shows of one line of `noroshi bench sms --json`.
type point struct {
	Recipients int
	Micros     float64 `json:"cpu_us_per_part"`
	Peak       float64 `json:"peak_rss_mb"`
}

// bars is one panel of the chart.
type bars struct {
	title string
	unit  string
	value func(point) float64
}

const (
	panelWidth, panelHeight = 360, 220
	plotTop, plotBottom     = 46, 180
	chartStyle              = `text{font:13px system-ui,sans-serif;fill:#1f2937}` +
		`.t{font-weight:600}.v{text-anchor:middle;font-variant-numeric:tabular-nums}.b{fill:#2563eb}` +
		`.a{stroke:#9ca3af;stroke-width:1}` +
		`@media (prefers-color-scheme:dark){text{fill:#e5e7eb}.b{fill:#60a5fa}.a{stroke:#6b7280}}`
)

// chart draws processor time by part and the most memory at each size. It has no background, and its colours follow the
// reader's scheme.
func chart(file string, out io.Writer) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	var points []point
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if !strings.HasPrefix(lines.Text(), "{") {
			continue
		}
		var p point
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			return err
		}
		points = append(points, p)
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if len(points) == 0 {
		return errors.New("no lines of bench sms --json in " + file)
	}
	panels := []bars{
		{"Processor time by text", "µs", func(p point) float64 { return p.Micros }},
		{"Memory, peak", "MB", func(p point) float64 { return p.Peak }},
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label=%q>`+"\n<style>%s</style>\n",
		len(panels)*panelWidth, panelHeight, spoken(panels, points), chartStyle)
	for i, panel := range panels {
		panel.draw(&b, i*panelWidth, points)
	}
	b.WriteString("</svg>\n")
	_, err = io.WriteString(out, b.String())
	return err
}

func (p bars) draw(b *strings.Builder, left int, points []point) {
	most := 0.0
	for _, at := range points {
		most = max(most, p.value(at))
	}
	fmt.Fprintf(b, `<text class="t" x="%d" y="20">%s (%s)</text>`+"\n", left+20, p.title, p.unit)
	step := (panelWidth - 40) / len(points)
	for i, at := range points {
		height := int(p.value(at) / max(most, 1e-9) * (plotBottom - plotTop))
		x := left + 20 + i*step
		fmt.Fprintf(b, `<rect class="b" x="%d" y="%d" width="%d" height="%d" rx="2"/>`, x+step/6, plotBottom-height, step*2/3, height)
		fmt.Fprintf(b, `<text class="v" x="%d" y="%d">%s</text>`, x+step/2, plotBottom-height-6, short(p.value(at)))
		fmt.Fprintf(b, `<text class="v" x="%d" y="%d">%s</text>`+"\n", x+step/2, plotBottom+20, people(at.Recipients))
	}
	fmt.Fprintf(b, `<path class="a" d="M%d %dH%d"/>`+"\n", left+20, plotBottom, left+20+step*len(points))
}

// spoken is the chart for those who hear it.
func spoken(panels []bars, points []point) string {
	var parts []string
	for _, p := range panels {
		for _, at := range points {
			parts = append(parts, fmt.Sprintf("%s, %s people: %s %s", p.title, people(at.Recipients), short(p.value(at)), p.unit))
		}
	}
	return strings.Join(parts, "; ")
}

func short(v float64) string {
	if v < 100 {
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

func people(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
