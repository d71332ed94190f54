package directory

import (
	"context"
	"slices"
	"strings"
	"time"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/scope"
	"noroshi/app/store"
)

// Group is a hand-picked set of people. Who is in it stands in each person's record; a removed group's identifier may
// stay there until the removal has gone through everybody.
type Group struct {
	ID          id.Group
	Name        string
	Description string
	Count       int // people in it that the asking scope may see
	Version     uint64
	Created     time.Time
	Updated     time.Time
}

// Limits of groups.
const (
	MaxGroups           = 5000
	MaxGroupName        = 100
	MaxGroupDescription = 300
	MaxMembers          = 100_000 // people one call adds or removes
)

func errNoGroup() error {
	return fault.New(fault.NotFound, "group_not_found", "There is no such group.")
}

// checkGroups refuses groups that do not exist, except those the person already has.
func checkGroups(tx *store.Tx, had, groups []id.Group) error {
	for _, g := range groups {
		if slices.Contains(had, g) {
			continue
		}
		if _, ok, err := tx.Get(groupKey(g)); err != nil {
			return err
		} else if !ok {
			return fault.New(fault.Invalid, "no_such_group", "A group of this person does not exist.")
		}
	}
	return nil
}

func cleanGroup(g Group, name, description string) (Group, error) {
	c := &checker{}
	g.Name = c.line("name", name, MaxGroupName)
	g.Description = c.text("description", description, MaxGroupDescription)
	if sortName(g.Name) == "" {
		c.wrong("name", "required")
	}
	if strings.ContainsAny(g.Name, ";；") { // it stands between the groups of a person in a table
		c.wrong("name", "semicolon")
	}
	if e := fault.InvalidFields(c.fields); e != nil {
		return Group{}, e
	}
	return g, nil
}

// CreateGroup makes an empty group. Returns Invalid with the wrong fields, Conflict (duplicate_group) when another
// group has the name, Conflict (too_many_groups).
func (s *Service) CreateGroup(ctx context.Context, name, description string) (Group, error) {
	g := Group{ID: id.New[id.Group](s.ids), Version: 1, Created: s.now().UTC().Truncate(time.Millisecond)}
	g.Updated = g.Created
	g, err := cleanGroup(g, name, description)
	if err != nil {
		return Group{}, err
	}
	_, err = s.store.Update(ctx, func(tx *store.Tx) error { return s.addGroup(ctx, tx, g) })
	return g, err
}

