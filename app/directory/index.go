package directory

import (
	"bytes"
	"encoding/binary"
	"hash/fnv"
	"maps"
	"slices"

	"noroshi/app/directory/pack"
	"noroshi/app/directory/words"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/scope"
	"noroshi/app/store"
)

// Spaces of the index keys: the octet after the prefix.
const (
	spaceAll         = 'a' // RecipientByName: everybody in the order of lists
	spaceWord        = 'w' // RecipientByName: everybody under each word of name and reading
	spaceDepartment  = 'd' // RecipientByDepartment: department, then the order of lists
	spaceNoPhone     = 'p' // RecipientByDepartment: people without a usable phone, in the order of lists
	spaceUnreachable = 'u' // RecipientByDepartment: people without any usable address, in the order of lists
)

// Bits of a listing's value. The rest of it is the hash of the department, so that a scan passes over people of other
// departments without reading them.
const (
	listNoPhone     = 1
	listUnreachable = 2
	listValueSize   = 1 + 4
)

// entry is one index key with its value.
type entry struct{ key, value []byte }

// sortText is what lists are sorted by: the reading, else the name.
func sortText(r Recipient) string {
	if r.Reading != "" {
		return words.Cut(words.Fold(r.Reading))
	}
	return words.Cut(words.Fold(r.Name))
}

func listValue(r Recipient) []byte {
	v := make([]byte, listValueSize)
	if _, ok := r.Primary(); !ok {
		v[0] |= listNoPhone
	}
	if !r.Reachable() {
		v[0] |= listUnreachable
	}
	putHash(v[1:], r.Department)
	return v
}

func putHash(b []byte, department string) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(department))
	h.Sum(b[:0])
}

func allPrefix() []byte { return store.RecipientByName.Key([]byte{spaceAll}) }

func wordPrefix() []byte { return store.RecipientByName.Key([]byte{spaceWord}) }

func departmentPrefix(name string) []byte {
	return store.RecipientByDepartment.Key([]byte{spaceDepartment}, []byte(name), []byte{0})
}

func spacePrefix(space byte) []byte { return store.RecipientByDepartment.Key([]byte{space}) }

func memberPrefix(g id.Group) []byte { return store.GroupMember.Key(id.Bytes(g)) }

// place is where a person stands behind the prefix of a listing: the text, a separator no text contains, the
// identifier.
func place(text string, who id.Recipient) []byte {
	b := make([]byte, 0, len(text)+9)
	return id.Append(append(append(b, text...), 0), who)
}

// placeID returns the identifier at the end of a place.
func placeID(key []byte) id.Recipient {
	if len(key) < 8 {
		return 0
	}
	who, _ := id.FromBytes[id.Recipient](key[len(key)-8:])
	return who
}

func join(a, b []byte) []byte { return append(a[:len(a):len(a)], b...) }

// entriesOf returns every index key of the person, ascending.
func entriesOf(r Recipient) []entry {
	if r.ID == 0 {
		return nil
	}
	text, value := sortText(r), listValue(r)
	at := place(text, r.ID)
	out := make([]entry, 0, 10)
	add := func(prefix, place []byte) { out = append(out, entry{join(prefix, place), value}) }
	add(allPrefix(), at)
	add(departmentPrefix(r.Department), at)
	if value[0]&listNoPhone != 0 {
		add(spacePrefix(spaceNoPhone), at)
	}
	if value[0]&listUnreachable != 0 {
		add(spacePrefix(spaceUnreachable), at)
	}
	for _, g := range r.Groups {
		add(memberPrefix(g), at)
	}
	byWord := wordPrefix()
	for _, w := range wordsOf(r, text) {
		add(byWord, place(w, r.ID))
	}
	if r.ExternalID != "" {
		out = append(out, entry{externalKey(r.ExternalID), append(id.Bytes(r.ID), value...)})
	}
	for _, p := range r.Phones {
		out = append(out, entry{store.RecipientByNumber.Key(place(p.Number.Digits(), r.ID)), value})
	}
	slices.SortFunc(out, func(a, b entry) int { return bytes.Compare(a.key, b.key) })
	return slices.CompactFunc(out, func(a, b entry) bool { return bytes.Equal(a.key, b.key) })
}

