// Package smstext is in charge of what a short message is made of: which alphabet a text needs, how many units and
// parts it takes, the octets of each part, and back again from octets to text. It also reads the text of delivery
// receipts and joins incoming parts.
//
// Outward, Prepare brings a text into the form that is sent, Count says what it will cost and why, and Encode makes the
// parts. Count and Encode take the text as it is; a caller that shows one and sends the other gives both the same
// prepared text. Every part fits the 140 octets of TS 23.040, no escape pair, surrogate pair or visible character is
// cut, and nothing is ever shortened: a text that is too long is an error.
//
// Inward, nothing fails: Decode returns a text for any octets, ParseReceipt a kind for any PDU. Broken headers are told
// apart so that the caller can keep the raw octets.
//
// Standards: 3GPP TS 23.038 (alphabets), TS 23.040 §9.2.3.24 (user data header), SMPP 3.4 §5.2.12, §5.2.19, appendix B.
// The package does no I/O and reads no clock. It does not know routes; a Profile carries what a route wants.
package smstext
