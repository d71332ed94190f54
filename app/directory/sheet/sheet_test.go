package sheet_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"noroshi/app/directory/sheet"
)

func sjis(t testing.TB, s string) []byte {
	t.Helper()
	b, err := japanese.ShiftJIS.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatalf("%q is not Shift_JIS: %v", s, err)
	}
	return b
}

func utf16(t testing.TB, s string, e unicode.Endianness) []byte {
	t.Helper()
	b, err := unicode.UTF16(e, unicode.UseBOM).NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func read(t testing.TB, file []byte, f sheet.Format) []sheet.Row {
	t.Helper()
	r := sheet.NewReader(bytes.NewReader(file), f)
	var rows []sheet.Row
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			t.Fatalf("Next = %v", err)
		}
		rows = append(rows, row)
	}
}

func TestDetectTellsHowAFileIsWritten(t *testing.T) {
	t.Parallel()
	const text = "社員番号,氏名,電話番号\r\n007,髙橋 美咲,090-1234-5678\r\n008,田中 一,\r\n"
	tabs := strings.ReplaceAll(text, ",", "\t")
	cases := []struct {
		name     string
		file     []byte
		charset  sheet.Charset
		evidence sheet.Evidence
		delim    byte
		word     string
	}{
		{"UTF-8", []byte(text), sheet.UTF8, sheet.ByValidity, ',', "髙橋 美咲"},
		{"UTF-8 with a mark", []byte("\ufeff" + text), sheet.UTF8, sheet.ByBOM, ',', "髙橋 美咲"},
		{"Shift_JIS", sjis(t, text), sheet.ShiftJIS, sheet.ByShiftJIS, ',', "髙橋 美咲"},
		{"Shift_JIS, rare names first", sjis(t, "a,b\n"+strings.Repeat("x,田中 一\n", 10)+"x,﨑山 典明\n"),
			sheet.ShiftJIS, sheet.ByShiftJIS, ',', "﨑山 典明"},
		{"UTF-16 little-endian", utf16(t, tabs, unicode.LittleEndian), sheet.UTF16, sheet.ByBOM, '\t', "髙橋 美咲"},
		{"UTF-16 big-endian", utf16(t, tabs, unicode.BigEndian), sheet.UTF16, sheet.ByBOM, '\t', "髙橋 美咲"},
		{"semicolons", []byte("name;note\nA;1,5\nB;2,5\n"), sheet.UTF8, sheet.ByValidity, ';', ""},
		{"a broken UTF-8 file", []byte(strings.Repeat(text, 9) + "\xff\xff"), sheet.UTF8, sheet.ByFewest, ',', "髙橋 美咲"},
		{"nothing", nil, sheet.UTF8, sheet.ByValidity, ',', ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := sheet.Detect(c.file)
			if d.Format != (sheet.Format{Charset: c.charset, Delimiter: c.delim}) || d.Evidence != c.evidence {
				t.Fatalf("Detect = %+v", d)
			}
			if c.word != "" && (len(d.Words) == 0 || d.Words[0] != c.word) {
				t.Fatalf("Words = %q, want %q first", d.Words, c.word)
			}
			rows := read(t, c.file, d.Format)
			if c.word != "" && c.evidence != sheet.ByFewest && !slices.ContainsFunc(rows, func(r sheet.Row) bool {
				return slices.Contains(r.Cells, c.word)
			}) {
				t.Fatalf("rows = %v", rows)
			}
		})
	}
	d := sheet.DetectAs([]byte(text), sheet.ShiftJIS)
	if d.Evidence != sheet.ByChoice || d.Format.Charset != sheet.ShiftJIS {
		t.Fatalf("DetectAs = %+v", d)
	}
}

// readRow is a row with its cells joined by |.
type readRow struct {
	line  int
	cells string
	fault sheet.Fault
}

func TestReaderReadsWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	type row = readRow
	cases := []struct {
		name, file string
		want       []row
	}{
		{"quotes and line breaks", "a,\"b,\"\"c\"\"\nd\",e\r\nf\r\n", []row{{1, "a|b,\"c\"\nd|e", ""}, {3, "f", ""}}},
		{"no last line end", "a,b", []row{{1, "a|b", ""}}},
		{"an empty last cell", "a,\n", []row{{1, "a|", ""}}},
		{"empty lines", "\n\na\n\n", []row{{3, "a", ""}}},
		{"a quote inside", "5\" pipe,x\n", []row{{1, "5\" pipe|x", ""}}},
		{"text behind a quote", "\"a\"b,c\n", []row{{1, "ab|c", ""}}},
		{"carriage returns alone", "a,b\rc,d\r", []row{{1, "a|b", ""}, {2, "c|d", ""}}},
		{"a forgotten quote", "a,\"b\nc,d\ne,f\n", []row{{1, "a|b", sheet.UnclosedQuote}, {2, "c|d", ""}, {3, "e|f", ""}}},
		{"a forgotten quote far from the next", "a,\"b\n" + strings.Repeat("c\n", 150) + "\"d\"\n",
			append([]row{{1, "a|b", sheet.UnclosedQuote}}, many(2, 150, "d")...)},
		{"a row that is too long", strings.Repeat("x", 70_000) + "\ny\n",
			[]row{{1, strings.Repeat("x", 64<<10), sheet.RowTooLong}, {2, "y", ""}}},
		{"too many cells", strings.Repeat("x,", 70) + "\n",
			[]row{{1, strings.TrimSuffix(strings.Repeat("x|", 64), "|"), sheet.TooManyCells}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []row
			for _, r := range read(t, []byte(c.file), sheet.Format{Charset: sheet.UTF8, Delimiter: ','}) {
				got = append(got, row{r.Line, strings.Join(r.Cells, "|"), r.Fault})
			}
			if !slices.Equal(got, c.want) {
				t.Fatalf("rows = %.400v\nwant %.400v", got, c.want)
			}
		})
	}
}

