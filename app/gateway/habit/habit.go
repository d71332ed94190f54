// Package habit is in charge of finding out how the operator of a route deals with receipts: whether they come at all,
// for which parts of a long text, and how they write message ids. It watches a sample of what goes out and of what
// comes back, between a gateway and those who use it, and says what in the configuration does not fit.
//
// It keeps nothing: after a start it learns anew. Whatever a fast broadcast does, the work for a part is a look at a
// counter once the sample is full. Nothing it says changes how a text is sent.
package habit

import (
	"sync"
	"time"

	"noroshi/app/config"
	"noroshi/app/gateway"
	"noroshi/app/smstext"
)

const (
	patience   = 10 * time.Minute // after which a part without a receipt is silent
	manyParts  = 200              // that say whether receipts come at all
	manyLong   = 20               // long messages that say for which parts they come
	manyForms  = 20               // receipts that say how ids are written
	sureOfForm = 0.9              // share of them that has to agree
)

// Code says what does not fit.
type Code string

// The closed set of codes.
const (
	NeverCome   Code = "receipts_never_come"  // parts
	OfOnePart   Code = "receipts_of_one_part" // messages, setting
	FormLearned Code = "id_form_learned"      // form, setting
	Unmatched   Code = "receipts_unmatched"   // count, receipts
)

// Advice is what somebody who looks after the configuration should know. Params are for the text.
type Advice struct {
	Code   Code
	Params map[string]string
}

// Watch watches routes. It is safe for concurrent use.
type Watch struct {
	now    func() time.Time
	mu     sync.Mutex
	routes map[string]*route
}

// New returns a watch that has seen nothing.
func New(now func() time.Time) *Watch { return &Watch{now: now, routes: map[string]*route{}} }

func (w *Watch) route(name string) *route {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.routes[name]
	if r == nil {
		r = &route{now: w.now, open: map[string]*sample{}, numbers: map[string]*sample{}}
		w.routes[name] = r
	}
	return r
}

// Sender returns a sender that is watched. Two of the same sender are equal.
func (w *Watch) Sender(r *config.Route, s gateway.Sender) gateway.Sender {
	if r.Registered != nil && *r.Registered == 0 {
		return s // no receipts are asked for
	}
	return watched{Sender: s, route: w.route(r.Name)}
}

// Sink returns a sink that is watched.
func (w *Watch) Sink(s gateway.Sink) gateway.Sink { return listening{Sink: s, watch: w} }

// route is what was seen of one route.
type route struct {
	now func() time.Time

	mu       sync.Mutex
	open     map[string]*sample // by the id as an index keeps it
	queue    []*sample          // the same, oldest first; some may be decided already
	short    int                // of one part, in open
	long     int                // of several parts, in open
	reported ring               // parts with a receipt in time
	onePart  ring               // long messages of which some parts were delivered and the rest stayed silent
	forms    [3]int             // receipts by form: exact, hex_dec, dec_hex
	last     time.Time          // when a receipt came
	numbers  map[string]*sample // undecided, by number; the newest
}

// ring holds the last answers to a question.
type ring struct {
	last []answer
	next int
	yes  int
}

type answer struct {
	yes bool
	at  time.Time // of the message it is about
}

func (r *ring) add(a answer, most int) {
	if len(r.last) < most {
		r.last = append(r.last, a)
	} else {
		if r.last[r.next].yes {
			r.yes--
		}
		r.last[r.next] = a
		r.next = (r.next + 1) % most
	}
	if a.yes {
		r.yes++
	}
}

// since returns how old the oldest answer is.
func (r *ring) since() time.Time {
	oldest := r.last[0].at
	for _, a := range r.last {
		if a.at.Before(oldest) {
			oldest = a.at
		}
	}
	return oldest
}

// sample is a message that was handed over.
type sample struct {
	to      string // digits
	at      time.Time
	parts   []sampled
	decided bool
	useless bool // not all of it was taken, or a receipt came that may be one of it
}

type sampled struct {
	id        string // empty until it is taken
	reported  bool
	delivered bool
}

// full reports whether no further message of so many parts is wanted now.
func (r *route) full(parts int) bool {
	if parts > 1 {
		return r.long >= manyLong
	}
	return r.short >= manyParts
}

