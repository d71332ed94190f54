// Package apptest is in charge of the appliance as tests need it: every service from the directory to the tally, wired
// as the composition root wires them, over the real SMPP client and the real simulator on TCP. It has no console and no
// listener. Its own tests follow broadcasts through all packages, with everything that networks and crashes do to them.
package apptest
