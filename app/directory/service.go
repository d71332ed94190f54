package directory

import (
	"context"
	"encoding/binary"
	"slices"
	"time"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/scope"
	"noroshi/app/store"
)

// Options are what a Service is made of. All fields are needed except Audit.
type Options struct {
	Store *store.Store
	IDs   *id.Source
	Now   func() time.Time
	// Country returns the organisation's country, ISO 3166 alpha-2, to which phone numbers without a country belong.
	Country func() string
	// Audit writes a line of the audit log in the transaction; who acted is in the context. It is called with the
	// action, the object, and what it was and became, and may be called again if the transaction is run again.
	Audit func(ctx context.Context, tx *store.Tx, action, object string, before, after any) error
}

// Service is the directory. It is safe for concurrent use.
type Service struct {
	store   *store.Store
	ids     *id.Source
	now     func() time.Time
	country func() string
	audit   func(ctx context.Context, tx *store.Tx, action, object string, before, after any) error
	zones   *Zones
}

// New returns the directory over the options.
func New(o Options) *Service {
	s := &Service{store: o.Store, ids: o.IDs, now: o.Now, country: o.Country, audit: o.Audit, zones: &Zones{}}
	if s.audit == nil {
		s.audit = func(context.Context, *store.Tx, string, string, any, any) error { return nil }
	}
	return s
}

// Actions of the audit lines.
const (
	actionCreate       = "recipient.created"
	actionUpdate       = "recipient.updated"
	actionRemove       = "recipient.removed"
	actionGroupCreate  = "group.created"
	actionGroupUpdate  = "group.updated"
	actionGroupRemove  = "group.removed"
	actionGroupMembers = "group.members_changed"
)

func errNoRecipient() error {
	return fault.New(fault.NotFound, "recipient_not_found", "There is no such recipient.")
}

func errOutOfScope() error {
	return fault.New(fault.Forbidden, "out_of_scope", "This department is outside of what you may change.")
}

// Create registers a person. Returns Invalid with the fields that are wrong, Conflict (duplicate_external_id),
// Forbidden (out_of_scope) when the scope does not allow the department, Invalid (no_such_group) for an unknown
// group.
func (s *Service) Create(ctx context.Context, sc scope.Scope, d Draft) (Recipient, error) {
	fresh := Recipient{ID: id.New[id.Recipient](s.ids), Version: 1, Created: s.now().UTC().Truncate(time.Millisecond)}
	fresh.Updated = fresh.Created
	r, wrong := s.withDefaults(d).Apply(fresh)
	if e := fault.InvalidFields(wrong); e != nil {
		return Recipient{}, e
	}
	if !sc.Allows(r.Department) {
		return Recipient{}, errOutOfScope()
	}
	_, err := s.store.Update(ctx, func(tx *store.Tx) error {
		if err := checkGroups(tx, nil, r.Groups); err != nil {
			return err
		}
		b := NewBatch(tx)
		if err := b.put(Recipient{}, r); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, actionCreate, Recipient{}, r); err != nil {
			return err
		}
		return b.Finish()
	})
	if err != nil {
		return Recipient{}, err
	}
	return r, nil
}

// Update changes a person to the draft. version is the one the draft was made from; 0 means whatever there is.
// Returns as Create does, and NotFound (recipient_not_found), Conflict (recipient_changed) when the person has
// another version.
func (s *Service) Update(ctx context.Context, sc scope.Scope, who id.Recipient, version uint64,
	d Draft,
) (Recipient, error) {
	var r Recipient
	d = s.withDefaults(d)
	_, err := s.store.Update(ctx, func(tx *store.Tx) error {
		old, err := getIn(tx, sc, who)
		if err != nil {
			return err
		}
		if version != 0 && version != old.Version {
			return fault.New(fault.Conflict, "recipient_changed", "Somebody changed this person meanwhile.")
		}
		var wrong []fault.Field
		r, wrong = d.Apply(old)
		if e := fault.InvalidFields(wrong); e != nil {
			return e
		}
		if !sc.Allows(r.Department) {
			return errOutOfScope()
		}
		if err := checkGroups(tx, old.Groups, r.Groups); err != nil {
			return err
		}
		if Same(old, r) {
			r = old
			return nil
		}
		return s.replace(ctx, tx, old, &r)
	})
	if err != nil {
		return Recipient{}, err
	}
	return r, nil
}

