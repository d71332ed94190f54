package intake_test

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"noroshi/app/directory/intake"
	"noroshi/app/directory/sheet"
)

// rows returns how many rows the benchmark brings in: 100,000, or what NOROSHI_BENCH_PEOPLE says.
func rows() int {
	if n, err := strconv.Atoi(os.Getenv("NOROSHI_BENCH_PEOPLE")); err == nil {
		return n
	}
	return 100_000
}

// bigFile is a file of n made-up people; a part of them has another department in another year.
func bigFile(n, year int) string {
	surnames := strings.Fields("佐藤:サトウ 鈴木:スズキ 髙橋:タカハシ 田中:タナカ 伊藤:イトウ 渡邊:ワタナベ 中村:ナカムラ 小林:コバヤシ")
	given := strings.Fields("太郎:タロウ 美咲:ミサキ 翔:ショウ 陽子:ヨウコ 健一:ケンイチ")
	var b strings.Builder
	b.WriteString("社員番号,氏名,フリガナ,所属,携帯電話,メール,言語\r\n")
	for i := range n {
		s, sr, _ := strings.Cut(surnames[i%len(surnames)], ":")
		g, gr, _ := strings.Cut(given[i/7%len(given)], ":")
		where := i % 40
		if i%50 == 0 {
			where += year
		}
		fmt.Fprintf(&b, "A-%06d,%s %s,%s %s,第%d工場,0%d-%04d-%04d,p%d@aomine.example,ja\r\n", i, s, g, sr, gr, where,
			80+i%2*10, 1000+i/10000, i%10000, i)
	}
	return b.String()
}

func BenchmarkImport(b *testing.B) {
	file := bigFile(rows(), 0)
	next := bigFile(rows(), 1)
	for b.Loop() {
		h := newHouse(b)
		timed := func(name string, do func()) {
			start := time.Now()
			do()
			b.ReportMetric(time.Since(start).Seconds(), "s/"+name)
		}
		var j intake.Job
		timed("check", func() { j, _ = h.upload(b, file) })
		if j.Counts.New != rows() {
			b.Fatalf("Upload = %+v", j)
		}
		timed("commit", func() { j = h.commit(b, j.ID) })
		if j.State != intake.Done {
			b.Fatalf("Commit = %+v", j)
		}
		timed("recheck", func() { j, _ = h.upload(b, next) })
		timed("recommit", func() { j = h.commit(b, j.ID) })
		if j.State != intake.Done || j.Processed != (rows()+49)/50 {
			b.Fatalf("Commit = %+v", j)
		}
		timed("export", func() {
			if _, err := h.Export(b.Context(), everything, io.Discard, sheet.ShiftJIS, "ja"); err != nil {
				b.Fatal(err)
			}
		})
		h.stop()
	}
}
