package smstext

// Encoding is how the characters of a message go over the air.
type Encoding uint8

// The closed set of encodings.
const (
	Auto   Encoding = iota // only in a Profile: GSM7 when the whole text allows it, else UCS2
	GSM7                   // the route's default alphabet; units are septets
	UCS2                   // UTF-16 big endian without a byte order mark; units are 16 bits
	Latin1                 // ISO 8859-1 as 8-bit data (data_coding 3); units are octets; only when forced
)

var encodingNames = []string{"auto", "gsm7", "ucs2", "latin1"}

// String returns the word used in the API and the configuration.
func (e Encoding) String() string { return nameOf(encodingNames, int(e)) }

// ParseEncoding reads the word used in the configuration; "" is Auto. Returns Invalid.
func ParseEncoding(s string) (Encoding, error) {
	i, err := indexOf(encodingNames, s, "sms_unknown_encoding")
	return Encoding(i), err
}

// LongMode is how a text that does not fit a single message is sent.
type LongMode uint8

// The closed set of modes.
const (
	ModeUDH      LongMode = iota // parts with a user data header, 8-bit reference (TS 23.040 §9.2.3.24.1)
	ModeUDH16                    // parts with a user data header, 16-bit reference (TS 23.040 §9.2.3.24.8)
	ModeSAR                      // parts with the sar_* parameters (SMPP 3.4 §5.3.2.22 to 24), no header
	ModePayload                  // the whole text in message_payload (SMPP 3.4 §5.3.2.32); the SMSC splits it
	ModeNumbered                 // separate messages that begin with "(1/3) "
)

var longModeNames = []string{"udh", "udh16", "sar", "payload", "none"}

// String returns the word used in the configuration.
func (m LongMode) String() string { return nameOf(longModeNames, int(m)) }

// ParseLongMode reads the word used in the configuration; "" is ModeUDH. Returns Invalid.
func ParseLongMode(s string) (LongMode, error) {
	i, err := indexOf(longModeNames, s, "sms_unknown_long_mode")
	return LongMode(i), err
}

const (
	defaultMaxSegments = 10
	hardMaxSegments    = 255 // part numbers are one octet
	// leastLimit keeps an override from leaving no room for a character behind a numbered prefix.
	leastLimit = 20
)

// Profile is what a route wants of its messages. The zero value is the usual SMSC.
type Profile struct {
	Alphabet Alphabet // what data_coding 0 means
	LongMode LongMode
	// RefBits is the size of the reference number in the header of ModeUDH: 16, or 8 for every other value. ModeUDH16
	// needs no RefBits.
	RefBits int
	// MaxSegments is how many parts a text may have; 0 means 10, and 255 is the most.
	MaxSegments int
	// SingleLimit and PartLimit are the units in a single message and in a part, where the operator allows fewer than
	// the standard. 0 means the standard; numbers above the standard and below 20 are drawn to these ends.
	SingleLimit, PartLimit int
	// ForceEncoding sends every text in this encoding. A text that has other characters is then an error.
	ForceEncoding Encoding
	DCS           DCSOut
}

// DCSOut is the data_coding to send for each encoding. 0 means the standard's: 0, 8 and 3.
type DCSOut struct{ GSM7, UCS2, Latin1 byte }

func (p *Profile) maxSegments() int {
	switch {
	case p.MaxSegments <= 0:
		return defaultMaxSegments
	case p.MaxSegments > hardMaxSegments:
		return hardMaxSegments
	}
	return p.MaxSegments
}

// wideRef reports whether parts carry a header with a 16-bit reference.
func (p *Profile) wideRef() bool {
	return p.LongMode == ModeUDH16 || p.LongMode == ModeUDH && p.RefBits == 16
}

// limits returns the units of a single message and of a part. The parts' are those of TS 23.040 §9.2.3.24.1 and
// §9.2.3.24.8: what 140 octets leave behind a header of 6 or 7 octets. An SMSC that is given sar_* or message_payload
// writes the header of 6.
func (p *Profile) limits(e Encoding) (single, part int) {
	switch e {
	case UCS2:
		single, part = 70, 67
	case Latin1:
		single, part = 140, 134
	default:
		single, part = 160, 153
	}
	if p.wideRef() {
		part-- // one unit of each encoding is what the seventh octet of the header costs
	}
	return lower(single, p.SingleLimit), lower(part, p.PartLimit)
}

func lower(standard, override int) int {
	if override <= 0 {
		return standard
	}
	return min(standard, max(override, leastLimit))
}

func (p *Profile) dataCoding(e Encoding) byte {
	switch {
	case e == UCS2 && p.DCS.UCS2 != 0:
		return p.DCS.UCS2
	case e == UCS2:
		return 8
	case e == Latin1 && p.DCS.Latin1 != 0:
		return p.DCS.Latin1
	case e == Latin1:
		return 3
	}
	return p.DCS.GSM7
}
