package simulator

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"noroshi/app/fault"
	"noroshi/app/simulator/numbers"
	"noroshi/app/simulator/people"
)

// Direction says who wrote a bubble, seen from the phone.
type Direction string

// The directions.
const (
	Received Direction = "received"
	Wrote    Direction = "wrote"
)

// BubbleState is how far a bubble is.
type BubbleState string

// The states: a received text waits until it is on the phone; a written one until the SMSC's peer has taken it.
const (
	Waiting   BubbleState = "waiting"
	Delivered BubbleState = "delivered"
	Failed    BubbleState = "failed"
)

// Bubble is one text on a phone.
type Bubble struct {
	ID        uint64      `json:"id,string"` // unique for its direction
	Direction Direction   `json:"direction"`
	Text      string      `json:"text"`
	With      string      `json:"with"` // who sent it, or whom it went to
	At        time.Time   `json:"at"`
	State     BubbleState `json:"state"`
	DoneAt    time.Time   `json:"doneAt,omitzero"` // when State was settled
	Parts     int         `json:"parts"`
	Again     bool        `json:"again,omitempty"` // the phone had exactly this before

	broken bool // a part never arrives, so the text fails whatever this part does
}

// Handset is one phone as the console shows it.
type Handset struct {
	Number    string   `json:"number"`
	Off       bool     `json:"off"`
	TwoG      bool     `json:"twoG"`
	Language  string   `json:"language"`  // guessed from the newest text; empty before the first
	Repliable bool     `json:"repliable"` // the newest text can be answered by SMS
	Answered  bool     `json:"answered"`
	Submits   int      `json:"submits"` // parts accepted for it
	Bubbles   []Bubble `json:"bubbles"` // oldest first
}

// HandsetQuery says which handsets to list; zero fields do not matter.
type HandsetQuery struct {
	Search   string          // digits anywhere in the number
	Numbers  map[string]bool // or one of these; nil is none
	Newest   bool            // the phone that got a text last comes first
	Language string
	Off      *bool
	TwoG     *bool
	Answered *bool
}

// Page is a place in a list.
type Page struct {
	After string // Next of the page before; empty for the first
	Limit int    // 0 for 50, at most 500
}

// HandsetPage is a page of handsets in the order in which they first got a text.
type HandsetPage struct {
	Handsets []Handset `json:"handsets"`
	Next     string    `json:"next"`  // for Page.After; empty on the last page
	Total    int       `json:"total"` // of all pages
	Revision uint64    `json:"revision"`
}

// handset is what is kept of a phone.
type handset struct {
	row      uint32
	to       uint32 // where an answer goes; 0 for nowhere
	language string
	answered bool
	touched  uint64 // counts up with each text that it got
	bubbles  []Bubble
}

// handsets keeps the texts of a bounded number of phones.
type handsets struct {
	limit, bubbles int
	byRow          map[uint32]*handset
	order          []*handset
	revision       uint64
}

func newHandsets(limit, bubbles int, revision uint64) *handsets {
	return &handsets{limit: limit, bubbles: bubbles, byRow: map[uint32]*handset{}, revision: revision}
}

// wants reports whether the texts of a phone are kept.
func (hs *handsets) wants(row uint32) bool {
	return hs.limit > 0 && (len(hs.order) < hs.limit || hs.byRow[row] != nil)
}

func (hs *handsets) open(row uint32) *handset {
	h := hs.byRow[row]
	if h == nil {
		h = &handset{row: row}
		hs.byRow[row] = h
		hs.order = append(hs.order, h)
	}
	return h
}

func (hs *handsets) add(h *handset, b Bubble) {
	if b.Direction == Received {
		h.touched = hs.revision + 1
	}
	b.State = Waiting
	if len(h.bubbles) >= hs.bubbles {
		h.bubbles = append(h.bubbles[:0], h.bubbles[1:]...)
	}
	h.bubbles = append(h.bubbles, b)
	hs.revision++
}

// ended settles a received text.
func (hs *handsets) ended(row uint32, id uint64, state byte, at time.Time) {
	if b := hs.find(row, id, Received); b != nil {
		b.State, b.DoneAt = Failed, at
		if people.State(state) == people.Delivered && !b.broken {
			b.State = Delivered
		}
	}
}

// taken settles a written text.
func (hs *handsets) taken(row uint32, id uint64, failed bool, at time.Time) {
	if b := hs.find(row, id, Wrote); b != nil {
		b.State, b.DoneAt = Delivered, at
		if failed {
			b.State = Failed
		}
	}
}

func (hs *handsets) find(row uint32, id uint64, d Direction) *Bubble {
	if hs.limit == 0 {
		return nil
	}
	h := hs.byRow[row]
	if h == nil {
		return nil
	}
	for i := len(h.bubbles) - 1; i >= 0; i-- {
		if b := &h.bubbles[i]; b.ID == id && b.Direction == d {
			hs.revision++
			return b
		}
	}
	return nil
}

