// Package trial is in charge of sending a test text over a route and of saying what came of it: the operator's answer
// to each part, and the receipts. The text has the characters that show a wrong default_alphabet at once.
//
// A test is no message of the ledger: it belongs to no broadcast and no statement, and is forgotten with the process.
// Receipts of a test are taken off the way of all others; everything else is passed on untouched.
package trial
