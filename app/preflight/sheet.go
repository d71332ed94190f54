package preflight

import (
	"slices"

	"noroshi/app/country"
	"noroshi/app/directory/group"
	"noroshi/app/fault"
	"noroshi/app/message"
	"noroshi/app/smstext"
)

// Sheet is what would happen.
type Sheet struct {
	Selected     int // people = Selected - Unreachable - OptedOut
	Unreachable  int
	OptedOut     int
	People       int
	Messages     int                      // texts; fewer than people where numbers are shared
	Parts        int                      // on the air, as operators charge them
	Submits      int                      // as they are handed over; fewer than parts only where the SMSC splits texts
	Reasons      map[message.Standing]int // why people cannot be reached
	Texts        []Text
	Groups       []Group
	Stages       []Stage
	Costs        []Money
	Codes        []string // of the choices; proposed ones until the review reserves them
	Seconds      float64  // until the last person is served, by what the routes do now; 0 when no speed is known
	PerSecond    float64
	ReplyNumbers []string
	Warnings     []Warning
}

// Money is an amount in the smallest unit of a currency: yen, cents, satang.
type Money struct {
	Currency string // ISO 4217
	Minor    int64
}

// Group is what goes to one country by one route.
type Group struct {
	Country  string // ISO 3166 alpha-2; "" for numbers of no country
	Route    string // "" when none leads there
	People   int
	Messages int
	Parts    int
	Submits  int
	Each     int     // parts of most texts
	Most     int     // parts of the longest
	GSM7     int     // texts
	UCS2     int     // texts, with those in other encodings of few characters
	Seconds  float64 // until the last of them is served; 0 when no speed is known
	Cost     Money   // zero when the route has no tariff
	ReplyTo  string  // the number people answer to; "" when they cannot
}

// Stage is the people of one priority: a slow line serves one stage after the other.
type Stage struct {
	Priority group.Priority
	People   int
	Parts    int
	Seconds  float64 // until the last of them is served; 0 when no speed is known
}

// Text is what people of one language get.
type Text struct {
	Language     string
	People       int
	Counted      smstext.Counted // of the longest
	TypicalUnits int             // the median
	TypicalParts int             // parts of most texts
	Parts        int             // of all people together
	PartsSaved   int             // by taking Counted.ToSave units off everybody's text
	Shorten      Saving          // the fewest characters for the most parts
	Forced       []Forced        // the characters that force UCS-2, in the order of the sample
	Sample       string          // the longest, as it would go out
	SampleName   string
	Sender       string
	Safe         Rewritten // in safe characters, when that alone makes it GSM-7
	Plain        Rewritten // without diacritics, for Vietnamese, when that makes it GSM-7
}

// Saving is what removing characters would save.
type Saving struct {
	Characters int // 0 when nothing near is to be saved
	Parts      int
	Cost       Money // zero when routes have no tariff, or several currencies
}

// Forced is a character that keeps a text from GSM-7.
type Forced struct {
	Char  rune
	At    int // of the first, in code points of the sample
	Count int
}

// Rewritten is a body in other characters; the zero value offers nothing.
type Rewritten struct {
	Text   string
	Labels []string // of the choices, in their order
	Parts  int      // of the longest text then
}

// Warning is something an admin should know; a blocking one keeps the broadcast from going out.
type Warning struct {
	Code     string
	Params   map[string]string
	People   int
	Blocking bool
	Path     string
	Country  string
	Route    string
	Ways     []country.Way
	Texts    []int // places of the bodies it is about
}

// refusals are the warnings of texts that their route would surely refuse.
var refusals = []string{smstext.ProblemTooLong, smstext.ProblemAlphabet, templateMissing}

// Refusal returns why a route would surely refuse a text of the sheet: Conflict (sms_too_many_parts, with parts, max,
// save and route; sms_not_in_alphabet, with char and route; template_id_missing, with route). Nothing is ever cut to
// fit, so it must not be launched.
func (s Sheet) Refusal() error {
	for _, w := range s.Warnings {
		if !w.Blocking || !slices.Contains(refusals, w.Code) {
			continue
		}
		err := fault.New(fault.Conflict, w.Code, "A route refuses a text of this broadcast as it is.")
		err.Params = w.Params
		return err
	}
	return nil
}
