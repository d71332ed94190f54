// Package pace is in charge of how fast an SMPP session may submit: token buckets in parts per second, the pauses and
// cuts after an operator's "too fast", and the measure of what is reached. It knows the time only by its arguments.
package pace
