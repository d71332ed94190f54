package smstext

import (
	"noroshi/app/fault"
)

// Codes of texts that cannot be sent as the profile says.
const (
	ProblemAlphabet = "sms_not_in_alphabet" // the forced encoding does not have a character
	ProblemTooLong  = "sms_too_many_parts"  // more parts than the route allows
)

// measure is what one look at a text finds out.
type measure struct {
	enc          Encoding
	units        int
	single, part int  // limits in units
	by           rune // the first character that GSM-7, or the forced encoding, does not have
	at           int  // its position in code points; -1 when there is none
	refused      bool // the forced encoding does not have it
}

// numbered units: "(", "/", ")" and the space.
const numberedFrame = 4

func (p *Profile) measure(text string) measure {
	m := measure{enc: p.ForceEncoding, at: -1}
	if m.enc == Auto || m.enc == GSM7 {
		m.units, m.by, m.at = p.Alphabet.measure(text)
		switch {
		case m.at >= 0 && m.enc == GSM7:
			m.units, m.refused = 0, true
			for _, r := range text {
				m.units += max(1, p.Alphabet.septets(r))
			}
		case m.at >= 0:
			m.enc = UCS2
		default:
			m.enc = GSM7
		}
	}
	switch m.enc {
	case UCS2:
		m.units = countUTF16(text)
	case Latin1:
		count := 0
		for _, r := range text {
			if r > 0xFF && m.at < 0 {
				m.by, m.at, m.refused = r, count, true
			}
			count++
		}
		m.units = count
	default:
	}
	m.single, m.part = p.limits(m.enc)
	return m
}

// long reports whether the text needs more than a single message.
func (m *measure) long() bool { return m.units > m.single }

func (m *measure) errAlphabet() error {
	return fault.New(fault.Invalid, ProblemAlphabet, "The route sends another alphabet than this text needs",
		"encoding", m.enc, "position", m.at)
}

// splitter gives the pieces of a long text, with the room that the mode leaves in each part.
type splitter struct {
	cutter
	limit  int
	digits int // ModeNumbered: digits that the number of parts is taken to have; else 0
	part   int // parts cut so far
}

func (m *measure) split(text string, mode LongMode) splitter {
	s := splitter{cutter: cutter{text: text, enc: m.enc}, limit: m.part}
	if mode != ModeNumbered {
		return s
	}
	// The prefix takes room by the number of parts, which is not known before: assume the fewest digits that come true.
	s.limit = m.single
	for s.digits = 1; s.digits < 3; s.digits++ {
		try := s
		if parts, _ := try.rest(); digitsOf(parts) <= s.digits {
			break
		}
	}
	return s
}

// next returns the next piece and the units it takes in its part, with the prefix of ModeNumbered.
func (s *splitter) next() (piece string, units int) {
	s.part++
	prefix := 0
	if s.digits > 0 {
		prefix = numberedFrame + digitsOf(s.part) + s.digits
	}
	piece, units = s.cutter.next(s.limit - prefix)
	return piece, units + prefix
}

// rest cuts to the end and returns the number of parts in all and the units of the last.
func (s *splitter) rest() (parts, last int) {
	for !s.done() {
		_, last = s.next()
	}
	return s.part, last
}

func digitsOf(n int) int {
	switch {
	case n < 10:
		return 1
	case n < 100:
		return 2
	case n < 1000:
		return 3
	}
	return 4
}