// wordsOf returns the texts under which a person is found, beside the one of lists, which search reads as well.
func wordsOf(r Recipient, sorted string) []string {
	texts := words.Rotations(r.Name)
	if r.Reading != "" {
		texts = append(texts, words.Rotations(r.Reading)...)
	}
	return slices.DeleteFunc(texts, func(w string) bool { return w == sorted })
}

// tally is how many people something counts.
type tally struct{ people, noPhone, unreachable int }

func (t tally) plus(o tally) tally {
	return tally{t.people + o.people, t.noPhone + o.noPhone, t.unreachable + o.unreachable}
}

// Names of tallies: the kind, then the name or the identifier.
const (
	tallyDepartment = 'd'
	tallyGroup      = 'g'
	tallyAttribute  = 'a'
	tallyRevision   = 'r' // how many commits changed people
)

func tallyKey(kind byte, name string) []byte {
	return store.DirectoryTally.Key([]byte{kind}, []byte(name))
}

// Batch gathers what several changes of people do to the tallies, so that one commit writes each of them once.
type Batch struct {
	tx      *store.Tx
	counts  map[string]tally
	changed []Changed
	writes  int // about how many writes so far
	bytes   int // about how many octets
}

// NewBatch returns an empty batch of the transaction. Finish must be called before the function of the transaction
// returns.
func NewBatch(tx *store.Tx) *Batch { return &Batch{tx: tx, counts: map[string]tally{}} }

// Room kept free in a commit: tallies, the job's record and the audit line come on top.
const (
	batchWrites = 1500
	batchBytes  = 600 << 10
)

// Weigh counts writes and octets that the caller adds to the commit beside those of Put.
func (b *Batch) Weigh(writes, octets int) {
	b.writes, b.bytes = b.writes+writes, b.bytes+octets
}

// Full reports whether the commit should end here.
func (b *Batch) Full() bool {
	return b.writes+len(b.counts) > batchWrites || b.bytes > batchBytes
}

// Prepared is a person with what the ledger keeps of them, worked out before the writer's turn.
type Prepared struct {
	recipient Recipient
	entries   []entry
	record    []byte
}

// Prepare works out what the ledger keeps of the person.
func Prepare(r Recipient) Prepared {
	return Prepared{recipient: r, entries: entriesOf(r), record: EncodeRecipient(r)}
}

// Recipient returns who it is.
func (p Prepared) Recipient() Recipient { return p.recipient }

// put is Put of a person who was not prepared.
func (b *Batch) put(old, next Recipient) error {
	if next.ID == 0 {
		return b.Put(old, Prepared{})
	}
	return b.Put(old, Prepare(next))
}

// Put changes a person from old to p: a zero old creates, a zero p removes. It is the only place that writes
// recipients, so record, index and tallies cannot part. Returns Conflict (duplicate_external_id).
func (b *Batch) Put(old Recipient, p Prepared) error {
	next := p.recipient
	if next.ExternalID != "" && next.ExternalID != old.ExternalID {
		_, taken, err := b.tx.Get(externalKey(next.ExternalID))
		if err != nil {
			return err
		}
		if taken {
			return fault.New(fault.Conflict, "duplicate_external_id", "Another person has this external id.")
		}
	}
	b.putEntries(entriesOf(old), p.entries)
	if next.ID == 0 {
		b.delete(recipientKey(old.ID))
	} else {
		b.set(recipientKey(next.ID), p.record)
	}
	b.count(old, -1)
	b.count(next, 1)
	b.tell(old.ID, next.ID)
	return nil
}

func (b *Batch) tell(old, next id.Recipient) {
	switch {
	case old == 0:
		b.changed = append(b.changed, Changed{next, Created})
	case next == 0:
		b.changed = append(b.changed, Changed{old, Removed})
	default:
		b.changed = append(b.changed, Changed{next, Updated})
	}
	b.bytes += 9
}

