package roster

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"noroshi/app/api/gen"
	"noroshi/app/api/view"
	"noroshi/app/audience"
	"noroshi/app/directory/words"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/phone"
	"noroshi/app/question"
	"noroshi/app/scope"
)

// Filter is which people a list shows.
type Filter = gen.ListBroadcastPeopleParamsFilter

// The closed set of filters; Waiting includes those whose text is being sent.
const (
	All         = gen.ListBroadcastPeopleParamsFilterAll
	Answered    = gen.ListBroadcastPeopleParamsFilterAnswered
	Unanswered  = gen.ListBroadcastPeopleParamsFilterUnanswered
	NeedHelp    = gen.ListBroadcastPeopleParamsFilterNeedHelp
	Commented   = gen.ListBroadcastPeopleParamsFilterCommented
	Failed      = gen.ListBroadcastPeopleParamsFilterFailed
	Unreachable = gen.ListBroadcastPeopleParamsFilterUnreachable
	Uncertain   = gen.ListBroadcastPeopleParamsFilterUncertain
	Waiting     = gen.ListBroadcastPeopleParamsFilterWaiting
	Delivered   = gen.ListBroadcastPeopleParamsFilterDelivered
)

// Query says which people a list shows.
type Query struct {
	Scope      scope.Scope
	Filter     Filter
	Code       string // only people whose answer is this choice; "" is any
	Department string // "" is any
	Search     string // in name, reading, department and digits of the phone
	Page       id.Page
}

