// Package answer is in charge of choice codes and of reading what a person wrote back: text in, verdict out. It has no
// I/O, no clock and no state; the same text and the same questions always give the same verdict.
//
// Codes are one or two letters. Allocate proposes letters which nobody confuses with digits and which nothing else on
// the same reply number uses; Validate checks what an administrator typed instead.
//
// Read never guesses. A code alone is accepted; a code with words around it, a label or the spoken name of a letter is
// accepted with a mark (AcceptInferred) when it can mean one thing only; everything else goes to a person (Review) with
// a stable Reason. The order of the rules, each of which ends the reading when it applies:
//
//  1. reactions that a phone turns into text ("Liked …") are ignored, as they quote the whole message with every code;
//  2. quoted lines are dropped: lines that begin with ">", and long lines of the message that was sent;
//  3. the text is folded: invisible characters and skin tones go, letter emoji, full-width forms and single letters of
//     look-alike alphabets become the letters A to Z;
//  4. an empty text goes to a person; a text that is a keyword and nothing else is an opt-out, opt-in or help request;
//  5. codes and nothing else;
//  6. a label and nothing else;
//  7. one code with words, unless the words deny it or make the letter a part of something else;
//  8. the spoken name of a letter;
//  9. rules 5 to 8 again with the questions that have closed: a late answer.
//
// Digits are never taken for positions of choices, nor 0 and 1 for letters.
//
// A mail reads like a short message, and in one more way: when the whole text is not clear, its lines are read one by
// one and count if all lines that hold an answer hold the same (see Text.Mail).
//
// What it does not do: find out who wrote (package reply), cut the quoted part of a mail (package mailtext), count.
package answer
