// Package reply is in charge of what people send back by SMS: whose it is, to which question, and what it was read as.
// It keeps every text, puts what no rule could read with certainty into the unread tray, where a person assigns it or
// sets it aside, keeps texts of unknown senders apart, joins long texts that come in parts, and drops repetitions.
//
// Whose it is: the people whose copies went to the number, else those who have it in the directory, among the questions
// that are answered on the number the text was sent to. An answer counts by when its text came. What comes after the
// close is late: kept with the question, and counted only when an admin says so.
//
// A word that asks for no more messages blocks the number, for whoever has it, until a word from the same number opens
// it again; with RecordOnly the wish is written down and nothing else.
//
// A text and everything that follows from it (answer, tray, opt-out, automatic answer) is one commit. It does not
// count.
package reply
