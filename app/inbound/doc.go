// Package inbound is in charge of what comes back from the networks: it is the Sink of every gateway, commits receipts
// and texts, and returns only then, so that the operator is answered after the ledger has them.
package inbound
