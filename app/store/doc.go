// Package store is in charge of the ledger: the one place where the appliance keeps what it must not lose. It has one
// door for reading, View, and one for writing, Update with its kin; behind the latter a single goroutine runs the
// waiting functions one after the other, merges them into one entry, makes it durable, and only then tells anybody.
//
// Guarantees: what Update has returned survives a crash; an entry is written wholly or not at all; View sees a
// consistent snapshot of durable data; changes come out in the order of the entries, and never before they are durable;
// data at rest is encrypted. A ledger that cannot be opened is never repaired by deleting: Open refuses and says what
// to do.
//
// It does not know what the records mean. Keys are prefixes of the registry in keys.go followed by what the owning
// package puts there; values are that package's own encoding behind one octet of version (see CheckVersion).
package store
