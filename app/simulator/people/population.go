package people

import (
	"encoding/json"
	"strconv"
	"time"

	"noroshi/app/fault"
	"noroshi/app/simulator/wire"
)

// Population is how the network and the people behave. The zero value is a flawless network of silent people.
// Shares are from 0 to 1. Set a new one at any time; it holds for what comes after.
type Population struct {
	Network  Network  `json:"network"`
	Receipts Receipts `json:"receipts"`
	Phones   Phones   `json:"phones"`
	Answers  Answers  `json:"answers"`
}

// Network is how the SMSC treats its peer.
type Network struct {
	ResponseDelay Spread      `json:"responseDelay"` // from submit_sm to submit_sm_resp
	BindStatus    wire.Status `json:"bindStatus"`    // refuses every bind with it; 0 accepts
	Throttle      Throttle    `json:"throttle"`
	Rejections    []Rejection `json:"rejections,omitempty"`
	LostResponses float64     `json:"lostResponses"`     // accepted, but the response never comes
	DropAfter     int         `json:"dropAfter"`         // cuts a bind at its nth accepted submit, unanswered; 0 never
	DropTimes     int         `json:"dropTimes"`         // how often DropAfter happens; 0 for always
	Outages       []Window    `json:"outages,omitempty"` // the listener is closed and all binds are cut
	Stalled       bool        `json:"stalled"`           // the SMSC stops reading from its sockets
	Mute          bool        `json:"mute"`              // the SMSC reads, but answers nothing at all

	LongAnswers wire.LongForm `json:"longAnswers,omitzero"` // how long answers are cut; empty for udh8
	OddCodings  float64       `json:"oddCodings"`           // answers in rare but lawful codings
	Poison      float64       `json:"poison"`               // answers preceded by a deliver_sm with a broken header
}

// Throttle answers some submits with ESME_RTHROTTLED.
type Throttle struct {
	Share     float64  `json:"share"`             // of all attempts
	PerSecond int      `json:"perSecond"`         // attempts beyond this in a second of the simulation; 0 for no limit
	Windows   []Window `json:"windows,omitempty"` // only then, counted from Set; none for always
}

// Rejection answers some submits with a status of its own.
type Rejection struct {
	Share  float64     `json:"share"`
	Status wire.Status `json:"status"`
	// PerAttempt draws anew for each attempt, as a passing fault does. Otherwise a number is always refused or never.
	PerAttempt bool `json:"perAttempt"`
}

// Receipts is what becomes of accepted messages and how the SMSC tells it.
type Receipts struct {
	Delay     Spread   `json:"delay"`  // from the response to the end of the message
	Failed    float64  `json:"failed"` // UNDELIV
	FailCodes []uint16 `json:"failCodes,omitempty"`
	Expired   float64  `json:"expired"`  // EXPIRED, after Delay
	Rejected  float64  `json:"rejected"` // REJECTD, accepted at first
	Never     float64  `json:"never"`    // the phone may get it, but no receipt ever comes

	Duplicate    float64 `json:"duplicate"`    // the same receipt again a little later
	Early        float64 `json:"early"`        // the receipt overtakes the response
	OtherBind    float64 `json:"otherBind"`    // comes on another bind of the account, if there is one
	Intermediate float64 `json:"intermediate"` // an ENROUTE notification comes first
	WrongState   float64 `json:"wrongState"`   // the receipt says delivered for failed and the other way round
	UnknownID    float64 `json:"unknownId"`    // a further receipt with an id that was never given
	Form         Form    `json:"form,omitzero"`
	IDs          IDForm  `json:"ids"`
}

// Form is where a receipt says what it says.
type Form string

// The forms of a receipt.
const (
	TextAndTLVs Form = "both" // the default
	TextOnly    Form = "text"
	TLVsOnly    Form = "tlv"
)

// Notation is how a message id is written.
type Notation string

// The notations of a message id.
const (
	Decimal       Notation = "decimal" // the default
	Hex           Notation = "hex"
	HexUpper      Notation = "HEX"
	DecimalPadded Notation = "decimal_padded" // to 16 digits
	HexPadded     Notation = "hex_padded"     // to 16 digits
)

// IDForm says how a message id is written in each place.
type IDForm struct {
	Resp Notation `json:"resp,omitzero"` // submit_sm_resp
	Text Notation `json:"text,omitzero"` // id: of a receipt; empty for the one of Resp
	TLV  Notation `json:"tlv,omitzero"`  // receipted_message_id; empty for the one of Resp
}

