package directory

import (
	"encoding/binary"

	"noroshi/app/directory/pack"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/phone"
	"noroshi/app/store"
)

// The newest version of each record this release reads and the one it writes.
const (
	recipientVersion = 1
	countVersion     = 1
)

// Bits of a recipient's flags.
const (
	flagOptedOut = 1 << iota
	flagBlocked
)

func recipientKey(r id.Recipient) []byte { return store.Recipient.Key(id.Bytes(r)) }

func externalKey(external string) []byte { return store.RecipientByExternal.Key([]byte(external)) }

// EncodeRecipient writes the fields by hand, one after the other: a broadcast reads a hundred thousand of them before
// its first message leaves, and this is read in a third of the time of CBOR. The identifier is in the key.
func EncodeRecipient(r Recipient) []byte {
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
	b = binary.AppendUvarint(b, pack.Millis(r.Created))
	b = binary.AppendUvarint(b, pack.Millis(r.Updated))
	for _, s := range [...]string{r.ExternalID, r.Name, r.Reading, r.Department, r.Language, r.Zone, r.Note} {
		b = pack.String(b, s)
	}
	b = binary.AppendUvarint(b, uint64(len(r.Phones)))
	for _, p := range r.Phones {
		state := byte(p.Status) << 1
		if p.Forced {
			state |= 1
		}
		b = append(b, state)
		b = binary.AppendUvarint(b, uint64(p.Number))
		b = pack.String(pack.String(pack.String(b, p.Raw), p.Country), p.Label)
	}
	b = binary.AppendUvarint(b, uint64(len(r.Mails)))
	for _, m := range r.Mails {
		b = pack.String(pack.String(b, m.Address), m.Label)
	}
	b = binary.AppendUvarint(b, uint64(len(r.Groups)))
	for _, g := range r.Groups {
		b = id.Append(b, g)
	}
	b = binary.AppendUvarint(b, uint64(len(r.Attributes)))
	for _, a := range r.Attributes {
		b = pack.String(pack.String(b, a.Name), a.Value)
	}
	return b
}

// DecodeRecipient reads what EncodeRecipient wrote. The texts share one copy of the record, so b may be reused.
func DecodeRecipient(who id.Recipient, b []byte) (Recipient, error) {
	if _, _, err := store.CheckVersion(b, recipientVersion); err != nil {
		return Recipient{}, err
	}
	d := pack.NewDecoder(b[1:])
	r := Recipient{ID: who}
	flags := d.Number()
	r.OptedOut, r.Blocked = flags&flagOptedOut != 0, flags&flagBlocked != 0
	r.Version = d.Number()
	r.Created, r.Updated = d.Time(), d.Time()
	for _, s := range [...]*string{&r.ExternalID, &r.Name, &r.Reading, &r.Department, &r.Language, &r.Zone, &r.Note} {
		*s = d.Text()
	}
	if n := d.Count(5); n > 0 {
		r.Phones = make([]Phone, n)
		for i := range r.Phones {
			state := d.Octet()
			r.Phones[i] = Phone{
				Status: phone.Status(state >> 1), Forced: state&1 != 0, Number: phone.Number(d.Number()),
				Raw: d.Text(), Country: d.Text(), Label: d.Text(),
			}
		}
	}
	if n := d.Count(2); n > 0 {
		r.Mails = make([]Mail, n)
		for i := range r.Mails {
			r.Mails[i] = Mail{Address: d.Text(), Label: d.Text()}
		}
	}
	if n := d.Count(8); n > 0 {
		r.Groups = make([]id.Group, n)
		for i := range r.Groups {
			r.Groups[i] = id.Group(d.Word())
		}
	}
	if n := d.Count(2); n > 0 {
		r.Attributes = make(Attributes, n)
		for i := range r.Attributes {
			r.Attributes[i] = Attribute{Name: d.Text(), Value: d.Text()}
		}
	}
	if d.Bad() {
		return Recipient{}, errDamaged("recipient")
	}
	return r, nil
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
	d := pack.NewDecoder(b[1:])
	t := tally{people: d.Signed(), noPhone: d.Signed(), unreachable: d.Signed()}
	if d.Bad() {
		return tally{}, errDamaged("count")
	}
	return t, nil
}

func errDamaged(what string) error {
	return fault.New(fault.Internal, "record_damaged", "A record of the directory cannot be read.", "record", what)
}
