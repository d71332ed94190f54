package smstext

// Counted is what a text costs on a route, for the composer and the pre-send sheet.
type Counted struct {
	Encoding Encoding
	Units    int // septets, UTF-16 units or octets of the text, by Encoding
	// Parts is the number of short messages Encode makes. AirParts is the number that the handset gets and that operators
	// charge: the same, except with ModePayload, where one submit carries a text that the SMSC splits.
	Parts, AirParts int
	UnitsInLast     int // units in the last part on the air
	Limit           int // units the last part on the air can hold
	// ForcedBy is the first character that keeps the text from GSM-7 and ForcedAt its position in code points (which are
	// the UTF-16 units of JavaScript here, as nothing before it lies outside the basic plane); 0 and -1 when none does.
	ForcedBy rune
	ForcedAt int
	// ToSave is how many units taken from the end make one part less on the air; 0 for a single message. With
	// ModeNumbered it can be one or two more than needed where the number of parts loses a digit.
	ToSave int
	// Problem says why Encode refuses the text: ProblemAlphabet, ProblemTooLong, or "".
	Problem string
}

// Count measures a text without making its parts. It agrees with Encode in everything and allocates nothing.
func Count(text string, p Profile) Counted {
	m := p.measure(text)
	c := Counted{
		Encoding: m.enc, Units: m.units, Parts: 1, AirParts: 1, UnitsInLast: m.units, Limit: m.single,
		ForcedBy: m.by, ForcedAt: m.at,
	}
	if m.long() {
		s := m.split(text, p.LongMode)
		c.AirParts, c.UnitsInLast = s.rest()
		c.Parts, c.Limit = c.AirParts, s.limit
		if p.LongMode == ModePayload {
			c.Parts = 1
		}
		switch {
		case c.AirParts == 2:
			c.ToSave = m.units - m.single
		case p.LongMode == ModeNumbered:
			c.ToSave = c.UnitsInLast - numberedFrame - digitsOf(c.AirParts) - s.digits
		default:
			c.ToSave = c.UnitsInLast
		}
	}
	switch {
	case m.refused:
		c.Problem = ProblemAlphabet
	case c.AirParts > p.maxSegments():
		c.Problem = ProblemTooLong
	}
	return c
}
