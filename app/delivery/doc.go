// Package delivery is in charge of carrying copies to the gateways: it fills the work queue from the pending index,
// claims slices in the ledger, hands them to the route, and records what the far side said. It retries what may be
// retried, settles what nobody knows the outcome of, and says how far a broadcast is and what holds it back.
//
// The pending index in the ledger is the truth; the queue is filled from it at start and can be lost at any time. A
// part is claimed before it goes out, no further ahead than the route can use; a claim without an outcome after a crash
// is uncertain until late receipts had time to prove that it was taken.
package delivery
