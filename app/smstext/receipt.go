package smstext

import (
	"strings"
	"time"
)

// Kind is what an incoming PDU is.
type Kind uint8

// The closed set of kinds.
const (
	KindText         Kind = iota // a text from a person (mobile originated)
	KindReceipt                  // a delivery receipt
	KindUnparsed                 // said to be a delivery receipt, but nothing in it can be read
	KindIntermediate             // an intermediate notification: how things stand, never how they end
	KindAck                      // an acknowledgement of the handset's program; of no use here
)

var kindNames = []string{"mo", "receipt", "receipt_unparsed", "intermediate", "ack"}

// String returns the word used in logs and metrics.
func (k Kind) String() string { return nameOf(kindNames, int(k)) }

// maxID is the longest message id, in octets (SMPP 3.4 §5.3.2.12).
const maxID = 65

// Receipt is what a receipt says. Fields that a receipt does not have are at the value their comment names.
type Receipt struct {
	Kind  Kind
	IDs   []string // candidates in order of trust: receipted_message_id, then the text's id; nil when absent
	State ReceiptState
	Final bool // State will not change any more
	// StatRaw is the word of the text's stat field as it came, and Err that of its err field, which may be hexadecimal;
	// "" when absent.
	StatRaw, Err string
	// Sub and Dlvrd are how many parts the text says were submitted and delivered; -1 when absent.
	Sub, Dlvrd int
	// Submitted and Done are the SMSC's times, for display only; zero when absent or impossible.
	Submitted, Done time.Time
	Network         *NetworkError // nil when absent
	Text            string        // the beginning of the message that some SMSCs repeat; "" when absent
}

// NetworkError is the parameter network_error_code (SMPP 3.4 §5.3.2.31).
type NetworkError struct {
	Type byte // 1 ANSI-136, 2 IS-95, 3 GSM
	Code uint16
}

// ReceiptOptions is what a route knows about its receipts.
type ReceiptOptions struct {
	Zone     *time.Location // of the dates in the text; nil means UTC
	Received time.Time      // when the receipt came in; decides between two readings of a date
	// States overrides what a word of the stat field means, by upper-case word; nil for none.
	States map[string]ReceiptState
}

// ParseReceipt says what a PDU is and, when it is a receipt, what it reports. For KindText and KindAck the other fields
// are empty. It never fails; unknown words and missing fields are not errors (SMPP 3.4 appendix B leaves the form of
// the text to the vendor).
func ParseReceipt(d *Deliver, o ReceiptOptions) Receipt {
	r := Receipt{Sub: -1, Dlvrd: -1}
	kind := d.messageType()
	if kind == KindAck {
		return Receipt{Kind: KindAck, Sub: -1, Dlvrd: -1}
	}
	if kind == KindText && !d.mayBeReceipt() {
		return r
	}
	text := d.receiptText()
	labels := findLabels(text)
	if kind == KindText && !d.looksLikeReceipt(text, labels) {
		return r
	}
	r.Kind = KindReceipt
	if kind == KindIntermediate {
		r.Kind = KindIntermediate
	}
	r.readIDs(d, text, labels)
	r.readFields(text, labels, o)
	if len(d.NetworkError) == 3 {
		r.Network = &NetworkError{
			Type: d.NetworkError[0], Code: uint16(d.NetworkError[1])<<8 | uint16(d.NetworkError[2]),
		}
	}
	r.State = d.state(r.StatRaw, o.States)
	if r.Kind == KindReceipt && len(r.IDs) == 0 && r.StatRaw == "" && !d.HasState {
		r.Kind = KindUnparsed
	}
	if r.Kind == KindIntermediate && r.State.Final() {
		r.State = StateEnroute
	}
	r.Final = r.State.Final()
	return r
}

// messageType reads the message type of esm_class (SMPP 3.4 §5.2.12, bits 5 to 2). The other bits may be set as well.
func (d *Deliver) messageType() Kind {
	switch d.ESMClass & 0x3C {
	case 0x04:
		return KindReceipt
	case 0x20:
		return KindIntermediate
	case 0x08, 0x10, 0x18:
		return KindAck
	}
	return KindText
}

