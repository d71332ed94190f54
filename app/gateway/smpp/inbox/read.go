package inbox

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"noroshi/app/config"
	"noroshi/app/fault"
	"noroshi/app/gateway"
	"noroshi/app/gateway/smpp/wire"
	"noroshi/app/smstext"
)

// maxErr is the longest err a receipt keeps.
const maxErr = 16

// Incoming is what a deliver_sm turned out to be: a receipt, a text, or, with neither, something to answer and drop.
type Incoming struct {
	Receipt *gateway.Receipt
	Text    *gateway.Text
	Flaw    string // what could not be read; empty when nothing is wrong
}

// Reader reads what comes in on one route.
type Reader struct {
	Route  string
	Zone   *time.Location        // of the dates in receipts
	Decode smstext.DecodeOptions // as far as octets must be known here: packed septets
}

// NewReader returns the reader of a route. It returns Invalid for a time zone, alphabet or charset that is not known.
func NewReader(r config.Route) (Reader, error) {
	zone, err := time.LoadLocation(r.DLRTimezone)
	if err != nil {
		return Reader{}, fault.Wrap(err, fault.Invalid, "dlr_timezone", "The time zone of the route's receipts is unknown.")
	}
	decode, err := decodeOptions(&r)
	return Reader{Route: r.Name, Zone: zone, Decode: decode}, err
}

// decodeOptions says how the route's texts are read as far as their octets must be known here: packed septets.
func decodeOptions(r *config.Route) (smstext.DecodeOptions, error) {
	var o smstext.DecodeOptions
	var err error
	if r.DefaultAlphabet != "" {
		if o.Alphabet, err = smstext.ParseAlphabet(r.DefaultAlphabet); err != nil {
			return o, err
		}
	}
	for dcs, word := range r.DCSIn {
		set, err := smstext.ParseCharset(word)
		if err != nil {
			return o, err
		}
		if o.Charsets == nil {
			o.Charsets = make(map[byte]smstext.Charset)
		}
		o.Charsets[byte(dcs)] = set
	}
	return o, nil
}

// Read makes a receipt or a text of a deliver_sm. A stranger's octets that make a reader panic are an incoming like
// any other that is broken: they end here.
func (r *Reader) Read(d *wire.Deliver, seq uint32, now time.Time) (in Incoming) {
	defer func() {
		if recover() != nil {
			in = Incoming{Flaw: "the reader failed"}
		}
	}()
	defer func() { // the message itself is there, so it is taken in all the same
		if d.Trailing && in.Flaw == "" {
			in.Flaw = "octets behind the last whole parameter"
		}
	}()
	x := smstext.ParseReceipt(&d.Deliver, smstext.ReceiptOptions{Zone: r.Zone, Received: now})
	switch x.Kind {
	case smstext.KindReceipt, smstext.KindIntermediate:
		return Incoming{Receipt: r.receiptOf(d, &x, now)}
	case smstext.KindUnparsed:
		// Nothing names the part, but the addresses may, and the route's log should show that it came.
		return Incoming{Receipt: r.receiptOf(d, &x, now), Flaw: "the receipt cannot be read"}
	case smstext.KindText:
		return r.textOf(d, seq, now)
	case smstext.KindAck:
	}
	return Incoming{}
}

func (r *Reader) receiptOf(d *wire.Deliver, x *smstext.Receipt, now time.Time) *gateway.Receipt {
	failure := x.Err
	if failure == "" && x.Network != nil {
		failure = strconv.Itoa(int(x.Network.Code))
	}
	return &gateway.Receipt{
		Route: r.Route, IDs: x.IDs, From: digits(d.From), To: digits(d.To), State: gateway.ReceiptState(x.State),
		Final: x.Final, Err: failure[:min(len(failure), maxErr)], Sub: max(x.Sub, 0), Dlvrd: max(x.Dlvrd, 0),
		Done: x.Done, Received: now,
	}
}

func (r *Reader) textOf(d *wire.Deliver, seq uint32, now time.Time) Incoming {
	in := Incoming{}
	body, err := d.Text(r.Decode)
	if err != nil {
		// The header stays in the text, so that a person can see what came.
		in.Flaw = "the user data header cannot be read"
		body = smstext.Body{Octets: d.ShortMessage, DataCoding: d.DataCoding}
		if len(body.Octets) == 0 {
			body.Octets = d.Payload
		}
	}
	from, whole := address(d.From)
	if !whole && in.Flaw == "" {
		in.Flaw = "the address of the sender is too long or not plain text"
	}
	if d.FromTON == wire.International && from != "" && from[0] != '+' {
		from = "+" + from
	}
	smscID, _ := address(bytes.TrimRight(d.ReceiptedID, "\x00"))
	in.Text = &gateway.Text{
		Route: r.Route, From: from, FromTON: d.FromTON, To: digits(d.To), Octets: bytes.Clone(body.Octets),
		DCS: body.DataCoding, SMSCID: smscID, Sequence: seq, Received: now,
	}
	if body.Concat.IsPart() {
		in.Text.Ref, in.Text.Total, in.Text.Seq = body.Concat.Ref, body.Concat.Total, body.Concat.Seq
	}
	return in
}

// maxAddress is the longest address there is (SMPP 3.4 §4.6.1: 21 octets with its NUL, and 65 in a data_sm).
const maxAddress = 64

// address returns an address as text people can be shown; whole is false when that is not all that came.
func address(b []byte) (text string, whole bool) {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, string(b[:min(len(b), maxAddress)]))
	return text, text == string(b)
}

// digits returns an address without its plus.
func digits(b []byte) string {
	text, _ := address(bytes.TrimPrefix(b, []byte("+")))
	return text
}
