// Package refusal is in charge of what an SMPP client remembers of refusals, so that one recipient or one text does not
// hold up, or waste, everybody else: recipients whose own queue is full, and texts the operator never carries.
//
// It keeps to the memory of the process, bounded, and forgets with each success.
package refusal
