package directory

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"noroshi/app/id"
	"noroshi/app/phone"
	"noroshi/app/scope"
	"noroshi/app/store"
)

// people returns how many recipients the benchmarks use: 100,000, or what NOROSHI_BENCH_PEOPLE says.
func people() int {
	if n, err := strconv.Atoi(os.Getenv("NOROSHI_BENCH_PEOPLE")); err == nil {
		return n
	}
	return 100_000
}

var (
	surnames   = []string{"佐藤 サトウ", "鈴木 スズキ", "髙橋 タカハシ", "田中 タナカ", "伊藤 イトウ", "渡邊 ワタナベ", "中村 ナカムラ", "小林 コバヤシ"}
	givenNames = []string{"太郎 タロウ", "美咲 ミサキ", "翔 ショウ", "さくら サクラ", "健一 ケンイチ", "陽子 ヨウコ"}
)

func madeUp(i int) Recipient {
	var s, sr, g, gr string
	_, _ = fmt.Sscan(surnames[i%len(surnames)], &s, &sr)
	_, _ = fmt.Sscan(givenNames[i/7%len(givenNames)], &g, &gr)
	national := 9000000000 + i*89%1000000000
	return Recipient{
		ID: id.Recipient(1<<40 + i), ExternalID: fmt.Sprintf("A-%06d", i), Name: fmt.Sprintf("%s%d %s", s, i/50, g),
		Reading: sr + " " + gr, Department: fmt.Sprintf("第%d工場", i%40), Language: "ja", Version: 1,
		Created: time.UnixMilli(1), Updated: time.UnixMilli(1),
		Phones: []Phone{{Raw: fmt.Sprintf("0%d", national), Number: phone.Number(810000000000 + national),
			Status: phone.SMSOK, Country: "JP"}},
		Mails: []Mail{{Address: fmt.Sprintf("p%d@aomine.example", i)}},
	}
}

func filled(b *testing.B, n int) (*Service, time.Duration) {
	b.Helper()
	st, err := store.Open(b.Context(), store.Options{Dir: b.TempDir(), Key: bytes.Repeat([]byte{7}, 32), Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = st.Close() })
	jp := func() string { return "JP" }
	s := New(Options{Store: st, IDs: id.NewSource(time.Now, rand.Uint32), Now: time.Now, Country: jp})
	start := time.Now()
	err = inChunks(context.Background(), st, n, func(b *Batch, i int) error { return b.put(Recipient{}, madeUp(i)) },
		func(int) {})
	if err != nil {
		b.Fatal(err)
	}
	return s, time.Since(start)
}

func BenchmarkFill(b *testing.B) {
	for b.Loop() {
		_, took := filled(b, people())
		b.ReportMetric(took.Seconds(), "s/fill")
	}
}

func BenchmarkEach(b *testing.B) {
	s, _ := filled(b, people())
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		err := s.Each(b.Context(), scope.Everything(), Selection{Everyone: true}, func(Recipient) error { n++; return nil })
		if err != nil || n != people() {
			b.Fatal(n, err)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	s, _ := filled(b, people())
	runtime.GC()
	var took []time.Duration
	texts := []string{"佐", "中村", "ナカム", "たろ", "A-0001", "A-", "090", "0901234", "p", "第3工場", "高橋12 美", "太郎", "zzz", "鈴木9"}
	for b.Loop() {
		for _, text := range texts {
			start := time.Now()
			if _, err := s.List(b.Context(), scope.Everything(), Query{Search: text}); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(start))
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1e3, "ms/p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1e3, "ms/p99")
}

func BenchmarkList(b *testing.B) {
	s, _ := filled(b, people())
	q := Query{}
	for b.Loop() {
		l, err := s.List(b.Context(), scope.Everything(), q)
		if err != nil {
			b.Fatal(err)
		}
		q.Page.After = l.Next
	}
}