// many returns n rows of c and one of last.
func many(from, n int, last string) []readRow {
	out := make([]readRow, 0, n+1)
	for i := range n {
		out = append(out, readRow{from + i, "c", ""})
	}
	return append(out, readRow{from + n, last, ""})
}

func TestSuggestKnowsHeaders(t *testing.T) {
	t.Parallel()
	cases := []struct{ header, want string }{
		{"社員番号,氏名,フリガナ,所属,携帯電話,メールアドレス,言語", "external_id,name,reading,department,phone,email,language"},
		{"ID,姓,名,セイ,メイ,部署,電話番号１,電話番号2,E-mail 1", "external_id,name,name,reading,reading,department,phone,phone,email"},
		{"Employee No.,First name,Last name,Dept,Mobile phone,Time zone,Groups",
			"external_id,name,name,department,phone,timezone,group"},
		{"氏名（必須）,ｼﾒｲ,電話番号1ラベル,Phone label 2,タイムゾーン,,拠点", "name,reading,phone_label,phone_label,timezone,ignore,attribute:拠点"},
		{"氏名,名前,拠点,拠点,属性:氏名", "name,attribute:名前,attribute:拠点,ignore,attribute:氏名"},
		{"姓,氏名", "name,attribute:氏名"},
	}
	for _, c := range cases {
		var got []string
		for _, col := range sheet.Suggest(strings.Split(c.header, ",")) {
			got = append(got, string(col.Field))
			if !col.Field.Valid() {
				t.Errorf("%q suggests the field %q", col.Header, col.Field)
			}
		}
		if strings.Join(got, ",") != c.want {
			t.Errorf("Suggest(%q)\n= %s\nwant %s", c.header, strings.Join(got, ","), c.want)
		}
	}
	for _, language := range []string{"ja", "en"} {
		for f, h := range sheet.Headers(language) {
			if f == sheet.Phone || f == sheet.Mail || f == sheet.PhoneLabel || f == sheet.MailLabel {
				h += "3"
			}
			if got := sheet.Suggest([]string{h})[0].Field; f.Valid() && got != f {
				t.Errorf("the exported header %q reads as %q, want %q", h, got, f)
			}
		}
	}
}

func TestLetter(t *testing.T) {
	t.Parallel()
	for i, want := range map[int]string{0: "A", 3: "D", 25: "Z", 26: "AA", 63: "BL", 701: "ZZ", 702: "AAA"} {
		if got := sheet.Letter(i); got != want {
			t.Errorf("Letter(%d) = %q, want %q", i, got, want)
		}
	}
}

func TestLanguageOf(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"ベトナム語": "vi", "English": "en", "ja_JP": "ja-JP", "\u3000th": "th", "中国語（簡体字）": "zh-Hans",
	} {
		if got := sheet.LanguageOf(in); got != want {
			t.Errorf("LanguageOf(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFormulasAreDefusedAndComeBack(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"=1+1", "+81 90-1234-5678", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", "''=1", "'", "O'Hara", "'90s", "",
	} {
		d := sheet.Defuse(s)
		if d != "" && strings.ContainsAny(d[:1], "=+-@\t\r") {
			t.Errorf("Defuse(%q) = %q begins like a formula", s, d)
		}
		if got := sheet.Plain(d); got != s {
			t.Errorf("Plain(Defuse(%q)) = %q", s, got)
		}
	}
}

func TestWriterWritesShiftJIS(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	f := sheet.Format{Charset: sheet.ShiftJIS, Delimiter: ','}
	w := sheet.NewWriter(&b, f)
	w.Write([]string{"髙橋", "10〜12−1", "𠮷野 สมชาย"})
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	rows := read(t, b.Bytes(), f)
	if want := []string{"髙橋", "10～12－1", "〓野 〓〓〓〓〓"}; !slices.Equal(rows[0].Cells, want) {
		t.Fatalf("cells = %q, want %q", rows[0].Cells, want)
	}
	if w.Replaced() != 6 {
		t.Fatalf("Replaced = %d, want 6", w.Replaced())
	}
}

func TestTablesReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		delim := rapid.SampledFrom([]byte{',', '\t', ';'}).Draw(rt, "delimiter")
		f := sheet.Format{Charset: sheet.UTF8, Delimiter: delim}
		cell := rapid.StringMatching("[a=+'\"@\\n,;\\t 中-]{0,6}")
		table := rapid.SliceOfN(rapid.SliceOfN(cell, 2, 4), 1, 5).Draw(rt, "table")
		var b bytes.Buffer
		w := sheet.NewWriter(&b, f)
		for _, cells := range table {
			w.Write(cells)
		}
		if err := w.Flush(); err != nil {
			rt.Fatal(err)
		}
		var got [][]string
		for _, r := range read(t, b.Bytes(), f) {
			for i := range r.Cells {
				r.Cells[i] = sheet.Plain(r.Cells[i])
			}
			got = append(got, r.Cells)
		}
		if !slices.EqualFunc(got, table, slices.Equal) {
			rt.Fatalf("wrote %q\nread %q\nfile %q", table, got, b.String())
		}
	})
}

