// Package preflight is in charge of the sheet an admin sees before sending: whom a content reaches and whom not, what
// it is on the wire in each language, what keeps it from going out, and when the last person is served. It counts every
// person's own text, not an average, and changes nothing.
package preflight
