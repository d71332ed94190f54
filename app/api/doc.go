// Package api is in charge of the face of the appliance: HTTP, who is asking, what they may ask, and the console's
// files.
//
// The contract is openapi.yaml, written by hand; the types in gen are made from it, and a test walks the table of
// routes against it both ways. A handler reads the request, calls one service and turns its result into the contract's
// types (package view); it holds no rules.
//
// Guarantees: every route but the public ones needs a session, and the permission it names; every unsafe call needs the
// session's CSRF token and comes from the console's own origin; bodies, time and streams are bounded; an error shows
// its kind, code and safe text, our own faults only a request id; logs hold methods, routes and counts, never names,
// numbers, texts or addresses of pages.
//
// An unsafe call with an Idempotency-Key that succeeded is answered again from the ledger for 24 hours. The answer is
// remembered right after the effect and not in the same commit: a crash in between lets a repeat be carried out again,
// and what must happen once only (a launch) is kept from it by its own state.
package api