func (r *route) count(parts, by int) {
	if parts > 1 {
		r.long += by
	} else {
		r.short += by
	}
}

// begin takes a message into the sample before it goes out. The caller holds the lock.
func (r *route) begin(to string, parts int) *sample {
	m := &sample{to: to, at: r.now(), parts: make([]sampled, parts)}
	r.queue = append(r.queue, m)
	r.numbers[to] = m
	r.count(parts, 1)
	return m
}

// outcome says what became of a part of the sample: the id it was given, or none when it was not taken.
func (r *route) outcome(m *sample, part int, id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := smstext.IDKey(id)
	if id == "" || r.open[key] != nil || m.decided {
		m.useless = true // nor can an operator be watched whose ids are no names
		r.decide(m)
		return
	}
	m.parts[part].id = id
	r.open[key] = m
}

// age decides about messages that have waited long enough.
func (r *route) age(now time.Time) {
	for len(r.queue) > 0 && (r.queue[0].decided || now.Sub(r.queue[0].at) >= patience) {
		r.decide(r.queue[0])
		r.queue = r.queue[1:]
	}
}

// decide draws the conclusions from a message.
func (r *route) decide(m *sample) {
	if m.decided {
		return
	}
	m.decided = true
	r.count(len(m.parts), -1)
	if r.numbers[m.to] == m {
		delete(r.numbers, m.to)
	}
	delivered, silent := false, false
	for _, p := range m.parts {
		if p.id == "" {
			m.useless = true
			continue
		}
		delete(r.open, smstext.IDKey(p.id))
		delivered = delivered || p.delivered
		silent = silent || !p.reported
	}
	if m.useless {
		return
	}
	for _, p := range m.parts {
		r.reported.add(answer{p.reported, m.at}, manyParts)
	}
	if len(m.parts) > 1 && (delivered || !silent) {
		r.onePart.add(answer{delivered && silent, m.at}, manyLong)
	}
}

// receipt looks whether a receipt speaks of the sample.
func (r *route) receipt(rc *gateway.Receipt) {
	now := r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = now
	if len(r.queue) == 0 {
		return
	}
	r.age(now)
	for _, messageID := range rc.IDs {
		m, i := r.find(messageID, rc)
		if m == nil {
			continue
		}
		r.learn(m.parts[i].id, messageID)
		all := rc.Sub >= 2 && rc.Dlvrd == rc.Sub
		done := true
		for k := range m.parts {
			p := &m.parts[k]
			if k == i || all {
				p.reported = true
				p.delivered = p.delivered || rc.State == gateway.Delivered
			}
			done = done && p.reported
		}
		if done {
			r.decide(m)
		}
		return
	}
	// An operator may report before he has answered the part itself: such a message says nothing.
	for _, number := range []string{rc.From, rc.To} {
		if m := r.numbers[number]; m != nil {
			m.useless = true
		}
	}
}

// find returns the part of the sample that an id names. Unless it is written letter by letter as it was given, the
// number has to be the same as well.
func (r *route) find(messageID string, rc *gateway.Receipt) (*sample, int) {
	for _, key := range smstext.ReceiptKeys(messageID, smstext.IDAuto) {
		m := r.open[key]
		if m == nil {
			continue
		}
		for i := range m.parts {
			how := smstext.MatchID(m.parts[i].id, messageID, smstext.IDAuto)
			same := rc.From == m.to || rc.To == m.to
			if smstext.IDKey(m.parts[i].id) == key && how != smstext.NoMatch && (same || how == smstext.MatchExact) {
				return m, i
			}
		}
	}
	return nil, 0
}

// learn counts how the id of a receipt is written. Figures that are the same in both notations say nothing.
func (r *route) learn(given, written string) {
	switch smstext.MatchID(given, written, smstext.IDAuto) {
	case smstext.MatchExact:
		r.forms[0]++
	case smstext.MatchHexDec:
		r.forms[1]++
	case smstext.MatchDecHex:
		r.forms[2]++
	default:
		return
	}
	if sum := r.forms[0] + r.forms[1] + r.forms[2]; sum >= 10*manyForms {
		for i := range r.forms {
			r.forms[i] /= 2 // an operator may change his mind
		}
	}
}
