// Package expansion is in charge of turning a launched broadcast into copies: it freezes the audience (pass 1), then
// writes the pages of copies (pass 2), in chunks that each carry their own cursor, so that it goes on after a crash
// where it stopped. Pages are handed to delivery as soon as they are durable.
//
// Copies stand in the order in which a slow line is to serve them: class after class of people by the priority of their
// groups, by number inside of a class. The order follows from the frozen audience alone.
//
// After a crash in pass 1 the rest of the people is read from the directory as it is then; those already frozen stay.
package expansion
