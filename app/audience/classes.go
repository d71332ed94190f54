package audience

import (
	"context"
	"slices"

	"noroshi/app/directory/group"
	"noroshi/app/phone"
	"noroshi/app/scope"
)

// Class is the people of one priority: a slow line serves one class after the other.
type Class struct {
	Priority group.Priority
	People   int // who can be reached
	Numbers  int // they are texted on; a number that several share goes with the best of them
}

// Classes returns the people of a selection by priority, in the order in which they are sent to; classes without
// anybody are left out.
func (s *Service) Classes(ctx context.Context, sc scope.Scope, sel Selection, allPhones bool) ([]Class, error) {
	var c Counter
	err := s.Each(ctx, sc, Want{Selection: sel, AllPhones: allPhones}, func(r Row, _ string) error {
		c.Add(r)
		return nil
	})
	return c.Classes(), err
}

// Counter counts people by priority, for those who read them anyway. The zero value is ready.
type Counter struct {
	people  map[group.Priority]int
	numbers map[phone.Number]group.Priority
}

// Add counts a person; who cannot be reached is passed over.
func (c *Counter) Add(r Row) {
	if len(r.Numbers) == 0 {
		return
	}
	if c.people == nil {
		c.people, c.numbers = map[group.Priority]int{}, map[phone.Number]group.Priority{}
	}
	c.people[r.Priority]++
	for _, n := range r.Numbers {
		if best, shared := c.numbers[n]; !shared || r.Priority < best {
			c.numbers[n] = r.Priority
		}
	}
}

// Classes returns what was counted, in the order of sending.
func (c *Counter) Classes() []Class {
	byClass := map[group.Priority]int{}
	for _, p := range c.numbers {
		byClass[p]++
	}
	var out []Class
	for _, p := range group.Priorities {
		if c.people[p] > 0 {
			out = append(out, Class{Priority: p, People: c.people[p], Numbers: byClass[p]})
		}
	}
	return slices.Clip(out)
}
