// Package wire is in charge of the octets the simulated SMSC exchanges: SMPP 3.4 PDUs, the alphabets of short messages,
// and the parts of long ones. It is written apart from the product's own client and text code on purpose, so that the
// two ends of a test cannot share a fault.
//
// Parsing never panics and never copies: what it returns points into the caller's buffer. Building appends to the
// caller's buffer and allocates nothing. The package does no I/O and keeps no state.
package wire
