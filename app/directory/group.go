package directory

import (
	"context"
	"slices"
	"time"

	"noroshi/app/directory/group"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/scope"
	"noroshi/app/store"
)

// Group is a hand-picked set of people. Who is in it stands in each person's record; a removed group's identifier may
// stay there until the removal has gone through everybody.
type Group = group.Group

// GroupDraft is what an admin says of a group.
type GroupDraft = group.Draft

// MaxMembers is how many people one call adds to a group or removes from it.
const MaxMembers = 100_000

// checkGroups refuses groups that do not exist, except those the person already has.
func checkGroups(tx *store.Tx, had, groups []id.Group) error {
	for _, g := range groups {
		if slices.Contains(had, g) {
			continue
		}
		if ok, err := group.Exists(tx, g); err != nil {
			return err
		} else if !ok {
			return fault.New(fault.Invalid, "no_such_group", "A group of this person does not exist.")
		}
	}
	return nil
}

// CreateGroup makes an empty group. Returns Invalid with the wrong fields, Conflict (duplicate_group) when another
// group has the name, Conflict (too_many_groups).
func (s *Service) CreateGroup(ctx context.Context, d GroupDraft) (Group, error) {
	g := Group{ID: id.New[id.Group](s.ids), Version: 1, Created: s.now().UTC().Truncate(time.Millisecond)}
	g.Updated = g.Created
	g, err := d.Apply(g)
	if err != nil {
		return Group{}, err
	}
	_, err = s.store.Update(ctx, func(tx *store.Tx) error {
		if err := group.Create(tx, g); err != nil {
			return err
		}
		return s.audit(ctx, tx, actionGroupCreate, "group/"+g.ID.String(), nil, g.Values())
	})
	return g, err
}

// UpdateGroup changes what is said of a group. version is the one the change was made from; 0 means whatever there is.
// Returns as CreateGroup does, and NotFound (group_not_found), Conflict (group_changed).
func (s *Service) UpdateGroup(ctx context.Context, sc scope.Scope, which id.Group, version uint64,
	d GroupDraft,
) (Group, error) {
	_, err := s.store.Update(ctx, func(tx *store.Tx) error {
		old, err := group.Read(tx, which)
		if err != nil {
			return err
		}
		if version != 0 && version != old.Version {
			return fault.New(fault.Conflict, "group_changed", "Somebody changed this group meanwhile.")
		}
		g, err := d.Apply(old)
		if err != nil {
			return err
		}
		g.Version, g.Updated = old.Version+1, s.now().UTC().Truncate(time.Millisecond)
		if err := group.Change(tx, g); err != nil {
			return err
		}
		return s.audit(ctx, tx, actionGroupUpdate, "group/"+which.String(), old.Values(), g.Values())
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
		g, err := group.Read(tx, which)
		existed = err == nil
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		group.Remove(tx, which)
		return s.audit(ctx, tx, actionGroupRemove, "group/"+which.String(), g.Values(), nil)
	})
	if err != nil {
		return err
	}
	members, err := s.membersOf(which)
	if err != nil {
		return err
	}
	if !existed && len(members) == 0 {
		return group.ErrNone()
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
			if ok, err := group.Exists(b.tx, which); err != nil || !ok {
				return cmpErr(err, group.ErrNone())
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
		if g, err = group.Read(tx, which); err != nil {
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
		err := group.Each(tx, func(g Group) error {
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
	slices.SortFunc(out, group.Compare)
	return out, err
}
