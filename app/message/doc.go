// Package message is in charge of the addressed copies of a broadcast on one channel: what was to be sent to which
// number, each try, each part, each receipt, and what that means for the people a copy serves.
//
// # Layout
//
// The copies of a broadcast live in runs, one per (broadcast, round, channel). A run is a row of immutable pages of 256
// copies in the order of sending: class after class of people, inside of a class sorted by address, so that the pages
// are their own index from address to copy. Everything that happens to a copy afterwards is an event in the run's log:
// a claim before sending, an outcome, a receipt, a decision. The state of a part is the fold of its events; Book holds
// that fold in memory for broadcasts that are open, and is rebuilt from the log at start. One record per page says that
// the page still has something to send (the pending index).
//
// # Guarantees
//
// A part is claimed in the ledger before it goes out, so after a crash each part either has no claim (it never went
// out), or an outcome, or is uncertain and shown so. Delivered is sticky; a later event that is not final never
// replaces a final one; repeated receipts change nothing. A receipt may be committed before the outcome of its part.
//
// A copy of which nothing was handed over, nor ever in doubt, may go to another route of the run's table: that is an
// event like any other, with a split of its own, and the page stays as it is. Nobody gets a text over two routes unless
// it is marked that they may have got it twice.
//
// # What it does not do
//
// It does not render texts, choose routes, talk to a network, or know names: a copy carries the values of its
// variables and the places of the people it serves in the frozen audience.
package message