func TestEveryReasonHasBothLanguages(t *testing.T) {
	t.Parallel()
	for _, code := range []string{
		sheet.NoName, sheet.NoContact, sheet.PhoneInvalid, sheet.TwoNumbers, sheet.SpreadsheetNumber, sheet.MailNoAt,
		sheet.MailDomainCut, sheet.MailInvalid, sheet.DuplicateID, sheet.DuplicateKey, sheet.TooLong, sheet.TooMany,
		sheet.BadLanguage, sheet.BadZone, sheet.BadGroup, sheet.WrongColumns, sheet.Undecodable, sheet.OutOfScope,
		string(sheet.UnclosedQuote), string(sheet.RowTooLong), string(sheet.TooManyCells),
	} {
		r := sheet.Reason{Code: code, Params: map[string]string{"line": "18", "max": "100", "have": "3", "want": "4"}}
		ja, en := r.Text("ja"), r.Text("en")
		if ja == code || en == code || ja == en || strings.Contains(ja+en, "{") {
			t.Errorf("%s: %q, %q", code, ja, en)
		}
	}
	r := sheet.Reason{Code: sheet.PhoneInvalid, Params: map[string]string{"reason": "too_short"}}
	if got := r.Text("ja"); got != "電話番号として読めません。 桁が足りません。" {
		t.Errorf("Text = %q", got)
	}
}

// FuzzReader feeds strangers' bytes in every character set: reading ends, rows are bounded, lines go up.
func FuzzReader(f *testing.F) {
	f.Add([]byte("社員番号,氏名\r\n1,\"髙橋\n美咲\"\r\n2,\"x\r\n"), byte(0))
	f.Add(sjis(f, "社員番号\t氏名\n1\t﨑山\n"), byte(1))
	f.Add(utf16(f, "a;b\n\"c\n", unicode.LittleEndian), byte(2))
	f.Add([]byte("x\",\"\nx\",\"\n\"\"\"\r\"\x81"), byte(1))
	f.Fuzz(func(t *testing.T, file []byte, choice byte) {
		d := sheet.Detect(file)
		if choice%4 != 3 {
			d = sheet.DetectAs(file, []sheet.Charset{sheet.UTF8, sheet.ShiftJIS, sheet.UTF16}[choice%4%3])
		}
		last := 0
		for _, r := range read(t, file, d.Format) {
			if r.Line <= last {
				t.Fatalf("line %d after line %d", r.Line, last)
			}
			last = r.Line
			if len(r.Cells) == 0 || len(r.Cells) > sheet.MaxColumns {
				t.Fatalf("line %s has %d cells", strconv.Itoa(r.Line), len(r.Cells))
			}
			for _, c := range r.Cells {
				if len(c) > 128<<10 {
					t.Fatalf("a cell of %d octets", len(c))
				}
				sheet.Plain(c)
			}
			sheet.Suggest(r.Cells)
		}
	})
}

// BenchmarkHostileQuotes measures a file full of quotes: the reader looks ahead for a closing quote.
func BenchmarkHostileQuotes(b *testing.B) {
	file := bytes.Repeat([]byte("x\",\"\n"), 200_000)
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		read(b, file, sheet.Format{Charset: sheet.UTF8, Delimiter: ','})
	}
}

func BenchmarkReader(b *testing.B) {
	file := sjis(b, strings.Repeat("A-10442,髙橋 美咲,タカハシ ミサキ,横浜工場 保全課,090-1234-5678,misaki@aomine.example\r\n", 20_000))
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		read(b, file, sheet.Format{Charset: sheet.ShiftJIS, Delimiter: ','})
	}
}
