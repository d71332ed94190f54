package simulator

import (
	"regexp"
	"strings"
	"time"

	"noroshi/app/simulator/numbers"
	"noroshi/app/simulator/people"
	"noroshi/app/simulator/wire"
)

// Bounds of what strangers can make the SMSC remember.
const (
	maxJoins  = 50_000
	maxMenus  = 100_000
	joinBeats = 600 // heartbeats until the parts of a message that never became whole are given up
)

// menu is what a text offers, and where answers go.
type menu struct {
	people.Menu
	to uint32 // index of the sender
}

// joinKey says which parts belong together (3GPP TS 23.040 §9.2.3.24.1).
type joinKey struct {
	row, sender uint32
	ref         uint16
	total       byte
}

// join is a long message of which some parts are missing.
type join struct {
	bodies [][]byte
	have   int
	broken bool // a part will never reach the phone
	beat   uint32
}

// screen reads an accepted message as its phone shows it, when somebody is going to look at it or answer it.
func (s *SMSC) screen(e *event, m *wire.Message, text []byte, part wire.Part, again bool) {
	recorded := s.handsets.wants(e.row)
	if !recorded && s.pop.Answers.Share == 0 {
		return
	}
	p := &s.book.Phones[e.row]
	would := !again && s.pop.WouldAnswer(s.o.Seed, p.Key, uint32(e.nth))
	if !recorded && !would && part.Total <= 1 {
		return
	}
	bodies, broken, whole := [][]byte{text}, people.State(e.state) != people.Delivered, true
	if part.Total > 1 {
		bodies, broken, whole = s.assemble(e, text, part, broken)
	}
	if !whole {
		return
	}
	body := wire.Join(s.o.Alphabet, m.DataCoding, bodies, len(m.Text)-len(text))
	offer := people.Read(body)
	to := s.replyTo(e.sender, body)
	if would && !broken && len(offer.Choices) > 0 {
		if e.menu = s.menu(offer, to); to == 0 {
			s.stats.Unrepliable++
		}
	}
	if recorded {
		h := s.handsets.open(e.row)
		h.language, h.to = offer.Language, to
		s.handsets.add(h, Bubble{
			ID: e.id, Direction: Received, Text: body, With: s.book.Senders[e.sender].Addr, At: s.at, Parts: len(bodies),
			Again: again, broken: broken,
		})
	}
}

// assemble files a part and returns the bodies of all once they are there.
func (s *SMSC) assemble(e *event, text []byte, part wire.Part, broken bool) ([][]byte, bool, bool) {
	if part.Seq == 0 || part.Seq > part.Total {
		return [][]byte{text}, broken, true // sar_ parameters that make no sense: a message of its own
	}
	k := joinKey{e.row, e.sender, part.Ref, part.Total}
	j := s.joins[k]
	if j == nil {
		if len(s.joins) >= maxJoins {
			return nil, false, false
		}
		j = &join{bodies: make([][]byte, part.Total)}
		s.joins[k] = j
	}
	j.beat, j.broken = s.beat, j.broken || broken
	if j.bodies[part.Seq-1] == nil {
		j.bodies[part.Seq-1] = append(make([]byte, 0, len(text)), text...)
		j.have++
	}
	if j.have < len(j.bodies) {
		return nil, false, false
	}
	delete(s.joins, k)
	return j.bodies, j.broken, true
}

// sweepJoins gives up what never became whole.
func (s *SMSC) sweepJoins() {
	for k, j := range s.joins {
		if s.beat-j.beat > joinBeats {
			delete(s.joins, k)
		}
	}
}

// replyTo returns where a person answers: the sender when it is a number, else a number the text gives, else 0.
func (s *SMSC) replyTo(sender uint32, body string) uint32 {
	if s.book.Senders[sender].Repliable() {
		return sender
	}
	found := dialable.FindString(body)
	if found == "" {
		return 0
	}
	number := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, found)
	return s.book.Sender(wire.Address{TON: 1, NPI: 1, Addr: []byte(number)})
}

// dialable is a phone number inside a text.
var dialable = regexp.MustCompile(`\+[0-9](?:[ -]?[0-9]){7,14}\b`)

// menu returns the index of what a text offers; 0 when nobody can answer it.
func (s *SMSC) menu(offer people.Menu, to uint32) uint32 {
	if to == 0 {
		return 0
	}
	key := s.book.Senders[to].Addr + "\n" + offer.Key()
	row, ok := s.menuRow[key]
	if !ok {
		if len(s.menus) > maxMenus {
			return 0
		}
		row = uint32(len(s.menus)) //nolint:gosec // bounded
		s.menus = append(s.menus, menu{offer, to})
		s.menuRow[key] = row
	}
	return row
}

// think has the person who just got a message decide on an answer.
func (s *SMSC) think(p *numbers.Phone, e *event) {
	if e.menu == 0 {
		return
	}
	m := &s.menus[e.menu]
	due := s.clock.Tick()
	for _, r := range s.pop.Replies(s.o.Seed, p.Key, uint32(e.nth), len(m.Choices), s.oldPhone(p)) {
		due += max(r.After.Milliseconds(), 1)
		s.add(due, event{
			kind: evAnswer, row: e.row, menu: e.menu, account: e.account,
			err: uint16(r.Pick)<<8 | uint16(r.Style), //nolint:gosec // the low octets will do
		})
	}
}

