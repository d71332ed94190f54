package directory

import (
	"context"
	"slices"
	"strings"

	"noroshi/app/directory/words"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/phone"
	"noroshi/app/scope"
	"noroshi/app/store"
)

// Selection is a set of people: everyone, or the union of the rest. The zero value is nobody.
type Selection struct {
	Everyone    bool
	Groups      []id.Group
	Departments []string
	Recipients  []id.Recipient
}

// Each calls fn with every person of the selection within the scope, each once, in the order of their identifiers, from
// one snapshot of the ledger. It stops with the first error of fn, or when the context ends. fn may keep the value.
func (s *Service) Each(ctx context.Context, sc scope.Scope, sel Selection, fn func(Recipient) error) error {
	return s.store.View(func(tx *store.Tx) error { return EachIn(ctx, tx, sc, sel, fn) })
}

// EachIn is Each within another package's transaction.
func EachIn(ctx context.Context, tx *store.Tx, sc scope.Scope, sel Selection, fn func(Recipient) error) error {
	if sel.Everyone && !sc.All() {
		sel = Selection{Departments: sc.Names()}
	}
	few, err := sel.few(tx)
	if err != nil {
		return err
	}
	if few {
		return eachPicked(ctx, tx, sc, sel, fn)
	}
	in := sel.member()
	return eachScanned(ctx, tx, func(r Recipient) error {
		if !sc.Allows(r.Department) || !in(r) {
			return nil
		}
		return fn(r)
	})
}

func eachPicked(ctx context.Context, tx *store.Tx, sc scope.Scope, sel Selection, fn func(Recipient) error) error {
	ids, err := sel.ids(tx)
	if err != nil {
		return err
	}
	for i, who := range ids {
		if i%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		r, err := getIn(tx, sc, who)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if err := fn(r); err != nil {
			return err
		}
	}
	return nil
}

// scanWorth is how many people a scan passes in the time in which one person is read by key.
const scanWorth = 5

// few reports whether reading the people one by one is cheaper than reading everybody.
func (sel Selection) few(tx *store.Tx) (bool, error) {
	if sel.Everyone {
		return false, nil
	}
	everybody, err := scopeTally(tx, scope.Everything())
	if err != nil {
		return false, err
	}
	n := len(sel.Recipients)
	for _, name := range sel.Departments {
		t, err := readTally(tx, tallyKey(tallyDepartment, name))
		if err != nil {
			return false, err
		}
		n += t.people
	}
	for _, g := range sel.Groups {
		t, err := readTally(tx, tallyKey(tallyGroup, string(id.Bytes(g))))
		if err != nil {
			return false, err
		}
		n += t.people
	}
	return n*scanWorth < everybody.people, nil
}

// member returns the test whether a person is selected.
func (sel Selection) member() func(Recipient) bool {
	if sel.Everyone {
		return func(Recipient) bool { return true }
	}
	departments, people := map[string]bool{}, map[id.Recipient]bool{}
	for _, name := range sel.Departments {
		departments[name] = true
	}
	for _, who := range sel.Recipients {
		people[who] = true
	}
	return func(r Recipient) bool {
		return departments[r.Department] || people[r.ID] || slices.ContainsFunc(sel.Groups, r.In)
	}
}

