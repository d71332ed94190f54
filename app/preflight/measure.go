package preflight

import (
	"strconv"

	"noroshi/app/directory/group"
	"noroshi/app/gateway"
	"noroshi/app/phone"
	"noroshi/app/smstext"
)

// plainKey names a text that is the same for everybody it goes to.
type plainKey struct {
	text, route int
	country     string
}

type measured struct {
	counted smstext.Counted
	text    string
	told    string // what {{reply_number}} prints
}

// perText gathers what is known of one language.
type perText struct {
	Text
	savings map[saveKey]saved
	units   map[int]int // texts by their units
	parts   map[int]int // texts by their parts
	vars    []string    // of the sample
	route   int         // of the sample
	country string      // of the sample
}

type saveKey struct{ parts, toSave int }

type saved struct {
	parts    int
	cost     int64
	currency string
	mixed    bool
}

type groupKey struct {
	country string
	route   int
}

// groupSum gathers what goes to one country by one route.
type groupSum struct {
	Group
	route   int
	sample  phone.Number
	parts   map[int]int // texts by their parts
	longest map[int]measured
}

type problemKey struct {
	problem     string
	text, route int
}

// textOn renders and counts a text on a route.
func (sh *sheet) textOn(text, route int, country string, vars []string) measured {
	key := plainKey{text: text, route: route, country: country}
	plain := sh.texts.Plain(text)
	if m, ok := sh.plain[key]; ok && plain {
		return m
	}
	r := &sh.routes[route]
	m := measured{told: gateway.ReplyTextOf(r, country, sh.texts.Languages()[text])}
	m.text = gateway.Dress(r, sh.texts.Render(text, vars, m.told))
	m.counted = smstext.Count(m.text, sh.profiles[route])
	if plain {
		sh.plain[key] = m
	}
	return m
}

// measure counts one text into the sums.
func (sh *sheet) measure(c *addressed) {
	cc, route := phone.Country(c.number), sh.route(c.number)
	g := sh.groupOf(cc, route, c.number)
	g.People += c.people
	if route < 0 {
		return
	}
	m := sh.textOn(c.text, route, cc, c.vars)
	air, submits := m.counted.AirParts, m.counted.Parts
	sh.Messages++
	sh.Parts += air
	sh.Submits += submits
	sh.byRoute[route] += submits
	g.add(c.text, m)
	g.Seconds = sh.served(route)
	stage := sh.stages[c.class]
	if stage == nil { // its people all have a better class of their own elsewhere
		stage = &Stage{Priority: c.class}
		sh.stages[c.class] = stage
	}
	stage.Parts += air
	stage.Seconds = max(stage.Seconds, g.Seconds)
	sh.perText(c, route, cc, m)
	if m.counted.Problem != "" {
		sh.problem(c, route, m)
	}
	if sh.c.Bodies[c.text].TemplateID == "" && sh.routes[route].NeedsTemplate() {
		sh.unregistered(c, route)
	}
}

// templateMissing is the warning of a text without the operator's id for it.
const templateMissing = "template_id_missing"

// unregistered remembers a text that its route must send under the operator's own id for it, and that has none.
func (sh *sheet) unregistered(c *addressed, route int) {
	key := problemKey{problem: templateMissing, text: c.text, route: route}
	w := sh.problems[key]
	if w == nil {
		name := sh.routes[route].Name
		w = &Warning{
			Code: templateMissing, Blocking: true, Path: "bodies[" + strconv.Itoa(c.text) + "].templateId",
			Route: name, Params: map[string]string{"route": name}, Texts: []int{c.text},
		}
		sh.problems[key] = w
	}
	w.People += c.people
}

func (sh *sheet) groupOf(cc string, route int, sample phone.Number) *groupSum {
	key := groupKey{country: cc, route: route}
	at, ok := sh.byGroup[key]
	if !ok {
		at = len(sh.groups)
		sh.byGroup[key] = at
		g := &groupSum{route: route, sample: sample, parts: map[int]int{}, longest: map[int]measured{}}
		g.Country = cc
		if route >= 0 {
			g.Route = sh.routes[route].Name
			g.ReplyTo = gateway.ReplyNumberOf(&sh.routes[route])
		}
		sh.groups = append(sh.groups, g)
	}
	return sh.groups[at]
}

func (g *groupSum) add(text int, m measured) {
	g.Messages++
	g.Parts += m.counted.AirParts
	g.Submits += m.counted.Parts
	g.parts[m.counted.AirParts]++
	g.Most = max(g.Most, m.counted.AirParts)
	if m.counted.Encoding == smstext.GSM7 {
		g.GSM7++
	} else {
		g.UCS2++
	}
	if had, ok := g.longest[text]; !ok || m.counted.Units > had.counted.Units {
		g.longest[text] = m
	}
}

func (sh *sheet) perText(c *addressed, route int, cc string, m measured) {
	t := &sh.per[c.text]
	air := m.counted.AirParts
	t.Parts += air
	t.units[m.counted.Units]++
	t.parts[air]++
	key := saveKey{parts: air, toSave: m.counted.ToSave}
	s, r := t.savings[key], &sh.routes[route]
	s.mixed = s.mixed || s.parts > 0 && s.currency != r.Currency
	s.parts, s.cost, s.currency = s.parts+1, s.cost+r.CostPerPart, r.Currency
	t.savings[key] = s
	if t.Sample == "" || m.counted.Units > t.Counted.Units ||
		m.counted.Units == t.Counted.Units && air > t.Counted.AirParts {
		t.Counted, t.Sample, t.SampleName, t.Sender = m.counted, m.text, c.name, r.Sender
		t.vars, t.route, t.country = c.vars, route, cc
	}
}

// problem remembers a text that its route refuses, the worst of each kind.
func (sh *sheet) problem(c *addressed, route int, m measured) {
	key := problemKey{problem: m.counted.Problem, text: c.text, route: route}
	w := sh.problems[key]
	if w == nil {
		w = &Warning{
			Code: m.counted.Problem, Blocking: true, Path: "bodies[" + strconv.Itoa(c.text) + "].text",
			Route: sh.routes[route].Name, Params: map[string]string{}, Texts: []int{c.text},
		}
		sh.problems[key] = w
	}
	w.People += c.people
	if parts := strconv.Itoa(m.counted.AirParts); w.Params["parts"] == "" || m.counted.AirParts > atoi(w.Params["parts"]) {
		limit := sh.profiles[route].MaxSegments
		if limit <= 0 {
			limit = defaultMaxSegments
		}
		w.Params["parts"], w.Params["max"] = parts, strconv.Itoa(limit)
		w.Params["save"] = strconv.Itoa(max(1, m.counted.Units-limit*m.counted.Limit))
		w.Params["route"] = sh.routes[route].Name
		if m.counted.ForcedBy != 0 {
			w.Params["char"] = string(m.counted.ForcedBy)
		}
	}
}

// defaultMaxSegments is what package smstext takes when a route names no limit.
const defaultMaxSegments = 10

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// stagesInOrder returns the stages with somebody in them, in the order of sending.
func (sh *sheet) stagesInOrder() (out []Stage) {
	for _, p := range group.Priorities {
		if s := sh.stages[p]; s != nil && (s.People > 0 || s.Parts > 0) {
			out = append(out, *s)
		}
	}
	return out
}
