// Package preflight is in charge of the sheet an admin sees before sending: whom a content reaches and whom not, what
// it is on the wire in each language, country and route, what it costs, when the first and the last are served, and
// what speaks against it. It counts every person's own text, not an average, as expansion will write it, and changes
// nothing.
//
// What surely fails keeps it from going out (a blocking warning); what may fail is said, with the way out, and left to
// the one who sends.
package preflight
