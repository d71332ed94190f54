package access

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"io"
	"time"

	"noroshi/app/audit"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/store"
)

// How long a session lives.
const (
	SessionIdle = 12 * time.Hour      // after its last use
	SessionMost = 14 * 24 * time.Hour // after sign-in, however much it is used

	sessionGrain = 5 * time.Minute // how exactly the last use is kept: each step is a commit
	tokenSize    = 32
	sweepMost    = 100 // sessions that have ended and are removed at one sign-in
)

// Session is somebody who is signed in.
type Session struct {
	ID      id.Session
	Account Account
	Expires time.Time
	CSRF    string // what unsafe calls must carry beside the session; bound to it
}

// CheckCSRF reports whether the token is the session's, in constant time.
func (s Session) CheckCSRF(token string) bool {
	return subtle.ConstantTimeCompare([]byte(token), []byte(s.CSRF)) == 1
}

func csrfOf(token string) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("noroshi csrf"))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (s *Service) newToken(size int) ([]byte, error) {
	b := make([]byte, size)
	if _, err := io.ReadFull(s.o.Random, b); err != nil {
		return nil, errRandom(err)
	}
	return b, nil
}

func errUnauthenticated() error {
	return fault.New(fault.Forbidden, "unauthenticated", "Sign in to go on.")
}

// SignIn starts a session and ends the one with the token before, if there is one. from is the address of the caller.
// Returns the session and its token, which is nowhere else. Returns Forbidden (bad_credentials) for an unknown address
// and a wrong password alike, and Unavailable (too_many_attempts).
func (s *Service) SignIn(ctx context.Context, email, password, from, before string) (Session, string, error) {
	email = FoldEmail(email)
	if len(email) > MaxEmail {
		email = email[:MaxEmail]
	}
	succeeded, err := s.limits.try(email, from)
	if err != nil {
		return Session{}, "", err
	}
	which, r, err := s.find(email)
	if err != nil {
		return Session{}, "", err
	}
	hash := s.dummy
	if which != 0 {
		hash = r.Hash
	}
	if len(password) > 4*MaxPassword {
		password = "" // never set, so never right; hashed all the same
	}
	if !s.hasher.check(password, hash) || which == 0 {
		return Session{}, "", fault.New(fault.Forbidden, "bad_credentials", "Address and password do not match an account.")
	}
	succeeded()
	a := accountOf(which, r)
	return s.start(ctx, a, a.Actor(from), before, nil)
}

// start begins a session in one commit with whatever else the caller does.
func (s *Service) start(ctx context.Context, a Account, by audit.Actor, before string, also func(tx *store.Tx) error,
) (Session, string, error) {
	raw, err := s.newToken(tokenSize)
	if err != nil {
		return Session{}, "", err
	}
	token := base64.RawURLEncoding.EncodeToString(raw)
	now := s.o.Now().UTC().Truncate(time.Millisecond)
	r := sessionRecord{ID: id.New[id.Session](s.o.IDs), Account: a.ID, Started: now, Seen: now}
	_, err = s.o.Store.Update(ctx, func(tx *store.Tx) error {
		if also != nil {
			if err := also(tx); err != nil {
				return err
			}
		}
		if before != "" {
			tx.Delete(secretKey(store.Session, before))
		}
		if err := s.sweep(tx); err != nil {
			return err
		}
		if err := put(tx, secretKey(store.Session, token), r); err != nil {
			return err
		}
		return s.line(tx, by, "session.started", a, nil, nil)
	})
	if err != nil {
		return Session{}, "", err
	}
	return sessionOf(token, r, a), token, nil
}

func sessionOf(token string, r sessionRecord, a Account) Session {
	return Session{ID: r.ID, Account: a, Expires: r.expires(), CSRF: csrfOf(token)}
}

func (r sessionRecord) expires() time.Time {
	idle, most := r.Seen.Add(SessionIdle), r.Started.Add(SessionMost)
	if most.Before(idle) {
		return most
	}
	return idle
}