// Append appends id in the notation.
func (n Notation) Append(dst []byte, id uint64) []byte {
	at := len(dst)
	switch n {
	case Hex, HexPadded, HexUpper:
		dst = strconv.AppendUint(dst, id, 16)
	case Decimal, DecimalPadded:
		dst = strconv.AppendUint(dst, id, 10)
	default:
		dst = strconv.AppendUint(dst, id, 10)
	}
	if n == HexUpper {
		for i := at; i < len(dst); i++ {
			if dst[i] >= 'a' {
				dst[i] -= 'a' - 'A'
			}
		}
	}
	if n == DecimalPadded || n == HexPadded {
		const zeros = "0000000000000000"
		if missing := len(zeros) - (len(dst) - at); missing > 0 {
			dst = append(dst, zeros[:missing]...)
			copy(dst[at+missing:], dst[at:])
			copy(dst[at:], zeros[:missing])
		}
	}
	return dst
}

// Phones is what the phones are like.
type Phones struct {
	Off  float64 `json:"off"`  // switched off: the SMSC holds the message until it expires or the phone is on
	TwoG float64 `json:"twoG"` // old phones, whose people type a letter and nothing else
}

// Answers is what people answer to a text that offers choices.
type Answers struct {
	Share        float64   `json:"share"` // of those who got a text with choices
	Delay        Spread    `json:"delay"` // from delivery to answer
	Picks        []float64 `json:"picks,omitempty"`
	Styles       Styles    `json:"styles"`
	ChangeOfMind float64   `json:"changeOfMind"` // of those who answered: another choice later
	ChangeDelay  Spread    `json:"changeDelay"`
}

// Styles are weights of how people write; all zero means plain codes.
type Styles struct {
	Plain     float64 `json:"plain"`     // A
	Lower     float64 `json:"lower"`     // a
	FullWidth float64 `json:"fullWidth"` // Ａ
	Bracket   float64 `json:"bracket"`   // 「A」
	Polite    float64 `json:"polite"`    // Aです
	Comment   float64 `json:"comment"`   // C 2 people hurt
	Long      float64 `json:"long"`      // a code and a comment of several parts
	NoCode    float64 `json:"noCode"`    // I am fine
	WrongCode float64 `json:"wrongCode"` // a letter nobody offered
	TwoCodes  float64 `json:"twoCodes"`  // A B
	OptOut    float64 `json:"optOut"`    // STOP
}

// Window is a stretch of simulated time, counted from when the population was set.
type Window struct {
	After, For time.Duration
}

// Holds reports whether the window covers a moment.
func (w Window) Holds(since time.Duration) bool { return since >= w.After && since < w.After+w.For }

type windowJSON struct {
	AfterMs int64 `json:"afterMs"`
	ForMs   int64 `json:"forMs"`
}

// MarshalJSON writes milliseconds.
func (w Window) MarshalJSON() ([]byte, error) {
	return json.Marshal(windowJSON{w.After.Milliseconds(), w.For.Milliseconds()})
}

// UnmarshalJSON reads milliseconds.
func (w *Window) UnmarshalJSON(b []byte) error {
	var v windowJSON
	err := json.Unmarshal(b, &v)
	*w = Window{time.Duration(v.AfterMs) * time.Millisecond, time.Duration(v.ForMs) * time.Millisecond}
	return err
}

// Spread is a distribution of delays: half lie between Min and Median, half between Median and Max, the late ones
// thinning out. The zero value is no delay.
type Spread struct {
	Min, Median, Max time.Duration
}

// Fixed is the spread in which every delay is d.
func Fixed(d time.Duration) Spread { return Spread{d, d, d} }

// At returns the delay for a draw u from 0 to 1.
func (s Spread) At(u float64) time.Duration {
	if s.Max == 0 {
		return 0
	}
	if u < 0.5 {
		return s.Min + time.Duration(2*u*float64(s.Median-s.Min))
	}
	v := 2*u - 1
	return s.Median + time.Duration(v*v*v*float64(s.Max-s.Median))
}

type spreadJSON struct {
	MinMs    int64 `json:"minMs"`
	MedianMs int64 `json:"medianMs"`
	MaxMs    int64 `json:"maxMs"`
}

// MarshalJSON writes milliseconds.
func (s Spread) MarshalJSON() ([]byte, error) {
	return json.Marshal(spreadJSON{s.Min.Milliseconds(), s.Median.Milliseconds(), s.Max.Milliseconds()})
}

// UnmarshalJSON reads milliseconds.
func (s *Spread) UnmarshalJSON(b []byte) error {
	var v spreadJSON
	err := json.Unmarshal(b, &v)
	const ms = time.Millisecond
	*s = Spread{time.Duration(v.MinMs) * ms, time.Duration(v.MedianMs) * ms, time.Duration(v.MaxMs) * ms}
	return err
}

// Validate returns Invalid with each field that makes no sense, or nil.
func (p *Population) Validate() error {
	var v validation
	v.network(&p.Network)
	v.receipts(&p.Receipts)
	v.share("phones.off", p.Phones.Off)
	v.share("phones.twoG", p.Phones.TwoG)
	v.answers(&p.Answers)
	if e := fault.InvalidFields(v.fields); e != nil {
		return e
	}
	return nil
}
