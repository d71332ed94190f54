package question

import (
	"time"

	"github.com/fxamacker/cbor/v2"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/store"
)

// Cooling is how long codes stay in use after a question has closed: SMS has no thread id, so a late reply must not be
// taken for an answer to the next question.
const Cooling = 72 * time.Hour

// Tone is what an answer means for the people who read the tally.
type Tone string

// The closed set of tones.
const (
	OK   Tone = "ok"
	Warn Tone = "warn"
	Bad  Tone = "bad" // the person needs help
)

// Choice is an answer offered in the body.
type Choice struct {
	Code  string `cbor:"1,keyasint"`
	Label string `cbor:"2,keyasint"`
	Tone  Tone   `cbor:"3,keyasint"`
}

// Wording is the question in one language, as people were sent it.
type Wording struct {
	Language string   `cbor:"1,keyasint"`
	Text     string   `cbor:"2,keyasint"` // the whole text with its variables not filled in
	Labels   []string `cbor:"3,keyasint"` // of the choices, in their order
}

// Question is what a broadcast asks.
type Question struct {
	Broadcast    id.Broadcast `cbor:"1,keyasint"`
	Choices      []Choice     `cbor:"2,keyasint"`
	MultiSelect  bool         `cbor:"3,keyasint"`
	ReplyNumbers []string     `cbor:"4,keyasint"` // digits without plus; empty means any
	Wordings     []Wording    `cbor:"5,keyasint"`
	Opened       time.Time    `cbor:"6,keyasint"`
	Closed       time.Time    `cbor:"7,keyasint"`           // zero while it takes answers
	CountLate    bool         `cbor:"8,keyasint,omitempty"` // an admin wants answers counted that came after the close
	// LateTo says how far CountLate has been carried out: late answers of people below this place count.
	LateTo    uint32 `cbor:"9,keyasint,omitempty"`
	AutoReply bool   `cbor:"10,keyasint,omitempty"` // answers that count get a short confirmation
	Drill     bool   `cbor:"11,keyasint,omitempty"`
}

// Mask is a set of choices, bit i for choice i; 0 means no answer.
type Mask uint32

// MaskOf returns the set of the choices with these codes; ok is false when one of them is not the question's.
func (q Question) MaskOf(codes []string) (m Mask, ok bool) {
	for _, code := range codes {
		found := false
		for i, c := range q.Choices {
			if c.Code == code {
				m |= 1 << i
				found = true
			}
		}
		if !found {
			return 0, false
		}
	}
	return m, m != 0
}

// Of returns the choices of a set in their order.
func (q Question) Of(m Mask) []Choice {
	var out []Choice
	for i, c := range q.Choices {
		if m&(1<<i) != 0 {
			out = append(out, c)
		}
	}
	return out
}

// BadMask returns the choices by which a person calls for help.
func (q Question) BadMask() Mask {
	var m Mask
	for i, c := range q.Choices {
		if c.Tone == Bad {
			m |= 1 << i
		}
	}
	return m
}

// Wording returns the wording with that place; the first one when there is none such.
func (q Question) Wording(place int) Wording {
	switch {
	case place >= 0 && place < len(q.Wordings):
		return q.Wordings[place]
	case len(q.Wordings) > 0:
		return q.Wordings[0]
	}
	return Wording{}
}

// Live reports whether an answer counts.
func (q Question) Live() bool { return q.Closed.IsZero() }

// Cooled reports whether the codes of a closed question are free again.
func (q Question) Cooled(now time.Time) bool {
	return !q.Closed.IsZero() && now.Sub(q.Closed) >= Cooling
}

const questionVersion = 1

func questionKey(b id.Broadcast) []byte { return store.Question.Key(id.Bytes(b)) }

func put(tx *store.Tx, q Question) error {
	body, err := cbor.Marshal(q)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "internal", "A question cannot be encoded.")
	}
	tx.Set(questionKey(q.Broadcast), store.WithVersion(questionVersion, body))
	return nil
}

// Read returns the question of a broadcast. Returns NotFound (code question_not_found) when it asks nothing.
func Read(tx *store.Tx, b id.Broadcast) (Question, error) {
	value, ok, err := tx.Get(questionKey(b))
	if err != nil {
		return Question{}, err
	}
	if !ok {
		return Question{}, fault.New(fault.NotFound, "question_not_found", "This broadcast asks nothing.")
	}
	return decodeQuestion(value)
}

func decodeQuestion(value []byte) (Question, error) {
	_, rest, err := store.CheckVersion(value, questionVersion)
	if err != nil {
		return Question{}, err
	}
	var q Question
	if err := cbor.Unmarshal(rest, &q); err != nil {
		return Question{}, fault.Wrap(err, fault.Internal, "damaged_record", "A question in the ledger is damaged.")
	}
	return q, nil
}