func (s *Service) addGroup(ctx context.Context, tx *store.Tx, g Group) error {
	n := 0
	err := EachGroup(tx, func(other Group) error {
		if n++; sortName(other.Name) == sortName(g.Name) {
			return errDuplicateGroup()
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case n >= MaxGroups:
		return fault.New(fault.Conflict, "too_many_groups", "There are too many groups.", "max", MaxGroups)
	}
	tx.Set(groupKey(g.ID), encodeGroup(g))
	return s.audit(ctx, tx, actionGroupCreate, "group/"+g.ID.String(), nil, groupValues(g))
}

func groupValues(g Group) map[string]string {
	return map[string]string{"name": g.Name, "description": g.Description}
}

func errDuplicateGroup() error {
	return fault.New(fault.Conflict, "duplicate_group", "Another group has this name.")
}

// UpdateGroup renames or describes a group. version is the one the change was made from; 0 means whatever there is.
// Returns as CreateGroup does, and NotFound (group_not_found), Conflict (group_changed).
func (s *Service) UpdateGroup(ctx context.Context, sc scope.Scope, which id.Group, version uint64,
	name, description string,
) (Group, error) {
	_, err := s.store.Update(ctx, func(tx *store.Tx) error {
		old, err := readGroup(tx, which)
		if err != nil {
			return err
		}
		if version != 0 && version != old.Version {
			return fault.New(fault.Conflict, "group_changed", "Somebody changed this group meanwhile.")
		}
		g, err := cleanGroup(old, name, description)
		if err != nil {
			return err
		}
		err = EachGroup(tx, func(other Group) error {
			if other.ID != which && sortName(other.Name) == sortName(g.Name) {
				return errDuplicateGroup()
			}
			return nil
		})
		if err != nil {
			return err
		}
		g.Version, g.Updated = old.Version+1, s.now().UTC().Truncate(time.Millisecond)
		tx.Set(groupKey(which), encodeGroup(g))
		return s.audit(ctx, tx, actionGroupUpdate, "group/"+which.String(), groupValues(old), groupValues(g))
	})
	if err != nil {
		return Group{}, err
	}
	return s.GetGroup(ctx, sc, which)
}

// RemoveGroup removes a group; its people stay. The group is gone with the first commit; its people follow in further
// ones. An error in between leaves people with a group that does not exist, which nothing shows and the next call
// clears.
func (s *Service) RemoveGroup(ctx context.Context, which id.Group) error {
	existed := false
	_, err := s.store.Update(ctx, func(tx *store.Tx) error {
		g, err := readGroup(tx, which)
		existed = err == nil
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		tx.Delete(groupKey(which))
		return s.audit(ctx, tx, actionGroupRemove, "group/"+which.String(), groupValues(g), nil)
	})
	if err != nil {
		return err
	}
	members, err := s.membersOf(which)
	if err != nil {
		return err
	}
	if !existed && len(members) == 0 {
		return errNoGroup()
	}
	_, err = s.move(ctx, scope.Everything(), which, members, false)
	return err
}

func (s *Service) membersOf(which id.Group) ([]id.Recipient, error) {
	var members []id.Recipient
	err := s.store.View(func(tx *store.Tx) error {
		return tx.Each(store.Scan{Prefix: memberPrefix(which), KeysOnly: true}, func(key, _ []byte) (bool, error) {
			members = append(members, placeID(key))
			return true, nil
		})
	})
	return members, err
}

// ChangeMembers adds people to a group and removes others, in commits of bounded size; people who do not exist or are
// outside of the scope are passed over. Returns the group, NotFound (group_not_found), Invalid (too_many). An error may
// come when some are changed; calling again goes on.
func (s *Service) ChangeMembers(ctx context.Context, sc scope.Scope, which id.Group,
	add, remove []id.Recipient,
) (Group, error) {
	if len(add)+len(remove) > MaxMembers {
		return Group{}, fault.New(fault.Invalid, "too_many", "These are too many people for one change.", "max", MaxMembers)
	}
	if _, err := s.GetGroup(ctx, sc, which); err != nil {
		return Group{}, err
	}
	added, err := s.move(ctx, sc, which, add, true)
	if err != nil {
		return Group{}, err
	}
	removed, err := s.move(ctx, sc, which, remove, false)
	if err != nil {
		return Group{}, err
	}
	if added+removed > 0 {
		after := map[string]int{"added": added, "removed": removed}
		_, err = s.store.Update(ctx, func(tx *store.Tx) error {
			return s.audit(ctx, tx, actionGroupMembers, "group/"+which.String(), nil, after)
		})
		if err != nil {
			return Group{}, err
		}
	}
	return s.GetGroup(ctx, sc, which)
}

// move puts people into a group or takes them out, and returns how many were moved.
func (s *Service) move(ctx context.Context, sc scope.Scope, which id.Group, who []id.Recipient, in bool) (int, error) {
	who = slices.Compact(slices.Sorted(slices.Values(who)))
	now, moved := s.now().UTC().Truncate(time.Millisecond), 0
	err := inChunks(ctx, s.store, len(who), func(b *Batch, i int) error {
		old, err := getIn(b.tx, sc, who[i])
		if fault.Is(err, fault.NotFound) || err == nil && old.In(which) == in {
			return nil
		}
		if err != nil {
			return err
		}
		r := old
		if at, _ := slices.BinarySearch(old.Groups, which); in {
			if _, ok, err := b.tx.Get(groupKey(which)); err != nil || !ok {
				return cmpErr(err, errNoGroup())
			}
			if len(old.Groups) >= MaxGroupsOf {
				return fault.New(fault.Invalid, "too_many_groups_of", "A person is in too many groups.", "max", MaxGroupsOf)
			}
			r.Groups = slices.Insert(slices.Clone(old.Groups), at, which)
		} else {
			r.Groups = slices.Delete(slices.Clone(old.Groups), at, at+1)
		}
		r.Version, r.Updated = old.Version+1, now
		return b.put(old, r)
	}, func(n int) { moved += n })
	return moved, err
}

// cmpErr returns the first error that is one.
func cmpErr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func readGroup(tx *store.Tx, which id.Group) (Group, error) {
	v, ok, err := tx.Get(groupKey(which))
	if err != nil {
		return Group{}, err
	}
	if !ok {
		return Group{}, errNoGroup()
	}
	return decodeGroup(which, v)
}

// EachGroup calls fn with every group, without its count, oldest first.
func EachGroup(tx *store.Tx, fn func(Group) error) error {
	return tx.Each(store.Scan{Prefix: store.Group.Key()}, func(key, value []byte) (bool, error) {
		which, _ := id.FromBytes[id.Group](key[1:])
		g, err := decodeGroup(which, value)
		if err != nil {
			return false, err
		}
		return true, fn(g)
	})
}

// countMembers counts the people of a group that the scope may see.
func countMembers(tx *store.Tx, sc scope.Scope, which id.Group) (int, error) {
	if sc.All() {
		t, err := readTally(tx, tallyKey(tallyGroup, string(id.Bytes(which))))
		return t.people, err
	}
	f, n := newFilter(sc, Query{}), 0
	err := tx.Each(store.Scan{Prefix: memberPrefix(which)}, func(_, value []byte) (bool, error) {
		if f.passes(value) {
			n++
		}
		return true, nil
	})
	return n, err
}

// GetGroup returns one group with the count of its people within the scope. Returns NotFound (group_not_found).
func (s *Service) GetGroup(_ context.Context, sc scope.Scope, which id.Group) (Group, error) {
	var g Group
	err := s.store.View(func(tx *store.Tx) error {
		var err error
		if g, err = readGroup(tx, which); err != nil {
			return err
		}
		g.Count, err = countMembers(tx, sc, which)
		return err
	})
	return g, err
}

// Groups returns all groups by name, with the counts of their people within the scope.
func (s *Service) Groups(_ context.Context, sc scope.Scope) ([]Group, error) {
	var out []Group
	err := s.store.View(func(tx *store.Tx) error {
		err := EachGroup(tx, func(g Group) error {
			out = append(out, g)
			return nil
		})
		if err != nil {
			return err
		}
		for i := range out {
			if out[i].Count, err = countMembers(tx, sc, out[i].ID); err != nil {
				return err
			}
		}
		return nil
	})
	slices.SortFunc(out, func(a, b Group) int {
		if c := strings.Compare(sortName(a.Name), sortName(b.Name)); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	return out, err
}
