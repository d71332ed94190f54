// Package question is in charge of what was asked of whom and is still open: the choices of a broadcast and their
// codes, the reservation of codes, the people who were asked, and their answers.
//
// A code is unique among everything that may still be answered on the same reply number: from the review of a broadcast
// (15 minutes, renewed) over its launch until 72 hours after its close. Of a person's answers the newest counts; all
// are kept in a log. Answers live in memory for broadcasts that can still be answered, rebuilt from that log.
//
// It does not read replies (package answer does) and does not know names or numbers.
package question
