package smstext_test

import (
	"strings"
	"testing"

	"noroshi/app/smstext"
)

var benchTexts = []struct{ name, text string }{
	{"japanese_80", strings.Repeat("地震です。無事ならAと", 7) + "送って"},
	{"japanese_30", strings.Repeat("地震です。無事ですか", 3)},
	{"thai_80", strings.Repeat("แผ่นดินไหว ", 7) + "ตอบ"},
	{"gsm_80", strings.Repeat("Earthquake: reply A ", 4)},
	{"gsm_160", strings.Repeat("Earthquake: reply A ", 8)},
	{"gsm_200", strings.Repeat("Earthquake: reply A ", 10)},
	{"emoji_80", strings.Repeat("無事👍🏽 ", 14)},
}

func BenchmarkEncode(b *testing.B) {
	for _, c := range benchTexts {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := smstext.Encode(c.text, smstext.Profile{}, 7); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCount(b *testing.B) {
	for _, c := range benchTexts {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				smstext.Count(c.text, smstext.Profile{})
			}
		})
	}
}

func BenchmarkPrepare(b *testing.B) {
	for _, c := range benchTexts {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				smstext.Prepare(c.text)
			}
		})
	}
}