func (b *Batch) putEntries(before, after []entry) {
	for len(before) > 0 || len(after) > 0 {
		switch c := compareHeads(before, after); {
		case c < 0:
			b.delete(before[0].key)
			before = before[1:]
		case c > 0:
			b.set(after[0].key, after[0].value)
			after = after[1:]
		default:
			if !bytes.Equal(before[0].value, after[0].value) {
				b.set(after[0].key, after[0].value)
			}
			before, after = before[1:], after[1:]
		}
	}
}

func compareHeads(a, b []entry) int {
	switch {
	case len(a) == 0:
		return 1
	case len(b) == 0:
		return -1
	}
	return bytes.Compare(a[0].key, b[0].key)
}

func (b *Batch) set(key, value []byte) {
	b.writes++
	b.bytes += len(key) + len(value)
	b.tx.Set(key, value)
}

func (b *Batch) delete(key []byte) {
	b.writes++
	b.bytes += len(key)
	b.tx.Delete(key)
}

func (b *Batch) count(r Recipient, sign int) {
	if r.ID == 0 {
		return
	}
	one := tally{people: sign}
	if _, ok := r.Primary(); !ok {
		one.noPhone = sign
	}
	if !r.Reachable() {
		one.unreachable = sign
	}
	add := func(kind byte, name string) {
		key := string(tallyKey(kind, name))
		b.counts[key] = b.counts[key].plus(one)
	}
	add(tallyDepartment, r.Department)
	for _, g := range r.Groups {
		add(tallyGroup, string(id.Bytes(g)))
	}
	for _, a := range r.Attributes {
		add(tallyAttribute, a.Name)
	}
}

// Finish writes the tallies and tells the change feed. A tally of nobody is removed.
func (b *Batch) Finish() error {
	if len(b.changed) == 0 {
		return nil
	}
	b.tx.Change(store.TopicDirectory, encodeChanged(b.changed))
	revision, err := Revision(b.tx)
	if err != nil {
		return err
	}
	b.tx.Set(revisionKey(), binary.AppendUvarint([]byte{countVersion}, revision+1))
	for _, key := range slices.Sorted(maps.Keys(b.counts)) {
		delta := b.counts[key]
		if delta == (tally{}) {
			continue
		}
		have, err := readTally(b.tx, []byte(key))
		if err != nil {
			return err
		}
		if have = have.plus(delta); have == (tally{}) {
			b.tx.Delete([]byte(key))
			continue
		}
		b.tx.Set([]byte(key), encodeTally(have))
	}
	return nil
}

func revisionKey() []byte { return tallyKey(tallyRevision, "") }

// Revision returns a number that grows with every commit that changes people.
func Revision(tx *store.Tx) (uint64, error) {
	v, ok, err := tx.Get(revisionKey())
	if err != nil || !ok {
		return 0, err
	}
	if _, _, err := store.CheckVersion(v, countVersion); err != nil {
		return 0, err
	}
	d := pack.NewDecoder(v[1:])
	return d.Number(), nil
}

func readTally(tx *store.Tx, key []byte) (tally, error) {
	v, ok, err := tx.Get(key)
	if err != nil || !ok {
		return tally{}, err
	}
	return decodeTally(v)
}

// eachTally calls fn with every tally of the kind, by name.
func eachTally(tx *store.Tx, kind byte, fn func(name string, t tally) error) error {
	prefix := tallyKey(kind, "")
	return tx.Each(store.Scan{Prefix: prefix}, func(key, value []byte) (bool, error) {
		t, err := decodeTally(value)
		if err != nil {
			return false, err
		}
		return true, fn(string(key[len(prefix):]), t)
	})
}

// scopeTally counts the people a scope may see.
func scopeTally(tx *store.Tx, sc scope.Scope) (tally, error) {
	var sum tally
	if !sc.All() {
		for _, name := range sc.Names() {
			t, err := readTally(tx, tallyKey(tallyDepartment, name))
			if err != nil {
				return tally{}, err
			}
			sum = sum.plus(t)
		}
		return sum, nil
	}
	err := eachTally(tx, tallyDepartment, func(_ string, t tally) error {
		sum = sum.plus(t)
		return nil
	})
	return sum, err
}
