package store

import "noroshi/app/fault"

// CheckVersion splits a record into its version octet and the rest. newest is the highest version the caller can read;
// versions count from 1. Returns Internal: code record_newer when the record was written by a later release, code
// record_damaged when it is empty or its version is 0. The rest is part of record, not a copy.
func CheckVersion(record []byte, newest byte) (version byte, rest []byte, err error) {
	if len(record) == 0 || record[0] == 0 {
		return 0, nil, fault.New(fault.Internal, "record_damaged", "A record of the ledger has no version.")
	}
	if record[0] > newest {
		return 0, nil, fault.New(fault.Internal, "record_newer",
			"A record of the ledger was written by a later release of Noroshi; use that release or a later one.",
			"version", record[0], "newest", newest)
	}
	return record[0], record[1:], nil
}

// WithVersion returns a new record: the version octet and then body.
func WithVersion(version byte, body []byte) []byte {
	record := make([]byte, 1, 1+len(body))
	record[0] = version
	return append(record, body...)
}