// Handsets lists the kept phones that match.
func (s *SMSC) Handsets(q HandsetQuery, p Page) HandsetPage {
	if p.Limit <= 0 {
		p.Limit = 50
	}
	p.Limit = min(p.Limit, 500)
	from, _ := strconv.Atoi(p.After)
	s.mu.Lock()
	defer s.mu.Unlock()
	page := HandsetPage{Handsets: []Handset{}, Revision: s.handsets.revision}
	if q.Newest {
		s.newest(q, p, &page)
		return page
	}
	for i, h := range s.handsets.order {
		if !s.matches(h, q) {
			continue
		}
		page.Total++
		switch {
		case i < from:
		case len(page.Handsets) < p.Limit:
			page.Handsets = append(page.Handsets, s.view(h))
		case page.Next == "":
			page.Next = strconv.Itoa(i)
		}
	}
	return page
}

// newest fills a page with the phones that got a text last. A phone that gets one while pages are turned moves to the
// first; none of the others is left out or shown twice.
func (s *SMSC) newest(q HandsetQuery, p Page, page *HandsetPage) {
	before, err := strconv.ParseUint(p.After, 10, 64)
	if err != nil {
		before = math.MaxUint64
	}
	order := slices.Clone(s.handsets.order)
	slices.SortFunc(order, func(a, b *handset) int { return cmp.Compare(b.touched, a.touched) })
	for _, h := range order {
		if !s.matches(h, q) {
			continue
		}
		page.Total++
		switch {
		case h.touched >= before:
		case len(page.Handsets) < p.Limit:
			page.Handsets = append(page.Handsets, s.view(h))
			before = h.touched
		case page.Next == "":
			page.Next = strconv.FormatUint(before, 10)
		}
	}
}

func (s *SMSC) matches(h *handset, q HandsetQuery) bool {
	p := &s.book.Phones[h.row]
	is := func(want *bool, have bool) bool { return want == nil || *want == have }
	return (q.Language == "" || q.Language == h.language) && is(q.Answered, h.answered) &&
		is(q.Off, s.switchedOff(p)) && is(q.TwoG, s.oldPhone(p)) &&
		s.wanted(s.book.Number(p.Number), q)
}

func (s *SMSC) wanted(number string, q HandsetQuery) bool {
	digits := strings.TrimPrefix(q.Search, "+")
	switch {
	case digits == "" && q.Numbers == nil:
		return true
	case digits != "" && strings.Contains(number, digits):
		return true
	}
	return q.Numbers[number]
}

func (s *SMSC) view(h *handset) Handset {
	p := &s.book.Phones[h.row]
	return Handset{
		Number: s.book.Number(p.Number), Off: s.switchedOff(p), TwoG: s.oldPhone(p), Language: h.language,
		Repliable: h.to != 0, Answered: h.answered, Submits: int(p.Submits), Bubbles: append([]Bubble{}, h.bubbles...),
	}
}

// Handset returns one phone, with bubbles when its texts are kept. Returns NotFound for a number that never got a
// text.
func (s *SMSC) Handset(number string) (Handset, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	row, err := s.known(number)
	if err != nil {
		return Handset{}, err
	}
	if h := s.handsets.byRow[row]; h != nil {
		return s.view(h), nil
	}
	return s.view(&handset{row: row, to: s.replyTo(s.book.Phones[row].Sender, "")}), nil
}

func (s *SMSC) known(number string) (uint32, error) {
	row, ok := s.book.Find(number)
	if !ok {
		return 0, fault.New(fault.NotFound, "handset_not_found", "No phone with this number has got a text.")
	}
	return row, nil
}

// Answer has a phone write to whoever last wrote to it. Returns NotFound for a number that never got a text, Invalid
// for an empty or endless text, Conflict when the phone is off or the sender cannot be answered.
func (s *SMSC) Answer(number, text string) error {
	const longest = 2000
	if strings.TrimSpace(text) == "" || len([]rune(text)) > longest {
		return fault.InvalidFields([]fault.Field{{Path: "text", Code: "length"}})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	row, err := s.known(number)
	if err != nil {
		return err
	}
	p := &s.book.Phones[row]
	if s.switchedOff(p) {
		return fault.New(fault.Conflict, "handset_off", "The phone is switched off.")
	}
	to := s.replyTo(p.Sender, "")
	if h := s.handsets.byRow[row]; h != nil && h.to != 0 {
		to = h.to
	}
	if to == 0 {
		return fault.New(fault.Conflict, "handset_not_repliable", "The sender of the last text cannot be answered.")
	}
	s.at = s.o.Now()
	s.say(row, text, to, s.accounts[p.Account])
	return nil
}

// SwitchOff switches a phone off or on by hand, which outweighs the population; what was held for it comes at once.
// Returns NotFound for a number that never got a text.
func (s *SMSC) SwitchOff(number string, off bool) error {
	return s.turn(number, func(p *numbers.Phone) { p.Off = numbers.Set(off) })
}

// SetTwoG makes a phone an old one or a new one by hand. Returns NotFound for a number that never got a text.
func (s *SMSC) SetTwoG(number string, old bool) error {
	return s.turn(number, func(p *numbers.Phone) { p.TwoG = numbers.Set(old) })
}

func (s *SMSC) turn(number string, turn func(*numbers.Phone)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	row, err := s.known(number)
	if err != nil {
		return err
	}
	p := &s.book.Phones[row]
	turn(p)
	s.handsets.revision++
	if list := s.held[row]; len(list) > 0 && !s.switchedOff(p) {
		s.at = s.o.Now()
		s.release(row, list)
		s.pumpAll()
	}
	return nil
}
