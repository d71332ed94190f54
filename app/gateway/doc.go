// Package gateway is in charge of the seam between Noroshi and the networks: what is handed to a route (Slice), what
// the far side said about it (Outcome), what comes back (Receipt, Text), who takes that in (Sink), and how a
// command_status is classed. It also chooses routes and keeps their health.
//
// Everything the far side says is a value, never an error; errors are for failures of our own. A gateway never writes
// state: the caller records outcomes. It never retries a part by itself: it reports, and the caller decides.
package gateway