// ids returns the selected people, ascending, each once.
func (sel Selection) ids(tx *store.Tx) ([]id.Recipient, error) {
	ids := slices.Clone(sel.Recipients)
	collect := func(prefix []byte) error {
		return tx.Each(store.Scan{Prefix: prefix, KeysOnly: true}, func(key, _ []byte) (bool, error) {
			ids = append(ids, placeID(key))
			return true, nil
		})
	}
	for _, name := range sel.Departments {
		if err := collect(departmentPrefix(name)); err != nil {
			return nil, err
		}
	}
	for _, g := range sel.Groups {
		if err := collect(memberPrefix(g)); err != nil {
			return nil, err
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

func eachScanned(ctx context.Context, tx *store.Tx, fn func(Recipient) error) error {
	n := 0
	return tx.Each(store.Scan{Prefix: store.Recipient.Key()}, func(key, value []byte) (bool, error) {
		if n++; n%1024 == 0 && ctx.Err() != nil {
			return false, ctx.Err()
		}
		who, _ := id.FromBytes[id.Recipient](key[1:])
		r, err := DecodeRecipient(who, value)
		if err != nil {
			return false, err
		}
		return true, fn(r)
	})
}

// ByNumber returns the people who have the number, ascending. It is for replies and receipts, which no scope limits.
func (s *Service) ByNumber(_ context.Context, n phone.Number) ([]id.Recipient, error) {
	var out []id.Recipient
	err := s.store.View(func(tx *store.Tx) error {
		var err error
		out, err = ByNumber(tx, n)
		return err
	})
	return out, err
}

// ByNumber is Service.ByNumber within another package's transaction.
func ByNumber(tx *store.Tx, n phone.Number) ([]id.Recipient, error) {
	if n == 0 {
		return nil, nil
	}
	var out []id.Recipient
	prefix := store.RecipientByNumber.Key([]byte(n.Digits()), []byte{0})
	err := tx.Each(store.Scan{Prefix: prefix, KeysOnly: true}, func(key, _ []byte) (bool, error) {
		out = append(out, placeID(key))
		return true, nil
	})
	return out, err
}

// ByExternal returns the person with the external id, cleaned as words.ExternalID does. Returns NotFound
// (recipient_not_found), also for people outside of the scope.
func (s *Service) ByExternal(_ context.Context, sc scope.Scope, external string) (Recipient, error) {
	var r Recipient
	err := s.store.View(func(tx *store.Tx) error {
		who, err := FindExternal(tx, words.ExternalID(external))
		if err != nil {
			return err
		}
		r, err = getIn(tx, sc, who)
		return err
	})
	return r, err
}

// FindExternal returns who has the cleaned external id; 0 when nobody does.
func FindExternal(tx *store.Tx, external string) (id.Recipient, error) {
	if external == "" {
		return 0, nil
	}
	v, ok, err := tx.Get(externalKey(external))
	if err != nil || !ok {
		return 0, err
	}
	who, _ := id.FromBytes[id.Recipient](v)
	return who, nil
}

// Count is how many people there are.
type Count struct {
	People      int
	NoPhone     int // of them without a usable phone
	Unreachable int // of them without any usable address
}

// Count counts the people within the scope.
func (s *Service) Count(_ context.Context, sc scope.Scope) (Count, error) {
	var t tally
	err := s.store.View(func(tx *store.Tx) error {
		var err error
		t, err = scopeTally(tx, sc)
		return err
	})
	return Count{t.people, t.noPhone, t.unreachable}, err
}

// Department is a department in use. People without one are under the name "".
type Department struct {
	Name string
	Count
}

// Departments returns the departments in use within the scope, by name.
func (s *Service) Departments(_ context.Context, sc scope.Scope) ([]Department, error) {
	var out []Department
	err := s.store.View(func(tx *store.Tx) error {
		return eachTally(tx, tallyDepartment, func(name string, t tally) error {
			if sc.Allows(name) {
				out = append(out, Department{name, Count{t.people, t.noPhone, t.unreachable}})
			}
			return nil
		})
	})
	return out, err
}

// Attributes returns the names of free attributes in use, by name. They say nothing about a person, so no scope limits
// them.
func (s *Service) Attributes(_ context.Context, _ scope.Scope) ([]string, error) {
	var out []string
	err := s.store.View(func(tx *store.Tx) error {
		return eachTally(tx, tallyAttribute, func(name string, _ tally) error {
			out = append(out, strings.Clone(name))
			return nil
		})
	})
	return out, err
}
