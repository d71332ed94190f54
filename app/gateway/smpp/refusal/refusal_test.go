package refusal_test

import (
	"testing"
	"time"

	"noroshi/app/gateway/smpp/refusal"
	"noroshi/app/phone"
	"noroshi/app/smstext"
)

var noon = time.Unix(1_800_000_000, 0)

func part(esm, dcs byte, octets string) *smstext.Part {
	return &smstext.Part{ESMClass: esm, DataCoding: dcs, ShortMessage: []byte(octets)}
}

func TestTexts_are_refused_after_three_in_a_row(t *testing.T) {
	t.Parallel()
	texts := refusal.NewTexts()
	spam, news := part(0, 0, "spam"), part(0, 0, "news")
	for i := range 3 {
		if _, ok := texts.Status(spam, noon); ok {
			t.Fatalf("refused after %d refusals", i)
		}
		if first := texts.Refused(texts.Key(spam), 0x432, noon); first != (i == 2) {
			t.Fatalf("refusal %d made it unwanted: %v", i+1, first)
		}
	}
	if status, ok := texts.Status(spam, noon); !ok || status != 0x432 || texts.Len(noon) != 1 {
		t.Fatalf("Status() = %#x, %v, Len() = %d, want the operator's code and one text", status, ok, texts.Len(noon))
	}
	if _, ok := texts.Status(news, noon); ok {
		t.Fatal("another text is refused with it")
	}
	if texts.Refused(texts.Key(spam), 0x432, noon) {
		t.Fatal("the fourth refusal is told as new")
	}
	texts.Accepted(texts.Key(spam))
	if _, ok := texts.Status(spam, noon); ok {
		t.Fatal("refused after a success")
	}
}

func TestTexts_are_tried_again_after_their_time(t *testing.T) {
	t.Parallel()
	texts := refusal.NewTexts()
	spam := part(0, 0, "spam")
	for range 3 {
		texts.Refused(texts.Key(spam), 1, noon)
	}
	later := noon.Add(15 * time.Minute)
	if _, ok := texts.Status(spam, later.Add(-time.Second)); !ok {
		t.Fatal("tried again too early")
	}
	if _, ok := texts.Status(spam, later); ok || texts.Len(later) != 0 {
		t.Fatal("not tried again")
	}
	for range 3 {
		texts.Refused(texts.Key(spam), 1, noon)
	}
	texts.Forget()
	if _, ok := texts.Status(spam, noon); ok {
		t.Fatal("refused after Forget")
	}
}

func TestTexts_key_is_that_of_the_text_and_not_of_its_reference(t *testing.T) {
	t.Parallel()
	texts := refusal.NewTexts()
	same := texts.Key(part(0x40, 0, "\x05\x00\x03\x01\x02\x01hello"))
	if texts.Key(part(0x40, 0, "\x05\x00\x03\x63\x02\x01hello")) != same {
		t.Error("another reference makes another text")
	}
	for name, other := range map[string]*smstext.Part{
		"another text":    part(0x40, 0, "\x05\x00\x03\x01\x02\x01hallo"),
		"another coding":  part(0x40, 8, "\x05\x00\x03\x01\x02\x01hello"),
		"a payload":       {Payload: []byte("hallo")},
		"a broken header": part(0x40, 0, "\xf0hello"),
	} {
		if texts.Key(other) == same {
			t.Errorf("%s has the same key", name)
		}
	}
}

func TestTexts_that_differ_for_each_person_take_bounded_memory(t *testing.T) {
	t.Parallel()
	texts := refusal.NewTexts()
	for i := range 100_000 {
		texts.Refused(uint64(i), 1, noon)
		texts.Refused(uint64(i), 1, noon)
		texts.Refused(uint64(i), 1, noon)
	}
	if n := texts.Len(noon); n == 0 || n > 1024 {
		t.Fatalf("%d texts are remembered, want some and at most 1024", n)
	}
}

func TestCrowd_knows_a_full_recipient_from_a_full_line(t *testing.T) {
	t.Parallel()
	crowd := refusal.NewCrowd()
	for i := range 5 {
		if full := crowd.Full(819000000001); full != (i >= 3) {
			t.Fatalf("answer %d is taken for the recipient's own: %v", i+1, full)
		}
	}
	if crowd.Full(819000000002) {
		t.Fatal("another recipient is taken for full")
	}
	crowd.Accepted(819000000001)
	if crowd.Full(819000000001) {
		t.Fatal("still full after a success")
	}
	for i := range 20_000 { // a line that is full refuses everybody, again and again
		if crowd.Full(phone.Number(819000001000 + i)) {
			t.Fatal("the line is taken for a recipient")
		}
	}
}
