package access_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"noroshi/app/access"
	"noroshi/app/audit"
	"noroshi/app/fault"
	"noroshi/app/id"
	"noroshi/app/store"
)

const (
	email    = "duty@example.co.jp"
	password = "tangerine ladder 47 clouds"
	from     = "192.0.2.7"
)

// fixture is a real ledger in a temporary directory with a clock that stands still.
type fixture struct {
	*access.Service
	store *store.Store
	log   *audit.Log
	mu    sync.Mutex
	at    time.Time
}

func (f *fixture) now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.at
}

func (f *fixture) pass(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at = f.at.Add(d)
}

func start(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{at: time.Date(2026, 9, 1, 3, 0, 0, 0, time.UTC)}
	st, err := store.Open(context.Background(), store.Options{
		Dir: t.TempDir(), Key: bytes.Repeat([]byte{7}, store.KeySize), Now: f.now,
	})
	if err != nil {
		t.Fatalf("Open() = %v", err)
	}
	t.Cleanup(func() { _ = st.Close() })
	f.store, f.log = st, audit.New(f.now, rand.Reader)
	f.Service, err = access.New(access.Options{
		Store: st, Audit: f.log, IDs: id.NewSource(f.now, func() uint32 { return 1 }), Now: f.now, Random: rand.Reader,
		Cost: access.Cost{Memory: 64, Time: 1, Lanes: 1},
	})
	if err != nil {
		t.Fatalf("New() = %v", err)
	}
	return f
}

var office = access.Organisation{Name: "火の見商事", Timezone: "Asia/Tokyo", Language: "ja", Country: "jp"}

var somebody = access.NewAccount{Name: "A", Email: "a@b.example", Password: password}

func setUp(t *testing.T, f *fixture) (access.Session, string) {
	t.Helper()
	token, err := f.EnsureSetupToken(context.Background())
	if err != nil || token == "" {
		t.Fatalf("EnsureSetupToken() = %q, %v", token, err)
	}
	s, secret, err := f.CompleteSetup(context.Background(), access.Setup{
		Token: strings.ToUpper(token), Organisation: office,
		Account: access.NewAccount{Name: "佐藤 美咲", Email: " Duty@Example.co.jp ", Password: password},
	}, from)
	if err != nil {
		t.Fatalf("CompleteSetup() = %v", err)
	}
	return s, secret
}