// replace writes r in the place of old, with its next version, in a commit of its own.
func (s *Service) replace(ctx context.Context, tx *store.Tx, old Recipient, r *Recipient) error {
	r.Version, r.Updated = old.Version+1, s.now().UTC().Truncate(time.Millisecond)
	b := NewBatch(tx)
	if err := b.put(old, *r); err != nil {
		return err
	}
	if err := s.tell(ctx, tx, actionUpdate, old, *r); err != nil {
		return err
	}
	return b.Finish()
}

// SetOptedOut records whether the person asked for no more messages. It is for replies, which no scope limits.
func (s *Service) SetOptedOut(ctx context.Context, who id.Recipient, on bool) (Recipient, error) {
	return s.mark(ctx, scope.Everything(), who, func(r *Recipient) { r.OptedOut = on })
}

// SetBlocked stops all sending to the person, or allows it again.
func (s *Service) SetBlocked(ctx context.Context, sc scope.Scope, who id.Recipient, on bool) (Recipient, error) {
	return s.mark(ctx, sc, who, func(r *Recipient) { r.Blocked = on })
}

func (s *Service) mark(ctx context.Context, sc scope.Scope, who id.Recipient, set func(*Recipient)) (Recipient, error) {
	var r Recipient
	_, err := s.store.Update(ctx, func(tx *store.Tx) error {
		old, err := getIn(tx, sc, who)
		if err != nil {
			return err
		}
		r = old
		set(&r)
		if r.OptedOut == old.OptedOut && r.Blocked == old.Blocked {
			return nil
		}
		return s.replace(ctx, tx, old, &r)
	})
	return r, err
}

// tell writes the audit line of a change to one person.
func (s *Service) tell(ctx context.Context, tx *store.Tx, action string, old, next Recipient) error {
	before, after := values(old, next)
	return s.audit(ctx, tx, action, "recipient/"+max(old.ID, next.ID).String(), before, after)
}

func (s *Service) withDefaults(d Draft) Draft {
	if d.Country == "" {
		d.Country = s.country()
	}
	d.Zones = s.zones
	return d
}

// Get returns one person. Returns NotFound (recipient_not_found), also for people outside of the scope.
func (s *Service) Get(_ context.Context, sc scope.Scope, who id.Recipient) (Recipient, error) {
	var r Recipient
	err := s.store.View(func(tx *store.Tx) error {
		var err error
		r, err = getIn(tx, sc, who)
		return err
	})
	return r, err
}

// ReadRecipient returns one person within another package's transaction; ok is false when there is none.
func ReadRecipient(tx *store.Tx, who id.Recipient) (r Recipient, ok bool, err error) {
	v, ok, err := tx.Get(recipientKey(who))
	if err != nil || !ok {
		return Recipient{}, false, err
	}
	r, err = DecodeRecipient(who, v)
	return r, err == nil, err
}

func getIn(tx *store.Tx, sc scope.Scope, who id.Recipient) (Recipient, error) {
	r, ok, err := ReadRecipient(tx, who)
	if err != nil {
		return Recipient{}, err
	}
	if !ok || !sc.Allows(r.Department) {
		return Recipient{}, errNoRecipient()
	}
	return r, nil
}

// MaxRemoval is how many people one Remove takes.
const MaxRemoval = 100_000

