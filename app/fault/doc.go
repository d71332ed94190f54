// Package fault is in charge of how failures are named: a kind that decides what the caller can do, a stable code that
// the console translates, and a message that is safe to show. It does not log and it does not know HTTP.
//
// An error without a kind is Internal: users see a request id, the log sees the cause.
package fault
