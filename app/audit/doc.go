// Package audit is in charge of the record of who did what: append-only, hash-chained, readable years later.
//
// A line has two halves. The chained half names number, time, actor, action and object, and holds salted commitments to
// the personal values; each line's hash covers the line before, so a change anywhere breaks the chain. The side record
// holds the salt and the values themselves (names, before, after); it can be erased by law without breaking the chain,
// and as long as it exists it can be checked against the commitment.
package audit
