// Package inbox is in charge of the way in of an SMPP client: what a deliver_sm is (a receipt, a text, or something
// strange), and carrying it to the Sink, after which the peer is answered.
//
// Nothing is answered before the Sink has returned: 0 when it could store, ESME_RX_T_APPN when it could not, so that
// the operator delivers again. What waits is bounded; a peer that sends more is told to try later.
package inbox
