package people

import "time"

// Style is a way of writing an answer.
type Style byte

// The styles, in the order of the fields of Styles.
const (
	Plain Style = iota
	Lower
	FullWidth
	Bracket
	Polite
	Comment
	Long
	NoCode
	WrongCode
	TwoCodes
	OptOut
	Change // the second answer of somebody who changed their mind
)

func (s *Styles) weights() [11]float64 {
	return [11]float64{
		s.Plain, s.Lower, s.FullWidth, s.Bracket, s.Polite, s.Comment, s.Long, s.NoCode, s.WrongCode, s.TwoCodes, s.OptOut,
	}
}

// pick returns the style of a draw; Plain when no weight is set.
func (s *Styles) pick(u float64) Style {
	w := s.weights()
	sum := 0.0
	for _, x := range w {
		sum += x
	}
	u *= sum
	for i, x := range w {
		if u < x {
			return Style(i) //nolint:gosec // eleven styles
		}
		u -= x
	}
	return Plain
}

// Reply is an answer somebody is going to give.
type Reply struct {
	After time.Duration // from delivery, or for a change of mind from the first answer
	Pick  int           // which choice
	Style Style
}

// Replies returns what a person answers to their nth message when it offers n choices: nothing, one answer, or one and
// a change of mind. Old phones send a bare letter.
func (p *Population) Replies(seed uint64, k Key, nth uint32, n int, twoG bool) []Reply {
	if n <= 0 {
		return nil
	}
	a := &p.Answers
	d := newDraw(seed, k, uint64(nth), purposeReply)
	if !d.hit(a.Share) {
		return nil
	}
	first := Reply{After: a.Delay.At(d.unit()), Pick: a.choice(d.unit(), n), Style: a.Styles.pick(d.unit())}
	if twoG && first.Style != Lower && first.Style < NoCode {
		first.Style = Plain
	}
	if !d.hit(a.ChangeOfMind) || n < 2 {
		return []Reply{first}
	}
	other := (first.Pick + 1 + int(d.next()%uint64(n-1))) % n //nolint:gosec // below n
	return []Reply{first, {After: a.ChangeDelay.At(d.unit()), Pick: other, Style: Change}}
}

// WouldAnswer reports whether Replies would give an answer, so that texts nobody answers need not be read.
func (p *Population) WouldAnswer(seed uint64, k Key, nth uint32) bool {
	if p.Answers.Share == 0 {
		return false
	}
	d := newDraw(seed, k, uint64(nth), purposeReply)
	return d.hit(p.Answers.Share)
}

// choice returns a choice for a draw: Picks are the shares of the first ones, the others share the rest evenly.
func (a *Answers) choice(u float64, n int) int {
	for i, x := range a.Picks {
		if i == n-1 {
			return i
		}
		if u < x {
			return i
		}
		u -= x
	}
	rest := 1.0
	for _, x := range a.Picks {
		rest -= x
	}
	m := n - len(a.Picks)
	if rest <= 0 {
		return n - 1
	}
	return len(a.Picks) + min(int(u/rest*float64(m)), m-1)
}

// Poisons reports whether an answer is preceded by a broken one.
func (p *Population) Poisons(seed, answer uint64) bool {
	d := newDraw(seed, 0, answer, purposePoison)
	return d.hit(p.Network.Poison)
}

// Odd returns which rare coding an answer is sent in, if in any.
func (p *Population) Odd(seed, answer uint64) (variant int, odd bool) {
	d := newDraw(seed, 0, answer, purposeOdd)
	odd = d.hit(p.Network.OddCodings)
	return int(d.next() >> 33), odd //nolint:gosec // 31 bits
}