// speak sends the answer whose time has come. A phone that is off sends it a minute later.
func (s *SMSC) speak(e *event) {
	p := &s.book.Phones[e.row]
	if s.switchedOff(p) {
		s.add(s.clock.Tick()+time.Minute.Milliseconds(), *e)
		return
	}
	m := &s.menus[e.menu]
	text := m.Write(int(e.err>>8), people.Style(e.err), p.Key) //nolint:gosec // the low octet is the style
	s.say(e.row, text, m.to, s.accounts[e.account])
}

// piece is a part of an answer on its way.
type piece struct {
	wire  wire.Piece
	whole *utterance
}

// utterance is a whole answer.
type utterance struct {
	row    uint32
	id     uint64 // of its first part
	left   int    // parts without a response
	failed bool
}

// say queues a text from a phone.
func (s *SMSC) say(row uint32, text string, to uint32, a *account) {
	form := s.pop.Network.LongAnswers
	if form == "" {
		form = wire.UDH8
	}
	s.ref++
	pieces := wire.Cut(s.o.Alphabet, text, form, s.ref)
	if s.pop.Network.OddCodings > 0 {
		if variant, odd := s.pop.Odd(s.o.Seed, s.answerID); odd {
			pieces = wire.Odd(pieces, text, variant)
		}
	}
	if s.pop.Network.Poison > 0 && s.pop.Poisons(s.o.Seed, s.answerID) {
		s.utter(wire.Broken(), &utterance{left: 1}, row, to, a)
	}
	whole := &utterance{row: row, id: s.answerID, left: len(pieces)}
	for _, w := range pieces {
		s.utter(w, whole, row, to, a)
	}
	s.stats.Replies++
	if s.handsets.wants(row) {
		h := s.handsets.open(row)
		h.answered = true
		s.handsets.add(h, Bubble{
			ID: whole.id, Direction: Wrote, Text: text, With: s.book.Senders[to].Addr, At: s.at, Parts: len(pieces),
		})
	}
	s.pump(a)
}

func (s *SMSC) utter(w wire.Piece, whole *utterance, row, to uint32, a *account) {
	s.answers[s.answerID] = &piece{w, whole}
	a.queue.Push(event{kind: evMO, id: s.answerID, row: row, sender: to, account: a.index})
	s.answerID++
}

// answered notes that the peer took or refused a part of an answer.
func (s *SMSC) answered(id uint64, ok bool) {
	w := s.answers[id]
	if w == nil {
		return
	}
	delete(s.answers, id)
	w.whole.left--
	w.whole.failed = w.whole.failed || !ok
	if w.whole.left == 0 {
		s.handsets.taken(w.whole.row, w.whole.id, w.whole.failed, s.at)
	}
}

// hold keeps a message for a phone that is off until the phone is on or the message expires.
func (s *SMSC) hold(e event) {
	s.held[e.row] = append(s.held[e.row], e)
	s.stats.Held++
	until := e
	until.kind = evExpire
	s.add(s.clock.Tick()+int64(e.validity)*time.Minute.Milliseconds(), until)
}

// expire ends a message that is still held.
func (s *SMSC) expire(e *event) {
	list := s.held[e.row]
	for i, h := range list {
		if h.id == e.id {
			s.held[e.row] = append(list[:i:i], list[i+1:]...)
			s.stats.Held--
			h.state, h.menu = byte(people.Expired), 0
			s.report(&h, nil)
			return
		}
	}
}

// releaseHeld delivers what was held for phones that are on now. mu is held.
func (s *SMSC) releaseHeld() {
	for row, list := range s.held {
		if !s.switchedOff(&s.book.Phones[row]) {
			s.release(row, list)
		}
	}
}

func (s *SMSC) release(row uint32, list []event) {
	delete(s.held, row)
	for i := range list {
		s.stats.Held--
		s.report(&list[i], nil)
	}
}

// validity returns the minutes a validity_period gives (SMPP 3.4 §7.1.1); three days without one, as operators keep.
func (s *SMSC) validity(v []byte) uint16 {
	const days3, most = 3 * 24 * 60, 60_000
	if len(v) != 16 || !numbers.Digits(v[:15]) {
		return days3
	}
	field := func(i int) int { return int(v[i]-'0')*10 + int(v[i+1]-'0') }
	minutes := 0
	switch v[15] {
	case 'R':
		minutes = (((field(0)*365+field(2)*30+field(4))*24+field(6))*60 + field(8)) + (field(10)+59)/60
	case '+', '-':
		offset := time.Duration(field(13)) * 15 * time.Minute
		if v[15] == '-' {
			offset = -offset
		}
		at := time.Date(2000+field(0), time.Month(field(2)), field(4), field(6), field(8), field(10), 0, time.UTC)
		minutes = int(at.Add(-offset).Sub(s.at).Minutes())
	default:
		return days3
	}
	return uint16(min(max(minutes, 1), most)) //nolint:gosec // clamped
}
