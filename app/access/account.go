package access

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"noroshi/app/audit"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/store"
)

// Limits of an account, in characters; of the address in octets.
const (
	MaxName  = 100
	MaxEmail = 254
)

// Languages are those the console speaks.
func Languages() []string { return []string{"ja", "en"} }

// Account is somebody who may sign in.
type Account struct {
	ID       id.Account
	Email    string // folded; what the person signs in with
	Name     string
	Language string // of the console: ja or en
	Created  time.Time
}

// Actor returns the account as the audit log names it; from is the address the request came from.
func (a Account) Actor(from string) audit.Actor {
	return audit.Actor{Account: a.ID, Name: a.Name, From: from}
}

// NewAccount is what an account is made of.
type NewAccount struct {
	Email    string
	Name     string
	Language string // empty: the organisation's if the console speaks it, else English
	Password string
}

// FoldEmail returns an address as accounts are told apart: NFKC, trimmed, in lower case.
func FoldEmail(s string) string { return strings.ToLower(strings.TrimSpace(norm.NFKC.String(s))) }

func validEmail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && len(s) <= MaxEmail && local != "" && strings.Contains(strings.Trim(domain, "."), ".") &&
		!strings.Contains(domain, "@") && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == utf8.RuneError || strings.ContainsRune(`<>()",;:\[]`, r)
	})
}

func cleanName(s string) string { return strings.Join(strings.Fields(norm.NFC.String(s)), " ") }

func nameCode(name string) string {
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return "required"
	case n > MaxName:
		return "too_long"
	case strings.ContainsFunc(name, unicode.IsControl):
		return "invalid_field"
	}
	return ""
}

// clean returns the draft as it is kept, or what is wrong with it.
func (n NewAccount) clean(organisation Organisation) (NewAccount, []fault.Field) {
	var wrong []fault.Field
	add := func(path, code string) {
		if code != "" {
			wrong = append(wrong, fault.Field{Path: path, Code: code})
		}
	}
	n.Email, n.Name = FoldEmail(n.Email), cleanName(n.Name)
	add("name", nameCode(n.Name))
	if !validEmail(n.Email) {
		add("email", "invalid_email")
	}
	if n.Language == "" {
		n.Language = "en"
		if slices.Contains(Languages(), organisation.Language) {
			n.Language = organisation.Language
		}
	}
	if !slices.Contains(Languages(), n.Language) {
		add("language", "unknown_language")
	}
	add("password", passwordCode(n.Password, n.Email, n.Name))
	return n, wrong
}

// CreateAccount makes an account. Returns Invalid with the wrong fields, Conflict (email_taken).
func (s *Service) CreateAccount(ctx context.Context, by audit.Actor, n NewAccount) (Account, error) {
	organisation, err := s.Organisation()
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Account{}, err
	}
	n, wrong := n.clean(organisation)
	if e := fault.InvalidFields(wrong); e != nil {
		return Account{}, e
	}
	hash, err := s.hasher.hash(n.Password)
	if err != nil {
		return Account{}, err
	}
	var a Account
	which := id.New[id.Account](s.o.IDs)
	_, err = s.o.Store.Update(ctx, func(tx *store.Tx) error {
		a, err = s.addAccount(tx, by, which, n, hash)
		return err
	})
	return a, err
}

func (s *Service) addAccount(tx *store.Tx, by audit.Actor, which id.Account, n NewAccount, hash string,
) (Account, error) {
	if _, taken, err := tx.Get(nameKey(n.Email)); err != nil {
		return Account{}, err
	} else if taken {
		return Account{}, fault.New(fault.Conflict, "email_taken", "An account with this address exists already.")
	}
	now := s.o.Now().UTC().Truncate(time.Millisecond)
	r := accountRecord{Email: n.Email, Name: n.Name, Language: n.Language, Hash: hash, Created: now, Updated: now}
	if err := put(tx, accountKey(which), r); err != nil {
		return Account{}, err
	}
	tx.Set(nameKey(n.Email), store.WithVersion(recordVersion, id.Bytes(which)))
	a := accountOf(which, r)
	if by == (audit.Actor{}) {
		by = a.Actor("")
	}
	return a, s.line(tx, by, "account.created", a, nil, describe(a))
}

func accountOf(which id.Account, r accountRecord) Account {
	return Account{ID: which, Email: r.Email, Name: r.Name, Language: r.Language, Created: r.Created}
}

// describe is what the audit log keeps of an account.
func describe(a Account) map[string]string {
	return map[string]string{"name": a.Name, "email": a.Email, "language": a.Language}
}

func (s *Service) line(tx *store.Tx, by audit.Actor, action string, a Account, before, after any) error {
	return s.o.Audit.Write(tx, audit.Line{
		Actor: by, Action: action, Object: "account/" + a.ID.String(), Label: a.Name, Before: before, After: after,
	})
}

func errNoAccount() error {
	return fault.New(fault.NotFound, "account_not_found", "There is no such account.")
}

func readAccount(tx *store.Tx, which id.Account) (accountRecord, error) {
	var r accountRecord
	ok, err := get(tx, accountKey(which), &r)
	if err == nil && !ok {
		err = errNoAccount()
	}
	return r, err
}

// Accounts returns all accounts, oldest first.
func (s *Service) Accounts() (list []Account, err error) {
	err = s.o.Store.View(func(tx *store.Tx) error {
		return tx.Each(store.Scan{Prefix: store.Account.Key()}, func(key, value []byte) (bool, error) {
			which, _ := id.FromBytes[id.Account](key[1:])
			var r accountRecord
			if err := decode(value, &r); err != nil {
				return false, err
			}
			list = append(list, accountOf(which, r))
			return true, nil
		})
	})
	return list, err
}

