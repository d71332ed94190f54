package smstext

import (
	"math/big"
	"strings"
)

// IDForm is how a route's receipts write the message id that submit_sm_resp gave.
type IDForm uint8

// The closed set of forms.
const (
	IDAuto   IDForm = iota // every way that is known, the strictest first
	IDExact                // letter by letter
	IDHexDec               // submit_sm_resp hexadecimal, the receipt's text decimal
	IDDecHex               // submit_sm_resp decimal, the receipt's text hexadecimal
)

var idFormNames = []string{"auto", "exact", "hex_dec", "dec_hex"}

// String returns the word used in the configuration.
func (f IDForm) String() string { return nameOf(idFormNames, int(f)) }

// ParseIDForm reads the word used in the configuration; "" is IDAuto. Returns Invalid.
func ParseIDForm(s string) (IDForm, error) {
	i, err := indexOf(idFormNames, s, "sms_unknown_id_form")
	return IDForm(i), err
}

// Match is how a receipt's id is the same as one from submit_sm_resp. Of two messages that match, the one with the
// lower number is meant: its match is the stricter.
type Match uint8

// The closed set, in order. Everything but MatchExact needs a second sign that the message is the right one, such as
// the recipient's number: 10 read as hexadecimal is 16.
const (
	NoMatch Match = iota
	MatchExact
	MatchCase         // the same in lower case
	MatchLeadingZeros // the same in lower case without leading zeros
	MatchHexDec       // submit_sm_resp read as hexadecimal is the receipt read as decimal
	MatchDecHex       // submit_sm_resp read as decimal is the receipt read as hexadecimal
)

var matchNames = []string{
	"none", "exact", "case", "leading_zeros", "submit_hex_receipt_dec", "submit_dec_receipt_hex",
}

// String returns the word used in logs and metrics.
func (m Match) String() string { return nameOf(matchNames, int(m)) }

// MatchID compares an id of submit_sm_resp with one of a receipt and returns the strictest way in which they are the
// same. With IDExact only equality counts; with IDHexDec and IDDecHex the other conversion does not.
func MatchID(submit, receipt string, f IDForm) Match {
	switch {
	case submit == "" || receipt == "":
		return NoMatch
	case submit == receipt:
		return MatchExact
	case f == IDExact:
		return NoMatch
	case strings.EqualFold(submit, receipt):
		return MatchCase
	}
	key := IDKey(submit)
	switch {
	case key == IDKey(receipt):
		return MatchLeadingZeros
	case f != IDDecHex && key == decToHex(receipt):
		return MatchHexDec
	case f != IDHexDec && key == hexToDec(receipt):
		return MatchDecHex
	}
	return NoMatch
}

// IDKey is the form under which an index keeps an id of submit_sm_resp: lower case, without leading zeros. Ids that
// match are found under one of the ReceiptKeys; MatchID then says how they match.
func IDKey(submit string) string {
	key := strings.ToLower(submit)
	for len(key) > 1 && key[0] == '0' {
		key = key[1:]
	}
	return key
}

// ReceiptKeys returns the index keys under which a receipt's id may be found, the strictest first; at most three, none
// twice, nil for an empty id.
func ReceiptKeys(receipt string, f IDForm) []string {
	if receipt == "" {
		return nil
	}
	keys := make([]string, 1, 3)
	keys[0] = IDKey(receipt)
	add := func(key string) {
		for _, k := range keys {
			if k == key {
				return
			}
		}
		if key != "" {
			keys = append(keys, key)
		}
	}
	if f == IDAuto || f == IDHexDec {
		add(decToHex(receipt))
	}
	if f == IDAuto || f == IDDecHex {
		add(hexToDec(receipt))
	}
	return keys
}

// decToHex returns what a decimal id is in hexadecimal, in the form of IDKey; "" when it is not decimal.
func decToHex(id string) string { return convert(id, 10, 16) }

func hexToDec(id string) string { return convert(id, 16, 10) }

func convert(id string, from, to int) string {
	if id == "" || len(id) > maxID {
		return ""
	}
	for i := 0; i < len(id); i++ {
		c := id[i] | 0x20
		if (id[i] < '0' || id[i] > '9') && (from == 10 || c < 'a' || c > 'f') {
			return ""
		}
	}
	n, ok := new(big.Int).SetString(id, from)
	if !ok {
		return ""
	}
	return n.Text(to)
}
