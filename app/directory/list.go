package directory

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/scope"
	"noroshi/app/store"
)

// Reach narrows a list to people who cannot be reached.
type Reach uint8

// The closed set of reaches.
const (
	AnyReach    Reach = iota
	NoPhone           // people without a usable phone
	Unreachable       // people without a usable phone and without a mail address
)

// Query says which people a list shows. The zero value is everybody.
type Query struct {
	// Search is the beginning of a word of name or reading, of the external id or of a phone, the last four or more digits
	// of a phone, or a part of a department.
	Search     string
	Group      id.Group // 0 means any
	Department string   // "" means any
	Reach      Reach
	Page       id.Page
}

// List is one page of people.
type List struct {
	Items []Recipient
	Next  id.Cursor // "" when this is the last page
	Total int       // people on all pages
	Exact bool      // false when counting stopped early: there are at least Total
}

// countBudget bounds how many index keys one count of a search reads.
const countBudget = 10_000

// List returns a page of the people of the query within the scope: without a search in the order of reading, else name;
// with one, people by name first, then by external id, phone and department. Returns Invalid (bad_cursor) when the
// person the page begins after is gone.
func (s *Service) List(ctx context.Context, sc scope.Scope, q Query) (List, error) {
	var out List
	err := s.store.View(func(tx *store.Tx) error {
		f := newFilter(sc, q)
		if f.nobody {
			out.Exact = true
			return nil
		}
		sources, err := s.sources(tx, sc, q)
		if err != nil {
			return err
		}
		if out.Total, out.Exact, err = total(tx, sc, q, f, sources); err != nil {
			return err
		}
		w := &listing{tx: tx, ctx: ctx, sources: sources, filter: f, limit: q.Page.Size()}
		if err := w.start(q.Page.After); err != nil {
			return err
		}
		out.Items, out.Next, err = w.page()
		return err
	})
	return out, err
}

// filter is what every person of a list must pass, beside being in one of its sources.
type filter struct {
	sc     scope.Scope
	q      Query
	mask   byte
	hashes [][]byte // of the departments that pass; nil means all
	nobody bool
}

func newFilter(sc scope.Scope, q Query) *filter {
	f := &filter{sc: sc, q: q}
	switch q.Reach {
	case NoPhone:
		f.mask = listNoPhone
	case Unreachable:
		f.mask = listUnreachable
	case AnyReach:
	}
	names := sc.Names()
	if q.Department != "" {
		names = []string{q.Department}
		f.nobody = !sc.Allows(q.Department)
	}
	if sc.All() && q.Department == "" {
		return f
	}
	f.nobody = f.nobody || len(names) == 0
	for _, name := range names {
		h := make([]byte, 4)
		putHash(h, name)
		f.hashes = append(f.hashes, h)
	}
	return f
}

// passes looks at the value of an index key. It may let people of another department with the same hash pass; admits
// does not.
func (f *filter) passes(value []byte) bool {
	if len(value) != listValueSize || value[0]&f.mask != f.mask {
		return false
	}
	return f.hashes == nil || slices.ContainsFunc(f.hashes, func(h []byte) bool { return bytes.Equal(h, value[1:]) })
}

func (f *filter) admits(r Recipient) bool {
	return f.sc.Allows(r.Department) && (f.q.Department == "" || r.Department == f.q.Department) &&
		(f.q.Group == 0 || r.In(f.q.Group))
}

// sources returns the prefixes of the index whose people, one after the other, are the list. Sources of one rank are
// merged by their order, so that a scope of several departments reads as one list.
func (s *Service) sources(tx *store.Tx, sc scope.Scope, q Query) ([]source, error) {
	switch {
	case strings.TrimSpace(q.Search) != "":
		return s.searchSources(tx, q.Search)
	case q.Group != 0:
		return []source{{prefix: memberPrefix(q.Group)}}, nil
	case q.Reach == NoPhone:
		return []source{{prefix: spacePrefix(spaceNoPhone)}}, nil
	case q.Reach == Unreachable:
		return []source{{prefix: spacePrefix(spaceUnreachable)}}, nil
	case q.Department != "":
		return []source{{prefix: departmentPrefix(q.Department)}}, nil
	case sc.All():
		return []source{{prefix: allPrefix()}}, nil
	}
	var out []source
	for _, name := range slices.Compact(slices.Sorted(slices.Values(sc.Names()))) {
		out = append(out, source{prefix: departmentPrefix(name), shared: true})
	}
	return out, nil
}

// source is one range of the index.
type source struct {
	prefix []byte
	shared bool // merged with the other shared ones
}

// read returns who an index key is about and the value a filter looks at.
func (s source) read(key, value []byte) (id.Recipient, []byte) {
	if s.prefix[0] == byte(store.RecipientByExternal) {
		who, _ := id.FromBytes[id.Recipient](value)
		return who, value[min(8, len(value)):]
	}
	return placeID(key), value
}

// firstKey returns the person's first key in the source; nil when there is none.
func (s source) firstKey(keys []entry) []byte {
	i, _ := slices.BinarySearchFunc(keys, s.prefix, func(e entry, p []byte) int { return bytes.Compare(e.key, p) })
	if i < len(keys) && bytes.HasPrefix(keys[i].key, s.prefix) {
		return keys[i].key
	}
	return nil
}

