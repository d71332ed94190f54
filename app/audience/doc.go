// Package audience is in charge of who is meant by a broadcast: it reads a selection of the directory, says for each
// person how they can be reached or why not, and freezes the result when a broadcast starts, so that later changes of
// the directory change nothing.
//
// Rows are frozen in the order of the recipients' identifiers, in pages of 256. It does not send and does not count.
package audience
