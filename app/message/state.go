package message

import "noroshi/app/message/part"

// PartState is the state of one part (one submit_sm). The words are the same in the API, the console and metrics.
type PartState = part.State

// The states of a part, as package part describes them.
const (
	Queued          = part.Queued
	Submitting      = part.Submitting
	RetryWait       = part.RetryWait
	SubmitUncertain = part.SubmitUncertain
	Accepted        = part.Accepted
	Enroute         = part.Enroute
	Delivered       = part.Delivered
	Undeliverable   = part.Undeliverable
	Expired         = part.Expired
	Deleted         = part.Deleted
	Rejected        = part.Rejected
	Unknown         = part.Unknown
)

// State is the state of a whole message, from its parts: one of those, or PartiallyDelivered.
type State = part.State

// PartiallyDelivered is the one state a message has and a part has not: some parts arrived and some failed.
const PartiallyDelivered = part.PartiallyDelivered

// Reports says for which parts of a long text the operator reports.
type Reports = part.Reports

// The closed set of a route's dlr_parts.
const (
	ReportsAll   = part.ReportsAll
	ReportsLast  = part.ReportsLast
	ReportsFirst = part.ReportsFirst
	ReportsAny   = part.ReportsAny
)
