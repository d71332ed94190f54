package config

import (
	"reflect"
	"slices"
	"strings"
)

// Changes are the names of routes that a new configuration treats differently.
type Changes struct {
	Added, Changed, Removed []string

	moved bool // the routes stand in another order
}

// None reports whether everything is as it was, the order of the routes included.
func (c Changes) None() bool { return len(c.Added)+len(c.Changed)+len(c.Removed) == 0 && !c.moved }

// Compare says what differs between the routes in use and those of a file. A route is changed when any of its settings
// is, also what its files hold.
func Compare(running, file []Route) Changes {
	var c Changes
	c.moved = !slices.EqualFunc(running, file, func(a, b Route) bool { return a.Name == b.Name })
	for i := range file {
		at := slices.IndexFunc(running, func(r Route) bool { return r.Name == file[i].Name })
		switch {
		case at < 0:
			c.Added = append(c.Added, file[i].Name)
		case !reflect.DeepEqual(running[at], file[i]):
			c.Changed = append(c.Changed, file[i].Name)
		}
	}
	for i := range running {
		if !slices.ContainsFunc(file, func(r Route) bool { return r.Name == running[i].Name }) {
			c.Removed = append(c.Removed, running[i].Name)
		}
	}
	return c
}

// NeedRestart returns the settings that differ and are read only at the start: all but the routes.
func NeedRestart(running, file Config) []string {
	var out []string
	a, b := reflect.ValueOf(running), reflect.ValueOf(file)
	for i := range a.NumField() {
		field := a.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if field.IsExported() && name != "routes" && !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
			out = append(out, name)
		}
	}
	return out
}
