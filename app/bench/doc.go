// Package bench is in charge of what a measured run sends to whom, and of counting afterwards: every number of the
// ledger against the simulated operator's own account, and what the process cost. It does not start or launch
// anything; the bench commands do.
package bench
