package directory

import (
	"encoding/binary"
	"time"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/phone"
	"noroshi/app/store"
)

// The newest version of each record this release reads and the one it writes.
const (
	recipientVersion = 1
	groupVersion     = 1
	countVersion     = 1
)

// Bits of a recipient's flags.
const (
	flagOptedOut = 1 << iota
	flagBlocked
)

func recipientKey(r id.Recipient) []byte { return store.Recipient.Key(id.Bytes(r)) }

func externalKey(external string) []byte { return store.RecipientByExternal.Key([]byte(external)) }

func groupKey(g id.Group) []byte { return store.Group.Key(id.Bytes(g)) }

// encodeRecipient writes the fields by hand, one after the other: a broadcast reads a hundred thousand of them before
// its first message leaves, and this is read in a third of the time of CBOR. The identifier is in the key.
func encodeRecipient(r Recipient) []byte {
	b := make([]byte, 0, 160+len(r.Note))
	b = append(b, recipientVersion)
	var flags uint64
	if r.OptedOut {
		flags |= flagOptedOut
	}
	if r.Blocked {
		flags |= flagBlocked
	}
	b = binary.AppendUvarint(b, flags)
	b = binary.AppendUvarint(b, r.Version)
	b = binary.AppendUvarint(b, millis(r.Created))
	b = binary.AppendUvarint(b, millis(r.Updated))
	for _, s := range [...]string{r.ExternalID, r.Name, r.Reading, r.Department, r.Language, r.Zone, r.Note} {
		b = appendString(b, s)
	}
	b = binary.AppendUvarint(b, uint64(len(r.Phones)))
	for _, p := range r.Phones {
		state := byte(p.Status) << 1
		if p.Forced {
			state |= 1
		}
		b = append(b, state)
		b = binary.AppendUvarint(b, uint64(p.Number))
		b = appendString(appendString(appendString(b, p.Raw), p.Country), p.Label)
	}
	b = binary.AppendUvarint(b, uint64(len(r.Mails)))
	for _, m := range r.Mails {
		b = appendString(appendString(b, m.Address), m.Label)
	}
	b = binary.AppendUvarint(b, uint64(len(r.Groups)))
	for _, g := range r.Groups {
		b = id.Append(b, g)
	}
	b = binary.AppendUvarint(b, uint64(len(r.Attributes)))
	for _, a := range r.Attributes {
		b = appendString(appendString(b, a.Name), a.Value)
	}
	return b
}

// decodeRecipient reads what encodeRecipient wrote. The texts share one copy of the record, so b may be reused.
func decodeRecipient(who id.Recipient, b []byte) (Recipient, error) {
	if _, _, err := store.CheckVersion(b, recipientVersion); err != nil {
		return Recipient{}, err
	}
	d := decoder{s: string(b[1:])}
	r := Recipient{ID: who}
	flags := d.number()
	r.OptedOut, r.Blocked = flags&flagOptedOut != 0, flags&flagBlocked != 0
	r.Version = d.number()
	r.Created, r.Updated = d.time(), d.time()
	for _, s := range [...]*string{&r.ExternalID, &r.Name, &r.Reading, &r.Department, &r.Language, &r.Zone, &r.Note} {
		*s = d.text()
	}
	if n := d.count(5); n > 0 {
		r.Phones = make([]Phone, n)
		for i := range r.Phones {
			state := d.octet()
			r.Phones[i] = Phone{
				Status: phone.Status(state >> 1), Forced: state&1 != 0, Number: phone.Number(d.number()),
				Raw: d.text(), Country: d.text(), Label: d.text(),
			}
		}
	}
	if n := d.count(2); n > 0 {
		r.Mails = make([]Mail, n)
		for i := range r.Mails {
			r.Mails[i] = Mail{Address: d.text(), Label: d.text()}
		}
	}
	if n := d.count(8); n > 0 {
		r.Groups = make([]id.Group, n)
		for i := range r.Groups {
			r.Groups[i] = id.Group(d.word())
		}
	}
	if n := d.count(2); n > 0 {
		r.Attributes = make(Attributes, n)
		for i := range r.Attributes {
			r.Attributes[i] = Attribute{Name: d.text(), Value: d.text()}
		}
	}
	if d.bad {
		return Recipient{}, errDamaged("recipient")
	}
	return r, nil
}

func encodeGroup(g Group) []byte {
	b := []byte{groupVersion}
	b = binary.AppendUvarint(b, g.Version)
	b = binary.AppendUvarint(b, millis(g.Created))
	b = binary.AppendUvarint(b, millis(g.Updated))
	return appendString(appendString(b, g.Name), g.Description)
}

func decodeGroup(who id.Group, b []byte) (Group, error) {
	if _, _, err := store.CheckVersion(b, groupVersion); err != nil {
		return Group{}, err
	}
	d := decoder{s: string(b[1:])}
	g := Group{ID: who, Version: d.number(), Created: d.time(), Updated: d.time(), Name: d.text(), Description: d.text()}
	if d.bad {
		return Group{}, errDamaged("group")
	}
	return g, nil
}

func encodeTally(t tally) []byte {
	b := []byte{countVersion}
	b = binary.AppendVarint(b, int64(t.people))
	b = binary.AppendVarint(b, int64(t.noPhone))
	return binary.AppendVarint(b, int64(t.unreachable))
}

func decodeTally(b []byte) (tally, error) {
	if _, _, err := store.CheckVersion(b, countVersion); err != nil {
		return tally{}, err
	}
	d := decoder{s: string(b[1:])}
	t := tally{people: d.signed(), noPhone: d.signed(), unreachable: d.signed()}
	if d.bad {
		return tally{}, errDamaged("count")
	}
	return t, nil
}

func errDamaged(what string) error {
	return fault.New(fault.Internal, "record_damaged", "A record of the directory cannot be read.", "record", what)
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// decoder reads a record from its front. After the first fault it reads zeros, and bad says so.
type decoder struct {
	s   string
	bad bool
}

func (d *decoder) fail() {
	d.s, d.bad = "", true
}

func (d *decoder) octet() byte {
	if d.s == "" {
		d.fail()
		return 0
	}
	c := d.s[0]
	d.s = d.s[1:]
	return c
}

func (d *decoder) number() uint64 {
	var n uint64
	for shift := uint(0); shift < 64; shift += 7 {
		if d.s == "" {
			break
		}
		c := d.s[0]
		d.s = d.s[1:]
		n |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return n
		}
	}
	d.fail()
	return 0
}

func (d *decoder) signed() int {
	n := d.number()
	v := int64(n >> 1)
	if n&1 != 0 {
		v = ^v
	}
	return int(v)
}

// count reads how many elements follow, each of at least the size: a damaged count must not reserve memory.
func (d *decoder) count(size int) int {
	n := d.number()
	if n > uint64(len(d.s)/size) {
		d.fail()
		return 0
	}
	return int(n)
}

func (d *decoder) text() string {
	n := d.number()
	if n > uint64(len(d.s)) {
		d.fail()
		return ""
	}
	s := d.s[:n]
	d.s = d.s[n:]
	return s
}

func (d *decoder) word() uint64 {
	if len(d.s) < 8 {
		d.fail()
		return 0
	}
	n := binary.BigEndian.Uint64([]byte(d.s[:8]))
	d.s = d.s[8:]
	return n
}

func (d *decoder) time() time.Time {
	n := d.number()
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(n)).UTC()
}

func millis(t time.Time) uint64 {
	if t.IsZero() {
		return 0
	}
	return uint64(max(t.UnixMilli(), 0))
}
