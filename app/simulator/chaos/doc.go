// Package chaos is in charge of the bad days of a simulated operator: kinds of trouble, each a change to a population,
// and a plan that has them come in turns. It is pure: the SMSC knows the time and puts the populations in force.
package chaos
