// Package scope is in charge of saying which part of the directory an actor may see. Every List, Get, Count and Each
// takes a Scope from day one, so that department limits are enforced in the query and never in the page. It does not
// decide who gets which scope: package access does.
package scope

import "slices"

// Scope is a set of departments, or everything. The zero value sees nothing.
type Scope struct {
	everything  bool
	departments []string
}

// Everything returns the scope of an actor who may see the whole directory.
func Everything() Scope { return Scope{everything: true} }

// Departments returns the scope of an actor who may see only these departments.
func Departments(names ...string) Scope { return Scope{departments: slices.Clone(names)} }

// All reports whether the scope has no limit.
func (s Scope) All() bool { return s.everything }

// Allows reports whether a person of the department may be seen. A person without a department is seen only by a scope
// without a limit.
func (s Scope) Allows(department string) bool {
	return s.everything || slices.Contains(s.departments, department)
}

// Names returns the departments of a limited scope; nil for Everything.
func (s Scope) Names() []string { return slices.Clone(s.departments) }
