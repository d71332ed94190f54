// Package tally is in charge of the counts of each broadcast: how many people were reached and how, what they answered
// and when, by department. It folds the change feed of the ledger and commits fold and checkpoint together, so each
// change counts exactly once whatever crashes.
//
// audience = unreachable + waiting + sending + accepted + delivered + failed + unknown; answered is a second axis.
package tally
