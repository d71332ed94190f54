// Package expansion is in charge of turning a launched broadcast into copies: it freezes the audience (pass 1), then
// sorts the numbers and writes the pages of copies (pass 2), in chunks that each carry their own cursor, so that it
// goes on after a crash where it stopped. Pages are handed to delivery as soon as they are durable.
//
// After a crash in pass 1 the rest of the people is read from the directory as it is then; those already frozen stay.
package expansion
