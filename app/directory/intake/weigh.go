package intake

import (
	"encoding/binary"
	"hash/fnv"

	"noroshi/app/directory"
	"noroshi/app/directory/sheet"
	"noroshi/app/id"
	"noroshi/app/scope"
	"noroshi/app/store"
)

// action is what is done with a row.
type action uint64

const (
	wrong   action = 0
	same    action = 1
	fresh   action = 2
	changed action = 3
)

// decision is what a row comes to. In a plan it is the action in the lowest bits and a hash of the outcome in the rest.
type decision struct {
	action  action
	cells   []string            // as many as there are columns; nil when the row does not have them
	old     directory.Recipient // zero for new people
	new     directory.Recipient // without identity, version and times of its own
	changes []directory.FieldChange
	rejects []Reject
	noKey   bool // nobody could be looked for
}

const actionBits = 3

// actionOf returns the action of a number in a plan.
func actionOf(code uint64) action { return action(code & (1<<actionBits - 1)) }

// code returns the decision as a plan keeps it. It covers who is meant and every field before and after, so that the
// same code means the same deed.
func (d decision) code() uint64 {
	h := fnv.New64a()
	write := func(s string) {
		_, _ = h.Write(binary.AppendUvarint(nil, uint64(len(s))))
		_, _ = h.Write([]byte(s))
	}
	write(d.old.ID.String())
	for _, c := range d.changes {
		write(c.Field)
		write(c.Before)
		write(c.After)
	}
	return h.Sum64()>>actionBits<<actionBits | uint64(d.action)
}

// scales weigh rows against the directory in one transaction.
type scales struct {
	tx   *store.Tx
	sc   scope.Scope
	m    mapping
	book *groupBook
}

// weigh decides about a row. Errors are of the ledger alone.
func (s scales) weigh(row sheet.Row) (decision, error) {
	cells, rejects := s.m.fit(row)
	if len(cells) != s.m.width || row.Fault != sheet.NoFault {
		return decision{rejects: rejects}, nil
	}
	d := decision{cells: cells, rejects: rejects}
	person, err := s.find(cells, &d)
	if err != nil {
		return d, err
	}
	if d.old.ID != 0 && !s.sc.Allows(d.old.Department) {
		d.old = directory.Recipient{}
		d.rejects = []Reject{s.m.reject(row.Line, s.m.external, s.m.cell(cells, s.m.external), reason(sheet.OutOfScope))}
		return d, nil
	}
	if person == nil {
		r, fields := s.m.draft(d.old, cells, s.book).Apply(d.old)
		d.rejects = append(d.rejects, s.m.rejects(row.Line, cells, fields)...)
		person = &r
	}
	d.new = *person
	s.judge(row.Line, cells, &d)
	if len(d.rejects) > 0 {
		return d, nil
	}
	d.changes = directory.Diff(d.old, d.new, s.book.name)
	switch {
	case d.old.ID == 0:
		d.action = fresh
	case len(d.changes) == 0:
		d.action = same
	default:
		d.action = changed
	}
	return d, nil
}

// find looks for the person a row means and sets d.old. person is what the row makes of a new one, when that had to be
// worked out on the way and stands.
func (s scales) find(cells []string, d *decision) (person *directory.Recipient, err error) {
	if external := s.m.externalID(cells); external != "" {
		who, err := directory.FindExternal(s.tx, external)
		if err != nil || who == 0 {
			return nil, err
		}
		d.old, _, err = directory.ReadRecipient(s.tx, who)
		return nil, err
	}
	r, fields := s.m.draft(directory.Recipient{}, cells, s.book).Apply(directory.Recipient{})
	phone, ok := r.Primary()
	d.noKey = true
	if !ok || len(fields) > 0 {
		return nil, nil
	}
	people, err := directory.ByNumber(s.tx, phone.Number)
	if err != nil {
		return nil, err
	}
	for _, who := range people {
		had, ok, err := directory.ReadRecipient(s.tx, who)
		if err != nil {
			return nil, err
		}
		if p, _ := had.Primary(); ok && had.Name == r.Name && p.Number == phone.Number {
			d.old, d.noKey = had, false
			return nil, nil
		}
	}
	return &r, nil
}

// judge adds what is wrong with the person beyond single fields.
func (s scales) judge(line int, cells []string, d *decision) {
	refuse := func(column int, code string) {
		d.rejects = append(d.rejects, s.m.reject(line, column, s.m.cell(cells, column), reason(code)))
	}
	if len(d.rejects) > 0 {
		return
	}
	if c := s.m.wrongGroup(cells); c >= 0 {
		refuse(c, sheet.BadGroup)
	}
	if !s.sc.Allows(d.new.Department) {
		refuse(s.m.department, sheet.OutOfScope)
	}
	// Somebody who is in the directory without an address may stay so; nobody loses the last one by a file.
	if !d.new.Reachable() && (d.old.ID == 0 || d.old.Reachable()) {
		refuse(s.m.columnOf("phones"), sheet.NoContact)
	}
}

// planKey names a block of a plan: of the rows ('r') or of the people who are missing ('m').
func planKey(j id.Import, check uint32, kind byte, block int) []byte {
	b := append(binary.BigEndian.AppendUint32(nil, check), kind)
	return store.ImportPlan.Key(id.Bytes(j), binary.BigEndian.AppendUint32(b, uint32(block)))
}

const (
	planRows    = 'r'
	planMissing = 'm'
	planVersion = 1
	planBlock   = 16 << 10 // numbers in a block: 128 KB
)

// putBlock writes the numbers of one block.
func putBlock(tx *store.Tx, key []byte, numbers []uint64) {
	b := make([]byte, 0, 8*len(numbers))
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	tx.Set(key, store.WithVersion(planVersion, b))
}

// readBlocks returns the numbers of all blocks of a kind.
func readBlocks(tx *store.Tx, j id.Import, check uint32, kind byte) ([]uint64, error) {
	var out []uint64
	key := planKey(j, check, kind, 0)
	err := tx.Each(store.Scan{Prefix: key[:len(key)-4]}, func(_, value []byte) (bool, error) {
		_, b, err := store.CheckVersion(value, planVersion)
		if err != nil {
			return false, err
		}
		for ; len(b) >= 8; b = b[8:] {
			out = append(out, binary.BigEndian.Uint64(b))
		}
		return true, nil
	})
	return out, err
}