// mayBeReceipt is a cheap look that spares people's texts the search for labels.
func (d *Deliver) mayBeReceipt() bool {
	return d.ReceiptedID != nil && d.HasState || len(d.octets()) >= len("id:1 stat:X")
}

// looksLikeReceipt decides about SMSCs that send receipts without saying so in esm_class.
func (d *Deliver) looksLikeReceipt(text receiptText, labels []label) bool {
	if d.ReceiptedID != nil && d.HasState {
		return true
	}
	if len(labels) == 0 || labels[0].field != fieldID || strings.TrimLeft(text.raw[:labels[0].start], " \t\r\n") != "" {
		return false
	}
	if text.token(labels, fieldID) == "" {
		return false
	}
	for _, l := range labels {
		if l.field == fieldStat && !l.long {
			return true
		}
	}
	return false
}

func (r *Receipt) readIDs(d *Deliver, text receiptText, labels []label) {
	r.IDs = make([]string, 0, 2)
	first := clip(strings.TrimSpace(strings.TrimRight(latin1Text(d.ReceiptedID), "\x00")))
	if first != "" {
		r.IDs = append(r.IDs, first)
	}
	if second := clip(text.token(labels, fieldID)); second != "" && second != first {
		r.IDs = append(r.IDs, second)
	}
	if len(r.IDs) == 0 {
		r.IDs = nil
	}
}

func (r *Receipt) readFields(text receiptText, labels []label, o ReceiptOptions) {
	r.StatRaw = text.token(labels, fieldStat)
	r.Err = text.token(labels, fieldErr)
	r.Sub = count(text.token(labels, fieldSub))
	r.Dlvrd = count(text.token(labels, fieldDlvrd))
	r.Submitted = receiptDate(text.token(labels, fieldSubmitted), o)
	r.Done = receiptDate(text.token(labels, fieldDone), o)
	r.Text = text.rest(labels)
}

// count reads up to nine digits; -1 for anything else.
func count(s string) int {
	if s == "" || len(s) > 9 {
		return -1
	}
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}

func clip(s string) string { return strings.ToValidUTF8(s[:min(len(s), maxID)], "") }

// receiptDate reads the digits of a date. Twelve digits are yyMMddHHmmss with some SMSCs and yyyyMMddHHmm with others;
// the reading nearer to the time of receipt is taken.
func receiptDate(s string, o ReceiptOptions) time.Time {
	if countDigits(s) != len(s) {
		return time.Time{}
	}
	zone := o.Zone
	if zone == nil {
		zone = time.UTC
	}
	switch len(s) {
	case 10:
		return calendar("20", s, zone)
	case 14:
		return calendar(s[:2], s[2:], zone)
	case 12:
		short, long := calendar("20", s, zone), calendar(s[:2], s[2:], zone)
		if short.IsZero() {
			return long
		}
		if long.IsZero() || short.Sub(o.Received).Abs() <= long.Sub(o.Received).Abs() {
			return short
		}
		return long
	}
	return time.Time{}
}

// countDigits returns how many digits s begins with.
func countDigits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// calendar reads the digits of a century and those of yyMMddHHmm with or without ss; zero when there is no such time.
func calendar(century, s string, zone *time.Location) time.Time {
	var part [6]int
	for i := 0; i+1 < len(s); i += 2 {
		part[i/2] = count(s[i : i+2])
	}
	year, month, day, hour := count(century)*100+part[0], time.Month(part[1]), part[2], part[3]
	if month < 1 || month > 12 || day < 1 || hour > 23 || part[4] > 59 || part[5] > 59 {
		return time.Time{}
	}
	t := time.Date(year, month, day, hour, part[4], part[5], 0, zone)
	if t.Day() != day {
		return time.Time{}
	}
	return t
}
