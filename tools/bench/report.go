package main

import (
	"encoding/json"
	"io"
	"slices"
	"text/tabwriter"
)

// result is the last line: its fields are a promise. Rates are parts per second, memory is the most that was held.
type result struct {
	Recipients int `json:"recipients"`

	Noroshi       float64 `json:"noroshi_per_second"`
	NoroshiCPU    float64 `json:"noroshi_cpu_seconds"`
	NoroshiPeak   float64 `json:"noroshi_peak_mb"`
	NoroshiWindow int     `json:"noroshi_window"`

	Best     float64 `json:"kannel_best_per_second"`
	BestCPU  float64 `json:"kannel_best_cpu_seconds"`
	BestPeak float64 `json:"kannel_best_peak_mb"`
	BestHow  string  `json:"kannel_best_how"`

	Receipts     float64 `json:"kannel_receipts_per_second"`
	ReceiptsCPU  float64 `json:"kannel_receipts_cpu_seconds"`
	ReceiptsPeak float64 `json:"kannel_receipts_peak_mb"`
	ReceiptsCut  bool    `json:"kannel_receipts_stopped"` // at the limit, before all was sent

	Spool     float64 `json:"kannel_spool_per_second"`
	SpoolCPU  float64 `json:"kannel_spool_cpu_seconds"`
	SpoolPeak float64 `json:"kannel_spool_peak_mb"`
	SpoolCut  bool    `json:"kannel_spool_stopped"`

	RatioBest     float64 `json:"ratio_best"`
	RatioReceipts float64 `json:"ratio_receipts"`
	RatioSpool    float64 `json:"ratio_spool"`
}

func report(out io.Writer, o options, ours, best, receipts, spool []measure) error {
	n, b, r, s := middle(ours, o.windows), fastest(best), fastest(receipts), fastest(spool)
	n.what = "Noroshi, receipts, durable, encrypted, audited"
	say(out, "\n%d people, one part each; the best of windows %v; Noroshi: the middle of %d runs.", o.people, o.windows, o.runs)
	say(out, "Noroshi's clock runs from the launch to the last submit_sm, Kannel's from its first submit_sm to its last.\n")
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	say(t, "\tper second\tNoroshi is\tprocessor s\tpeak MB\t")
	for _, m := range []measure{n, b, r, s} {
		what := m.what
		if m.cut {
			what += " (stopped)"
		}
		say(t, "%s\t%.0f\t%.2f times\t%.2f\t%.0f\t", what, m.rate, n.rate/max(1, m.rate), m.cpu, m.peak)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	say(out, "")
	return json.NewEncoder(out).Encode(result{
		Recipients: o.people,
		Noroshi:    n.rate, NoroshiCPU: n.cpu, NoroshiPeak: n.peak, NoroshiWindow: n.window,
		Best: b.rate, BestCPU: b.cpu, BestPeak: b.peak, BestHow: b.what,
		Receipts: r.rate, ReceiptsCPU: r.cpu, ReceiptsPeak: r.peak, ReceiptsCut: r.cut,
		Spool: s.rate, SpoolCPU: s.cpu, SpoolPeak: s.peak, SpoolCut: s.cut,
		RatioBest: n.rate / b.rate, RatioReceipts: n.rate / r.rate, RatioSpool: n.rate / s.rate,
	})
}

// middle returns the median by rate of the runs with the better window; the memory is the most of them.
func middle(all []measure, windows []int) (best measure) {
	for _, window := range windows {
		runs := slices.DeleteFunc(slices.Clone(all), func(m measure) bool { return m.window != window })
		slices.SortFunc(runs, func(a, b measure) int { return less(a.rate, b.rate) })
		m := runs[len(runs)/2]
		for _, r := range runs {
			m.peak = max(m.peak, r.peak)
		}
		if m.rate > best.rate {
			best = m
		}
	}
	return best
}

func fastest(all []measure) measure {
	return slices.MaxFunc(all, func(a, b measure) int { return less(a.rate, b.rate) })
}
