// Package access is in charge of who may do what: accounts with their passwords, sessions, the one-time set-up token,
// the organisation's settings, and the permissions that every route names.
//
// Guarantees: passwords are kept as Argon2id only; of a session or set-up token only its hash is kept, so a copy of the
// ledger signs nobody in; a session ends 12 hours after its last use and is made anew at each sign-in; whether an
// e-mail address has an account does not show in the answer nor in its time; each change writes its line of the audit
// log in the same commit.
//
// Until roles are kept in the ledger every account is an Owner, who may do everything. All the same every check goes
// through Allowed, and every reading of the directory through ScopeOf.
//
// It does not know HTTP: cookies, headers and status codes are the face's.
package access
