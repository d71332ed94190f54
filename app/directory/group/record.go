package group

import (
	"encoding/binary"

	"noroshi/app/directory/pack"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/store"
)

// recordVersion is what this release writes; version 1 had no priority.
const recordVersion = 2

func key(g id.Group) []byte { return store.Group.Key(id.Bytes(g)) }

func encode(g Group) []byte {
	b := []byte{recordVersion}
	b = binary.AppendUvarint(b, g.Version)
	b = binary.AppendUvarint(b, pack.Millis(g.Created))
	b = binary.AppendUvarint(b, pack.Millis(g.Updated))
	b = pack.String(pack.String(b, g.Name), g.Description)
	return append(b, byte(g.Priority-First))
}

func decode(which id.Group, b []byte) (Group, error) {
	version, _, err := store.CheckVersion(b, recordVersion)
	if err != nil {
		return Group{}, err
	}
	d := pack.NewDecoder(b[1:])
	g := Group{ID: which, Version: d.Number(), Created: d.Time(), Updated: d.Time(), Name: d.Text(), Description: d.Text()}
	if version > 1 {
		g.Priority = First + Priority(min(d.Octet(), 127))
	}
	if d.Bad() || !g.Priority.Valid() {
		return Group{}, fault.New(fault.Internal, "record_damaged", "A record of the directory cannot be read.",
			"record", "group")
	}
	return g, nil
}

// Read returns a group without its count. Returns NotFound (group_not_found).
func Read(tx *store.Tx, which id.Group) (Group, error) {
	v, ok, err := tx.Get(key(which))
	if err != nil {
		return Group{}, err
	}
	if !ok {
		return Group{}, ErrNone()
	}
	return decode(which, v)
}

// ErrNone says that there is no such group.
func ErrNone() error {
	return fault.New(fault.NotFound, "group_not_found", "There is no such group.")
}

// Exists reports whether there is such a group.
func Exists(tx *store.Tx, which id.Group) (bool, error) {
	_, ok, err := tx.Get(key(which))
	return ok, err
}

// Each calls fn with every group, without its count, oldest first.
func Each(tx *store.Tx, fn func(Group) error) error {
	return tx.Each(store.Scan{Prefix: store.Group.Key()}, func(key, value []byte) (bool, error) {
		which, _ := id.FromBytes[id.Group](key[1:])
		g, err := decode(which, value)
		if err != nil {
			return false, err
		}
		return true, fn(g)
	})
}

// Create writes a new group. Returns Conflict (duplicate_group) when another one has the name, Conflict
// (too_many_groups).
func Create(tx *store.Tx, g Group) error {
	n, err := others(tx, g)
	if err != nil {
		return err
	}
	if n >= Max {
		return fault.New(fault.Conflict, "too_many_groups", "There are too many groups.", "max", Max)
	}
	tx.Set(key(g.ID), encode(g))
	return nil
}

// Change writes a group that is there already. Returns Conflict (duplicate_group) when another one has the name.
func Change(tx *store.Tx, g Group) error {
	if _, err := others(tx, g); err != nil {
		return err
	}
	tx.Set(key(g.ID), encode(g))
	return nil
}

// Remove deletes the record of a group.
func Remove(tx *store.Tx, which id.Group) { tx.Delete(key(which)) }

// others counts the other groups. Returns Conflict (duplicate_group) when one of them has the name of g.
func others(tx *store.Tx, g Group) (n int, err error) {
	name := SortName(g.Name)
	err = Each(tx, func(other Group) error {
		if other.ID == g.ID {
			return nil
		}
		if n++; SortName(other.Name) == name {
			return fault.New(fault.Conflict, "duplicate_group", "Another group has this name.")
		}
		return nil
	})
	return n, err
}