// total counts the people on all pages: from a tally where there is one, else by reading keys, up to the budget.
func total(tx *store.Tx, sc scope.Scope, q Query, f *filter, sources []source) (int, bool, error) {
	if strings.TrimSpace(q.Search) == "" && (q.Group == 0 || sc.All() && q.Department == "" && q.Reach == AnyReach) {
		t, err := tallyOf(tx, sc, q)
		switch q.Reach {
		case NoPhone:
			return t.noPhone, true, err
		case Unreachable:
			return t.unreachable, true, err
		case AnyReach:
		}
		return t.people, true, err
	}
	seen, visits := map[id.Recipient]bool{}, 0
	for _, src := range sources {
		err := tx.Each(store.Scan{Prefix: src.prefix}, func(key, value []byte) (bool, error) {
			visits++
			who, v := src.read(key, value)
			if f.passes(v) && !seen[who] {
				in, err := f.inGroup(tx, who, src)
				if err != nil {
					return false, err
				}
				if in {
					seen[who] = true
				}
			}
			return visits < countBudget, nil
		})
		if err != nil {
			return 0, false, err
		}
	}
	return len(seen), visits < countBudget, nil
}

// inGroup reports whether the person of a source is in the group of the filter.
func (f *filter) inGroup(tx *store.Tx, who id.Recipient, src source) (bool, error) {
	if f.q.Group == 0 || src.prefix[0] == byte(store.GroupMember) {
		return true, nil
	}
	r, ok, err := ReadRecipient(tx, who)
	return ok && r.In(f.q.Group), err
}

func tallyOf(tx *store.Tx, sc scope.Scope, q Query) (tally, error) {
	switch {
	case q.Group != 0:
		return readTally(tx, tallyKey(tallyGroup, string(id.Bytes(q.Group))))
	case q.Department != "":
		return readTally(tx, tallyKey(tallyDepartment, q.Department))
	}
	return scopeTally(tx, sc)
}

// listing walks the sources of a list.
type listing struct {
	tx      *store.Tx
	ctx     context.Context
	sources []source
	filter  *filter
	limit   int
	at      int    // the source to go on with
	after   []byte // the key to go on behind, without the prefix when sources are merged; nil is the beginning
	visits  int
}

// start goes to the place after the person whom the cursor names.
func (w *listing) start(c id.Cursor) error {
	if c == "" {
		return nil
	}
	errBad := fault.New(fault.Invalid, "bad_cursor", "This place in the list is gone; begin again.")
	who, err := id.Parse[id.Recipient](string(c))
	if err != nil {
		return errBad
	}
	r, ok, err := ReadRecipient(w.tx, who)
	if err != nil {
		return err
	}
	keys := entriesOf(r)
	for i, src := range w.sources {
		if key := src.firstKey(keys); ok && key != nil {
			w.at, w.after = i, key
			if src.shared {
				w.at, w.after = 0, key[len(src.prefix):]
			}
			return nil
		}
	}
	return errBad
}

func (w *listing) page() (items []Recipient, next id.Cursor, err error) {
	take := func(r Recipient) bool {
		if len(items) == w.limit {
			next = id.Cursor(items[len(items)-1].ID.String())
			return false
		}
		items = append(items, r)
		return true
	}
	if len(w.sources) > 0 && w.sources[0].shared {
		err = w.merged(take)
		return items, next, err
	}
	for ; w.at < len(w.sources) && next == ""; w.at, w.after = w.at+1, nil {
		if err := w.walk(w.sources[w.at], take); err != nil {
			return nil, "", err
		}
	}
	return items, next, nil
}

// walk gives take the people of a source who are in none before it.
func (w *listing) walk(src source, take func(Recipient) bool) error {
	scan := store.Scan{Prefix: src.prefix, From: w.after}
	return w.tx.Each(scan, func(key, value []byte) (bool, error) {
		if w.visits++; w.visits%1024 == 0 && w.ctx.Err() != nil {
			return false, w.ctx.Err()
		}
		who, v := src.read(key, value)
		if bytes.Equal(key, w.after) || !w.filter.passes(v) {
			return true, nil
		}
		r, ok, err := ReadRecipient(w.tx, who)
		if err != nil || !ok || !w.filter.admits(r) {
			return true, err
		}
		keys := entriesOf(r)
		if !bytes.Equal(src.firstKey(keys), key) {
			return true, nil // this person came with an earlier word
		}
		for _, before := range w.sources[:w.at] {
			if before.firstKey(keys) != nil {
				return true, nil
			}
		}
		return take(r), nil
	})
}

// merged gives the people of all sources in one order. It reads a page of keys of each: a scope has few departments.
func (w *listing) merged(take func(Recipient) bool) error {
	type candidate struct {
		place string
		who   id.Recipient
	}
	var all []candidate
	for _, src := range w.sources {
		n := 0
		from := join(src.prefix, w.after)
		err := w.tx.Each(store.Scan{Prefix: src.prefix, From: from}, func(key, value []byte) (bool, error) {
			if w.after != nil && bytes.Equal(key, from) || !w.filter.passes(value) {
				return true, nil
			}
			all = append(all, candidate{string(key[len(src.prefix):]), placeID(key)})
			n++
			return n <= w.limit, w.ctx.Err()
		})
		if err != nil {
			return err
		}
	}
	slices.SortFunc(all, func(a, b candidate) int { return strings.Compare(a.place, b.place) })
	for _, c := range all {
		r, ok, err := ReadRecipient(w.tx, c.who)
		if err != nil {
			return err
		}
		if ok && w.filter.admits(r) && !take(r) {
			return nil
		}
	}
	return nil
}