// Resume returns the session of a token and moves its end. Returns Forbidden (unauthenticated) when there is none or it
// has ended.
func (s *Service) Resume(ctx context.Context, token string) (Session, error) {
	if token == "" || len(token) > 100 {
		return Session{}, errUnauthenticated()
	}
	key := secretKey(store.Session, token)
	var r sessionRecord
	var a accountRecord
	err := s.o.Store.View(func(tx *store.Tx) error {
		ok, err := get(tx, key, &r)
		if err != nil {
			return err
		}
		if !ok || !s.o.Now().Before(r.expires()) {
			return errUnauthenticated()
		}
		if a, err = readAccount(tx, r.Account); fault.Is(err, fault.NotFound) {
			return errUnauthenticated()
		}
		return err
	})
	if err != nil {
		return Session{}, err
	}
	if now := s.o.Now().UTC().Truncate(time.Millisecond); now.Sub(r.Seen) >= sessionGrain {
		// A session whose end cannot be moved, because the disk is full, is still good until then.
		if err := s.touch(ctx, key, now); err == nil {
			r.Seen = now
		}
	}
	return sessionOf(token, r, accountOf(r.Account, a)), nil
}

func (s *Service) touch(ctx context.Context, key []byte, now time.Time) error {
	_, err := s.o.Store.Update(ctx, func(tx *store.Tx) error {
		var r sessionRecord
		if ok, err := get(tx, key, &r); err != nil || !ok || now.Sub(r.Seen) < sessionGrain {
			return err // signed out, or moved by another request meanwhile
		}
		r.Seen = now
		return put(tx, key, r)
	})
	return err
}

// SignOut ends the session of a token. One that has ended already is no error.
func (s *Service) SignOut(ctx context.Context, token, from string) error {
	_, err := s.o.Store.Update(ctx, func(tx *store.Tx) error {
		var r sessionRecord
		ok, err := get(tx, secretKey(store.Session, token), &r)
		if err != nil || !ok {
			return err
		}
		tx.Delete(secretKey(store.Session, token))
		a, err := readAccount(tx, r.Account)
		if err != nil {
			return err
		}
		account := accountOf(r.Account, a)
		return s.line(tx, account.Actor(from), "session.ended", account, nil, nil)
	})
	return err
}

// endSessions removes the sessions of an account, all but the one with the token keep.
func (s *Service) endSessions(tx *store.Tx, which id.Account, keep string) error {
	kept := string(secretKey(store.Session, keep))
	return s.eachSession(tx, func(key []byte, r sessionRecord) bool {
		if r.Account == which && string(key) != kept {
			tx.Delete(key)
		}
		return true
	})
}

// sweep removes sessions that have ended.
func (s *Service) sweep(tx *store.Tx) error {
	n, now := 0, s.o.Now()
	return s.eachSession(tx, func(key []byte, r sessionRecord) bool {
		if !now.Before(r.expires()) {
			tx.Delete(key)
			n++
		}
		return n < sweepMost
	})
}

func (s *Service) eachSession(tx *store.Tx, fn func(key []byte, r sessionRecord) bool) error {
	return tx.Each(store.Scan{Prefix: store.Session.Key()}, func(key, value []byte) (bool, error) {
		var r sessionRecord
		if err := decode(value, &r); err != nil {
			return false, err
		}
		return fn(append([]byte(nil), key...), r), nil
	})
}

// Alive reports whether a session is still good without using it, so that an open page alone does not keep it alive.
// Returns Forbidden (unauthenticated).
func (s *Service) Alive(token string) error {
	return s.o.Store.View(func(tx *store.Tx) error {
		var r sessionRecord
		ok, err := get(tx, secretKey(store.Session, token), &r)
		if err == nil && (!ok || !s.o.Now().Before(r.expires())) {
			err = errUnauthenticated()
		}
		return err
	})
}
