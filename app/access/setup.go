package access

import (
	"context"
	"strings"

	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/store"
)

// setupAlphabet is Crockford's base 32: letters that are mistaken for digits are left out, and foldToken reads them so.
const setupAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// setupGroups is the form of a set-up token: 6 groups of 4 characters, 120 bits.
const (
	setupGroups = 6
	setupGroup  = 4
)

// SetupNeeded reports whether there is no account yet.
func (s *Service) SetupNeeded() (needed bool, err error) {
	err = s.o.Store.View(func(tx *store.Tx) error {
		needed, err = noAccounts(tx)
		return err
	})
	return needed, err
}

func noAccounts(tx *store.Tx) (bool, error) {
	none := true
	err := tx.Each(store.Scan{Prefix: store.Account.Key(), KeysOnly: true}, func(_, _ []byte) (bool, error) {
		none = false
		return false, nil
	})
	return none, err
}

// EnsureSetupToken returns a fresh token for the first account while there is none, and makes earlier ones invalid;
// "" when an account exists. The caller shows it to whoever started the appliance; only its hash is kept.
func (s *Service) EnsureSetupToken(ctx context.Context) (string, error) {
	raw, err := s.newToken(setupGroups * setupGroup)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for i, c := range raw {
		if i > 0 && i%setupGroup == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(setupAlphabet[c%byte(len(setupAlphabet))])
	}
	token := b.String()
	_, err = s.o.Store.Update(ctx, func(tx *store.Tx) error {
		none, err := noAccounts(tx)
		if err != nil || !none {
			token = ""
			return err
		}
		if err := dropSetupTokens(tx); err != nil {
			return err
		}
		return put(tx, secretKey(store.SetupToken, foldToken(token)), setupRecord{Made: s.o.Now()})
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// foldToken forgives capitals, spaces, dashes and letters taken for digits.
func foldToken(s string) string {
	r := strings.NewReplacer("-", "", " ", "", "o", "0", "i", "1", "l", "1")
	return r.Replace(strings.ToLower(strings.TrimSpace(s)))
}

func dropSetupTokens(tx *store.Tx) error {
	return tx.Each(store.Scan{Prefix: store.SetupToken.Key(), KeysOnly: true}, func(key, _ []byte) (bool, error) {
		tx.Delete(append([]byte(nil), key...))
		return true, nil
	})
}

// Setup is what the first set-up says.
type Setup struct {
	Token        string
	Organisation Organisation
	Account      NewAccount
}

// CompleteSetup makes the organisation and the first account and signs it in; the token is spent. from is the address
// of the caller. Returns Conflict (setup_done), Forbidden (bad_setup_token), Unavailable (too_many_attempts), Invalid
// with the wrong fields.
func (s *Service) CompleteSetup(ctx context.Context, in Setup, from string) (Session, string, error) {
	succeeded, err := s.limits.try("\x00setup", from)
	if err != nil {
		return Session{}, "", err
	}
	key := secretKey(store.SetupToken, foldToken(in.Token))
	err = s.o.Store.View(func(tx *store.Tx) error { return checkSetup(tx, key) })
	if err != nil {
		return Session{}, "", err
	}
	succeeded()
	organisation, wrong := in.Organisation.clean("organisation.")
	n, wrong2 := in.Account.clean(organisation)
	if e := fault.InvalidFields(append(wrong, wrong2...)); e != nil {
		return Session{}, "", e
	}
	hash, err := s.hasher.hash(n.Password)
	if err != nil {
		return Session{}, "", err
	}
	a := Account{ID: id.New[id.Account](s.o.IDs), Email: n.Email, Name: n.Name, Language: n.Language}
	by := a.Actor(from)
	return s.start(ctx, a, by, "", func(tx *store.Tx) error {
		if err := checkSetup(tx, key); err != nil { // somebody else may have been quicker
			return err
		}
		if err := dropSetupTokens(tx); err != nil {
			return err
		}
		if err := s.putOrganisation(tx, by, organisation); err != nil {
			return err
		}
		_, err := s.addAccount(tx, by, a.ID, n, hash)
		return err
	})
}

func checkSetup(tx *store.Tx, key []byte) error {
	none, err := noAccounts(tx)
	if err != nil {
		return err
	}
	if !none {
		return fault.New(fault.Conflict, "setup_done", "This appliance has been set up already.")
	}
	var r setupRecord
	ok, err := get(tx, key, &r)
	if err == nil && !ok {
		err = fault.New(fault.Forbidden, "bad_setup_token", "This set-up token is not right.")
	}
	return err
}
