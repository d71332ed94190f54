// Package reply is in charge of what people send back by SMS: whose it is, to which question, and what it was read as.
// It keeps every text, puts what no rule could read with certainty into the unread tray, where a person assigns it or
// sets it aside, keeps texts of unknown senders apart, joins long texts that come in parts, and drops repetitions.
//
// A text and everything that follows from it (answer, tray, opt-out) is one commit. It does not count.
package reply
