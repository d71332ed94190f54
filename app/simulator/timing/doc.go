// Package timing is in charge of simulated time: a clock that can be paused and sped up, a wheel on which a million
// things wait for their tick, and a queue for those whose time has come. It starts nothing and locks nothing: the owner
// does both.
package timing
