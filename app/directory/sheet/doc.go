// Package sheet is in charge of tables as people keep them in files: finding out how a CSV was written (character set,
// delimiter), reading it row by row with its line numbers, naming its columns, and writing tables that a spreadsheet
// opens without running anything.
//
// It is pure: bytes in, cells out. It never fails on what a file contains: a row that cannot be read comes out with a
// Fault and reading goes on at the next line. Memory is bounded by one row.
//
// Cells that a spreadsheet would take for a formula are written with an apostrophe in front, and an apostrophe in front
// of such a cell is taken off when reading; so a file that was exported reads back as it was, "+81 90…" among it, even
// after a spreadsheet has saved it, because with the apostrophe the number was text and stayed so.
//
// It does not know what a person is, and XLSX is not read.
package sheet
