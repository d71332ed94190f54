package chaos

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"noroshi/app/fault"
	"noroshi/app/simulator/people"
)

// Kind is one trouble an operator makes. The empty kind is none.
type Kind string

// The closed set of kinds.
const (
	Throttle  Kind = "throttle"  // every second submit, by chance, is answered with ESME_RTHROTTLED
	Drop      Kind = "drop"      // each bind is cut at its 400th submit, with what is unanswered then
	Outage    Kind = "outage"    // nobody listens for five seconds
	Lose      Kind = "lose"      // one response in fifty never comes, though the submit is accepted
	Duplicate Kind = "duplicate" // every second receipt comes twice
	Delay     Kind = "delay"     // receipts take ten seconds to a minute
	Lie       Kind = "lie"       // receipts with strange ids or wrong states, before the response, on another bind
)

// All are the kinds in the order in which they come when none is chosen.
func All() []Kind { return []Kind{Throttle, Drop, Outage, Lose, Duplicate, Delay, Lie} }

// longest bounds a turn, so that sums stay far from overflow.
const longest = 24 * time.Hour

// Of returns the population with the trouble in it.
func (k Kind) Of(p people.Population) people.Population {
	n, r := &p.Network, &p.Receipts
	switch k {
	case Throttle:
		n.Throttle = people.Throttle{Share: 0.5}
	case Drop:
		n.DropAfter, n.DropTimes = 400, 0
	case Outage:
		n.Outages = []people.Window{{After: 0, For: 5 * time.Second}}
	case Lose:
		n.LostResponses = 0.02
	case Duplicate:
		r.Duplicate = 0.5
	case Delay:
		r.Delay = people.Spread{Min: 10 * time.Second, Median: 20 * time.Second, Max: time.Minute}
	case Lie:
		r.Early, r.OtherBind, r.Intermediate, r.WrongState, r.UnknownID = 0.3, 0.3, 0.1, 0.02, 0.05
	}
	return p
}

// Plan has kinds of trouble come in turns, with calm before each. The zero value is no trouble at all.
type Plan struct {
	Kinds  []Kind
	For    time.Duration // length of a turn, in simulated time
	Calm   time.Duration // before each turn
	Rounds int           // how often all kinds come; 0 for ever
}

// Phase returns what the nth phase (from 0) is and how long it lasts: calm and turns of trouble in alternation. ok is
// false when the phase never ends.
func (p *Plan) Phase(n int) (k Kind, span time.Duration, ok bool) {
	switch round := len(p.Kinds); {
	case round == 0 || p.Rounds > 0 && n >= 2*round*p.Rounds:
		return "", 0, false
	case n%2 == 0:
		return "", p.Calm, true
	default:
		return p.Kinds[n/2%round], p.For, true
	}
}

// Validate returns Invalid with the fields that make no sense, or nil.
func (p *Plan) Validate() error {
	var wrong []fault.Field
	for i, k := range p.Kinds {
		if !known(k) {
			wrong = append(wrong, fault.Field{Path: "kinds[" + strconv.Itoa(i) + "]", Code: "unknown_value"})
		}
	}
	if p.For < 0 || p.For > longest || p.For < time.Millisecond && len(p.Kinds) > 0 {
		wrong = append(wrong, fault.Field{Path: "forMs", Code: "out_of_range"})
	}
	if p.Calm < 0 || p.Calm > longest {
		wrong = append(wrong, fault.Field{Path: "calmMs", Code: "out_of_range"})
	}
	if p.Rounds < 0 || p.Rounds > 1_000_000 {
		wrong = append(wrong, fault.Field{Path: "rounds", Code: "out_of_range"})
	}
	if e := fault.InvalidFields(wrong); e != nil {
		return e
	}
	return nil
}

func known(k Kind) bool {
	for _, a := range All() {
		if a == k {
			return true
		}
	}
	return false
}

// ParseKinds reads kinds separated by commas, or "all"; "" names none. It returns Invalid for a word that names none.
func ParseKinds(words string) ([]Kind, error) {
	switch words {
	case "":
		return nil, nil
	case "all":
		return All(), nil
	}
	var out []Kind
	for word := range strings.SplitSeq(words, ",") {
		k := Kind(strings.TrimSpace(word))
		if !known(k) {
			return nil, fault.New(fault.Invalid, "chaos_kind", "There is no such kind of trouble.", "kind", string(k))
		}
		out = append(out, k)
	}
	return out, nil
}

type planJSON struct {
	Kinds  []Kind `json:"kinds"`
	ForMs  int64  `json:"forMs"`
	CalmMs int64  `json:"calmMs"`
	Rounds int    `json:"rounds"`
}

// MarshalJSON writes milliseconds.
func (p Plan) MarshalJSON() ([]byte, error) {
	return json.Marshal(planJSON{p.Kinds, p.For.Milliseconds(), p.Calm.Milliseconds(), p.Rounds})
}

// UnmarshalJSON reads milliseconds. Numbers beyond a day stay beyond it, for Validate to see.
func (p *Plan) UnmarshalJSON(b []byte) error {
	var v planJSON
	err := json.Unmarshal(b, &v)
	const most = 2 * int64(longest/time.Millisecond)
	ms := func(n int64) time.Duration { return time.Duration(min(max(n, -1), most)) * time.Millisecond }
	*p = Plan{v.Kinds, ms(v.ForMs), ms(v.CalmMs), v.Rounds}
	return err
}
