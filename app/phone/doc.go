// Package phone is in charge of turning what people type into telephone numbers of ITU-T E.164, and of saying whether a
// number can receive SMS. It knows national numbering plans through the libphonenumber metadata, plus the few ranges
// which that metadata does not have yet.
//
// A number is a Number: its E.164 digits as an integer, so that it is a cheap map key and sort key. Reading never
// fails: Read gives a Result whose Status is SMSOK, NotMobile or Invalid, with a stable reason code that the console
// translates.
//
// The package does no I/O, reads no clock and keeps no state. It does not know who owns a number, nor whether the
// number is switched on; it only knows what the numbering plans say.
package phone
