package tally

import (
	"time"

	"noroshi/app/message"
	"noroshi/app/question"
)

// Counts are the counts of one broadcast. All are people unless they say otherwise.
type Counts struct {
	Standings   [message.NumStandings]int `cbor:"1,keyasint"`
	Masks       map[question.Mask]int     `cbor:"2,keyasint"` // by the set of choices; answered people only
	Inferred    int                       `cbor:"3,keyasint"`
	Commented   int                       `cbor:"4,keyasint"`
	Unread      int                       `cbor:"5,keyasint"` // replies in the tray
	Uncertain   int                       `cbor:"6,keyasint"`
	Parts       int                       `cbor:"7,keyasint"` // parts to hand over
	PartsSent   int                       `cbor:"8,keyasint"` // parts taken by the operator
	Departments map[uint16]Department     `cbor:"9,keyasint"` // answers by place in the audience's table
	Curve       Curve                     `cbor:"10,keyasint"`
	At          time.Time                 `cbor:"11,keyasint"` // of the newest change
}

// Department counts answers of one department.
type Department struct {
	Answers map[question.Mask]int `cbor:"1,keyasint"`
}

// Answered returns how many people have an answer.
func (c *Counts) Answered() int {
	n := 0
	for _, k := range c.Masks {
		n += k
	}
	return n
}

// Group returns the people in a group of the tally: audience, unreachable, waiting, sending, accepted, delivered,
// failed or unknown.
func (c *Counts) Group(name string) int {
	n := 0
	for s, k := range c.Standings {
		if g := message.Standing(s).Group(); g != "" && (name == "audience" || g == name) {
			n += k
		}
	}
	return n
}

// Choice returns how many people chose choice i.
func (c *Counts) Choice(i int) int { return chose(c.Masks, 1<<i) }

// With returns how many people chose something of a set.
func (c *Counts) With(m question.Mask) int { return chose(c.Masks, m) }

func chose(masks map[question.Mask]int, m question.Mask) int {
	n := 0
	for mask, k := range masks {
		if mask&m != 0 {
			n += k
		}
	}
	return n
}

// InDepartment returns how many people of a department answered, and how many chose something of a set.
func (c *Counts) InDepartment(place uint16, m question.Mask) (answered, with int) {
	d := c.Departments[place]
	for _, k := range d.Answers {
		answered += k
	}
	return answered, chose(d.Answers, m)
}

// Curve is how many people had answered at which time, at most curvePoints points; when it is full every other point
// goes and the grain doubles.
type Curve struct {
	Grain  time.Duration `cbor:"1,keyasint"`
	Points []Point       `cbor:"2,keyasint"`
}

// Point is one point of a curve.
type Point struct {
	At       int64 `cbor:"1,keyasint"` // Unix milliseconds
	Answered int   `cbor:"2,keyasint"`
}

const curvePoints = 200

func (c *Curve) add(at time.Time, answered int) {
	if c.Grain == 0 {
		c.Grain = time.Second
	}
	ms := at.UnixMilli()
	if n := len(c.Points); n > 0 && ms-c.Points[n-1].At < c.Grain.Milliseconds() {
		c.Points[n-1].Answered = answered
		return
	}
	c.Points = append(c.Points, Point{At: ms, Answered: answered})
	if len(c.Points) > curvePoints {
		kept := c.Points[:0]
		for i, p := range c.Points {
			if i%2 == 0 || i == len(c.Points)-1 {
				kept = append(kept, p)
			}
		}
		c.Points, c.Grain = kept, c.Grain*2
	}
}

// Reached returns when the curve first was at or above a number of people; ok is false when it was not yet.
func (c *Curve) Reached(n int) (at time.Time, ok bool) {
	if n <= 0 {
		return time.Time{}, false
	}
	for _, p := range c.Points {
		if p.Answered >= n {
			return time.UnixMilli(p.At), true
		}
	}
	return time.Time{}, false
}

// message folds a change of copies.
func (c *Counts) message(d message.Delta) {
	for _, m := range d.Moves {
		if m.From != message.NoStanding {
			c.Standings[m.From] -= int(m.N)
		}
		if m.To != message.NoStanding {
			c.Standings[m.To] += int(m.N)
		}
	}
	c.Parts += int(d.Parts)
	c.PartsSent += int(d.Sent)
	c.Uncertain += int(d.Uncertain)
	c.At = later(c.At, d.At)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// answer folds a change of one person's answer.
func (c *Counts) answer(d question.Delta) {
	move(&c.Masks, d.From, d.To)
	if c.Departments == nil {
		c.Departments = map[uint16]Department{}
	}
	dep := c.Departments[d.Department]
	move(&dep.Answers, d.From, d.To)
	c.Departments[d.Department] = dep
	c.Inferred += flag(d.Flags, question.Inferred, d.To) - flag(d.WasFlags, question.Inferred, d.From)
	c.Commented += flag(d.Flags, question.Commented, d.To) - flag(d.WasFlags, question.Commented, d.From)
	c.Curve.add(d.At, c.Answered())
	c.At = later(c.At, d.At)
}

func flag(f, which question.Flags, m question.Mask) int {
	if m != 0 && f&which != 0 {
		return 1
	}
	return 0
}

func move(masks *map[question.Mask]int, from, to question.Mask) {
	if *masks == nil {
		*masks = map[question.Mask]int{}
	}
	if from != 0 {
		if (*masks)[from]--; (*masks)[from] == 0 {
			delete(*masks, from)
		}
	}
	if to != 0 {
		(*masks)[to]++
	}
}
