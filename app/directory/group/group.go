// Package group is in charge of the groups themselves: their names, how urgent their people are, and their records. Who
// is in a group stands in each person's record, which package directory keeps.
package group

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"noroshi/app/directory/words"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/store"
)

// Priority says whose turn it is when a line is slow: lower ones are sent to first. The zero value is the ordinary one.
type Priority int8

// The closed set of priorities.
const (
	First  Priority = -2
	High   Priority = -1
	Normal Priority = 0
	Later  Priority = 1
)

// Priorities are all of them in the order of sending.
var Priorities = []Priority{First, High, Normal, Later}

var priorityWords = [...]string{"first", "high", "normal", "later"}

// String returns the word of the API: first, high, normal or later.
func (p Priority) String() string {
	if !p.Valid() {
		return priorityWords[Normal-First]
	}
	return priorityWords[p-First]
}

// Valid reports whether the value is one of the set.
func (p Priority) Valid() bool { return p >= First && p <= Later }

// ParsePriority reads a word of the API; "" is normal.
func ParsePriority(word string) (p Priority, ok bool) {
	if word == "" {
		return Normal, true
	}
	i := slices.Index(priorityWords[:], word)
	return First + Priority(i), i >= 0
}

// Ranks are the priorities of the groups that are not ordinary.
type Ranks map[id.Group]Priority

// Of returns the priority of a person in these groups: the best of them; who is in none is ordinary.
func (r Ranks) Of(groups []id.Group) Priority {
	if len(groups) == 0 || len(r) == 0 {
		return Normal
	}
	best := Later
	for _, g := range groups {
		best = min(best, r[g])
	}
	return best
}

// ReadRanks reads the priorities of all groups.
func ReadRanks(tx *store.Tx) (Ranks, error) {
	r := Ranks{}
	return r, Each(tx, func(g Group) error {
		if g.Priority != Normal {
			r[g.ID] = g.Priority
		}
		return nil
	})
}

// Group is a hand-picked set of people.
type Group struct {
	ID          id.Group
	Name        string
	Description string
	Priority    Priority
	Count       int // people in it that the asking scope may see; not part of the record
	Version     uint64
	Created     time.Time
	Updated     time.Time
}

// Draft is what an admin says of a group.
type Draft struct {
	Name        string
	Description string
	Priority    Priority
}

// Limits of groups.
const (
	Max            = 5000
	MaxName        = 100
	MaxDescription = 300
)

// Apply returns g with the draft's values, cleaned, or Invalid with the fields that are wrong.
func (d Draft) Apply(g Group) (Group, error) {
	var wrong []fault.Field
	bad := func(path, code string) { wrong = append(wrong, fault.Field{Path: path, Code: code}) }
	bounded := func(path, s string, limit int) string {
		if n := utf8.RuneCountInString(s); n > limit {
			wrong = append(wrong, fault.Field{Path: path, Code: "too_long", Params: map[string]string{
				"max": strconv.Itoa(limit), "length": strconv.Itoa(n),
			}})
		}
		return s
	}
	g.Name = bounded("name", words.Line(d.Name), MaxName)
	g.Description = bounded("description", words.Text(d.Description), MaxDescription)
	g.Priority = d.Priority
	if SortName(g.Name) == "" {
		bad("name", "required")
	}
	if strings.ContainsAny(g.Name, ";；") { // it stands between the groups of a person in a table
		bad("name", "semicolon")
	}
	if !d.Priority.Valid() {
		bad("priority", "bad_priority")
	}
	if e := fault.InvalidFields(wrong); e != nil {
		return Group{}, e
	}
	return g, nil
}

// Values are what the audit log keeps of a group.
func (g Group) Values() map[string]string {
	return map[string]string{"name": g.Name, "description": g.Description, "priority": g.Priority.String()}
}

// SortName is what groups are sorted and told apart by.
func SortName(name string) string { return strings.ToLower(words.Fold(name)) }

// Compare puts groups in the order of their names.
func Compare(a, b Group) int {
	if c := strings.Compare(SortName(a.Name), SortName(b.Name)); c != 0 {
		return c
	}
	return strings.Compare(a.Name, b.Name)
}
