// Package smpp is in charge of the sessions of one route with an operator's SMSC, in SMPP 3.4: it binds, submits parts
// within the window and the contracted rate, reports what became of each, and hands receipts and incoming texts to the
// gateway.Sink.
//
// Guarantees: the outcome of each part is told exactly once; a part that was written and has no response is Uncertain,
// never silently lost; a request of the peer is answered only after the Sink has returned; no PDU of a stranger ends
// the process, and one that cannot be read does not end the session.
//
// It does not split or encode texts, retry parts, choose routes or keep state over a restart. From gosmpp it takes the
// codec of the seldom PDUs only; DESIGN.md says why.
package smpp
