// Package part is in charge of the life of one part (one submit_sm): the states it can be in, what can happen to it,
// how that is written into the log of a run, and what the log makes of it. All of it is pure: any order and any
// repetition of events is harmless, and a book is the fold of a log.
package part
