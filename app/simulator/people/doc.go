// Package people is in charge of how the simulated world behaves: what the operator's network does with each message
// and what the people who get it do. A Population is a plain value of shares, delays and switches; with a seed it is
// deterministic: the same number and the same count of messages always meet the same fate, whatever the order.
//
// It also reads the choices out of a text as a person would and writes answers as people write them. The package does
// no I/O, keeps no state and starts nothing.
package people
