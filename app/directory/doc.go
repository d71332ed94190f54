// Package directory is in charge of who the company can call: recipients with their phones, mail addresses and free
// attributes, the hand-picked groups they are in, and bringing whole lists of people in and out as CSV.
//
// A recipient is one record. Everything by which people are found is a key of the ledger written in the same commit:
// one key in the order of lists, one in the same order under the department, one for each word of name and reading,
// one for the external id, one for each phone and each group, and one more for people without a usable phone or
// without any address. Tallies (people, without phone, unreachable) are kept for each department, group and
// attribute. All of it is written in one place, Batch.Put, from the difference between what a person was and becomes,
// so index and record cannot part.
//
// The index is in the ledger and not in memory. An index in memory of 1,000,000 people costs over 100 MB and a scan of
// everybody at each start and each change of the leading node, and has to be repaired whenever a commit fails; the keys
// cost nothing at start, nothing in idle memory, eight writes for a new person, and are right on every node by
// construction. The price is that names are found by the beginning of any of their words, not by a piece in the middle.
// Phones are found by their beginning and, in directories of up to 50,000 people, by their last four or more digits.
// Search folds case, width, kana script, Latin accents and old forms of kanji; identity (external id, name, number)
// never does.
//
// Guarantees: external ids are unique; a list shows a person once; Each sees one snapshot; every reading method takes a
// scope and shows nobody outside of it; work on many people runs in commits of bounded size and can be called again to
// go on. Sorting is by code point of the folded reading, which puts kana in their usual order, apart from voiced and
// small kana, which stand behind their plain forms as Unicode has them.
//
// It does not decide who is meant by a broadcast (package audience), nor keep consent: OptedOut and Blocked are marks
// of a person that others set and obey.
package directory
