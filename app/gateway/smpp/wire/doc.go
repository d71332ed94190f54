// Package wire is in charge of the octets the SMPP client exchanges with an SMSC on its hot path: cutting a stream into
// PDUs, writing submit_sm and responses, and reading deliver_sm. Every other PDU is written by the codec of the client.
//
// Reading never panics and never copies: what it returns points into the caller's frame. Writing appends to the
// caller's buffer. What may not stand in a PDU is refused before anything is written.
package wire
