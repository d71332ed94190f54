package preflight

import (
	"cmp"
	"slices"
	"time"

	"noroshi/app/audience"
	"noroshi/app/broadcast"
	"noroshi/app/config"
	"noroshi/app/country"
	"noroshi/app/directory/group"
	"noroshi/app/gateway"
	"noroshi/app/lang"
	"noroshi/app/message"
	"noroshi/app/phone"
	"noroshi/app/smstext"
	"noroshi/app/template"
)

// sheet gathers while people are read.
type sheet struct {
	Sheet
	c        broadcast.Content
	texts    broadcast.Texts
	routes   []config.Route
	allowed  []bool
	profiles []smstext.Profile
	speeds   []speed
	cards    country.Cards
	now      time.Time
	organ    string
	byLang   map[string]int
	nameAt   int // place of the name among the variables; -1 when it is not used

	copies   []addressed
	byNumber map[phone.Number]int // place in copies
	names    map[int][]string     // of the people who share a number, by its place in copies

	per      []perText
	plain    map[plainKey]measured
	groups   []*groupSum
	byGroup  map[groupKey]int
	stages   map[group.Priority]*Stage
	byRoute  []int // submits so far
	problems map[problemKey]*Warning
}

// addressed is one text to one number, as expansion will write it.
type addressed struct {
	number phone.Number
	vars   []string
	name   string
	text   int
	people int // whose first number it is
	class  group.Priority
}

func newSheet(c broadcast.Content, organisation string) *sheet {
	sh := &sheet{
		c: c, organ: organisation, byLang: map[string]int{}, byNumber: map[phone.Number]int{}, names: map[int][]string{},
		plain: map[plainKey]measured{}, byGroup: map[groupKey]int{}, stages: map[group.Priority]*Stage{},
		problems: map[problemKey]*Warning{},
	}
	sh.Reasons = map[message.Standing]int{}
	sh.Codes = c.TypedCodes()
	return sh
}

func (sh *sheet) warn(w Warning) { sh.Warnings = append(sh.Warnings, w) }

// begin makes room for the texts once they are known to be sound.
func (sh *sheet) begin() {
	sh.nameAt = slices.Index(sh.texts.Vars(), template.VarName)
	sh.byRoute = make([]int, len(sh.routes))
	sh.per = make([]perText, len(sh.c.Bodies))
	for i := range sh.per {
		sh.per[i].Language = sh.c.Bodies[i].Language
		sh.per[i].savings, sh.per[i].units, sh.per[i].parts = map[saveKey]saved{}, map[int]int{}, map[int]int{}
	}
}

func (sh *sheet) person(r *audience.Row) {
	sh.Selected++
	switch {
	case r.Standing == message.UnreachableOptedOut:
		sh.OptedOut++
		return
	case r.Standing != message.Waiting:
		sh.Unreachable++
		sh.Reasons[r.Standing]++
		return
	}
	sh.People++
	text, ok := sh.byLang[r.Language]
	if !ok {
		text = sh.texts.For(r.Language, sh.organ)
		sh.byLang[r.Language] = text
	}
	sh.per[text].People++
	stage := sh.stages[r.Priority]
	if stage == nil {
		stage = &Stage{Priority: r.Priority}
		sh.stages[r.Priority] = stage
	}
	stage.People++
	for i, n := range r.Numbers {
		at := sh.address(r, n, text)
		if i == 0 {
			sh.copies[at].people++
		}
	}
}

// address finds the text to a number. Several people get one, which greets all of them by name and goes with the best
// class of them; other variables are those of the first.
func (sh *sheet) address(r *audience.Row, n phone.Number, text int) int {
	at, shared := sh.byNumber[n]
	if !shared {
		at = len(sh.copies)
		sh.byNumber[n] = at
		sh.copies = append(sh.copies, addressed{number: n, vars: r.Vars, name: r.Name, text: text, class: r.Priority})
		return at
	}
	c := &sh.copies[at]
	c.class = min(c.class, r.Priority)
	if sh.nameAt >= 0 {
		if sh.names[at] == nil {
			sh.names[at] = []string{c.vars[sh.nameAt]}
		}
		sh.names[at] = append(sh.names[at], r.Vars[sh.nameAt])
	}
	return at
}

// measureAll counts every text in the order in which a line will serve them.
func (sh *sheet) measureAll() {
	for at, names := range sh.names {
		c := &sh.copies[at]
		c.vars = slices.Clone(c.vars)
		c.vars[sh.nameAt] = lang.For(sh.texts.Languages()[c.text]).JoinNames(names...)
	}
	slices.SortFunc(sh.copies, func(a, b addressed) int {
		return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(a.number, b.number))
	})
	for i := range sh.copies {
		sh.measure(&sh.copies[i])
	}
}

// route chooses the way out; -1 when none leads there.
func (sh *sheet) route(n phone.Number) int {
	return gateway.ChooseHealthy(sh.routes, n, func(i int) bool { return sh.allowed[i] },
		func(i int) bool { return sh.speeds[i].Up })
}