// FindAccount returns the account with an e-mail address. Returns NotFound (account_not_found).
func (s *Service) FindAccount(email string) (Account, error) {
	which, r, err := s.find(FoldEmail(email))
	if err == nil && which == 0 {
		err = errNoAccount()
	}
	return accountOf(which, r), err
}

func (s *Service) find(email string) (which id.Account, r accountRecord, err error) {
	err = s.o.Store.View(func(tx *store.Tx) error {
		value, ok, err := tx.Get(nameKey(email))
		if err != nil || !ok {
			return err
		}
		_, rest, err := store.CheckVersion(value, recordVersion)
		if err != nil {
			return err
		}
		which, _ = id.FromBytes[id.Account](rest)
		r, err = readAccount(tx, which)
		return err
	})
	return which, r, err
}

// AccountChange is what a person changes of their own account; nil leaves a value as it is. A new password needs the
// current one.
type AccountChange struct {
	Name            *string
	Language        *string
	CurrentPassword string
	NewPassword     *string
}

// UpdateAccount changes an account. A new password ends all its sessions but the one with the token keep. Returns
// Invalid with the wrong fields, Unavailable (too_many_attempts), NotFound.
func (s *Service) UpdateAccount(ctx context.Context, by audit.Actor, which id.Account, c AccountChange, keep string,
) (Account, error) {
	var before accountRecord
	err := s.o.Store.View(func(tx *store.Tx) (err error) {
		before, err = readAccount(tx, which)
		return err
	})
	if err != nil {
		return Account{}, err
	}
	hash, wrong, err := s.checkChange(by, before, &c)
	if err != nil {
		return Account{}, err
	}
	if e := fault.InvalidFields(wrong); e != nil {
		return Account{}, e
	}
	var after Account
	_, err = s.o.Store.Update(ctx, func(tx *store.Tx) error {
		old, err := readAccount(tx, which)
		if err != nil {
			return err
		}
		r := old
		if c.Name != nil {
			r.Name = *c.Name
		}
		if c.Language != nil {
			r.Language = *c.Language
		}
		after = accountOf(which, r)
		if was, is := describe(accountOf(which, old)), describe(after); !maps.Equal(was, is) {
			if err := s.line(tx, by, "account.updated", after, was, is); err != nil {
				return err
			}
		}
		return s.replace(tx, by, which, r, hash, keep)
	})
	return after, err
}

// replace writes the account, with another password when hash is not empty: that ends its sessions but the kept one.
func (s *Service) replace(tx *store.Tx, by audit.Actor, which id.Account, r accountRecord, hash, keep string) error {
	if hash != "" {
		r.Hash = hash
		if err := s.endSessions(tx, which, keep); err != nil {
			return err
		}
		if err := s.line(tx, by, "account.password_changed", accountOf(which, r), nil, nil); err != nil {
			return err
		}
	}
	r.Updated = s.o.Now().UTC().Truncate(time.Millisecond)
	return put(tx, accountKey(which), r)
}

// checkChange cleans the change and returns the hash of the new password; "" when it stays.
func (s *Service) checkChange(by audit.Actor, r accountRecord, c *AccountChange,
) (hash string, wrong []fault.Field, err error) {
	if c.Name != nil {
		name := cleanName(*c.Name)
		if code := nameCode(name); code != "" {
			wrong = append(wrong, fault.Field{Path: "name", Code: code})
		}
		c.Name = &name
	}
	if c.Language != nil && !slices.Contains(Languages(), *c.Language) {
		wrong = append(wrong, fault.Field{Path: "language", Code: "unknown_language"})
	}
	if c.NewPassword == nil {
		return "", wrong, nil
	}
	done, err := s.limits.try(r.Email, by.From)
	if err != nil {
		return "", nil, err
	}
	if !s.hasher.check(c.CurrentPassword, r.Hash) {
		return "", append(wrong, fault.Field{Path: "currentPassword", Code: "wrong_password"}), nil
	}
	done()
	if code := passwordCode(*c.NewPassword, r.Email, r.Name); code != "" {
		wrong = append(wrong, fault.Field{Path: "newPassword", Code: code})
	}
	if len(wrong) > 0 {
		return "", wrong, nil
	}
	hash, err = s.hasher.hash(*c.NewPassword)
	return hash, nil, err
}

// SetPassword gives an account a new password without the old one and ends all its sessions: what the command line does
// for somebody who has forgotten it. Returns Invalid, NotFound (account_not_found).
func (s *Service) SetPassword(ctx context.Context, by audit.Actor, which id.Account, password string) error {
	var r accountRecord
	err := s.o.Store.View(func(tx *store.Tx) (err error) {
		r, err = readAccount(tx, which)
		return err
	})
	if err != nil {
		return err
	}
	if code := passwordCode(password, r.Email, r.Name); code != "" {
		return fault.InvalidFields([]fault.Field{{Path: "password", Code: code}})
	}
	hash, err := s.hasher.hash(password)
	if err != nil {
		return err
	}
	_, err = s.o.Store.Update(ctx, func(tx *store.Tx) error {
		r, err := readAccount(tx, which)
		if err != nil {
			return err
		}
		return s.replace(tx, by, which, r, hash, "")
	})
	return err
}
