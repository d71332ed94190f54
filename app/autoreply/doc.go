// Package autoreply is in charge of the short automatic answers to replies, such as "Received A:Safe": that they go
// out, never twice, and never into a loop.
//
// A note is planned in the same commit as the reply it answers, at most one in ten minutes for each number. It is
// queued, submitting from the moment it is claimed in the ledger, and then accepted, rejected, unknown (nobody knows
// whether it was taken), expired (it came to nothing in time), or what the operator's receipt says: delivered,
// undeliverable, expired, rejected, unknown.
//
// A note that was claimed and has no outcome after a crash is unknown and is not sent again: a person is better off
// without a confirmation than with two. A note older than ten minutes is not sent at all.
//
// It does not decide who gets a note and what it says: package reply does.
package autoreply
