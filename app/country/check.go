package country

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/korean"

	"noroshi/app/config"
)

// Way is a way out of what a warning is about.
type Way string

// The closed set of ways. The console offers those it can do by itself as one press, and says the others.
const (
	InsertReplyNumber Way = "insert_reply_number"
	RemoveNumber      Way = "remove_number"
	RemoveLink        Way = "remove_link"
	Transliterate     Way = "transliterate"
	PlainLetters      Way = "plain_letters" // without Vietnamese diacritics
	Shorten           Way = "shorten"
	OtherRoute        Way = "other_route"
	PrintNotice       Way = "print_notice"
	// NotYet says that an answer link, or e-mail, would help and is not part of this version.
	NotYet Way = "answer_link_not_yet"
)

// Warning is something that may go wrong in a country, in the order in which it matters.
type Warning struct {
	Code   string            // stable; the console has the words
	Params map[string]string // for the words
	Ways   []Way
}

// Facts are what is known of the texts that would go to a country by one route.
type Facts struct {
	Route *config.Route
	// Answerable is another route that serves the country and takes answers; "" when there is none.
	Answerable  string
	ReplyNumber string // as it is printed on this route; "" when people cannot answer
	Asks        bool   // there are choices
	Codes       []string
	Urgent      bool
	Now         time.Time
	Texts       []Text
}

// Text is the longest text of one language on the route.
type Text struct {
	Sent  string // as it goes out, with everything around it
	Told  string // what stands in it for {{reply_number}}, when that is asked for
	Parts int
	Units int // of all parts
	Room  int // units a part can hold
	UCS2  bool
	Plain bool // without Latin diacritics it would be GSM-7
}

// Check returns what the card has against the texts.
func (c Card) Check(f Facts) []Warning {
	k := checker{card: c, facts: f}
	k.answers()
	k.contents()
	k.length()
	k.sender()
	k.words()
	k.night()
	return k.found
}

type checker struct {
	card  Card
	facts Facts
	found []Warning
}

func (k *checker) add(code string, ways []Way, pairs ...string) {
	w := Warning{Code: code, Ways: ways}
	for i := 0; i+1 < len(pairs); i += 2 {
		if w.Params == nil {
			w.Params = map[string]string{}
		}
		w.Params[pairs[i]] = pairs[i+1]
	}
	k.found = append(k.found, w)
}

// some reports whether any of the texts fits.
func (k *checker) some(fits func(Text) bool) bool { return slices.ContainsFunc(k.facts.Texts, fits) }

// answers asks whether people can answer, and whether they are told where.
func (k *checker) answers() {
	f := &k.facts
	if !f.Asks {
		return
	}
	if f.ReplyNumber == "" || !f.Route.Answers() || k.card.Replies == Nowhere {
		ways, pairs := []Way{NotYet}, []string(nil)
		if f.Answerable != "" {
			ways, pairs = []Way{OtherRoute, NotYet}, []string{"route", f.Answerable}
		}
		k.add("country_cannot_answer", ways, pairs...)
		return
	}
	if k.card.Replies != ToNumber && f.Route.ReplyMode != "number" {
		return
	}
	missing := func(t Text) bool {
		return !mentions(t.Sent, f.ReplyNumber) && (t.Told == "" || !strings.Contains(t.Sent, t.Told))
	}
	if !k.some(missing) {
		return
	}
	switch k.card.Numbers {
	case Blocked:
		k.add("country_number_separately", []Way{PrintNotice}, "number", f.ReplyNumber)
	case Registered:
		k.add("country_number_missing_template", []Way{InsertReplyNumber, PrintNotice}, "number", f.ReplyNumber)
	default:
		k.add("country_number_missing", []Way{InsertReplyNumber}, "number", f.ReplyNumber)
	}
}

// contents looks for what the networks there do not let through.
func (k *checker) contents() {
	for _, rule := range []struct {
		rule Rule
		what string
		find func(string) string
		out  Way
	}{
		{k.card.Links, "link", FindLink, RemoveLink}, {k.card.Numbers, "number", k.number, RemoveNumber},
	} {
		if rule.rule != Blocked && rule.rule != Registered {
			continue
		}
		for _, t := range k.facts.Texts {
			found := rule.find(t.Sent)
			if found == "" {
				continue
			}
			ways := []Way{rule.out}
			if rule.what == "number" {
				ways = append(ways, PrintNotice)
			}
			k.add("country_"+rule.what+"_"+string(rule.rule), ways, rule.what, found)
			break
		}
	}
	if k.card.Charset != EUCKR {
		return
	}
	for _, t := range k.facts.Texts {
		if r, ok := outsideEUCKR(t.Sent); ok {
			k.add("country_charset", nil, "char", string(r))
			return
		}
	}
}

func (k *checker) number(text string) string {
	if n := k.facts.ReplyNumber; n != "" && mentions(text, n) {
		return n
	}
	return FindNumber(text)
}

func outsideEUCKR(text string) (rune, bool) {
	enc := korean.EUCKR.NewEncoder()
	for _, r := range text {
		if r < 0x80 {
			continue
		}
		if _, err := enc.String(string(r)); err != nil {
			return r, true
		}
	}
	return 0, false
}

