// Package app is the composition root: it builds the parts, starts them in order and stops them in reverse.
package app

// Main runs the command line and returns the process's exit code.
func Main(_ []string) int { return 2 }
