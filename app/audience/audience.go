package audience

import (
	"context"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/fxamacker/cbor/v2"

	"noroshi/app/directory"
	"noroshi/app/directory/group"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/message"
	"noroshi/app/phone"
	"noroshi/app/scope"
	"noroshi/app/store"
)

// PageSize is the number of rows in a page; all are full but the last.
const PageSize = 256

// Row is one person of an audience.
type Row struct {
	Recipient  id.Recipient     `cbor:"1,keyasint"`
	Name       string           `cbor:"2,keyasint"`
	Reading    string           `cbor:"3,keyasint,omitempty"`
	Department uint16           `cbor:"4,keyasint,omitempty"` // place in Head.Departments
	Language   string           `cbor:"5,keyasint,omitempty"` // empty: the organisation's
	Numbers    []phone.Number   `cbor:"6,keyasint,omitempty"` // numbers that get a text
	Standing   message.Standing `cbor:"7,keyasint"`           // Waiting, or why the person cannot be reached
	Vars       []string         `cbor:"8,keyasint,omitempty"` // values of the variables the texts use
	// Priority is the best of the person's groups. Rows of releases that knew none are ordinary.
	Priority group.Priority `cbor:"9,keyasint,omitempty"`
}

// Head is what is known of an audience as a whole.
type Head struct {
	Departments []string     `cbor:"1,keyasint"`
	Rows        uint32       `cbor:"2,keyasint"`
	Last        id.Recipient `cbor:"3,keyasint"` // the last person that was frozen: where to go on after a crash
	Done        bool         `cbor:"4,keyasint"`
}

// Want says how people are read.
type Want struct {
	Selection Selection
	AllPhones bool     // every usable phone instead of the first
	Vars      []string // variables whose values are frozen with each row
}

// Selection says who is meant.
type Selection = directory.Selection

// Service reads audiences.
type Service struct {
	store     *store.Store
	directory *directory.Service
}

// New returns a service over a ledger and its directory.
func New(st *store.Store, dir *directory.Service) *Service {
	return &Service{store: st, directory: dir}
}

// Each calls fn for every person of a selection with how they can be reached; department is the person's own.
func (s *Service) Each(ctx context.Context, sc scope.Scope, w Want, fn func(r Row, department string) error) error {
	blocked, err := s.blocked()
	if err != nil {
		return err
	}
	var ranks group.Ranks
	err = s.store.View(func(tx *store.Tx) error {
		ranks, err = group.ReadRanks(tx)
		return err
	})
	if err != nil {
		return err
	}
	return s.directory.Each(ctx, sc, w.Selection, func(p directory.Recipient) error {
		row := rowOf(p, w, blocked)
		row.Priority = ranks.Of(p.Groups)
		return fn(row, p.Department)
	})
}

// blocked returns the numbers that asked for no more texts. They stay blocked whoever is registered with them later.
func (s *Service) blocked() (map[phone.Number]bool, error) {
	out := map[phone.Number]bool{}
	prefix := store.OptOut.Key([]byte{byte(message.SMS)})
	err := s.store.View(func(tx *store.Tx) error {
		return tx.Each(store.Scan{Prefix: prefix, KeysOnly: true}, func(key, _ []byte) (bool, error) {
			if n := key[len(prefix):]; len(n) == 8 {
				out[phone.Number(binary.BigEndian.Uint64(n))] = true
			}
			return true, nil
		})
	})
	return out, err
}

func rowOf(p directory.Recipient, w Want, blocked map[phone.Number]bool) Row {
	row := Row{Recipient: p.ID, Name: p.Name, Reading: p.Reading, Language: p.Language}
	row.Numbers, row.Standing = reach(p, w.AllPhones, blocked)
	if len(w.Vars) > 0 {
		row.Vars = make([]string, len(w.Vars))
		for i, name := range w.Vars {
			row.Vars[i] = value(p, name)
		}
	}
	return row
}

func value(p directory.Recipient, name string) string {
	switch name {
	case "name":
		return p.Name
	case "department":
		return p.Department
	}
	return p.Attributes.Get(name)
}

// reach returns the numbers to text, or why there are none.
func reach(p directory.Recipient, all bool, blocked map[phone.Number]bool) ([]phone.Number, message.Standing) {
	if p.OptedOut || p.Blocked {
		return nil, message.UnreachableOptedOut
	}
	var numbers []phone.Number
	optedOut := false
	for _, ph := range p.Phones {
		if !ph.Usable() || slices.Contains(numbers, ph.Number) {
			continue
		}
		if blocked[ph.Number] {
			optedOut = true
			continue
		}
		if numbers = append(numbers, ph.Number); !all {
			break
		}
	}
	if len(numbers) > 0 {
		return numbers, message.Waiting
	}
	if optedOut {
		return nil, message.UnreachableOptedOut
	}
	why := message.UnreachableNoPhone
	for _, ph := range p.Phones {
		if ph.Status == phone.NotMobile {
			return nil, message.UnreachableNotMobile
		}
		why = message.UnreachableInvalid
	}
	return nil, why
}