// length asks whether the longest text arrives whole, and as one.
func (k *checker) length() {
	parts := func(a, b Text) int { return a.Parts - b.Parts }
	if len(k.facts.Texts) == 0 {
		return
	}
	t := slices.MaxFunc(k.facts.Texts, parts)
	var ways []Way
	if t.UCS2 && t.Plain && k.card.Plain {
		ways = append(ways, PlainLetters)
	}
	ways = append(ways, Shorten)
	save := max(1, t.Units-k.card.MaxParts*t.Room)
	pairs := []string{"parts", strconv.Itoa(t.Parts), "max", strconv.Itoa(k.card.MaxParts), "save", strconv.Itoa(save)}
	switch {
	case !k.card.Joined:
		if t.Parts > 1 && k.facts.Route.LongMode != "none" {
			k.add("country_not_joined", ways, pairs...)
		}
	case t.Parts > k.card.MaxParts:
		k.add("country_too_long", ways, pairs...)
	case t.Parts > 1 && len(ways) > 1:
		k.add("country_plain_letters", ways[:1], pairs...)
	}
	if r := k.facts.Route; t.UCS2 && t.Parts > 0 &&
		(narrower(k.card.SingleLimit, r.SingleLimit, 70) || narrower(k.card.PartLimit, r.PartLimit, 67)) {
		k.add("country_limits", nil, "route", r.Name, "single", strconv.Itoa(or(k.card.SingleLimit, 70)),
			"part", strconv.Itoa(or(k.card.PartLimit, 67)))
	}
}

// narrower reports whether the card knows a lower limit than the route counts with.
func narrower(card, route, standard int) bool { return card > 0 && card < or(route, standard) }

func or(v, standard int) int {
	if v == 0 {
		return standard
	}
	return v
}

// sender compares the route's settings with what the country wants of a sender.
func (k *checker) sender() {
	r := k.facts.Route
	kind := kindOf(r.Sender)
	fits := map[Sender]bool{
		AnySender: true, Overwritten: true, Numeric: kind != Letters, Letters: kind == Letters, ShortCode: kind == ShortCode,
	}
	if !r.Simulator && !fits[k.card.Sender] {
		k.add("country_sender_"+string(k.card.Sender), nil, "sender", r.Sender, "route", r.Name)
	}
	if !r.Simulator {
		for _, tag := range k.card.Parameters[:min(2, len(k.card.Parameters))] {
			if !slices.ContainsFunc(r.TLVs, func(t config.TLV) bool { return strings.EqualFold(t.Tag, tag) }) {
				k.add("country_parameter_missing", nil, "tag", tag, "route", r.Name)
				break
			}
		}
	}
	if k.card.Prefix == "" {
		return
	}
	without := func(t Text) bool { return !strings.HasPrefix(t.Sent, k.card.Prefix) }
	if k.some(without) {
		k.add("country_prefix_missing", nil, "prefix", k.card.Prefix, "route", r.Name)
	}
}

// kindOf tells what a source address is: the most digits of a short code are 8.
func kindOf(sender string) Sender {
	digits := strings.TrimPrefix(sender, "+")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return Letters
	}
	if len(digits) <= 8 {
		return ShortCode
	}
	return Numeric
}

// words looks for what a text must say there, and for codes that mean something else.
func (k *checker) words() {
	r := k.facts.Route
	if k.card.Brand && kindOf(r.Sender) == Letters && r.Sender != "" {
		lower := strings.ToLower(r.Sender)
		nameless := func(t Text) bool { return !strings.Contains(strings.ToLower(t.Sent), lower) }
		if k.some(nameless) {
			k.add("country_brand_missing", nil, "sender", r.Sender)
		}
	}
	if k.card.Signature {
		unsigned := func(t Text) bool {
			return !strings.HasPrefix(t.Sent, "【") && !strings.HasSuffix(strings.TrimSpace(t.Sent), "】")
		}
		if k.some(unsigned) {
			k.add("country_signature_missing", nil)
		}
	}
	if k.card.Registration == TextFirst && len(k.facts.Texts) > 0 {
		k.add("country_template", nil)
	}
	if k.facts.Asks {
		for _, code := range k.facts.Codes {
			if slices.Contains(k.card.Reserved, code) {
				k.add("country_code_reserved", nil, "code", code)
			}
		}
	}
}

// night warns of texts that can wait and would arrive when people sleep.
func (k *checker) night() {
	if k.facts.Urgent || len(k.facts.Texts) == 0 {
		return
	}
	c := k.card
	// The route's own hours are the operator's word and stand over the card.
	if own := k.facts.Route.QuietHours; own != "" {
		c.QuietFrom, c.QuietTo, _ = strings.Cut(strings.ReplaceAll(own, " ", ""), "-")
	}
	if local, quiet := c.Quiet(k.facts.Now); quiet {
		k.add("country_quiet", nil, "time", local.Format("15:04"), "until", c.QuietTo)
	}
}

// Unknown returns a card of a country nobody has described: only what the route itself says is held against a text.
func Unknown(cc string) Card {
	return Card{
		Country: cc, Replies: ToSender, Sender: AnySender, Registration: NoRegistration, Links: Allowed, Numbers: Allowed,
		MaxParts: maxParts, Joined: true,
	}
}
