package smstext_test

import (
	"testing"
	"unicode/utf8"

	"noroshi/app/smstext"
)

func TestDecode_reads_each_data_coding(t *testing.T) {
	t.Parallel()
	packed := smstext.DecodeOptions{Alphabet: smstext.AlphabetGSM7Packed}
	latin := smstext.DecodeOptions{Alphabet: smstext.AlphabetLatin1}
	override := smstext.DecodeOptions{Charsets: map[byte]smstext.Charset{
		0: smstext.CharsetUTF8, 8: smstext.CharsetShiftJIS, 0x21: smstext.CharsetThai,
	}}
	none := smstext.DecodeOptions{}
	for _, c := range []struct {
		name   string
		octets string
		dcs    byte
		o      smstext.DecodeOptions
		want   string
	}{
		{"GSM-7", "\x00A\x1be\x02", 0, none, "@A€$"},
		{"GSM-7 by class", "B", 0xF1, none, "B"},
		{"GSM-7 in the general form", "\x00", 0x11, none, "@"},
		{"octets that are no septets", "caf\xe9 \x00", 0, none, "café \x00"},
		{"escape that means nothing", "\x1bA", 0, none, "A"},
		{"escape at the end", "A\x1b", 0, none, "A"},
		{"two escapes", "\x1b\x1be", 0, none, "€"},
		{"packed", "\xe8\x32\x9b\xfd\x06", 0, packed, "hello"},
		{"packed with filling", "\x31\xd9\x8c\x56\xb3\xdd\x1a", 0, packed, "1234567"},
		{"Latin-1 as default", "@_\xe9", 0, latin, "@_é"},
		{"IA5", "@A", 1, none, "@A"},
		{"IA5 that is GSM-7", "\x00A", 1, none, "@A"},
		{"Latin-1", "\xe9", 3, none, "é"},
		{"binary that is UTF-8", "無事", 4, none, "無事"},
		{"binary that is not", "\xe9A", 2, none, "éA"},
		{"8-bit by class", "é", 0xF5, none, "é"},
		{"UCS-2", "\x71\x21\x4e\x8b", 8, none, "無事"},
		{"UCS-2 in the general form", "\x30\x42", 0x18, none, "あ"},
		{"UCS-2, message waiting", "\x30\x42", 0xE0, none, "あ"},
		{"UCS-2 with byte order mark", "\xfe\xff\x30\x42", 8, none, "あ"},
		{"UCS-2 little endian", "\xff\xfe\x42\x30", 8, none, "あ"},
		{"UCS-2 with an odd octet", "\x30\x42\x30", 8, none, "あ"},
		{"one octet that says UCS-2", "A", 8, none, "A"},
		{"surrogate pair", "\xd8\x3d\xdc\x4d", 8, none, "👍"},
		{"half a surrogate pair", "\xd8\x3d\x00A", 8, none, "\uFFFDA"},
		{"ISO-2022-JP", "\x1b$BL5;v\x1b(B A", 5, none, "無事 A"},
		{"ISO-2022-JP, music codes", "A", 10, none, "A"},
		{"JIS that is EUC", "\xcc\xb5\xbb\xf6", 5, none, "無事"},
		{"JIS that is Shift_JIS", "\x96\xb3\x8e\x96\x82\xb7", 5, none, "無事す"},
		{"Shift_JIS", "\x96\xb3\x8e\x96", 9, none, "無事"},
		{"Cyrillic", "\xbf", 6, none, "П"},
		{"Hebrew", "\xe0", 7, none, "א"},
		{"EUC-KR", "\xbe\xc8\xc0\xfc", 14, none, "안전"},
		{"override of 0", "無事", 0, override, "無事"},
		{"override of 8", "\x96\xb3\x8e\x96", 8, override, "無事"},
		{"override of a strange one", "\xa1", 0x21, override, "ก"},
		{"reserved", "\x00", 0x8C, none, "@"},
		{"nothing", "", 8, none, ""},
	} {
		if got := smstext.Decode([]byte(c.octets), c.dcs, c.o); got != c.want {
			t.Errorf("%s: Decode(%x, %#x) = %q, want %q", c.name, c.octets, c.dcs, got, c.want)
		}
	}
}

func TestWords_of_the_configuration_are_read_and_written_alike(t *testing.T) {
	t.Parallel()
	for _, w := range []string{"gsm7", "gsm7_packed", "latin1", "ascii"} {
		if a, err := smstext.ParseAlphabet(w); err != nil || a.String() != w {
			t.Errorf("ParseAlphabet(%q) = %s, %v", w, a, err)
		}
		if c, err := smstext.ParseCharset(w); err != nil || c.String() != w {
			t.Errorf("ParseCharset(%q) = %s, %v", w, c, err)
		}
	}
	for _, w := range []string{"udh", "udh16", "sar", "payload", "none"} {
		if m, err := smstext.ParseLongMode(w); err != nil || m.String() != w {
			t.Errorf("ParseLongMode(%q) = %s, %v", w, m, err)
		}
	}
	for _, w := range []string{"gsm7", "ucs2", "latin1"} {
		if e, err := smstext.ParseEncoding(w); err != nil || e.String() != w {
			t.Errorf("ParseEncoding(%q) = %s, %v", w, e, err)
		}
	}
	for _, w := range []string{"auto", "exact", "hex_dec", "dec_hex"} {
		if f, err := smstext.ParseIDForm(w); err != nil || f.String() != w {
			t.Errorf("ParseIDForm(%q) = %s, %v", w, f, err)
		}
	}
	if m, err := smstext.ParseLongMode(""); m != smstext.ModeUDH || err != nil {
		t.Errorf(`ParseLongMode("") = %s, %v`, m, err)
	}
	if _, err := smstext.ParseAlphabet("ebcdic"); err == nil {
		t.Error("ParseAlphabet took a word that does not exist")
	}
}

func FuzzDecode(f *testing.F) {
	for dcs := range 16 {
		f.Add([]byte("\x1b$B\x00\xff\xfe\xd8\x3d"), byte(dcs), byte(0), byte(0))
	}
	f.Add([]byte("\x1b\x1b"), byte(0xF1), byte(1), byte(0))
	f.Fuzz(func(t *testing.T, octets []byte, dcs, alphabet, charset byte) {
		o := smstext.DecodeOptions{Alphabet: smstext.Alphabet(alphabet % 4)}
		if charset != 0 {
			o.Charsets = map[byte]smstext.Charset{dcs: smstext.Charset(charset % 18)}
		}
		if text := smstext.Decode(octets, dcs, o); !utf8.ValidString(text) {
			t.Fatalf("Decode(%x, %#x) is not UTF-8", octets, dcs)
		}
	})
}