// Remove removes people, in commits of bounded size, and returns how many. People who are gone already or are outside
// of the scope are passed over: CountIn says beforehand how many there are. An error may come when some are removed;
// calling again with the same identifiers goes on. Returns Invalid (too_many).
func (s *Service) Remove(ctx context.Context, sc scope.Scope, who []id.Recipient) (int, error) {
	if len(who) > MaxRemoval {
		return 0, fault.New(fault.Invalid, "too_many", "These are too many people for one removal.", "max", MaxRemoval)
	}
	who = slices.Compact(slices.Sorted(slices.Values(who)))
	removed := 0
	return removed, inChunks(ctx, s.store, len(who), func(b *Batch, i int) error {
		r, err := getIn(b.tx, sc, who[i])
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.tell(ctx, b.tx, actionRemove, r, Recipient{}); err != nil {
			return err
		}
		b.Weigh(auditWrites, auditBytes)
		return b.put(r, Recipient{})
	}, func(n int) { removed += n })
}

// CountIn returns how many of the identifiers are people within the scope: what Remove would remove.
func (s *Service) CountIn(ctx context.Context, sc scope.Scope, who []id.Recipient) (int, error) {
	n := 0
	err := s.store.View(func(tx *store.Tx) error {
		for i, w := range slices.Compact(slices.Sorted(slices.Values(who))) {
			if i%1024 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			_, err := getIn(tx, sc, w)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			if err == nil {
				n++
			}
		}
		return nil
	})
	return n, err
}

// What an audit line is taken for when a commit is filled.
const (
	auditWrites = 4
	auditBytes  = 1500
)

// inChunks runs step for 0 to n-1, as many in a commit as fit, and tells done after each commit how many people changed
// in it. step must be repeatable.
func inChunks(ctx context.Context, st *store.Store, n int,
	step func(b *Batch, i int) error, done func(people int),
) error {
	for from := 0; from < n; {
		next, people := from, 0
		_, err := st.Update(ctx, func(tx *store.Tx) error {
			b := NewBatch(tx)
			for next = from; next < n && !b.Full(); next++ {
				if err := step(b, next); err != nil {
					return err
				}
			}
			people = len(b.changed)
			return b.Finish()
		})
		if err != nil {
			return err
		}
		done(people)
		from = next
	}
	return nil
}

// Same reports whether two states of a person differ in nothing an admin sees.
func Same(a, b Recipient) bool {
	return a.ExternalID == b.ExternalID && a.Name == b.Name && a.Reading == b.Reading && a.Department == b.Department &&
		a.Language == b.Language && a.Zone == b.Zone && a.Note == b.Note && a.OptedOut == b.OptedOut &&
		a.Blocked == b.Blocked && slices.Equal(a.Phones, b.Phones) && slices.Equal(a.Mails, b.Mails) &&
		slices.Equal(a.Groups, b.Groups) && slices.Equal(a.Attributes, b.Attributes)
}

// Changed is what the change feed says of one person, under store.TopicDirectory.
type Changed struct {
	Recipient id.Recipient
	Kind      ChangeKind
}

// ChangeKind is what became of a person.
type ChangeKind byte

// The closed set of kinds.
const (
	Created ChangeKind = 1
	Updated ChangeKind = 2
	Removed ChangeKind = 3
)

const changeVersion = 1

func encodeChanged(list []Changed) []byte {
	b := make([]byte, 0, 1+9*len(list))
	b = append(b, changeVersion)
	for _, c := range list {
		b = id.Append(append(b, byte(c.Kind)), c.Recipient)
	}
	return b
}

// DecodeChanges reads the body of a change of store.TopicDirectory.
func DecodeChanges(body []byte) ([]Changed, error) {
	_, b, err := store.CheckVersion(body, changeVersion)
	if err != nil {
		return nil, err
	}
	if len(b)%9 != 0 {
		return nil, errDamaged("change")
	}
	out := make([]Changed, 0, len(b)/9)
	for ; len(b) > 0; b = b[9:] {
		out = append(out, Changed{Kind: ChangeKind(b[0]), Recipient: id.Recipient(binary.BigEndian.Uint64(b[1:9]))})
	}
	return out, nil
}
