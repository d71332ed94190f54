package people

import "time"

// State is how a message ends, as message_state says it (SMPP 3.4 §5.2.28).
type State byte

// The states the simulator reports.
const (
	Enroute       State = 1
	Delivered     State = 2
	Expired       State = 3
	Undeliverable State = 5
	Unknown       State = 7
	Rejected      State = 8
)

// Word returns the state as the text of a receipt names it (SMPP 3.4 appendix B), and how many were delivered.
func (st State) Word() (word string, delivered byte) {
	switch st {
	case Delivered:
		return "DELIVRD", 1
	case Expired:
		return "EXPIRED", 0
	case Undeliverable:
		return "UNDELIV", 0
	case Rejected:
		return "REJECTD", 0
	case Enroute:
		return "ENROUTE", 0
	case Unknown:
	}
	return "UNKNOWN", 0
}

// Key is a person as the draws see one: a hash of the number. A leading plus makes no difference.
type Key uint64

// KeyOf returns the key of a number in digits.
func KeyOf[T string | []byte](number T) Key {
	h := uint64(14695981039346656037)
	for i := range len(number) {
		if i == 0 && number[0] == '+' {
			continue
		}
		h = (h ^ uint64(number[i])) * 1099511628211
	}
	return Key(h)
}

// draw is a stream of random numbers that depends on nothing but what it was made of (splitmix64).
type draw struct{ x uint64 }

// Each purpose draws from a stream of its own, so that one setting does not shift another's outcome.
const (
	purposeFate = iota + 1
	purposeReject
	purposeAttempt
	purposeOff
	purposeTwoG
	purposeReply
	purposeWords
	purposeOdd
	purposePoison
)

func newDraw(seed uint64, k Key, nth uint64, purpose uint64) draw {
	d := draw{seed ^ uint64(k)*0x9E3779B97F4A7C15 ^ nth*0xD6E8FEB86659FD93 ^ purpose<<56}
	d.next()
	return d
}

func (d *draw) next() uint64 {
	d.x += 0x9E3779B97F4A7C15
	z := d.x
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// unit returns a number from 0 to below 1.
func (d *draw) unit() float64 { return float64(d.next()>>11) / (1 << 53) }

// hit reports whether a draw falls in a share.
func (d *draw) hit(share float64) bool { return d.unit() < share }

// Fate is what becomes of one accepted message.
type Fate struct {
	State         State  // how it ends; Delivered also when no receipt ever says so
	Code          uint16 // err of the receipt; 0 when delivered
	ResponseDelay time.Duration
	ReceiptDelay  time.Duration // from the response on

	LostResponse, Never, Duplicate, Early, OtherBind, Intermediate, WrongState, UnknownID bool
}

// Fate returns what becomes of the nth accepted submit (from 0) to a number.
func (p *Population) Fate(seed uint64, k Key, nth uint32) Fate {
	d := newDraw(seed, k, uint64(nth), purposeFate)
	r := &p.Receipts
	f := Fate{State: Delivered}
	end, code := d.unit(), d.next()
	switch {
	case end < r.Failed:
		f.State, f.Code = Undeliverable, 1
		if n := uint64(len(r.FailCodes)); n > 0 {
			f.Code = r.FailCodes[code%n]
		}
	case end < r.Failed+r.Expired:
		f.State = Expired
	case end < r.Failed+r.Expired+r.Rejected:
		f.State = Rejected
	}
	f.ResponseDelay = p.Network.ResponseDelay.At(d.unit())
	f.ReceiptDelay = r.Delay.At(d.unit())
	f.LostResponse = d.hit(p.Network.LostResponses)
	f.Never = d.hit(r.Never)
	f.Duplicate = d.hit(r.Duplicate)
	f.Early = d.hit(r.Early)
	f.OtherBind = d.hit(r.OtherBind)
	f.Intermediate = d.hit(r.Intermediate)
	f.WrongState = d.hit(r.WrongState)
	f.UnknownID = d.hit(r.UnknownID)
	return f
}

// Rejects returns the status a submit to the number is refused with, 0 when it is accepted. attempt counts all submits.
func (p *Population) Rejects(seed uint64, k Key, attempt uint64) uint32 {
	for i, r := range p.Network.Rejections {
		d := newDraw(seed, k, uint64(i), purposeReject)
		if r.PerAttempt {
			d = newDraw(seed, k, attempt<<8|uint64(i), purposeAttempt)
		}
		if d.hit(r.Share) {
			return uint32(r.Status)
		}
	}
	return 0
}

// Throttles reports whether an attempt falls in the throttled share.
func (p *Population) Throttles(seed uint64, attempt uint64) bool {
	d := newDraw(seed, 0, attempt, purposeAttempt)
	return d.hit(p.Network.Throttle.Share)
}

// Off reports whether a phone is switched off, unless somebody switches it by hand.
func (p *Population) Off(seed uint64, k Key) bool {
	d := newDraw(seed, k, 0, purposeOff)
	return d.hit(p.Phones.Off)
}

// TwoG reports whether a phone is an old one, unless somebody says otherwise.
func (p *Population) TwoG(seed uint64, k Key) bool {
	d := newDraw(seed, k, 0, purposeTwoG)
	return d.hit(p.Phones.TwoG)
}
