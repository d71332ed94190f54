// Package simulator is in charge of pretending to be a mobile operator: an SMPP 3.4 SMSC on a TCP port, the phones
// behind it, and the people who hold them. It serves the demo, drills, tests and benches, and takes at least 200,000
// submits a second with a receipt for each.
//
// What the network and the people do is a Population, which may change at any time; with a seed it is deterministic.
// The SMSC counts every accepted submit by number, so that a test can prove that nobody was skipped or written to
// twice, and keeps a bounded number of phones with their texts to look at and answer from. Delays run on a simulated
// clock that can be paused, stepped and sped up.
//
// Guarantees: a receipt or answer that its peer did not acknowledge is sent again on the next bind; an accepted submit
// is counted before its response is written. Everything lives in memory and is gone with the process. The package logs
// nothing: numbers and texts are personal data even here.
//
// It shares no code with the product's SMPP client, see packages wire and people below it.
package simulator