// List returns a page of the people of a broadcast with the number on all pages; nobody before the audience is settled.
// Returns Invalid (bad_cursor).
func (r *Roster) List(ctx context.Context, b id.Broadcast, q Query) (gen.PersonPage, error) {
	out := gen.PersonPage{Items: []gen.Person{}}
	c := counter{size: q.Page.Size()}
	if q.Page.After != "" {
		last, err := strconv.ParseUint(string(q.Page.After), 10, 31)
		if err != nil {
			return out, fault.New(fault.Invalid, "bad_cursor", "This is no place in the list.")
		}
		c.from = uint32(last) + 1
	}
	p, err := r.crowdOf(ctx, b)
	if fault.CodeOf(err) == "audience_not_frozen" {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	f, nobody := newSieve(q, p)
	if nobody {
		return out, nil
	}
	rows, err := r.sift(ctx, p, &f, &c)
	if err != nil {
		return out, err
	}
	for _, one := range rows {
		out.Items = append(out.Items, r.person(p, one.person, one.row))
	}
	out.Total = c.total
	if c.more {
		out.Next = view.Next(strconv.FormatUint(uint64(c.people[len(c.people)-1]), 10))
	}
	return out, nil
}

// sieve is which people a list shows. All of it but the search is decided from memory.
type sieve struct {
	filter  Filter
	mask    question.Mask // 0: any answer
	bad     question.Mask
	narrow  bool   // only departments that are allowed
	allowed []bool // by place of the department
	search  string // folded
	digits  string // of the search, as they stand in a number; "" when it is no number
	match   []bool // by place of the department: its name fits the search
}

// newSieve returns the sieve of a query; nobody is true when no one can pass.
func newSieve(q Query, p *crowd) (f sieve, nobody bool) {
	f = sieve{filter: q.Filter, search: words.Fold(q.Search), bad: p.q.BadMask(), digits: digitsOf(q.Search)}
	if q.Code != "" {
		mask, ok := p.q.MaskOf([]string{q.Code})
		if !ok {
			return f, true
		}
		f.mask = mask
	}
	if q.Department != "" || !q.Scope.All() {
		f.narrow = true
		f.allowed = make([]bool, len(p.head.Departments))
		for i, name := range p.head.Departments {
			f.allowed[i] = q.Scope.Allows(name) && (q.Department == "" || name == q.Department)
		}
		nobody = !slices.Contains(f.allowed, true)
	}
	for _, name := range p.head.Departments {
		f.match = append(f.match, strings.Contains(words.Fold(name), f.search))
	}
	return f, nobody
}

// passes decides by memory whether a person is shown; standing is the frozen one, for people without a copy.
func (f *sieve) passes(p *crowd, person uint32, department uint16, standing message.Standing) bool {
	if f.narrow && (int(department) >= len(f.allowed) || !f.allowed[department]) {
		return false
	}
	if !f.answered(p, person) {
		return false
	}
	switch f.filter {
	case Uncertain:
		return p.book.Person(person).Uncertain
	case Failed, Unreachable,
		Delivered, Waiting:
		if reached := p.book.Person(person).Standing; reached != message.NoStanding {
			standing = reached
		}
		group := standing.Group()
		return group == string(f.filter) || group == "sending" && f.filter == Waiting
	default:
	}
	return true
}

// answered decides what depends on the answer.
func (f *sieve) answered(p *crowd, person uint32) bool {
	var wants func(question.Current) bool
	switch f.filter {
	case Answered:
		wants = func(c question.Current) bool { return c.Mask != 0 }
	case Unanswered:
		wants = func(c question.Current) bool { return c.Mask == 0 }
	case NeedHelp:
		wants = func(c question.Current) bool { return c.Mask&f.bad != 0 }
	case Commented:
		wants = func(c question.Current) bool { return c.Mask != 0 && c.Flags&question.Commented != 0 }
	default:
	}
	if wants == nil && f.mask == 0 {
		return true
	}
	current := p.room.Current(person)
	return (wants == nil || wants(current)) && (f.mask == 0 || current.Mask&f.mask != 0)
}

// fits looks at the person's own row; it is the dear part.
func (f *sieve) fits(r *audience.Row) bool {
	if f.search == "" || int(r.Department) < len(f.match) && f.match[r.Department] ||
		strings.Contains(words.Fold(r.Name), f.search) || strings.Contains(words.Fold(r.Reading), f.search) {
		return true
	}
	return f.digits != "" && slices.ContainsFunc(r.Numbers, func(n phone.Number) bool {
		return strings.Contains(n.Digits(), f.digits)
	})
}

// digitsOf returns the digits of a piece of a phone number as an E.164 number has them, without the national 0; "" for
// a text that is none.
func digitsOf(search string) string {
	text := strings.NewReplacer("-", "", "+", "", " ", "").Replace(norm.NFKC.String(search))
	if strings.Trim(text, "0123456789") != "" {
		return ""
	}
	return strings.TrimLeft(text, "0")
}

type placedRow struct {
	person uint32
	row    audience.Row
}

// counter takes the people of one page and counts all.
type counter struct {
	from   uint32
	size   int
	people []uint32
	total  int
	more   bool
}

// take counts a person and reports whether they are on the page.
func (c *counter) take(person uint32) bool {
	c.total++
	switch {
	case person < c.from:
	case len(c.people) < c.size:
		c.people = append(c.people, person)
		return true
	default:
		c.more = true
	}
	return false
}

// sift returns the rows of a page, and counts all who pass into the total.
func (r *Roster) sift(ctx context.Context, p *crowd, f *sieve, c *counter) ([]placedRow, error) {
	known, err := r.roll(ctx, p.id)
	if err != nil {
		return nil, err
	}
	if known != nil && f.search == "" {
		for person, department := range known.department {
			if f.passes(p, uint32(person), department, known.standing[person]) {
				c.take(uint32(person))
			}
		}
		return r.rowsOf(p.id, c.people)
	}
	var rows []placedRow
	err = r.o.Audiences.EachFrozen(p.id, 0, func(person uint32, row audience.Row) (bool, error) {
		if person%audience.PageSize == 0 && ctx.Err() != nil {
			return false, ctx.Err()
		}
		if f.passes(p, person, row.Department, row.Standing) && f.fits(&row) && c.take(person) {
			rows = append(rows, placedRow{person, row})
		}
		return true, nil
	})
	return rows, err
}

// rowsOf reads the rows of people in ascending order, each page of the audience once.
func (r *Roster) rowsOf(b id.Broadcast, people []uint32) ([]placedRow, error) {
	rows := make([]placedRow, 0, len(people))
	for i := 0; i < len(people); {
		end := people[i] - people[i]%audience.PageSize + audience.PageSize
		err := r.o.Audiences.EachFrozen(b, people[i], func(person uint32, row audience.Row) (bool, error) {
			if person == people[i] {
				rows = append(rows, placedRow{person, row})
				i++
			}
			return i < len(people) && people[i] < end, nil
		})
		if err != nil {
			return nil, err
		}
		if i < len(people) && people[i] < end {
			return nil, fault.New(fault.Internal, "damaged_record", "A row of an audience is missing.")
		}
	}
	return rows, nil
}