func (f *fixture) actions(t *testing.T) []string {
	t.Helper()
	var list []string
	err := f.store.View(func(tx *store.Tx) error {
		entries, err := f.log.List(tx, "", 0, 100)
		for _, e := range entries {
			list = append(list, e.Action)
			s := string(e.Before) + string(e.After) + e.Label
			if strings.Contains(s, "argon2") || strings.Contains(s, "tangerine") {
				t.Errorf("the audit log holds a secret: %s", s)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(list)
	return list
}

func wantCode(t *testing.T, what string, err error, kind fault.Kind, code string) {
	t.Helper()
	if fault.KindOf(err) != kind || fault.CodeOf(err) != code {
		t.Fatalf("%s = %v (%s), want %s %s", what, err, fault.CodeOf(err), kind, code)
	}
}

func TestSetup(t *testing.T) {
	t.Parallel()
	f, ctx := start(t), context.Background()
	old, err := f.EnsureSetupToken(ctx)
	if err != nil {
		t.Fatal(err)
	}
	in := access.Setup{Token: old, Organisation: office, Account: somebody}
	s, secret := setUp(t, f) // makes a fresh token
	if s.Account.Email != email || s.Account.Language != "ja" || secret == "" {
		t.Fatalf("session = %+v, want the folded address and the organisation's language", s.Account)
	}
	if o, err := f.Organisation(); err != nil || o.Country != "JP" || o.Name != office.Name {
		t.Fatalf("Organisation() = %+v, %v", o, err)
	}
	_, _, err = f.CompleteSetup(ctx, in, from)
	wantCode(t, "a second set-up", err, fault.Conflict, "setup_done")
	if token, err := f.EnsureSetupToken(ctx); err != nil || token != "" {
		t.Fatalf("EnsureSetupToken() with an account = %q, %v, want none", token, err)
	}
	want := []string{"organisation.updated", "account.created", "session.started"}
	if got := f.actions(t); !slices.Equal(got, want) {
		t.Fatalf("audit = %v, want %v", got, want)
	}
}

func TestSetupRefuses(t *testing.T) {
	t.Parallel()
	f, ctx := start(t), context.Background()
	old, _ := f.EnsureSetupToken(ctx)
	token, _ := f.EnsureSetupToken(ctx)
	good := access.Setup{Token: token, Organisation: office, Account: somebody}
	stale := good
	stale.Token = old
	_, _, err := f.CompleteSetup(ctx, stale, from)
	wantCode(t, "a token that was replaced", err, fault.Forbidden, "bad_setup_token")
	bad := good
	bad.Organisation = access.Organisation{Name: " ", Timezone: "Local", Language: "x", Country: "JPN"}
	bad.Account = access.NewAccount{Name: "", Email: "nobody", Password: "short"}
	_, _, err = f.CompleteSetup(ctx, bad, from)
	wantCode(t, "wrong fields", err, fault.Invalid, "invalid_fields")
	for _, want := range []string{
		"organisation.name (required)", "organisation.timezone (unknown_zone)", "organisation.language (unknown_language)",
		"organisation.country (unknown_country)", "name (required)", "email (invalid_email)", "password (password_short)",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error = %v, want %s in it", err, want)
		}
	}
	for range 30 {
		_, _, err = f.CompleteSetup(ctx, stale, "192.0.2.9")
	}
	wantCode(t, "guessing the token", err, fault.Unavailable, "too_many_attempts")
	if _, _, err := f.CompleteSetup(ctx, good, from); err != nil {
		t.Fatalf("the right token after all that = %v, want it to work", err)
	}
}

func TestOnlyOneSetupWins(t *testing.T) {
	t.Parallel()
	f, ctx := start(t), context.Background()
	token, _ := f.EnsureSetupToken(ctx)
	var wg sync.WaitGroup
	won := make(chan struct{}, 8)
	for i := range 6 {
		wg.Go(func() {
			_, _, err := f.CompleteSetup(ctx, access.Setup{Token: token, Organisation: office, Account: access.NewAccount{
				Name: "A", Email: string(rune('a'+i)) + "@b.example", Password: password,
			}}, from)
			if err == nil {
				won <- struct{}{}
			}
		})
	}
	wg.Wait()
	accounts, err := f.Accounts()
	if len(won) != 1 || len(accounts) != 1 || err != nil {
		t.Fatalf("set-ups that worked = %d with %d accounts (%v), want one", len(won), len(accounts), err)
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	f, ctx := start(t), context.Background()
	first, old := setUp(t, f)
	s, token, err := f.SignIn(ctx, "DUTY@example.co.jp", password, from, old)
	if err != nil || token == old || s.CSRF == first.CSRF || s.Account.ID != first.Account.ID {
		t.Fatalf("SignIn() = %+v, %v, want a session of its own", s, err)
	}
	_, err = f.Resume(ctx, old)
	wantCode(t, "the session before the sign-in", err, fault.Forbidden, "unauthenticated")
	again, err := f.Resume(ctx, token)
	if err != nil || !again.CheckCSRF(s.CSRF) || again.CheckCSRF(first.CSRF) || again.CheckCSRF("") {
		t.Fatalf("Resume() = %+v, %v, want the CSRF token of this session only", again, err)
	}
	if err := f.SignOut(ctx, token, from); err != nil {
		t.Fatal(err)
	}
	_, err = f.Resume(ctx, token)
	wantCode(t, "a session that was signed out", err, fault.Forbidden, "unauthenticated")
	for _, c := range [][2]string{{email, "not the password"}, {"nobody@example.co.jp", password}, {"", ""}} {
		_, _, err := f.SignIn(ctx, c[0], c[1], from, "")
		wantCode(t, "SignIn "+c[0], err, fault.Forbidden, "bad_credentials")
	}
}

func TestSessionSlidesAndEnds(t *testing.T) {
	t.Parallel()
	f, ctx := start(t), context.Background()
	_, token := setUp(t, f)
	for range 20 {
		f.pass(access.SessionIdle - time.Minute)
		s, err := f.Resume(ctx, token)
		if err != nil || s.Expires.Sub(f.now()) != access.SessionIdle {
			t.Fatalf("Resume() = %v, %v, want 12 hours from now", s.Expires, err)
		}
	}
	f.pass(access.SessionIdle)
	_, err := f.Resume(ctx, token)
	wantCode(t, "an unused session", err, fault.Forbidden, "unauthenticated")
	_, token, err = f.SignIn(ctx, email, password, from, "")
	if err != nil {
		t.Fatal(err)
	}
	for range 40 {
		f.pass(11 * time.Hour)
		if _, err = f.Resume(ctx, token); err != nil {
			break
		}
	}
	wantCode(t, "a session that is always used", err, fault.Forbidden, "unauthenticated")
}

func TestNothingInTheLedgerSignsIn(t *testing.T) {
	t.Parallel()
	f := start(t)
	s, token := setUp(t, f)
	setup, err := f.EnsureSetupToken(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	err = f.store.View(func(tx *store.Tx) error {
		return tx.Each(store.Scan{}, func(key, value []byte) (bool, error) {
			for _, secret := range []string{token, s.CSRF, password, setup} {
				if secret != "" && (bytes.Contains(key, []byte(secret)) || bytes.Contains(value, []byte(secret))) {
					t.Errorf("record %x holds a secret", key)
				}
			}
			return true, nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSignInLimits(t *testing.T) {
	t.Parallel()
	f, ctx := start(t), context.Background()
	setUp(t, f)
	var err error
	for range 8 {
		_, _, err = f.SignIn(ctx, email, "wrong wrong wrong", "2001:db8::1", "")
		wantCode(t, "a wrong password", err, fault.Forbidden, "bad_credentials")
	}
	_, _, err = f.SignIn(ctx, email, password, "2001:db8::2", "")
	wantCode(t, "the same network", err, fault.Unavailable, "too_many_attempts")
	if _, _, err := f.SignIn(ctx, email, password, "192.0.2.1", ""); err != nil {
		t.Fatalf("the owner from elsewhere = %v, want no lock-out", err)
	}
	f.pass(15 * time.Minute)
	if _, _, err := f.SignIn(ctx, email, password, "2001:db8::1", ""); err != nil {
		t.Fatalf("after a quarter of an hour = %v, want another try", err)
	}
	for range 7 { // successes give tries back
		_, _, err = f.SignIn(ctx, email, "wrong wrong wrong", "2001:db8::1", "")
		wantCode(t, "a wrong password", err, fault.Forbidden, "bad_credentials")
	}
	for i := range 40 {
		_, _, err = f.SignIn(ctx, string(rune('a'+i%26))+"@many.example", "x", "198.51.100.1", "")
	}
	wantCode(t, "many accounts from one address", err, fault.Unavailable, "too_many_attempts")
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	f, ctx := start(t), context.Background()
	cases := []struct{ password, code string }{
		{"elevenchars", "password_short"},
		{"password1234", "password_common"},
		{"P@ssw0rd2026!", "password_common"},
		{"qwertyuiop123", "password_common"},
		{"123456789012", "password_common"},
		{"aaaaaaaaaaaaaaaa", "password_common"},
		{"abc1abc1abc1abc1", "password_common"},
		{"iloveyou2026iloveyou", "password_common"},
		{"tanaka-tanaka-1", "password_common"},
		{strings.Repeat("とても長い", 41), "too_long"},
		{"ひのみやぐらの夜番は三人", ""},
		{"correct horse battery staple", ""},
		{"Kx9#vLq2!mTz", ""},
	}
	for i, c := range cases {
		_, err := f.CreateAccount(ctx, audit.Actor{}, access.NewAccount{
			Name: "T", Email: "tanaka" + "@" + string(rune('a'+i)) + ".example", Password: c.password,
		})
		refused := err != nil && strings.Contains(err.Error(), "password ("+c.code+")")
		if c.code == "" && err != nil || c.code != "" && !refused {
			t.Errorf("password %q = %v, want %q", c.password, err, c.code)
		}
	}
}

func TestUpdateAccount(t *testing.T) {
	t.Parallel()
	f, ctx := start(t), context.Background()
	s, token := setUp(t, f)
	_, other, err := f.SignIn(ctx, email, password, "192.0.2.8", "")
	if err != nil {
		t.Fatal(err)
	}
	by, fresh := s.Account.Actor(from), "seven green bicycles uphill"
	name, language := "佐藤  みさき", "en"
	a, err := f.UpdateAccount(ctx, by, s.Account.ID, access.AccountChange{Name: &name, Language: &language}, token)
	if err != nil || a.Name != "佐藤 みさき" || a.Language != "en" {
		t.Fatalf("UpdateAccount() = %+v, %v", a, err)
	}
	_, err = f.UpdateAccount(ctx, by, a.ID, access.AccountChange{CurrentPassword: "a guess", NewPassword: &fresh}, token)
	if err == nil || !strings.Contains(err.Error(), "currentPassword (wrong_password)") {
		t.Fatalf("a wrong current password = %v", err)
	}
	right := access.AccountChange{CurrentPassword: password, NewPassword: &fresh}
	if _, err = f.UpdateAccount(ctx, by, a.ID, right, token); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Resume(ctx, token); err != nil {
		t.Fatalf("the session that changed it = %v, want it kept", err)
	}
	_, err = f.Resume(ctx, other)
	wantCode(t, "another session after a new password", err, fault.Forbidden, "unauthenticated")
	_, _, err = f.SignIn(ctx, email, password, from, "")
	wantCode(t, "the old password", err, fault.Forbidden, "bad_credentials")
	if err := f.SetPassword(ctx, audit.Actor{}, a.ID, password); err != nil {
		t.Fatal(err)
	}
	_, err = f.Resume(ctx, token)
	wantCode(t, "a session after SetPassword", err, fault.Forbidden, "unauthenticated")
	got := f.actions(t)
	for _, want := range []string{"account.updated", "account.password_changed"} {
		if !slices.Contains(got, want) {
			t.Errorf("audit = %v, want %s", got, want)
		}
	}
}

func TestEmailIsTaken(t *testing.T) {
	t.Parallel()
	f, ctx := start(t), context.Background()
	setUp(t, f)
	wide := access.NewAccount{Name: "B", Email: "ＤＵＴＹ@example.co.jp", Password: password}
	_, err := f.CreateAccount(ctx, audit.Actor{}, wide)
	wantCode(t, "the same address in full width", err, fault.Conflict, "email_taken")
	if _, err := f.FindAccount("Duty@example.co.JP"); err != nil {
		t.Fatalf("FindAccount() = %v", err)
	}
}

func TestOwnerMayEverythingAndStrangersNothing(t *testing.T) {
	t.Parallel()
	f := start(t)
	s, _ := setUp(t, f)
	for _, p := range access.Permissions() {
		if !f.Allowed(s.Account, p) {
			t.Errorf("Allowed(owner, %s) = false", p)
		}
		if f.Allowed(access.Account{}, p) {
			t.Errorf("Allowed(nobody, %s) = true", p)
		}
	}
	if f.Allowed(s.Account, "ledger:burn") {
		t.Error("Allowed() of what does not exist = true")
	}
	if !f.ScopeOf(s.Account).All() || f.ScopeOf(access.Account{}).All() {
		t.Error("ScopeOf() must be everything for an owner and nothing for nobody")
	}
	if got := f.PermissionsOf(s.Account); len(got) != len(access.Permissions()) {
		t.Errorf("PermissionsOf(owner) = %v", got)
	}
}
