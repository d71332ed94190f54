// Package intake is in charge of bringing whole lists of people into the directory and out of it: upload, naming of
// columns, check, commit, undo, and the download in the same columns.
//
// An import goes checked -> committing -> done or failed. Upload keeps the file in the ledger and checks it; Check
// checks it again with other settings; nothing in the directory changes before Commit. Check compares every row with
// the directory in one snapshot and keeps, beside the report people read, a plan: for each row what would be done,
// and a hash of what the person would become. Commit reads the file again, works out each row again inside of the
// writing transaction, and writes it only if the hash is the one that was reviewed: otherwise nothing more is written
// and the import has failed with directory_changed, to be checked again. When the directory has changed at all since
// the check, this is tried for all rows before the first is written.
//
// Commits are of bounded size, and the place in the file is written in the same commit, so a crash at any point goes on
// where it was: Run takes up unfinished imports at start. What people were before is kept beside, so an import that is
// done can be undone for a day; people somebody changed since are left as they are. Files and undo records are removed
// when the day is over.
//
// Who a row means: the external id; without one, name and primary phone exactly; else it is a new person, and a warning
// says how many of these there are. A mapped column is the truth: an empty cell empties the field, unless the settings
// say to keep; fields without a column stay. The columns of phones and mail addresses set these places of the person's
// list; further ones stay. The external id is never emptied.
//
// It does not read XLSX, and approvals by a second person are not here.
package intake