const recordVersion = 1

func headKey(b id.Broadcast) []byte {
	return store.AudiencePage.Key(id.Bytes(b), []byte{0xff, 0xff, 0xff, 0xff})
}

func pageKey(b id.Broadcast, n uint32) []byte {
	return store.AudiencePage.Key(id.Bytes(b), binary.BigEndian.AppendUint32(nil, n))
}

// ReadHead returns the head of an audience; ok is false when freezing has not begun.
func ReadHead(tx *store.Tx, b id.Broadcast) (h Head, ok bool, err error) {
	value, ok, err := tx.Get(headKey(b))
	if err != nil || !ok {
		return Head{}, false, err
	}
	err = decode(value, &h)
	return h, true, err
}

// PutHead writes the head.
func PutHead(tx *store.Tx, b id.Broadcast, h Head) error { return put(tx, headKey(b), h) }

// PutPage freezes page n.
func PutPage(tx *store.Tx, b id.Broadcast, n uint32, rows []Row) error {
	return put(tx, pageKey(b, n), rows)
}

func put(tx *store.Tx, key []byte, v any) error {
	body, err := cbor.Marshal(v)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "internal", "An audience cannot be encoded.")
	}
	tx.Set(key, store.WithVersion(recordVersion, body))
	return nil
}

func decode(value []byte, into any) error {
	_, rest, err := store.CheckVersion(value, recordVersion)
	if err != nil {
		return err
	}
	if err := cbor.Unmarshal(rest, into); err != nil {
		return fault.Wrap(err, fault.Internal, "damaged_record", "A page of an audience is damaged.")
	}
	return nil
}

// Head returns the head of a frozen audience. Returns NotFound (code audience_not_frozen) before there is one.
func (s *Service) Head(b id.Broadcast) (h Head, err error) {
	err = s.store.View(func(tx *store.Tx) error {
		var ok bool
		h, ok, err = ReadHead(tx, b)
		if err == nil && !ok {
			err = fault.New(fault.NotFound, "audience_not_frozen", "The people of this broadcast are not settled yet.")
		}
		return err
	})
	return h, err
}

// Row returns one person of a frozen audience. Returns NotFound (code person_not_found).
func (s *Service) Row(b id.Broadcast, person uint32) (row Row, err error) {
	err = s.store.View(func(tx *store.Tx) error {
		value, ok, err := tx.Get(pageKey(b, person/PageSize))
		if err != nil {
			return err
		}
		var rows []Row
		if ok {
			if err := decode(value, &rows); err != nil {
				return err
			}
		}
		if int(person%PageSize) >= len(rows) {
			return fault.New(fault.NotFound, "person_not_found", "There is no such person in this broadcast.")
		}
		row = rows[person%PageSize]
		return nil
	})
	return row, err
}

// EachFrozen calls fn with every row from a place on until it returns false.
func (s *Service) EachFrozen(b id.Broadcast, from uint32, fn func(person uint32, r Row) (bool, error)) error {
	return s.store.View(func(tx *store.Tx) error {
		scan := store.Scan{Prefix: store.AudiencePage.Key(id.Bytes(b)), From: pageKey(b, from/PageSize)}
		return tx.Each(scan, func(key, value []byte) (bool, error) {
			n := binary.BigEndian.Uint32(key[9:])
			if n == 0xffffffff {
				return false, nil
			}
			var rows []Row
			if err := decode(value, &rows); err != nil {
				return false, err
			}
			for i, r := range rows {
				if person := n*PageSize + uint32(i); person >= from {
					if more, err := fn(person, r); err != nil || !more {
						return false, err
					}
				}
			}
			return true, nil
		})
	})
}

// Matches reports whether the row fits a search text: a word of name or reading, or digits of a number.
func (r Row) Matches(fold func(string) string, q string) bool {
	if q == "" {
		return true
	}
	if strings.Contains(fold(r.Name), q) || strings.Contains(fold(r.Reading), q) {
		return true
	}
	digits := strings.TrimLeft(strings.NewReplacer("-", "", "+", "", " ", "").Replace(q), "0")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return false
	}
	for _, n := range r.Numbers {
		if strings.Contains(n.Digits(), digits) {
			return true
		}
	}
	return false
}
